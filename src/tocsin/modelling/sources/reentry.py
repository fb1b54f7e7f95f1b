"""A body that re-enters: it flies from 120 km to the ground as the forces will, echoes, and glows.

Drag turns its energy into heat at the rate m v a = m rho v^3 / (2 beta); a part of it is light. What part is not
known at orbital speed: 1 % is assumed. Bodies of metres at 11 to 48 km/s radiate 0.1212 E^0.115 of their energy, E the
energy radiated in kt (Brown et al. 2002, Nature 420, 294; every row of the CNEOS list follows it: 7 % of the least),
and the part falls with size and speed (Nemtchinov et al. 1997, Icarus 130, 259). The light's share in the band of a
warning satellite is that of a 2,500 K body, the temperature of melting metal and of the shock layer seen in re-entry
spectra. Break-up is not modelled: the body is one.
"""

import math

import numpy as np

from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.sources.bodies import Reentry
from tocsin.modelling.boost import coast
from tocsin.modelling.sources.mechanism import Mechanism, Stage
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.atmosphere import density_kg_m3
from tocsin.world.geodesy import to_ecef, to_geodetic
from tocsin.world.geodesy_kernels import enu_axes

ENTRY_M = 120_000.0
RADIATED = 0.01
BAND_PART = 0.05
"""Part of a 2,500 K black body's power between 2.65 and 2.85 um (Planck's integral)."""


def entry_state(source: Reentry) -> FloatArray:
    """Return the Earth-fixed state (6,), m and m/s, at 120 km over the source's place."""
    lat, lon = source.latitude_deg * DEG, source.longitude_deg * DEG
    axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
    level, down = math.cos(source.descent_deg * DEG), math.sin(source.descent_deg * DEG)
    heading = source.azimuth_deg * DEG
    course = np.array([level * math.sin(heading), level * math.cos(heading), -down])
    place = to_ecef(lat, lon, ENTRY_M)
    speed = circular_speed(place, course[0]) if source.speed_m_s is None else source.speed_m_s
    velocity = speed * (course[0] * axes[0] + course[1] * axes[1] + course[2] * axes[2])
    return np.concatenate([place, velocity])


def circular_speed(place: FloatArray, east: float) -> float:
    """Return the Earth-fixed speed (m/s) of a circular orbit through a place (3,), whose course has an `east` part.

    |v + w x r| = sqrt(mu / r), solved for |v|: the turn of the Earth adds w r cos(latitude) to the east.
    """
    ground = EARTH_RATE_RAD_S * math.hypot(float(place[0]), float(place[1]))
    along = ground * east
    return math.sqrt(MU_M3_S2 / float(np.sqrt(np.sum(place**2))) - ground**2 + along**2) - along


def paths(source: Reentry, stage: Stage) -> list[Trajectory]:
    """Return the body's path, until it falls or the scenario ends."""
    first = stage.start + round(source.start_s * NS)
    state = entry_state(source)
    seconds, states = coast(state, source.ballistic_coefficient_kg_m2, (stage.end - first) / NS)
    if not len(seconds):
        return []
    times = np.concatenate([[first], first + np.rint(seconds * NS).astype(np.int64)])
    states = np.vstack([state, states])
    density = density_kg_m3(to_geodetic(states[:, :3])[2])
    speed = np.sqrt(np.sum(states[:, 3:] ** 2, axis=1))
    heat = source.mass_kg * density * speed**3 / (2.0 * source.ballistic_coefficient_kg_m2)
    glow = heat * RADIATED * BAND_PART / (4.0 * math.pi)
    dark = np.zeros(len(times), bool)
    attributes: dict[str, float | str] = {"ballistic_coefficient": source.ballistic_coefficient_kg_m2}
    return [Trajectory(source.id, "reentry", times, states, dark, glow, source.rcs_dbsm, attributes=attributes)]


REENTRY = Mechanism(paths=paths)
