"""Prints powered flights per second of processor time, dispersed, and what their steps cost in accuracy."""

import argparse
import time

import msgspec
import numpy as np

from tocsin.core.records.vehicle import Dispersion
from tocsin.modelling.chance import stream
from tocsin.modelling.dispersion import burnouts
from tocsin.modelling.vehicles import packaged_vehicles
from tocsin.world.motion.boosters import fly

PLACE = (0.6, 0.2)
SPREAD = Dispersion(isp_relative=0.005, burn_relative=0.01, payload_relative=0.01, azimuth_deg=0.5, kick_deg=0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=int, default=5_000, help="of each class")
    args = parser.parse_args()
    print(f"{'class':28s} stages  burn s  flights/s  error m   m/s  (against steps ten times shorter)")
    for name, packaged in packaged_vehicles().items():
        vehicle = msgspec.structs.replace(packaged, dispersion=SPREAD)
        programme = vehicle.programme(0.7)
        burnouts(vehicle, PLACE, programme, 2, stream(1, "warm"))
        start = time.process_time()
        burnouts(vehicle, PLACE, programme, args.flights, stream(1, "benchmark"))
        rate = args.flights / (time.process_time() - start)
        coarse = fly(vehicle, *PLACE, 0.0, programme, 1.0e6).states[-1]
        off = coarse - fly(vehicle, *PLACE, 0.0, programme, 0.05).states[-1]
        place, speed = np.sqrt((off[:3] ** 2).sum()), np.sqrt((off[3:] ** 2).sum())
        print(f"{name:28s} {len(vehicle.stages):6d} {vehicle.burn_s:7.0f} {rate:10.0f} {place:8.2f} {speed:.4f}")


if __name__ == "__main__":
    main()
