"""The sensors of a scenario look at its sky: looks as a centre gets them, and their labels for scoring."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import ElementSet, FloatArray, IntArray, Look
from tocsin.core.records.network import Network
from tocsin.core.records.scenario import Scenario
from tocsin.modelling.chance import stream
from tocsin.modelling.glint_episode import Episode, add_episode
from tocsin.modelling.hotspots import HotSpots
from tocsin.modelling.infrared_looks import (
    Telescope,
    make_telescope,
    see_false_alarms,
    see_hot_spots,
    see_trajectory,
)
from tocsin.modelling.look_build import LabelTable, Rows, Slots, build_looks, joined_slots, search_slots
from tocsin.modelling.radar_budget import looks_per_period, served
from tocsin.modelling.radar_looks import (
    HAND_OVER_NS,
    Antenna,
    make_antenna,
    search_false_alarms,
    search_satellites,
    search_trajectory,
    track_trajectory,
)
from tocsin.modelling.resolved import resolve
from tocsin.modelling.satellites import Crossings, fence_crossings
from tocsin.modelling.satellites import rcs_dbsm as satellite_rcs_dbsm
from tocsin.modelling.sources import kind_of, mechanism
from tocsin.modelling.sources.mechanism import RadarView, Stage
from tocsin.modelling.telescope_looks import look_at_sky, make_dome
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import SensorTable

TRACK_PERIOD_S = 2.5
"""Time between two track looks of a radar at its objects, unless the scenario's settings say `track_period_s`."""
TRACK_DWELL_NS = NS // 20

Progress = Callable[[str, float], None]


@dataclass
class Sky:
    """Everything that can be seen: paths, fires, satellites (true orbits), and how many glint episodes."""

    trajectories: list[Trajectory] = field(default_factory=list)
    fires: HotSpots | None = None
    satellites: list[ElementSet] = field(default_factory=list)
    glint_episodes: int = 0


@dataclass
class SensorRun:
    """What the sensors sent, ordered by arrival, the labels, and what was counted on the way."""

    looks: list[Look]
    labels: LabelTable
    episodes: list[Episode]
    counts: dict[str, int]
    seen: dict[str, dict[str, int]]
    """Detections by object and sensor (paths only)."""

    def recount(self, more: dict[str, int]) -> None:
        """Count what there is now, and take over further counts."""
        self.counts["looks"] = sum(look.empty_looks for look in self.looks)
        self.counts["detections"] = sum(len(look.numbers) for look in self.looks)
        self.counts.update(more)


def run_sensors(
    scenario: Scenario, network: Network, table: SensorTable, sky: Sky, start: int, end: int, progress: Progress
) -> SensorRun:
    """Return the looks of all sensors of a network from `start` to `end` (TAI ns)."""
    run = SensorRun([], LabelTable(), [], {}, {t.name: {} for t in sky.trajectories})
    _run_infrared(scenario, network, table, sky, start, end, run, progress)
    _run_radars(scenario, network, table, sky, start, end, run, progress)
    _run_telescopes(scenario, network, table, sky, start, end, run, progress)
    run.looks.sort(key=lambda look: (look.received, look.sensor, look.sequence))
    run.recount({})
    return run


def _apply_outages(scenario: Scenario, sensor: str, slots: Slots, start: int) -> None:
    """Mark the looks in which a sensor is down or blinded."""
    for outage in scenario.outage:
        if outage.sensor == sensor:
            first, last = start + int(outage.start_s * NS), start + int(outage.end_s * NS)
            for k in np.flatnonzero((slots.end > first) & (slots.start < last)):
                slots.state[k] = outage.state


def _apply_noise(scenario: Scenario, sensor: Sensor, slots: Slots, start: int, end: int) -> None:
    """Let the sources of a scenario make the looks of a sensor noisier or blind."""
    for source in scenario.source:
        act = mechanism(source).noise
        if act is not None:
            act(source, Stage(scenario.seed, start, end), sensor, slots)


def _count(run: SensorRun, name: str, number: int) -> None:
    run.counts[name] = run.counts.get(name, 0) + number


