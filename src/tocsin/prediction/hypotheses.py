"""The boosts that the centre holds possible: three generic classes, no named missile.

They are part of the centre, not of the files in `vehicles/` that scenarios fly: a centre must judge alike whatever a user
edits there, and must not be told in its hypotheses what a scenario flies. Fitted to published ranges and boost times
(Forden 2007, Science & Global Security 15; Kleppner et al. 2003, APS; NRC 2012).
"""

from tocsin.core.records.vehicle import Stage, Vehicle


def _stage(
    propellant_kg: float,
    dry_kg: float,
    burn_s: float,
    isp_vac_s: float,
    diameter_m: float,
    exit_m: float,
    coast_s: float,
) -> Stage:
    return Stage(
        propellant_kg=propellant_kg, dry_kg=dry_kg, burn_s=burn_s, isp_vac_s=isp_vac_s, diameter_m=diameter_m,
        exit_diameter_m=exit_m, coast_s=coast_s,
    )  # fmt: skip


# One stage: about 650 km, burns 80 s
SHORT_RANGE = Vehicle(
    name="short_range",
    kind="missile",
    stages=(_stage(5000.0, 1100.0, 80.0, 240.0, 0.9, 0.6, 0.0),),
    payload_kg=500.0,
    payload_beta_kg_m2=5000.0,
    kick_s=21.0,
    turn_s=25.0,
    hold_s=60.0,
    kick_deg=30.0,
)

# Two solid stages: about 3,600 km, boost 141 s
INTERMEDIATE_RANGE = Vehicle(
    name="intermediate_range",
    kind="missile",
    stages=(
        _stage(14000.0, 1900.0, 70.0, 262.0, 1.5, 1.1, 0.0),
        _stage(4200.0, 800.0, 70.0, 280.0, 1.5, 0.9, 1.0),
    ),
    payload_kg=750.0,
    payload_beta_kg_m2=6000.0,
    kick_s=26.0,
    turn_s=30.0,
    hold_s=75.0,
    kick_deg=42.0,
)

# Three solid stages: about 9,900 km, boost 184 s
INTERCONTINENTAL = Vehicle(
    name="intercontinental",
    kind="missile",
    stages=(
        _stage(22000.0, 2600.0, 62.0, 265.0, 1.8, 1.3, 0.0),
        _stage(7500.0, 900.0, 62.0, 287.0, 1.4, 1.0, 1.0),
        _stage(3000.0, 400.0, 58.0, 290.0, 1.3, 0.8, 1.0),
    ),
    payload_kg=900.0,
    payload_beta_kg_m2=8000.0,
    kick_s=32.0,
    turn_s=36.0,
    hold_s=65.0,
    pitch_rate_deg_s=0.25,
    kick_deg=54.0,
)
