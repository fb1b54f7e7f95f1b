"""Evenly spread Gaussian points: the Sobol sequence, centred in its strata, through the inverse normal distribution."""

import functools
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

DIMENSIONS = 8
_BITS = 30
# Joe and Kuo 2008 (SIAM J. Sci. Comput. 30), new-joe-kuo-6: polynomial and first numbers of dimensions 2..8
_JOE_KUO = (
    (0, (1,)),
    (1, (1, 3)),
    (1, (1, 3, 1)),
    (2, (1, 1, 1)),
    (1, (1, 1, 3, 3)),
    (4, (1, 3, 5, 13)),
    (2, (1, 1, 5, 5, 17)),
)


def _directions() -> list[list[int]]:
    """Return the direction numbers of the Sobol sequence, a list a dimension."""
    out = [[1 << (_BITS - 1 - i) for i in range(_BITS)]]
    for polynomial, first in _JOE_KUO:
        m, degree = list(first), len(first)
        for i in range(degree, _BITS):
            value = m[i - degree] ^ (m[i - degree] << degree)
            for j in range(1, degree):
                value ^= ((polynomial >> (degree - 1 - j)) & 1) * (m[i - j] << j)
            m.append(value)
        out.append([m[i] << (_BITS - 1 - i) for i in range(_BITS)])
    return out


@functools.cache
def gaussian_cloud(n: int, dimensions: int) -> FloatArray:
    """Return (n, dimensions) standard normal points, dimensions <= 8; n a power of two: one a stratum on each axis."""
    out = np.empty((n, dimensions))
    normal = NormalDist()
    for d, direction in enumerate(_directions()[:dimensions]):
        x = 0
        for i in range(n):
            if i:
                # Gray code order: the lowest zero bit of i - 1
                x ^= direction[(~(i - 1) & i).bit_length() - 1]
            out[i, d] = normal.inv_cdf(x / 2**_BITS + 0.5 / n)
    return out