def _run_infrared(
    scenario: Scenario,
    network: Network,
    table: SensorTable,
    sky: Sky,
    start: int,
    end: int,
    run: SensorRun,
    progress: Progress,
) -> None:
    seed = scenario.seed
    scopes: list[Telescope] = []
    rows: dict[str, Rows] = {}
    fires_seen = 0
    for i, record in enumerate(network.infrared):
        progress("infrared looks", i / max(len(network.infrared), 1))
        sensor = table.by_id[record.id]
        offset = float(stream(seed, "offset", record.id).uniform(0.0, record.revisit_s))
        slots = search_slots(start, end, record.revisit_s, offset, "search", None)
        _apply_outages(scenario, record.id, slots, start)
        _apply_noise(scenario, sensor, slots, start, end)
        scope = make_telescope(sensor, slots, seed)
        scopes.append(scope)
        rows[record.id] = Rows()
        for path in sky.trajectories:
            n = see_trajectory(scope, rows[record.id], path)
            if n:
                run.seen[path.name][record.id] = n
                _count(run, f"{path.kind}_detections", n)
        # fires, clouds and glints are modelled as the spots that are reported; plumes share pixels
        rows[record.id], shared = resolve(sensor, rows[record.id], seed)
        _count(run, "detections_shared", shared)
        if sky.fires is not None:
            before = len(rows[record.id].labels)
            fires_seen = max(fires_seen, see_hot_spots(scope, rows[record.id], sky.fires))
            _count(run, "hot_spot_detections", len(rows[record.id].labels) - before)
        _count(run, "false_alarms", see_false_alarms(scope, rows[record.id]))
        for source in scenario.source:
            act = mechanism(source).infrared
            if act is not None:
                n = act(source, Stage(seed, start, end), scope, rows[record.id])
                _count(run, f"{kind_of(source)}_detections", n)
    for number in range(sky.glint_episodes):
        episode = add_episode(scopes, rows, seed, number, start, end)
        if episode is not None:
            run.episodes.append(episode)
            _count(run, "glint_detections", episode.detections)
    if sky.fires is not None:
        distinct = {name for r in rows.values() for name in r.labels if name.startswith("fire-")}
        run.counts["hot_spots_reported"] = len(distinct)
    for scope in scopes:
        mine = rows[scope.sensor.id]
        run.looks += build_looks(
            scope.sensor.id, scenario.data_mode, seed, scope.slots, mine, scope.place_at, run.labels
        )


def _run_radars(
    scenario: Scenario,
    network: Network,
    table: SensorTable,
    sky: Sky,
    start: int,
    end: int,
    run: SensorRun,
    progress: Progress,
) -> None:
    rcs = satellite_rcs_dbsm(sky.satellites, scenario.seed)
    names = [f"satellite-{s.id}" for s in sky.satellites]
    rounds = max((len(r.search_volumes) for r in network.radar), default=0)
    crossings: list[Crossings] = []
    for j in range(max(rounds, 1) if sky.satellites else 0):
        progress("satellites through fences", j / max(rounds, 1))
        volume = {r.id: r.search_volumes[j].id if r.search_volumes else None
                  for r in network.radar if j < max(len(r.search_volumes), 1)}  # fmt: skip
        crossings.append(fence_crossings(sky.satellites, table, list(volume), start, end, volume))
    for i, record in enumerate(network.radar):
        progress("radar looks", i / len(network.radar))
        antenna = make_antenna(table.by_id[record.id], scenario.seed)
        volumes: list[str | None] = [v.id for v in record.search_volumes] or [None]
        parts = [search_slots(start, end, record.period_s, 0.0, "search", v) for v in volumes]
        for part in parts:
            _apply_outages(scenario, record.id, part, start)
            _apply_noise(scenario, antenna.sensor, part, start, end)
        radar = _RadarRun(scenario, antenna, Rows(), parts, [antenna.sensor.boxes(v) for v in volumes])
        for j, crossing in enumerate(crossings):
            if j < len(parts):
                mine = crossing.sensor == antenna.sensor.index
                _count(run, "satellite_detections", radar.satellites(j, crossing, mine, rcs, names))
        radar.objects(sky.trajectories, start, end, run)
        apart, shared = resolve(antenna.sensor, radar.rows, scenario.seed)
        _count(run, "detections_shared", shared)
        run.looks += build_looks(record.id, scenario.data_mode, scenario.seed, radar.slots(), apart, None, run.labels)


def _run_telescopes(
    scenario: Scenario,
    network: Network,
    table: SensorTable,
    sky: Sky,
    start: int,
    end: int,
    run: SensorRun,
    progress: Progress,
) -> None:
    rcs = satellite_rcs_dbsm(sky.satellites, scenario.seed)
    for i, record in enumerate(network.telescope):
        progress("telescope looks", i / len(network.telescope))
        sensor, rows = table.by_id[record.id], Rows()
        slots = search_slots(start, end, record.period_s, 0.0, "track", None)
        _apply_outages(scenario, record.id, slots, start)
        _apply_noise(scenario, sensor, slots, start, end)
        dome = make_dome(sensor, slots, scenario.seed, sky.satellites, rcs)
        _count(run, "telescope_detections", look_at_sky(dome, rows))
        run.looks += build_looks(record.id, scenario.data_mode, scenario.seed, slots, rows, None, run.labels)


