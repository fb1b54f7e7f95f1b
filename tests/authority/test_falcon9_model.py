"""A two-stage launcher's first stage against recorded Falcon 9 ascents: fitted on 12, scored on the other 11.

Telemetry: github.com/shahar603/Telemetry-Data (Unlicense). Two models:

- By kind, nothing of a flight's own fitted, scored from second 20 to the cut-off. Given of each flight: its record's times of
  throttling and of cut-off, launch date and place. Free parameters: 8, all in common (see COMMON).
- With two parameters of each flight (thrust over launch mass, kick) from its own first 90 s, scored from there to the cut-off,
  which is given. Free parameters: 3 in common (throttle around the greatest pressure of the air, throttle late in the burn,
  diameter of the air's push), 2 a flight.

Launch mass and engine settings are not in the records. Not free: vacuum specific impulse 311 s and loss at sea level (282 s), as
published; launch mass 550 t (only ratios to it matter); pitch programme as in `space_launcher_medium`; headings 190 deg
(Vandenberg), 90 and 45 deg.
"""

import csv
import gzip
import math
from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import least_squares

from tests.frozen import moved
from tests.shared_data import shared
from tocsin.core.constants import DEG, G0_M_S2
from tocsin.core.records.vehicle import Stage, Vehicle
from tocsin.world.geodesy import to_geodetic
from tocsin.world.motion.boosters import fly

LAUNCH_KG, ABOVE_KG, ISP_S, SEA_LEVEL_LOSS = 550e3, 125e3, 311.0, 1.0 - 282.0 / 311.0
EARLY_S, FIRST_S = 90.0, 20.0
SPEED_PART, HEIGHT_M = 0.03, 3000.0
BUCKET_S, LATE_S = (48.0, 72.0), 120.0


COMMON = (
    ("thrust at 550 t, MN", 7.75, 6.0, 10.0),
    ("Block 5: thrust up to the throttling, over the others'", 1.06, 0.9, 1.3),
    ("throttle around the greatest pressure", 0.84, 0.5, 1.1),
    ("the same, Block 5", 0.9, 0.5, 1.2),
    ("acceleration that thrust is cut back to, m/s2", 37.0, 30.0, 45.0),
    ("diameter of the air's push, m", 4.5, 2.0, 9.0),
    ("kick, low orbits, deg", 1.3, 0.1, 9.0),
    ("kick, transfer orbits, deg", 2.5, 0.1, 9.0),
)
"""Name, start, least and greatest value of each parameter of the model by kind."""
BLOCK_5_FROM = "2018-07"
"""Of this list, flights from July 2018 on had a first stage of Block 5 (first flown in May; last Block 4 in June 2018)."""
TRANSFER_DEG = 90.0
"""Heading of the flights to transfer orbits: due east from Florida, as the headings below."""


def ascents():
    """Return name -> (rows of time s, speed m/s, height m up to the cut-off; pad lat, lon rad; heading rad; cut-off s)."""
    folder = shared("data/launch_telemetry_falcon9")
    rows = defaultdict(list)
    with gzip.open(folder / "analysed_1hz.csv.gz", "rt") as file:
        for r in csv.DictReader(file):
            rows[r["flight"]].append((float(r["time"]), float(r["velocity"]), 1e3 * float(r["altitude"])))
    with (folder / "events.csv").open() as file:
        cutoff = {r["flight"]: float(r["t_s"]) for r in csv.DictReader(file) if r["event"] == "meco"}
    out = {}
    with (folder / "flights.csv").open() as file:
        for r in csv.DictReader(file):
            name = r["flight"]
            heading = 190.0 if "Vandenberg" in r["site"] else 90.0 if cutoff[name] >= 153 else 45.0
            table = np.array(rows[name])
            table = table[(table[:, 0] >= FIRST_S) & (table[:, 0] <= cutoff[name])]
            pad = math.radians(float(r["pad_lat_deg"])), math.radians(float(r["pad_lon_deg"]))
            out[name] = (table, pad, heading * DEG, cutoff[name])
    return dict(sorted(out.items()))


def off(common, own, ascent, low, high):
    """Return speed (part) and height (m) by which the model is too high, at the seconds of a record."""
    depth, diameter, late = common
    thrust = own[0] * 1e6
    burns = ((BUCKET_S[0], 1.0), (BUCKET_S[1] - BUCKET_S[0], depth), (LATE_S - BUCKET_S[1], 1.0), (90.0, late))
    stages = stages_of([(burn, part * thrust) for burn, part in burns], thrust, diameter)
    return missed(stages, own[1], ascent, low, high)


