"""Cloud, fireballs, launches and satellites: what open sources say of light, against the model's."""

import csv
import math

import numpy as np
import pytest

from tests.shared_data import shared
from tocsin.core.constants import NS
from tocsin.core.time import tai_from_iso
from tocsin.modelling.fireballs import fireball_trajectory, read_fireballs
from tocsin.modelling.plume import BAND_UM, FIREBALL_BAND_PART, SECOND_RADIATION_UM_K, plume_intensity, transmission
from tocsin.sensing.cloud import cloud_layer, tropopause_m
from tocsin.sensing.kinds.telescope_kernels import ALBEDO, sphere_magnitude
from tocsin.world.geodesy import to_geodetic


def test_global_cloud_is_that_of_the_gewex_assessment():
    """Stubenrauch et al. 2013 (BAMS 94, 1031): amount 0.68 +- 0.03; of all clouds 42 % high, 16 % middle, 42 % low."""
    latitudes = np.arange(-89.0, 90.0, 2.0)
    weight = np.cos(np.radians(latitudes))
    sums = np.zeros(4)
    for month in range(1, 13):
        tai = tai_from_iso(f"2023-{month:02d}-15T00:00:00Z")
        for latitude, w in zip(latitudes, weight, strict=True):
            layer = cloud_layer(float(latitude), tai)
            cloudy = 1.0 - layer.clear
            sums += w * np.array([1.0, cloudy, cloudy * (1.0 - layer.low - layer.middle), cloudy * layer.middle])
    amount, high, middle = sums[1] / sums[0], sums[2] / sums[1], sums[3] / sums[1]
    print(f"\ncloud amount {amount:.3f}, high {high:.3f}, middle {middle:.3f} of it")
    assert amount == pytest.approx(0.68, abs=0.03)
    assert high == pytest.approx(0.42, abs=0.03) and middle == pytest.approx(0.16, abs=0.03)


def test_the_tropopause_is_high_in_the_tropics_and_follows_the_season():
    """About 16 to 17 km in the tropics, 9 km at the poles, higher in summer between (Hoinka 1999, Mon. Weather Rev. 127)."""
    july, january = tai_from_iso("2023-07-19T00:00:00Z"), tai_from_iso("2023-01-19T00:00:00Z")
    assert 16e3 < tropopause_m(0.0, july) < 17e3
    assert 8.5e3 < tropopause_m(85.0, january) < 9.5e3
    assert tropopause_m(45.0, july) > tropopause_m(45.0, january) + 1e3
    assert tropopause_m(-45.0, january) > tropopause_m(-45.0, july) + 1e3


def test_fireballs_seen_by_the_satellites_pass_a_satellites_threshold():
    """CNEOS lists what US Government sensors saw; a model in which such a sensor misses most of it would be wrong.

    Real data: 825 events 1988-2019 (a share of them with a velocity vector). Model: light of a single body, scaled to the
    stated radiated energy, 6,000 K, through the air straight up, and the notional network's threshold of 15 kW/sr.
    """
    path = shared("data/fireballs_us_sensors/fireballs_1988_2019.csv")
    with path.open(newline="") as file:
        years = [int(row["peak_brightness_utc"][:4]) for row in csv.DictReader(file)]
    balls = read_fireballs(path)
    apparent, energies = [], []
    for ball in balls:
        flight = fireball_trajectory(ball, "x", 0)
        if flight is None:
            continue
        height = to_geodetic(flight.states[:, :3])[2]
        apparent.append(float(np.max(flight.intensity * transmission(height, np.ones(len(height))))))
        t = flight.times / NS
        light = np.sum(0.5 * (flight.intensity[1:] + flight.intensity[:-1]) * np.diff(t))
        energies.append(float(light) * 4 * math.pi / FIREBALL_BAND_PART / ball.radiated_j)
    seen = float(np.mean(np.array(apparent) > 15e3))
    rate = len(years) / (max(years) - min(years) + 1)
    print(f"\n{len(apparent)} fireballs with a velocity: {seen:.1%} pass 15 kW/sr, the faintest peaks at "
          f"{min(apparent):,.0f} W/sr; the list grows by {rate:.0f} a year (DSP saw about 30 a year)")  # fmt: skip
    assert len(apparent) > 200 and seen > 0.9
    assert float(np.median(energies)) == pytest.approx(1.0, abs=0.02)
    # DSP: about 30 a year (AFTAC news, FAS)
    assert rate == pytest.approx(30.0, rel=0.3)


def planck_w_m2_sr_um(um: float, kelvin: float) -> float:
    return 1.191043e8 / um**5 / math.expm1(SECOND_RADIATION_UM_K / (um * kelvin))


def test_a_launch_seen_by_goes_is_as_bright_as_the_plume_model_says_within_its_order_of_magnitude():
    """A Falcon 9 by night raised one 2 km pixel of GOES-16 to 306.8 K at 3.9 um (CIMSS satellite blog, archives/23468).

    Its excess over ground of 280 to 295 K, spread over the pixel's 4 km2, is an intensity; a grey body of 1,800 K (soot of
    kerosene) carries it from 3.9 um into the model's band. The height is not stated: the model's bounds are the first
    stage's (7.6 MN) in afterburning and the second stage's (0.93 MN) in vacuum.
    """
    found = []
    for ground_k in (280.0, 295.0):
        excess = planck_w_m2_sr_um(3.9, 306.8) - planck_w_m2_sr_um(3.9, ground_k)
        ratio = planck_w_m2_sr_um(0.5 * sum(BAND_UM), 1800.0) / planck_w_m2_sr_um(3.9, 1800.0)
        found.append(excess * 4e6 * ratio * (BAND_UM[1] - BAND_UM[0]))
    first = float(plume_intensity(np.array([7.6e6]), np.array([20e3]))[0])
    second = float(plume_intensity(np.array([0.93e6]), np.array([120e3]))[0])
    told = f"{min(found) / 1e6:.2f} ... {max(found) / 1e6:.2f} MW/sr"
    print(f"\nGOES: {told}; model {second / 1e6:.2f} (second stage) ... {first / 1e6:.2f}")
    assert second < min(found) and max(found) < first


def test_a_small_object_at_geostationary_distance_has_the_published_magnitude():
    """About 10 cm at magnitude 21 for a Lambertian sphere of albedo 0.1 (Blake et al. 2020, DebrisWatch I, arXiv 2008.12799)."""
    area = math.pi * 0.05**2 * 0.1 / ALBEDO
    assert sphere_magnitude(area, 3.6e7, 0.0) == pytest.approx(20.5, abs=0.1)
    # with air of a zenith path and a usual phase of 30 degrees the survey's 21 is met
    assert sphere_magnitude(area, 3.6e7, math.radians(30.0)) + 0.2 == pytest.approx(21.0, abs=0.3)
    # a Lambert sphere is pi times fainter at a right angle than full (Lambert's phase law)
    full, half = sphere_magnitude(1.0, 1e6, 0.0), sphere_magnitude(1.0, 1e6, 0.5 * math.pi)
    assert half - full == pytest.approx(2.5 * math.log10(math.pi), abs=1e-9)
