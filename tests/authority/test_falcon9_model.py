"""A two-stage launcher's first stage against recorded Falcon 9 ascents: fitted on 12, scored on the other 11.

Telemetry: github.com/shahar603/Telemetry-Data (Unlicense). Launch mass, trajectory and engines differ from flight to flight
and are not in the records, so that two parameters of each flight (thrust over launch mass, kick) are taken from its own first
90 s; it is scored on the seconds from there to the cut-off of the first stage, which is given.

Free parameters: 3 in common (throttle around the greatest pressure of the air, throttle late in the burn, diameter of the
air's push), 2 a flight. Not free: vacuum specific impulse 311 s and loss at sea level (282 s), as published; launch mass 550 t
(only ratios to it matter); pitch programme as in `space_launcher_medium`; headings 190 deg (Vandenberg), 90 and 45 deg.
"""

import csv
import gzip
import math
from collections import defaultdict

import numpy as np
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
    table, pad, heading, cutoff = ascent
    depth, diameter, late = common
    thrust = own[0] * 1e6
    burns = ((BUCKET_S[0], 1.0), (BUCKET_S[1] - BUCKET_S[0], depth), (LATE_S - BUCKET_S[1], 1.0), (90.0, late))
    exit_m = math.sqrt(4.0 / math.pi * SEA_LEVEL_LOSS * thrust / 101325.0)
    stages = tuple(
        Stage(
            propellant_kg=part * thrust * burn / (G0_M_S2 * ISP_S), dry_kg=0.0, burn_s=burn, isp_vac_s=ISP_S,
            diameter_m=diameter, exit_diameter_m=exit_m,
        )
        for burn, part in burns
    )  # fmt: skip
    left = LAUNCH_KG - sum(s.propellant_kg for s in stages)
    vehicle = Vehicle(
        name="m", kind="space_launcher", stages=stages, payload_kg=left, payload_beta_kg_m2=1e4, vertical_s=8.0, kick_s=17.0,
        turn_s=25.0,
    )  # fmt: skip
    flight = fly(vehicle, *pad, 0.0, vehicle.programme(heading, own[1] * DEG, cutoff))
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


def test_one_launcher_for_all_flights_holds_their_height_but_not_their_speed():
    """Five common parameters, none of a flight's own: launch mass and throttle differ by more than the speed asked for."""
    every = ascents()
    names = list(every)

    def all_of(p, ascent):
        return off(p[:3], p[3:], ascent, FIRST_S, math.inf)

    def misfit(p):
        both = [all_of(p, every[n]) for n in names[0::2]]
        return np.concatenate([np.concatenate([s / SPEED_PART, h / HEIGHT_M]) for s, h in both])

    bounds = ([0.5, 2.0, 0.7, 5.0, 0.1], [1.1, 8.0, 1.1, 14.0, 20.0])
    p = least_squares(misfit, [0.86, 5.0, 0.9, 7.8, 2.5], loss="soft_l1", diff_step=1e-3, max_nfev=12, bounds=bounds).x
    found = [all_of(p, every[n]) for n in names[1::2]]
    speed = float(np.median([np.median(np.abs(s)) for s, _ in found]))
    height = float(np.median([np.median(np.abs(h)) for _, h in found]))
    print(f"without parameters of a flight's own: {100 * speed:.1f} %, {height / 1e3:.2f} km in the median")
    assert height < HEIGHT_M
    # above the 3 % asked: the figure is told, and must not grow
    assert speed < 2.0 * SPEED_PART
