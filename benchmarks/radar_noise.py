"""Noise of real radar passes against a model: fitted on even days, judged on odd days. Prints a table.

python benchmarks/radar_noise.py data/radar_ssn_b3
"""

import sys
from pathlib import Path

import numpy as np

from tocsin.formats.ssn_table import read_sensors
from tocsin.modelling.radar_noise import CHANNELS, fit_model, halves, modelled, read_passes, scatter, statistics
from tocsin.sensing.sensors import compile_network

RADARS = {"932": "Kaena Point", "363": "Antigua", "354": "Ascension"}
SATELLITES = frozenset({"22076", "23710", "13736"})
WEIGHTS = np.array([10.0, 2e-5, 2e-5])


def main(folder: Path) -> None:
    """Print, for each radar and channel, model and real statistics of the odd days."""
    table = compile_network(read_sensors(folder / "sensors.csv"))
    scale = np.array([1.0, np.degrees(1.0), np.degrees(1.0)])
    for number, name in RADARS.items():
        even, odd = halves(folder / "observations.csv.gz", table.by_id[number], WEIGHTS)
        model = fit_model(even, 1)
        real, made = statistics(odd), statistics(modelled(model, odd, np.random.default_rng(2)))
        print(f"{name}: fitted on {len(even)} passes of even days, judged on {len(odd)} of odd days, "
              f"{model.parameters} free parameters")  # fmt: skip
        for c, channel in enumerate(CHANNELS):
            print(
                f"  {channel:14s} white {real.white[c] * scale[c]:.5g} model {made.white[c] * scale[c]:.5g} "
                f"({100 * (made.white[c] / real.white[c] - 1):+.0f} %)   slow {real.slow[c] * scale[c]:.5g} "
                f"model {made.slow[c] * scale[c]:.5g} ({100 * (made.slow[c] / real.slow[c] - 1):+.0f} %)   "
                f"rate {model.rate[c]:.3g} rad/s, damping {model.damping[c]:.2f}"
            )
        print_windows(folder, number, scale)


def print_windows(folder: Path, number: str, scale: np.ndarray) -> None:
    """Print the white noise of all windows, and one sigma a channel of even days against odd days."""
    for told, objects in (("all objects", None), ("satellites", SATELLITES)):
        passes = read_passes(folder / "observations.csv.gz", number, objects, 10)
        even, odd = ([p for p in passes if p.day % 2 == half] for half in (0, 1))
        sigmas, real = np.median(scatter(even), axis=0), np.median(scatter(odd), axis=0)
        made = np.median(scatter(odd, sigmas, np.random.default_rng(3)), axis=0)
        both = ", ".join(f"{x:.3g}" for x in np.median(scatter(passes), axis=0) * scale)
        print(f"  windows, {told}: {both}; odd days {', '.join(f'{100 * x:+.0f} %' for x in made / real - 1.0)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
