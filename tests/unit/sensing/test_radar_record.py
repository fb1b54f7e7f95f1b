import math

import msgspec
import pytest

from tocsin.core.constants import DEG
from tocsin.core.records.network import Face, Network, Radar, RadarEquation
from tocsin.sensing.kinds.radar import BAND_HZ, frequency_hz, reference_snr_db, sigmas
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.signal_kernels import radar_equation_snr_db

PLAIN = Radar(id="r", latitude_deg=1.0, longitude_deg=2.0)


def compiled(**changes):
    return compile_network(Network(radar=(msgspec.structs.replace(PLAIN, **changes),))).by_id["r"]


def test_a_file_without_the_new_keys_means_what_it_meant():
    s = compiled()
    assert (s.sigma_range, s.sigma_azimuth, s.sigma_elevation) == (30.0, 0.1 * DEG, 0.1 * DEG)
    assert (s.reference_snr_db, s.pfa, s.swerling, s.broadens) == (13.0, 1e-6, 1, False)
    assert (s.pulse_interval_s, s.content_tecu, s.track_share, s.frequency_hz) == (0.0, 0.0, 1.0, 0.0)


def test_accuracy_follows_from_beam_and_bandwidth_where_it_is_not_given():
    record = msgspec.structs.replace(PLAIN, beamwidth_deg=2.0, bandwidth_khz=1000.0, reference_snr_db=20.0)
    far, azimuth, elevation = sigmas(record)
    assert far == pytest.approx(149.9 / math.sqrt(200.0), rel=1e-3)
    assert azimuth == elevation == pytest.approx(2.0 * DEG / 1.6 / math.sqrt(200.0))
    assert sigmas(msgspec.structs.replace(record, sigma_azimuth_deg=0.3))[1] == pytest.approx(0.3 * DEG)
    assert compiled(beamwidth_deg=2.0).broadens


def test_the_radar_equation_takes_the_place_of_the_reference_signal():
    equation = RadarEquation(peak_power_kw=600.0, pulse_ms=16.0, gain_db=38.6)
    record = msgspec.structs.replace(PLAIN, equation=equation, band="UHF", reference_range_km=4000.0)
    assert reference_snr_db(record) == pytest.approx(radar_equation_snr_db(600e3, 16e-3, 38.6, 435e6, 500.0, 6.0, 4e6))
    # four times the energy, 6 dB; twice the range, 12 dB
    double = msgspec.structs.replace(equation, peak_power_kw=2400.0)
    assert reference_snr_db(msgspec.structs.replace(record, equation=double)) - reference_snr_db(
        record
    ) == pytest.approx(10 * math.log10(4))
    far = msgspec.structs.replace(record, reference_range_km=8000.0)
    assert reference_snr_db(record) - reference_snr_db(far) == pytest.approx(40 * math.log10(2))


def test_the_frequency_is_that_of_the_band_unless_it_is_given():
    for band, hertz in BAND_HZ.items():
        assert frequency_hz(msgspec.structs.replace(PLAIN, band=band)) == hertz
    assert frequency_hz(msgspec.structs.replace(PLAIN, band="UHF", frequency_mhz=442.0)) == 442e6
    assert frequency_hz(PLAIN) == 0.0


def test_false_alarms_follow_from_the_cells_and_the_set_probability_where_they_are_not_given():
    face = Face(azimuth_start_deg=0.0, azimuth_end_deg=90.0, elevation_min_deg=0.0, elevation_max_deg=30.0)
    cells = {"faces": (face,), "range_km": 3000.0, "beamwidth_deg": 2.0, "bandwidth_khz": 150.0}
    # a quarter turn times sin 30 deg of sky, beams of 2 deg, cells of 1 km
    expected = 1e-6 * (math.pi / 2.0 * 0.5) / (2.0 * DEG) ** 2 * 3000e3 / 999.3
    assert compiled(**cells).false_alarms == pytest.approx(expected, rel=1e-3)
    assert compiled(**cells, false_alarm_probability=1e-8).false_alarms == pytest.approx(expected / 100, rel=1e-3)
    assert compiled(**cells, false_alarms_per_look=0.3).false_alarms == 0.3
    assert compiled(beamwidth_deg=2.0).false_alarms == compiled().false_alarms == 0.1
