"""Satellites: SGP4 by the `sgp4` package with its WGS-72 constants, turned from TEME to the Earth-fixed frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import erfa
import numpy as np
import numpy.typing as npt
from sgp4.api import WGS72, Satrec, SatrecArray

from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, WGS84_A_M
from tocsin.core.errors import ValueRefused
from tocsin.core.records.network import Orbit
from tocsin.core.time import tai_from_iso
from tocsin.world.geodesy_kernels import geodetic_to_ecef
from tocsin.world.motion.mean_elements import satellite_through, state_of
from tocsin.world.rotation import teme_to_itrf
from tocsin.world.rotation import utc_julian as utc_julian

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

GEO_RADIUS_M = 42164172.0
"""Radius of a circular Kepler orbit with the period of the Earth's rotation."""


class SatelliteSet:
    """A batch of satellites."""

    def __init__(self, satellites: Sequence[Satrec]) -> None:
        self.satellites = list(satellites)
        self._batch = SatrecArray(self.satellites)

    @classmethod
    def from_tle_lines(cls, lines: Sequence[tuple[str, str]]) -> SatelliteSet:
        """Return the set of two-line element sets (line 1, line 2)."""
        return cls([Satrec.twoline2rv(a, b, WGS72) for a, b in lines])

    def __len__(self) -> int:
        return len(self.satellites)

    def itrf(self, tai_ns: IntArray) -> tuple[npt.NDArray[np.uint8], FloatArray, FloatArray]:
        """Return SGP4 error codes (n, t), positions and velocities (n, t, 3), Earth-fixed, m and m/s; NaN on error."""
        times = np.atleast_1d(np.asarray(tai_ns, np.int64))
        jd, fraction = utc_julian(times)
        error, r_km, v_km = self._batch.sgp4(jd, fraction)
        turn = teme_to_itrf(times)
        position: FloatArray = erfa.rxp(turn, r_km * 1000.0)
        velocity: FloatArray = erfa.rxp(turn, v_km * 1000.0)
        velocity[:, :, 0] += EARTH_RATE_RAD_S * position[:, :, 1]
        velocity[:, :, 1] -= EARTH_RATE_RAD_S * position[:, :, 0]
        bad = error > 0
        position[bad] = np.nan
        velocity[bad] = np.nan
        return error, position, velocity


def satrec_of_orbit(orbit: Orbit) -> Satrec:
    """Return the drag-free SGP4 satellite that has the orbit's osculating elements at its epoch.

    ValueRefused: keys are missing or contradict one another, the orbit touches the ground, or SGP4 cannot hold it.
    """
    if orbit.perigee_altitude_km is None or orbit.apogee_altitude_km is None or not orbit.epoch_utc:
        raise ValueRefused("an orbit needs epoch_utc, perigee_altitude_km and apogee_altitude_km, or geo_longitude_deg")
    if orbit.apogee_altitude_km < orbit.perigee_altitude_km:
        raise ValueRefused("apogee_altitude_km is below perigee_altitude_km")
    if orbit.inclination_deg > 179.9:
        raise ValueRefused("an equatorial retrograde orbit has no elements here: inclination_deg is above 179.9")
    radius = WGS84_A_M / 1000.0
    perigee, apogee = radius + orbit.perigee_altitude_km, radius + orbit.apogee_altitude_km
    state = state_of(
        0.5 * (perigee + apogee), (apogee - perigee) / (apogee + perigee), orbit.inclination_deg * DEG,
        orbit.raan_deg * DEG, orbit.argument_of_perigee_deg * DEG, orbit.mean_anomaly_deg * DEG,
    )  # fmt: skip
    day, fraction = utc_julian(tai_from_iso(orbit.epoch_utc))
    satellite = satellite_through(state, float(day[0] + fraction[0]))
    if satellite is None:
        raise ValueRefused("SGP4 cannot hold this orbit: it is too low")
    return satellite


def orbit_state(orbit: Orbit) -> Callable[[int], FloatArray]:
    """Return a function of TAI ns giving the Earth-fixed state (6,) of an orbit; a geostationary one stands still."""
    if orbit.geo_longitude_deg is not None:
        x, y, z = geodetic_to_ecef(0.0, orbit.geo_longitude_deg * DEG, GEO_RADIUS_M - WGS84_A_M)
        fixed = np.array([x, y, z, 0.0, 0.0, 0.0])
        return lambda _: fixed
    return _state_of(SatelliteSet([satrec_of_orbit(orbit)]))


def element_set_state(line1: str, line2: str) -> Callable[[int], FloatArray]:
    """Return a function of TAI ns that gives the Earth-fixed state (6,) of a two-line element set."""
    return _state_of(SatelliteSet.from_tle_lines([(line1, line2)]))


def _state_of(one: SatelliteSet) -> Callable[[int], FloatArray]:
    def state(tai_ns: int) -> FloatArray:
        _, position, velocity = one.itrf(np.array([tai_ns]))
        return np.concatenate([position[0, 0], velocity[0, 0]])

    return state
