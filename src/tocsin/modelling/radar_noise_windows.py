"""White noise of a radar in windows of 15 s, without any arc: the scatter that is quoted for real passes, and its law.

A few windows hold a slip of the radar; medians, and laws of medians, do not see them.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.radar_noise import BLOCK_S, LEAST_IN_WINDOW, NEAR_M, Pass, least_absolute


@dataclass(frozen=True)
class Windows:
    """Of n windows: scatter (n, 3) about a cubic (m, rad along the arc, rad), mean range m, rows, and strong or not.

    `strong` marks objects whose echo is strong (large bodies), as the caller knows them.
    """

    scatter: FloatArray
    range_m: FloatArray
    rows: FloatArray
    strong: FloatArray

    def where(self, mask: FloatArray) -> "Windows":
        """Return the windows of a mask (n,)."""
        return Windows(self.scatter[mask], self.range_m[mask], self.rows[mask], self.strong[mask])


@dataclass(frozen=True)
class WindowModel:
    """Sigma at 1,000 km and power of the range of each channel (3,), and the part of range noise of strong echoes.

    Range noise follows the signal, thus the object; angles of dishes follow servo and ground, not the object.
    """

    sigma: FloatArray
    power: FloatArray
    strong: float

    @property
    def parameters(self) -> int:
        """Return the number of free parameters."""
        return 2 * len(self.sigma) + 1

    def draw(self, windows: Windows, rng: np.random.Generator) -> FloatArray:
        """Return the scatter (n, 3) that white noise of this model has in windows of as many rows."""
        sigma = self.sigma * (windows.range_m[:, None] / NEAR_M) ** self.power
        sigma[:, 0] *= self.strong**windows.strong
        free = windows.rows[:, None] - 4.0
        out: FloatArray = sigma * np.sqrt(rng.chisquare(np.broadcast_to(free, sigma.shape)) / free)
        return out


def windows_of(passes: list[Pass], strong: frozenset[str] = frozenset()) -> Windows:
    """Return the windows of passes; `strong` names the objects of strong echo."""
    found: list[tuple[FloatArray, float, int, bool]] = []
    for one in passes:
        values = one.values.copy()
        values[:, 1] = np.unwrap(values[:, 1])
        window = (one.seconds // BLOCK_S).astype(int)
        for b in range(window[-1] + 1):
            rows = window == b
            if np.sum(rows) < LEAST_IN_WINDOW:
                continue
            t, v = one.seconds[rows] - b * BLOCK_S, values[rows]
            rest = v - np.polynomial.polynomial.polyval(t, np.polynomial.polynomial.polyfit(t, v, 3)).T
            rest[:, 1] *= np.cos(v[:, 2])
            scatter = np.sqrt(np.sum(rest**2, axis=0) / (len(t) - 4))
            found.append((scatter, float(np.mean(v[:, 0])), len(t), one.object in strong))
    scatters = np.array([f[0] for f in found]).reshape(-1, 3)
    ranges, rows_of, marks = (np.array([f[k] for f in found], float) for k in (1, 2, 3))
    return Windows(scatters, ranges, rows_of, marks)


def fit_windows(windows: Windows) -> WindowModel:
    """Return the law of the median scatter of windows: least absolute deviations of logarithms."""
    far = np.log(windows.range_m / NEAR_M)
    flat = np.column_stack([np.ones(len(far)), far])
    y = np.log(windows.scatter)
    ranges = least_absolute(np.column_stack([flat, windows.strong]), y[:, 0])
    angles = [least_absolute(flat, y[:, c]) for c in (1, 2)]
    sigma = np.exp([ranges[0], angles[0][0], angles[1][0]])
    return WindowModel(sigma, np.array([ranges[1], angles[0][1], angles[1][1]]), float(np.exp(ranges[2])))
