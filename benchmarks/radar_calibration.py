"""Figures of real radars found from their own passes of even days, judged on those of odd days. Prints tables.

python benchmarks/radar_calibration.py data/radar_ssn_b3 [calibrated.toml]

The second file is written: the network of the table with the figures found, for `tocsin process observations.csv --network`.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.network import Network
from tocsin.formats.ssn_table import read_ssn_table
from tocsin.modelling.radar_calibration import OUTLIER, Predicted, calibrated, passes_of, predicted
from tocsin.sensing.sensors import compile_network

AGES = ((60.0, 90.0), (90.0, 150.0), (150.0, 300.0), (300.0, 1200.0))
LEAST = 100
BIAS = (10.0, 0.003, 0.003)
"""One sigma (m, deg) of constant errors, of no pass: the stated ones (80 m, 0.008 deg) would hide all that a pass shows."""


def main(folder: Path, out: Path | None) -> None:
    """Print, for each radar that the table has passes enough of, its figures and both halves before and after."""
    read = read_ssn_table(folder / "observations.csv.gz", "test", folder / "sensors.csv")
    radars = []
    for stated in read.network.radar:
        passes = passes_of(read.looks, stated.id)
        halves = [[p for p in passes if p[0].time // NS // 86400 % 2 == half] for half in (0, 1)]
        bare = msgspec.structs.replace(
            stated, bias_range_m=BIAS[0], bias_azimuth_deg=BIAS[1], bias_elevation_deg=BIAS[2]
        )  # fmt: skip
        found = calibrated(bare, halves[0])
        radars.append(stated if found == bare else found)
        if found == bare:
            continue
        names = [n for n in found.__struct_fields__ if n.startswith(("sigma_", "slow_"))]
        print(f"{stated.name}: " + ", ".join(f"{n} {getattr(found, n):g}" for n in names))
        for told, radar in (("stated", stated), ("found", found)):
            sensor = compile_network(Network(radar=(radar,))).by_id[radar.id]
            for half, half_told in enumerate(("fitted, even days", "judged, odd days")):
                print(f"  {told}, {half_told} ({len(halves[half])} passes): {ages(predicted(halves[half], sensor))}")
    if out is not None:
        network = msgspec.structs.replace(read.network, radar=tuple(radars))
        out.write_text(toml(network), encoding="utf-8")


def ages(found: Predicted) -> str:
    """Return mean squared normalised innovations without outliers, and the share of outliers, in all and by age."""
    parts = []
    for low, high in ((0.0, 1e9), *AGES):
        mine = found.squares[(found.seconds >= low) & (found.seconds < high)]
        if mine.size >= LEAST:
            kept = mine[mine < OUTLIER]
            parts.append(f"{low:.0f}-{high:.0f} s {kept.mean():.2f} ({100 * np.mean(mine >= OUTLIER):.1f} %)")
    return "; ".join(parts).replace("0-1000000000 s", "all")


def toml(network: Network) -> str:
    """Return a network file with the radars of a network."""
    lines = [f"name = {cell(network.name + ', calibrated')}", f"description = {cell(network.description)}"]
    for radar in network.radar:
        lines.append("\n[[radar]]")
        given = msgspec.to_builtins(radar)
        lines += [f"{k} = {cell(v)}" for k, v in given.items() if v is not None and v not in ("", (), [])]
    return "\n".join(lines) + "\n"


def cell(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {cell(v)}" for k, v in value.items() if v is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(cell(v) for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else msgspec.json.encode(value).decode()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(print("not measured: needs the folder of the radar passes, radar_ssn_b3"))
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
