"""The probability that a sensor's look detects an object at a place: 0 where it could not have seen it."""

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.sensing.signal_kernels import infrared_pd, radar_pd, radar_snr_db
from tocsin.sensing.visibility_kernels import against_space, infrared_sees, radar_sees

Array = npt.NDArray[np.float64]


@kernel
def radar_detectability(
    positions: Array,
    site: Array,
    rot: Array,
    boxes: Array,
    rcs_dbsm: Array,
    reference_range: float,
    reference_snr_db: float,
    noise_db: float,
    pfa: float,
    swerling: int,
) -> Array:
    """Return (n,) probability of detection of objects at positions (n, 3), m, with cross-sections (n,), dB m2."""
    n = positions.shape[0]
    out = np.zeros(n)
    for i in range(n):
        k, r, _azimuth, _elevation, cosine = radar_sees(
            positions[i, 0], positions[i, 1], positions[i, 2], site, rot, boxes
        )
        if k >= 0:
            snr = radar_snr_db(r, rcs_dbsm[i], cosine, reference_range, reference_snr_db, noise_db)
            out[i] = radar_pd(snr, pfa, swerling)
    return out


@kernel
def infrared_detectability(
    positions: Array,
    powered: Array,
    intensity: Array,
    sat: Array,
    sun: Array,
    field_half_angle: float,
    sun_exclusion: float,
    cloud_break: float,
    limb_height: float,
    threshold: float,
    spread: float,
) -> Array:
    """Return (n,) probability of detection of objects at Earth-fixed positions (n, 3).

    `powered` (n,) is the probability that the motor burns, `intensity` (n,) W/sr what it then radiates. With a
    `limb_height` (m, not NaN) only what stands against space over that height is seen.
    """
    n = positions.shape[0]
    out = np.zeros(n)
    for i in range(n):
        if powered[i] > 0.0 and infrared_sees(
            positions[i, 0],
            positions[i, 1],
            positions[i, 2],
            sat,
            sun,
            field_half_angle,
            sun_exclusion,
            cloud_break,
        ):
            x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
            if limb_height != limb_height or against_space(x, y, z, sat, limb_height):
                out[i] = powered[i] * infrared_pd(intensity[i], threshold, spread)
    return out
