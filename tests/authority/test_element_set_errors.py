"""The stated error of element sets against a real series: SPOT-5, odd-numbered sets (the even ones gave the growth)."""

from itertools import pairwise

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec

from tests.shared_data import shared
from tocsin.catalogue.uncertainty import ErrorModel, sigmas


@pytest.fixture(scope="module")
def series() -> list[Satrec]:
    lines = shared("data/orekit_reference/spot-5.tle").read_text().splitlines()
    sets = [Satrec.twoline2rv(lines[i][:69], lines[i + 1][:69], WGS72) for i in range(0, len(lines) - 1, 2)]
    return sets[len(sets) // 2 :]  # the first half is its way to its place, with manoeuvres


def misses(series, parity: int) -> np.ndarray:
    """Return rows of age (days), along, radial and across (m): a set of one parity against each set up to 3 days later."""
    epochs = [s.jdsatepoch + s.jdsatepochF for s in series]
    rows = []
    for j, later in enumerate(series):
        r, v = (np.array(x) for x in later.sgp4(later.jdsatepoch, later.jdsatepochF)[1:])
        up = r / np.linalg.norm(r)
        across = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
        axes = np.stack([np.cross(across, up), up, across])
        for i in range(parity, j, 2):
            age = epochs[j] - epochs[i]
            if 0.25 < age <= 3.0:
                there = np.array(series[i].sgp4(later.jdsatepoch, later.jdsatepochF)[1])
                rows.append((age, *(axes @ (there - r) * 1e3)))
    return np.array(rows)


def test_growth_along_the_track_is_that_of_the_sets_kept_for_scoring(series):
    rows = misses(series, 1)
    assert len(rows) > 500
    edges = np.arange(0.25, 3.01, 0.25)
    ages, spread = [], []
    for low, high in pairwise(edges):
        within = rows[(rows[:, 0] > low) & (rows[:, 0] <= high)]
        ages.append(within[:, 0].mean())
        spread.append(np.quantile(np.abs(within[:, 1]), 0.68))
    growth = np.polyfit(ages, spread, 1)[0]
    stated = sigmas(series[0], ErrorModel())[1]
    assert growth == pytest.approx(stated, rel=0.3)


def test_stated_sigma_covers_what_it_says_and_not_ten_times_more(series):
    rows = misses(series, 1)
    along, grows, radial, across, side = sigmas(series[0], ErrorModel())
    stated = np.stack([along + grows * rows[:, 0], radial + side * rows[:, 0], across + side * rows[:, 0]], axis=1)
    ratio = np.abs(rows[:, 1:]) / stated
    # manoeuvres are a tenth of the pairs; sets that share their observations agree better than either with the truth
    assert np.all((ratio < 1.0).mean(axis=0) > 0.68)
    assert np.all(np.quantile(ratio, 0.68, axis=0) > 0.1)
