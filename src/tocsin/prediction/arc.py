"""The Kepler arc of every track at once: turning points, energy, times and how surely it comes down."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.prediction import arc_kernels as k

FloatArray = npt.NDArray[np.float64]

RE_ENTRY_HEIGHT_M = 100e3
"""An orbit with its perigee below this comes down within a revolution or two: below it, drag wins."""


class ArcFigures(NamedTuple):
    """Figures of n arcs, each field (n,). Speeds and angles are inertial, heights over the ellipsoid; NaN = none."""

    perigee_m: FloatArray
    apogee_m: FloatArray
    """inf for an open orbit."""
    p_low: FloatArray
    """Probability that the perigee is below the height asked for."""
    energy: FloatArray
    """Specific orbital energy, J/kg; negative = bound."""
    inclination: FloatArray
    path_angle: FloatArray
    """Of the inertial velocity over the local horizon, rad; positive = climbing."""
    to_apogee_s: FloatArray
    """Seconds until apogee; negative = since."""
    period_s: FloatArray
    range_m: FloatArray
    """Length on the turning ground of the arc between its two crossings of the surface; NaN = none."""
    speed: FloatArray
    semi_major_m: FloatArray
    eccentricity: FloatArray
    perigee_mean_m: FloatArray
    """Mean of the perigee's spread, and its sigma."""
    perigee_sigma_m: FloatArray

    def p_below(self, i: int, floor_m: float) -> float:
        """Return the probability that the perigee of arc i is below another height than that of `p_low`."""
        return k.chance_below(floor_m, float(self.perigee_mean_m[i]), float(self.perigee_sigma_m[i]))


def arc_figures(states: FloatArray, covariances: FloatArray, floor_m: float = RE_ENTRY_HEIGHT_M) -> ArcFigures:
    """Return the arc figures of Earth-fixed states (n, 6) with covariances (n, 6, 6), in m and m/s.

    `floor_m`: the height that `p_low` asks about. Two-body motion (Vallado 2013, algorithm 9); the perigee's spread by
    divided differences over sigma points.
    """
    states = np.ascontiguousarray(states, np.float64).reshape(-1, 6)
    covariances = np.ascontiguousarray(covariances, np.float64).reshape(-1, 6, 6)
    out = np.empty((len(states), k.FIGURES))
    k.arc_rows(states, covariances, float(floor_m), out)
    column = np.ascontiguousarray(out.T)
    return ArcFigures(
        perigee_m=column[k.PERIGEE_M],
        apogee_m=column[k.APOGEE_M],
        p_low=column[k.P_LOW],
        energy=column[k.ENERGY],
        inclination=column[k.INCLINATION],
        path_angle=column[k.PATH_ANGLE],
        to_apogee_s=column[k.TO_APOGEE_S],
        period_s=column[k.PERIOD_S],
        range_m=column[k.RANGE_M],
        speed=column[k.SPEED],
        semi_major_m=column[k.SEMI_MAJOR_M],
        eccentricity=column[k.E],
        perigee_mean_m=column[k.PERIGEE_MEAN_M],
        perigee_sigma_m=column[k.PERIGEE_SIGMA_M],
    )
