"""Networks: which satellites and radars a world has, as drawn, as a network file, and whether they see enough to ask anything."""

from typing import NamedTuple

from . import infrared, radars
from .earth import bearing_deg, destination, great_circle_km
from .infrared import Satellite, draw_satellite
from .looks import Looks
from .objects import Rng
from .radars import FALSE_ALARM_PROBABILITY, REFERENCE_SNR_DB, Radar, draw_radar
from .scenes import Scene

NO_LONG_ORBIT_BELOW_DEG = 30.0
"""Launches south of it are seen from the stationary orbit alone."""
MOST_LATITUDE_DEG = 85.0
LOOKS_BEFORE_S, LOOKS_AFTER_S = 10.0, 60.0
"""Orbits are known so long before and after a scene."""
FEWEST_RADAR_LOOKS, FEWEST_LIGHTS, MOST_ROWS = 25, 4, 60000
FEWEST_RADAR_LOOKS_ALL = 30


class Network(NamedTuple):
    """The sensors of a world."""

    satellites: list[Satellite]
    radars: list[Radar]

    def toml(self, name: str) -> str:
        """Return the network as a file."""
        parts = [f'name = "{name}"\n']
        parts += [_satellite_toml(satellite) for satellite in self.satellites]
        parts += [_radar_toml(radar) for radar in self.radars]
        return "\n".join(parts)


def draw_network(rng: Rng, scene: Scene) -> Network:
    """Return one to three satellites that see the origin, and radars about the watched place, or on the way to it."""
    satellites = []
    for k in range(int(rng.integers(1, 4))):
        stationary = scene.origin[0] < NO_LONG_ORBIT_BELOW_DEG or rng.random() < 0.6
        satellites.append(
            draw_satellite(
                rng, f"ir{k}", scene.origin[1], bool(stationary), -LOOKS_BEFORE_S, scene.end_s + LOOKS_AFTER_S
            )
        )
    placed = []
    for k in range(int(rng.integers(1, 5))):
        place = _radar_place(rng, scene, near=k == 0 or rng.random() < 0.6)
        if abs(place[0]) <= MOST_LATITUDE_DEG:
            placed.append(draw_radar(rng, f"rd{k}", *place, bearing_deg(*place, *scene.origin)))
    return Network(satellites, placed)


def _radar_place(rng: Rng, scene: Scene, near: bool) -> tuple[float, float]:
    if near:
        return destination(*scene.watched, rng.uniform(0, 360), rng.uniform(30, 700))
    part = rng.uniform(0.3, 1.0)
    whole_km = float(great_circle_km(*scene.origin, *scene.watched))
    on_the_way = destination(*scene.watched, bearing_deg(*scene.watched, *scene.origin), whole_km * (1.0 - part))
    return destination(*on_the_way, rng.uniform(0, 360), rng.uniform(100, 900))


def looks_of(network: Network, scene: Scene, rng: Rng) -> Looks:
    """Return all that a network reports of a scene."""
    looks = Looks()
    for satellite in network.satellites:
        infrared.observe(satellite, scene.things, scene.end_s, looks, rng)
    for radar in network.radars:
        radars.observe(radar, scene.things, scene.end_s, looks, rng)
    return looks


def sees_enough(network: Network, scene: Scene, looks: Looks) -> bool:
    """Return whether a network sees what a system is to be asked about.

    An attack: radars each missile 25 times, each satellite the first one four times. What is launched: some satellite its light.
    Bodies in orbit: radars 30 times anything.
    """
    if not network.radars:
        return False
    if scene.missiles:
        first = scene.missiles[0].name
        return (
            all(looks.count(missile.name, "rd") >= FEWEST_RADAR_LOOKS for missile in scene.missiles)
            and all(looks.count(first, one.sensor_id) >= FEWEST_LIGHTS for one in network.satellites)
            and len(looks.rows) <= MOST_ROWS
        )
    if scene.detail in ("launcher", "sounding"):
        return any(label.sensor.startswith("ir") and label.thing[0] in "LR" for label in looks.labels)
    if scene.detail in ("satellites", "decay"):
        return sum(label.sensor.startswith("rd") for label in looks.labels) >= FEWEST_RADAR_LOOKS_ALL
    return True


def _satellite_toml(satellite: Satellite) -> str:
    lines = [
        "[[infrared]]",
        f'id = "{satellite.sensor_id}"',
        f"revisit_s = {satellite.revisit_s}",
        f'scan = "{"scanner" if satellite.scans else "starer"}"',
        f"sigma_los_rad = {satellite.sigma_rad}",
        f"bias_los_rad = {satellite.bias_rad}",
        f"threshold_w_sr = {satellite.threshold_w_sr}",
        f"field_half_angle_deg = {satellite.field_half_angle_deg}",
        "sun_exclusion_deg = 0.0",
        f"cloud_break_m = {satellite.cloud_top_m}",
        f"false_alarms_per_look = {satellite.false_per_look}",
    ]
    if satellite.longitude_deg is not None:
        lines.append(f"orbit = {{ geo_longitude_deg = {satellite.longitude_deg} }}")
    return "\n".join(lines) + "\n"


def _radar_toml(radar: Radar) -> str:
    face = (
        f"azimuth_start_deg = {radar.azimuth_start_deg}, azimuth_end_deg = {radar.azimuth_end_deg}, "
        f"elevation_min_deg = {radar.elevation_min_deg}, elevation_max_deg = {radar.elevation_max_deg}"
    )
    lines = [
        "[[radar]]",
        f'id = "{radar.sensor_id}"',
        f"latitude_deg = {radar.latitude_deg}",
        f"longitude_deg = {radar.longitude_deg}",
        f"altitude_m = {radar.altitude_m}",
        f"range_km = {radar.range_max_km}",
        f"range_min_km = {radar.range_min_km}",
        f"period_s = {radar.period_s}",
        f"sigma_range_m = {radar.sigma_range_m}",
        f"sigma_azimuth_deg = {radar.sigma_azimuth_deg}",
        f"sigma_elevation_deg = {radar.sigma_elevation_deg}",
        f"sigma_range_rate_m_s = {radar.sigma_range_rate_m_s or 5.0}",
        f"bias_range_m = {radar.bias_range_m}",
        f"bias_azimuth_deg = {radar.bias_azimuth_deg}",
        f"bias_elevation_deg = {radar.bias_elevation_deg}",
        f"reference_range_km = {radar.reference_range_km}",
        f"reference_snr_db = {REFERENCE_SNR_DB}",
        "swerling = 1",
        f"false_alarm_probability = {FALSE_ALARM_PROBABILITY}",
        f"false_alarms_per_look = {radar.false_per_look}",
        'refraction = "corrected"',
        'band = "L"',
        f"faces = [ {{ {face} }} ]",
    ]
    return "\n".join(lines) + "\n"
