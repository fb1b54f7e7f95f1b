"""A plausible output folder, made with the writers: a raid of six, two harmless launches, satellites, a fire."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, NS
from tocsin.core.records.network import Asset
from tocsin.core.records.outputs import (
    Assessment,
    AssetThreat,
    Ellipse,
    Event,
    GroundPoint,
    ObjectAssessment,
    ObjectCount,
    Rejection,
    SensorEvidence,
)  # fmt: skip
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.dissemination.dissemination import Dissemination
from tocsin.formats.folder import OutputFolder
from tocsin.formats.summary import Digests, Rows, Summary
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.world.geodesy import direct, inverse, to_ecef

ROOT = Path(__file__).resolve().parents[3]
START = tai_from_iso("2026-08-12T20:00:00Z")
MISSILE = "ballistic_missile_intermediate_range"
PATHS = ("infrared/post-west/line-west", "radar/radar-1/line-radar-1")
Rows2 = npt.NDArray[np.float64]


def at(seconds: float) -> int:
    """Return TAI ns."""
    return START + int(seconds * NS)


def arc(start: tuple[float, float], end: tuple[float, float], t: Rows2, top_m: float) -> Rows2:
    """Return (n, 3) positions over the geodesic between two places (deg), parabola in height; `t` runs from 0 to 1."""
    distance, azimuth, _ = (float(x) for x in inverse(start[0] * DEG, start[1] * DEG, end[0] * DEG, end[1] * DEG))
    lat, lon, _ = direct(start[0] * DEG, start[1] * DEG, azimuth, t * distance)
    return to_ecef(lat, lon, 4.0 * top_m * t * (1.0 - t))


class Maker:
    """Writes events in order of time with their ids and numbers."""

    def __init__(self, folder: OutputFolder) -> None:
        self.folder, self.lines = folder, []  # type: ignore[var-annotated]

    def event(self, seconds: float, kind: str, subject: str, **data: object) -> None:
        """Keep an event."""
        self.lines.append((seconds, len(self.lines), kind, subject, data))

    def write(self) -> None:
        """Write all events in order."""
        for seq, (seconds, _, kind, subject, data) in enumerate(sorted(self.lines, key=lambda x: x[:2]), 1):
            self.folder.write(
                Event(f"V{seq:08d}", seq, iso_from_tai(at(seconds)), "simulated", kind, subject, (), data)  # type: ignore[arg-type]
            )


def rows(
    track: str, positions: Rows2, seconds: Rows2, paths: tuple[str, ...], name: str
) -> dict[str, npt.NDArray[np.generic]]:
    """Return rows for the track table."""
    n = len(seconds)
    velocity = np.gradient(positions, seconds, axis=0)
    text = np.empty(n, object)
    text[:] = [paths] * n
    columns = np.concatenate([positions, velocity], axis=1).T
    names = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
    return dict(zip(names, columns, strict=True)) | {
        "time": np.array([at(s) for s in seconds]), "track": np.full(n, track, object),
        "covariance": np.ones((n, 21)), "model_boost": np.zeros(n), "model_free": np.ones(n),
        "model_reentry": np.zeros(n), "model_glide": np.zeros(n),
        "looks": np.arange(1, n + 1), "paths": text, "class": np.full(n, name, object),
    }  # fmt: skip


def evidence(rng: np.random.Generator) -> list[dict[str, object]]:
    """Return pieces of evidence as identification tells them."""
    names = {
        "motion of the plume": "rises, climb 812 m/s, thrust 34 m/s2", "burn time": "118 s, went out", "free arc":
        "perigee -3120 km, P(orbit) 0.000", "speed reached under power": "5.02 km/s inertial", "shape of the arc":
        "3120 km far, 702 km high", "seen by other satellites": "2 satellites", "notification": "none fits",
    }  # fmt: skip
    return [
        {"name": n, "value": value, "ratio": float(np.exp(rng.normal(1, 2))), "looks": ["a/b/1/0"]}
        for n, value in names.items()
    ]


def point(place: tuple[float, float], seconds: float, size_km: float, bearing: float) -> GroundPoint:
    """Return a ground point with ellipses."""
    scale = {0.5: 0.55, 0.9: 1.0, 0.99: 1.41}
    ellipses = tuple(Ellipse(p, size_km * k, size_km * k * 0.35, bearing) for p, k in scale.items())
    return GroundPoint(iso_from_tai(at(seconds)), place[0], place[1], ellipses, 3.0)


def words(sensors: list[str], seconds: float, since: dict[str, tuple[float, float]]) -> tuple[SensorEvidence, ...]:
    """Return the word of each sensor: seen between its two times, looked in vain for a while after, else could not."""
    out = []
    for name in sensors:
        first, last = since.get(name, (1e9, 1e9))
        status = "could_not_see" if seconds < first else "seen" if seconds <= last else "not_seen"
        if seconds > last + 120:
            status = "seen" if seconds < last + 300 else "could_not_see"
        out.append(SensorEvidence(name, status, iso_from_tai(at(seconds))))  # type: ignore[arg-type]
    return tuple(out)


def raid(maker: Maker, assets: list[Asset], sensors: list[str], rng: np.random.Generator, part: Dissemination) -> None:
    """Write a raid of six missiles."""
    since = {sensors[0]: (60, 250), sensors[1]: (70, 250), sensors[6]: (300, 1400), sensors[7]: (480, 1700)}
    members: dict[str, dict[str, object]] = {}
    for k in range(6):
        asset = assets[k % 4]
        assert asset.latitude_deg is not None and asset.longitude_deg is not None
        start = (18.0 + rng.uniform(-2, 2), 165.0 + rng.uniform(-2, 2))
        end = (asset.latitude_deg + rng.normal(0, 0.05), asset.longitude_deg + rng.normal(0, 0.05))
        members[f"T{k + 1:06d}"] = {"asset": asset.id, "t0": 60.0 * k, "start": start, "end": end, "flight": 1440.0}
    for track, m in members.items():
        t0, flight = float(m["t0"]), float(m["flight"])  # type: ignore[arg-type]
        seconds = np.arange(t0 + 60, t0 + flight, 5.0)
        positions = arc(m["start"], m["end"], (seconds - t0) / flight, 700e3)  # type: ignore[arg-type]
        maker.folder.tracks(rows(track, positions, seconds, PATHS, MISSILE))
        maker.event(t0 + 60, "track_started", track, origin="infrared")
        for s in (120.0, 400.0):
            maker.event(
                t0 + s, "identified", track, object_class=MISSILE, probability=0.97, classes={MISSILE: 0.97},
                evidence=evidence(rng),
            )  # fmt: skip
    level = ""
    for number, s in enumerate([*range(70, 420, 10), *range(420, 1500, 30), 1900]):
        new = (
            "noticed"
            if s < 90
            else "tracked"
            if s < 130
            else "possible"
            if s < 220
            else "probable"
            if s < 330
            else "confirmed"
        )
        new = "resolved" if s == 1900 else new
        told = []
        for track, m in members.items():
            t0 = float(m["t0"])  # type: ignore[arg-type]
            if s < t0 + 65:
                continue
            size = max(400.0 * np.exp(-(s - t0) / 220.0), 2.5)
            end = m["end"]
            shifted = (end[0] + 0.004 * size * np.sin(s), end[1] + 0.004 * size * np.cos(s))  # type: ignore[index]
            p = min(0.97, 1.0 / (1.0 + (size / 60.0) ** 2))
            told.append(
                ObjectAssessment(
                    track, new, {MISSILE: 0.97, "space_launch": 0.03},
                    point(m["start"], t0, 9.0, 30.0),  # type: ignore[arg-type]
                    point(shifted, t0 + 1440.0, size, 55.0), (AssetThreat(str(m["asset"]), p, t0 + 1440.0 - s),),
                    PATHS, "arc meets a protected place",
                )
            )  # fmt: skip
        full = new != level
        lead = told[number % len(told)]
        a = Assessment(
            f"A{number:06d}", "E0001", iso_from_tai(at(s)), "simulated", new, level or None,  # type: ignore[arg-type]
            "P(missile) 0.97, P(asset) 0.63, 2 independent paths (infrared, radar); two phenomenologies",
            ObjectCount(max(1, len(told) - 1), len(told), 6),
            (lead.track, *(m.track for m in told if m.track != lead.track)), {} if s == 1900 else lead.classes,
            None if s == 1900 else lead.launch, None if s == 1900 else lead.impact,
            tuple(t for m in told for t in m.assets)[:4], PATHS[: 1 if s < 300 else 2],
            words(sensors, s, since), ("V1",), tuple(told) if full and s != 1900 else (),
        )  # fmt: skip
        if full:
            maker.event(s, "level_changed", "E0001", level=new, previous=level or None, reason=a.reason)
        level = new
        maker.folder.write(a)
        for said in part.on_assessment(a, at(s)):
            maker.folder.write(said)
            maker.event(
                s,
                "warning_issued",
                "E0001",
                warning=said.id,
                warning_kind=said.kind,
                grade=said.grade,
                level=said.level,
                released=False,
                headline=said.headline,
            )


def harmless(maker: Maker, sensors: list[str], rng: np.random.Generator) -> None:
    """Write a space launch and a sounding rocket."""
    for k, (name, start, end, top) in enumerate(
        (
            ("space_launch", (-12.0, -130.0), (5.0, -100.0), 220e3),
            ("sounding_rocket", (33.0, -170.0), (34.0, -169.0), 280e3),
        )
    ):
        track, event, t0 = f"T00010{k}", f"E000{k + 2}", 900.0 + 1500 * k
        seconds = np.arange(t0, t0 + 400.0, 5.0)
        positions = arc(start, end, (seconds - t0) / 800.0, top)
        maker.folder.tracks(rows(track, positions, seconds, ("infrared/post-east/line-east",), name))
        maker.event(t0, "track_started", track, origin="infrared")
        maker.event(
            t0 + 60, "identified", track, object_class=name, probability=0.93, classes={}, evidence=evidence(rng)
        )
        for number, (s, level) in enumerate(((10, "noticed"), (40, "tracked"), (500, "resolved"))):
            maker.folder.write(
                Assessment(
                    f"{event}A{number}", event, iso_from_tai(at(t0 + s)), "simulated", level, None,  # type: ignore[arg-type]
                    "launch-like; P(launch) 0.99", ObjectCount(1, 1, 1), (track,), {name: 0.93},
                    point(start, t0, 6.0, 10.0), None, (), ("infrared/post-east/line-east",),
                    words(sensors, t0 + s, {sensors[2]: (t0, t0 + 200)}), (),
                )
            )  # fmt: skip


def satellites(maker: Maker, count: int, rng: np.random.Generator) -> None:
    """Write tracks of satellites crossing the radars' fences."""
    for k in range(count):
        start = (float(rng.uniform(-50, 60)), float(rng.uniform(-180, 180)))
        end = (start[0] + float(rng.uniform(-12, 12)), start[1] + float(rng.uniform(-15, 15)))
        seconds = float(rng.uniform(0, 7000)) + np.arange(0.0, 90.0, 10.0)
        positions = arc(start, end, np.linspace(0.01, 0.99, len(seconds)), 0.0)
        name = f"T{k + 1000:06d}"
        maker.folder.tracks(
            rows(name, positions * 1.1, seconds, (f"radar/radar-{k % 7 + 1}/line-radar-{k % 7 + 1}",), "satellite")
        )
        maker.event(seconds[0], "track_started", name, origin="radar")
        pieces = evidence(rng)[:3]
        maker.event(
            seconds[-1], "identified", name, object_class="satellite", probability=0.99, classes={}, evidence=pieces
        )
        maker.event(seconds[-1] + 60, "track_dropped", name, reason="missed 5 looks that could have seen it")


