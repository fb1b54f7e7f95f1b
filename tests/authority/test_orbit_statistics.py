"""The packaged orbit statistics against the catalogue snapshot they were counted from, and a real catalogue's use."""

import gzip

import numpy as np
import pytest

from tests.shared_data import shared
from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.records.inputs import ElementSet
from tocsin.core.time import tai_from_iso
from tocsin.modelling.orbit_statistics import count_orbits, load_statistics


@pytest.fixture(scope="module")
def snapshot():
    path = shared("data/catalogue_tle/full_3le_2022-01.tle.gz")
    with gzip.open(path, "rt") as file:
        lines = file.read().splitlines()
    return [(lines[i], lines[i + 1], lines[i + 2]) for i in range(0, len(lines), 3)]


def test_packaged_counts_are_those_of_the_snapshot(snapshot):
    packaged = load_statistics()
    assert count_orbits(snapshot, packaged.source) == packaged


def test_a_real_catalogue_loads_whole_and_is_predicted(snapshot):
    catalogue = Catalogue()
    refused = catalogue.load([ElementSet(l1[2:7], name[2:], l1, l2) for name, l1, l2 in snapshot])
    # the README beside the data: every set goes through SGP4 at its epoch, save one that decays
    assert refused == []
    assert len(catalogue) == len(snapshot)
    tai = tai_from_iso("2022-01-24T00:00:00Z")
    states = catalogue.states(np.arange(len(catalogue)), tai)
    radius = np.linalg.norm(states[:, :3], axis=1)
    flown = ~np.isnan(radius)
    # the last element sets of what came down in the month before, COSMOS 1408 debris most of it
    assert 50 < (~flown).sum() < 0.01 * len(catalogue)
    assert (radius[flown] > 6.378e6).all()
    assert (radius[flown] > 6.55e6).mean() > 0.999
    assert set(np.flatnonzero(~flown)) < set(catalogue.decaying(tai))
