"""What infrared satellites report: plumes, fireballs, fires, glint and false alarms, look by look.

A satellite scans its whole field once in a look: a target's instant in it follows from its direction about the nadir.
Light time and aberration are taken as removed. What passes the threshold is reported; the on-board processing knows no
more.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import COLUMNS, INTENSITY, LOS_X, LOS_Z, SIGMA_LOS, FloatArray, IntArray
from tocsin.modelling.chance import stream
from tocsin.modelling.hotspots import HotSpots
from tocsin.modelling.look_build import Rows, Slots
from tocsin.modelling.plume import limb_transmission, transmission
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.cloud import cloud_layer
from tocsin.sensing.kinds.infrared import SPREAD
from tocsin.sensing.kinds.infrared_kernels import perturb_los
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.visibility_kernels import GROUND_M, against_space, infrared_sees, infrared_sees_batch
from tocsin.world.geodesy import to_geodetic
from tocsin.world.sky import sun_direction

CLEAR_SKY = 0.3
"""Part of the places without cloud; elsewhere the tops stand between 2 km and the network's `cloud_break_m`."""


@dataclass(frozen=True)
class Telescope:
    """A satellite of one run: its looks, its unknown pointing error, its places and the Sun's at mid-look."""

    sensor: Sensor
    slots: Slots
    seed: int
    bias: tuple[float, float]
    places: FloatArray
    """(n, 3) at the middle of each look."""
    suns: FloatArray
    """(n, 3) unit vectors at the middle of each look."""

    def place_at(self, times: IntArray) -> FloatArray:
        """Return (k, 3) Earth-fixed places at instants."""
        return np.array([self.sensor.satellite_position(int(t)) for t in times]).reshape(-1, 3)


def make_telescope(sensor: Sensor, slots: Slots, seed: int) -> Telescope:
    """Return a satellite ready to look; its constant pointing error is drawn here, once."""
    middle = (slots.start + slots.end) // 2
    places = np.array([sensor.satellite_position(int(t)) for t in middle]).reshape(-1, 3)
    suns = np.array([sun_direction(int(t)) for t in middle]).reshape(-1, 3)
    a, b = stream(seed, "bias", sensor.id).normal(0.0, 1.0, 2) * sensor.bias_los
    return Telescope(sensor, slots, seed, (float(a), float(b)), places, suns)


def scan_part(satellite: FloatArray, points: FloatArray) -> FloatArray:
    """Return (n,) the part 0..1 of a look at which the scan passes points (n, 3): their angle about the nadir."""
    down = -satellite / np.sqrt(np.sum(satellite**2, axis=-1, keepdims=True))
    north = np.array([0.0, 0.0, 1.0]) - down[..., 2:3] * down
    north = north / np.sqrt(np.sum(north**2, axis=-1, keepdims=True))
    side = np.cross(down, north)
    d = points - satellite
    part: FloatArray = np.arctan2(np.sum(d * side, axis=-1), np.sum(d * north, axis=-1)) / (2.0 * np.pi) % 1.0
    return part


def look_part(sensor: Sensor, satellite: FloatArray, points: FloatArray) -> FloatArray:
    """Return (n,) the part 0..1 of a look to which a report of points (n, 3) belongs: a starer's is the middle."""
    return np.full(len(points), 0.5) if sensor.stares else scan_part(satellite, points)


def cloud_top(seed: int, name: str, sensor: Sensor, place: FloatArray, tai_ns: int) -> float:
    """Return the height (m) of the cloud over an object's place (3,) at an instant: the same for all satellites."""
    clear, height = (float(u) for u in stream(seed, "cloud", name).uniform(size=2))
    cloud_break_m = sensor.cloud_break_m
    if sensor.cloud_climatology:
        latitude_deg = float(to_geodetic(place)[0]) / DEG
        return max(cloud_layer(latitude_deg, tai_ns).top_m(clear, height), GROUND_M)
    return GROUND_M if clear < CLEAR_SKY else 2000.0 + height * max(cloud_break_m - 2000.0, 0.0)


