"""Persistent background: what stays at one place is suppressed after a minute; what moves or flares up never is."""

import math

import msgspec
import numpy as np
import pytest

from tests.vehicles import VEHICLES
from tocsin.core.constants import DEG, NS
from tocsin.detection.background import MIN_AGE_S, SPOTS, Background
from tocsin.detection.background_kernels import CLOUD_M, RESTART_S, nearest_spot, spot_of
from tocsin.world.geodesy_kernels import geodetic_to_ecef
from tocsin.world.motion.boosters import fly

START = 1_700_000_000 * NS
SATELLITE = np.array([4.2164e7 * math.cos(-30 * DEG), 4.2164e7 * math.sin(-30 * DEG), 0.0])
SIGMA = 3e-5


def place(lat_deg: float, lon_deg: float, height_m: float = 0.0) -> np.ndarray:
    return np.array(geodetic_to_ecef(lat_deg * DEG, lon_deg * DEG, height_m))


def rows_to(targets: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
    """Return measurement rows (n, 18) of lines of sight from the satellite to places (n, 3)."""
    rows = np.full((len(targets), 18), np.nan)
    d = targets - SATELLITE
    u = d / np.linalg.norm(d, axis=1, keepdims=True)
    if rng is not None:
        u = u + rng.normal(0.0, SIGMA, u.shape)
        u /= np.linalg.norm(u, axis=1, keepdims=True)
    rows[:, 0:3], rows[:, 3:6], rows[:, 14:16] = SATELLITE, u, SIGMA
    return rows


def screened(background: Background, seconds: float, rows: np.ndarray, watts: float | np.ndarray = 1e5) -> np.ndarray:
    intensity = np.broadcast_to(np.asarray(watts, float), len(rows)).copy()
    at = START + round(seconds * NS)
    return background.screen("S", at, rows, np.arange(len(rows), dtype=np.int64), intensity)


def test_a_line_of_sight_meets_the_ground_where_the_target_stands():
    for lat, lon in ((0.0, -30.0), (45.0, -60.0), (-55.0, 10.0), (60.0, -30.0)):
        target = place(lat, lon)
        x, y, z, found = spot_of(rows_to(target[None])[0])
        assert found and math.dist((x, y, z), target) < 0.1


def test_a_line_that_grazes_ends_on_cloud():
    target = place(0.0, 47.5, 11e3)  # 4 degrees under the satellite's horizon
    x, y, z, found = spot_of(rows_to(target[None])[0])
    assert found and math.hypot(x, y, z) == pytest.approx(6378137.0 + CLOUD_M, abs=1.0)
    assert np.linalg.norm(np.cross(np.array([x, y, z]) - SATELLITE, target - SATELLITE)) / 4e7 < 1.0, "on the same line"


def test_a_line_past_the_earth_meets_no_ground():
    past = rows_to(np.array([SATELLITE + np.array([0.0, 1e7, 3e7])]))
    assert not spot_of(past[0])[3]
    background = Background()
    for k in range(30):
        assert not screened(background, 10.0 * k, past).any()
    assert background.counts["S"] == 0


def test_the_nearest_spot_is_found_across_the_line_of_sight():
    spots = np.zeros((4, 7))
    spots[0, :3], spots[1, :3] = place(10.0, -30.0), place(10.0, -30.1)
    row = rows_to(place(10.0, -30.09)[None])[0]
    assert nearest_spot(row, spots, 2) == 1
    assert nearest_spot(row, spots, 1) == -1, "ten kilometres off are more than four sigmas"
    assert nearest_spot(rows_to(place(10.0, -30.005)[None])[0], spots, 2) == 0
    assert nearest_spot(rows_to(place(12.0, -30.0)[None])[0], spots, 2) == -1


@pytest.mark.parametrize("lon_deg", [40.0, 46.0, 48.0, 49.5])
def test_cloud_that_shines_near_the_limb_is_background_too(lon_deg):
    """1983: at 3 deg of elevation half of the lines of sight pass over the ground, the others meet it 100 km apart."""
    background, rng = Background(), np.random.default_rng(5)
    cloud = place(0.0, lon_deg, 11e3)[None]
    hidden = [screened(background, 10.0 * k, rows_to(cloud, rng))[0] for k in range(100)]
    assert not any(hidden[:6]) and sum(hidden[10:]) >= 88


@pytest.mark.parametrize("revisit", [1.0, 10.0])
def test_a_spot_that_stays_is_suppressed_after_a_minute_and_not_before(revisit):
    background, rng = Background(), np.random.default_rng(1)
    fire = place(20.0, -45.0)[None]
    for k in range(int(600 / revisit)):
        hidden = screened(background, revisit * k, rows_to(fire, rng))[0]
        assert hidden == (revisit * k >= MIN_AGE_S)


def test_few_looks_make_no_background_however_old():
    background = Background()
    fire = rows_to(place(20.0, -45.0)[None])
    hidden = [screened(background, 60.0 * k, fire)[0] for k in range(9)]
    assert hidden == [False] * 6 + [True] * 3


@pytest.mark.parametrize(
    "vehicle", [VEHICLES[n] for n in ("short_range", "intercontinental", "sounding_rocket")], ids=lambda v: v.name
)
@pytest.mark.parametrize("revisit", [1.0, 10.0])
def test_a_rocket_is_never_suppressed(vehicle, revisit):
    for lat, lon, azimuth in (
        (-30.0, -30.0, math.pi),
        (0.0, -30.0, 1.5),
        (45.0, -70.0, 0.8),
        (0.0, 47.5, 0.8),
        (0.0, 48.5, -0.8),
    ):
        flight = fly(vehicle, lat * DEG, lon * DEG, 0.0, vehicle.programme(azimuth), revisit)
        background, rng = Background(), np.random.default_rng(2)
        for t, state, burning in zip(flight.times, flight.states, flight.burning, strict=True):
            if burning:
                assert not screened(background, float(t), rows_to(state[None, :3], rng))[0]


def test_a_plume_that_comes_straight_at_the_satellite_shows_for_its_first_minute_at_least():
    # it flies along the line of sight: nothing in the picture moves, and this sensor alone cannot tell it from a fire
    vehicle = VEHICLES["short_range"]
    flight = fly(vehicle, -30.0 * DEG, -30.0 * DEG, 0.0, vehicle.programme(0.0), 5.0)
    background = Background()
    hidden = [
        screened(background, float(t), rows_to(s[None, :3]))[0]
        for t, s in zip(flight.times, flight.states, strict=True)
    ]
    assert not any(h for h, t in zip(hidden, flight.times, strict=True) if t < MIN_AGE_S)


def test_a_flare_three_times_brighter_than_the_fire_is_shown():
    background = Background()
    fire = rows_to(place(20.0, -45.0)[None])
    for k in range(30):
        screened(background, 10.0 * k, fire, 1e5)
    assert screened(background, 310.0, fire, 2.9e5)[0]
    assert not screened(background, 320.0, fire, 3.5e5)[0]
    # and it does not teach the fire its own brightness: a launch beside a fire stays visible as long as it shines
    for k in range(40):
        assert not screened(background, 330.0 + 10.0 * k, fire, 3.5e5)[0]
    assert screened(background, 740.0, fire, 1e5)[0]


def test_without_intensity_a_spot_is_known_by_its_place_alone():
    background = Background()
    fire = rows_to(place(20.0, -45.0)[None])
    hidden = [screened(background, 10.0 * k, fire, math.nan)[0] for k in range(12)]
    assert hidden == [False] * 6 + [True] * 6


def test_two_fires_and_a_rocket_between_them_are_told_apart():
    background = Background()
    fires = np.array([place(20.0, -45.0), place(20.3, -45.0)])
    for k in range(30):
        screened(background, 10.0 * k, rows_to(fires))
    between = np.array([place(20.0, -45.0), place(20.15, -45.0), place(20.3, -45.0)])
    assert screened(background, 300.0, rows_to(between)).tolist() == [True, False, True]


def test_a_fire_out_for_long_has_to_prove_itself_anew():
    background = Background()
    fire = rows_to(place(20.0, -45.0)[None])
    for k in range(30):
        screened(background, 10.0 * k, fire)
    assert screened(background, 300.0, fire)[0]
    assert not screened(background, 300.0 + RESTART_S + 10.0, fire)[0]
    screened(background, 1000.0 + RESTART_S, rows_to(np.zeros((0, 3))))
    assert background.counts["S"] == 0


def test_the_table_is_bounded_and_the_least_recent_gives_way():
    background = Background()
    rng = np.random.default_rng(3)
    fire = place(0.0, -30.0)[None]
    for k in range(12):
        screened(background, 10.0 * k, rows_to(fire))
    flood = np.array([place(*p) for p in rng.uniform((-50, -75), (50, 15), (SPOTS + 500, 2))])
    assert not screened(background, 121.0, rows_to(flood)).any()
    assert background.counts["S"] == SPOTS and background.spots["S"].shape == (SPOTS, 7)
    # the fire was older than the whole flood: it had to give way and is learnt anew
    assert not screened(background, 122.0, rows_to(fire))[0]


def test_sensors_do_not_share_their_spots():
    background = Background()
    fire = rows_to(place(20.0, -45.0)[None])
    for k in range(12):
        screened(background, 10.0 * k, fire)
    chosen, watts = np.zeros(1, np.int64), np.full(1, 1e5)
    assert not background.screen("other", START + 120 * NS, fire, chosen, watts)[0]
    assert screened(background, 120.0, fire)[0]


def test_only_the_chosen_rows_are_judged_and_learnt():
    background = Background()
    rows = rows_to(np.array([place(20.0, -45.0), place(30.0, -45.0)]))
    for k in range(12):
        hidden = background.screen("S", START + 10 * k * NS, rows, np.array([1], np.int64), np.full(2, 1e5))
        assert hidden.shape == (1,)
    assert background.counts["S"] == 1
    assert screened(background, 120.0, rows).tolist() == [False, True]


def test_a_saved_and_restored_background_goes_on_the_same():
    rng = np.random.default_rng(4)
    places = np.array([place(*p) for p in rng.uniform((-40, -60), (40, 0), (40, 2))])
    whole, other = Background(), Background()
    for k in range(40):
        if k == 17:
            packed = msgspec.msgpack.encode(other.state())
            other = Background()
            other.load(msgspec.msgpack.decode(packed))
        rows = rows_to(places[rng.random(40) < 0.7], rng)
        watts = rng.uniform(1e4, 4e5, len(rows))
        a, b = screened(whole, 10.0 * k, rows, watts), screened(other, 10.0 * k, rows, watts)
        assert np.array_equal(a, b)
    assert msgspec.msgpack.encode(whole.state()) == msgspec.msgpack.encode(other.state())
