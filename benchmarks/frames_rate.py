"""Epochs a second from TEME, the celestial intermediate frame and GCRF to ITRF, a million random epochs of the table."""

import argparse
import time

import numpy as np

from tocsin.core.constants import NS
from tocsin.world.rotation import cirs_to_itrf, gcrf_to_itrf, table_span_mjd, teme_to_itrf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1_000_000)
    options = parser.parse_args()
    first, last = table_span_mjd()
    days = np.random.default_rng(1).uniform(first, last, options.epochs) - 40587.0
    tai = (days * 86400.0 * NS).astype(np.int64)
    for name, turn in (("TEME", teme_to_itrf), ("CIRS", cirs_to_itrf), ("GCRF", gcrf_to_itrf)):
        turn(tai[:2])
        rates = []
        for _ in range(3):
            began = time.process_time()
            turn(tai)
            rates.append(options.epochs / (time.process_time() - began) / 1e6)
        print(f"{name} to ITRF: first {rates[0]:.2f}, then {rates[1]:.2f}, {rates[2]:.2f} million epochs/s")


if __name__ == "__main__":
    main()
