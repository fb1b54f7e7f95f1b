"""The truth of a scenario: every path that is not a satellite's, and where things really fell."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.core.records.vehicle import Vehicle
from tocsin.core.time import unix_ns_from_tai
from tocsin.modelling.boost import coast, missile_flight, sounding_flight, spent_stage
from tocsin.modelling.chance import stream
from tocsin.modelling.fireballs import fireball_trajectory, read_fireballs
from tocsin.modelling.recorded import Recording, fit_ascent, packaged_recordings, place_ascent, read_recordings
from tocsin.modelling.sources import mechanism
from tocsin.modelling.sources.mechanism import Stage
from tocsin.modelling.space_launch import space_launch_flight
from tocsin.modelling.trajectory import Trajectory
from tocsin.modelling.vehicles import vehicle_of
from tocsin.world.geodesy import inverse, to_geodetic

GROUND_M = 50.0
"""A path that ends lower than this has fallen."""
ASCENT_STAGE_BETA = 1200.0
"""Of a spent first stage of a space launcher: 22 t on 10.5 m2 (3.66 m across), drag coefficient about 1.7."""
ASCENT_STAGE_RCS_DBSM = 15.0


@dataclass(frozen=True)
class Impact:
    """Where and when an object fell (deg, TAI ns); of a missile, its asset and how far from the middle it fell."""

    object: str
    kind: str
    parent: str
    time: int
    latitude_deg: float
    longitude_deg: float
    target: str = ""
    miss_km: float = float("nan")


@dataclass
class Truth:
    """All paths, in the order of the scenario, and all impacts within it."""

    trajectories: list[Trajectory]
    impacts: list[Impact]


def build_truth(
    scenario: Scenario, assets: Assets, start: int, end: int, scenario_path: str | Path | None = None
) -> Truth:
    """Return what flies in a scenario from `start` to `end` (TAI ns).

    Vehicles are packaged classes or files beside `scenario_path`. A recorded ascent is looked for among the packaged
    flights, then in the folder that the setting `telemetry` names.
    """
    places = {a.id: asset_centre(a) for a in assets.asset}
    recordings: dict[str, Recording] = {}
    paths: list[Trajectory] = []
    targets: dict[str, str] = {}
    for flight in scenario.flight:
        launch = start + round(flight.launch_s * NS)
        if flight.kind == "missile":
            paths += _missile(scenario, flight, launch, places, vehicle_of(flight, scenario_path))
            targets[flight.id] = flight.target or ""
        elif flight.kind == "sounding_rocket":
            vehicle = vehicle_of(flight, scenario_path)
            azimuth = 0.0 if flight.azimuth_deg is None else flight.azimuth_deg
            elevation = 84.0 if flight.elevation_deg is None else flight.elevation_deg
            place = (flight.latitude_deg, flight.longitude_deg)
            rng = stream(scenario.seed, "dispersion", flight.id)
            paths += sounding_flight(flight.id, vehicle, launch, place, azimuth, elevation, rng)
        elif flight.kind == "space_launch":
            vehicle = vehicle_of(flight, scenario_path)
            place = (flight.latitude_deg, flight.longitude_deg)
            azimuth = 90.0 if flight.azimuth_deg is None else flight.azimuth_deg
            paths += space_launch_flight(flight.id, vehicle, launch, place, azimuth, end)
        else:
            if flight.vehicle not in recordings:
                recordings |= _recordings(scenario)
            paths += _ascent(flight, launch, end, recordings)
    paths += _fireballs(scenario, start, end)
    stage = Stage(scenario.seed, start, end)
    for source in scenario.source:
        add = mechanism(source).paths
        paths += [] if add is None else add(source, stage)
    return Truth(paths, _impacts(paths, targets, places, end))


def asset_centre(asset: Asset) -> tuple[float, float]:
    """Return the middle (deg) of an asset: a circle's centre, or the mean of a polygon's corners on the sphere."""
    if asset.latitude_deg is not None and asset.longitude_deg is not None:
        return asset.latitude_deg, asset.longitude_deg
    corners = np.radians(np.array(asset.polygon))
    lat, lon = corners[:, 0], corners[:, 1]
    x, y, z = np.mean(np.cos(lat) * np.cos(lon)), np.mean(np.cos(lat) * np.sin(lon)), np.mean(np.sin(lat))
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def _missile(
    scenario: Scenario, flight: Flight, launch: int, places: dict[str, tuple[float, float]], vehicle: Vehicle
) -> list[Trajectory]:
    if flight.target is not None:
        if flight.target not in places:
            raise InputError(f"unknown asset {flight.target!r}", key=f"flight {flight.id}: target")
        aim = places[flight.target]
    elif flight.target_latitude_deg is not None and flight.target_longitude_deg is not None:
        aim = (flight.target_latitude_deg, flight.target_longitude_deg)
    else:
        raise InputError("a missile needs a target", key=f"flight {flight.id}: target", allowed="the id of an asset")
    if flight.payload_beta_kg_m2 is not None:
        vehicle = msgspec.structs.replace(vehicle, payload_beta_kg_m2=flight.payload_beta_kg_m2)
    rng = stream(scenario.seed, "dispersion", flight.id)
    place = (flight.latitude_deg, flight.longitude_deg)
    apart = bool(scenario.settings.get("separate_last_stage", False))
    return missile_flight(flight.id, vehicle, launch, place, aim, flight.loft, rng, apart, flight.apogee_km)


def _recordings(scenario: Scenario) -> dict[str, Recording]:
    known = packaged_recordings()
    folder = scenario.settings.get("telemetry")
    wanted = {f.vehicle for f in scenario.flight if f.kind == "recorded_ascent"}
    if not wanted <= set(known) and folder:
        known = read_recordings(Path(folder)) | known
    missing = sorted(wanted - set(known))
    if missing:
        raise InputError(f"no recorded ascent {missing[0]!r}", key="vehicle", allowed=", ".join(sorted(known)))
    return known


def _ascent(flight: Flight, launch: int, end: int, recordings: dict[str, Recording]) -> list[Trajectory]:
    """Return the recorded ascent, carried on in free flight to the end of the scenario, and its spent first stage."""
    recording = recordings[flight.vehicle]
    azimuth = 90.0 if flight.azimuth_deg is None else flight.azimuth_deg
    path = place_ascent(fit_ascent(recording), flight.id, flight.latitude_deg, flight.longitude_deg, azimuth, launch)
    out = [path]
    if recording.reaches_orbit:
        seconds, states = coast(path.states[-1], ASCENT_STAGE_BETA, max(0.0, (end - path.end) / NS))
        times = path.end + np.rint(seconds * NS).astype(np.int64)
        dark = np.zeros(len(seconds), bool)
        powered = path.powered.copy()
        powered[-1] = False
        glow = path.intensity.copy()
        glow[-1] = 0.0
        out[0] = Trajectory(
            flight.id, path.kind, np.concatenate([path.times, times]), np.vstack([path.states, states]),
            np.concatenate([powered, dark]), np.concatenate([glow, dark]), path.rcs_dbsm,
            attributes={"recording": flight.vehicle},
        )  # fmt: skip
        meco = int(recording.burns[0][1]) + 3
        out.append(
            spent_stage(
                f"{flight.id}-stage-1", flight.id, int(path.times[meco]), path.states[meco], ASCENT_STAGE_BETA,
                ASCENT_STAGE_RCS_DBSM,
            )
        )  # fmt: skip
    return out


def _fireballs(scenario: Scenario, start: int, end: int) -> list[Trajectory]:
    """Return the first `fireballs` real fireballs, at their places, at instants drawn over the scenario."""
    out = []
    balls = read_fireballs()
    if scenario.background.fireballs > len(balls):
        raise InputError(
            f"{scenario.background.fireballs} fireballs asked for",
            key="background.fireballs",
            allowed=f"0 ... {len(balls)}",
        )
    for i, ball in enumerate(balls[: scenario.background.fireballs]):
        part = stream(scenario.seed, "fireball", str(i)).uniform(0.01, 0.99)
        path = fireball_trajectory(ball, f"fireball-{i + 1}", start + int(part * (end - start)))
        if path is not None:
            out.append(path)
    return out


def _impacts(
    paths: list[Trajectory], targets: dict[str, str], places: dict[str, tuple[float, float]], end: int
) -> list[Impact]:
    out = []
    for path in paths:
        lat, lon, height = (float(v) for v in to_geodetic(path.states[-1, :3]))
        if height > GROUND_M or path.end > end or path.kind == "fireball":
            continue
        here = (float(np.degrees(lat)), float(np.degrees(lon)))
        target = targets.get(path.name, "")
        miss = float("nan")
        if target:
            aim = np.radians(places[target])
            miss = float(inverse(aim[0], aim[1], lat, lon)[0]) / 1e3
        out.append(Impact(path.name, path.kind, path.parent, path.end, here[0], here[1], target, miss))
    return out


def truth_table(paths: list[Trajectory], start: int, end: int) -> pa.Table:
    """Return the truth at 1 Hz: a row an object and second of its life, and one at its end (its fall).

    Columns: `time_utc` (int64 POSIX ns), `object`, `kind`, `parent`, `x_m` ... `vz_m_s` (Earth-fixed), `powered`,
    `intensity_w_sr` at the source. Satellites are not in it: their truth is that of `modelling.satellites`.
    """
    times, states, powered, glow, who = [], [], [], [], []
    for k, path in enumerate(paths):
        last = min(path.end, end)
        t = path.start + NS * np.arange(max(0, last - path.start) // NS + 1, dtype=np.int64)
        if t[-1] < path.end <= end:
            t = np.append(t, path.end)
        t = t[(t >= start) & (t <= end)]
        times.append(t)
        states.append(path.at(t))
        before = np.clip(np.searchsorted(path.times, t, side="right") - 1, 0, len(path.times) - 1)
        powered.append(path.powered[before])
        glow.append(path.intensity_at(t))
        who.append(np.full(len(t), k))
    index = np.concatenate(who) if who else np.zeros(0, np.int64)
    state = np.vstack(states) if states else np.zeros((0, 6))
    utc = [unix_ns_from_tai(int(t)) for t in (np.concatenate(times) if times else [])]
    columns = {
        "time_utc": pa.array(utc, pa.int64()),
        "object": _words([p.name for p in paths], index),
        "kind": _words([p.kind for p in paths], index),
        "parent": _words([p.parent for p in paths], index),
    }
    for j, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
        columns[name] = pa.array(state[:, j])
    columns["powered"] = pa.array(np.concatenate(powered) if powered else np.zeros(0, bool))
    columns["intensity_w_sr"] = pa.array(np.concatenate(glow) if glow else np.zeros(0))
    return pa.table(columns)


def _words(names: list[str], index: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(names, pa.string())).cast(pa.string())
