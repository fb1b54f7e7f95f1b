import math

import numpy as np
import pytest

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.network import Infrared, Orbit
from tocsin.core.records.sources.infrared import Afterburner, HotSpot, Meteor, SunGlint
from tocsin.core.time import tai_from_iso
from tocsin.modelling.infrared_looks import make_telescope, see_false_alarms
from tocsin.modelling.look_build import Rows, search_slots
from tocsin.modelling.plume import BAND_UM, band_part
from tocsin.modelling.sources import MECHANISMS
from tocsin.modelling.sources.flyers import afterburner_paths, meteor_paths
from tocsin.modelling.sources.hot_spot import apparent_intensity
from tocsin.modelling.sources.hot_spot import infrared as see_hot_spot
from tocsin.modelling.sources.mechanism import Stage
from tocsin.modelling.sources.sun_glint import (
    SUN_BAND_W_M2,
    cells,
    cloud_intensity,
    fresnel,
    mirrored_radiance,
    phase_function,
)
from tocsin.modelling.sources.sun_glint import infrared as see_glint
from tocsin.sensing.kinds.infrared import compile_infrared
from tocsin.sensing.sun import sun_at
from tocsin.world.geodesy import inverse, to_ecef, to_geodetic

START = tai_from_iso("2026-03-20T12:00:00Z")
STAGE = Stage(1, START, START + 600 * NS)
EVENING = Stage(1, START + 5 * 3600 * NS, START + 5 * 3600 * NS + 600 * NS)
NIGHT = Stage(1, START + 12 * 3600 * NS, START + 12 * 3600 * NS + 600 * NS)
PLACE = {"latitude_deg": 10.0, "longitude_deg": 5.0}


def scope(stage: Stage, longitude_deg: float = 20.0, **keys: object):
    record = Infrared(
        id="g", orbit=Orbit(geo_longitude_deg=longitude_deg), threshold_w_sr=15e3, sun_exclusion_deg=5.0, **keys
    )
    return make_telescope(
        compile_infrared(record, 0), search_slots(stage.start, stage.end, 10.0, 0.0, "search", None), 1
    )


def test_every_kind_has_its_mechanism():
    assert {SunGlint, HotSpot, Meteor, Afterburner} <= set(MECHANISMS)


def test_scattering_keeps_the_light_and_mirrors_obey_fresnel():
    mu = np.linspace(-1.0, 1.0, 200_001)
    p = phase_function(np.arccos(mu))
    assert np.trapezoid(p, mu) == pytest.approx(2.0, rel=1e-4)
    assert np.trapezoid(p * mu, mu) / 2.0 == pytest.approx(0.85, rel=1e-3)
    assert fresnel(np.array([0.0]))[0] == pytest.approx((0.15 / 2.15) ** 2)
    assert fresnel(np.array([0.5 * math.pi]))[0] == pytest.approx(1.0)
    assert pytest.approx(1361.0 * band_part(5772.0), rel=0.01) == SUN_BAND_W_M2


def test_level_plates_send_out_the_light_that_they_catch():
    """All slopes together reflect R F cos(sun) for each m2 of plates: the density of slopes sums to one."""
    tilt, turned = 1.0 * DEG, math.pi - 2.0 * 0.4
    betas = np.linspace(0.0, 8.0 * tilt, 4001)
    radiance = mirrored_radiance(2.0 * betas, np.full(4001, turned), np.full(4001, math.cos(0.4)), 1.0, tilt)
    # a ring of tilts beta covers 2 pi beta d beta of slopes, and 4 cos(incidence) times that of directions
    flux = np.trapezoid(radiance * math.cos(0.4) * 4.0 * math.cos(0.4) * 2.0 * math.pi * betas, betas)
    assert flux == pytest.approx(SUN_BAND_W_M2 * fresnel(np.array([0.4]))[0] * math.cos(0.4), rel=0.01)


def test_a_mirrored_sun_outshines_scattered_light_and_night_has_neither():
    glint = SunGlint(id="c", **PLACE)
    point = to_ecef(10 * DEG, 5 * DEG, glint.top_m)[None, :]
    up = point[0] / np.linalg.norm(point[0])
    sun = sun_at(START)
    mirrored = point[0] + 3.6e7 * (2.0 * (up @ sun) * up - sun)
    aside = point[0] + 3.6e7 * (2.0 * (up @ sun) * up - sun + 0.3 * np.array([0.0, 0.0, 1.0]))
    bright = cloud_intensity(glint, point, mirrored, START, 1e-4)[0]
    dull = cloud_intensity(glint, point, aside, START, 1e-4)[0]
    assert bright > 3.0 * dull > 0.0
    assert cloud_intensity(glint, point, mirrored, START + 12 * 3600 * NS, 1e-4)[0] == 0.0
    higher = cloud_intensity(SunGlint(id="c", **PLACE, top_m=15000.0), point, mirrored, START, 1e-4)[0]
    assert higher > bright  # less air above


