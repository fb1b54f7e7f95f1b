"""Frames, Sun and Moon against astropy with the same Earth-orientation file, and against Skyfield."""

import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.core.time import tai_from_iso
from tocsin.world.rotation import cirs_to_itrf, gcrf_to_cirs, gcrf_to_itrf, orientation, table_span_mjd, teme_to_itrf
from tocsin.world.sky import moon_direction, sun_direction

PLACE = np.array([7.0e6, 1.0e5, 2.0e5])


def instants(n: int) -> np.ndarray:
    """TAI ns over the span of the table, first and last days left out."""
    first, last = table_span_mjd()
    days = np.random.default_rng(2).uniform(first + 2, last - 2, n)
    return ((days - 40587.0) * 86400.0).astype(np.int64) * NS


@pytest.fixture(scope="module")
def astropy_frames():
    coordinates = pytest.importorskip("astropy.coordinates")
    from astropy.time import Time
    from astropy.utils import iers

    def times(tai):
        day, rest = np.divmod(tai, 86400 * NS)
        return Time(2440587.5 + day.astype(float), rest / NS / 86400.0, format="jd", scale="tai")

    with (
        iers.conf.set_temp("auto_download", False),
        iers.earth_orientation_table.set(iers.IERS_A.open(iers.IERS_A_FILE)),
    ):
        yield coordinates, times


@pytest.mark.parametrize(("frame", "rotation"), [("TEME", teme_to_itrf), ("CIRS", cirs_to_itrf)])
def test_rotations_agree_with_astropy_over_the_whole_table(astropy_frames, frame, rotation):
    coordinates, times = astropy_frames
    tai = instants(200)
    t = times(tai)
    place = coordinates.CartesianRepresentation(*np.repeat(PLACE[:, None], len(tai), 1), unit="m")
    frame_class = getattr(coordinates, frame)
    there = frame_class(place, obstime=t).transform_to(coordinates.ITRS(obstime=t)).cartesian.xyz.to_value("m").T
    assert np.linalg.norm(np.einsum("tij,j->ti", rotation(tai), PLACE) - there, axis=1).max() < 5e-3


def test_celestial_frame_agrees_with_astropy_but_for_the_observed_pole_offset(astropy_frames):
    # astropy leaves dX, dY out: 0.3 mas (1 cm) today, 20 mas in 1973
    erfa = pytest.importorskip("erfa")
    coordinates, times = astropy_frames
    tai = instants(60)
    t = times(tai)
    place = coordinates.CartesianRepresentation(*np.repeat(PLACE[:, None], len(tai), 1), unit="m")
    there = coordinates.GCRS(place, obstime=t).transform_to(coordinates.ITRS(obstime=t)).cartesian.xyz.to_value("m").T
    plain = np.einsum("tij,tjk,k->ti", cirs_to_itrf(tai), erfa.c2i06a(t.tt.jd1, t.tt.jd2), PLACE)
    assert np.linalg.norm(plain - there, axis=1).max() < 5e-3
    full = np.einsum("tij,j->ti", gcrf_to_itrf(tai), PLACE)
    assert np.linalg.norm(full - there, axis=1).max() < 0.025 / 206265.0 * 7e6
    assert np.median(np.linalg.norm(full - there, axis=1)) > 1e-3


def test_pole_offsets_are_those_of_a_modern_day():
    # since 1995 the observed offsets stay below 0.5 mas; a rotation by them is left
    erfa = pytest.importorskip("erfa")
    tai = tai_from_iso("2017-01-01T00:00:00Z")
    tt = 2440587.5 + (tai / NS + 32.184) / 86400.0
    left = gcrf_to_cirs(tai)[0] @ erfa.c2i06a(tt, 0.0).T
    assert 0.01 < abs(left[2, 0]) * 206264806.0 < 0.5
    assert 0.01 < abs(left[2, 1]) * 206264806.0 < 0.5


@pytest.mark.parametrize(
    ("body", "direction", "allowed"), [("sun", sun_direction, 0.01), ("moon", moon_direction, 0.05)]
)
def test_sun_and_moon_agree_with_astropy(astropy_frames, body, direction, allowed):
    coordinates, times = astropy_frames
    tai = instants(40)
    t = times(tai)
    there = coordinates.get_body(body, t).transform_to(coordinates.ITRS(obstime=t)).cartesian.xyz.value.T
    there /= np.linalg.norm(there, axis=1)[:, None]
    here = np.array([direction(int(x)) for x in tai])
    assert np.degrees(np.linalg.norm(here - there, axis=1)).max() < allowed


def test_teme_agrees_with_skyfield_but_for_polar_motion():
    api = pytest.importorskip("skyfield.api")
    framelib = pytest.importorskip("skyfield.framelib")
    teme = pytest.importorskip("skyfield.sgp4lib").TEME
    erfa = pytest.importorskip("erfa")
    scale = api.load.timescale(builtin=True)
    for text in ("2005-06-01T12:00:00Z", "2023-02-03T01:02:03Z"):
        tai = tai_from_iso(text)
        t = scale.tai_jd(2440587.5 + tai / NS / 86400.0)
        here = teme_to_itrf(tai)[0] @ PLACE
        there = framelib.itrs.rotation_at(t) @ teme.rotation_at(t).T @ PLACE
        _, _, xp, yp = orientation(tai)
        without = erfa.pom00(xp[0], yp[0], 0.0).T @ here
        # what is left: its UT1 table, and the kinematic terms of the equinox (0.0026 arcsec, 9 cm)
        assert np.linalg.norm(without - there) < 0.3
        assert np.linalg.norm(here - there) > 3.0
