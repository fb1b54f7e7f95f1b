"""The packaged Soviet network against what is published of Oko's coverage.

Nine satellites in planes 40 degrees apart: at least one always sees the missile fields of the United States (Flight
International 2001, "Moscow military sats back under control"). A marker some 150 km (93 miles) above Malmstrom stood
against black space over much of the 12-hour orbit of Cosmos 1382 (Forden, NOVA: False Alarms on the Nuclear Front).
"""

import numpy as np

from tests.contracts.conftest import ROOT
from tocsin.core.constants import DEG, NS
from tocsin.formats.toml_files import read_network
from tocsin.modelling.coverage import first_instant
from tocsin.modelling.coverage_kernels import add_view
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.sun import sun_at
from tocsin.world.geodesy import to_ecef

MALMSTROM_DEG = (47.5, -111.2)


def test_nine_planes_always_see_a_plume_over_the_missile_fields() -> None:
    network = read_network(ROOT / "networks" / "soviet-1983.toml")
    satellites = [s for s in compile_network(network).sensors if s.kind == "infrared"]
    assert len(satellites) == 9
    point = to_ecef(MALMSTROM_DEG[0] * DEG, MALMSTROM_DEG[1] * DEG, 150e3).reshape(1, 3)
    unit = (point / np.linalg.norm(point)).T.copy()
    seen = []
    for k in range(0, 86_400, 300):
        at = first_instant(network) + k * NS
        row = []
        for s in satellites:
            # the Sun is left out: what is published is the geometry of the orbits
            limits = np.array([s.field_half_angle, 0.0, s.cloud_break_m, s.limb_height])
            counts = np.zeros(1, np.int64)
            add_view(point, unit, np.ones(1), s.satellite_position(at), sun_at(at), limits, 150e3, counts)
            row.append(int(counts[0]))
        seen.append(row)
    views = np.array(seen)
    assert views.sum(axis=1).min() >= 1
    # "over much of its 12-hour orbit": more than half of one of its two turns a day; the other stands on the far side
    hours = views.mean(axis=0) * 24.0
    assert (hours > 6.0).all() and (hours < 12.0).all()
