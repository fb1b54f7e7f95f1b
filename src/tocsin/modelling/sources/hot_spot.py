"""Heat on the ground that lasts: a black body of known power and temperature, seen through the air above it.

Intensity is power * (part of a black body's light in the band) / pi toward the zenith (Lambert's law). Temperatures:
flaming fires about 1,000 K (Dennison et al. 2006), gas flares 1,600 to 2,000 K (Elvidge et al. 2016, Energies 9, 14),
open lava about 1,300 K (Wright et al. 2004).
"""

import math

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.sources.infrared import HotSpot
from tocsin.modelling.infrared_looks import Telescope, see_points
from tocsin.modelling.look_build import Rows
from tocsin.modelling.plume import band_part, transmission
from tocsin.modelling.sources.mechanism import Mechanism, Stage
from tocsin.world.geodesy import to_ecef
from tocsin.world.geodesy_kernels import enu_axes

TEMPERATURE_K = {"fire": 1000.0, "gas_flare": 1750.0, "volcano": 1300.0}
FLICKER = 0.35
"""Standard deviation of the logarithm from look to look, as that of a plume."""


def apparent_intensity(source: HotSpot, satellites: FloatArray) -> FloatArray:
    """Return (n,) in-band intensity (W/sr) that reaches satellites (n, 3); 0 under the horizon."""
    lat, lon = source.latitude_deg * DEG, source.longitude_deg * DEG
    place = to_ecef(lat, lon, source.altitude_m)
    up = np.array(enu_axes(lat, lon)).reshape(3, 3)[2]
    line = satellites - place
    cosine = np.sum(line * up, axis=1) / np.sqrt(np.sum(line**2, axis=1))
    kelvin = source.temperature_k or TEMPERATURE_K[source.cause]
    emitted = source.power_mw * 1e6 * band_part(kelvin) / math.pi
    through = transmission(np.full(len(cosine), source.altitude_m), cosine)
    return np.where(cosine > 0.0, emitted * through, 0.0)


def infrared(source: HotSpot, stage: Stage, scope: Telescope, rows: Rows) -> int:
    """Add what one satellite reports of the spot, and return the number of detections."""
    if not np.isnan(scope.sensor.limb_height):
        return 0  # nothing on the ground stands against space
    first, last = stage.span(source)
    rng = stage.rng(source, scope.sensor.id)
    point = to_ecef(source.latitude_deg * DEG, source.longitude_deg * DEG, source.altitude_m)[None, :]
    looks = np.flatnonzero((scope.slots.start >= first) & (scope.slots.end <= last))
    bright = apparent_intensity(source, scope.places[looks]) * np.exp(rng.normal(0.0, FLICKER, len(looks)))
    total = 0
    for k, intensity in zip(looks.tolist(), bright, strict=True):
        if intensity > scope.sensor.threshold:
            total += see_points(scope, rows, k, point, np.array([intensity]), source.id, source.id)
    return total


HOT_SPOT = Mechanism(infrared=infrared)
