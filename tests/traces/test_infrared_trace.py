"""Frozen figures of the infrared and telescope models: a change shows here in numbers what moved.

The authorities come first (`tests/authority`); this only freezes. To accept a change on purpose: run this file as a module
(`python -m tests.traces.test_infrared_trace`) and commit the CSV with the reason.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.authority.oko import DAY_H, fields_against_space, ground_track, working_part
from tocsin.core.constants import DEG
from tocsin.core.records.sources.infrared import HotSpot, SunGlint
from tocsin.core.time import tai_from_iso
from tocsin.modelling.plume import plume_intensity, transmission
from tocsin.modelling.sources.hot_spot import apparent_intensity
from tocsin.modelling.sources.sun_glint import cloud_intensity
from tocsin.sensing.cloud import cloud_layer
from tocsin.sensing.kinds.telescope_kernels import sphere_magnitude
from tocsin.world.geodesy import to_ecef

TRACE = Path(__file__).with_name("infrared.csv")
RELATIVE = 1e-6
"""Of transcendental functions on another machine; the figures themselves are smooth."""


def figures() -> Iterator[tuple[str, float]]:
    """Yield (name, value) of every frozen figure."""
    for height_km in (0, 5, 10, 30, 60, 100):
        h = np.array([height_km * 1e3])
        yield f"plume of 1 MN at {height_km} km, W/sr", float(plume_intensity(np.array([1e6]), h)[0])
        for zenith_deg in (0, 60, 85):
            through = float(transmission(h, np.array([math.cos(zenith_deg * DEG)]))[0])
            yield f"air above {height_km} km at {zenith_deg} deg from the zenith", through
    for day in ("2023-01-15", "2023-07-15"):
        tai = tai_from_iso(f"{day}T00:00:00Z")
        for latitude in (-60, -20, 0, 20, 47, 70):
            for name, value in cloud_layer(float(latitude), tai)._asdict().items():
                yield f"cloud {name} at {latitude} deg, {day}", value
    for argument in (306, 312, 318):
        part = working_part(fields_against_space(ground_track(argument, 23.0, 480), 40e3))
        yield f"US-K view, argument {argument} deg, apogee 23 E, limb 40 km, h", float(part.sum() * DAY_H / 480)
    satellite = ground_track(318.0, 20.0, 480)[420]
    cloud = SunGlint(id="c", latitude_deg=47.5, longitude_deg=-111.2)
    point = to_ecef(47.5 * DEG, -111.2 * DEG, 11e3)[None, :]
    glint = cloud_intensity(cloud, point, satellite, tai_from_iso("1983-09-25T20:15:00Z"), 1e-4)
    yield "cloud over Malmstrom, 1983-09-25 20:15, 3 h before apogee, W/sr", float(glint[0])
    above = to_ecef(10.0 * DEG, 5.0 * DEG, 36e6)[None, :]
    for cause in ("fire", "gas_flare", "volcano"):
        spot = HotSpot(id="s", latitude_deg=10.0, longitude_deg=5.0, power_mw=1000.0, cause=cause)
        yield f"{cause} of 1 GW from overhead, W/sr", float(apparent_intensity(spot, above)[0])
    for phase_deg in (0, 60, 120):
        yield f"1 m2 at 1,000 km, phase {phase_deg} deg, magnitude", sphere_magnitude(1.0, 1e6, phase_deg * DEG)


def test_no_figure_moved() -> None:
    with TRACE.open(newline="") as file:
        frozen = {row["figure"]: float(row["value"]) for row in csv.DictReader(file)}
    now = dict(figures())
    assert list(now) == list(frozen)
    moved = {k: (frozen[k], v) for k, v in now.items() if v != pytest.approx(frozen[k], rel=RELATIVE, abs=1e-12)}
    assert not moved


def write() -> None:
    """Write the trace anew."""
    with TRACE.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("figure", "value"))
        out.writerows((name, f"{value:.9g}") for name, value in figures())


if __name__ == "__main__":
    write()
