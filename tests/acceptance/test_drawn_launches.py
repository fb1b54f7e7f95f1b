"""Missiles of drawn launches that had fallen without `probable`, and that are warned of now."""

import pytest

from tocsin.cli.study.launches import run_launch


@pytest.mark.parametrize(
    "number, drawn",
    [
        # its plume's track had taken a false detection after minutes of darkness: a space launch for good, within the Earth
        (9617, True),
        # a second radar's constant error had made its arc faster by 4 m/s, and so driven to the end
        (9719, True),
        # half an hour after its burn the first lines of sight were read as from where a radar had found it: they seemed to brake
        (62001, False),
        # one satellite saw its last four and seven lights: its arc was held for known, and ended long before a radar saw it
        (62303, False),
        (62963, False),
        # satellites had taken it for faster than any missile; the arc that radars followed did not take that back
        (62385, False),
        # of its arcs the flattest counted, which was that of the first seconds: too flat to be thrown
        (63866, False),
        # a radar had seen it burn and never again: what five satellites tell of its whole burn was not used
        (64426, False),
        # while one satellite saw it burn, the filter made an arc of 30 km of that: surely a launcher, which lends nothing
        (65167, False),
        # four satellites saw it burn for 240 s: slow as it was, it had stood at 0.955 as a launcher, and lent its burn to no arc
        (11307, True),
    ],
)
def test_a_missile_that_radars_follow_for_minutes_is_warned_of(number: int, drawn: bool) -> None:
    line = run_launch("first-light", number, drawn)
    assert line["kind"] == "missile" and line["coverage"] == "arc"
    assert line["levels"]["probable"] < line["fall_s"] - 60.0
