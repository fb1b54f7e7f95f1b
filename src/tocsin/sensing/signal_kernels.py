"""How strong a signal is, and what follows: probability of detection and accuracy.

Radar: signal to noise from a reference range, the fourth-power law and the scan loss of a planar array; probability of
detection of a single (integrated) pulse for a steady target and for Swerling's cases. Infrared: the probability that a
log-normally fluctuating intensity passes the on-board threshold.
"""

import math

import numpy as np

from tocsin.core.constants import SPEED_OF_LIGHT_M_S
from tocsin.core.kernels import kernel

LN10 = math.log(10.0)
BOLTZMANN_J_K = 1.380649e-23
MONOPULSE_SLOPE = 1.6
SCAN_EXPONENT = 3.0
"""Two-way gain of a planar array falls as cos^3: cos^1.5 each way (Skolnik, Radar Handbook, 3rd ed., ch. 13)."""
SCAN_FLOOR = 0.1
"""Cosine under which the law no longer holds: 84 degrees off boresight."""
BEST_ACCURACY = 0.2
"""Least ratio of an error to its value at the reference signal: beam splitting stops near 1/50 of a beam."""
WORST_ACCURACY = 2.5
"""Greatest ratio: a detection weaker than 8 dB under the reference would not have passed the threshold."""


@kernel
def radar_snr_db(
    r: float, rcs_dbsm: float, scan_cosine: float, reference_range: float, reference_snr_db: float, noise_db: float
) -> float:
    """Return the signal to noise ratio (dB) of a target at range r (m).

    `reference_range` (m) is where 1 m2 on boresight gives `reference_snr_db`; `noise_db` is noise above the nominal.
    """
    c = max(scan_cosine, SCAN_FLOOR)
    return (
        reference_snr_db
        + rcs_dbsm
        - noise_db
        - 40.0 / LN10 * math.log(max(r, 1.0) / reference_range)
        + 10.0 * SCAN_EXPONENT / LN10 * math.log(c)
    )


@kernel
def cross_sections(
    ranges: np.ndarray, snr_db: np.ndarray, given: np.ndarray, reference_range: float, reference_snr_db: float, out: np.ndarray
) -> None:  # fmt: skip
    """Fill `out` (n,) with radar cross-sections, dB m2: those `given`, else what `ranges` (m) and `snr_db` tell of boresight.

    NaN where neither is known. Scan loss and noise above the nominal are not known here: some dB too small.
    """
    for i in range(out.shape[0]):
        out[i] = given[i]
        if given[i] != given[i]:
            out[i] = snr_db[i] - reference_snr_db + 40.0 / LN10 * math.log(max(ranges[i], 1.0) / reference_range)


@kernel
def radar_equation_snr_db(
    power_w: float, pulse_s: float, gain_db: float, frequency_hz: float, noise_k: float, loss_db: float, r: float
) -> float:
    """Return the signal to noise ratio (dB) of 1 m2 on boresight at range r (m): the radar equation, matched filter.

    S = P t G^2 L^2 s / ((4 pi)^3 k T l r^4) (Skolnik, Introduction to Radar Systems, 3rd ed., ch. 2), with peak power
    P (W), pulse t (s; all pulses that are integrated), gain G (one antenna for both ways), wavelength L, system
    temperature T (K), losses l.
    """
    wavelength = SPEED_OF_LIGHT_M_S / frequency_hz
    energy = power_w * pulse_s * wavelength * wavelength
    noise = (4.0 * math.pi) ** 3 * BOLTZMANN_J_K * noise_k * r**4
    return 10.0 / LN10 * math.log(energy / noise) + 2.0 * gain_db - loss_db


@kernel
def angle_sigma(beamwidth: float, snr_db: float) -> float:
    """Return one sigma of an angle measured by monopulse, in the unit of the (half-power) beamwidth.

    beamwidth / (1.6 sqrt(2 S)) (Curry, Radar System Performance Modeling, 2nd ed., 8.2; Barton's slope of 1.6).
    """
    return beamwidth / (MONOPULSE_SLOPE * math.sqrt(2.0 * db_to_ratio(snr_db)))


@kernel
def range_sigma(bandwidth_hz: float, snr_db: float) -> float:
    """Return one sigma of range (m): the resolution c / (2 B) over sqrt(2 S) (Curry, 8.1)."""
    return 0.5 * SPEED_OF_LIGHT_M_S / bandwidth_hz / math.sqrt(2.0 * db_to_ratio(snr_db))


