"""A true path: states of one object at known instants, read at any instant between them."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tocsin.core.records.inputs import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trajectory:
    """The truth of one object.

    `times` (n,) TAI ns, rising; `states` (n, 6) Earth-fixed m, m/s; `powered` (n,) whether an engine burns from this
    sample on; `intensity` (n,) in-band W/sr at the source (plume, fireball), 0 = dark; `rcs_dbsm` radar cross-section.
    """

    name: str
    kind: str
    times: IntArray
    states: FloatArray
    powered: BoolArray
    intensity: FloatArray
    rcs_dbsm: float
    parent: str = ""
    """The flight it belongs to: a spent stage is not the missile."""
    attributes: dict[str, float | str] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """The first instant."""
        return int(self.times[0])

    @property
    def end(self) -> int:
        """The last instant."""
        return int(self.times[-1])

    def at(self, times: IntArray) -> FloatArray:
        """Return (k, 6) states at instants, by cubic Hermite interpolation; NaN before the first and after the last."""
        i, h, u = self._bracket(times)
        p0, p1 = self.states[i, :3], self.states[i + 1, :3]
        v0, v1 = self.states[i, 3:], self.states[i + 1, 3:]
        h, u = h[:, None], u[:, None]
        u2, u3 = u * u, u * u * u
        out = np.empty((len(times), 6))
        out[:, :3] = (
            (2 * u3 - 3 * u2 + 1) * p0 + (u3 - 2 * u2 + u) * h * v0 + (3 * u2 - 2 * u3) * p1 + (u3 - u2) * h * v1
        )
        out[:, 3:] = (6 * u2 - 6 * u) / h * (p0 - p1) + (3 * u2 - 4 * u + 1) * v0 + (3 * u2 - 2 * u) * v1
        out[self._outside(times)] = np.nan
        return out

    def intensity_at(self, times: IntArray) -> FloatArray:
        """Return (k,) intensity in W/sr, 0 outside: of a plume that of the sample before, of else linear between."""
        i, _, u = self._bracket(times)
        between = (1 - u) * self.intensity[i] + u * self.intensity[i + 1]
        return np.where(self._outside(times), 0.0, np.where(self.powered[i], self.intensity[i], between))

    def _outside(self, times: IntArray) -> BoolArray:
        outside: BoolArray = (times < self.times[0]) | (times > self.times[-1])
        return outside

    def _bracket(self, times: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
        i = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 2)
        h = (self.times[i + 1] - self.times[i]) / 1e9
        return i, h, np.clip((times - self.times[i]) / 1e9 / h, 0.0, 1.0)
