from collections import Counter

import numpy as np
import pytest

from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_beside, find_scenario
from tocsin.modelling.stratified import DOWN, SEASONS, _near_polygon, launch_case, stratum

PATH = find_scenario("first-light")
BASE = read_scenario(PATH)


@pytest.mark.parametrize("values", [SEASONS, DOWN])
def test_every_value_of_a_stratum_comes_as_often_as_it_stands_there(values: tuple[str, ...]) -> None:
    drawn = Counter(stratum(7, "x", k, values) for k in range(25 * len(values)))
    assert drawn == {value: 25 * n for value, n in Counter(values).items()}


def test_two_strata_are_not_tied() -> None:
    pairs = Counter((stratum(7, "a", k, SEASONS), stratum(7, "b", k, SEASONS)) for k in range(400))
    assert len(pairs) == 16 and max(pairs.values()) < 50


def test_inside_and_near_a_polygon() -> None:
    box = np.array([[10.0, 10.0], [10.0, 20.0], [20.0, 20.0], [20.0, 10.0]])
    assert _near_polygon(15.0, 15.0, box)
    assert _near_polygon(9.5, 15.0, box)  # 56 km outside
    assert not _near_polygon(8.0, 15.0, box)
    assert not _near_polygon(15.0, 30.0, box)


def test_a_case_falls_where_it_is_aimed_and_is_the_same_again() -> None:
    network = read_network(find_beside(BASE.network, PATH, "networks"))
    assets = read_assets(find_beside(BASE.assets, PATH, "assets"))
    case = launch_case(BASE, network, assets, 5)
    assert case == launch_case(BASE, network, assets, 5)
    assert case.strata["kind"] == "missile" and case.fall_s > 60.0
    assert {o.sensor for o in case.scenario.outage} and case.strata["down"] == "infrared"
