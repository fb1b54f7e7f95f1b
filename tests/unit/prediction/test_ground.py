"""Places are named after the land or sea that they are in."""

import math

import pytest

from tocsin.prediction.ground import country, describe, nearest_city


@pytest.mark.parametrize(
    "lat, lon, name",
    [
        (52.5, 13.4, "Germany"), (-29.6, 28.2, "Lesotho"), (-29.6, 25.0, "South Africa"), (-80.0, 40.0, "Antarctica"),
        (66.5, 179.9, "Russian Federation"), (66.5, -179.9, "Russian Federation"), (66.5, 180.1, "Russian Federation"),
        (0.0, -140.0, None), (40.0, -40.0, None), (90.0, 0.0, None),
    ],
)  # fmt: skip
def test_land_or_sea(lat, lon, name):
    assert country(math.radians(lat), math.radians(lon)) == name


@pytest.mark.parametrize(
    "lat, lon, words",
    [
        (-20.0, -20.0, "in the South Atlantic, 2,420 km east of Rio de Janeiro"),
        (48.8, 2.35, "in France, at Paris"),
        (40.0, -100.0, "in the United States, 430 km east of Denver"),
        (30.0, -140.0, "in the North Pacific, 1,840 km south-west of San Francisco"),
        (-45.0, 80.0, "in the Indian Ocean, 3,450 km south-east of Port Louis"),
        (34.0, 18.5, "in the Mediterranean Sea, 420 km south-east of Valletta"),
        (float("nan"), 0.0, "nowhere"),
    ],
)
def test_words_for_a_place(lat, lon, words):
    assert describe(math.radians(lat), math.radians(lon)) == words


def test_the_bearing_is_from_the_city():
    name, distance, azimuth = nearest_city(math.radians(41.9), math.radians(13.5))
    assert name in ("Rome", "Vatican City") and 50e3 < distance < 120e3
    assert math.degrees(azimuth) == pytest.approx(90.0, abs=5.0)
