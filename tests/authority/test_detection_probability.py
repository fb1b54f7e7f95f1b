"""Probability of detection against published formulas for the signal that it needs, and accuracy and radar equation.

Albersheim's equation (Tufts & Cann 1983): steady target, stated to be within 0.2 dB; for Pd under 0.3 it is not.
Shnidman's equation (IEEE Trans. AES 38, 2002): Swerling 0, 1, 3, stated to be within 0.5 dB for most, 1 dB for all;
Swerling 1 at Pd 0.1 and at 0.85 ... 0.95 departs from the closed form by up to 1 dB, so these are not asked of it.
Coefficients of both compared digit by digit with github.com/mhostetter/sdr, src/sdr/_detection/_approximation.py (MIT), which
takes them from Richards, Alternative Forms of Albersheim's Equation, and Barrios (DTIC AD1040159). They are a cross-check only:
the kernels are the closed forms and Marcum's Q, held to scipy below.
"""

import math

import pytest
from scipy import stats

from tocsin.core.constants import DEG
from tocsin.sensing.signal_kernels import (
    angle_sigma,
    broadening,
    folded_range,
    radar_equation_snr_db,
    radar_pd,
    range_sigma,
)


def albersheim_db(pd, pfa):
    a, b = math.log(0.62 / pfa), math.log(pd / (1.0 - pd))
    return (6.2 + 4.54 / math.sqrt(1.44)) * math.log10(a + 0.12 * a * b + 1.7 * b)


def shnidman_db(pd, pfa, swerling):
    k = {0: math.inf, 1: 1.0, 3: 2.0}[swerling]
    eta = math.sqrt(-0.8 * math.log(4 * pfa * (1 - pfa)))
    eta += math.copysign(math.sqrt(-0.8 * math.log(4 * pd * (1 - pd))), pd - 0.5)
    steady = eta * (eta + 2.0 * math.sqrt(0.5 - 0.25))
    c = (((17.7006 * pd - 18.4496) * pd + 14.5339) * pd - 3.525) / k
    if pd > 0.872:
        c += (math.exp(27.31 * pd - 25.14) + (pd - 0.8) * (0.7 * math.log(1e-5 / pfa) - 18.0 / 80.0)) / k
    return 10.0 * math.log10(steady) + c


@pytest.mark.parametrize("pfa", [1e-3, 1e-5, 1e-6, 1e-7])
@pytest.mark.parametrize("pd", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_a_steady_target_needs_what_albersheim_says(pd, pfa):
    db = albersheim_db(pd, pfa)
    assert radar_pd(db - 0.2, pfa, 0) < pd < radar_pd(db + 0.2, pfa, 0)


@pytest.mark.parametrize("swerling", [0, 1, 3])
@pytest.mark.parametrize("pfa", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("pd", [0.3, 0.5, 0.7, 0.99])
def test_fluctuating_targets_need_what_shnidman_says(pd, pfa, swerling):
    db = shnidman_db(pd, pfa, swerling)
    assert radar_pd(db - 0.5, pfa, swerling) < pd < radar_pd(db + 0.5, pfa, swerling)


@pytest.mark.parametrize("pfa", [1e-2, 1e-6, 1e-10])
@pytest.mark.parametrize("db", [-10.0, 0.0, 7.0, 13.2, 20.0])
def test_a_steady_target_is_marcums_q_of_scipy(db, pfa):
    expected = stats.ncx2.sf(-2.0 * math.log(pfa), 2, 2.0 * 10 ** (db / 10))
    assert radar_pd(db, pfa, 0) == pytest.approx(expected, rel=1e-9)


def test_nine_in_ten_at_one_in_a_million_as_in_textbooks():
    # Skolnik, Introduction to Radar Systems, fig. 2.6 and 2.23: 13.2 dB steady, 21 dB Swerling 1, 17 dB Swerling 3
    for db, swerling in ((13.2, 0), (21.1, 1), (17.2, 3)):
        assert radar_pd(db, 1e-6, swerling) == pytest.approx(0.9, abs=0.01)


def test_the_radar_equation_in_decibels_by_hand():
    # 1 MW, 5 ms, 38.6 dB, 435 MHz, 500 K, 6 dB, 1 m2 at 5,000 km, in dB:
    # energy 37.0 + gain 77.2 + wavelength^2 -3.2 - (4 pi)^3 33.0 + k 228.6 - T 27.0 - r^4 268.0 - loss 6
    db = radar_equation_snr_db(1e6, 5e-3, 38.6, 435e6, 500.0, 6.0, 5e6)
    assert db == pytest.approx(37.0 + 77.2 - 3.2 - 33.0 + 228.6 - 27.0 - 268.0 - 6.0, abs=0.15)


def test_accuracy_of_angle_and_range_by_hand():
    # S = 20 dB: sqrt(2 S) = 14.14; 2 deg / (1.6 x 14.14) = 0.0884 deg; c / 2 / 1 MHz = 149.9 m over 14.14
    assert angle_sigma(2.0 * DEG, 20.0) / DEG == pytest.approx(2.0 / 1.6 / math.sqrt(200.0))
    assert range_sigma(1e6, 20.0) == pytest.approx(149.896 / math.sqrt(200.0), rel=1e-5)
    assert broadening(0.5) == pytest.approx(2.0)


def test_an_echo_of_the_moon_folds_as_in_1960():
    # 2.56 s there and back; pulses every 37 ms: 2.56 mod 0.037 = 0.007 s, 1,049 km
    r = 0.5 * 299792458.0 * 2.56
    assert folded_range(r, 0.037) == pytest.approx(0.5 * 299792458.0 * 0.007, abs=1.0)
    assert folded_range(r, 0.0) == r
    assert folded_range(4e6, 0.037) == 4e6
