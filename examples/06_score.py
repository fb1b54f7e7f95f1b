"""How good was it: the outputs of a run against the truth that the centre never saw."""

import tempfile
from pathlib import Path

from tocsin.cli.main import app
from tocsin.formats.toml_files import read_assets
from tocsin.scoring.run_score import score_folder

SCENARIO = Path(__file__).parent / "data" / "one-missile.toml"

with tempfile.TemporaryDirectory() as place:
    out = Path(place) / "one-missile"
    app(["run", str(SCENARIO), "--out", str(out)], standalone_mode=False)
    assets = read_assets(out / "inputs" / "assets.toml")
    score = score_folder(out, out / "truth.parquet", out / "labels.parquet", assets)

missile = next(item for item in score["objects"] if item["kind"] == "missile")
print("level reached:", missile["highest"], "| said to be:", missile["class"])
for level, when in missile["levels"].items():
    print(f"  {level}: {when['after_start_s']:.0f} s after launch, {when['time_left_s'] or 0:.0f} s before impact")
for moment, error in missile["impact"]["at"].items():
    print(f"  impact as said at {moment}: {error['error_km']:.1f} km off, inside {error['inside']}")
