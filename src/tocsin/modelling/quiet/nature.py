"""Bodies that fall, heat, sunlit cloud, and radio: what is no launch and no satellite."""

import csv
import functools
import math

import numpy as np

from tocsin.core.records.sources.bodies import Reentry
from tocsin.core.records.sources.infrared import Afterburner, HotSpot, Meteor, SunGlint
from tocsin.core.records.sources.radio import Aurora, Interference, MeteorTrails, MoonEcho, SolarBurst
from tocsin.modelling.paths import data_path
from tocsin.modelling.quiet.draw import Draw, Piece
from tocsin.modelling.quiet.launches import heading_deg

INCLINATIONS_DEG = ((53.0, 0.5), (97.6, 0.25), (43.0, 0.1), (70.0, 0.05), (28.5, 0.05), (81.0, 0.05))
"""Of bodies that decay and their parts; assumed: in 2024 and 2025 most of them were Starlink satellites."""
G_SCALE = (("G1", 56.3, 1700), ("G2", 54.2, 600), ("G3", 52.2, 200), ("G4", 50.1, 100), ("G5", 48.1, 4))
"""Storm level, magnetic latitude of the aurora's edge (deg), three-hour periods a solar cycle (NOAA scales, Kp table)."""
CYCLE_YEARS = 11.0