def test_a_glint_is_reported_at_the_cloud_and_never_by_night():
    rows = Rows()
    glint = SunGlint(id="cloud", **PLACE, radius_km=50.0)
    # the Sun low in the west, the satellite low in the east
    n = see_glint(glint, EVENING, scope(EVENING, 75.0), rows)
    assert n == len(rows.labels) > 200 and set(rows.labels) == {"cloud"}
    # at noon, from above, the same cloud is dull
    assert see_glint(glint, STAGE, scope(STAGE), Rows()) < n / 10
    where = to_geodetic(cells(glint, STAGE))
    assert (
        max(float(inverse(10 * DEG, 5 * DEG, float(a), float(b))[0]) for a, b in zip(*where[:2], strict=True)) <= 51e3
    )
    assert see_glint(glint, NIGHT, scope(NIGHT), Rows()) == 0
    assert see_glint(SunGlint(id="cloud", **PLACE, sensors=("other",)), EVENING, scope(EVENING, 75.0), Rows()) == 0


def test_a_cloud_above_the_tropopause_is_refused_with_the_reason():
    with pytest.raises(InputError, match="tropopause"):
        see_glint(SunGlint(id="c", latitude_deg=70.0, longitude_deg=5.0, top_m=14000.0), STAGE, scope(STAGE), Rows())


def test_hot_spots_follow_planck_and_the_air_above():
    high = to_ecef(10 * DEG, 5 * DEG, 3.6e7)[None, :]
    fire = apparent_intensity(HotSpot(id="f", **PLACE, power_mw=1000.0), high)[0]
    flare = apparent_intensity(HotSpot(id="f", **PLACE, power_mw=1000.0, cause="gas_flare"), high)[0]
    peak = apparent_intensity(HotSpot(id="f", **PLACE, power_mw=1000.0, cause="volcano", altitude_m=5000.0), high)[0]
    assert fire == pytest.approx(1e9 * band_part(1000.0) / math.pi * 1e-3, rel=0.05)  # one part in a thousand passes
    assert flare > fire and peak > 50.0 * fire
    assert apparent_intensity(HotSpot(id="f", **PLACE, power_mw=1.0), -high)[0] == 0.0
    assert BAND_UM == (2.65, 2.85)


def test_a_volcano_shines_in_look_after_look_where_it_stands():
    rows = Rows()
    volcano = HotSpot(id="v", **PLACE, power_mw=5000.0, cause="volcano", altitude_m=4000.0, start_s=100.0, end_s=400.0)
    n = see_hot_spot(volcano, STAGE, scope(STAGE), rows)
    assert n >= 25
    times = np.concatenate(rows.times)
    assert times.min() >= START + 100 * NS and times.max() <= START + 400 * NS
    # across the limb nothing on the ground has space behind it
    assert see_hot_spot(volcano, STAGE, scope(STAGE, view="limb"), Rows()) == 0


def test_a_meteor_is_brightest_where_and_when_it_was_said():
    (path,) = meteor_paths(Meteor(id="m", **PLACE, azimuth_deg=30.0, start_s=60.0, radiated_j=1e12), STAGE)
    k = int(np.argmax(path.intensity))
    lat, lon, height = (float(v) for v in to_geodetic(path.states[k, :3]))
    assert (lat / DEG, lon / DEG) == pytest.approx((10.0, 5.0), abs=0.05)
    assert height == pytest.approx(35e3, abs=3e3)
    assert path.times[k] == pytest.approx(START + 60 * NS, abs=0.3 * NS)


def test_an_aircraft_flies_level_at_its_speed():
    plane = Afterburner(id="a", **PLACE, azimuth_deg=60.0, start_s=10.0, end_s=310.0)
    (path,) = afterburner_paths(plane, STAGE)
    height = to_geodetic(path.states[:, :3])[2]
    speed = np.linalg.norm(path.states[:, 3:], axis=1)
    assert np.all(np.abs(height - 11000.0) < 1.0)
    assert speed == pytest.approx(450.0, rel=0.005)
    _, lon, _ = to_geodetic(path.states[-1, :3])
    assert lon > 5 * DEG
    # 200 kN: bright enough for a sensitive telescope, hardly for one of 15 kW/sr
    assert path.intensity[0] == pytest.approx(20e3)


def test_false_alarms_of_a_starer_are_of_the_frame():
    rows = Rows()
    eye = scope(STAGE, scan="starer", false_alarms_per_look=2.0)
    assert see_false_alarms(eye, rows) > 50
    assert set(((np.concatenate(rows.times) - START) % (10 * NS)).tolist()) == {5 * NS}
