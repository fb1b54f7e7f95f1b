"""Prints how long coverage takes: 10,000 places x 24 satellites x 1,440 minutes, seen at an elevation of 10 deg or more.

Twelve satellites at 20,200 km and twelve at 800 km. The elevation is that of a sphere: a half angle of the field of
asin(R cos 10 deg / r). Every pair is decided as the centre decides it; a sample is asked again one by one.
"""

import argparse
import math
import time

import numpy as np

from tocsin.core.constants import DEG, MU_M3_S2, NS
from tocsin.core.time import tai_from_iso
from tocsin.modelling.coverage_kernels import coverage_day
from tocsin.sensing.sun import sun_at
from tocsin.sensing.visibility_kernels import infrared_sees_batch
from tocsin.world.geodesy import to_ecef

EARTH_M = 6.371e6
ELEVATION_DEG = 10.0


def circular(height_m: float, inclination_deg: float, planes: int, each: int, times_s: np.ndarray) -> np.ndarray:
    """Return (t, planes * each, 3) Earth-fixed places of evenly spread satellites in circular Kepler orbits."""
    r = EARTH_M + height_m
    rate = math.sqrt(MU_M3_S2 / r**3)
    out = []
    for p in range(planes):
        for k in range(each):
            u = 2.0 * math.pi * (k / each + p / (planes * each)) + rate * times_s
            node = 2.0 * math.pi * p / planes - 7.292115e-5 * times_s
            ci, si = math.cos(inclination_deg * DEG), math.sin(inclination_deg * DEG)
            x = np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * ci
            y = np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * ci
            out.append(r * np.stack([x, y, np.sin(u) * si], axis=1))
    return np.ascontiguousarray(np.stack(out, axis=1))


def places(number: int) -> np.ndarray:
    """Return (n, 3) points on the ground, spread evenly over the Earth (a golden spiral)."""
    k = np.arange(number) + 0.5
    lat = np.arcsin(1.0 - 2.0 * k / number)
    lon = (math.pi * (3.0 - math.sqrt(5.0)) * k) % (2.0 * math.pi)
    return to_ecef(lat, lon, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=1_440)
    args = parser.parse_args()
    points = places(args.places)
    units = np.ascontiguousarray((points / np.sqrt((points**2).sum(axis=1))[:, None]).T)
    weights = np.full(len(points), 1.0 / len(points))
    times = 60.0 * np.arange(args.minutes)
    orbits = np.concatenate([circular(20.2e6, 55.0, 3, 4, times), circular(0.8e6, 87.0, 3, 4, times)], axis=1)
    start = tai_from_iso("2026-01-01T00:00:00Z")
    suns = np.array([sun_at(start + 60 * int(k) * NS) for k in range(args.minutes)])
    radii = np.sqrt((orbits[0] ** 2).sum(axis=1))
    half = np.arcsin(EARTH_M * math.cos(ELEVATION_DEG * DEG) / radii)
    # no Sun and no cloud, as in the problem; the height of the ground is that of the geometry's own bare ground
    limits = np.stack([half, np.zeros(24), np.full(24, -200.0), np.full(24, np.nan)], axis=1)
    radars = np.zeros(len(points), np.int64)
    steps, area = np.empty((len(points), 6), np.int64), np.empty(24)
    coverage_day(points[:10], units[:, :10].copy(), weights[:10], orbits[:2], suns[:2], limits, 0.0, radars[:10],
                 steps[:10], area)  # fmt: skip
    t0 = time.process_time()
    coverage_day(points, units, weights, orbits, suns, limits, 0.0, radars, steps, area)
    took = time.process_time() - t0
    checks = args.places * 24 * args.minutes
    print(
        f"coverage: {checks / 1e6:.0f} M checks in {took:.2f} s of processor time, {checks / took / 1e6:.0f} M a second"
    )
    print(
        f"coverage: seen by one or more {steps[:, 0].mean() / args.minutes:.4f}, two {steps[:, 1].mean() / args.minutes:.4f}"
    )
    check(points, units, weights, orbits, suns, limits)


def check(
    points: np.ndarray, units: np.ndarray, weights: np.ndarray, orbits: np.ndarray, suns: np.ndarray, limits: np.ndarray
) -> None:
    """Print how many pairs of a sample differ from those asked one by one, and from elevations above the geodetic horizon."""
    up = points / np.array([6378137.0**2, 6378137.0**2, 6356752.314245**2])
    up /= np.sqrt((up**2).sum(axis=1))[:, None]
    asked = wrong = above = 0
    for k in range(0, len(orbits), max(len(orbits) // 20, 1)):
        for s in range(24):
            one = infrared_sees_batch(points, orbits[k, s], suns[k], *limits[s, :3])
            steps, area = np.empty((len(points), 6), np.int64), np.empty(1)
            coverage_day(points, units, weights, orbits[k : k + 1, s : s + 1], suns[k : k + 1], limits[s : s + 1], 0.0,
                         np.zeros(len(points), np.int64), steps, area)  # fmt: skip
            wrong += int((one != (steps[:, 0] == 1)).sum())
            d = orbits[k, s] - points
            sine = (d * up).sum(axis=1) / np.sqrt((d * d).sum(axis=1))
            above += int((one != (sine >= math.sin(ELEVATION_DEG * DEG))).sum())
            asked += len(points)
    print(f"sample of {asked} pairs: {wrong} differ from those asked one by one,")
    print(f"  {above} ({100.0 * above / asked:.2f} %) from the elevation above the geodetic horizon")


if __name__ == "__main__":
    main()
