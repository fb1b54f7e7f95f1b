"""Networks and protected places drawn at random: none of them has been in sight when anything was tuned.

Every figure of a sensor comes from the range that real and planned ones span (`docs/theory/radar.md`, facts on infrared
sensors): revisits of 1 to 12 s, lines of sight of 10 to 130 microrad, radars of 10 to 200 m and 0.025 to 0.4 degrees.
"""

import numpy as np

from tocsin.core.records.network import Asset, Assets, Face, Infrared, Network, Orbit, Radar
from tocsin.modelling.chance import stream

POSTS = 3
"""So many ground posts: satellites of one post have a common cause."""


def drawn_network(seed: int, number: int, year: int) -> tuple[Network, Assets]:
    """Return network and protected places `number` of a seed: 1 to 6 satellites, up to 5 radars, 1 to 7 places of one region."""
    rng = stream(seed, "drawn-network", str(number))
    assets = _assets(rng)
    satellites = tuple(_satellite(rng, f"satellite-{k + 1}", year) for k in range(int(rng.integers(1, 7))))
    radars = tuple(_radar(rng, f"radar-{k + 1}", assets) for k in range(int(rng.integers(0, 6))))
    return Network(name=f"drawn-{number}", infrared=satellites, radar=radars), assets


def _assets(rng: np.random.Generator) -> Assets:
    lat, lon = rng.uniform(-60.0, 70.0), rng.uniform(-180.0, 180.0)
    return Assets(
        asset=tuple(
            Asset(
                id=f"place-{k + 1}",
                latitude_deg=round(float(np.clip(lat + rng.uniform(-12.0, 12.0), -80.0, 80.0)), 3),
                longitude_deg=round(_turned(lon + rng.uniform(-20.0, 20.0)), 3),
                radius_km=float(rng.choice([10.0, 30.0, 60.0, 100.0])),
            )
            for k in range(int(rng.integers(1, 8)))
        )
    )


def _satellite(rng: np.random.Generator, name: str, year: int) -> Infrared:
    high = rng.random() < 0.4
    orbit = Orbit(geo_longitude_deg=round(float(rng.uniform(-180.0, 180.0)), 2))
    if high:  # a Molniya orbit, its apogee mostly over the north
        orbit = Orbit(
            epoch_utc=f"{year}-06-01T00:00:00Z", perigee_altitude_km=round(float(rng.uniform(600.0, 1500.0))),
            apogee_altitude_km=39_500.0, inclination_deg=63.4, raan_deg=round(float(rng.uniform(0.0, 360.0)), 2),
            argument_of_perigee_deg=float(rng.choice([270.0, 270.0, 90.0])),
            mean_anomaly_deg=round(float(rng.uniform(60.0, 300.0)), 2),
        )  # fmt: skip
    return Infrared(
        id=name, orbit=orbit, site=f"post-{int(rng.integers(POSTS)) + 1}", field_half_angle_deg=12.0 if high else 9.0,
        revisit_s=float(rng.choice([1.0, 2.0, 4.0, 8.0, 10.0, 12.0])), scan="scanner" if rng.random() < 0.5 else "starer",
        sigma_los_rad=_log(rng, 1e-5, 1.3e-4), bias_los_rad=float(rng.choice([0.0, 5e-6, 2e-5])),
        threshold_w_sr=round(_log(rng, 3e3, 4e4)), false_alarms_per_look=float(rng.choice([0.001, 0.01, 0.1, 1.0])),
    )  # fmt: skip


def _radar(rng: np.random.Generator, name: str, assets: Assets) -> Radar:
    place = assets.asset[int(rng.integers(len(assets.asset)))]
    lat = float(np.clip((place.latitude_deg or 0.0) + rng.uniform(-8.0, 8.0), -85.0, 85.0))
    begin, wide = float(rng.uniform(0.0, 360.0)), float(rng.choice([120.0, 180.0, 240.0, 360.0]))
    face = Face(
        azimuth_start_deg=round(begin, 1) if wide < 360.0 else 0.0,
        azimuth_end_deg=round((begin + wide) % 360.0, 1) if wide < 360.0 else 360.0,
        elevation_min_deg=float(rng.choice([2.0, 3.0, 5.0])), elevation_max_deg=85.0,
    )  # fmt: skip
    return Radar(
        id=name, latitude_deg=round(lat, 3),
        longitude_deg=round(_turned((place.longitude_deg or 0.0) + rng.uniform(-10.0, 10.0)), 3), faces=(face,),
        range_km=round(float(rng.uniform(1500.0, 5500.0))), period_s=float(rng.choice([1.0, 2.0, 5.0, 10.0])),
        sigma_range_m=_log(rng, 10.0, 200.0), sigma_azimuth_deg=_log(rng, 0.025, 0.4),
        sigma_elevation_deg=_log(rng, 0.025, 0.4), bias_range_m=float(rng.choice([0.0, 20.0, 50.0])),
        bias_azimuth_deg=float(rng.choice([0.0, 0.02, 0.05])), bias_elevation_deg=float(rng.choice([0.0, 0.02, 0.05])),
        false_alarms_per_look=float(rng.choice([0.01, 0.1, 0.5, 2.0])), track_share=float(rng.choice([0.5, 1.0])),
        band=str(rng.choice(["UHF", "L", "VHF"])),
    )  # fmt: skip


def _turned(lon_deg: float) -> float:
    return float((lon_deg + 180.0) % 360.0 - 180.0)


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a figure drawn evenly in its logarithm, to three digits."""
    return float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.3g}")
