"""What goes wrong with sensors, sites, lines and data in quiet time, and what their owners say of it."""

from typing import Any

from tocsin.core.records import faults
from tocsin.core.records.network import Network
from tocsin.core.records.scenario import Outage, ScenarioHealth
from tocsin.modelling.quiet.draw import Draw, Piece

WORD = 0.7
"""Part of outages of which the owner says something; assumed."""


def sensors(network: Network) -> list[str]:
    """Return the ids of what can be down: radars and infrared satellites."""
    return [r.id for r in network.radar] + [i.id for i in network.infrared]


def _named(network: Network, name: str) -> list[str]:
    every: list[Any] = [*network.radar, *network.infrared]
    return sorted({getattr(s, name) or s.id for s in every})


def lines(network: Network) -> list[str]:
    """Return the communication lines of a network."""
    return _named(network, "line")


def sites(network: Network) -> list[str]:
    """Return the sites and posts of a network."""
    return _named(network, "site")


def _words(draw: Draw, subject: str, state: str, start: float, end: float) -> list[ScenarioHealth]:
    if draw.between(0.0, 1.0) > WORD:
        return []
    said = max(0.0, start + draw.between(-900.0, 900.0))
    back = max(said + 1.0, end + draw.between(-300.0, 900.0))
    return [
        ScenarioHealth(id=f"{draw.id}-off", received_s=said, subject=subject, state=state),  # type: ignore[arg-type]
        ScenarioHealth(id=f"{draw.id}-on", received_s=back, subject=subject, state="ok"),
    ]


def sensor_down(draw: Draw) -> Piece:
    """Return an outage of one sensor, announced or not."""
    sensor, start = draw.one_of(sensors(draw.network)), draw.when()
    end = start + draw.decades(120.0, 28_800.0)
    outage = Outage(sensor=sensor, start_s=start, end_s=end)
    return {"outage": [outage], "health": _words(draw, sensor, "down", start, end)}


def sensor_blinded(draw: Draw) -> Piece:
    """Return a time in which one sensor looks and sees nothing."""
    sensor, start = draw.one_of(sensors(draw.network)), draw.when()
    end = start + draw.decades(60.0, 3600.0)
    outage = Outage(sensor=sensor, start_s=start, end_s=end, state="blinded")
    return {"outage": [outage], "health": _words(draw, sensor, "blinded", start, end)}


def line_down(draw: Draw) -> Piece:
    """Return a cut communication line."""
    line, start = draw.one_of(lines(draw.network)), draw.when()
    end = start + draw.decades(20.0, 7200.0)
    fault = faults.LineDown(start_s=start, end_s=end, lines=(line,))
    return {"fault": [fault], "health": _words(draw, line, "down", start, end)}


def site_down(draw: Draw) -> Piece:
    """Return a site or ground post without power."""
    site, start = draw.one_of(sites(draw.network)), draw.when()
    return {"fault": [faults.SiteDown(start_s=start, end_s=start + draw.decades(60.0, 14_400.0), sites=(site,))]}


def wrong_word(draw: Draw) -> Piece:
    """Return an owner's word that a sensor is down or degraded which is not."""
    sensor, start = draw.one_of(sensors(draw.network)), draw.when()
    state = draw.one_of(("down", "blinded", "degraded"))
    return {"health": _words(draw, sensor, state, start, start + draw.decades(300.0, 14_400.0))}


def bad_line(draw: Draw) -> Piece:
    """Return a line that delays, loses, doubles or reorders looks."""
    line, start = draw.one_of(lines(draw.network)), draw.when()
    when: Any = {"start_s": start, "end_s": start + draw.decades(60.0, 7200.0), "lines": (line,)}
    kind = draw.one_of(("late", "lost", "doubled", "reordered"))
    fault: Any
    if kind == "late":
        fault = faults.Late(delay_s=draw.between(1.0, 90.0), **when)
    elif kind == "lost":
        fault = faults.Lost(part=draw.between(0.02, 0.9), **when)
    elif kind == "doubled":
        fault = faults.Doubled(part=draw.between(0.1, 1.0), after_s=draw.between(0.0, 30.0), **when)
    else:
        fault = faults.Reordered(within_s=draw.between(1.0, 40.0), **when)
    return {"fault": [fault]}


def bad_sensor(draw: Draw) -> Piece:
    """Return a sensor whose clock, counts or measurements are wrong."""
    sensor, start = draw.one_of(sensors(draw.network)), draw.when()
    when: Any = {"start_s": start, "end_s": start + draw.decades(60.0, 3600.0), "sensors": (sensor,)}
    kind = draw.one_of(("shift", "drift", "frozen", "miscounted"))
    fault: Any
    if kind == "shift":
        fault = faults.TimeShift(shift_s=draw.one_of((-1.0, 1.0)) * draw.decades(0.1, 10.0), **when)
    elif kind == "drift":
        fault = faults.ClockDrift(drift_s_per_hour=draw.one_of((-1.0, 1.0)) * draw.decades(0.003, 10.0), **when)
    elif kind == "frozen":
        fault = faults.Frozen(**when)
    else:
        fault = faults.Miscounted(part=draw.between(0.05, 1.0), counts=(2, 20, 200, 2200), **when)
    return {"fault": [fault]}
