from collections import Counter

import pytest

from tocsin.formats.toml_files import check_scenario, read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_beside, find_scenario
from tocsin.modelling.quiet import launches
from tocsin.modelling.quiet.slices import CAUSES, TABLES, YEAR_S, slice_of

PATH = find_scenario("quiet")
BASE = read_scenario(PATH)
NETWORK = read_network(find_beside(BASE.network, PATH, "networks"))
DAYS = 60


@pytest.fixture(scope="module")
def drawn():
    return [slice_of(BASE, NETWORK, k, 24.0) for k in range(DAYS)]


def test_every_cause_comes_as_often_as_its_rate_says(drawn) -> None:
    counts: Counter[str] = Counter()
    for _, causes in drawn:
        counts.update(causes)
    for cause in CAUSES:
        mean = cause.per_year * cause.each(NETWORK) * DAYS * 86400.0 / YEAR_S
        # five standard deviations of a Poisson number, and half of one for the smallest
        assert abs(counts[cause.name] - mean) <= 5.0 * mean**0.5 + 0.5, cause.name


def test_slices_follow_one_another_and_each_has_its_own_chance(drawn) -> None:
    starts = [s.start_utc for s, _ in drawn]
    assert [start[:19] for start in starts[:2]] == ["2026-01-01T00:00:00", "2026-01-02T00:00:00"]
    assert len({s.seed for s, _ in drawn}) == DAYS


def test_a_slice_is_the_same_whenever_it_is_drawn(drawn) -> None:
    again = slice_of(BASE, NETWORK, 3, 24.0)
    assert again == drawn[3]


def test_every_slice_is_a_scenario_that_a_user_could_have_written(drawn) -> None:
    assets = read_assets(find_beside(BASE.assets, PATH, "assets"))
    for scenario, _ in drawn:
        check_scenario(PATH, scenario, NETWORK, assets)
        for table in TABLES:
            ids = [entry.id for entry in getattr(scenario, table) if hasattr(entry, "id")]
            assert len(ids) == len(set(ids)), table


def test_nothing_in_quiet_time_is_a_missile(drawn) -> None:
    assert not [f for s, _ in drawn for f in s.flight if f.kind == "missile"]


def test_a_launch_heads_for_its_inclination() -> None:
    # due east reaches the latitude, a polar orbit starts due north or south
    assert launches.heading_deg(28.5, 28.5, south=False) == pytest.approx(90.0, abs=1e-3)
    assert launches.heading_deg(34.6, 90.0, south=True) == pytest.approx(180.0, abs=1e-9)
    assert launches.heading_deg(34.6, 98.0, south=True) > 180.0


def test_notices_are_right_late_wrong_and_missing(drawn) -> None:
    flights = [f for s, _ in drawn for f in s.flight]
    said = {(s.seed, n.id): n for s, _ in drawn for n in s.notification}
    named = [said.get((s.seed, f"{f.id}-notice")) for s, _ in drawn for f in s.flight]
    late = [n for n, f in zip(named, flights, strict=True) if n is not None and n.received_s > f.launch_s]
    assert 0 < named.count(None) < len(named) and late
