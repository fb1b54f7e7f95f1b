"""How wrong an element set is: one sigma along the track, radial and across, growing with its age.

Along-track error is an error of timing and dominates; drag makes it grow, the faster the lower the orbit.

- At epoch: a kilometre. CelesTrak's figure as Orekit's documentation of `TLEPropagator` quotes it is "close to one
  kilometer", hardly above 2 km within a day; EUMETSAT states 600 m rms for its own element sets of Metop at 820 km.
- Growth above 700 km: fitted on the element sets of SPOT-5 (822 km) from 29 May to 24 June 2002, each compared with those
  up to three days later. Even-numbered sets gave 365 m a day at 68 %, odd-numbered ones, kept for scoring, 413.
- Growth at lower perigees: no public series was at hand. It rises by e in 150 km downwards, more gently than density
  (70-120 km), to 1.5 km a day at 500 km and 15 km a day at the least.

Flohrer, Krag and Klinkrad (AMOS 2008) sort errors by eccentricity, perigee height and inclination; here the first two.
Values are rounded upwards: a known object taken for a new one costs a false track.
"""

import math
from dataclasses import dataclass

from sgp4.api import Satrec

SGP4_RADIUS_M = 6378135.0
"""WGS-72, the figure that SGP4's own altitudes refer to."""
DECAY_PERIGEE_M = 120e3
"""Below this perigee an object falls within a few revolutions."""

DRAG_PERIGEE_M = 450e3
DRAG_BSTAR = 0.005
"""Above this perigee and below this drag (1/Earth radius) nothing falls within two months."""
_AGES_DAYS = tuple(0.25 * 1.4**k for k in range(18))


@dataclass(frozen=True)
class ErrorModel:
    """One sigma of element sets. Lengths in m, growth in m a day."""

    along_m: float = 1000.0
    along_growth_m_day: float = 1500.0
    """At 500 km perigee."""
    growth_scale_m: float = 150e3
    """Perigee height over which growth falls by e, as drag does; the factor stays within 0.25 ... 10."""
    radial_m: float = 200.0
    cross_m: float = 300.0
    side_growth_m_day: float = 50.0
    eccentric_factor: float = 3.0
    """For eccentricity above 0.1 and for orbits above 8,000 km, whose tracking is thin."""
    along_limit_m: float = 100e3
    """An element set less certain than this along the track explains nothing and is not used."""


def perigee_m(satellite: Satrec) -> float:
    """Return the mean perigee height (m) above the WGS-72 equator."""
    return float(satellite.altp) * SGP4_RADIUS_M


def is_decaying(satellite: Satrec) -> bool:
    """Return whether an object is about to re-enter: SGP4 refuses it at epoch, or its perigee is below 120 km."""
    return satellite.error != 0 or not perigee_m(satellite) >= DECAY_PERIGEE_M


def lifetime_days(satellite: Satrec) -> float:
    """Return the age at which SGP4 first calls an object decayed, inf if it does not within 76 days.

    Its drag is a polynomial of time: past the decay it comes out of the ground again and flies on without an error, so
    what fell has to be remembered. A fall lasts a good part of its age, and ages rise by 1.4, so none slips between.
    """
    if perigee_m(satellite) > DRAG_PERIGEE_M and abs(satellite.bstar) < DRAG_BSTAR:
        return math.inf
    for days in _AGES_DAYS:
        if satellite.sgp4_tsince(1440.0 * days)[0] != 0:
            return days
    return math.inf


def sigmas(satellite: Satrec, model: ErrorModel) -> tuple[float, float, float, float, float]:
    """Return (along m, growth along m/day, radial m, cross m, growth radial and cross m/day) of one element set."""
    height = perigee_m(satellite)
    factor = math.exp((500e3 - height) / model.growth_scale_m) if height < 1e7 else 0.0
    wide = model.eccentric_factor if satellite.ecco > 0.1 or height > 8e6 else 1.0
    return (
        model.along_m * wide,
        model.along_growth_m_day * min(max(factor, 0.25), 10.0),
        model.radial_m * wide,
        model.cross_m * wide,
        model.side_growth_m_day,
    )
