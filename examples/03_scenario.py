"""A scenario becomes what sensors would have reported, and, apart from it, the truth."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from tocsin.formats.toml_files import read_scenario
from tocsin.modelling.simulate import simulate

SCENARIO = Path(__file__).parent / "data" / "one-missile.toml"

with tempfile.TemporaryDirectory() as place:
    result = simulate(read_scenario(SCENARIO), SCENARIO, Path(place))
    for note in result.notes:
        print(note)
    for name, by_sensor in sorted(result.seen.items()):
        print(f"{name or 'false alarms'}:", ", ".join(f"{sensor} {n}" for sensor, n in sorted(by_sensor.items()) if n))
    print("columns of the look table:", ", ".join(pq.read_schema(result.looks).names))
    print("columns of the truth:", ", ".join(pq.read_schema(result.truth).names))