def stages_of(burns, thrust, diameter):
    """Return the stages of burns (s, N in vacuum) of one motor of a full thrust (N)."""
    exit_m = math.sqrt(4.0 / math.pi * SEA_LEVEL_LOSS * thrust / 101325.0)
    return tuple(
        Stage(
            propellant_kg=force * burn / (G0_M_S2 * ISP_S), dry_kg=0.0, burn_s=burn, isp_vac_s=ISP_S,
            diameter_m=diameter, exit_diameter_m=exit_m,
        )
        for burn, force in burns
    )  # fmt: skip


def missed(stages, kick_deg, ascent, low, high):
    table, pad, heading, cutoff = ascent
    left = LAUNCH_KG - sum(s.propellant_kg for s in stages)
    vehicle = Vehicle(
        name="m", kind="space_launcher", stages=stages, payload_kg=left, payload_beta_kg_m2=1e4, vertical_s=8.0, kick_s=17.0,
        turn_s=25.0,
    )  # fmt: skip
    flight = fly(vehicle, *pad, 0.0, vehicle.programme(heading, kick_deg * DEG, cutoff))
    speed = np.sqrt((flight.states[:, 3:] ** 2).sum(axis=1))
    height = to_geodetic(flight.states[:, :3])[2]
    seen = table[(table[:, 0] >= low) & (table[:, 0] <= high)]
    t = seen[:, 0]
    return np.interp(t, flight.times, speed) / seen[:, 1] - 1.0, np.interp(t, flight.times, height) - seen[:, 2]


def own_of(common, ascent):
    """Return thrust (MN at 550 t) and kick (deg) of a flight from its first 90 s."""

    def rest(own):
        speed, height = off(common, own, ascent, FIRST_S, EARLY_S)
        return np.concatenate([speed / SPEED_PART, height / 300.0])

    bounds = ([5.0, 0.1], [14.0, 20.0])
    return least_squares(rest, [7.8, 2.5], diff_step=1e-3, bounds=bounds).x


def later(common, ascent):
    return off(common, own_of(common, ascent), ascent, EARLY_S, math.inf)


def test_ascents_that_were_not_fitted_are_flown():
    every = ascents()
    names = list(every)
    fitted, scored = names[0::2], names[1::2]
    assert (len(fitted), len(scored)) == (12, 11)

    def misfit(common):
        both = [later(common, every[n]) for n in fitted]
        return np.concatenate([np.concatenate([s / SPEED_PART, h / HEIGHT_M]) for s, h in both])

    common = least_squares(
        misfit, [0.86, 4.0, 0.9], loss="soft_l1", diff_step=1e-2, max_nfev=4, bounds=([0.5, 2.0, 0.7], [1.1, 8.0, 1.1])
    ).x
    print(
        f"fitted on {len(fitted)}: {', '.join(fitted)}: throttle {common[0]:.2f}, {common[1]:.1f} m, late {common[2]:.2f}"
    )
    speeds, heights = [], []
    for name in scored:
        speed, height = later(common, every[name])
        speeds.append(float(np.median(np.abs(speed))))
        heights.append(float(np.median(np.abs(height))))
        print(f"  {name}: speed {100 * speeds[-1]:.1f} %, height {heights[-1] / 1e3:.1f} km")
    found = {"speed_part": float(np.median(speeds)), "height_m": float(np.median(heights))}
    print(f"scored on {len(scored)}: {100 * found['speed_part']:.1f} %, {found['height_m'] / 1e3:.2f} km in the median")
    assert found["speed_part"] < SPEED_PART
    assert found["height_m"] < HEIGHT_M
    assert moved("falcon9_model", {"scored": found}, {"speed_part": 0.003, "height_m": 300.0}) == {}


