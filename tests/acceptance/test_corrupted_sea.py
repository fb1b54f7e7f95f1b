"""Corruptions over the sea network that had confirmed a launcher's stage while nobody attacked."""

from pathlib import Path

import pytest

from tocsin.assessment.ladder import RANK
from tocsin.cli.study.corruption import find_worlds
from tocsin.modelling.corrupted import Ground, make_ground, through_centre
from tocsin.modelling.corruption import cases


@pytest.fixture(scope="module")
def ground() -> Ground:
    (world,) = find_worlds("sea-notional")
    return make_ground(Path(world), 1)


@pytest.mark.parametrize(
    ("part", "corruption"),
    [
        # drawn aside by a radar whose clock is fast, a stage grew surer of being a missile in half a minute of silence
        ("forward-north", "+4.9 s"),
        # looks of two satellites told what was before the third last saw the plume: it was held to be out, and had thrust
        ("post-south", "-30 s"),
        # what nobody had seen for 200 s was confirmed when the plume beside it became likelier a missile than not
        ("radar", "range plus 50 km"),
    ],
)
def test_one_corrupted_part_confirms_nothing(ground: Ground, part: str, corruption: str) -> None:
    (looks,) = (make(ground.feed, p) for p, name, make in cases(ground.network) if (p.name, name) == (part, corruption))
    assert RANK[through_centre(ground, looks).level] < RANK["confirmed"]
