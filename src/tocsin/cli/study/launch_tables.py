"""What the lines of the study of launches say together: strata, times, ellipses, reliability."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tocsin.cli.study.statistics import share_text
from tocsin.cli.study.watch import BELIEVED_AT_S
from tocsin.scoring.consistency import wilson

STRATA = ("class", "vehicle", "sector", "latitude", "season", "hour", "arc", "down")
MOMENTS = ("possible", "probable", "confirmed", "burnout", "radar60", "last")
SQUARED = ("confirmed", "radar60", "last", "launch first", "launch")
PROBABILITIES = ("50", "90", "99")
BINS = 10
LEAST_IN_BIN = 400
MISSILES = "ballistic_missile"
LAUNCHES = (
    *(f"{MISSILES}_{name}" for name in ("short_range", "intermediate_range", "intercontinental")),
    "space_launch",
    "sounding_rocket",
)
ASKED = {"50": 0.03, "90": 0.02, "99": 0.007}
"""How far the share that ellipses hold may be from what they say."""
WITHIN = 5.0
"""Points that a stated probability may be off in a bin of so many cases."""


def missed(line: dict[str, Any]) -> bool:
    """Return whether a missile inside coverage (its arc was seen, by two paths) fell without `probable`."""
    return line["kind"] == "missile" and line["coverage"] == "arc" and "probable" not in line["levels"]


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of a study of launches, for machines."""
    missiles = [line for line in lines if line["kind"] == "missile"]
    inside = [line for line in missiles if line["coverage"] == "arc"]
    other = {name: [line for line in missiles if line["coverage"] == name] for name in ("plume", "edge")}
    return {
        "cases": len(lines),
        "missiles": len(missiles),
        "inside": len(inside),
        "outside": {
            name: {"missiles": len(found), "probable": sum("probable" in line["levels"] for line in found)}
            for name, found in other.items()
        },
        "missed": [line["case"] + 1 for line in missiles if missed(line)],
        "false": [line["case"] + 1 for line in lines if line["kind"] != "missile" and "probable" in line["levels"]],
        "strata": strata(inside),
        "times": times(inside),
        "coverage": coverage(inside),
        "squares": squares(inside),
        "errors": errors(inside),
        "reliability": curves(lines),
        "cpu_s": round(sum(line["cpu_s"] for line in lines), 1),
    }


