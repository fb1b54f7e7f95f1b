"""Where a satellite is: states at fixed nodes from its orbit, interpolated between them.

Nodes stand at whole multiples of 30 s of TAI, so a place does not depend on what was asked before.
"""

from collections.abc import Callable

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Infrared
from tocsin.sensing.ephemeris_kernels import hermite_state
from tocsin.world.motion.orbits import element_set_state, orbit_state

STEP_S = 30
"""Cubic Hermite over 30 s errs by step^4 / 384 times the fourth derivative: 0.03 m in the lowest orbit."""
_STEP_NS = STEP_S * NS
_KEPT = 4096


class Ephemeris:
    """Earth-fixed states of one satellite at any instant."""

    def __init__(self, state: Callable[[int], FloatArray]) -> None:
        """Take a function of TAI ns that returns the Earth-fixed state (6,), m, m/s; NaN where unknown."""
        self._state = state
        self._nodes: dict[int, FloatArray] = {}

    def _node(self, k: int) -> FloatArray:
        node = self._nodes.get(k)
        if node is None:
            if len(self._nodes) >= _KEPT:
                self._nodes.clear()
            node = self._nodes[k] = self._state(k * _STEP_NS)
        return node

    def state(self, tai_ns: int) -> FloatArray:
        """Return the Earth-fixed state (6,), m, m/s, at an instant."""
        k, rest = divmod(tai_ns, _STEP_NS)
        return hermite_state(self._node(k), self._node(k + 1), float(STEP_S), rest / NS)

    def position(self, tai_ns: int) -> FloatArray:
        """Return the Earth-fixed position (3,), m, at an instant."""
        return self.state(tai_ns)[:3]


def ephemeris_of(record: Infrared) -> Ephemeris | None:
    """Return the ephemeris of a satellite from its element set or orbit; None when its record has neither."""
    if record.element_set is not None:
        return Ephemeris(element_set_state(*record.element_set))
    if record.orbit is not None:
        return Ephemeris(orbit_state(record.orbit))
    return None
