"""False sources of a scenario, as `[[source]]` tables: what sensors report though no missile and no satellite is there.

Each has a physical cause, named in its docstring; how it acts stands in `modelling/sources/`, one file a kind. A new
kind is a record in a file here and its line in `Source`, a file there, and a line in the table `MECHANISMS`.
"""

from tocsin.core.records.sources.bodies import Reentry
from tocsin.core.records.sources.infrared import Afterburner, HotSpot, Meteor, SunGlint
from tocsin.core.records.sources.radio import Aurora, Interference, MeteorTrails, MoonEcho, SolarBurst

Source = (
    Reentry  # bodies
    | SunGlint | HotSpot | Meteor | Afterburner  # infrared
    | MoonEcho | SolarBurst | Interference | Aurora | MeteorTrails  # radio
)  # fmt: skip
"""Every kind of source; `kind` tells which."""
