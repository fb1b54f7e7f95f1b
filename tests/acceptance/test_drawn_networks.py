"""Missiles on drawn networks that had fallen without `probable`, and that are warned of now."""

import pytest

from tocsin.cli.study.launches import run_launch


@pytest.mark.parametrize(
    "number",
    [
        # its plume's track had taken a false detection after minutes of darkness: a space launch for good, within the Earth
        9617,
        # a second radar's constant error had made its arc faster by 4 m/s, and so driven to the end
        9719,
    ],
)
def test_a_missile_that_radars_follow_for_minutes_is_warned_of(number: int) -> None:
    line = run_launch("first-light", number, drawn=True)
    assert line["kind"] == "missile" and line["coverage"] == "arc"
    assert line["levels"]["probable"] < line["fall_s"] - 60.0
