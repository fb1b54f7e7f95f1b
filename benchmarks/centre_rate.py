"""Detections a second through the whole centre on first-light: one process, causes and history on.

Usage: python benchmarks/centre_rate.py [--catalogue FILE] [--runs N]
"""

import argparse
import gc
import statistics
import tempfile
import time
from pathlib import Path

from tocsin.centre.centre import Centre
from tocsin.centre.warm import warm_kernels
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.inputs import read_inputs, stream
from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_scenario
from tocsin.modelling.simulate import simulate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    warm_kernels(("tocsin.modelling.warm",))
    path = find_scenario("first-light")
    with tempfile.TemporaryDirectory() as name:
        made = simulate(read_scenario(path), path, Path(name) / "out", catalogue=options.catalogue)
        network, assets = read_network(made.network), read_assets(made.assets)
        read = read_inputs([made.looks, made.notifications], "simulated")
        sets = read_element_sets(made.catalogue, "simulated").element_sets
        items = list(stream(read))
    detections = sum(len(look.times) for look in read.looks)
    rates = []
    gc.collect()
    gc.freeze()  # as the commands do: what was read stays
    for _ in range(options.runs):
        centre = Centre(network, assets, "simulated")
        centre.load_catalogue(sets)
        began = time.process_time()
        for item in items:
            centre.step(item)
            if centre.looks % 2000 == 0:
                centre.drain_tracks()
                centre.drain_observations()
        spent = time.process_time() - began
        rates.append(detections / spent)
        print(f"{detections:,} detections in {spent:.2f} s of processor time: {rates[-1]:,.0f} a second")
    print(f"median {statistics.median(rates):,.0f} detections/s")


if __name__ == "__main__":
    main()