@dataclass
class _RadarRun:
    """One radar at work; rows of later volumes count their slots after those of the earlier ones."""

    scenario: Scenario
    antenna: Antenna
    rows: Rows
    parts: list[Slots]
    boxes: list[FloatArray]

    def slots(self) -> Slots:
        """Return all looks made."""
        return joined_slots(self.parts)

    def _shifted(self, part: int, rows: Rows) -> None:
        """Take over rows whose slots count from the beginning of a part."""
        shift = sum(len(p) for p in self.parts[:part])
        for slots, times, values in zip(rows.slots, rows.times, rows.values, strict=True):
            self.rows.slots.append(slots + shift)
            self.rows.times.append(times)
            self.rows.values.append(values)
        self.rows.labels.extend(rows.labels)
        self.rows.also.extend(rows.also)

    def satellites(self, part: int, crossing: Crossings, mine: np.ndarray, rcs: FloatArray, names: list[str]) -> int:
        """Search one volume for known objects; return the number of detections."""
        rows = Rows()
        who = crossing.object_index[mine]
        total = search_satellites(
            self.antenna, self.parts[part], rows, self.boxes[part], crossing.look_index[mine], crossing.tai_ns[mine],
            crossing.states[mine], rcs[who], [names[i] for i in who],
        )  # fmt: skip
        self._shifted(part, rows)
        return total

    def objects(self, trajectories: list[Trajectory], start: int, end: int, run: SensorRun) -> None:
        """Search for unknown objects, verify false alarms, track what was found."""
        sensor, seed = self.antenna.sensor, self.scenario.seed
        alarms: list[IntArray] = []
        found: dict[str, list[IntArray]] = {t.name: [] for t in trajectories}
        for part, (slots, boxes) in enumerate(zip(self.parts, self.boxes, strict=True)):
            rows = Rows()
            for path in trajectories:
                rng = stream(seed, "search", sensor.id, path.name, str(part))
                times = search_trajectory(self.antenna, slots, rows, boxes, path, rng)
                found[path.name].append(times)
                self._note(run, path, len(times))
            alarms.append(search_false_alarms(self.antenna, slots, rows, boxes))
            _count(run, "false_alarms", len(alarms[-1]))
            self._sources(slots, boxes, rows, start, end, run)
            self._shifted(part, rows)
        self._track(trajectories, found, np.concatenate(alarms), start, end, run)

    def _sources(self, slots: Slots, boxes: FloatArray, rows: Rows, start: int, end: int, run: SensorRun) -> None:
        """Add what the scenario's sources make in one search volume."""
        stage = Stage(self.scenario.seed, start, end)
        volume = (slots.searched[0] or "") if len(slots) else ""
        for source in self.scenario.source:
            act = mechanism(source).radar
            if act is not None:
                n = act(source, stage, RadarView(self.antenna, slots, boxes, rows, volume))
                _count(run, f"{kind_of(source)}_detections", n)

    def _track(
        self,
        trajectories: list[Trajectory],
        found: dict[str, list[IntArray]],
        alarms: IntArray,
        start: int,
        end: int,
        run: SensorRun,
    ) -> None:
        sensor, seed = self.antenna.sensor, self.scenario.seed
        period = float(self.scenario.settings.get("track_period_s", TRACK_PERIOD_S))
        offset = float(stream(seed, "offset", sensor.id).uniform(0.0, period))
        instants = search_slots(start, end, period, offset, "track", None).end
        probe = Slots(instants - TRACK_DWELL_NS, instants, [], [], ["ok"] * len(instants))
        _apply_outages(self.scenario, sensor.id, probe, start)
        _apply_noise(self.scenario, sensor, probe, start, end)
        ok = probe.seeing()
        looked = np.zeros(len(instants), bool)
        # a false alarm is looked at once more, in vain
        again = np.searchsorted(instants, alarms + HAND_OVER_NS)
        again = again[again < len(instants)]
        runs = []
        for path in trajectories:
            rng = stream(seed, "track", sensor.id, path.name)
            track = track_trajectory(
                self.antenna, instants, ok, np.sort(np.concatenate(found[path.name])), path, rng, probe.noise_db
            )
            runs.append((path, track))
        # an object of its own for each false alarm: it takes time and energy as well
        asked = [track.looked for _, track in runs] + [np.array([k]) for k in again]
        serving = served(asked, len(instants), looks_per_period(sensor, period))
        for mine, kept in zip(asked, serving, strict=True):
            looked[mine[kept]] = True
        _count(run, "track_looks_refused", sum(int(np.sum(~kept)) for kept in serving))
        looked &= ok
        which = np.flatnonzero(looked)
        number = np.full(len(instants), -1, np.int64)
        number[which] = np.arange(len(which))
        shift = sum(len(p) for p in self.parts)
        self.parts.append(
            Slots(
                probe.start[which],
                probe.end[which],
                ["track"] * len(which),
                [None] * len(which),
                [probe.state[k] for k in which],
                probe.noise_db[which],
            )
        )
        for (path, track), kept in zip(runs, serving, strict=False):
            fits = np.isin(track.seen, track.looked[kept])
            seen = track.seen[fits]
            self.rows.add(number[seen] + shift, instants[seen], track.values[fits], [path.name] * len(seen))
            self._note(run, path, len(seen))

    def _note(self, run: SensorRun, path: Trajectory, n: int) -> None:
        if n:
            seen = run.seen[path.name]
            seen[self.antenna.sensor.id] = seen.get(self.antenna.sensor.id, 0) + n
            _count(run, f"{path.kind}_detections", n)
