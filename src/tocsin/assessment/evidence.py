"""The three-valued word of every sensor about an event: seen, looked and not seen, could not have seen."""

from __future__ import annotations

import msgspec

from tocsin.core.constants import NS
from tocsin.core.records.outputs import SensorEvidence
from tocsin.core.time import iso_from_tai

CREDIBLE_PD = 0.5
"""A look whose chance of seeing the object was lower than this says nothing by its silence."""


class Words(msgspec.Struct):
    """When each sensor last saw an object of the event, and last looked without seeing any (TAI ns)."""

    seen: dict[str, int] = msgspec.field(default_factory=dict)
    not_seen: dict[str, int] = msgspec.field(default_factory=dict)

    def rows(self, sensors: tuple[tuple[str, float], ...], now: int) -> tuple[SensorEvidence, ...]:
        """Return the word of each sensor (id, period in s) as of `now`.

        A word holds for three periods of its sensor, at least 30 s; silence counts only where no later sight is known.
        """
        out: list[SensorEvidence] = []
        for sensor, period_s in sensors:
            hold = int(max(3.0 * period_s, 30.0) * NS)
            seen, silent = self.seen.get(sensor, 0), self.not_seen.get(sensor, 0)
            if silent > seen and now - silent <= hold:
                out.append(SensorEvidence(sensor, "not_seen", iso_from_tai(silent)))
            elif seen:
                out.append(SensorEvidence(sensor, "seen", iso_from_tai(seen)))
            else:
                out.append(SensorEvidence(sensor, "could_not_see", iso_from_tai(now)))
        return tuple(out)
