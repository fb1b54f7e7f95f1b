"""The kinds of false source. A new one is a record in `core/records/sources/`, a file here and a line below."""

from typing import Any

from tocsin.core.records.sources import bodies
from tocsin.modelling.sources.mechanism import Mechanism
from tocsin.modelling.sources.reentry import REENTRY

MECHANISMS: dict[type, Mechanism] = {
    bodies.Reentry: REENTRY,
}


def mechanism(source: Any) -> Mechanism:
    """Return how a source acts."""
    return MECHANISMS[type(source)]


def kind_of(source: Any) -> str:
    """Return the kind of a source, as the scenario file spells it."""
    return str(type(source).__struct_config__.tag)