def _values(scope: Telescope, directions: FloatArray, intensity: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return (n, 15) values of detections with noise and the pointing error."""
    sigma = scope.sensor.sigma_los
    noise = rng.normal(0.0, sigma, (len(directions), 2))
    out = np.full((len(directions), COLUMNS), np.nan)
    for i, u in enumerate(directions):
        turned = perturb_los(
            float(u[0]),
            float(u[1]),
            float(u[2]),
            float(noise[i, 0] + scope.bias[0]),
            float(noise[i, 1] + scope.bias[1]),
        )
        out[i, LOS_X : LOS_Z + 1] = turned
    out[:, SIGMA_LOS] = sigma
    out[:, INTENSITY] = np.minimum(intensity, scope.sensor.saturation)
    return out


def _fluctuation(rng: np.random.Generator, n: int) -> FloatArray:
    return np.exp(rng.normal(-0.5 * SPREAD**2, SPREAD, n))


def _up(positions: FloatArray) -> FloatArray:
    lat, lon, _ = to_geodetic(positions)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def see_trajectory(scope: Telescope, rows: Rows, trajectory: Trajectory) -> int:
    """Add the detections of a glowing object, and return their number."""
    slots, name = scope.slots, trajectory.name
    glow = np.flatnonzero(trajectory.intensity > 0)
    if not len(glow):
        return 0
    first, last = trajectory.times[glow[0]], trajectory.times[min(glow[-1] + 1, len(trajectory.times) - 1)]
    looks = np.flatnonzero((slots.end >= first) & (slots.start <= last))
    rng = stream(scope.seed, "infrared", scope.sensor.id, name)
    period = slots.end[looks] - slots.start[looks]
    times = (slots.start[looks] + slots.end[looks]) // 2
    for _ in range(2):
        position = trajectory.at(np.clip(times, trajectory.start, trajectory.end))[:, :3]
        part = look_part(scope.sensor, scope.places[looks], position)
        times = slots.start[looks] + (part * period).astype(np.int64)
    noise = _fluctuation(rng, len(looks))
    alive = (times >= trajectory.start) & (times <= trajectory.end)
    looks, times, noise = looks[alive], times[alive], noise[alive]
    if not len(looks):
        return 0
    position = np.ascontiguousarray(trajectory.at(times)[:, :3])
    height = to_geodetic(position)[2]
    satellite = scope.place_at(times)
    line = position - satellite
    line /= np.sqrt(np.sum(line**2, axis=1))[:, None]
    cosine = -np.sum(line * _up(position), axis=1)
    source = trajectory.intensity_at(times)
    # a target beyond the limb is seen through the air below it: none is left under 60 km
    beyond = np.where(height > 60e3, 1.0, 0.0)
    if not np.isnan(scope.sensor.limb_height):
        beyond = limb_transmission(position, satellite)
    apparent = source * np.where(cosine > 0.0, transmission(height, cosine), beyond) * noise
    cloud = cloud_top(scope.seed, trajectory.parent or name, scope.sensor, trajectory.states[0, :3], trajectory.start)
    seen = [
        k
        for k in np.flatnonzero(apparent > scope.sensor.threshold)
        if slots.state[looks[k]] == "ok" and _visible(scope, position[k], satellite[k], int(looks[k]), cloud)
    ]
    rows.add(looks[seen], times[seen], _values(scope, line[seen], apparent[seen], rng), [name] * len(seen))
    return len(seen)


def _visible(scope: Telescope, target: FloatArray, satellite: FloatArray, look: int, cloud: float) -> bool:
    s = scope.sensor
    x, y, z = (float(v) for v in target)
    if not np.isnan(s.limb_height) and not against_space(x, y, z, satellite, s.limb_height):
        return False
    return bool(
        infrared_sees(
            x, y, z, satellite, scope.suns[look],
            s.field_half_angle, s.sun_exclusion, float(cloud),
        )
    )  # fmt: skip


def see_hot_spots(scope: Telescope, rows: Rows, spots: HotSpots) -> int:
    """Add the detections of fires that pass the threshold, and return how many different fires were seen.

    Nothing on the ground stands against space: a satellite that looks across the limb reports no fire.
    """
    if not np.isnan(scope.sensor.limb_height):
        return 0
    zenith = spots.intensity * transmission(np.zeros(len(spots.intensity)), np.ones(len(spots.intensity)))
    count = int(np.searchsorted(-zenith * np.exp(4.0 * SPREAD), -scope.sensor.threshold))
    if count == 0:
        return 0
    spots = spots.brightest(count)
    rng = stream(scope.seed, "fires", scope.sensor.id)
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for k in range(len(scope.slots)):
        noise = _fluctuation(rng, count)
        if scope.slots.state[k] != "ok":
            continue
        satellite = scope.places[k]
        bright = spots.apparent(satellite) * noise
        loud = np.flatnonzero(bright > scope.sensor.threshold)
        if not len(loud):
            continue
        targets = np.ascontiguousarray(spots.positions[loud])
        visible = infrared_sees_batch(
            targets, satellite, scope.suns[k], scope.sensor.field_half_angle, scope.sensor.sun_exclusion, GROUND_M
        )
        loud = loud[visible]
        found.append((np.full(len(loud), k), loud, bright[loud]))
    if not found:
        return 0
    looks, who, intensity = (np.concatenate(c) for c in zip(*found, strict=True))
    _add_at_scan(scope, rows, looks, spots.positions[who], intensity, rng, [f"fire-{i:05d}" for i in who])
    return len(set(who.tolist()))


def _add_at_scan(
    scope: Telescope,
    rows: Rows,
    looks: IntArray,
    targets: FloatArray,
    intensity: FloatArray,
    rng: np.random.Generator,
    labels: list[str],
) -> None:
    """Add detections (n,) of fixed targets in looks (n,), each at the instant at which the scan passes it."""
    if not len(targets):
        return
    start, end = scope.slots.start[looks], scope.slots.end[looks]
    times = start + (look_part(scope.sensor, scope.places[looks], targets) * (end - start)).astype(np.int64)
    line = targets - scope.place_at(times)
    line /= np.sqrt(np.sum(line**2, axis=1))[:, None]
    rows.add(looks, times, _values(scope, line, intensity, rng), labels)


def see_points(
    scope: Telescope, rows: Rows, look: int, points: FloatArray, intensity: FloatArray, source: str, label: str
) -> int:
    """Add detections of bright points (n, 3) of one look (a glint); return how many are bright enough and in view."""
    rng = stream(scope.seed, source, scope.sensor.id, str(look))
    if scope.slots.state[look] != "ok":
        return 0
    loud = intensity > scope.sensor.threshold
    points, intensity = np.ascontiguousarray(points[loud]), intensity[loud]
    visible = infrared_sees_batch(
        points,
        scope.places[look],
        scope.suns[look],
        scope.sensor.field_half_angle,
        scope.sensor.sun_exclusion,
        GROUND_M,
    )
    points, intensity = points[visible], intensity[visible]
    _add_at_scan(scope, rows, np.full(len(points), look), points, intensity, rng, [label] * len(points))
    return len(points)


def see_false_alarms(scope: Telescope, rows: Rows) -> int:
    """Add false alarms: Poisson by look, uniform over the field's solid angle, little above the threshold."""
    rng = stream(scope.seed, "false", scope.sensor.id)
    sensor = scope.sensor
    counts = rng.poisson(sensor.false_alarms, len(scope.slots))
    total = 0
    for k in np.flatnonzero(counts):
        n = int(counts[k])
        cosine = 1.0 - rng.uniform(size=n) * (1.0 - np.cos(sensor.field_half_angle))
        turn = rng.uniform(0.0, 2.0 * np.pi, n)
        intensity = sensor.threshold * np.exp(rng.exponential(SPREAD, n))
        instants = np.full(n, 0.5) if sensor.stares else rng.uniform(size=n)
        if scope.slots.state[k] != "ok":
            continue
        satellite = scope.places[k]
        down = -satellite / np.sqrt(np.sum(satellite**2))
        east = np.cross(down, [0.0, 0.0, 1.0])
        east /= np.sqrt(np.sum(east**2))
        north = np.cross(east, down)
        sine = np.sqrt(1.0 - cosine**2)
        line = cosine[:, None] * down + (sine * np.cos(turn))[:, None] * north + (sine * np.sin(turn))[:, None] * east
        times = scope.slots.start[k] + (instants * (scope.slots.end[k] - scope.slots.start[k])).astype(np.int64)
        rows.add(np.full(n, k), times, _values(scope, line, intensity, rng), ["noise"] * n)
        total += n
    return total
