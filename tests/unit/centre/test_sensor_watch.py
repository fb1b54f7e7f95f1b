"""Sensors that are lost together are told together: one cause, and the Sun before jamming."""

from pathlib import Path

import msgspec
import pytest

from tocsin.centre.sensor_watch import SensorWatch
from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.core.time import tai_from_iso
from tocsin.formats.toml_files import read_network
from tocsin.sensing.sensors import compile_network

ROOT = Path(__file__).resolve().parents[3]
SUNNY, AVERTED = tai_from_iso("1979-05-23T06:00:00Z"), tai_from_iso("1979-05-23T18:00:00Z")


@pytest.fixture
def watch() -> SensorWatch:
    return SensorWatch(compile_network(read_network(ROOT / "networks" / "us-1979.toml")).sensors)


def look(sensor: str, at: int, state: str = "ok") -> Look:
    return Look(
        sensor=sensor,
        session="s",
        sequence=1,
        data_mode="test",
        received=at,
        time=at,
        start=at - NS,
        end=at,
        state=state,
    )


def lose(
    watch: SensorWatch, at: int, state: str, names: tuple[str, ...] = ("thule", "clear", "fylingdales")
) -> list[str]:
    return [watch.look(look(name, at + k * NS, state), at + k * NS)[1] for k, name in enumerate(names)]


def test_the_first_is_told_alone_and_the_others_with_it(watch: SensorWatch) -> None:
    first, second, third = lose(watch, AVERTED, "down")
    assert first == "says it is down"
    assert "of thule: look for one cause" in second
    assert "of thule, clear: look for one cause" in third


def test_radars_that_the_sun_shines_on_blame_the_sun(watch: SensorWatch) -> None:
    assert "solar radio burst rather than jamming" in lose(watch, SUNNY, "blinded")[2]


def test_the_sun_is_blamed_neither_by_night_nor_for_a_satellite_nor_for_a_failure(watch: SensorWatch) -> None:
    assert "solar" not in lose(watch, AVERTED, "blinded")[2]
    assert "solar" not in lose(SensorWatch(watch.sensors), SUNNY, "down")[2]
    assert "solar" not in lose(SensorWatch(watch.sensors), SUNNY, "blinded", ("dsp-east", "thule"))[1]


def test_one_line_behind_all_of_them_is_named(watch: SensorWatch) -> None:
    assert "one line: line-ground-station-west" in lose(watch, AVERTED, "down", ("dsp-west-1", "dsp-west-2"))[1]


def test_what_was_lost_long_before_has_nothing_to_do_with_it(watch: SensorWatch) -> None:
    watch.look(look("thule", AVERTED, "down"), AVERTED)
    later = AVERTED + 600 * NS
    assert watch.look(look("clear", later, "down"), later)[1] == "says it is down"


def test_it_goes_through_a_snapshot(watch: SensorWatch) -> None:
    lose(watch, AVERTED, "down")
    twin = SensorWatch(watch.sensors)
    twin.load(msgspec.msgpack.decode(msgspec.msgpack.encode(watch.state())))
    assert twin.state() == watch.state()
