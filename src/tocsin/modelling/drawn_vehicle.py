"""Vehicles drawn at random beside a generic class: none of them has been in sight when anything was tuned.

A generic class is one vehicle; the world has dozens of each kind. Every figure is drawn about that of the class, by assumed
widths: burns and plumes by a quarter and by half, propellant, structure and payload by a sixth to a fifth, the programme of
pitch from one that tilts within seconds to one that takes a minute.
"""

import msgspec
import numpy as np

from tocsin.core.constants import G0_M_S2
from tocsin.core.records.vehicle import NEVER_S, Stage, Vehicle
from tocsin.modelling.chance import stream

LEAST_LIFT = 1.2
"""Thrust over weight at lift-off: heavy launchers and missiles of liquid propellant leave with 1.2 to 1.4."""
SEA_LEVEL_PA = 101_325.0
KICK_S, HOLD_SHARE = (4.0, 60.0), (0.35, 1.0)
"""How long the tilt takes; after which share of the whole burn the attitude is held."""
UPPER_COAST_S = (0.0, 4.0)


def drawn_vehicle(like: Vehicle, number: int) -> Vehicle:
    """Return vehicle `number` of the kin of a class, the same each time.

    What it reaches is not known before it has flown: its `range_km` is that of the class.
    """
    rng = stream(0, "drawn-vehicle", like.name, str(number))
    stages = [_stage(stage, k, rng) for k, stage in enumerate(like.stages)]
    payload = like.payload_kg * _about(rng, 0.2)
    drawn = msgspec.structs.replace(
        like, name=f"{like.name}~{number}", stages=tuple(stages), payload_kg=payload,
        rcs_dbsm=like.rcs_dbsm + float(rng.normal(0.0, 5.0)),
    )  # fmt: skip
    stages[0] = _lifting(stages[0], drawn.lift_off_kg)
    drawn = msgspec.structs.replace(drawn, stages=tuple(stages))
    if like.kind != "missile":  # launchers steer for their orbit, rockets leave a rail
        return drawn
    kick_s = min(float(rng.uniform(*KICK_S)), 0.5 * drawn.burn_s)
    turn_s = like.vertical_s + kick_s
    hold_s = drawn.burn_s * float(rng.uniform(*HOLD_SHARE))
    return msgspec.structs.replace(
        drawn, kick_s=kick_s, turn_s=turn_s, hold_s=max(hold_s, turn_s + 1.0) if rng.random() < 0.8 else NEVER_S
    )


def _about(rng: np.random.Generator, width: float) -> float:
    """Return a factor drawn about 1, log-normal, within two sigmas."""
    return float(np.exp(width * np.clip(rng.normal(), -2.0, 2.0)))


def _stage(stage: Stage, k: int, rng: np.random.Generator) -> Stage:
    return msgspec.structs.replace(
        stage, propellant_kg=stage.propellant_kg * _about(rng, 0.15), dry_kg=stage.dry_kg * _about(rng, 0.2),
        burn_s=stage.burn_s * _about(rng, 0.25), isp_vac_s=stage.isp_vac_s * float(rng.uniform(0.94, 1.06)),
        diameter_m=stage.diameter_m * _about(rng, 0.12), exit_diameter_m=stage.exit_diameter_m * _about(rng, 0.12),
        coast_s=stage.coast_s + (float(rng.uniform(*UPPER_COAST_S)) if k else 0.0),
        plume_w_sr=stage.plume_w_sr * _about(rng, 0.5),
    )  # fmt: skip


def _lifting(first: Stage, lift_off_kg: float) -> Stage:
    """Return a first stage that lifts off: one that would not burns faster."""
    least_n = LEAST_LIFT * lift_off_kg * G0_M_S2 + SEA_LEVEL_PA * first.exit_area_m2
    longest_s = first.propellant_kg * G0_M_S2 * first.isp_vac_s / least_n
    return msgspec.structs.replace(first, burn_s=min(first.burn_s, longest_s))
