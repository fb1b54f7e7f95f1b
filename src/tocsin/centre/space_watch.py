"""Which detections are known space objects, and what telescopes see: for the space feed, never for a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.records.inputs import FloatArray, IntArray, Look
from tocsin.tracking.measurements import measured_places

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre
    from tocsin.sensing.sensor import Sensor

UNCORRELATED = "uncorrelated"
"""Name in the space feed of a telescope's detection that no known object fits."""


def known_to_radar(catalogue: Catalogue, site: int, look: Look, chosen: IntArray, rows: FloatArray) -> IntArray:
    """Return the catalogue object that each chosen radar detection fits, -1 = none."""
    if not len(catalogue):
        return np.full(chosen.size, -1, np.int64)
    found = catalogue.correlate(site, look.times[chosen], *measured_places(rows, chosen))
    return found.objects.astype(np.int64)


def telescope_look(centre: Centre, look: Look, sensor: Sensor, rows: FloatArray, used: IntArray) -> None:
    """Correlate a telescope's directions with the catalogue and keep them for the space feed.

    They go no further: a direction without range, by night, of what the Sun lights cannot tell a launch from a
    satellite, so no track and no event begins or goes on with it.
    """
    if not used.size:
        return
    part = rows[used]
    sights, sigma = np.ascontiguousarray(part[:, 3:6]), np.ascontiguousarray(part[:, (14, 15)])
    found = centre.catalogue.correlate_sights(centre.sites[sensor.id], look.times[used], sights, sigma)
    known = int((found.objects >= 0).sum())
    centre.known_detections += known
    names = [centre.catalogue.id(int(o)) if o >= 0 else UNCORRELATED for o in found.objects]
    centre.history.add_seen(look, used, names)
