"""Where a missile rose that satellites hardly saw: drawn vehicles and networks, found wrong and sure by `study networks`."""

import pytest

from tocsin.cli.study.launches import run_launch


@pytest.mark.parametrize(
    ("number", "looks"),
    [
        pytest.param(7257, 42, id="one satellite from its 60th second on: was 1,574 km off, said to 373 km"),
        pytest.param(8222, 10, id="one satellite, the last stage alone: was 2,290 km off, said to 295 km"),
        pytest.param(9255, 3, id="three looks of one satellite: was 1,454 km off, said to 348 km"),
    ],
)
def test_radars_tell_where_it_rose_that_one_satellite_hardly_saw(number: int, looks: int) -> None:
    line = run_launch("first-light", number, drawn=True)
    assert [n for sensor, n in line["sensors"].items() if sensor.startswith("satellite")] == [looks]
    last = line["launches"]["last"]
    assert last["error_km"] < 60.0 and last["inside"]["99"], last
