import pytest

from tocsin.cli.study.statistics import share_text, wilson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statist. Med. 17, 857, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_newcombe_1998(hits: int, trials: int, low: float, high: float) -> None:
    found = wilson(hits, trials)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_without_trials_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert share_text(0, 0) == "0 / 0"


def test_a_share_is_told_with_its_interval() -> None:
    assert share_text(81, 263) == "81 / 263 = 30.8 % (25.5 ... 36.6)"
