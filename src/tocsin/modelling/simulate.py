"""A scenario becomes inputs: `simulate` writes what a centre would get and, apart from it, truth and labels."""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import ElementSet, Look
from tocsin.core.records.network import Network
from tocsin.core.records.scenario import Scenario
from tocsin.core.time import tai_from_iso
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.looks_write import write_looks_parquet
from tocsin.formats.notifications import write_notifications
from tocsin.formats.other_inputs import write_other_inputs
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.hotspots import HotSpots, read_hot_spots
from tocsin.modelling.look_build import LabelTable
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.plume import transmission
from tocsin.modelling.satellites import make_population
from tocsin.modelling.sensors import Progress
from tocsin.modelling.truth import Impact, truth_table


@dataclass
class SimulationResult:
    """What was written and what is in it."""

    out_dir: Path
    looks: Path
    notifications: Path
    catalogue: Path
    words: Path
    """What people say: health and operators; no file where nobody speaks."""
    network: Path
    assets: Path
    truth: Path
    labels: Path
    start: int
    """TAI ns."""
    end: int
    counts: dict[str, int]
    impacts: list[Impact]
    seen: dict[str, dict[str, int]]
    """Detections by object and sensor."""
    notes: list[str] = field(default_factory=list)
    """Lines for a reader: how many of what."""
    seconds: dict[str, float] = field(default_factory=dict)


def simulate(
    scenario: Scenario,
    scenario_path: Path | str | None,
    out_dir: Path,
    progress: Progress | None = None,
    catalogue: Path | None = None,
) -> SimulationResult:
    """Return what was written: `inputs/` (looks, notifications, catalogue, network, assets), truth and labels.

    Network, assets and vehicles are found relative to `scenario_path`. `catalogue` is a file of real element sets (two or three
    lines each) that takes the place of the simulated population. All random numbers follow from the scenario's seed.
    """
    say: Progress = progress or (lambda stage, part: None)
    clock = _Stopwatch()
    network_path = find_beside(scenario.network, scenario_path, "networks")
    assets_path = find_beside(scenario.assets, scenario_path, "assets")
    network, assets = read_network(network_path), read_assets(assets_path)
    start = tai_from_iso(scenario.start_utc)
    known = _known_objects(scenario, catalogue, start)
    fires = read_hot_spots() if scenario.background.hot_spots else None
    clock.mark("satellites")
    observed = observe(scenario, scenario_path, network, assets, known, fires, say, clock.mark)
    truth, run, end = observed.truth, observed.run, observed.end
    say("writing", 0.0)
    inputs = out_dir / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    result = SimulationResult(
        out_dir, inputs / "looks.parquet", inputs / "notifications.jsonl", inputs / "catalogue.tle",
        inputs / "words.jsonl",
        inputs / "network.toml", inputs / "assets.toml", out_dir / "truth.parquet", out_dir / "labels.parquet",
        start, end, run.counts, truth.impacts, run.seen,
    )  # fmt: skip
    write_looks_parquet(result.looks, run.looks)
    write_notifications(result.notifications, observed.notices)
    result.words.unlink(missing_ok=True)
    if observed.words:
        write_other_inputs(result.words, observed.words)
    _write_catalogue(result.catalogue, known)
    shutil.copyfile(network_path, result.network)
    shutil.copyfile(assets_path, result.assets)
    pq.write_table(truth_table(truth.trajectories, start, end), result.truth, compression="zstd")
    pq.write_table(_label_table(run.labels), result.labels, compression="zstd")
    clock.mark("writing")
    result.seconds = clock.seconds
    _count(result, scenario, network, fires, len(known), run.looks)
    for episode in run.episodes:
        first, last = ((t - start) / NS for t in (episode.start, episode.end))
        result.notes.append(
            f"glint episode on {episode.sensor}, +{first:.0f} s to +{last:.0f} s, {episode.detections} detections"
        )
    return result


class _Stopwatch:
    """Seconds by stage; for the reader only, nothing depends on it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def _known_objects(scenario: Scenario, catalogue: Path | None, start: int) -> list[ElementSet]:
    """Return the element sets that the centre is given: of a file, or of the simulated population."""
    if catalogue is not None:
        return read_catalogue(catalogue, scenario.data_mode)
    if scenario.catalogue.objects == 0:
        return []
    return make_population(scenario.catalogue.objects, scenario.seed, start, scenario.data_mode)


def read_catalogue(path: Path, data_mode: str) -> list[ElementSet]:
    """Return the element sets of a file, one an object (its last), by number; InputError if it has none."""
    sets = read_element_sets(path, data_mode).element_sets
    if not sets:
        raise InputError("no element set in it", file=str(path), allowed="two or three lines an object")
    last = {s.id: s for s in sets}
    return [last[k] for k in sorted(last)]


def _write_catalogue(path: Path, known: list[ElementSet]) -> None:
    with path.open("w", encoding="ascii", errors="replace") as file:
        for s in known:
            file.write(f"0 {s.name}\n{s.line1}\n{s.line2}\n")


def _label_table(labels: LabelTable) -> pa.Table:
    return pa.table(
        {
            "sensor": pa.array(labels.sensor, pa.string()).dictionary_encode(),
            "session": pa.array(labels.session, pa.string()).dictionary_encode(),
            "sequence": pa.array(labels.sequence, pa.int64()),
            "detection": pa.array(labels.detection, pa.int32()),
            "object": pa.array(labels.object, pa.string()).dictionary_encode(),
            "also": pa.array(labels.also, pa.string()).dictionary_encode(),
        }
    )


def _count(
    result: SimulationResult,
    scenario: Scenario,
    network: Network,
    fires: HotSpots | None,
    known: int,
    looks: list[Look],
) -> None:
    """Fill counts and notes."""
    counts = result.counts
    counts["catalogue_objects"] = known
    counts["rows"] = sum(max(len(look.numbers), 1) for look in looks)
    result.notes.append(f"{counts['detections']:,} detections in {counts['looks']:,} looks ({counts['rows']:,} rows)")
    if scenario.background.fireballs:
        visible = sum(1 for name, by in result.seen.items() if name.startswith("fireball") and by)
        counts["fireballs_visible"] = visible
        result.notes.append(
            f"{scenario.background.fireballs} fireballs, {visible} of them seen by at least one satellite"
        )
    if fires is not None:
        limit = min((s.threshold_w_sr for s in network.infrared), default=float("inf"))
        overhead = fires.intensity * transmission(np.zeros(len(fires.intensity)), np.ones(len(fires.intensity)))
        above = int(np.sum(overhead > limit))
        counts["hot_spots"], counts["hot_spots_above_threshold"] = len(overhead), above
        result.notes.append(
            f"{fires.detections:,} fire pixels in {len(overhead):,} hot spots of a day: {len(overhead) - above:,} "
            f"below the lowest on-board threshold ({limit:,.0f} W/sr from overhead), {above} above it as persistent "
            f"background, {counts.get('hot_spots_reported', 0)} reported"
        )
