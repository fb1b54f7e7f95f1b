"""The SGP4 vectors of Vallado, Crawford, Hujsak and Kelso 2006, through our way to the Earth-fixed frame."""

import gzip

import numpy as np
import pytest

from tests.shared_data import shared
from tocsin.core.constants import EARTH_RATE_RAD_S, NS
from tocsin.core.time import tai_from_unix_ns
from tocsin.world.motion.orbits import SatelliteSet
from tocsin.world.rotation import teme_to_itrf

JD_1970 = 2440587.5


def element_sets() -> list[tuple[str, str]]:
    lines = [x for x in shared("data/sgp4_verification/SGP4-VER.TLE").read_text().splitlines() if x[:2] in ("1 ", "2 ")]
    return list(zip(lines[0::2], (x[:69] for x in lines[1::2]), strict=True))


def vectors() -> list[np.ndarray]:
    """Return, a satellite an array, rows of minutes since epoch, position (km) and velocity (km/s) in TEME."""
    blocks: list[list[list[float]]] = []
    text = gzip.decompress(shared("data/sgp4_verification/tcppver.out.gz").read_bytes()).decode()
    for line in text.splitlines():
        if line.rstrip().endswith("xx"):
            blocks.append([])
        elif line.strip():
            blocks[-1].append([float(x) for x in line.split()[:7]])
    return [np.array(b) for b in blocks]


def test_every_vector_agrees_to_a_millimetre():
    worst, seen = 0.0, 0
    for tle, rows in zip(element_sets(), vectors(), strict=True):
        one = SatelliteSet.from_tle_lines([tle])
        satellite = one.satellites[0]
        epoch = satellite.jdsatepoch - JD_1970, satellite.jdsatepochF
        unix = round(epoch[0] * 86400) * NS + round(epoch[1] * 86400 * NS)
        tai = np.array([tai_from_unix_ns(unix + round(m * 60 * NS)) for m in rows[:, 0]])
        _, position, velocity = one.itrf(tai)
        good = np.all(np.isfinite(position[0]), axis=1)
        # only the satellites that are meant to end in an error do, at the end
        assert np.all(good[: len(good) - 1])
        turn = teme_to_itrf(tai)
        expected = np.einsum("tij,tj->ti", turn, rows[:, 1:4] * 1000.0)
        speed = np.einsum("tij,tj->ti", turn, rows[:, 4:7] * 1000.0) - np.cross([0, 0, EARTH_RATE_RAD_S], expected)
        worst = max(worst, float(np.linalg.norm(position[0, good] - expected[good], axis=1).max(initial=0.0)))
        assert np.abs(velocity[0, good] - speed[good]).max(initial=0.0) < 1e-5
        seen += int(good.sum())
    assert seen > 650
    assert worst < 1e-3


def test_constants_are_wgs72():
    assert SatelliteSet.from_tle_lines(element_sets()[:1]).satellites[0].mu == pytest.approx(398600.8)
