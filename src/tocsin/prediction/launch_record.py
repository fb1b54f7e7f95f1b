"""The record of a launch as far as it is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tocsin.core.records.outputs import Ellipse, GroundPoint
from tocsin.prediction.impact import ground_point

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Launch:
    """A launch as far as it is known. Angles rad, lengths m, instants TAI ns, Earth-fixed states."""

    time: int
    time_sigma_s: float
    lat: float
    lon: float
    covariance: tuple[float, float, float]
    """East-east, east-north, north-north, m2."""
    parts: FloatArray
    """(p, 6) Gaussian components: weight, latitude, longitude, EE, EN, NN; the weights sum to 1."""
    ellipses: tuple[Ellipse, ...]
    """That hold 50, 90 and 99 %, about (lat, lon)."""
    heading: float
    """Azimuth of the flight over the ground at launch."""
    heading_sigma: float
    method: str
    """`profile` (fitted to lines of sight) or `arc` (followed back from free flight)."""
    classes: tuple[str, ...]
    """The generic classes tried."""
    class_weights: FloatArray
    """(c,) posterior share of each."""
    class_fits: FloatArray
    """(c,) chi-square per degree of freedom of each, NaN = none."""
    stretches: FloatArray
    """(c, 3) loft, ln of the stretch in time, ln of the size of each class's best solution."""
    looks: int
    state_time: int
    """Instant of the profile-aided state: the last look; 0 for `arc`."""
    state: FloatArray
    """(6,) mean over all solutions."""
    state_covariance: FloatArray
    """(6, 6)."""

    def ground_point(self) -> GroundPoint:
        """Return the launch as it is published."""
        return ground_point(self.time, self.time_sigma_s, self.lat, self.lon, self.ellipses)
