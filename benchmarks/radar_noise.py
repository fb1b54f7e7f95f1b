"""Noise of real radar passes against a model fitted on one half of the days and judged on the other. Prints a table.

python benchmarks/radar_noise.py data/radar_ssn_b3
"""

import sys
from pathlib import Path

import numpy as np

from tocsin.formats.ssn_table import read_sensors
from tocsin.modelling.radar_noise import CHANNELS, fit_model, halves, modelled, read_passes, statistics
from tocsin.modelling.radar_noise_windows import Windows, fit_windows, windows_of
from tocsin.sensing.sensors import compile_network

RADARS = {"932": "Kaena Point", "363": "Antigua", "354": "Ascension"}
BODIES = frozenset({"6155", "13964"})
WEIGHTS = np.array([10.0, 2e-5, 2e-5])
SCALE = np.array([1.0, np.degrees(1.0), np.degrees(1.0)])
DRAWS, SPLITS = 5, 500


def main(folder: Path) -> None:
    """Print, for each radar and channel, model and real statistics of the half that was not fitted, both ways."""
    table = compile_network(read_sensors(folder / "sensors.csv"))
    for number, name in RADARS.items():
        both = halves(folder / "observations.csv.gz", table.by_id[number], WEIGHTS)
        for fitted, told in ((0, "even"), (1, "odd")):
            model, judged = fit_model(both[fitted], 1), both[1 - fitted]
            real = statistics(judged)
            made = [statistics(modelled(model, judged, np.random.default_rng(2 + k))) for k in range(DRAWS)]
            white, slow = np.mean([m.white for m in made], axis=0), np.mean([m.slow for m in made], axis=0)
            print(f"{name}: fitted on {len(both[fitted])} passes of {told} days, judged on {len(judged)} of the others, "
                  f"{model.parameters} free parameters")  # fmt: skip
            for c, channel in enumerate(CHANNELS):
                print(
                    f"  {channel:14s} white {real.white[c] * SCALE[c]:.5g} model {white[c] * SCALE[c]:.5g} "
                    f"({100 * (white[c] / real.white[c] - 1):+.0f} %)   slow {real.slow[c] * SCALE[c]:.5g} "
                    f"model {slow[c] * SCALE[c]:.5g} ({100 * (slow[c] / real.slow[c] - 1):+.0f} %)   "
                    f"powers of range {model.white_power[c]:.1f}, {model.slow_power[c]:.1f}; "
                    f"rate {model.rate[c]:.3g} rad/s, damping {model.damping[c]:.2f}"
                )
        print_windows(folder, number)


def print_windows(folder: Path, number: str) -> None:
    """Print the law of windows, each half against the other, and how far random halves of days lie apart."""
    passes = read_passes(folder / "observations.csv.gz", number, None, 10)
    days = sorted({p.day for p in passes})
    daily = {day: windows_of([p for p in passes if p.day == day], BODIES) for day in days}
    even, odd = (joined([daily[d] for d in days if d % 2 == half]) for half in (0, 1))
    for told, fitted, judged in (("even", even, odd), ("odd", odd, even)):
        model = fit_windows(fitted)
        for group, some in (("all objects", judged), ("satellites", judged.where(judged.strong == 0.0))):
            made = np.mean(
                [np.median(model.draw(some, np.random.default_rng(k)), axis=0) for k in range(DRAWS)], axis=0
            )
            part = made / np.median(some.scatter, axis=0) - 1.0
            print(
                f"  windows of {group}, fitted on {told} days ({model.parameters} parameters): "
                + ", ".join(f"{100 * x:+.0f} %" for x in part)
            )
    rng = np.random.default_rng(5)
    apart = []
    for _ in range(SPLITS):
        mine = set(rng.permutation(days)[: len(days) // 2].tolist())
        halves_of = [joined([daily[d] for d in days if (d in mine) == side]) for side in (True, False)]
        apart.append(np.log(np.divide(*[np.median(h.scatter[h.strong == 0.0], axis=0) for h in halves_of])))
    print(
        "  random halves of days, satellites, real against real: one sigma "
        + ", ".join(f"{100 * x:.0f} %" for x in np.std(apart, axis=0))
        + "; more than a fifth apart in "
        + ", ".join(f"{100 * x:.0f} %" for x in np.mean(np.abs(apart) > np.log(1.2), axis=0))
    )


def joined(parts: list[Windows]) -> Windows:
    """Return the windows of parts, one after another."""
    names = ("scatter", "range_m", "rows", "strong")
    return Windows(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(print("not measured: needs the folder of the radar passes, radar_ssn_b3"))
    main(Path(sys.argv[1]))