def strata(lines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return for each value of each stratum how many missiles there were, were missed, and were confirmed."""
    out: dict[str, dict[str, Any]] = {}
    for name in STRATA:
        for value in sorted({line[name] for line in lines}):
            mine = [line for line in lines if line[name] == value]
            out.setdefault(name, {})[value] = {
                "missiles": len(mine),
                "missed": sum(map(missed, mine)),
                "confirmed": sum("confirmed" in line["levels"] for line in mine),
            }
    return out


def times(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return median and 95 % of looks and seconds from the first look with a missile to what was said of it."""
    columns: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for key in ("held_looks", "launch_looks", "track_looks", "launch_s", "track_s"):
            if line[key] is not None:
                columns[key].append(line[key])
        for level, at in line["levels"].items():
            columns[f"{level}_s"].append(at - line["first_s"])
            if line["fall_s"]:
                columns[f"{level}_left_s"].append(line["fall_s"] - 60.0 - at)
    return {
        key: {
            "count": len(values),
            "median": float(np.median(values)),
            "p95": float(np.quantile(values, 0.05 if key.endswith("left_s") else 0.95)),
        }
        for key, values in columns.items()
    }


def points(line: dict[str, Any]) -> dict[str, Any]:
    """Return what was said of impact and launch of a line, by moment."""
    impacts = {moment: line["impacts"][moment] for moment in MOMENTS if moment in line["impacts"]}
    names = (("launch first", "first"), ("launch", "last"))
    return impacts | {name: line["launches"][moment] for name, moment in names if moment in line["launches"]}


def coverage(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how often ellipses of the impact (at each moment) and of the launch point held the true place, by class."""
    hits: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        for moment, point in points(line).items():
            for p in PROBABILITIES:
                for group in (line["class"], "all"):
                    one = hits[f"{group} {moment} {p}"]
                    one[0] += bool(point["inside"].get(p))
                    one[1] += 1
    return {
        key: {"hits": h, "trials": n, "low": wilson(h, n).low, "high": wilson(h, n).high}
        for key, (h, n) in sorted(hits.items())
    }


def squares(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return, by class and moment, mean squared errors along both axes of the ellipse and of the time over their variances.

    1 = honest.
    """
    columns: dict[str, list[list[float]]] = defaultdict(list)
    for line in lines:
        for moment, point in points(line).items():
            if moment in SQUARED and point["sigmas"]:
                for group in (line["class"], "all"):
                    columns[f"{group} {moment}"].append([*point["sigmas"], point["time_sigmas"]])
    return {
        key: {
            "count": len(v),
            "long": float(np.mean(np.square(v), axis=0)[0]),
            "short": float(np.mean(np.square(v), axis=0)[1]),
            "time": float(np.mean(np.square(v), axis=0)[2]),
        }
        for key, v in sorted(columns.items())
    }


def errors(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the median and 90 % of errors (km) of launch and impact points by class and moment."""
    columns: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for moment in ("burnout", "radar60", "last"):
            if moment in line["impacts"]:
                columns[f"{line['class']} {moment}"].append(line["impacts"][moment]["error_km"])
        if "last" in line["launches"]:
            columns[f"{line['class']} launch"].append(line["launches"]["last"]["error_km"])
    return {
        key: {"count": len(v), "median_km": float(np.median(v)), "p90_km": float(np.quantile(v, 0.9))}
        for key, v in sorted(columns.items())
    }


def class_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return every believed probability of a launch class with whether it was right."""
    return [
        (said["classes"].get(name, 0.0), name == line["class"])
        for line in lines
        for said in line["beliefs"].values()
        for name in LAUNCHES
    ]


def missile_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return every believed P(missile) with whether it was one."""
    return [(_missile(said), line["kind"] == "missile") for line in lines for said in line["beliefs"].values()]


def asset_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return every believed P(falls within an asset) with whether it did; what never fell, fell on none."""
    return [
        (p, bool(line["on"][k]) if line["on"] else False)
        for line in lines
        for said in line["beliefs"].values()
        for k, p in enumerate(said["assets"])
    ]


def level_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return, of everything believed at `probable` or above, P(missile) with whether it was one."""
    return [
        (_missile(said), line["kind"] == "missile")
        for line in lines
        for said in line["beliefs"].values()
        if said["level"] in ("probable", "confirmed")
    ]


def _missile(said: dict[str, Any]) -> float:
    return min(sum((float(p) for name, p in said["classes"].items() if name.startswith(MISSILES)), 0.0), 1.0)


def curves(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the reliability curves of classes, P(missile), P(asset), and P(missile) of what stands at `probable` or above."""
    words = {"class": class_words, "missile": missile_words, "asset": asset_words, "level": level_words}
    return {name: reliability(make(lines)) for name, make in words.items()}


def told_curves(found: dict[str, Any], prior: str) -> Iterator[str]:
    """Yield reliability curves for a person, with the prior that they hold for."""
    yield f"  reliability, beliefs at {len(BELIEVED_AT_S)} ages of a track, told or not; {prior}"
    for kind, bins in found.items():
        for one in bins:
            off = 100.0 * abs(one["found"] - one["stated"])
            mark = " (few)" if one["count"] < LEAST_IN_BIN else "" if off <= WITHIN else f"  OFF by {off:.1f} points"
            yield (
                f"  {kind}: stated {one['stated']:.3f}, found {one['found']:.3f} "
                f"({one['low']:.3f} ... {one['high']:.3f}) of {one['count']}{mark}"
            )


def reliability(words: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Return the bins of a reliability curve: how many, mean stated probability, share that was right."""
    out = []
    for k in range(BINS):
        mine = [(p, right) for p, right in words if min(int(p * BINS), BINS - 1) == k]
        if mine:
            share = wilson(sum(right for _, right in mine), len(mine))
            stated = float(np.mean([p for p, _ in mine]))
            out.append(
                {"count": len(mine), "stated": stated, "found": share.share, "low": share.low, "high": share.high}
            )
    return out


def _off(key: str, one: dict[str, Any]) -> str:
    """Return a mark where even the interval of a share is farther from what is said than `ASKED`; `key` ends in what is said."""
    said = key.rsplit(" ", 1)[1]
    low, high = int(said) / 100.0 - ASKED[said], int(said) / 100.0 + ASKED[said]
    return "  OFF" if one["high"] < low or one["low"] > high else ""


def table(result: dict[str, Any]) -> Iterator[str]:
    """Yield the tables for a person."""
    yield (
        f"{result['cases']} launches, {result['missiles']} of missiles; of {result['inside']} whose arc was covered "
        f"{len(result['missed'])} fell without probable; of harmless ones {len(result['false'])} were probable"
    )
    for name, one in result["outside"].items():
        yield f"  seen less, {name}: {one['probable']} of {one['missiles']} probable"
    for name, values in result["strata"].items():
        shown = "; ".join(f"{v} {one['missed']}/{one['missiles']}" for v, one in values.items())
        yield f"  missed by {name}: {shown}"
    for key, one in result["times"].items():
        yield f"  {key:18s} median {one['median']:7.1f}   95 % {one['p95']:7.1f}   of {one['count']}"
    for key, one in result["coverage"].items():
        yield f"  ellipse {key:62s} {share_text(one['hits'], one['trials'])}{_off(key, one)}"
    for key, one in result["squares"].items():
        axes = f"long axis {one['long']:5.2f}, short {one['short']:5.2f}, time {one['time']:5.2f}"
        yield f"  squared errors {key:55s} {axes} of {one['count']}"
    for key, one in result["errors"].items():
        yield f"  error {key:55s} median {one['median_km']:8.1f} km, 90 % {one['p90_km']:8.1f} km of {one['count']}"
    yield from told_curves(
        result["reliability"], "of 15 launches 9 missiles, all aimed at a place, 4 to orbit, 2 sounding rockets"
    )
    yield f"  configuration {result['config'][:16]}, {result['cpu_s']:,.0f} s of processor time"