@kernel
def broadening(scan_cosine: float) -> float:
    """Return the ratio of a planar array's beamwidth off boresight to that on it: 1 / cos (Skolnik, ch. 9)."""
    return 1.0 / max(scan_cosine, SCAN_FLOOR)


@kernel
def folded_range(r: float, pulse_interval_s: float) -> float:
    """Return the range (m) at which an echo from range r shows: modulo c T / 2, as it comes after later pulses.

    0 (no interval given) = unambiguous.
    """
    if pulse_interval_s <= 0.0:
        return r
    return r % (0.5 * SPEED_OF_LIGHT_M_S * pulse_interval_s)


@kernel
def db_to_ratio(db: float) -> float:
    """Return the power ratio of decibels."""
    return math.exp(db * (LN10 / 10.0))


@kernel
def pd_swerling0(snr: float, pfa: float) -> float:
    """Return the probability of detection of a steady target: Marcum's Q1(sqrt(2 S), sqrt(-2 ln Pfa)).

    By the Poisson mixture of gamma tails, sum_k Pois(k; S) P(k + 1 > T) with T = -ln Pfa (Shnidman 1989); beyond
    sqrt(S) = sqrt(T) + 6 it is 1 to 1e-15. snr is a power ratio, pfa in 1e-30 ... 1.
    """
    t = -math.log(pfa)
    if math.sqrt(snr) > math.sqrt(t) + 6.0:
        return 1.0
    poisson = math.exp(-snr)
    erlang = math.exp(-t)
    tail = erlang
    total = poisson * tail
    k = 0
    while k < 2000:
        k += 1
        poisson *= snr / k
        erlang *= t / k
        tail += erlang
        part = poisson * tail
        total += part
        if k > snr and part < 1e-16 * total:
            break
    return min(total, 1.0)


@kernel
def pd_swerling1(snr: float, pfa: float) -> float:
    """Return the probability of detection for an exponential cross-section: Pfa^(1 / (1 + S)) (Swerling 1954)."""
    return math.exp(math.log(pfa) / (1.0 + snr))


@kernel
def pd_swerling3(snr: float, pfa: float) -> float:
    """Return the probability of detection of a target with one dominant scatterer (4 degrees of freedom), one pulse.

    (1 + 2 S T / (2 + S)^2) exp(-2 T / (2 + S)), T = -ln Pfa: Marcum's Q1 averaged over Swerling's third density.
    """
    t = -math.log(pfa)
    return (1.0 + 2.0 * snr * t / ((2.0 + snr) * (2.0 + snr))) * math.exp(-2.0 * t / (2.0 + snr))


@kernel
def radar_pd(snr_db: float, pfa: float, swerling: int) -> float:
    """Return the probability of detection for Swerling case 0, 1 or 3 (2 and 4 equal 1 and 3 for a single pulse)."""
    snr = db_to_ratio(min(snr_db, 100.0))
    if swerling == 0:
        return pd_swerling0(snr, pfa)
    if swerling >= 3:
        return pd_swerling3(snr, pfa)
    return pd_swerling1(snr, pfa)


@kernel
def accuracy_factor(snr_db: float, reference_snr_db: float) -> float:
    """Return the ratio of an error to its value at the reference signal: 1 / sqrt(S / S_ref) within sane bounds.

    Errors of range, angle and range rate all go as 1 / sqrt(2 S) (Skolnik, Introduction to Radar Systems, 6.3).
    """
    return min(max(math.exp((reference_snr_db - snr_db) * (LN10 / 20.0)), BEST_ACCURACY), WORST_ACCURACY)


@kernel
def infrared_pd(intensity: float, threshold: float, spread: float) -> float:
    """Return the probability that a spot of mean apparent `intensity` (W/sr) passes `threshold` (W/sr).

    The intensity of a look is log-normal about its mean, with standard deviation `spread` of its logarithm (aspect,
    plume, scintillation): Phi((ln(I / threshold) - spread^2 / 2) / spread). Threshold 0 lets every light pass.
    """
    if not (intensity > 0.0):
        return 0.0
    if threshold <= 0.0:
        return 1.0
    margin = math.log(intensity / threshold)
    if spread <= 0.0:
        return 1.0 if margin >= 0.0 else 0.0
    return 0.5 * math.erfc(-(margin - 0.5 * spread * spread) / (spread * math.sqrt(2.0)))


@kernel
def infrared_snr_db(intensity: float, threshold: float, threshold_snr_db: float) -> float:
    """Return the signal to noise ratio (dB, 20 log10 of amplitude) of a spot, from that of the threshold."""
    return threshold_snr_db + 20.0 / LN10 * math.log(max(intensity, 1e-9) / max(threshold, 1e-9))
