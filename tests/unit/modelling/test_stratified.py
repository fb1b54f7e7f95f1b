import math
from collections import Counter

import msgspec
import numpy as np
import pytest

from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.dispersion import PAYLOAD_BETA_KG_M2, payload_beta
from tocsin.modelling.paths import find_beside, find_scenario
from tocsin.modelling.stratified import DOWN, SEASONS, _near_polygon, launch_case, stratum
from tocsin.modelling.truth import build_truth
from tocsin.tracking.filter_kernels import BETA_LEAST, BETA_MOST, LIGHTNESS, LIGHTNESS_SIGMA

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
    flight = case.scenario.flight[0]
    assert flight.payload_beta_kg_m2 is not None
    assert PAYLOAD_BETA_KG_M2[0] <= flight.payload_beta_kg_m2 <= PAYLOAD_BETA_KG_M2[1]
    path = next(t for t in build_truth(case.scenario, assets, 0, 10**12).trajectories if t.name == "launch")
    other = msgspec.structs.replace(flight, payload_beta_kg_m2=2.0 * flight.payload_beta_kg_m2)
    changed = msgspec.structs.replace(case.scenario, flight=(other,))
    beside = next(t for t in build_truth(changed, assets, 0, 10**12).trajectories if t.name == "launch")
    # it is aimed all the same; the arc is another
    assert abs(path.end - beside.end) > 1e6


def test_payloads_are_drawn_from_what_the_filter_expects() -> None:
    low, high = (math.log(beta) for beta in PAYLOAD_BETA_KG_M2)
    assert PAYLOAD_BETA_KG_M2 == (BETA_LEAST, BETA_MOST)
    evenly = np.exp(-np.linspace(low, high, 100_001))
    assert (evenly.mean(), evenly.std()) == pytest.approx((LIGHTNESS, LIGHTNESS_SIGMA), rel=1e-4)
    drawn = np.log([payload_beta(np.random.default_rng(k)) for k in range(400)])
    # evenly: four quarters of the range, 100 each, within four sigma
    assert np.abs(np.histogram(drawn, 4, (low, high))[0] - 100).max() < 36
