"""The Sun's direction at any instant, cheap enough for every look."""

import functools

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.ephemeris_kernels import blend_directions
from tocsin.world.sky import sun_direction

_STEP_NS = 60 * NS


@functools.lru_cache(maxsize=4096)
def _node(k: int) -> FloatArray:
    return sun_direction(k * _STEP_NS)


def sun_at(tai_ns: int) -> FloatArray:
    """Return the unit vector (3,) to the Sun, Earth-fixed: between whole minutes a chord, within 0.5 arc seconds."""
    k, rest = divmod(tai_ns, _STEP_NS)
    return blend_directions(_node(k), _node(k + 1), rest / _STEP_NS)
