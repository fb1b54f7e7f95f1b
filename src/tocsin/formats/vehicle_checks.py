"""What a vehicle file must obey: masses, motors, and the physics of leaving the pad. The first complaint is returned."""

import math
from collections.abc import Iterator
from typing import Any

from tocsin.core.constants import G0_M_S2, MU_M3_S2, WGS84_A_M
from tocsin.core.records.vehicle import Stage, Vehicle
from tocsin.formats.toml_checks import Complaint
from tocsin.formats.toml_lines import Path

SEA_LEVEL_PA = 101325.0
LARGEST_ISP_S = 480.0
"""Hydrogen and oxygen reach 465 s (RL10B-2: Sutton and Biblarz 2010, table 11-1); no flown chemical motor reaches more."""
LARGEST_G = 200.0
"""No vehicle is pushed harder; the fastest interceptor ever flown was pushed with about 100 g."""


def vehicle(record: Vehicle) -> Complaint | None:
    """Return the first complaint about a vehicle, or None."""
    return next(_vehicle(record), None)


def _vehicle(record: Vehicle) -> Iterator[Complaint]:
    for i, stage in enumerate(record.stages):
        yield from _stage(stage, ("stage", i))
    if record.payload_kg < 0.0:
        yield Complaint(("payload_kg",), f"{record.payload_kg:g} kg: no mass is below zero", "a number >= 0")
    yield from _masses(record)
    yield from _lift_off(record)
    yield from _programme(record)
    if record.kind == "space_launcher":
        yield from _orbit(record)
    if record.range_km[0] > record.range_km[1]:
        yield Complaint(("range_km",), "the shorter range comes first", "[least, most]")
    for i, source in enumerate(record.sources):
        for j, key in enumerate(source.keys):
            if not _has(record, key):
                yield Complaint(("source", i, "keys", j), f"no key {key!r} in a vehicle", "as `stage.burn_s`")


def _stage(stage: Stage, path: Path) -> Iterator[Complaint]:
    for key in ("propellant_kg", "dry_kg"):
        if getattr(stage, key) < 0.0:
            ratio = ""
            if key == "propellant_kg" and stage.dry_kg > 0.0:
                ratio = (
                    f" (mass ratio {1.0 + stage.propellant_kg / stage.dry_kg:.2f}, below 1: it would have to gain mass)"
                )
            yield Complaint((*path, key), f"{getattr(stage, key):g} kg: no mass is below zero{ratio}", "a number >= 0")
    if stage.propellant_kg == 0.0:
        yield Complaint(
            (*path, "propellant_kg"),
            "mass ratio 1: a stage that burns nothing gains no speed, v = g0 Isp ln(mass ratio) = 0",
            "a number > 0",
        )
    if stage.burn_s <= 0.0:
        yield Complaint(
            (*path, "burn_s"),
            f"{stage.burn_s:g} s: thrust = propellant x g0 x Isp / burn time has no finite value",
            "a number > 0",
        )
    if not 0.0 < stage.isp_vac_s <= LARGEST_ISP_S:
        yield Complaint(
            (*path, "isp_vac_s"),
            f"{stage.isp_vac_s:g} s is an exhaust speed of {stage.isp_vac_s * G0_M_S2:.0f} m/s, which no chemical motor has",
            f"> 0 and <= {LARGEST_ISP_S:g}",
        )
    if stage.exit_diameter_m > 0.0 and stage.thrust_vac_n <= SEA_LEVEL_PA * stage.exit_area_m2 and path[1] == 0:
        yield Complaint(
            (*path, "exit_diameter_m"),
            f"the air presses on this exit with {SEA_LEVEL_PA * stage.exit_area_m2 / 1e3:.0f} kN at sea level, more than"
            f" the thrust of {stage.thrust_vac_n / 1e3:.0f} kN",
            "a smaller nozzle on the first stage",
        )


