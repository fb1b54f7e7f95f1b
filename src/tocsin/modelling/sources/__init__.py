"""The kinds of false source. A new one is a record in `core/records/sources/`, a file here and a line below."""

from typing import Any

from tocsin.core.records.sources import bodies, infrared, radio
from tocsin.modelling.sources.aurora import AURORA
from tocsin.modelling.sources.flyers import AFTERBURNER, METEOR
from tocsin.modelling.sources.hot_spot import HOT_SPOT
from tocsin.modelling.sources.interference import INTERFERENCE
from tocsin.modelling.sources.mechanism import Mechanism
from tocsin.modelling.sources.meteor_trails import METEOR_TRAILS
from tocsin.modelling.sources.moon_echo import MOON_ECHO
from tocsin.modelling.sources.reentry import REENTRY
from tocsin.modelling.sources.solar_burst import SOLAR_BURST
from tocsin.modelling.sources.sun_glint import SUN_GLINT

MECHANISMS: dict[type, Mechanism] = {
    bodies.Reentry: REENTRY,
    infrared.SunGlint: SUN_GLINT,
    infrared.HotSpot: HOT_SPOT,
    infrared.Meteor: METEOR,
    infrared.Afterburner: AFTERBURNER,
    radio.MoonEcho: MOON_ECHO,
    radio.SolarBurst: SOLAR_BURST,
    radio.Interference: INTERFERENCE,
    radio.Aurora: AURORA,
    radio.MeteorTrails: METEOR_TRAILS,
}


def mechanism(source: Any) -> Mechanism:
    """Return how a source acts."""
    return MECHANISMS[type(source)]


def kind_of(source: Any) -> str:
    """Return the kind of a source, as the scenario file spells it."""
    return str(type(source).__struct_config__.tag)
