"""`tocsin doctor --network FILE`: what a network of sensors can see over a day, its gaps, and what was assumed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.core.constants import DEG
from tocsin.core.errors import InputError, ValueRefused
from tocsin.core.records.network import Asset, Network
from tocsin.core.time import iso_from_tai
from tocsin.formats.atomic import write_atomic
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.formats.toml_given import Given, given
from tocsin.modelling.coverage import DAY_S, HEIGHTS_KM, STEP_S, Coverage, Region, cover
from tocsin.modelling.coverage_maps import picture
from tocsin.modelling.coverage_page import page, part
from tocsin.modelling.paths import find_file
from tocsin.sensing.sensors import SensorTable, compile_network


def examine_network(network_file: Path, assets_file: Path | None, out: Path | None, as_json: bool) -> int:
    """Return 0, or 1 when a sensor has no place or sees nothing; prints coverage, gaps and what was assumed.

    Writes with `out`: coverage.json, coverage.svg and coverage.html there.
    """
    file = find_file(network_file, "networks")
    network = read_network(file)
    assets = read_assets(find_file(assets_file, "assets")).asset if assets_file is not None else ()
    rows = given(file, network)
    with Display(f"coverage of {network.name or file.stem}", quiet=as_json) as display:
        table, found = _covered(file, network, assets, display)
        faults = _faults(found)
        report = _report(network, found, rows, faults)
        if out is not None:
            _write(out, report, network, table, found, rows)
        if not as_json:
            for line in _text(network, found, rows, faults, out):
                display.say(line)
    if as_json:
        print(json.dumps(report))
    return DONE_WITH_REFUSALS if faults else DONE


def _covered(file: Path, network: Network, assets: Sequence[Asset], display: Display) -> tuple[SensorTable, Coverage]:
    try:
        table = compile_network(network)
        return table, cover(network, table, assets, lambda stage, done: display.stage(stage, done))
    except ValueRefused as error:
        raise InputError(str(error), file=str(file)) from None


def _faults(found: Coverage) -> list[str]:
    """Return what the user has to see: sensors without a place, sensors that see nothing at any height."""
    faults = []
    for view in found.sensors:
        if not view.placed:
            faults.append(f"{view.id}: no orbit in the file; its place comes with its looks, and is in no figure here")
        elif not any(view.parts):
            faults.append(f"{view.id}: sees nothing at {', '.join(f'{km:.0f}' for km, _ in HEIGHTS_KM)} km")
    return faults


def _report(network: Network, found: Coverage, rows: Sequence[Given], faults: Sequence[str]) -> dict[str, Any]:
    """Return the whole finding as plain values; `cells` are zones of 30 degrees of latitude and longitude."""
    return {
        "network": network.name,
        "description": network.description,
        "day_utc": iso_from_tai(found.start, 0),
        "instants": found.instants,
        "step_s": STEP_S,
        "heights": [{"height_km": km, "target": target} for km, target in HEIGHTS_KM],
        "regions": msgspec.to_builtins(found.regions),
        "sensors": msgspec.to_builtins(found.sensors),
        "cells": _cells(found),
        "assumed": [row._asdict() for row in rows],
        "faults": list(faults),
    }


def _cells(found: Coverage) -> list[dict[str, float]]:
    """Return the part of the day with at least one, two sensors and with both kinds, by 30 x 30 degrees and height."""
    cosines = np.cos(found.latitudes * DEG)[:, None]
    rows = []
    for height_km, shares in found.shares.items():
        for south in range(-90, 90, 30):
            for west in range(-180, 180, 30):
                a = (found.latitudes > south) & (found.latitudes < south + 30)
                o = (found.longitudes > west) & (found.longitudes < west + 30)
                w = np.broadcast_to(cosines[a], (int(a.sum()), int(o.sum())))
                mean = (w[:, :, None] * shares[a][:, o]).sum(axis=(0, 1)) / w.sum()
                rows.append(
                    {
                        "height_km": height_km, "south_deg": south, "west_deg": west, "one": round(float(mean[0]), 6),
                        "two": round(float(mean[1]), 6), "both_kinds": round(float(mean[3]), 6),
                    }
                )  # fmt: skip
    return rows


def _text(
    network: Network, found: Coverage, rows: Sequence[Given], faults: Sequence[str], out: Path | None
) -> list[str]:
    kinds = [f"{sum(v.kind == k for v in found.sensors)} {k}" for k in ("infrared", "radar")]
    lines = [
        f"{network.name or 'network'}: {', '.join(kinds)}; {network.description}",
        f"the day from {iso_from_tai(found.start, 0)}, {found.instants} instants {STEP_S} s apart; "
        "in the field and over the horizon, whatever the echo or the plume",
        "",
        f"{'part of the Earth seen':24s}" + "".join(f"{f'{km:.0f} km':>10s}" for km, _ in HEIGHTS_KM),
        f"{'':24s}" + "".join(f"{target:>10s}" for _, target in HEIGHTS_KM),
    ]
    for view in found.sensors:
        lines.append(f"  {view.id[:20]:22s}" + "".join(f"{part(p):>10s}" for p in view.parts))
    for name, key in (("one or more", "one"), ("two or more", "two"), ("infrared and radar", "both_kinds"),
                      ("one or more, always", "always")):  # fmt: skip
        lines.append(f"{name:24s}" + "".join(f"{part(getattr(s, key)):>10s}" for s in found.regions[0].seen))
    lines += ["", "by latitude: seen by one or more, mean over the day, and the longest gap of any place there"]
    lines += [_region(r) for r in found.regions if r.kind == "zone"]
    places = [r for r in found.regions if r.kind not in ("earth", "zone")]
    if places:
        lines += ["", "protected places: seen by one or more over them, and the longest gap"]
        lines += [_region(r) for r in places]
    lines += ["", "assumed:"]
    lines += [f"  {who}: {how}{': ' if keys else ''}{keys}" for who, how, keys in _notes(network, rows)]
    lines += [f"! {fault}" for fault in faults]
    if out is not None:
        lines.append(f"written: {out / 'coverage.html'}, coverage.svg, coverage.json")
    return lines


def _region(region: Region) -> str:
    return f"  {region.name[:22]:22s}" + "".join(
        f"{part(s.one):>9s} {_brief(s.longest_gap_s):>7s}" for s in region.seen
    )


def _brief(seconds: float) -> str:
    if seconds >= DAY_S:
        return "all day"
    return "-" if seconds <= 0.0 else f"{int(seconds // 3600)}h{int(seconds % 3600 // 60):02d}"


def _notes(network: Network, rows: Sequence[Given]) -> list[tuple[str, str, str]]:
    """Return (sensors, in which way, keys): keys of which the same sensors assume the value stand in one row."""
    ways: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for key in row.assumed:
            ways.setdefault(("assumed by the file", key), []).append(row.id)
        for key in row.default:
            ways.setdefault(("not in the file, default taken", key), []).append(row.id)
        if not row.sources:
            ways.setdefault(("no source named", ""), []).append(row.id)
        if row.present_day:
            ways.setdefault(("in service: for replay and coverage only, studies refuse it", ""), []).append(row.id)
    for sensor in network.infrared:
        if sensor.view == "limb":
            way = "sees only against space, all round the limb: the record has no pointing"
            ways.setdefault((way, ""), []).append(sensor.id)
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (way, key), ids in ways.items():
        found.setdefault((way, tuple(ids)), []).append(key)
    return [(_named(ids, network), way, ", ".join(filter(None, keys))) for (way, ids), keys in found.items()]


def _named(ids: tuple[str, ...], network: Network) -> str:
    """Return the sensors' ids, or words for all of a kind."""
    radars, infrared = tuple(r.id for r in network.radar), tuple(i.id for i in network.infrared)
    words = {radars + infrared: "all sensors", radars: "all radars", infrared: "all infrared satellites"}
    return words[ids] if ids in words and len(ids) > 1 else ", ".join(ids)


def _write(
    out: Path, report: dict[str, Any], network: Network, table: SensorTable, found: Coverage, rows: Sequence[Given]
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    svg = picture(network, table.sensors, found)
    write_atomic(out / "coverage.json", (json.dumps(report, indent=1) + "\n").encode())
    write_atomic(out / "coverage.svg", svg.encode())
    write_atomic(out / "coverage.html", page(network, found, svg, _notes(network, rows)).encode())
