"""The studies by name: what each asks, how much of it by default, and who runs it (imported only then)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tocsin.core.errors import InputError


class Asked(NamedTuple):
    """What the command line asks of a study."""

    name: str
    scenario: str | None
    number: int
    first: int
    jobs: int
    catalogue: Path | None
    data: Path | None
    out: Path | None
    as_json: bool


class Study(NamedTuple):
    """One study."""

    about: str
    number: int
    """So many by default."""
    unit: str
    run: Callable[[Asked], int]
    scenario: str = ""
    """By default; empty: all, and a part of a name chooses among them."""


def _seeds(a: Asked) -> int:
    from tocsin.cli.study.run import run_study

    return run_study(a.name, str(a.scenario), a.number, a.first, a.jobs, a.out, a.as_json)


def _incidents(a: Asked) -> int:
    from tocsin.cli.study.incidents import run_incidents

    return run_incidents(a.scenario, seeds=a.number, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _corruption(a: Asked) -> int:
    from tocsin.cli.study.corruption import run_corruption

    return run_corruption(a.scenario, seeds=a.number, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _launches(a: Asked) -> int:
    from tocsin.cli.study.launches import run_launches

    return run_launches(str(a.scenario), a.number, a.first, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _networks(a: Asked) -> int:
    from tocsin.cli.study.launches import run_launches

    return run_launches(str(a.scenario), a.number, a.first, jobs=a.jobs, out=a.out, as_json=a.as_json, drawn=True)


def _density(a: Asked) -> int:
    from tocsin.cli.study.density import run_density

    return run_density(str(a.scenario), a.number, a.first, a.jobs, catalogue=a.catalogue, out=a.out, as_json=a.as_json)


def _lookalikes(a: Asked) -> int:
    from tocsin.cli.study.lookalikes import run_lookalikes

    return run_lookalikes(str(a.scenario), a.data, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _quiet(a: Asked) -> int:
    from tocsin.cli.study.quiet import run_quiet

    return run_quiet(str(a.scenario), a.number, a.first, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _raids(a: Asked) -> int:
    from tocsin.cli.study.raids import run_raids

    return run_raids(str(a.scenario), a.number, a.first, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _tests(a: Asked) -> int:
    from tocsin.cli.study.missile_tests import run_tests

    return run_tests(str(a.scenario), a.data, a.number, a.first, jobs=a.jobs, out=a.out, as_json=a.as_json)


def _reference(a: Asked) -> int:
    from tocsin.cli.study.reference import run_reference

    return run_reference(a.scenario, seeds=a.number, first_seed=a.first, out=a.out, as_json=a.as_json)


STUDIES = {
    "ellipses": Study("do they cover what they say", 100, "seeds", _seeds, "first-light"),
    "variants": Study("is any missile missed", 50, "seeds", _seeds, "first-light"),
    "incidents": Study("the false alarms and misses of the past", 5, "seeds", _incidents),
    "launches": Study("single missiles by strata", 500, "launches", _launches, "first-light"),
    "networks": Study(
        "single missiles, vehicle and network of each drawn at random", 500, "launches", _networks, "first-light"
    ),
    "density": Study("the whole catalogue in the fans", 168, "hours", _density, "first-light"),
    "lookalikes": Study("fireballs, meteors, fires, recorded ascents", 1, "pass", _lookalikes, "quiet"),
    "raids": Study("2, 10, 100, 500 objects together: their number, their tracks", 20, "raids", _raids, "first-light"),
    "tests": Study("reported missile tests, replayed", 20, "draws", _tests, "missile-tests"),
    "quiet": Study("a year without an attack", 366, "days", _quiet, "quiet"),
    "corruption": Study("one line, site, clock or parser is wrong", 1, "seed", _corruption),
    "reference": Study("how far estimates are from their Cramer-Rao bound", 4, "seeds", _reference),
}


def run_chosen(asked: Asked, count: int | None) -> int:
    """Return the exit code of a study; `count` None: as many as it runs by default. InputError where there is no such study."""
    study = STUDIES.get(asked.name)
    if study is None:
        raise InputError("there is no such study", key=asked.name, allowed=", ".join(STUDIES))
    number = study.number if count is None else count
    if number < 1 or asked.jobs < 1:
        raise InputError("must be 1 or more", key="--seeds" if number < 1 else "--jobs")
    return study.run(asked._replace(number=number, scenario=asked.scenario or study.scenario or None))
