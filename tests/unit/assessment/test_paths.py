"""Independent paths: common sites and lines are common causes; messages are not counted."""

from itertools import combinations, permutations

import numpy as np
import pytest

from tocsin.assessment.paths import independent_paths, phenomenologies, speaking_paths


@pytest.mark.parametrize(
    ("paths", "count"),
    [
        ((), 0),
        (("infrared/a/1",), 1),
        (("infrared/a/1", "infrared/b/2"), 2),
        (("infrared/a/1", "infrared/a/2"), 1),
        (("infrared/a/1", "infrared/b/1"), 1),
        (("infrared/a/1", "radar/a/1"), 1),
        (("infrared/a/1", "radar/a/2"), 1),
        (("infrared/a/1", "infrared/a/2", "infrared/b/1"), 2),
        (("infrared/a/1", "infrared/a/2", "infrared/b/2", "radar/c/2", "radar/c/3"), 3),
    ],
)
def test_paths_that_share_a_site_or_a_line_are_not_independent(paths: tuple[str, ...], count: int) -> None:
    assert independent_paths(paths) == count
    for order in permutations(paths[:4]):
        assert independent_paths((*order, *paths[4:])) == count


def brute_force(paths: tuple[str, ...]) -> int:
    parts = [p.split("/", 2)[1:] for p in paths]
    for size in range(len(paths), 0, -1):
        for chosen in combinations(parts, size):
            if len({site for site, _ in chosen}) == size == len({line for _, line in chosen}):
                return size
    return 0


def test_the_count_is_the_largest_set_in_which_no_two_share_anything() -> None:
    draw = np.random.default_rng(5)
    for _ in range(200):
        n = int(draw.integers(1, 8))
        pairs = {(int(s), int(k)) for s, k in draw.integers(0, 4, (n, 2))}
        paths = tuple(f"radar/s{s}/l{k}" for s, k in sorted(pairs))
        assert independent_paths(paths) == brute_force(paths)


def test_a_line_name_may_hold_a_slash() -> None:
    assert independent_paths(("radar/a/x/1", "radar/b/x/2")) == 2
    assert independent_paths(("radar/a/x/1", "radar/b/x/1")) == 1


def test_a_path_speaks_with_its_second_detection_and_many_count_no_more() -> None:
    assert speaking_paths({"radar/a/1": 1}) == ()
    assert speaking_paths({"radar/b/1": 2, "infrared/a/2": 900, "radar/c/3": 1}) == ("infrared/a/2", "radar/b/1")


def test_phenomenologies_are_kinds_not_sensors() -> None:
    assert phenomenologies(("infrared/a/1", "infrared/b/2")) == ("infrared",)
    assert phenomenologies(("radar/a/1", "infrared/b/2", "radar/c/3")) == ("infrared", "radar")
