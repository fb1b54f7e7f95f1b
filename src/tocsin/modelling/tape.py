"""A tape: looks of another scenario, played into the lines of this one, as test data reaches a live channel."""

from pathlib import Path

import msgspec

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import Look
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Scenario, Tape
from tocsin.formats.toml_files import check_scenario, read_scenario
from tocsin.modelling.look_build import LabelTable
from tocsin.modelling.paths import find_beside
from tocsin.modelling.sensors import Sky, run_sensors
from tocsin.modelling.truth import build_truth
from tocsin.sensing.sensors import compile_network


def play(
    tape: Tape, labels: LabelTable, scenario: Scenario, scenario_path: Path | str | None, network: Network, assets: Assets,
    start: int, end: int,
) -> list[Look]:  # fmt: skip
    """Return the looks of a tape, as they arrive in a scenario from `start` to `end` (TAI ns); add their labels.

    Of each sensor only the looks that hold something are on the tape; they are numbered anew, in a session of their
    own, so that the sensor's own looks and the tape's do not hide each other's losses.
    """
    path = find_beside(tape.scenario, scenario_path, "scenarios")
    told = read_scenario(path)
    check_scenario(path, told, network, assets)
    if told.tape:
        raise InputError("a tape that plays another tape", file=str(path), key="tape")
    first = start + round(tape.start_s * NS)
    last = min(end, first + round(told.duration_s * NS))
    told = msgspec.structs.replace(told, data_mode=scenario.data_mode)
    sky = Sky(build_truth(told, assets, first, last, path).trajectories)
    run = run_sensors(told, network, compile_network(network), sky, first, last, lambda stage, part: None)
    looks = []
    numbers: dict[str, int] = {}
    for look in run.looks:
        if not len(look.numbers) or (tape.sensors and look.sensor not in tape.sensors):
            continue
        numbers[look.sensor] = numbers.get(look.sensor, 0) + 1
        looks.append(
            msgspec.structs.replace(
                look, session=tape.id, sequence=numbers[look.sensor], line=tape.line or look.line,
                data_mode=tape.data_mode or look.data_mode,
            )
        )  # fmt: skip
        labels.add(look.sensor, numbers[look.sensor], [tape.id] * len(look.numbers), session=tape.id)
    return looks
