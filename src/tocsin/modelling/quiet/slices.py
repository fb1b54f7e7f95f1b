"""A slice of quiet time: hours or days of the year, each drawn by its own seed as a scenario of its own."""

from typing import Any

import msgspec

from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.records.network import Network
from tocsin.core.records.scenario import Background, Scenario
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.modelling.chance import stream
from tocsin.modelling.quiet import launches, nature, trouble
from tocsin.modelling.quiet.draw import Cause, Draw, Piece

YEAR_S = 365.25 * 86400.0
TAIL_S = 1800.0
"""Data time after a slice in which nothing begins and what has begun may end; it is not counted as quiet time."""
GLINTS_PER_YEAR = 52.0
"""Episodes of a bright mirror under one of the satellites; assumed (geometry alone allows 16 h a year and place)."""


CAUSES = (
    Cause("space launch", launches.per_year("space_launch"), "GCAT, 2024 and 2025, world", launches.space_launch),
    Cause("sounding rocket", launches.per_year("sounding_rocket"), "JSR, 2006 to 2016, world", launches.sounding_rocket),
    Cause("notice of no launch", 70.0, "assumed: a quarter of launches is put off after notice", launches.scrub),
    Cause("fireball", 30.0, "about 30 a year world-wide (AFTAC; nearly 1000 in CNEOS 1988-2022)", nature.fireball),
    Cause("decay", 1000.0, "intact bodies: more than three a day (ESA Space Environment Report 2025)", nature.decay),
    Cause("deorbit", 100.0, "assumed: a third of launches brings its stage down", nature.deorbit),
    Cause("volcano", 60.0, "50 to 70 volcanoes erupt in a year (Smithsonian GVP); power assumed", nature.volcano),
    Cause("blaze", 500.0, "assumed; fires of a real day (MODIS) burn beside them", nature.blaze),
    Cause("afterburner", 1000.0, "assumed", nature.afterburner),
    Cause("cloud", 1000.0, "assumed; whether it shines follows from the Sun", nature.glint),
    Cause("aurora", sum(n for *_, n in nature.G_SCALE) / nature.CYCLE_YEARS, "NOAA space weather scales", nature.aurora),
    Cause("solar burst", 60.0, "> 1000 sfu each 3.5 to 18.5 days (Bala et al. 2002, Radio Sci. 37)", nature.solar_burst),
    Cause("interference", 52.0, "recurring (UPI 2008, Dnepr at Sevastopol); rate assumed", nature.interference),
    Cause("sensor down", 12.0, "assumed, a sensor", trouble.sensor_down, lambda n: len(trouble.sensors(n))),
    Cause("sensor blinded", 4.0, "assumed, a sensor", trouble.sensor_blinded, lambda n: len(trouble.sensors(n))),
    Cause("line down", 6.0, "assumed, a line", trouble.line_down, lambda n: len(trouble.lines(n))),
    Cause("site down", 2.0, "assumed, a site", trouble.site_down, lambda n: len(trouble.sites(n))),
    Cause("wrong health", 1.0, "assumed, a sensor", trouble.wrong_word, lambda n: len(trouble.sensors(n))),
    Cause("bad line", 6.0, "assumed, a line", trouble.bad_line, lambda n: len(trouble.lines(n))),
    Cause("bad sensor", 2.0, "assumed, a sensor", trouble.bad_sensor, lambda n: len(trouble.sensors(n))),
)  # fmt: skip
"""All that happens, with its rate. Clutter and meteors in radars, fires of a day and the Moon are always there."""

TABLES = ("flight", "source", "notification", "health", "outage", "fault")


def rates_digest() -> str:
    """Return the digest of names and rates: results of other rates are not mixed with them."""
    return sha256_hex(canonical([[c.name, c.per_year, c.source] for c in CAUSES]))


def slice_of(base: Scenario, network: Network, number: int, hours: float) -> tuple[Scenario, dict[str, int]]:
    """Return slice `number` of quiet time as a scenario, and how many of each cause are in it.

    `base` gives network, assets, first instant and seed. The first slice begins at its start; the scenario lasts
    `TAIL_S` longer than the slice.
    """
    length = hours * 3600.0
    start = tai_from_iso(base.start_utc) + round(number * length * NS)
    seed = base.seed + 1_000_003 * (number + 1)
    made: dict[str, list[Any]] = {table: [] for table in TABLES}
    counts: dict[str, int] = {}
    for cause in CAUSES:
        rng = stream(seed, "quiet", cause.name)
        mean = cause.per_year * cause.each(network) * length / YEAR_S
        counts[cause.name] = int(rng.poisson(mean))
        for k in range(counts[cause.name]):
            name = f"{cause.name.replace(' ', '-')}-{k + 1}"
            _add(made, cause.draw(Draw(stream(seed, "quiet", cause.name, str(k)), name, network, length)))
    _add(made, nature.always(any(r.pulse_interval_s for r in network.radar)))
    glints = int(stream(seed, "quiet", "glint").poisson(GLINTS_PER_YEAR * length / YEAR_S))
    counts["glint"] = glints
    scenario = Scenario(
        name=f"quiet-{number}", data_mode=base.data_mode, start_utc=iso_from_tai(start), duration_s=length + TAIL_S,
        seed=seed, network=base.network, assets=base.assets,
        background=Background(hot_spots=True, glint_episodes=glints),
    )  # fmt: skip
    return msgspec.structs.replace(scenario, **{table: tuple(entries) for table, entries in made.items()}), counts


def _add(made: dict[str, list[Any]], piece: Piece) -> None:
    for table, entries in piece.items():
        made[table] += entries
