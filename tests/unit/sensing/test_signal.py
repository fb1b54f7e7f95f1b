import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from tocsin.sensing.signal_kernels import (
    accuracy_factor,
    cross_sections,
    infrared_pd,
    infrared_snr_db,
    pd_swerling0,
    pd_swerling1,
    pd_swerling3,
    radar_pd,
    radar_snr_db,
)


def marcum(snr, pfa):
    """Non-central chi-square tail: the envelope squared over noise power has 2 degrees of freedom and 2 S."""
    return stats.ncx2.sf(-2 * math.log(pfa), 2, 2 * snr)


@pytest.mark.parametrize("pfa", [1e-2, 1e-6, 1e-9])
@pytest.mark.parametrize("snr", [1e-6, 0.1, 1.0, 5.0, 12.0, 20.0, 40.0, 90.0])
def test_steady_target_is_marcums_q(snr, pfa):
    assert pd_swerling0(snr, pfa) == pytest.approx(marcum(snr, pfa), rel=1e-9)


def test_no_signal_is_a_false_alarm():
    for pd in (pd_swerling0, pd_swerling1, pd_swerling3):
        assert pd(0.0, 1e-6) == pytest.approx(1e-6, rel=1e-12)


@pytest.mark.parametrize("snr", [0.5, 5.0, 20.0, 100.0])
def test_fluctuating_targets_average_the_steady_one(snr):
    pfa = 1e-6
    for pd, pdf in (
        (pd_swerling1, lambda x: math.exp(-x / snr) / snr),
        (pd_swerling3, lambda x: 4 * x / snr**2 * math.exp(-2 * x / snr)),
    ):
        mean = integrate.quad(lambda x, f=pdf: marcum(x, pfa) * f(x), 0, 30 * snr, limit=400, epsabs=1e-10)[0]
        assert pd(snr, pfa) == pytest.approx(mean, rel=1e-6)


def test_detection_grows_with_signal_and_stays_a_probability():
    for swerling in (0, 1, 3):
        pd = [radar_pd(db, 1e-6, swerling) for db in np.arange(-40.0, 120.0, 0.5)]
        assert all(b >= a - 1e-12 for a, b in itertools.pairwise(pd))
        assert pd[0] == pytest.approx(1e-6, rel=0.01)
        assert 1 - 1e-8 < pd[-1] <= 1.0


def test_textbook_point_13_db_for_a_steady_target():
    # Skolnik, Introduction to Radar Systems, fig. 2.6: Pfa 1e-6, Pd 0.9 need 13.2 dB
    assert radar_pd(13.2, 1e-6, 0) == pytest.approx(0.9, abs=0.01)


def test_signal_falls_with_the_fourth_power_of_range():
    assert radar_snr_db(5e6, 0.0, 1.0, 5e6, 13.0, 0.0) == pytest.approx(13.0)
    assert radar_snr_db(2.5e6, 0.0, 1.0, 5e6, 13.0, 0.0) == pytest.approx(13.0 + 40 * math.log10(2))
    assert radar_snr_db(5e6, -10.0, 1.0, 5e6, 13.0, 3.0) == pytest.approx(0.0)


def test_scan_loss_is_nine_db_at_60_degrees():
    loss = radar_snr_db(1e6, 0.0, 1.0, 1e6, 0.0, 0.0) - radar_snr_db(1e6, 0.0, 0.5, 1e6, 0.0, 0.0)
    assert loss == pytest.approx(30 * math.log10(2))


def test_the_signal_tells_the_cross_section_where_a_radar_does_not():
    ranges, given = np.array([1e6, 2.5e6, 4e6, math.nan]), np.array([math.nan, math.nan, -3.0, math.nan])
    snr, found = np.array([radar_snr_db(r, 7.0, 1.0, 3e6, 13.0, 0.0) for r in ranges]), np.empty(4)
    cross_sections(ranges, snr, given, 3e6, 13.0, found)
    assert found[:3] == pytest.approx([7.0, 7.0, -3.0])
    assert math.isnan(found[3])


def test_accuracy_improves_by_root_of_signal_within_bounds():
    assert accuracy_factor(13.0, 13.0) == 1.0
    assert accuracy_factor(19.0, 13.0) == pytest.approx(10 ** (-6 / 20))
    assert accuracy_factor(60.0, 13.0) == 0.2
    assert accuracy_factor(-10.0, 13.0) == 2.5


def test_infrared_detection_is_the_share_of_a_lognormal_over_the_threshold():
    mean, threshold, spread = 30e3, 20e3, 0.35
    law = stats.lognorm(s=spread, scale=mean * math.exp(-(spread**2) / 2))
    assert law.mean() == pytest.approx(mean)
    assert infrared_pd(mean, threshold, spread) == pytest.approx(law.sf(threshold), rel=1e-12)
    assert infrared_pd(10 * threshold, threshold, spread) > 0.999999
    assert infrared_pd(0.1 * threshold, threshold, spread) < 1e-6
    assert infrared_pd(1.0, 0.0, spread) == 1.0
    assert infrared_pd(0.0, 0.0, spread) == 0.0
    assert infrared_pd(float("nan"), threshold, spread) == 0.0


def test_ten_times_the_amplitude_is_20_db():
    assert infrared_snr_db(2e5, 2e4, 12.0) == pytest.approx(32.0)