def _masses(record: Vehicle) -> Iterator[Complaint]:
    """Complain about a stage that ends with nothing left, or that is pushed harder than anything stands."""
    above = record.payload_kg
    for i in reversed(range(len(record.stages))):
        stage = record.stages[i]
        left = above + stage.dry_kg
        if left <= 0.0:
            yield Complaint(("stage", i, "dry_kg"), "nothing is left at burn-out: infinite mass ratio", "a number > 0")
        elif stage.thrust_vac_n / left > LARGEST_G * G0_M_S2:
            g = stage.thrust_vac_n / left / G0_M_S2
            yield Complaint(
                ("stage", i, "burn_s"),
                f"{stage.thrust_vac_n / 1e3:.0f} kN push the {left:.0f} kg left at burn-out with {g:.0f} g",
                f"a burn so long that it stays below {LARGEST_G:g} g",
            )
        above = left + stage.propellant_kg


def _lift_off(record: Vehicle) -> Iterator[Complaint]:
    first = record.stages[0]
    thrust = first.thrust_vac_n - SEA_LEVEL_PA * first.exit_area_m2
    weight = record.lift_off_kg * G0_M_S2
    if thrust <= weight:
        yield Complaint(
            ("stage", 0, "burn_s"),
            f"cannot leave the pad: thrust at sea level {thrust / 1e3:.0f} kN (propellant x g0 x Isp / burn time, less air"
            f" pressure on the nozzle) against a weight of {weight / 1e3:.0f} kN",
            "thrust above weight: a shorter burn or less mass above the first stage",
        )
    if first.coast_s > 0.0:
        yield Complaint(("stage", 0, "coast_s"), "falls before it ignites: the first stage starts on the pad", "0")


def _programme(record: Vehicle) -> Iterator[Complaint]:
    if record.turn_s < record.vertical_s + record.kick_s:
        allowed = f"at least vertical_s + kick_s = {record.vertical_s + record.kick_s:g}"
        yield Complaint(("turn_s",), "the gravity turn begins before the kick has ended", allowed)
    if record.hold_s < record.turn_s:
        yield Complaint(("hold_s",), "before the gravity turn begins", f"at least turn_s = {record.turn_s:g}")
    if record.fairing is not None and record.fairing.drop_s >= record.burn_s:
        path: Path = ("fairing", "drop_s")
        yield Complaint(path, "after the last burn-out", f"less than {record.burn_s:g}")


def _orbit(record: Vehicle) -> Iterator[Complaint]:
    if not record.orbit_km >= 120.0:
        yield Complaint(
            ("orbit_km",), f"{record.orbit_km:g} km: the air brings a satellite down within one turn", "at least 120"
        )
    radius = WGS84_A_M + record.orbit_km * 1e3
    # the energy of the orbit, all of it given at the ground without loss; less the speed of the equator
    needed = math.sqrt(MU_M3_S2 * (2.0 / WGS84_A_M - 1.0 / radius)) - 465.0
    if record.ideal_speed_m_s <= needed:
        yield Complaint(
            ("stage", 0, "propellant_kg"),
            f"cannot reach orbit: its stages give {record.ideal_speed_m_s / 1e3:.2f} km/s without any loss, a circular"
            f" orbit at {record.orbit_km:g} km needs {needed / 1e3:.2f} km/s even eastward from the equator",
            "more propellant, a higher specific impulse or less payload",
        )
    if record.hold_s >= record.burn_s:
        yield Complaint(
            ("hold_s",), "a space launcher has to steer before its last burn-out", f"less than {record.burn_s:g}"
        )


def _has(record: Vehicle, key: str) -> bool:
    """Return whether a key of a source (`payload_kg`, `stage.burn_s`) is one of a vehicle's."""
    head, _, tail = key.partition(".")
    parts: dict[str, Any] = {"stage": record.stages[0], "fairing": record.fairing, "dump": record.dump}
    parts["dispersion"] = record.dispersion
    if head in parts:
        return bool(tail) and tail in getattr(parts[head], "__struct_fields__", ())
    return not tail and head in record.__struct_fields__
