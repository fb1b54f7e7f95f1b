"""Small scenes for the tracker: sensors, looks at given truth, and the centre's rhythm of looking after its tracks."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, INTENSITY, LOS_X, RANGE, RANGE_RATE, Look
from tocsin.core.records.network import Face, Infrared, Network, Orbit, Radar
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.bank import Track
from tocsin.tracking.filter_kernels import N, coast
from tocsin.tracking.look_result import LookResult
from tocsin.tracking.tracker import Tracker
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

START = 1_700_000_000 * NS
SENSORS = compile_network(
    Network(
        radar=(
            Radar(id="A", latitude_deg=30.0, longitude_deg=-28.0, sigma_range_rate_m_s=1.0),
            Radar(id="B", latitude_deg=40.0, longitude_deg=-15.0, sigma_range_m=20.0),
            Radar(
                id="north", latitude_deg=30.0, longitude_deg=-28.0,
                faces=(Face(azimuth_start_deg=300.0, azimuth_end_deg=60.0),),
            ),
        ),
        infrared=(
            Infrared(id="west", orbit=Orbit(geo_longitude_deg=-70.0), revisit_s=5.0),
            Infrared(id="east", orbit=Orbit(geo_longitude_deg=10.0), revisit_s=5.0),
        ),
    )
).by_id  # fmt: skip


def at(seconds: float) -> int:
    return START + round(seconds * NS)


def thrown(
    lat_deg: float = 22.0,
    lon_deg: float = -32.0,
    height_m: float = 200e3,
    speed: float = 4500.0,
    azimuth_deg: float = 40.0,
    elevation_deg: float = 38.0,
) -> np.ndarray:
    """Return an Earth-fixed state (6,) on a free arc."""
    lat, lon = lat_deg * DEG, lon_deg * DEG
    east, north, up = np.array(enu_axes(lat, lon)).reshape(3, 3)
    az, el = azimuth_deg * DEG, elevation_deg * DEG
    way = np.cos(el) * (np.sin(az) * east + np.cos(az) * north) + np.sin(el) * up
    return np.concatenate([geodetic_to_ecef(lat, lon, height_m), speed * way])


def later(state: np.ndarray, seconds: float) -> np.ndarray:
    """Return a state (6,) after so many seconds of free flight outside the air."""
    x = np.zeros(N)
    x[:6] = state[:6]
    coast(x, seconds)
    return x[:6]


class Scene:
    """A tracker that is fed looks at known truth."""

    def __init__(self, seed: int = 1) -> None:
        self.tracker = Tracker()
        self.rng = np.random.default_rng(seed)
        self.sequence: dict[str, int] = {}
        self.tidied = START
        self.merged: list[tuple[Track, Track]] = []
        self.dropped: list[tuple[Track, str]] = []

    def look(self, sensor: str, seconds: float, values: np.ndarray, **more: Any) -> Look:
        """Return a look with the rows `values` (n, 15)."""
        n, when = len(values), at(seconds)
        self.sequence[sensor] = self.sequence.get(sensor, -1) + 1
        fields: dict[str, Any] = {
            "sensor": sensor, "session": "", "sequence": self.sequence[sensor], "data_mode": "test", "received": when,
            "time": when, "start": when, "end": when, "declared": n, "numbers": np.arange(n, dtype=np.int64),
            "times": np.full(n, when, np.int64), "values": values, "hints": (None,) * n,
            "rows": np.arange(max(n, 1), dtype=np.int64),
        }  # fmt: skip
        return Look(**{**fields, **more})

    def radar_values(
        self, sensor: str, states: Sequence[np.ndarray], noise: float = 1.0, rate: bool = False
    ) -> np.ndarray:
        """Return rows (n, 15) of what a radar measures of states, with its noise."""
        s = SENSORS[sensor]
        values = np.full((len(states), COLUMNS), np.nan)
        for k, state in enumerate(states):
            r, az, el, v = measure(*state[:6], s.position, s.rot_enu)
            e = noise * self.rng.normal(size=4)
            values[k, RANGE] = r + s.sigma_range * e[0]
            values[k, AZIMUTH] = az + s.sigma_azimuth * e[1] / np.cos(el)
            values[k, ELEVATION] = el + s.sigma_elevation * e[2]
            values[k, RANGE_RATE] = v + s.sigma_range_rate * e[3] if rate else np.nan
        return values

    def sight_values(self, sensor: str, seconds: float, states: Sequence[np.ndarray], noise: float = 1.0) -> np.ndarray:
        """Return rows (n, 15) of the lines of sight of a satellite to states, with its noise."""
        s = SENSORS[sensor]
        values = np.full((len(states), COLUMNS), np.nan)
        for k, state in enumerate(states):
            d = state[:3] - s.place(at(seconds))
            u = d / np.linalg.norm(d) + noise * s.sigma_los * self.rng.normal(size=3)
            values[k, LOS_X : LOS_X + 3] = u / np.linalg.norm(u)
            values[k, INTENSITY] = 3e5
        return values

    def feed(self, item: Look) -> LookResult:
        """Return what a look did; every five seconds the tracks are looked after, as the centre does."""
        sensor = SENSORS[item.sensor]
        if item.time - self.tidied >= 5 * NS:
            self.tidied = item.time
            self.merged += self.tracker.merge_twins()
            self.merged += self.tracker.adopt()
            self.dropped += self.tracker.tidy(item.time, set())
        place = sensor.place(item.time, item.place)
        rows = self.tracker.rows(item, sensor, place)
        chosen = np.arange(len(rows), dtype=np.int64)
        result = self.tracker.process(item, sensor, place, rows, chosen, nothing_known)
        self.dropped += result.dropped
        return result

    def radar(
        self, sensor: str, seconds: float, states: Sequence[np.ndarray], rate: bool = False, **more: Any
    ) -> LookResult:
        """Return what a radar's look at states did."""
        return self.feed(self.look(sensor, seconds, self.radar_values(sensor, states, rate=rate), **more))

    def sight(self, sensor: str, seconds: float, states: Sequence[np.ndarray], **more: Any) -> LookResult:
        """Return what a satellite's look at states did."""
        return self.feed(self.look(sensor, seconds, self.sight_values(sensor, seconds, states), **more))

    @property
    def tracks(self) -> list[Track]:
        """All tracks in order of birth."""
        return list(self.tracker.bank.tracks.values())

    @property
    def standing(self) -> list[Track]:
        """Confirmed tracks in order of birth."""
        return [t for t in self.tracks if t.confirmed]

    def state_of(self, track: Track) -> tuple[np.ndarray, np.ndarray, float]:
        """Return state (6,), covariance (6, 6) and time (s) of a track."""
        states, covariances = self.tracker.combined(np.array([track.slot], np.int64))
        return states[0, :6], covariances[0], float(self.tracker.bank.ts[track.slot] - START) / NS


def nothing_known(_look: Look, _sensor: object, chosen: np.ndarray, _rows: np.ndarray) -> np.ndarray:
    return np.full(chosen.size, -1, np.int64)
