"""One part of a network corrupted: a line, a site, a clock or a parser, and all it touches says what is not so.

Which parts there are follows from the network file: the lines; the sites; one clock a site; one parser a kind of measurement,
and one that all looks share. What can be wrong with each stands in `corruptions`. Every corruption is a function of the
true looks and of a tape (the looks of an attack that does not fly), and changes only what comes by the part that is corrupted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, Look
from tocsin.core.records.network import Infrared, Network, Radar
from tocsin.modelling.chance import stream
from tocsin.modelling.garbling import GARBLINGS, SHARED_MISTAKES

STALE_S = (600.0, 3600.0)
"""How old a recording may be that is played as if it were now."""
CLOCK_S = (-7200.0, -3600.0, -600.0, -59.0, -30.0, -10.0, -3.0, -1.0, -0.3, 0.3, 1.0, 3.0, 4.9, 10.0, 60.0, 3600.0)
"""Errors of a clock, s; looks are used up to 60 s behind data time and 5 s ahead of it."""
DRIFT_S_PER_HOUR = (-60.0, -12.0, 12.0)


@dataclass(frozen=True)
class Part:
    """What is corrupted: `kind` (`line`, `site`, `clock`, `parser`), its name, and the sensors that it touches."""

    kind: str
    name: str
    sensors: frozenset[str]


@dataclass(frozen=True)
class Feed:
    """What reaches a centre when nothing is wrong, and the tape; both in the order in which they arrive."""

    looks: tuple[Look, ...]
    tape: tuple[Look, ...]
    start: int
    seed: int


Corrupt = Callable[[Feed, Part], list[Look]]


def parts(network: Network) -> list[Part]:
    """Return every part of a network that can be corrupted alone."""
    sensors: list[Radar | Infrared] = [*network.radar, *network.infrared]
    lines: dict[str, set[str]] = {}
    sites: dict[str, set[str]] = {}
    for sensor in sensors:
        lines.setdefault(sensor.line or sensor.id, set()).add(sensor.id)
        sites.setdefault(sensor.site or sensor.id, set()).add(sensor.id)
    out = [Part("line", name, frozenset(lines[name])) for name in sorted(lines)]
    out += [Part("site", name, frozenset(sites[name])) for name in sorted(sites)]
    out += [Part("clock", name, frozenset(sites[name])) for name in sorted(sites)]
    kinds = {"radar": {r.id for r in network.radar}, "infrared": {i.id for i in network.infrared}}
    out += [Part("parser", kind, frozenset(kinds[kind])) for kind in kinds if kinds[kind]]
    return [*out, Part("parser", "looks", frozenset(s.id for s in sensors))]


def corruptions(part: Part) -> dict[str, Corrupt]:
    """Return name -> corruption of everything that can be wrong with a part."""
    if part.kind == "clock":
        shifts: dict[str, Corrupt] = {f"{s:+g} s": _shifted(s) for s in CLOCK_S}
        return shifts | {f"{r:+g} s an hour": _drifting(r) for r in DRIFT_S_PER_HOUR}
    if part.kind == "parser" and part.name == "looks":
        both: dict[str, Corrupt] = {name: _garbled(name) for name in SHARED_MISTAKES}
        return both | {"sensors mixed up": _mixed_up, "looks doubled": _doubled, "hours lost": _shifted(-3600.0)}
    if part.kind == "parser":
        return {name: _garbled(name) for name, garbling in GARBLINGS.items() if garbling.kind == part.name}
    found: dict[str, Corrupt] = {
        "tape beside": _tape_beside, "tape alone": _tape_alone, "own looks doubled": _doubled, "stuck": _stuck,
        "sensors mixed up": _mixed_up, "empty": _empty,
    }  # fmt: skip
    found |= {f"tape {s:g} s old": _stale_tape(s) for s in STALE_S}
    if part.kind == "line":
        found |= {"tape in every name": _every_name, "world in every name": _world_in_every_name}
    else:
        found |= {"tape by two lines": _two_lines, "own looks by a second line": _second_line}
    return found


def cases(network: Network) -> list[tuple[Part, str, Corrupt]]:
    """Return every part with every corruption of it, each once: a site that has a line to itself is corrupted with it."""
    out: list[tuple[Part, str, Corrupt]] = []
    seen: set[tuple[str, frozenset[str]]] = set()
    for part in parts(network):
        for name, corrupt in corruptions(part).items():
            if (name, part.sensors) not in seen:
                seen.add((name, part.sensors))
                out.append((part, name, corrupt))
    return out


# ----------------------------------------------------------------------------------------------- tapes
def _tape_beside(feed: Feed, part: Part) -> list[Look]:
    return in_order([*feed.looks, *(k for k in feed.tape if k.sensor in part.sensors)])


def _tape_alone(feed: Feed, part: Part) -> list[Look]:
    """The tape takes the place of what its sensors see."""
    return in_order([*_others(feed, part), *(k for k in feed.tape if k.sensor in part.sensors)])


def _stale_tape(seconds: float) -> Corrupt:
    """A recording that still has its old times."""
    old = round(seconds * NS)

    def corrupt(feed: Feed, part: Part) -> list[Look]:
        return in_order([*feed.looks, *(_stamped(k, -old) for k in feed.tape if k.sensor in part.sensors)])

    return corrupt


def _every_name(feed: Feed, part: Part) -> list[Look]:
    """A computer at the end of one line speaks in the name of every sensor (1979)."""
    return in_order([*feed.looks, *(msgspec.structs.replace(k, line=part.name) for k in feed.tape)])


def _world_in_every_name(feed: Feed, part: Part) -> list[Look]:
    """One line repeats what all sensors say, in sessions of its own."""
    said = [k for k in feed.looks if len(k.numbers)]
    return in_order([*feed.looks, *(msgspec.structs.replace(k, line=part.name) for k in _copied(said, 2 * NS))])


def _two_lines(feed: Feed, part: Part) -> list[Look]:
    """A site with a raid that is not there sends it by two lines in turn."""
    mine = [k for k in feed.tape if k.sensor in part.sensors]
    sent = [msgspec.structs.replace(k, line=f"{part.name}-{n % 2}") for n, k in enumerate(mine)]
    return in_order([*feed.looks, *sent])


# ----------------------------------------------------------------------------------------------- copies
def _doubled(feed: Feed, part: Part) -> list[Look]:
    mine = [k for k in feed.looks if k.sensor in part.sensors and len(k.numbers)]
    return in_order([*feed.looks, *_copied(mine, NS)])


def _second_line(feed: Feed, part: Part) -> list[Look]:
    mine = [k for k in feed.looks if k.sensor in part.sensors and len(k.numbers)]
    return in_order([*feed.looks, *(msgspec.structs.replace(k, line=f"{part.name}-2") for k in _copied(mine, NS))])


def _copied(looks: Sequence[Look], later: int) -> list[Look]:
    """Return looks as another session sends them again."""
    numbers: dict[str, int] = {}
    out = []
    for look in looks:
        numbers[look.sensor] = numbers.get(look.sensor, 0) + 1
        out.append(
            msgspec.structs.replace(look, session="copy", sequence=numbers[look.sensor], received=look.received + later)
        )
    return out


def _stuck(feed: Feed, part: Part) -> list[Look]:
    """From a third of the way on, the last look with something in it is sent again and again, under new times."""
    held: dict[str, Look] = {}
    out = _others(feed, part)
    begin = feed.looks[len(feed.looks) // 3].received
    for look in (k for k in feed.looks if k.sensor in part.sensors):
        if look.received < begin or look.sensor not in held or look.empty_looks > 1:
            if len(look.numbers):
                held[look.sensor] = look
            out.append(look)
            continue
        old = held[look.sensor]
        moved = look.time - old.time
        out.append(
            msgspec.structs.replace(
                old, sequence=look.sequence, received=look.received, time=old.time + moved, start=old.start + moved,
                end=old.end + moved, times=old.times + moved,
            )
        )  # fmt: skip
    return in_order(out)


def _empty(feed: Feed, part: Part) -> list[Look]:
    """Every look of the part says that nothing was seen."""
    out = _others(feed, part)
    for look in (k for k in feed.looks if k.sensor in part.sensors):
        bare = Look(
            look.sensor, look.session, look.sequence, look.data_mode, look.received, look.end, look.start, look.end,
            mode=look.mode, searched=look.searched, line=look.line, empty_looks=look.empty_looks, place=look.place,
            rows=look.rows[:1], file=look.file,
        )  # fmt: skip
        out.append(bare)
    return in_order(out)


# ----------------------------------------------------------------------------------------------- clocks, parsers
def _shifted(seconds: float) -> Corrupt:
    shift = round(seconds * NS)

    def corrupt(feed: Feed, part: Part) -> list[Look]:
        mine = (k for k in feed.looks if k.sensor in part.sensors)
        return in_order([*_others(feed, part), *(_stamped(k, shift) for k in mine)])

    return corrupt


def _drifting(seconds_per_hour: float) -> Corrupt:
    rate = seconds_per_hour / 3600.0

    def corrupt(feed: Feed, part: Part) -> list[Look]:
        mine = (k for k in feed.looks if k.sensor in part.sensors)
        return in_order([*_others(feed, part), *(_stamped(k, round(rate * (k.end - feed.start))) for k in mine)])

    return corrupt


def _garbled(name: str) -> Corrupt:
    garbling = GARBLINGS.get(name)
    act = garbling.act if garbling is not None else SHARED_MISTAKES[name]

    def corrupt(feed: Feed, part: Part) -> list[Look]:
        rng = stream(feed.seed, "corruption", part.name, name)
        out = []
        for look in feed.looks:
            mine = look.sensor in part.sensors and len(look.numbers)
            out.append(act(look, rng) if mine and (garbling is None or _measures(look) == garbling.kind) else look)
        return in_order(out)

    return corrupt


def _mixed_up(feed: Feed, part: Part) -> list[Look]:
    """What one sensor measures comes in the name of the next of its kind."""
    names: dict[str, str] = {}
    for kind in ("radar", "infrared"):
        own = sorted({k.sensor for k in feed.looks if k.sensor in part.sensors and _measures(k) == kind})
        everyone = sorted({k.sensor for k in feed.looks if _measures(k) == kind})
        among = own if len(own) > 1 else everyone
        names |= {s: among[(among.index(s) + 1) % len(among)] for s in own}
    out = []
    for look in feed.looks:
        other = names.get(look.sensor, look.sensor)
        if other != look.sensor and len(look.numbers):
            look = msgspec.structs.replace(look, sensor=other, session=f"of-{look.sensor}", place=None, places=None)
        out.append(look)
    return in_order(out)


# ----------------------------------------------------------------------------------------------- all of them
def _measures(look: Look) -> str:
    """Return what a look with detections measures: `infrared` has directions in space, `radar` has not."""
    values: FloatArray = look.values
    return "infrared" if len(values) and np.isfinite(values[0, 4]) else "radar" if len(values) else ""


def _others(feed: Feed, part: Part) -> list[Look]:
    return [k for k in feed.looks if k.sensor not in part.sensors]


def _stamped(look: Look, shift: int) -> Look:
    return msgspec.structs.replace(
        look, time=look.time + shift, start=look.start + shift, end=look.end + shift, times=look.times + shift
    )


def in_order(looks: list[Look]) -> list[Look]:
    """Return looks in the order in which a centre takes them."""
    return sorted(looks, key=lambda k: (k.received, k.sensor, k.session, k.sequence))
