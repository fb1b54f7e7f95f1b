"""1983-09-25 20:15 UTC: sunlight off high cloud over Malmstrom, seen by a satellite in a Molniya orbit near its apogee.

Figures (reference/domain.md D, "1983 geometry", derived there): Sun declination -0.87 deg, subsolar longitude 125.8 W, Sun 40 deg
high over 47.5 N 111.2 W. The account: Forden, NOVA, dipsy.pbs.org/wgbh/nova/missileers/media/fals.html ("the sun aligned itself
with the U.S. missile bases nearly perfectly for bouncing sunlight off clouds"; the satellite, Cosmos-1382, by his inference).
Its elements are not known: the station with the longest view is taken, and every phase near the apogee.
"""

import math

import numpy as np
import pytest

from tests.authority.oko import DAY_H, fields_against_space, ground_track, runs_h
from tocsin.core.constants import DEG, NS
from tocsin.core.records.sources.infrared import SunGlint
from tocsin.core.time import tai_from_iso
from tocsin.modelling.glint_episode import mirror_point
from tocsin.modelling.sources.sun_glint import cloud_intensity
from tocsin.sensing.glint import forward_scatter_angle
from tocsin.world.geodesy import inverse, to_ecef, to_geodetic
from tocsin.world.geodesy_kernels import enu_axes
from tocsin.world.sky import sun_direction

WHEN = "1983-09-25T20:15:00Z"
LAT, LON = 47.5 * DEG, -111.2 * DEG
TOP_M = 11_000.0
CLOUD = SunGlint(id="cloud", latitude_deg=47.5, longitude_deg=-111.2, top_m=TOP_M)
POINT = to_ecef(LAT, LON, TOP_M)[None, :]
AXES = np.array(enu_axes(LAT, LON)).reshape(3, 3)
PIXEL = 1e-4
"""3.7 km from apogee: that of a scanner whose line of sight errs by 3e-5 rad."""
STEPS = 480
GEO_M = 42_164_172.0


def azimuth_elevation(d: np.ndarray) -> tuple[float, float]:
    e, n, u = (float(v) for v in AXES @ (d / np.linalg.norm(d)))
    return math.atan2(e, n) / DEG % 360.0, math.asin(u) / DEG


def geometry(satellite: np.ndarray, tai: int) -> tuple[float, float, float]:
    """Return the turning angle, the satellite's elevation at the cloud, and how far Sun, cloud and satellite are from one
    vertical plane, all deg."""
    d = satellite - POINT[0]
    azimuth, elevation = azimuth_elevation(d)
    turned = float(forward_scatter_angle(np.ascontiguousarray(-d / np.linalg.norm(d))[None, :], tai)[0]) / DEG
    sun = azimuth_elevation(sun_direction(tai))[0]
    return turned, elevation, abs((azimuth - sun) % 360.0 - 180.0)


@pytest.fixture(scope="module")
def track() -> np.ndarray:
    """One day of the satellite on the station that sees the fields longest (see test_oko_coverage.py)."""
    return ground_track(318.0, 20.0, STEPS)


@pytest.fixture(scope="module")
def watching(track) -> np.ndarray:
    """Indices of the working part, in order of time; the apogee is index 0."""
    start, hours = runs_h(fields_against_space(track, 20e3))[0]
    return (start + np.arange(round(hours / DAY_H * STEPS))) % STEPS


def test_the_sun_stood_forty_degrees_high():
    sun = sun_direction(tai_from_iso(WHEN))
    assert math.asin(sun[2]) / DEG == pytest.approx(-0.87, abs=0.02)
    assert math.atan2(sun[1], sun[0]) / DEG == pytest.approx(-125.8, abs=0.1)
    assert azimuth_elevation(sun)[1] == pytest.approx(40.0, abs=0.1)


