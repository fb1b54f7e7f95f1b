"""What identification reads: the measured features of one track."""

from __future__ import annotations

import math

import msgspec

from tocsin.identification.sites import Odds

AIR_M = 85e3
"""Above it air takes less than 3 m/s2 from a body of 100 kg/m2 at orbital speed (8e-6 kg/m3): an arc measured there is that
on which it came."""
DARK_LONG_S = 40.0
"""So long after burnout the speed is no longer that of burnout."""


class Lift(msgspec.Struct, frozen=True):
    """What was seen of a body that does not obey gravity and drag alone; m/s2."""

    lift_m_s2: float
    sigma_m_s2: float
    over_drag: float
    ln_odds: float
    """Logarithm of the likelihood ratio of lift against none."""


class Features(msgspec.Struct, frozen=True):
    """What is measured of a track; SI units, NaN = not known."""

    infrared_hits: int
    radar_hits: int
    satellites: int
    age_s: float
    """From the first detection to the last."""
    powered: float
    """Probability that it burns now."""
    burning_s: float
    """From the estimated lift-off (or the first plume) to the last plume."""
    off_s: float
    """Since the first look after the last plume that could have seen one; 0 while it burns."""
    thrust_m_s2: float
    thrust_sigma_m_s2: float
    steady: float
    """1 where its line of sight moves on look after look, 0 where it jumps (two fires taken for one); NaN = not known."""
    speed_m_s: float
    speed_sigma_m_s: float
    inertial_speed_m_s: float
    climb_m_s: float
    climb_sigma_m_s: float
    height_m: float
    height_sigma_m: float
    across_m_s: float
    """Speed across the line of sight of the first satellite, and its sigma."""
    across_sigma_m_s: float
    perigee_m: float
    orbiting: float
    """Probability that the perigee is above 90 km."""
    apogee_m: float
    arc_range_m: float
    """Along the turning ground from launch to impact; NaN while it burns or in orbit."""
    crossed: int = 0
    """Looks that have it of the satellite with the second most of them; 0 where one alone has seen it."""
    came_m_s: float = math.nan
    """Where these are the figures of an earlier, better known arc, on which it came before air slowed it: the inertial speed
    at `came_height_m` on that arc, and its sigma; NaN = they are those of now."""
    came_height_m: float = math.nan
    came_sigma_m_s: float = math.nan
    braked: float = 0.0
    """By how many sigma it braked at most while it shone, since it last gained speed."""
    rose: bool = False
    """It climbed under power by the last look that saw it shine."""
    shone_m: float = 0.0
    """The greatest height (m) that it shone above, beyond doubt."""
    gap_s: float = 0.0
    """The longest dark time between two burns."""
    burnout: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    """Speed, its sigma and inertial speed as they were last known within `DARK_LONG_S` of burnout; NaN = not known."""
    flown: tuple[float, float] = (math.nan, math.nan)
    """Apogee and range (m) of its arc as they were last known within `DARK_LONG_S` of burnout; NaN = not known."""
    gain_m_s2: float = math.nan
    """By how much its speed across the first satellite's sight grew over the first looks, and its sigma; NaN = not known."""
    gain_sigma_m_s2: float = math.nan
    course_m_s2: float = math.nan
    """How much it was accelerated across the first satellite's sight over its last looks, and the sigma of an axis."""
    course_sigma_m_s2: float = math.nan
    first_m_s: float = math.nan
    """Speed across the first satellite's sight when it first saw it, and its sigma; NaN = not known."""
    first_sigma_m_s: float = math.nan
    glint_angle_rad: float = math.nan
    scatter_angle_rad: float = math.nan
    """By how much sunlight is turned at a cloud on its line of sight to reach the satellite."""
    silent_satellites: int = 0
    """Other satellites that looked twice or more where it shone and saw nothing."""
    unlit_s: float = math.inf
    """Since it was last seen to shine."""
    gone_m: float = 0.0
    gone_sigma_m: float = math.inf
    """How far the first satellite has seen it from where it first shone, across its line of sight."""
    driven: bool = False
    """It gains energy above the air though nobody sees it shine."""
    flat: float = 0.0
    """The most that range over apogee ever was of its arcs, as radars knew them."""
    lightness: tuple[float, float] = (math.nan, math.nan)
    """One over its ballistic coefficient (m2/kg), and its sigma, as drag told when it last fell through the air."""
    lift: Lift | None = None
    """None where free fall explains all that was seen."""
    site: Odds | None = None
    """What its launch point says; None where nobody is known to launch, or it is not known well enough."""
    notice: str = ""
    """Vehicle of a notification that fits in place and time; `` none fits."""
    carrier: float = 0.0
    """P(space launch) of a burn seen there and then that may have carried it."""
    earlier: dict[str, float] | None = None
    """Class probabilities under power of the object from whose last place its own burn went on; None where none is known."""
    vehicle: dict[str, float] | None = None
    """Class probabilities of the object whose burn went on from the place where its own had ended; None where no burn did."""
    aim: float = 0.0
    """P(it falls within a protected place other than the one it rose from), less what chance gives to a wide area."""

    @property
    def shape(self) -> tuple[float, float]:
        """Return apogee and range (m) of its arc, as they were before air took of them: low arcs stay in the air."""
        known = self.flown[0] == self.flown[0]
        if known and self.off_s > DARK_LONG_S and self.height_m < AIR_M and self.came_m_s != self.came_m_s:
            return self.flown
        return self.apogee_m, self.arc_range_m

    @property
    def under_power(self) -> tuple[float, float]:
        """Return the inertial speed (m/s) and its sigma of now, or of burnout where it has been dark for long.

        A coast changes the speed, and takes nothing from what was seen of the burn.
        """
        if self.off_s > DARK_LONG_S and self.burnout[2] == self.burnout[2]:
            return self.burnout[2], self.burnout[1]
        return self.inertial_speed_m_s, self.speed_sigma_m_s
