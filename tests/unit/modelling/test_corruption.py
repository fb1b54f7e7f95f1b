"""One part corrupted: only what comes by it changes; and a slice of the study through the whole centre."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tocsin.core.records.inputs import AZIMUTH, RANGE, Look
from tocsin.formats.toml_files import read_network
from tocsin.modelling.corrupted import Ground, make_ground, through_centre
from tocsin.modelling.corruption import cases, corruptions, in_order, parts
from tocsin.modelling.garbling import GARBLINGS

WORLDS = sorted(
    p for p in (Path(__file__).parents[3] / "scenarios" / "corruption").glob("*.toml") if not p.stem.endswith("-tape")
)
NETWORKS = sorted((Path(__file__).parents[3] / "networks").glob("*.toml"))
WORLD = next(p for p in WORLDS if p.stem == "asia-notional")


@cache
def ground() -> Ground:
    return make_ground(WORLD, 1)


def test_every_notional_or_historical_network_has_its_quiet_world_and_its_tape() -> None:
    studied = {p.stem for p in NETWORKS if not p.stem.endswith("-present")}
    assert {p.stem for p in WORLDS} == studied
    assert all(p.with_name(f"{p.stem}-tape.toml").is_file() for p in WORLDS)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda p: p.stem)
def test_every_line_site_clock_and_parser_of_a_network_is_corrupted(path: Path) -> None:
    network = read_network(path)
    sensors = [*network.radar, *network.infrared]
    asked = cases(network)
    for kind, names in (
        ("line", {s.line or s.id for s in sensors}),
        ("site", {s.site or s.id for s in sensors}),
        ("clock", {s.site or s.id for s in sensors}),
        ("parser", {"looks"} | {k for k, v in (("radar", network.radar), ("infrared", network.infrared)) if v}),
    ):
        assert {part.name for part, _, _ in asked if part.kind == kind} == names
    touched = {sensor for part, _, _ in asked if part.kind == "line" for sensor in part.sensors}
    assert touched == {s.id for s in sensors}


def test_each_corruption_changes_something_and_only_what_comes_by_its_part() -> None:
    feed = ground().feed
    true = {id(look) for look in feed.looks}
    first, *_, last = parts(ground().network)
    asked = [(part, name, corrupt) for part in (first, last) for name, corrupt in corruptions(part).items()]
    for part, name, corrupt in [*asked, *cases(ground().network)[::7]]:
        looks = corrupt(feed, part)
        assert looks == in_order(looks)
        others = {id(look) for look in feed.looks if look.sensor not in part.sensors}
        assert others <= {id(look) for look in looks}, name  # what comes by other ways stays as it is
        for look in looks:
            if id(look) not in true:
                assert look.sensor in part.sensors or look.line == part.name or name == "sensors mixed up", name


def test_a_site_that_has_a_line_to_itself_is_corrupted_with_it_once() -> None:
    asked = [(name, part.sensors) for part, name, _ in cases(ground().network)]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("name", sorted(GARBLINGS))
def test_a_parser_s_mistake_leaves_the_true_look_alone_and_is_one(name: str) -> None:
    garbling = GARBLINGS[name]
    column = RANGE if garbling.kind == "radar" else 4
    look = next(k for k in ground().feed.looks if len(k.numbers) and np.isfinite(k.values[0, column]))
    before = (look.values.copy(), look.times.copy(), look.declared)
    rng = np.random.default_rng(1)
    made = [garbling.act(look, rng) for _ in range(40)]
    assert np.array_equal(look.values, before[0], equal_nan=True) and np.array_equal(look.times, before[1])
    assert any(_differ(look, other) for other in made)
    assert all(len(m.numbers) == len(m.times) == len(m.values) == len(m.hints) == len(m.rows) for m in made)


def _differ(a: Look, b: Look) -> bool:
    return (
        a.declared != b.declared
        or not np.array_equal(a.values, b.values, equal_nan=True)
        or not np.array_equal(a.times, b.times)
    )


def test_mistakes_are_what_they_are_called() -> None:
    look = next(k for k in ground().feed.looks if len(k.numbers) and np.isfinite(k.values[0, RANGE]))
    rng = np.random.default_rng(1)
    doubled = GARBLINGS["range times 2"].act(look, rng)
    assert doubled.values[0, RANGE] == 2.0 * look.values[0, RANGE]
    turned = GARBLINGS["azimuth plus 180 deg"].act(look, rng)
    assert turned.values[0, AZIMUTH] == pytest.approx(look.values[0, AZIMUTH] + np.pi)
    assert len(GARBLINGS["radar detections fivefold"].act(look, rng).numbers) == 5 * len(look.numbers)


# ------------------------------------------------------------------------------------------------ through the centre
def test_the_quiet_world_is_no_attack_and_the_tape_on_every_line_is_one() -> None:
    feed = ground().feed
    assert through_centre(ground(), list(feed.looks)).level in ("noticed", "tracked", "possible")
    said = through_centre(ground(), in_order([*feed.looks, *feed.tape]))
    assert said.level == "confirmed" and said.sheltered


@pytest.mark.parametrize(
    ("kind", "name", "corruption"),
    [
        ("line", "line-geo-1", "tape alone"),  # a false plume 480 km beside a harmless launch that radars follow
        ("line", "line-geo-2", "tape in every name"),
        ("site", "post-south", "tape by two lines"),
        ("clock", "regional-1", "-3 s"),
        ("parser", "radar", "range times 0.5"),
        ("parser", "infrared", "turned by 1 deg"),
    ],
)
def test_one_corrupted_part_confirms_nothing(kind: str, name: str, corruption: str) -> None:
    part, corrupt = next(
        (p, f) for p, n, f in cases(ground().network) if (p.kind, p.name, n) == (kind, name, corruption)
    )
    said = through_centre(ground(), corrupt(ground().feed, part))
    assert said.level != "confirmed", said.reason