def kinds(fitted):
    """Return name -> (Block 5, times of throttling s); where a record has none, the median of the fitted flights'."""
    folder = shared("data/launch_telemetry_falcon9")
    times = defaultdict(dict)
    with (folder / "events.csv").open() as file:
        for r in csv.DictReader(file):
            if r["t_s"]:
                times[r["flight"]][r["event"]] = float(r["t_s"])
    edges = ("throttle_down_start", "throttle_down_end")
    usual = [float(np.median([times[n][e] for n in fitted if e in times[n]])) for e in edges]
    with (folder / "flights.csv").open() as file:
        return {
            r["flight"]: (
                r["liftoff_utc"] >= BLOCK_5_FROM,
                tuple(times[r["flight"]].get(e, u) for e, u in zip(edges, usual, strict=True)),
            )
            for r in csv.DictReader(file)
        }


def by_kind(p, ascent, kind, low):
    """Return what `off` returns, of the model by kind: thrust follows the acceleration's limit in pieces of 4 s."""
    full, early, depth, depth_5, limit, diameter, kick_low, kick_transfer = p
    _, _, heading, cutoff = ascent
    block_5, (down, up) = kind
    thrust, flow = full * 1e6, full * 1e6 / (G0_M_S2 * ISP_S)
    burns = [(down, thrust * (early if block_5 else 1.0)), (up - down, thrust * (depth_5 if block_5 else depth))]
    mass = LAUNCH_KG - sum(force * burn for burn, force in burns) / (G0_M_S2 * ISP_S)
    whole = min(max(1.0, (mass - thrust / limit) / flow), cutoff + 5.0 - up)
    burns.append((whole, thrust))
    mass -= whole * flow
    for _ in range(math.ceil(max(0.0, cutoff + 5.0 - up - whole) / 4.0)):
        burns.append((4.0, limit * mass * math.exp(-2.0 * limit / (G0_M_S2 * ISP_S))))
        mass -= burns[-1][1] * 4.0 / (G0_M_S2 * ISP_S)
    transfer = math.isclose(heading, TRANSFER_DEG * DEG)
    return missed(stages_of(burns, thrust, diameter), kick_transfer if transfer else kick_low, ascent, low, math.inf)


@pytest.mark.parametrize(("first", "least", "allowed"), [(0, 11, SPEED_PART), (1, 12, 1.5 * SPEED_PART)])
def test_ascents_are_flown_by_their_kind_without_parameters_of_their_own(first, least, allowed):
    """Asked: 3 %, 3 km, fitted on 12 and scored on 11. Halves swapped the speed is 4.4 %: told, and held to half as much again.

    What bounds it are the flights: three launches of ten Iridium satellites each, of one mass and one orbit, differ by more.
    """
    every = ascents()
    fitted, scored = list(every)[first::2], list(every)[1 - first :: 2]
    assert len(scored) == least
    kind = kinds(fitted)

    def misfit(p):
        both = [by_kind(p, every[n], kind[n], FIRST_S) for n in fitted]
        return np.concatenate([np.concatenate([s / SPEED_PART, h / HEIGHT_M]) for s, h in both])

    start, low, high = ([row[i] for row in COMMON] for i in (1, 2, 3))
    p = least_squares(
        misfit, start, loss="soft_l1", diff_step=1e-3, max_nfev=15, bounds=(low, high), x_scale=np.array(start)
    ).x
    print(
        f"fitted on {len(fitted)}: {', '.join(fitted)}; {len(COMMON)} free parameters in common, none of a flight's own"
    )
    for (name, *_), value in zip(COMMON, p, strict=True):
        print(f"  {name}: {value:.3f}")
    found = {}
    for since in (FIRST_S, EARLY_S):
        both = {n: by_kind(p, every[n], kind[n], since) for n in scored}
        speeds = {n: float(np.median(np.abs(s))) for n, (s, _) in both.items()}
        heights = {n: float(np.median(np.abs(h))) for n, (_, h) in both.items()}
        found[since] = float(np.median(list(speeds.values()))), float(np.median(list(heights.values())))
        speed, height = found[since]
        print(f"from {since:.0f} s, scored on {len(scored)}: {100 * speed:.1f} %, {height / 1e3:.2f} km in the median")
        print("  " + ", ".join(f"{n} {100 * speeds[n]:.1f} % {heights[n] / 1e3:.1f} km" for n in scored))
    assert found[FIRST_S][0] < allowed
    assert found[FIRST_S][1] < HEIGHT_M
    # the last seconds alone are harder (the small errors of the first minute are left out): told, and must not grow
    assert found[EARLY_S][0] < 1.5 * SPEED_PART
    assert found[EARLY_S][1] < HEIGHT_M
