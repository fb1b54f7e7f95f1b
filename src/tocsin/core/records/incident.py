"""An incident of the past as its TOML file gives it: what happened, what has to be said by when, and what never.

Statements are about the output folder only, as an examiner from outside would read it.
"""

from typing import Any, Literal

import msgspec

from tocsin.core.records.network import _Config

Stream = Literal["events", "assessments", "rejected", "warnings"]


class Statement(_Config, frozen=True, kw_only=True):
    """A line of the output that has to stand there (`must`) or must not (`never`), and between when."""

    words: str
    """What it says, for a reader."""
    stream: Stream = "assessments"
    match: dict[str, Any] = msgspec.field(default_factory=dict)
    """Key -> what its value is. A table matches a table that has all its keys so, or one item of a list. Of a number or a
    level `{ at_least = ... }` and `{ at_most = ... }`; of a text a part too, as `*part*`; `{ none = true }` = none there."""
    from_s: float = 0.0
    """Seconds after the scenario's start."""
    until_s: float | None = None
    before_fall_s: float | None = None
    """Until so long before the first true fall of what `fall_of` names, in the place of `until_s`."""
    fall_of: str = ""
    """An object of the truth; default: the first missile to fall."""
    least: int = 1
    """How many such lines, for `must`."""
    fault: str = ""
    """A fault of tocsin that is known and not mended: why this does not hold yet."""


class Case(_Config, frozen=True, kw_only=True):
    """One run of an incident: as it was, a variant of it, or its twin in which the attack is real."""

    name: str
    twin: bool = False
    scenario: str = "scenario.toml"
    """Path of the scenario file, relative to the incident's."""
    without: tuple[str, ...] = ()
    """Ids of tables of the scenario that are left out, so that two cases differ in these alone."""
    expected: str
    """In a few words, for the table."""
    says: str = ""
    """What tocsin says, for a reader."""
    must: tuple[Statement, ...] = ()
    never: tuple[Statement, ...] = ()


class Incident(_Config, frozen=True, kw_only=True):
    """An incident with its cases."""

    id: str
    """As in the public list: `INC-1983-09-26`."""
    title: str
    cause: str
    """In a few words, for the table."""
    happened: str
    asks: str
    """What a warning system has to do about it."""
    modelled: str
    """How it is built here, what is real and what is assumed."""
    sources: tuple[str, ...]
    case: tuple[Case, ...]
