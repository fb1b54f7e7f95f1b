"""Where the Sun and the Moon stand, Earth-fixed (ERFA: EPV00, MOON98)."""

from __future__ import annotations

import functools

import erfa
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.world.rotation import cirs_to_itrf, gcrf_to_cirs, terrestrial_time

FloatArray = npt.NDArray[np.float64]

AU_M = 149597870700.0
NODE_NS = 600 * NS
"""Between these instants the place among the stars is interpolated: right to 1e-5 deg (Sun), 0.001 deg (Moon)."""


@functools.lru_cache(maxsize=512)
def _node(k: int) -> FloatArray:
    """Return (2, 3) Sun and Moon in the celestial intermediate frame, m, at node k."""
    tt1, tt2 = terrestrial_time(k * NODE_NS)
    earth, _ = erfa.epv00(tt1, tt2)
    sun = -np.asarray(earth["p"])[0] * AU_M
    moon = np.asarray(erfa.moon98(tt1, tt2)["p"])[0] * AU_M
    out: FloatArray = erfa.rxp(gcrf_to_cirs(k * NODE_NS), np.array([sun, moon]))
    return out


@functools.lru_cache(maxsize=4096)
def _both(tai_ns: int) -> FloatArray:
    k, rest = divmod(tai_ns, NODE_NS)
    f = rest / NODE_NS
    celestial = (1.0 - f) * _node(k) + f * _node(k + 1)
    out: FloatArray = erfa.rxp(cirs_to_itrf(tai_ns), celestial)
    out.flags.writeable = False
    return out


def sun_position(tai_ns: int) -> FloatArray:
    """Return the Sun's geometric place (3,), Earth-fixed, m."""
    place: FloatArray = _both(int(tai_ns))[0]
    return place


def moon_position(tai_ns: int) -> FloatArray:
    """Return the Moon's geometric place (3,), Earth-fixed, m."""
    place: FloatArray = _both(int(tai_ns))[1]
    return place


def sun_direction(tai_ns: int) -> FloatArray:
    """Return the unit vector (3,) from the Earth's centre to the Sun, Earth-fixed."""
    return _unit(_both(int(tai_ns))[0])


def moon_direction(tai_ns: int) -> FloatArray:
    """Return the unit vector (3,) from the Earth's centre to the Moon, Earth-fixed."""
    return _unit(_both(int(tai_ns))[1])


def _unit(v: FloatArray) -> FloatArray:
    out: FloatArray = v / np.sqrt((v * v).sum())
    return out
