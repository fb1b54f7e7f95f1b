"""`tocsin catalogue`: what element-set files hold, and which detections are known objects."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.intake import Source, check_data_mode, read_sources
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import ElementSet, Look
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import Rejection
from tocsin.core.time import iso_from_tai, tai_from_unix_ns
from tocsin.formats.element_sets import read_element_sets

LISTED = 20


def catalogue_files(
    files: Sequence[Path],
    looks: Sequence[Path],
    network: Path | None,
    data_mode: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Return 0, or 1 when element sets were refused; prints what the files hold."""
    sets: list[ElementSet] = []
    rejections: list[Rejection] = []
    for path in files:
        if not path.is_file():
            raise InputError("no such file", file=str(path))
        read = read_element_sets(path)
        sets.extend(read.element_sets)
        rejections.extend(read.rejections)
    report = describe(sets, rejections)
    if looks:
        if network is None:
            raise InputError("is required with --looks", key="--network")
        report["correlated"] = correlate(sets, looks, network, check_data_mode(data_mode))
    body = json.dumps(report, indent=1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "catalogue.json").write_text(body + "\n", encoding="utf-8")
    print(body if as_json else "\n".join(_lines(report)))
    return DONE_WITH_REFUSALS if report["refused"] or report["unusable"] else DONE


def epoch_tai(element_set: ElementSet) -> int:
    """Return the epoch of an element set, TAI ns."""
    from sgp4.api import Satrec

    satellite = Satrec.twoline2rv(element_set.line1, element_set.line2)
    unix_s = (satellite.jdsatepoch - 2440587.5) * 86400.0
    return tai_from_unix_ns(round(unix_s) * 1_000_000_000 + round((satellite.jdsatepochF * 86400.0) * 1e9))


def fault_of(element_set: ElementSet) -> str:
    """Return why SGP4 cannot propagate an element set at its epoch, or an empty text."""
    from sgp4.api import SGP4_ERRORS, Satrec

    satellite = Satrec.twoline2rv(element_set.line1, element_set.line2)
    error, _, _ = satellite.sgp4(satellite.jdsatepoch, satellite.jdsatepochF)
    return str(SGP4_ERRORS.get(error, f"error {error}")) if error else ""


def describe(sets: Sequence[ElementSet], rejections: Sequence[Rejection]) -> dict[str, Any]:
    """Return count, epochs, double numbers, sets that SGP4 cannot use, and refusals with their reasons."""
    epochs = sorted(epoch_tai(one) for one in sets)
    faults = [(one.id, fault_of(one)) for one in sets]
    numbers = Counter(one.id for one in sets)
    return {
        "element_sets": len(sets),
        "objects": len(numbers),
        "several_sets": sum(count > 1 for count in numbers.values()),
        "epochs": {
            "first_utc": iso_from_tai(epochs[0]) if epochs else None,
            "median_utc": iso_from_tai(epochs[len(epochs) // 2]) if epochs else None,
            "last_utc": iso_from_tai(epochs[-1]) if epochs else None,
        },
        "unusable": [{"id": name, "reason": reason} for name, reason in faults if reason],
        "refused": [{"file": r.file, "row": r.row, "field": r.field, "reason": r.reason} for r in rejections],
    }


def correlate(sets: Sequence[ElementSet], looks: Sequence[Path], network: Path, data_mode: str) -> dict[str, Any]:
    """Return how many detections of looks fit known objects, by object: the centre's own correlation."""
    from tocsin.centre.centre import Centre

    intake = read_sources([Source(network, "network"), *(Source(path, "looks") for path in looks)], data_mode)
    centre = Centre(intake.network, Assets(), data_mode)
    centre.load_catalogue(list(sets))
    detections = 0
    for item in intake.items:
        centre.step(item)
        detections += len(item.times) if isinstance(item, Look) else 0
    known = {one.id for one in sets}
    by_object: Counter[str] = Counter()
    for observations in centre.drain_observations().values():
        by_object.update(name for name in observations.objects if name in known)
    return {"detections": detections, "known": sum(by_object.values()), "by_object": dict(sorted(by_object.items()))}


def _lines(report: dict[str, Any]) -> Iterator[str]:
    epochs = report["epochs"]
    several = f"{report['several_sets']} with several"
    yield f"{report['element_sets']:,} element sets of {report['objects']:,} objects ({several})"
    if epochs["first_utc"]:
        yield f"epochs {epochs['first_utc']} ... {epochs['last_utc']}, median {epochs['median_utc']}"
    yield f"{len(report['unusable'])} that SGP4 cannot use, {len(report['refused'])} refused"
    for item in report["unusable"][:LISTED]:
        yield f"  {item['id']}: {item['reason']}"
    for item in report["refused"][:LISTED]:
        yield f"  {item['file']}:{item['row'] + 1}: {item['reason']}"
    if "correlated" in report:
        found = report["correlated"]
        yield f"{found['known']:,} of {found['detections']:,} detections fit {len(found['by_object']):,} known objects"
