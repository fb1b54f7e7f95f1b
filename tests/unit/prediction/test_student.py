"""The reach of an ellipse by Student's t, against SciPy's F distribution and a drawn sample."""

import math

import numpy as np
import pytest
from scipy import stats

from tocsin.prediction.student import FREEDOM, SCALE, reach

SHARES = [0.1, 0.5, 0.9, 0.99, 0.999]


@pytest.mark.parametrize("share", SHARES)
def test_it_is_the_quantile_of_f_with_two_degrees(share: float) -> None:
    student = SCALE * math.sqrt(2.0 * stats.f.ppf(share, 2, FREEDOM))
    assert reach(share) == pytest.approx(student / math.sqrt(stats.chi2.ppf(share, 2)), rel=1e-9)


@pytest.mark.parametrize("share", SHARES[:4])
def test_so_many_of_a_drawn_sample_lie_within(share: float) -> None:
    rng = np.random.default_rng(5)
    n = 400_000
    drawn = SCALE * rng.normal(size=(n, 2)) / np.sqrt(rng.chisquare(FREEDOM, n) / FREEDOM)[:, None]
    within = np.hypot(*drawn.T) < reach(share) * math.sqrt(-2.0 * math.log(1.0 - share))
    assert np.mean(within) == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / n))


def test_the_middle_is_narrower_and_the_tail_wider_than_a_gaussians() -> None:
    assert reach(0.5) < reach(0.9) < 1.0 < reach(0.99) < reach(0.999)
