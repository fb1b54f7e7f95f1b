"""Prints how long the catalogue takes over two hours: ephemeris, seven radars' fields, and 200,000 detections.

The fields: every object predicted into each radar's range and elevation once a second of data time.
"""

import argparse
import time

import numpy as np

from tocsin.catalogue.catalogue import Catalogue
from tocsin.catalogue.grid import STEP_NS, interval_of
from tocsin.core.constants import DEG, NS
from tocsin.core.time import tai_from_iso
from tocsin.modelling.satellites import make_population
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

SITES_DEG = ((54.4, -0.7), (64.3, -149.2), (41.8, -70.5), (68.1, 33.9), (52.9, 103.2), (-23.0, 115.0), (35.8, 135.2))
SIGMA = np.array([30.0, 0.1 * DEG, 0.1 * DEG, 5.0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--looks", type=int, default=10_000)
    parser.add_argument("--detections", type=int, default=20, help="in a look")
    args = parser.parse_args()
    start = tai_from_iso("2026-01-01T00:00:00Z")
    population = make_population(args.objects, 1, start)
    t0 = time.process_time()
    catalogue = Catalogue()
    refused = catalogue.load(population)
    print(f"load: {len(catalogue)} objects, {len(refused)} refused, {time.process_time() - t0:.2f} s of processor time")
    sites = [
        catalogue.add_site(
            np.array(geodetic_to_ecef(lat * DEG, lon * DEG, 0.0)),
            np.array(enu_axes(lat * DEG, lon * DEG)).reshape(3, 3),
            5_000e3,
            3 * DEG,
        )
        for lat, lon in SITES_DEG
    ]
    places = [np.array(geodetic_to_ecef(lat * DEG, lon * DEG, 0.0)) for lat, lon in SITES_DEG]
    rng = np.random.default_rng(2)
    looks = []
    for i in range(args.looks):
        site = i % len(sites)
        at = start + int(i * 7200 * NS / args.looks)
        view = catalogue.in_view(site, at)
        chosen = rng.choice(view, min(args.detections, len(view)), replace=False)
        states = catalogue.states(chosen, at)
        d = states[:, :3] - places[site]
        r = np.sqrt((d * d).sum(axis=1))
        u = d / r[:, None]
        tangent = rng.normal(size=d.shape) * (0.1 * DEG * r)[:, None]
        tangent -= (tangent * u).sum(axis=1)[:, None] * u
        noisy = states[:, :3] + tangent + rng.normal(size=(len(r), 1)) * 30.0 * u
        rates = (d * states[:, 3:]).sum(axis=1) / r + rng.normal(size=len(r)) * 5
        looks.append((site, np.full(len(r), at), noisy, np.tile(SIGMA, (len(r), 1)), rates, chosen))
    site, times, noisy, sigma, rates, _ = looks[0]
    catalogue.correlate(site, times, noisy, sigma, rates)  # compiles
    total = sum(len(look[1]) for look in looks)

    fresh = Catalogue()
    fresh.load(population)
    t0 = time.process_time()
    for interval in range(interval_of(start), interval_of(start + 7200 * NS) + 1):
        fresh.states(np.zeros(1, np.int64), interval * STEP_NS)
    print(f"ephemeris, two hours: {time.process_time() - t0:.2f} s of processor time")

    t0 = time.process_time()
    in_fields = 0
    for second in range(7200):
        for site in range(len(sites)):
            in_fields += len(catalogue.in_view(site, start + second * NS))
    took = time.process_time() - t0
    print(f"seven fields a second: {took:.2f} s of processor time, {7200 / took:,.0f} x real time, ", end="")
    print(f"{in_fields / 7200:,.0f} objects in them")

    fresh = Catalogue()
    fresh.load(population)
    for site in range(len(sites)):
        lat, lon = SITES_DEG[site]
        fresh.add_site(places[site], np.array(enu_axes(lat * DEG, lon * DEG)).reshape(3, 3), 5_000e3, 3 * DEG)
    t0 = time.process_time()
    right = 0
    for site, times, noisy, sigma, rates, chosen in looks:
        right += int((fresh.correlate(site, times, noisy, sigma, rates).objects == chosen).sum())
    took = time.process_time() - t0
    print(f"correlate: {total} detections in {len(looks)} looks, {right / total:.4f} right")
    print(f"correlate: {took:.2f} s of processor time, ephemeris included")


if __name__ == "__main__":
    main()
