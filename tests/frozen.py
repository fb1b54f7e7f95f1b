"""Frozen figures: what a test found is compared with the committed trace, so that a change shows in numbers what moved.

`TOCSIN_FREEZE=1` writes the traces anew; read the difference before it is committed.
"""

import csv
import os
from pathlib import Path

FOLDER = Path(__file__).parent / "traces"


def moved(
    name: str, rows: dict[str, dict[str, float]], tolerances: dict[str, float]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return (row, column) -> (frozen, found) where they differ by more than the column's tolerance (absolute)."""
    path = FOLDER / f"{name}.csv"
    if os.environ.get("TOCSIN_FREEZE"):
        FOLDER.mkdir(exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["name", *tolerances])
            writer.writerows([key, *(f"{row[c]:.9g}" for c in tolerances)] for key, row in rows.items())
    with path.open() as file:
        frozen = {row.pop("name"): row for row in csv.DictReader(file)}
    assert set(rows) == set(frozen)
    return {
        (key, column): (float(frozen[key][column]), row[column])
        for key, row in rows.items()
        for column, tolerance in tolerances.items()
        if not abs(row[column] - float(frozen[key][column])) <= tolerance
    }
