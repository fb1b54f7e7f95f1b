"""The Sun's direction at any instant, cheap enough for every look."""

import functools
import math

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.ephemeris_kernels import blend_directions
from tocsin.sensing.sensor import Sensor
from tocsin.world.sky import sun_direction

_STEP_NS = 60 * NS


@functools.lru_cache(maxsize=4096)
def _node(k: int) -> FloatArray:
    return sun_direction(k * _STEP_NS)


def sun_at(tai_ns: int) -> FloatArray:
    """Return the unit vector (3,) to the Sun, Earth-fixed: between whole minutes a chord, within 0.5 arc seconds."""
    k, rest = divmod(tai_ns, _STEP_NS)
    return blend_directions(_node(k), _node(k + 1), rest / _STEP_NS)


def sun_over(sensor: Sensor, tai_ns: int) -> tuple[float, float]:
    """Return (part of the faces that the Sun shines on, its elevation rad) at a radar, in vacuum."""
    sun = sun_at(tai_ns)
    axes = sensor.rot_enu
    east, north, up = (float(axes[k, 0] * sun[0] + axes[k, 1] * sun[1] + axes[k, 2] * sun[2]) for k in range(3))
    elevation = math.asin(max(-1.0, min(1.0, up)))
    if elevation <= 0.0 or not len(sensor.whole_field):
        return 0.0, elevation
    lit = 0
    for face in sensor.whole_field:
        azimuth, tilt = float(face[6]), float(face[7])
        flat = east * math.sin(azimuth) + north * math.cos(azimuth) if azimuth == azimuth else math.nan
        lit += azimuth != azimuth or flat * math.cos(tilt) + up * math.sin(tilt) > 0.0
    return lit / len(sensor.whole_field), elevation
