"""Vehicles drawn beside a class: the same by number, each of its own, all of them lift off, a scenario can name one."""

import msgspec
import pytest

from tocsin.core.constants import G0_M_S2
from tocsin.core.errors import InputError
from tocsin.modelling.drawn_vehicle import LEAST_LIFT, SEA_LEVEL_PA, drawn_vehicle
from tocsin.modelling.vehicles import find_vehicle, packaged_vehicles

CLASSES = packaged_vehicles()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_lifts_off_and_none_is_like_another(name: str) -> None:
    like = CLASSES[name]
    drawn = [drawn_vehicle(like, k) for k in range(40)]
    for one in drawn:
        first = one.stages[0]
        lift = first.thrust_vac_n - SEA_LEVEL_PA * first.exit_area_m2
        assert lift >= (LEAST_LIFT - 1e-6) * one.lift_off_kg * G0_M_S2
        assert len(one.stages) == len(like.stages)
        assert 0.6 * like.ideal_speed_m_s < one.ideal_speed_m_s < 1.5 * like.ideal_speed_m_s
        assert one.turn_s >= one.vertical_s and one.hold_s > one.turn_s
    assert min(len({one.burn_s for one in drawn}), len({one.plume_w_sr for one in drawn})) > 35
    # the class is in their midst
    assert min(one.burn_s for one in drawn) < like.burn_s < max(one.burn_s for one in drawn)


def test_the_number_is_the_vehicle() -> None:
    like = CLASSES["short_range"]
    one = drawn_vehicle(like, 7)
    assert msgspec.to_builtins(one) == msgspec.to_builtins(drawn_vehicle(like, 7))
    assert one.name == "short_range~7"


def test_a_scenario_names_it_by_its_number() -> None:
    found = find_vehicle("short_range~7", "missile")
    assert found == drawn_vehicle(CLASSES["short_range"], 7)
    for wrong in ("short_range~", "short_range~-1", "no_such_class~7", "~7"):
        with pytest.raises(InputError, match="no such vehicle"):
            find_vehicle(wrong, "missile")
