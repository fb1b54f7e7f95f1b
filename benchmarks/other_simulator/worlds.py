"""Worlds: a scene, a network that sees enough of it, its looks, and the truth, as files.

A world is one of a kind and a seed: `looks.jsonl`, `network.toml` and `assets.toml` are what a system is given; `truth.json`
(places in degrees, seconds after `epoch`) and `labels.json` (sensor, sequence, detection, thing, second) are what it is judged
by.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .flight import Place
from .looks import EPOCH, Looks
from .networks import Network, draw_network, looks_of, sees_enough
from .scenes import Area, Scene, draw_scene
from .vehicles import DrawError

KINDS = ("missile", "raid", "harmless")
ROUND = (
    "missile", "missile", "harmless", "missile", "raid", "missile",
    "harmless", "missile", "missile", "harmless", "missile", "missile",
)  # fmt: skip
"""Kinds of the worlds of twelve seeds: eight missiles, a raid, three harmless."""
NETWORKS = 40
"""So many networks are drawn for a scene; if none sees enough, another scene is."""
SCENES = 20
CHOICE, NOISE = 1, 2
"""Streams of random numbers beside that of the scene and its networks."""


class World(NamedTuple):
    """A world before it is written."""

    name: str
    seed: int
    scene: Scene
    network: Network
    looks: Looks


def kind_of(seed: int, kinds: tuple[str, ...] = KINDS) -> str:
    """Return the kind of the world of a seed when worlds of some kinds are asked for."""
    some = [kind for kind in ROUND if kind in kinds]
    return some[seed % len(some)]


def name_of(seed: int, kind: str) -> str:
    """Return what the world is called."""
    return f"{kind}-{seed}"


def draw_world(seed: int, kind: str) -> World:
    """Return the world of a kind and a seed: the same at every call."""
    choice = np.random.default_rng([seed, 0, CHOICE])
    for draw in range(SCENES):
        rng = np.random.default_rng([seed, draw])
        try:
            scene = draw_scene(rng, choice, kind)
        except DrawError:
            continue
        for k in range(NETWORKS):
            network = draw_network(rng, scene)
            looks = looks_of(network, scene, np.random.default_rng([seed, draw, NOISE, k]))
            if sees_enough(network, scene, looks):
                return World(name_of(seed, kind), seed, scene, network, looks)
    raise DrawError(f"no world of seed {seed}, {kind}")


def write_world(world: World, folder: Path) -> None:
    """Write a world into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps(row, default=float) + "\n" for row in world.looks.in_order())
    (folder / "looks.jsonl").write_text(rows, encoding="utf-8")
    (folder / "network.toml").write_text(world.network.toml(world.name), encoding="utf-8")
    (folder / "assets.toml").write_text(assets_toml(world.name, world.scene.areas), encoding="utf-8")
    (folder / "truth.json").write_text(json.dumps(truth_of(world), default=float, indent=1) + "\n", encoding="utf-8")
    (folder / "labels.json").write_text(json.dumps(world.looks.labels, default=float) + "\n", encoding="utf-8")


def assets_toml(name: str, areas: list[Area]) -> str:
    """Return the protected places as a file."""
    parts = [f'name = "{name}"\n']
    for area in areas:
        longitude_deg = (area.longitude_deg + 180.0) % 360.0 - 180.0
        parts.append(
            f'[[asset]]\nid = "{area.name}"\nname = "{area.name}"\nkind = "city"\nlatitude_deg = {area.latitude_deg}\n'
            f"longitude_deg = {longitude_deg}\nradius_km = {area.radius_km}\n"
        )
    return "\n".join(parts)


def truth_of(world: World) -> dict[str, Any]:
    """Return what happened, for `truth.json`."""
    flights = {missile.name: missile for missile in world.scene.missiles}
    objects = []
    for thing in world.scene.things:
        found: dict[str, Any] = {"name": thing.name, "kind": thing.kind}
        for event, place in (("launch", thing.launch), ("impact", thing.impact)):
            if place is not None:
                found[event] = _place(place)
        if thing.name in flights:
            found["range_km"], found["burnout_s"] = flights[thing.name].range_km, flights[thing.name].burnout_s
        objects.append(found)
    return {
        "epoch": EPOCH.isoformat() + "Z",
        "world": world.name,
        "seed": world.seed,
        "kind": world.scene.kind,
        "detail": world.scene.detail,
        "end_s": world.scene.end_s,
        "satellites": len(world.network.satellites),
        "radars": len(world.network.radars),
        "objects": objects,
    }


def _place(place: Place) -> dict[str, float]:
    return {"seconds": place.seconds, "lat_deg": place.latitude_deg, "lon_deg": place.longitude_deg}
