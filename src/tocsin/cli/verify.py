"""`tocsin verify`: does an output folder hold what it says, and can every warning be walked back to the looks."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.replay import differences, process_again, read_earlier
from tocsin.cli.verify_causes import check_causes
from tocsin.core.digest import sha256_hex
from tocsin.core.errors import TocsinError
from tocsin.core.records.outputs import Assessment, Event, Rejection
from tocsin.formats.summary import Summary

STREAMS: tuple[tuple[str, type], ...] = (
    ("events.jsonl", Event),
    ("assessments.jsonl", Assessment),
    ("rejected.jsonl", Rejection),
)


class Check(msgspec.Struct, frozen=True):
    """One check: what was looked at, and what is wrong with it."""

    name: str
    looked_at: int
    faults: tuple[str, ...]


def check_inputs(out_dir: Path, summary: Summary) -> Check:
    """Return whether every input is there, unchanged, and known to the summary."""
    faults = []
    for name, digest in summary.inputs.items():
        path = out_dir / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif sha256_hex(path.read_bytes()) != digest:
            faults.append(f"{name} is not what was fed: its SHA-256 differs")
    here = {f"inputs/{path.name}" for path in (out_dir / "inputs").glob("*")}
    faults += [f"{name} is not in the summary" for name in sorted(here - set(summary.inputs))]
    return Check("inputs unchanged", len(summary.inputs), tuple(faults))


def check_rows(summary: Summary) -> Check:
    """Return whether no row was lost silently."""
    rows = summary.rows
    refused = sum(rows.refused.values())
    faults = () if rows.balanced() else (f"{rows.given} in, {rows.used} used, {refused} refused",)
    return Check("rows in = used + refused", rows.given, faults)


def check_streams(out_dir: Path, summary: Summary) -> Check:
    """Return whether every line is a record of its kind, of the run's data mode, with ids and numbers in order."""
    faults: list[str] = []
    count = 0
    for name, kind in STREAMS:
        decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
        seen: set[str] = set()
        for number, line in enumerate((out_dir / name).read_bytes().splitlines(), 1):
            count += 1
            try:
                record = decoder.decode(line)
            except msgspec.DecodeError as error:
                faults.append(f"{name}:{number}: {error}")
                continue
            if isinstance(record, Rejection):
                continue
            if record.data_mode != summary.data_mode:
                faults.append(f"{name}:{number}: data mode {record.data_mode}")
            if record.id in seen:
                faults.append(f"{name}:{number}: id {record.id} twice")
            if isinstance(record, Event) and record.seq != number:
                faults.append(f"{name}:{number}: sequence number {record.seq}")
            seen.add(record.id)
    return Check("records whole and in order", count, tuple(faults))


def check_warnings(out_dir: Path, summary: Summary) -> Check:
    """Return whether every warning is valid CAP 1.2 with a status that its data mode allows."""
    from tocsin.formats.cap import STATUS
    from tocsin.formats.cap_reader import read_alert

    faults = []
    files = sorted((out_dir / "warnings").glob("*.xml"))
    for path in files:
        try:
            alert = read_alert(path.read_bytes())
        except TocsinError as error:
            faults.append(f"warnings/{path.name}: {error}")
            continue
        if alert.status not in ("Draft", STATUS[summary.data_mode]):
            faults.append(f"warnings/{path.name}: status {alert.status} in data mode {summary.data_mode}")
    return Check("warnings valid (CAP 1.2)", len(files), tuple(faults))


def check_messages(out_dir: Path) -> Check:
    """Return whether every cue and every observation file reads back."""
    import ccsds_ndm

    from tocsin.formats.tdm import check_tdm

    faults = []
    files = [*sorted((out_dir / "cues").glob("*.oem")), *sorted((out_dir / "space").glob("*.tdm"))]
    for path in files:
        text = path.read_text(encoding="utf-8")
        try:
            if path.suffix == ".tdm":
                check_tdm(text)
            else:
                ccsds_ndm.Oem.from_str(text, "kvn").validate()
        except (TocsinError, ccsds_ndm.NdmError, ValueError) as error:
            faults.append(f"{path.parent.name}/{path.name}: {error}")
    return Check("cues and observations read back (CCSDS)", len(files), tuple(faults))


def check_tracks(out_dir: Path, summary: Summary) -> Check:
    """Return whether the track table is whole."""
    from tocsin.formats.track_table import read_tracks

    try:
        rows = read_tracks(out_dir / "tracks.parquet").num_rows
    except (OSError, ValueError) as error:
        return Check("track table whole", 0, (f"tracks.parquet: {error}",))
    said = summary.counts.get("track_rows", rows)
    return Check("track table whole", rows, () if rows == said else (f"{rows} rows, {said} in the summary",))


def check_again(out_dir: Path, summary: Summary) -> Check:
    """Return whether the same inputs give the same digests and the same lines again."""
    with tempfile.TemporaryDirectory(prefix="tocsin-verify-") as place, Display("", quiet=True) as display:
        again = Path(place) / "again"
        later = process_again(out_dir, again, display, report=False).summary
        faults = differences(summary, later)
        same_machine = summary.fingerprint == later.fingerprint
        if not same_machine and summary.digests.decisions == later.digests.decisions:
            faults = []
        elif not faults:
            for name, _ in STREAMS[:2]:
                if (again / name).read_bytes() != (out_dir / name).read_bytes():
                    faults.append(f"{name} is not what the centre said: its lines differ")
    return Check("processed again, equal" if same_machine else "processed again, equal decisions", 1, tuple(faults))


def checks(out_dir: Path, quick: bool) -> Iterator[Check]:
    """Yield all checks of an output folder, one after the other."""
    summary = read_earlier(out_dir)
    steps: list[Callable[[], Check]] = [
        lambda: check_inputs(out_dir, summary),
        lambda: check_rows(summary),
        lambda: check_streams(out_dir, summary),
        lambda: check_warnings(out_dir, summary),
        lambda: check_messages(out_dir),
        lambda: check_tracks(out_dir, summary),
        lambda: Check(*check_causes(out_dir, summary.data_mode)),
    ]
    if not quick and not summary.interrupted:
        steps.append(lambda: check_again(out_dir, summary))
    for step in steps:
        yield step()


def verify_folder(out_dir: Path, quick: bool, out: Path | None, as_json: bool) -> int:
    """Return 0 when all checks hold, else 1; with `out`, they are written there as verify.json too."""
    found = []
    with Display(f"verify {out_dir.name}", quiet=as_json) as display:
        display.stage("checking")
        for check in checks(out_dir, quick):
            found.append(check)
            well = not check.faults
            display.say(f"  {'ok   ' if well else 'FAULT'} {check.name} ({check.looked_at:,})", "" if well else "red")
            for fault in check.faults[:10]:
                display.say(f"          {fault}")
            if len(check.faults) > 10:
                display.say(f"          and {len(check.faults) - 10} more")
    well = not any(check.faults for check in found)
    body = json.dumps({"well": well, "checks": msgspec.to_builtins(found)}, indent=1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "verify.json").write_text(body + "\n", encoding="utf-8")
    if as_json:
        print(body)
    return DONE if well else DONE_WITH_REFUSALS
