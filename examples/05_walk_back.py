"""A warning walked back: warning -> assessment -> event -> detections, and these to the row of a file."""

import tempfile
from pathlib import Path

import msgspec

from tocsin.cli.intake import Source, read_sources
from tocsin.cli.main import app
from tocsin.core.records.inputs import Look
from tocsin.core.records.outputs import Assessment, Event

SCENARIO = Path(__file__).parent / "data" / "one-missile.toml"

with tempfile.TemporaryDirectory() as place:
    out = Path(place) / "one-missile"
    app(["run", str(SCENARIO), "--out", str(out)], standalone_mode=False)
    events = [msgspec.json.decode(line, type=Event) for line in (out / "events.jsonl").open("rb")]
    said = [msgspec.json.decode(line, type=Assessment) for line in (out / "assessments.jsonl").open("rb")]
    sources = [Source(out / "inputs" / name, role) for name, role in (
        ("looks.parquet", "looks"), ("network.toml", "network"), ("assets.toml", "assets"))]  # fmt: skip
    looks = [item for item in read_sources(sources, "simulated").items if isinstance(item, Look) and len(item.numbers)]

records = {record.id: record for record in (*events, *said)}
rows = {
    f"{k.sensor}/{k.session}/{k.sequence}/{n}": (k.file, int(r))
    for k in looks
    for n, r in zip(k.numbers, k.rows, strict=True)
}

warning = next(event for event in events if event.kind == "warning_issued")
print("warning:", warning.data["warning"], warning.data["headline"])
waiting, seen = list(warning.causes), set()
while waiting:
    cause = waiting.pop(0)
    if cause in seen:
        continue
    seen.add(cause)
    if cause in rows:
        print(f"  detection {cause}: row {rows[cause][1]} of {rows[cause][0]}")
    else:
        record = records[cause]
        print(f"  because of {type(record).__name__.lower()} {cause} at {record.time_utc}")
        waiting.extend(record.causes)
