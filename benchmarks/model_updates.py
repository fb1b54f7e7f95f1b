"""Updates a second and core of tracks with several models alive: predicted by a second, then updated by a radar's detection.

Usage: python benchmarks/model_updates.py [--tracks N] [--runs N]
"""

import argparse
import statistics
import time

import numpy as np

from tocsin.core.constants import NS
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS, LIGHTNESS_SIGMA, MEAS, N

CASES = {
    "coasting: one model": (0, 300e3, 0.0),
    "boosting: burns on, burns out, drops a stage": (1, 60e3, 20.0),
    "gliding: goes on, falls freely, turns": (kernels.GLIDING, 40e3, 5.0),
}


def rows_of(places: np.ndarray) -> np.ndarray:
    """Return measurement rows (n, 18) of places (n, 3) by a radar 800 km away: 30 m, 0.03 deg."""
    rows = np.full((len(places), MEAS), np.nan)
    for row, place in zip(rows, places, strict=True):
        sensor = place + np.array([0.0, 8e5, 0.0])
        r = float(np.linalg.norm(place - sensor))
        u = (place - sensor) / r
        a = np.array([u[1], -u[0], 0.0]) / np.hypot(u[0], u[1])
        row[0:3], row[3:6], row[6:9], row[9:12] = sensor, u, a, np.cross(u, a)
        row[12:16] = r, 30.0, 5.2e-4, 5.2e-4
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    n, rng = options.tracks, np.random.default_rng(1)
    for name, (two, height_m, push) in CASES.items():
        x = np.zeros((n, 2, N))
        x[:, :, 0] = 6378e3 + height_m
        x[:, :, 1] = rng.uniform(-1e6, 1e6, n)[:, None]
        x[:, :, 3], x[:, :, 5], x[:, :, 9] = -300.0, 4500.0, LIGHTNESS
        x[:, BOOST, 8] = push
        p = np.zeros((n, 2, N, N))
        for i, sigma in enumerate((100.0, 100.0, 100.0, 10.0, 10.0, 10.0, 5.0, 5.0, 5.0, LIGHTNESS_SIGMA)):
            p[:, :, i, i] = sigma**2
        p[:, FREE, 6:9, 6:9] = 0.0
        w = np.full((n, 2), 0.5) if two else np.tile([0.0, 1.0], (n, 1))
        slots = which = np.arange(n)
        rows, times, kinds = rows_of(x[:, FREE, :3] + x[:, FREE, 3:6]), np.full(n, NS), np.full(n, two, np.int64)
        rates = []
        for _ in range(options.runs + 1):
            state = (x.copy(), p.copy(), w.copy(), np.zeros(n, np.int64), kinds.copy())
            ahead = (np.zeros((n, N)), np.zeros((n, N, N)), np.full(n, kernels.NEVER))
            began = time.process_time()
            kernels.commit(*state, *ahead, slots, rows, times, which, 1.0, np.empty(n))
            rates.append(n / (time.process_time() - began))
        print(f"{name}: {statistics.median(rates[1:]):,.0f} updates/s")


if __name__ == "__main__":
    main()