@functools.cache
def _fireballs() -> tuple[tuple[float, float, float, float], ...]:
    """Return height (m), descent (deg), speed (m/s) and light (J) of the packaged real fireballs."""
    out = []
    with data_path("fireballs.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            lat, lon = math.radians(float(row["lat_deg"])), math.radians(float(row["lon_deg"]))
            v = np.array([float(row[k]) * 1e3 for k in ("vx_km_s", "vy_km_s", "vz_km_s")])
            up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
            speed = float(np.sqrt(np.sum(v**2)))
            descent = math.degrees(math.asin(-float(np.sum(v * up)) / speed))
            out.append((float(row["altitude_km"]) * 1e3, descent, speed, float(row["radiated_energy_J"])))
    # what a `meteor` may be; the few that graze stay out, because their greatest light is no point of a falling path
    return tuple(r for r in out if r[1] >= 5.0 and r[2] >= 11_000.0 and 15_000.0 <= r[0] <= 90_000.0)


def fireball(draw: Draw) -> Piece:
    """Return a fireball as one of the real list was, anywhere."""
    lat, lon = draw.place()
    height, descent, speed, light = draw.one_of(_fireballs())
    return {
        "source": [
            Meteor(
                id=draw.id, start_s=max(draw.when(), 30.0), latitude_deg=lat, longitude_deg=lon, height_m=height,
                azimuth_deg=round(draw.between(0.0, 360.0), 1), descent_deg=descent, speed_m_s=speed, radiated_j=light,
            )
        ]
    }  # fmt: skip


def _on_orbit(draw: Draw) -> tuple[float, float, float]:
    """Return latitude, longitude and heading (deg) of a body of the usual inclinations, anywhere on its orbit."""
    inclination = INCLINATIONS_DEG[draw.by_weight([share for _, share in INCLINATIONS_DEG])][0]
    argument = draw.between(0.0, 2.0 * math.pi)
    lat = math.degrees(math.asin(math.sin(math.radians(inclination)) * math.sin(argument)))
    return lat, draw.between(-180.0, 180.0), heading_deg(lat, inclination, math.cos(argument) < 0.0)


def _body(draw: Draw, descent_deg: float, mass: tuple[float, float]) -> Piece:
    lat, lon, heading = _on_orbit(draw)
    body = Reentry(
        id=draw.id, start_s=draw.when(), latitude_deg=lat, longitude_deg=lon, azimuth_deg=heading, descent_deg=descent_deg,
        ballistic_coefficient_kg_m2=draw.decades(50.0, 250.0), mass_kg=draw.decades(*mass),
        rcs_dbsm=draw.between(-5.0, 12.0),
    )  # fmt: skip
    return {"source": [body]}


def decay(draw: Draw) -> Piece:
    """Return a body that decays from orbit: no catalogue knows it any more."""
    return _body(draw, draw.between(0.1, 0.3), (100.0, 3000.0))


def deorbit(draw: Draw) -> Piece:
    """Return a stage or capsule that is brought down on purpose."""
    return _body(draw, draw.between(0.8, 2.0), (500.0, 10_000.0))


def volcano(draw: Draw) -> Piece:
    """Return an eruption that glows for hours."""
    lat, lon = draw.place()
    start = draw.when()
    spot = HotSpot(
        id=draw.id, start_s=start, end_s=start + draw.decades(600.0, 36_000.0), latitude_deg=lat, longitude_deg=lon,
        altitude_m=draw.between(0.0, 5000.0), cause="volcano", power_mw=draw.decades(300.0, 30_000.0),
    )  # fmt: skip
    return {"source": [spot]}


def blaze(draw: Draw) -> Piece:
    """Return a sudden fire or flare of gas."""
    lat, lon = draw.place()
    start = draw.when()
    spot = HotSpot(
        id=draw.id, start_s=start, end_s=start + draw.decades(60.0, 14_400.0), latitude_deg=lat, longitude_deg=lon,
        cause=draw.one_of(("fire", "gas_flare")), power_mw=draw.decades(100.0, 5_000.0),
    )  # fmt: skip
    return {"source": [spot]}


def afterburner(draw: Draw) -> Piece:
    """Return an aircraft in afterburner, high up."""
    lat, lon = draw.place()
    start = draw.when()
    flight = Afterburner(
        id=draw.id, start_s=start, end_s=start + draw.between(60.0, 900.0), latitude_deg=lat, longitude_deg=lon,
        altitude_m=draw.between(8_000.0, 18_000.0), azimuth_deg=draw.between(0.0, 360.0),
        speed_m_s=draw.between(300.0, 700.0), thrust_kn=draw.between(80.0, 250.0),
    )  # fmt: skip
    return {"source": [flight]}


def glint(draw: Draw) -> Piece:
    """Return high ice cloud that may mirror the Sun."""
    lat, lon = max(min(draw.place()[0], 60.0), -60.0), draw.place()[1]
    start = draw.when()
    cloud = SunGlint(
        id=draw.id, start_s=start, end_s=start + draw.between(600.0, 7200.0), latitude_deg=lat, longitude_deg=lon,
        radius_km=draw.between(20.0, 200.0), top_m=draw.between(7_000.0, 11_000.0), plates=draw.decades(1e-3, 3e-2),
    )  # fmt: skip
    return {"source": [cloud]}


def aurora(draw: Draw) -> Piece:
    """Return three hours of radar aurora of one of the storm levels."""
    edge = G_SCALE[draw.by_weight([periods for *_, periods in G_SCALE])][1]
    start = draw.when()
    return {"source": [Aurora(id=draw.id, start_s=start, end_s=start + 10_800.0, boundary_deg=edge, width_deg=8.0)]}


def solar_burst(draw: Draw) -> Piece:
    """Return a solar radio burst: N(> S) falls as S to the minus 0.8."""
    start, flux = draw.when(), min(1e3 * draw.between(1e-6, 1.0) ** (-1.0 / 0.8), 1e6)
    burst = SolarBurst(id=draw.id, start_s=start, end_s=start + draw.decades(60.0, 3600.0), flux_sfu=flux)
    return {"source": [burst]}


def interference(draw: Draw) -> Piece:
    """Return an emitter on a radar's frequency at sea, 30 to 300 km from one of the network's radars."""
    if not draw.network.radar:
        return {}
    radar, start = draw.one_of(draw.network.radar), draw.when()
    away, turn = draw.between(30.0, 300.0) / 111.2, draw.between(0.0, 2.0 * math.pi)
    lat = max(min(radar.latitude_deg + away * math.cos(turn), 89.0), -89.0)
    lon = radar.longitude_deg + away * math.sin(turn) / math.cos(math.radians(lat))
    emitter = Interference(
        id=draw.id, start_s=start, end_s=start + draw.decades(600.0, 14_400.0), latitude_deg=lat,
        longitude_deg=(lon + 180.0) % 360.0 - 180.0, altitude_m=draw.between(10.0, 100.0), eirp_w=draw.decades(0.1, 1e3),
    )  # fmt: skip
    return {"source": [emitter]}


def always(network_has_folds: bool) -> Piece:
    """Return what never ends: meteors in the air over each radar, and the Moon where echoes fold."""
    trails = [MeteorTrails(id="meteors")]
    return {"source": [*trails, *([MoonEcho(id="moon")] if network_has_folds else [])]}
