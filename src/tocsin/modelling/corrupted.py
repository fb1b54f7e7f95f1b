"""A centre fed by a network of which one part is corrupted: what it said at worst."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tocsin.centre.centre import Centre
from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import ElementSet, Look
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import LADDER, Assessment
from tocsin.core.records.scenario import Scenario
from tocsin.core.records.warnings import WarningMessage
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.corruption import Feed, in_order
from tocsin.modelling.look_build import LabelTable
from tocsin.modelling.paths import find_beside
from tocsin.modelling.simulate import read_catalogue, simulate
from tocsin.modelling.tape import play

AFTER_S = 60.0


@dataclass(frozen=True)
class Ground:
    """A quiet world of a network, simulated once, and what its sensors would say in an attack."""

    name: str
    network: Network
    assets: Assets
    catalogue: list[ElementSet]
    feed: Feed


class Said(msgspec.Struct, frozen=True):
    """What a centre said at worst."""

    level: str
    """The highest level of any event; empty where none was opened."""
    at_s: float | None
    """Seconds after the start at which it was first reached."""
    reason: str
    paths: tuple[str, ...]
    sheltered: bool
    """A draft to take shelter was written."""
    events: int
    refused: int
    told: tuple[str, ...]
    """What was told of sensors: two voices, ..."""
    decisions: str
    """Digest of all decisions."""


def make_ground(path: Path, seed: int) -> Ground:
    """Return the quiet world that a scenario file describes, with the tape it names; InputError without one tape."""
    scenario: Scenario = msgspec.structs.replace(read_scenario(path), seed=seed)
    if len(scenario.tape) != 1:
        raise InputError("exactly one tape is needed", file=str(path), key="tape")
    tape = scenario.tape[0]
    network = read_network(find_beside(scenario.network, path, "networks"))
    assets = read_assets(find_beside(scenario.assets, path, "assets"))
    with TemporaryDirectory() as name:
        made = simulate(msgspec.structs.replace(scenario, tape=()), path, Path(name))
        looks = read_looks(made.looks, scenario.data_mode).looks
        catalogue = read_catalogue(made.catalogue, scenario.data_mode) if made.catalogue.is_file() else []
    taped = play(tape, LabelTable(), scenario, path, network, assets, made.start, made.end)
    feed = Feed(tuple(in_order(looks)), tuple(in_order(taped)), made.start, seed)
    return Ground(path.stem, network, assets, catalogue, feed)


def through_centre(ground: Ground, looks: list[Look]) -> Said:
    """Return what a new centre says of looks, and of a minute of silence after them."""
    centre = Centre(ground.network, ground.assets, looks[0].data_mode)
    centre.load_catalogue(ground.catalogue)
    worst: Assessment | None = None
    sheltered, told = False, set()
    start = ground.feed.start
    at_s: float | None = None

    def hear(records: list) -> None:  # type: ignore[type-arg]
        nonlocal worst, sheltered, at_s
        for record in records:
            if isinstance(record, Assessment) and record.level in LADDER:
                if worst is None or LADDER.index(record.level) > LADDER.index(worst.level):
                    worst, at_s = record, (centre.now - start) / NS
            elif isinstance(record, WarningMessage):
                sheltered |= record.grade == "warning"
            elif getattr(record, "kind", "") == "quarantined":
                told.add(record.data["reason"].split(":")[0])

    for look in looks:
        hear(centre.step(look))
    hear(centre.advance(centre.now + int(AFTER_S * NS)))
    return Said(
        level=worst.level if worst is not None else "",
        at_s=None if at_s is None else round(at_s, 1),
        reason=worst.reason if worst is not None else "",
        paths=worst.paths if worst is not None else (),
        sheltered=sheltered,
        events=len(centre.events.events),
        refused=sum(centre.refused.values()),
        told=tuple(sorted(told)),
        decisions=centre.digests()["decisions"],
    )
