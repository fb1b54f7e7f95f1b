"""What the lines of a study say together."""

from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.cli.study.seed import MOMENTS, PROBABILITIES
from tocsin.cli.study.statistics import share_text
from tocsin.scoring.consistency import wilson

TOLD = {
    "possible": "impact, first possible",
    "probable": "impact, first probable",
    "confirmed": "impact, first confirmed",
    "last": "impact, last said",
    "asset": "asset, first confirmed",
}


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of a study, for machines; shares with their 95 % Wilson interval."""
    missiles = [m for line in lines for m in line["missiles"]]
    confirmed = sum((m["confirmed_s"] or -1.0) > 0.0 for m in missiles)
    result: dict[str, Any] = {
        "seeds": len(lines),
        "missiles": len(missiles),
        "missed": sum(line["missed"] for line in lines),
        "confirmed_before_impact": _share(confirmed, len(missiles)),
        "others_high": sum(len(line["others_high"]) for line in lines),
        "events_high_without_missile": sum(len(line["events_high_without_missile"]) for line in lines),
        "coverage": {},
    }
    for moment in MOMENTS:
        said = [m["inside"][moment] for m in missiles if moment in m["inside"]]
        for p in PROBABILITIES:
            result["coverage"][f"{moment}_{p}"] = _share(sum(inside[p] for inside in said), len(said))
    said = [m["asset_inside"] for m in missiles if m["asset_inside"]]
    for p in PROBABILITIES:
        result["coverage"][f"asset_{p}"] = _share(sum(inside[p] for inside in said), len(said))
    return result


def _share(hits: int, trials: int) -> dict[str, Any]:
    share = wilson(hits, trials)
    return {"hits": hits, "trials": trials, "low": share.low, "high": share.high}


def table(study: str, lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table of a study for a person."""
    sums = tally(lines)
    if study == "variants":
        yield f"{'seed':>5s} {'missiles':>8s} {'missed':>6s} {'least warning, s':>16s} {'else high':>9s}  changed"
        for line in lines:
            left = [m["warned_s"] for m in line["missiles"] if m["warned_s"] is not None]
            soonest = f"{min(left):.0f}" if left else "-"
            changed = ", ".join([*line["outages"], *line["notifications"]])
            yield (
                f"{line['seed']:5d} {len(line['missiles']):8d} {line['missed']:6d} {soonest:>16s} "
                f"{len(line['others_high']) + len(line['events_high_without_missile']):9d}  {changed}"
            )
    yield f"{sums['seeds']} seeds, {sums['missiles']} missiles, {sums['missed']} missed; shares: 95 % Wilson interval"
    yield f"  confirmed before impact   {_text(sums['confirmed_before_impact'])}"
    yield f"  else probable or above    {sums['others_high']} objects, {sums['events_high_without_missile']} events"
    for moment in (*MOMENTS, "asset"):
        for p in PROBABILITIES:
            yield f"  {TOLD[moment]:24s} {p} % ellipse  {_text(sums['coverage'][f'{moment}_{p}'])}"


def _text(share: dict[str, Any]) -> str:
    return share_text(share["hits"], share["trials"])
