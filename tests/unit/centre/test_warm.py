"""The kernels that only a busy sky needs are compiled before the centre says ready, not when the sky is busy."""

import json
import subprocess
import sys
from types import SimpleNamespace

PROGRAM = """
import json
from tocsin.catalogue.assignment_kernels import group_pairs
from tocsin.catalogue.correlation_kernels import gate_pairs
from tocsin.centre import warm
from tocsin.detection.background_kernels import forget_spots
from tocsin.tracking.assign_kernels import assign_groups
from tocsin.tracking.birth_kernels import start_radar, start_radars
from tocsin.tracking.crowd_kernels import hidden_beside, hold_two, unsettle
from tocsin.tracking.measurement_kernels import measured
from tocsin.tracking.record_kernels import note_rivals
from tocsin.tracking.update_kernels import carry_back
from tocsin.tracking.view_kernels import state_distances

warm.exercise_tracking()
warm.exercise_known()
reached = (group_pairs, gate_pairs, forget_spots, start_radar, start_radars, state_distances, assign_groups, measured)
reached += (note_rivals, hold_two, hidden_beside, unsettle, carry_back)
print(json.dumps({kernel.py_func.__name__: len(kernel.signatures) for kernel in reached}))
"""


def test_the_warming_comes_to_the_kernels_of_a_busy_sky_by_the_types_the_centre_uses() -> None:
    # in a process of its own: in this one other tests may have called them
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    signatures = json.loads(done.stdout)
    assert signatures == dict.fromkeys(signatures, 1)


def test_a_part_that_fails_is_not_called_compiled(monkeypatch):
    from tocsin.cli import process

    said: list[str] = []
    display = SimpleNamespace(say=said.append, stage=lambda text: None)
    monkeypatch.setattr("tocsin.centre.warm.is_warm", lambda: False)
    monkeypatch.setattr("tocsin.centre.warm.warm_kernels", lambda modules: 1.0)
    assert process.warm(display) == 1.0
    assert "not all kernels" in said[1] and not any(line.startswith("kernels compiled") for line in said)
