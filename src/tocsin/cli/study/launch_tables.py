"""What the lines of the study of launches say together: strata, times, ellipses, reliability."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tocsin.cli.study.statistics import share_text
from tocsin.scoring.consistency import wilson

STRATA = ("class", "vehicle", "sector", "latitude", "season", "hour", "arc", "down")
MOMENTS = ("possible", "probable", "confirmed", "burnout", "radar60", "last")
PROBABILITIES = ("50", "90", "99")
BINS = 10
LEAST_IN_BIN = 400
MISSILES = "ballistic_missile"


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
        "errors": errors(inside),
        "reliability": {"class": reliability(class_words(lines)), "missile": reliability(missile_words(lines))},
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


def coverage(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how often ellipses of the impact (at each moment) and of the launch point held the true place, by class."""
    hits: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        points = {**{m: line["impacts"].get(m) for m in MOMENTS}, "launch": line["launch_point"] or None}
        for moment, point in points.items():
            if not point:
                continue
            for p in PROBABILITIES:
                for group in (line["class"], "all"):
                    one = hits[f"{group} {moment} {p}"]
                    one[0] += bool(point["inside"].get(p))
                    one[1] += 1
    return {
        key: {"hits": h, "trials": n, "low": wilson(h, n).low, "high": wilson(h, n).high}
        for key, (h, n) in sorted(hits.items())
    }


def errors(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the median and 90 % of errors (km) of launch and impact points by class and moment."""
    columns: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for moment in ("burnout", "radar60", "last"):
            if moment in line["impacts"]:
                columns[f"{line['class']} {moment}"].append(line["impacts"][moment]["error_km"])
        if line["launch_point"]:
            columns[f"{line['class']} launch"].append(line["launch_point"]["error_km"])
    return {
        key: {"count": len(v), "median_km": float(np.median(v)), "p90_km": float(np.quantile(v, 0.9))}
        for key, v in sorted(columns.items())
    }


def class_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return every stated class probability of a launch class with whether it was right."""
    return [
        (p, name == line["class"])
        for line in lines
        for said in line["probabilities"].values()
        for name, p in said["classes"].items()
        if name.startswith(MISSILES) or name in ("space_launch", "sounding_rocket")
    ]


def missile_words(lines: Sequence[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return every stated P(missile) with whether it was one."""
    return [
        (
            min(sum(p for name, p in said["classes"].items() if name.startswith(MISSILES)), 1.0),
            line["kind"] == "missile",
        )
        for line in lines
        for said in line["probabilities"].values()
    ]


def reliability(words: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Return the bins of a reliability curve: how many, mean stated probability, share that was right."""
    out = []
    for k in range(BINS):
        mine = [(p, right) for p, right in words if min(int(p * BINS), BINS - 1) == k]
        if mine:
            stated, found = float(np.mean([p for p, _ in mine])), float(np.mean([right for _, right in mine]))
            out.append({"count": len(mine), "stated": stated, "found": found})
    return out


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
        yield f"  ellipse {key:62s} {share_text(one['hits'], one['trials'])}"
    for key, one in result["errors"].items():
        yield f"  error {key:55s} median {one['median_km']:8.1f} km, 90 % {one['p90_km']:8.1f} km of {one['count']}"
    for kind, bins in result["reliability"].items():
        for one in bins:
            mark = "" if one["count"] >= LEAST_IN_BIN else " (few)"
            yield f"  {kind}: stated {one['stated']:.3f}, found {one['found']:.3f} of {one['count']}{mark}"
    yield f"  configuration {result['config'][:16]}, {result['cpu_s']:,.0f} s of processor time"
