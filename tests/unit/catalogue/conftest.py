import numpy as np
import pytest

from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.constants import DEG
from tocsin.core.time import tai_from_iso
from tocsin.modelling.satellites import make_population
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

START = tai_from_iso("2026-03-01T06:00:00Z")


@pytest.fixture(scope="session")
def population():
    return make_population(3000, 11, START)


@pytest.fixture
def catalogue(population):
    result = Catalogue()
    assert result.load(population) == []
    return result


@pytest.fixture
def site(catalogue):
    return add_site(catalogue)


def add_site(catalogue, latitude_deg=54.4, longitude_deg=-0.7, range_m=5_000e3):
    place = np.array(geodetic_to_ecef(latitude_deg * DEG, longitude_deg * DEG, 100.0))
    rot = np.array(enu_axes(latitude_deg * DEG, longitude_deg * DEG)).reshape(3, 3)
    return catalogue.add_site(place, rot, range_m, 3 * DEG)
