"""A scenario observed: what flies, what the sensors send, and what people say of it; nothing is written.

`simulate` writes it; studies of many scenarios hand it to a centre as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import ElementSet, Health, Input, Notification, Operator
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Scenario
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats.input_lines import Other
from tocsin.formats.inputs import InputsRead, stream
from tocsin.formats.other_inputs import in_order
from tocsin.modelling.faults import apply_faults
from tocsin.modelling.hotspots import HotSpots
from tocsin.modelling.satellites import perturbed
from tocsin.modelling.sensors import Progress, SensorRun, Sky, run_sensors
from tocsin.modelling.tape import play
from tocsin.modelling.truth import Truth, build_truth
from tocsin.sensing.sensors import SensorTable, compile_network


@dataclass
class Observed:
    """Truth, looks with their labels, and words, of a scenario from `start` to `end` (TAI ns)."""

    start: int
    end: int
    truth: Truth
    run: SensorRun
    notices: list[Notification]
    words: list[Other]
    """Health and operators, in order."""

    def items(self) -> list[Input]:
        """Return all inputs in the one total order."""
        return stream(InputsRead(self.run.looks, [*self.notices, *self.words], None, [], 0))


def observe(
    scenario: Scenario,
    scenario_path: Path | str | None,
    network: Network,
    assets: Assets,
    known: list[ElementSet],
    fires: HotSpots | None,
    say: Progress = lambda stage, part: None,
    mark: Callable[[str], None] = lambda stage: None,
) -> Observed:
    """Return what comes of a scenario. `known`: the catalogue; `fires`: the hot spots of a day; `mark` ends a stage."""
    start = tai_from_iso(scenario.start_utc)
    end = start + int(scenario.duration_s * NS)
    say("truth", 0.0)
    truth = build_truth(scenario, assets, start, end, scenario_path)
    mark("truth")
    say("satellites", 0.0)
    sky = Sky(truth.trajectories, fires, perturbed(known, scenario.catalogue.along_track_error_s, scenario.seed),
              scenario.background.glint_episodes)  # fmt: skip
    mark("satellites")
    sensors = compile_network(network)
    _orbits_hold(sensors, start, end)
    run = run_sensors(scenario, network, sensors, sky, start, end, say)
    _between(scenario, scenario_path, run, network, assets, start, end)
    mark("sensors")
    return Observed(start, end, truth, run, notices(scenario, start), words(scenario, start))


def _orbits_hold(sensors: SensorTable, start: int, end: int) -> None:
    """InputError where the orbit of a satellite cannot be carried from its epoch to the scenario."""
    for sensor in sensors.sensors:
        if sensor.ephemeris is not None and not all(
            np.isfinite(sensor.satellite_position(t)).all() for t in (start, end)
        ):
            raise InputError(
                f"does not hold at the time of the scenario ({iso_from_tai(start)}): decades away, or it has come down",
                key=f"{sensor.kind} {sensor.id}: orbit", allowed="an orbit with an epoch within some years",
            )  # fmt: skip


def _between(
    scenario: Scenario, scenario_path: Path | str | None, run: SensorRun, network: Network, assets: Assets, start: int,
    end: int,
) -> None:  # fmt: skip
    """Do to the looks what happens between sensors and centre: faults, and then tapes."""
    run.looks, run.labels, struck = apply_faults(scenario, network, run.looks, run.labels, start)
    for tape in scenario.tape:
        run.looks += play(tape, run.labels, scenario, scenario_path, network, assets, start, end)
    run.looks.sort(key=lambda look: (look.received, look.sensor, look.session, look.sequence))
    run.recount(struck)


def notices(scenario: Scenario, start: int) -> list[Notification]:
    """Return the notifications of a scenario that starts at an instant (TAI ns), in order of arrival."""

    def at(seconds: float) -> int:
        return start + round(seconds * NS)

    return [
        Notification(
            id=n.id,
            received=at(n.received_s),
            data_mode=scenario.data_mode,
            window_start=at(n.window_start_s),
            window_end=at(n.window_end_s),
            latitude_deg=n.latitude_deg,
            longitude_deg=n.longitude_deg,
            radius_km=n.radius_km,
            azimuth_deg=n.azimuth_deg,
            vehicle=n.vehicle,
        )
        for n in sorted(scenario.notification, key=lambda n: (n.received_s, n.id))
    ]


def words(scenario: Scenario, start: int) -> list[Other]:
    """Return what owners of sensors and operators say, in order."""

    def at(seconds: float) -> int:
        return start + round(seconds * NS)

    said: list[Other] = [
        Health(h.id, at(h.received_s), scenario.data_mode, h.subject, h.state, h.source) for h in scenario.health
    ]
    said += [
        Operator(o.id, at(o.received_s), o.data_mode or scenario.data_mode, o.action, o.person, o.subject, o.text)
        for o in scenario.operator
    ]
    return in_order(said)
