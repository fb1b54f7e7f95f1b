"""What drag alone says of a lightness, and what that says of a head and a spent stage."""

import math
from itertools import pairwise

import pytest

from tocsin.identification.drag import STAGE_BETAS, STAGE_LIGHTNESS, drag_alone, heavy_odds
from tocsin.tracking.filter_kernels import BETA_LEAST, BETA_MOST, LIGHTNESS, LIGHTNESS_SIGMA, over_betas


def held(lightness: float, sigma: float) -> tuple[float, float]:
    """Return mean and sigma of the filter, whose prior is that of heads, after drag has said `lightness` within `sigma`."""
    told = LIGHTNESS_SIGMA**2 / (LIGHTNESS_SIGMA**2 + sigma**2)
    return LIGHTNESS + told * (lightness - LIGHTNESS), LIGHTNESS_SIGMA * math.sqrt(1.0 - told)


@pytest.mark.parametrize("sigma", [5e-5, 1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("sigmas", [-2.0, -0.5, 0.0, 1.5])
def test_the_prior_of_the_filter_is_taken_out(sigma: float, sigmas: float) -> None:
    said = LIGHTNESS + sigmas * sigma
    found = drag_alone(*held(said, sigma))
    assert found is not None
    assert found == pytest.approx((said, sigma), rel=1e-6, abs=1e-12)


def test_where_the_air_has_said_nothing_nothing_is_found() -> None:
    assert drag_alone(LIGHTNESS, LIGHTNESS_SIGMA) is None
    assert drag_alone(3e-4, 2.0 * LIGHTNESS_SIGMA) is None  # widened by nothing that lasts
    assert heavy_odds(LIGHTNESS, LIGHTNESS_SIGMA) == 0.0


def test_what_has_been_found_lighter_than_heads_has_no_prior_any_more() -> None:
    assert drag_alone(4e-3, 5e-4) == (4e-3, 5e-4)


def test_the_more_drag_says_the_farther_the_odds() -> None:
    stage = [heavy_odds(*held(4e-3, sigma)) for sigma in (3e-3, 2e-3, 1.5e-3, 1e-3)]
    assert all(a > b for a, b in pairwise(stage))
    assert stage[0] < 0.5
    assert stage[2] < -1.0
    assert heavy_odds(*held(4e-3, 5e-4)) == pytest.approx(math.log(0.003))  # no more than that
    head = [heavy_odds(*held(LIGHTNESS, sigma)) for sigma in (3e-3, 1e-3, 5e-4, 2e-4)]
    assert all(0.0 < a < b for a, b in pairwise(head))


@pytest.mark.parametrize(
    ("betas", "found"), [(STAGE_BETAS, STAGE_LIGHTNESS), ((BETA_LEAST, BETA_MOST), (LIGHTNESS, LIGHTNESS_SIGMA))]
)
def test_moments_of_a_range_are_those_of_a_sum_over_it(betas: tuple[float, float], found: tuple[float, float]) -> None:
    n = 20000
    over = [betas[0] * (betas[1] / betas[0]) ** ((k + 0.5) / n) for k in range(n)]
    mean = sum(1.0 / beta for beta in over) / n
    sigma = math.sqrt(sum((1.0 / beta - mean) ** 2 for beta in over) / n)
    assert found == over_betas(*betas) == pytest.approx((mean, sigma), rel=1e-6)
