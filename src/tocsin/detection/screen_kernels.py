"""Which rows of a look cannot be what they say: one pass over its detections."""

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# columns of Look.values (core.records.inputs)
_RANGE, _AZIMUTH, _ELEVATION, _RATE, _LOS_X = 0, 1, 2, 3, 4

# What may be wrong with a row, weakest first: of several the last one is told.
FINE, NO_DIRECTION, TOO_FAR, BELOW_HORIZON, TOO_FAST, TOO_LATE, AHEAD = range(7)
LOWEST_RAD = -0.0524
RATE_LIMIT_M_S = 75_000.0
"""Nothing that falls on the Earth is faster (72.8 km/s is the bound for the solar system)."""


@kernel
def mark_implausible(
    values: Array, times: Ints, infrared: bool, range_limit: float, oldest: int, newest: int, wrong: Ints
) -> int:
    """Return how many rows (n, 15) cannot be used; fills `wrong` (n,) with what is wrong, `FINE` where nothing is.

    `range_limit` m, NaN = none; `oldest`, `newest` TAI ns, the instants that a detection may have.
    """
    count = 0
    for i in range(values.shape[0]):
        v = values[i]
        wrong[i] = FINE
        if infrared:
            if np.isnan(v[_LOS_X]):
                wrong[i] = NO_DIRECTION
        else:
            if np.isnan(v[_RANGE]) and np.isnan(v[_AZIMUTH]) and np.isnan(v[_ELEVATION]):
                wrong[i] = NO_DIRECTION
            if v[_RANGE] > range_limit:
                wrong[i] = TOO_FAR
            if v[_ELEVATION] < LOWEST_RAD:
                wrong[i] = BELOW_HORIZON
        if abs(v[_RATE]) > RATE_LIMIT_M_S:
            wrong[i] = TOO_FAST
        if times[i] < oldest:
            wrong[i] = TOO_LATE
        if times[i] > newest:
            wrong[i] = AHEAD
        if wrong[i] != FINE:
            count += 1
    return count