def test_sun_cloud_and_satellite_were_in_one_plane_within_that_hour(track, watching):
    """On the way up to its apogee the satellite passes the vertical plane of Sun and cloud, over the cloud's horizon."""
    met = []
    for minutes in (-30, 0, 30):
        tai = tai_from_iso(WHEN) + minutes * 60 * NS
        for i in watching.tolist():
            turned, elevation, off = geometry(track[i], tai)
            if off < 5.0 and elevation > 0.0:
                met.append((minutes, i, turned, elevation, off))
    hours = sorted({round(((i + STEPS // 2) % STEPS - STEPS // 2) * DAY_H / STEPS, 1) for _, i, *_ in met})
    heights = [(float(np.linalg.norm(track[i])) - 6.371e6) / 1e3 for _, i, *_ in met]
    angles = [m[2] for m in met]
    print(f"\nplane met {hours[0]} ... {hours[-1]} h from apogee, {min(heights):,.0f} ... {max(heights):,.0f} km high, light "
          f"turned by {min(angles):.1f} ... {max(angles):.1f} deg")  # fmt: skip
    # met at the time of the alarm; half an hour later, from this station, no more
    assert 0 in {m[0] for m in met}
    # near the apogee: more than three quarters of its height
    assert max(heights) > 0.75 * 39_700
    # and it is forward scattering: the least turn that a level cloud allows there is the Sun's own height
    assert all(35.0 < a < 50.0 for a in angles)


def test_it_was_no_mirror(track, watching):
    """A level mirror stands where Sun and satellite are equally high: far north of the fields. What shone was scattered."""
    tai = tai_from_iso(WHEN)
    for i in watching.tolist():
        _, elevation, off = geometry(track[i], tai)
        if off < 5.0 and elevation > 0.0:
            point = mirror_point(track[i], sun_direction(tai), TOP_M)
            assert point is not None
            lat, lon, _ = (float(v) for v in to_geodetic(point))
            assert float(inverse(LAT, LON, lat, lon)[0]) > 1_200e3


def test_the_cloud_shone_like_a_missile_and_only_where_physics_allows(track, watching):
    tai = tai_from_iso(WHEN)

    def shine(satellite: np.ndarray, when: int = tai) -> float:
        return float(cloud_intensity(CLOUD, POINT, satellite, when, PIXEL)[0])

    oko = {i: shine(track[i]) for i in watching.tolist()}
    best = max(oko.values())
    print(
        f"\nbrightest pixel of cloud: {best / 1e6:.2f} MW/sr over its surroundings; notional thresholds: 0.015 to 0.02 MW/sr"
    )
    # well over a threshold, and not brighter than the plume of a heavy launcher
    assert 0.05e6 < best < 5e6
    # a satellite under the cloud's own horizon sees no face of it that the Sun lights
    assert all(v == 0.0 for i, v in oko.items() if geometry(track[i], tai)[1] < 0.0)
    # a look down with the Sun behind, from over the Pacific: the same pixel is five times fainter and more
    behind = GEO_M * np.array([math.cos(-135 * DEG), math.sin(-135 * DEG), 0.0])
    assert 0.0 < shine(behind) < best / 5.0
    # what is behind the Earth sees nothing, and by night nothing shines
    assert shine(GEO_M * np.array([math.cos(70 * DEG), math.sin(70 * DEG), 0.0])) == 0.0
    assert max(shine(track[i], tai + 12 * 3600 * NS) for i in watching.tolist()) == 0.0


def test_how_often_a_year_the_geometry_is_met(track, watching):
    """A ground track repeats, the Sun moves on by four minutes a day: each of the nine planes has its own season."""
    first, sidereal = tai_from_iso("1983-01-01T00:00:00Z"), round(DAY_H * 3600e9)
    days, part = range(0, 366, 12), watching[::6].tolist()
    step_h = 6.0 * DAY_H / STEPS * 366 / len(days)
    plane_h, bright_h, turns = np.zeros(9), np.zeros(9), []
    for plane in range(9):
        for day in days:
            for i in part:
                tai = first + day * sidereal + (i * sidereal) // STEPS + plane * sidereal // 9
                if sun_direction(tai) @ AXES[2] <= 0.0:
                    continue
                turned, elevation, off = geometry(track[i], tai)
                if elevation <= 0.0:
                    continue
                if off < 5.0:
                    plane_h[plane] += step_h
                    turns.append(turned)
                bright_h[plane] += step_h * (float(cloud_intensity(CLOUD, POINT, track[i], tai, PIXEL)[0]) > 0.1e6)
    print(f"\na satellite, one place, a year: Sun, cloud and satellite within 5 deg of one plane for {plane_h.min():.0f} ... "
          f"{plane_h.max():.0f} h (mean of nine planes {plane_h.mean():.0f}), light turned by {min(turns):.0f} ... "
          f"{max(turns):.0f} deg; a pixel of dense ice cloud would pass 0.1 MW/sr for {bright_h.min():.0f} ... "
          f"{bright_h.max():.0f} h (mean {bright_h.mean():.0f})")  # fmt: skip
    # met, and rare: a year has 8,766 h
    assert 5.0 < plane_h.mean() < 200.0
    assert bright_h.mean() < 500.0
