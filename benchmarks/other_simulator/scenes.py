"""Scenes: what happens in a world, and which places are protected, before any sensor stands there.

An attack is one missile or a raid of two to six on invented cities. Harmless scenes have a launcher, a sounding rocket,
satellites that pass, one that comes down, or fires and aircraft, with protected places where one of them could be taken for an
attack.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from .earth import destination, great_circle_km
from .flight import Place
from .launchers import draw_launcher
from .objects import HotSpot, Rng, Visible, passing_body
from .vehicles import PROFILES, REACHES, Missile, draw_missile, draw_sounding_rocket, launched

Spot = tuple[float, float]
"""Latitude and longitude, degrees."""
LAUNCH_S = 60.0
AFTER_IMPACT_S = 40.0
QUIET_S = 1200.0
"""How long a scene lasts in which nothing comes down."""


class Area(NamedTuple):
    """A protected circle."""

    name: str
    latitude_deg: float
    longitude_deg: float
    radius_km: float


@dataclass
class Scene:
    """What happens: `origin` is where things rise or are, `watched` the place that radars are put about."""

    kind: str
    detail: str
    origin: Spot
    watched: Spot
    end_s: float = QUIET_S
    things: list[Visible] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    missiles: list[Missile] = field(default_factory=list)


def draw_attack(rng: Rng, kind: str, reach: str, profile: str) -> Scene:
    """Return a scene of one missile (`missile`) or of two to six (`raid`) of one reach and profile, on a city each."""
    first = draw_missile(rng, reach, profile, LAUNCH_S, "M0")
    missiles = [first]
    if kind == "raid":
        number = int(rng.integers(2, 7))
        while len(missiles) < number:
            beside = _beside(rng, first, f"M{len(missiles)}")
            if beside:
                missiles.append(beside)
    target = first.impact.latitude_deg, first.impact.longitude_deg
    scene = Scene(kind, f"{reach}-{profile}", (first.launch.latitude_deg, first.launch.longitude_deg), target)
    scene.missiles = missiles
    scene.things = [body for missile in missiles for body in missile.bodies]
    scene.end_s = max(missile.impact.seconds for missile in missiles) + AFTER_IMPACT_S
    for k, missile in enumerate(missiles):
        radius_km = rng.uniform(15, 60)
        hit = missile.impact.latitude_deg, missile.impact.longitude_deg
        centre = destination(*hit, rng.uniform(0, 360), radius_km * math.sqrt(rng.random()) * 0.9)
        scene.areas.append(Area(f"city-{k}", *centre, radius_km))
    for k in range(int(rng.integers(1, 6))):
        scene.areas.append(_area(rng, f"other-{k}", target, (150, 1500), (15, 60)))
    if rng.random() < 0.4:
        scene.areas.append(_area(rng, "territory", target, (0, 200), (200, 500)))
    if rng.random() < 0.4:
        over = destination(*target, rng.uniform(0, 360), rng.uniform(0, 500))
        height_m, pass_s = rng.uniform(400e3, 1400e3), rng.uniform(0, scene.end_s)
        dbsm = rng.uniform(-3, 10)
        scene.things.append(passing_body(rng, "S0", "satellite", over, height_m, pass_s, scene.end_s, None, dbsm))
    return scene


def _beside(rng: Rng, first: Missile, name: str) -> Missile | None:
    """Return a missile of the same kind from within 120 km and two minutes of the first, nearly the same way."""
    site = destination(first.launch.latitude_deg, first.launch.longitude_deg, rng.uniform(0, 360), rng.uniform(5, 120))
    launch = Place(LAUNCH_S + rng.uniform(0, 120), *site)
    cut_s = min(first.recipe.cut_s * rng.uniform(0.96, 1.02), first.recipe.stages[-1].burn_s)
    azimuth_deg = first.recipe.azimuth_deg + rng.uniform(-4, 4)
    tilt = first.recipe.tilt._replace(angle_rad=first.recipe.tilt.angle_rad * rng.uniform(0.97, 1.03))
    recipe = first.recipe._replace(tilt=tilt, azimuth_deg=azimuth_deg, cut_s=cut_s)
    return launched(rng, recipe, launch, name, flicker=0.3)


def draw_harmless(rng: Rng, detail: str) -> Scene:
    """Return a harmless scene of a kind of `HARMLESS`."""
    origin = rng.uniform(-40, 60), rng.uniform(-180, 180)
    watched = destination(*origin, rng.uniform(0, 360), rng.uniform(100, 700))
    scene = Scene("harmless", detail, origin, watched)
    HARMLESS[detail](rng, scene)
    if not scene.areas:
        for k in range(5):
            scene.areas.append(_area(rng, f"city-{k}", scene.watched, (100, 1500), (15, 60)))
        scene.areas.append(_area(rng, "territory", scene.watched, (100, 800), (200, 500)))
    return scene


def _launcher(rng: Rng, scene: Scene) -> None:
    """A launcher, with cities and land below its way."""
    found = draw_launcher(rng, Place(LAUNCH_S, *scene.origin), "L0")
    scene.things.extend(found.bodies)
    scene.end_s = LAUNCH_S + found.burn_s + 500.0
    scene.watched = destination(*scene.origin, found.azimuth_deg + rng.uniform(-15, 15), rng.uniform(300, 1500))
    for k in range(4):
        ahead = destination(*scene.origin, found.azimuth_deg + rng.uniform(-25, 25), rng.uniform(1500, 9000))
        scene.areas.append(Area(f"city-{k}", *ahead, rng.uniform(30, 60)))
    ahead = destination(*scene.origin, found.azimuth_deg + rng.uniform(-15, 15), rng.uniform(2500, 8000))
    scene.areas.append(Area("territory", *ahead, rng.uniform(300, 900)))


def _sounding_rocket(rng: Rng, scene: Scene) -> None:
    """A sounding rocket, with cities about it that it does not fall on."""
    bodies, fell = draw_sounding_rocket(rng, Place(LAUNCH_S, *scene.origin), "R0")
    scene.things.extend(bodies)
    scene.end_s = fell.seconds + AFTER_IMPACT_S
    for k in range(4):
        city = _area(rng, f"city-{k}", scene.origin, (150, 1200), (15, 60))
        away_km = great_circle_km(city.latitude_deg, city.longitude_deg, fell.latitude_deg, fell.longitude_deg)
        if away_km > city.radius_km + 60.0:
            scene.areas.append(city)


def _satellites(rng: Rng, scene: Scene) -> None:
    """Five satellites that pass over."""
    for k in range(5):
        over = destination(*scene.watched, rng.uniform(0, 360), rng.uniform(0, 900))
        height_m, pass_s, dbsm = rng.uniform(300e3, 1500e3), rng.uniform(100, 1100), rng.uniform(-3, 10)
        scene.things.append(passing_body(rng, f"S{k}", "satellite", over, height_m, pass_s, scene.end_s, None, dbsm))


def _decay(rng: Rng, scene: Scene) -> None:
    """A satellite on its last orbit, which the air takes down."""
    longest_s = 3000.0
    height_m = rng.uniform(105e3, 125e3)
    over = destination(*scene.watched, rng.uniform(0, 360), rng.uniform(300, 2500))
    pass_s, ballistic_coefficient, dbsm = rng.uniform(300, 600), rng.uniform(50, 200), rng.uniform(0, 10)
    body = passing_body(rng, "D0", "decay", over, height_m, pass_s, longest_s, ballistic_coefficient, dbsm)
    scene.things.append(body)
    scene.end_s = min(longest_s, body.impact.seconds + AFTER_IMPACT_S) if body.impact else 1540.0


def _hot(rng: Rng, scene: Scene) -> None:
    """Three aircraft with their engines hot, three fires."""
    for k in range(3):
        place = destination(*scene.watched, rng.uniform(0, 360), rng.uniform(0, 600))
        height_m, heading_deg, speed_m_s = rng.uniform(9.5e3, 13e3), rng.uniform(0, 360), rng.uniform(220, 420)
        when_s, w_sr = (rng.uniform(0, 100), rng.uniform(300, 900)), rng.uniform(2e4, 8e4)
        scene.things.append(
            HotSpot(f"A{k}", "aircraft", *place, height_m, heading_deg, speed_m_s, *when_s, w_sr, flicker=0.2)
        )
    for k in range(3):
        place = destination(*scene.watched, rng.uniform(0, 360), rng.uniform(0, 900))
        when_s, w_sr = (rng.uniform(0, 300), rng.uniform(500, 1200)), rng.uniform(2e4, 3e5)
        scene.things.append(HotSpot(f"F{k}", "fire", *place, 0.0, 0.0, 0.0, *when_s, w_sr, flicker=0.5))


def _area(rng: Rng, name: str, about: Spot, away_km: tuple[float, float], radius_km: tuple[float, float]) -> Area:
    """Return a circle whose centre lies so far from a place, in any direction."""
    return Area(name, *destination(*about, rng.uniform(0, 360), rng.uniform(*away_km)), rng.uniform(*radius_km))


HARMLESS: dict[str, Callable[[Rng, Scene], None]] = {
    "launcher": _launcher,
    "sounding": _sounding_rocket,
    "satellites": _satellites,
    "decay": _decay,
    "hot": _hot,
}
HARMLESS_SHARES = (6, 7, 5, 5, 1)
"""How often each of them is drawn, of 24."""
PROFILE_SHARES = {"missile": (2, 1, 1), "raid": (3, 1, 0)}
"""How often each profile of `PROFILES` is drawn, of four."""


def draw_scene(rng: Rng, choice: Rng, kind: str) -> Scene:
    """Return a scene of a kind (`missile`, `raid`, `harmless`); what of it is drawn from `choice`, the rest from `rng`."""
    if kind == "harmless":
        return draw_harmless(rng, _one_of(choice, tuple(HARMLESS), HARMLESS_SHARES))
    reach = REACHES[int(choice.integers(len(REACHES)))]
    return draw_attack(rng, kind, reach, _one_of(choice, PROFILES, PROFILE_SHARES[kind]))


def _one_of(rng: Rng, names: tuple[str, ...], shares: tuple[int, ...]) -> str:
    return names[int(rng.choice(len(names), p=[share / sum(shares) for share in shares]))]
