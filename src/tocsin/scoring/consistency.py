"""Are the stated uncertainties honest? NEES, NIS, coverage of ellipses, with the bounds that chance allows."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]


def nees(errors: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return (n,) normalised squared errors e' P^-1 e of errors (n, d) with covariances (n, d, d).

    Chi-square with d degrees of freedom when honest (Bar-Shalom, Li, Kirubarajan 2001, eq. 5.4.2-1). With innovations
    and their covariances it is the NIS (normalised innovation squared). NaN where a covariance is not positive definite.
    """
    if not len(errors):
        return np.zeros(0)
    try:
        low = np.linalg.cholesky(covariances)
    except np.linalg.LinAlgError:
        if len(errors) == 1:
            return np.array([np.nan])
        half = len(errors) // 2
        return np.concatenate([nees(errors[:half], covariances[:half]), nees(errors[half:], covariances[half:])])
    z = np.linalg.solve(low, errors[:, :, None])[:, :, 0]
    return np.asarray((z * z).sum(axis=1), np.float64)


class Consistency(NamedTuple):
    """A mean of normalised squares and the interval that chance allows it."""

    mean: float
    low: float
    high: float
    number: int

    @property
    def consistent(self) -> bool:
        """Whether the mean lies in its interval."""
        return self.low <= self.mean <= self.high


def average_consistency(values: FloatArray, dimension: int, confidence: float = 0.95) -> Consistency:
    """Return the mean of independent NEES or NIS values (n,) with its two-sided chi-square interval.

    n times the mean is chi-square with n d degrees of freedom (Bar-Shalom et al. 2001, eq. 5.4.2-5). NaN do not count.
    """
    good = values[~np.isnan(values)]
    n = len(good)
    if n == 0:
        return Consistency(math.nan, math.nan, math.nan, 0)
    tail = 0.5 * (1.0 - confidence)
    low, high = (special.chdtri(n * dimension, q) / n for q in (1.0 - tail, tail))
    return Consistency(float(good.mean()), float(low), float(high), n)


class Share(NamedTuple):
    """A share with its Wilson interval."""

    share: float
    low: float
    high: float
    number: int


def wilson(hits: int, n: int, confidence: float = 0.95) -> Share:
    """Return hits / n with its Wilson score interval (Wilson 1927; Brown, Cai, DasGupta 2001, eq. 4)."""
    if n == 0:
        return Share(math.nan, 0.0, 1.0, 0)
    z = float(special.ndtri(0.5 + 0.5 * confidence))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Share(share, max(centre - half, 0.0), min(centre + half, 1.0), n)


def region_coverage(errors: FloatArray, covariances: FloatArray, probability: float) -> Share:
    """Return the share of errors (n, d) inside their own covariance's region of `probability`, with its interval.

    For d = 2 the region is the ellipse e' P^-1 e <= -2 ln(1 - p). A covariance that is not positive definite covers
    nothing.
    """
    limit = float(special.chdtri(errors.shape[1], 1.0 - probability)) if len(errors) else 0.0
    inside = nees(errors, covariances) <= limit
    return wilson(int(inside.sum()), len(errors))


def inside_ellipse(east: float, north: float, semi_major: float, semi_minor: float, bearing_rad: float) -> bool:
    """Return whether an offset (any unit) lies in an ellipse about 0 whose major axis has a bearing from north."""
    along = north * math.cos(bearing_rad) + east * math.sin(bearing_rad)
    across = east * math.cos(bearing_rad) - north * math.sin(bearing_rad)
    if semi_major <= 0.0 or semi_minor <= 0.0:
        return False
    return (along / semi_major) ** 2 + (across / semi_minor) ** 2 <= 1.0