def make(path: Path, count: int = 300, title: str = "first-light") -> Path:
    """Return a folder like that of a run."""
    rng = np.random.default_rng(7)
    network = read_network(ROOT / "networks" / "first-light.toml")
    assets = read_assets(ROOT / "assets" / "first-light.toml")
    sensors = [s.id for s in network.infrared] + [r.id for r in network.radar]
    places = [a for a in assets.asset if a.latitude_deg is not None]
    with OutputFolder(path) as folder:
        folder.add_input(ROOT / "networks" / "first-light.toml", "network.toml")
        folder.add_input(ROOT / "assets" / "first-light.toml", "assets.toml")
        maker = Maker(folder)
        raid(maker, places, sensors, rng, Dissemination("simulated", assets))
        harmless(maker, sensors, rng)
        satellites(maker, count, rng)
        maker.event(3000.0, "sensor_lost", sensors[8], reason="silent for 30 s")
        maker.event(3300.0, "sensor_back", sensors[8], reason="a look came")
        maker.write()
        for row, reason in enumerate(["received more than 60 s late"] * 12 + ["azimuth_deg out of range"] * 3):
            folder.write(
                Rejection("looks.parquet", 100 + row, "received_utc" if row < 12 else "azimuth_deg", reason, "refused")
            )
        folder.summary(
            Summary(
                "simulated", folder.inputs, "c" * 64, {}, Rows(120_000, 119_985, {"late": 12, "range": 3}),
                Digests("a" * 64, "b" * 64, "d" * 64), {"looks": 31_337, "detections": 119_000}, {"run_s": 12.3}, title,
                iso_from_tai(START), iso_from_tai(at(7200)),
            )
        )  # fmt: skip
    return path
