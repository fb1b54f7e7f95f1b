"""One's own network, assets and looks: read, checked, put in order; what cannot be used is refused with a reason."""

import tempfile
from pathlib import Path

from tocsin.core.errors import InputError
from tocsin.core.time import iso_from_tai
from tocsin.formats.inputs import read_inputs
from tocsin.formats.toml_files import read_assets, read_network

DATA = Path(__file__).parent / "data"

network = read_network(DATA / "network.toml")
assets = read_assets(DATA / "assets.toml")
sensors = [sensor.id for sensor in (*network.radar, *network.infrared)]
print("sensors:", ", ".join(sensors), "| protected:", ", ".join(asset.name for asset in assets.asset))

read = read_inputs([DATA / "looks.jsonl"], "test", sensors)
for look in read.looks:
    print(f"look {look.sequence} of {look.sensor} at {iso_from_tai(look.received)}: {len(look.times)} detections")

with tempfile.TemporaryDirectory() as place:
    damaged = Path(place) / "damaged.jsonl"
    lines = (DATA / "looks.jsonl").read_text().splitlines()
    damaged.write_text("\n".join([lines[0], lines[1].replace("12.0", "412.0"), lines[1][:80]]))
    read = read_inputs([damaged], "test", sensors)
    print(f"{read.rows_in} rows in, {len(read.looks)} looks")
    for rejection in read.rejections:
        print(f"  row {rejection.row} {rejection.action}: {rejection.field} {rejection.reason}")

    wrong = Path(place) / "network.toml"
    wrong.write_text((DATA / "network.toml").read_text().replace("range_km = 4000.0", "range_m = 4.0e6"))
    try:
        read_network(wrong)
    except InputError as error:
        print("a wrong key:", f"line {error.line}, `{error.key}`: {error.message}")
