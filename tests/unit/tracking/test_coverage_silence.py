"""A missed look counts only if the sensor could have seen the object: by kind, mode, volume, horizon, range and state."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import at
from tocsin.core.records.inputs import Look
from tocsin.core.records.network import Face, Infrared, Network, Orbit, Radar, SearchVolume
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import BOOST, FREE
from tocsin.tracking.silence import silence
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

DEG = np.pi / 180.0
FENCE = SearchVolume(id="fence", elevation_min_deg=3.0, elevation_max_deg=8.0)
SENSORS = compile_network(
    Network(
        radar=(
            Radar(
                id="radar", latitude_deg=30.0, longitude_deg=0.0, range_km=3000.0, reference_range_km=6000.0,
                faces=(Face(azimuth_start_deg=300.0, azimuth_end_deg=60.0, elevation_min_deg=3.0, elevation_max_deg=60.0),),
                search_volumes=(FENCE,),
            ),
        ),
        infrared=(Infrared(id="eye", orbit=Orbit(geo_longitude_deg=0.0), field_half_angle_deg=9.0, sun_exclusion_deg=0.0),),
    )
).by_id  # fmt: skip


def where(azimuth_deg, elevation_deg, range_km):
    east, north, up = np.array(enu_axes(30.0 * DEG, 0.0)).reshape(3, 3)
    az, el = azimuth_deg * DEG, elevation_deg * DEG
    way = np.cos(el) * (np.sin(az) * east + np.cos(az) * north) + np.sin(el) * up
    return geodetic_to_ecef(30.0 * DEG, 0.0, 0.0) + 1e3 * range_km * way


def missed(sensor, place, burns=False, **more):
    """Return the chance that a look without detections would have seen a track at `place`, 0 where it says nothing."""
    s, bank = SENSORS[sensor], TrackBank()
    track = bank.add(at(0.0), "radar")
    track.confirmed = True
    bank.contacts["hits"][track.slot, bank.sensor_number(s)] = 5
    track.infrared_hits = 5 if s.kind == "infrared" else 0
    track.last_infrared = at(0.0)
    for model in (BOOST, FREE):
        bank.xs[track.slot, model, :3] = place
        bank.ps[track.slot, model] = np.eye(10)
    bank.two[track.slot] = int(burns)
    bank.ws[track.slot] = (0.99, 0.01) if burns else (0.0, 1.0)
    fields = {"mode": "search", "searched": None, "state": "ok"} | more
    look = Look(
        sensor=sensor, session="", sequence=1, data_mode="test", received=at(0.0), time=at(0.0), start=at(0.0), end=at(0.0),
        **fields,
    )  # fmt: skip
    score = track.score
    said, _gone = silence(bank, look, s, s.place(at(0.0)), [], np.zeros(bank.ts.size))
    cost = score - track.score
    assert (cost > 0.0) == bool(said)
    return said[0][1] if said else 0.0


SEEN = where(0.0, 20.0, 1500.0)


def test_a_radar_that_could_have_seen_it_counts():
    assert missed("radar", SEEN) > 0.5


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (where(180.0, 20.0, 1500.0), {}),  # behind the face
        (where(0.0, 75.0, 1500.0), {}),  # over it
        (where(0.0, 1.0, 1500.0), {}),  # under its lowest elevation
        (where(0.0, -10.0, 2000.0), {}),  # under the horizon
        (where(0.0, 20.0, 3300.0), {}),  # out of range
        (SEEN, {"searched": "fence"}),  # it searched the fence only
        (SEEN, {"mode": "track"}),  # it looked only at what it follows
        (SEEN, {"state": "blinded"}),
        (SEEN, {"state": "down"}),
    ],
)  # fmt: skip
def test_a_radar_that_could_not_does_not(place, more):
    assert missed("radar", place, **more) == 0.0


def test_a_named_volume_counts_within_itself():
    assert missed("radar", where(0.0, 5.0, 1500.0), searched="fence") > 0.5


def test_noise_lowers_what_silence_says():
    far = where(0.0, 20.0, 2900.0)
    assert missed("radar", far, noise_db=25.0) < 0.5 * missed("radar", far)


PLUME = geodetic_to_ecef(30.0 * DEG, 10.0 * DEG, 60e3)


def test_a_satellite_counts_for_a_plume_in_its_field():
    assert missed("eye", PLUME, burns=True, mode="stare") > 0.5


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (geodetic_to_ecef(0.0, 175.0 * DEG, 60e3), {}),  # behind the Earth
        (np.array([2.6e7, 1e7, 0.0]), {}),  # beside the cone about the nadir
        (PLUME, {"state": "blinded"}),
        (PLUME, {"state": "down"}),
    ],
)
def test_a_satellite_that_could_not_does_not(place, more):
    assert missed("eye", place, burns=True, mode="stare", **more) == 0.0


def test_a_coasting_object_is_next_to_invisible_to_a_satellite():
    s, bank = SENSORS["eye"], TrackBank()
    for burns in (True, False):
        track = bank.add(at(0.0), "infrared")
        track.confirmed, track.infrared_hits = True, 5
        bank.contacts["hits"][track.slot, bank.sensor_number(s)] = 5
        for model in (BOOST, FREE):
            bank.xs[track.slot, model, :3] = PLUME
            bank.ps[track.slot, model] = np.eye(10)
        bank.two[track.slot] = int(burns)
        bank.ws[track.slot] = (0.99, 0.01) if burns else (0.0, 1.0)
    look = Look(
        sensor="eye", session="", sequence=1, data_mode="test", received=at(0.0), time=at(0.0), start=at(0.0), end=at(0.0),
        mode="stare",
    )  # fmt: skip
    silence(bank, look, s, s.place(at(0.0)), [], np.zeros(bank.ts.size))
    burning, coasting = bank.tracks.values()
    assert burning.score < -1.0 and -0.01 < coasting.score < 0.0
