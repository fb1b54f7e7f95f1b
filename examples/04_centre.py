"""The centre by hand: inputs in, records out; saved in the middle and restored, it ends with the same digests."""

import tempfile
from pathlib import Path

from tocsin.centre.centre import Centre
from tocsin.cli.intake import Source, read_sources
from tocsin.cli.moments import Moments
from tocsin.core.constants import NS
from tocsin.formats.toml_files import read_scenario
from tocsin.modelling.simulate import simulate

SCENARIO = Path(__file__).parent / "data" / "one-missile.toml"

with tempfile.TemporaryDirectory() as place:
    made = simulate(read_scenario(SCENARIO), SCENARIO, Path(place))
    sources = [Source(made.looks, "looks"), Source(made.network, "network"), Source(made.assets, "assets")]
    intake = read_sources(sources, "simulated")

centre = Centre(intake.network, intake.assets, "simulated")
moments = Moments(intake.items[0].received, intake.assets)
saved = b""
for number, item in enumerate(intake.items):
    if number == len(intake.items) // 2:
        saved = centre.snapshot()
    for record in centre.step(item):
        for line in moments.lines(record):
            print(line)
centre.advance(intake.items[-1].received + 60 * NS)

restored = Centre.restore(saved, intake.network, intake.assets)
for item in intake.items[len(intake.items) // 2 :]:
    restored.step(item)
restored.advance(intake.items[-1].received + 60 * NS)

print(f"snapshot: {len(saved):,} bytes; digests equal: {centre.digests() == restored.digests()}")
