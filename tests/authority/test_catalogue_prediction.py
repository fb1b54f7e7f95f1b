"""Interpolated predictions of a whole catalogue against SGP4 called straight, and the fields of seven radars."""

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec

from tocsin.catalogue.catalogue import Catalogue
from tocsin.catalogue.grid import STEP_NS, interval_of
from tocsin.catalogue.uncertainty import perigee_m
from tocsin.core.constants import DEG
from tocsin.core.time import tai_from_iso
from tocsin.modelling.satellites import make_population
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.motion.orbits import SatelliteSet

START = tai_from_iso("2026-01-01T00:00:00Z")
SITES_DEG = ((54.4, -0.7), (64.3, -149.2), (41.8, -70.5), (68.1, 33.9), (52.9, 103.2), (-23.0, 115.0), (35.8, 135.2))
RANGE_M = 5_000e3
ELEVATION = 3 * DEG


@pytest.fixture(scope="module")
def both():
    """Return the catalogue, and a function that gives straight SGP4 places (n, 3) at an instant."""
    population = make_population(6000, 1, START)
    catalogue = Catalogue()
    assert catalogue.load(population) == []
    direct = SatelliteSet([Satrec.twoline2rv(s.line1, s.line2, WGS72) for s in population])
    return catalogue, direct


def middles() -> list[int]:
    """Return instants in the middle between two nodes, where interpolation errs most."""
    first = interval_of(START)
    return [(first + k) * STEP_NS + STEP_NS // 2 for k in (1, 14, 27, 45)]


def test_interpolation_errs_by_centimetres_in_low_orbit_and_metres_at_the_lowest_perigees(both):
    catalogue, direct = both
    error = np.zeros(len(catalogue))
    for tai in middles():
        there = direct.itrf(np.array([tai]))[1][:, 0]
        here = catalogue.states(np.arange(len(catalogue)), tai)[:, :3]
        error = np.fmax(error, np.linalg.norm(here - there, axis=1))
    perigee = np.array([perigee_m(s) for s in direct.satellites])
    eccentricity = np.array([s.ecco for s in direct.satellites])
    assert np.median(error) < 0.005
    # seen over 20,000: 3 cm, 1.1 m, 6.6 m; the error of an element set is a kilometre
    assert error[(perigee > 200e3) & (eccentricity < 0.1)].max() < 0.1
    assert error[(perigee > 200e3) & (eccentricity >= 0.1)].max() < 3.0
    assert error.max() < 15.0


def test_no_object_in_a_field_is_left_out_and_none_outside_is_named(both):
    catalogue, direct = both
    certain = catalogue.sigma(np.arange(len(catalogue)), START)[:, 0] < 0.5 * catalogue.model.along_limit_m
    seen = 0
    for lat, lon in SITES_DEG:
        place = np.array(geodetic_to_ecef(lat * DEG, lon * DEG, 0.0))
        axes = np.array(enu_axes(lat * DEG, lon * DEG)).reshape(3, 3)
        site = catalogue.add_site(place, axes, RANGE_M, ELEVATION)
        for tai in middles():
            d = direct.itrf(np.array([tai]))[1][:, 0] - place
            r = np.linalg.norm(d, axis=1)
            height = d @ axes[2] - np.sin(ELEVATION) * r
            named = np.zeros(len(catalogue), bool)
            named[catalogue.in_view(site, tai)] = True
            inside = (r < RANGE_M - 20.0) & (height > 20.0)
            outside = (r > RANGE_M + 20.0) | (height < -20.0)
            assert not (named & outside).any()
            assert not (inside & certain & ~named).any()
            seen += int(named.sum())
    assert seen > 1000
