"""The output folder of `run`, `process` and `replay`: streams grow line by line, all else appears whole.

However a run ends, `close` (or leaving the `with` block) leaves every file valid; what was never written is absent, but
the streams and the track table, which are there from the start.
"""

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from tocsin.core.errors import InputError
from tocsin.core.records.outputs import Assessment, Event, Rejection
from tocsin.core.records.warnings import Cue, SpaceObservations, WarningMessage
from tocsin.formats.atomic import PART, naming, write_atomic
from tocsin.formats.jsonl import JsonLines
from tocsin.formats.oem import safe_name
from tocsin.formats.summary import Summary, write_summary
from tocsin.formats.track_table import TrackTableWriter

STREAMS = ("events.jsonl", "assessments.jsonl", "rejected.jsonl")
FOLDERS = ("inputs", "warnings", "cues", "space")
COUNTED = ("events", "assessments", "rejected", "warnings", "cues", "space_observations", "track_rows")
FILES = (*STREAMS, "tracks.parquet", "summary.json", "report.html", "truth.parquet", "labels.parquet")


def prepare(path: Path, keep: Collection[str] = ()) -> None:
    """Make the folder ready: an earlier output in it is removed, but for `keep`.

    InputError when the folder holds anything that is not an output of tocsin: nothing of the user's is ever removed.
    """
    if path.exists() and not path.is_dir():
        raise InputError("is not a folder", file=str(path))
    path.mkdir(parents=True, exist_ok=True)
    known = set(FOLDERS) | set(FILES) | {name + PART for name in FILES}
    strange = sorted(entry.name for entry in path.iterdir() if entry.name not in known)
    if strange:
        raise InputError(
            f"holds something that is not an output of tocsin: {', '.join(strange[:3])}",
            file=str(path),
            allowed="an empty or new folder, or an earlier output",
        )
    for entry in sorted(path.iterdir()):
        if entry.name in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def input_names(names: Iterable[str], reserved: Collection[str] = ()) -> list[str]:
    """Return the names that files fed under `names`, in this order, have in `inputs/`: safe ones, each once."""
    given: list[str] = []
    for name in names:
        given.append(_free(name, lambda wanted: wanted in given or wanted in reserved))
    return given


def _free(name: str, taken: Callable[[str], bool]) -> str:
    wanted, number = safe_name(Path(name).name), 1
    path = Path(wanted)
    suffix = "".join(path.suffixes[-2:]) if path.suffix.lower() == ".gz" else path.suffix
    free = wanted
    while taken(free):
        number += 1
        free = f"{wanted.removesuffix(suffix)}-{number}{suffix}"
    return free


class OutputFolder:
    """Takes the records of a run and writes them where section 5 of the design says."""

    def __init__(self, path: Path, *, sender: str = "tocsin", keep: Collection[str] = ()) -> None:
        self.path = Path(path)
        self.sender = sender
        self.inputs: dict[str, str] = {}
        """Path in the folder -> SHA-256, of everything that `add_input` took."""
        self.counts: dict[str, int] = dict.fromkeys(COUNTED, 0)
        prepare(self.path, keep)
        for name in FOLDERS:
            (self.path / name).mkdir(exist_ok=True)
        self._events, self._assessments, self._rejected = (JsonLines(self.path / name) for name in STREAMS)
        self._tracks = TrackTableWriter(self.path / "tracks.parquet")
        self._space: dict[str, list[SpaceObservations]] = {}
        self._made_utc = ""
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_input(self, source: Path, name: str | None = None) -> Path:
        """Copy a file that was fed into `inputs/` and return the copy's path; a taken name gets a number."""
        target = self._free_name(name or source.name)
        part = target.with_name(target.name + PART)
        digest = hashlib.sha256()
        with naming(target), source.open("rb") as reader, part.open("wb") as writer:
            while block := reader.read(1 << 20):
                digest.update(block)
                writer.write(block)
        part.replace(target)
        self.inputs[f"inputs/{target.name}"] = digest.hexdigest()
        return target

    def write_input(self, name: str, data: bytes) -> Path:
        """Write bytes that were fed into `inputs/` and return their path."""
        target = self._free_name(name)
        write_atomic(target, data)
        self.inputs[f"inputs/{target.name}"] = hashlib.sha256(data).hexdigest()
        return target

    def register_input(self, path: Path) -> str:
        """Note a file that already stands in `inputs/` (written there by its maker); return its SHA-256."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.inputs[path.relative_to(self.path).as_posix()] = digest
        return digest

    def _free_name(self, name: str) -> Path:
        folder = self.path / "inputs"
        return folder / _free(name, lambda wanted: (folder / wanted).exists())

    def write(self, record: Event | Assessment | Rejection | WarningMessage | Cue | SpaceObservations) -> None:
        """Write any record of the centre to its place."""
        if isinstance(record, Event):
            self.event(record)
        elif isinstance(record, Assessment):
            self.assessment(record)
        elif isinstance(record, Rejection):
            self.rejected(record)
        elif isinstance(record, WarningMessage):
            self.warning(record)
        elif isinstance(record, Cue):
            self.cue(record)
        else:
            self.observations(record)

    def event(self, event: Event) -> None:
        """Append to `events.jsonl`."""
        self._events.append(event, flush=event.kind in ("level_changed", "warning_issued", "warning_cancelled"))
        self.counts["events"] += 1
        self._made_utc = max(self._made_utc, event.time_utc)

    def assessment(self, assessment: Assessment) -> None:
        """Append to `assessments.jsonl`, at once."""
        self._assessments.append(assessment, flush=True)
        self.counts["assessments"] += 1
        self._made_utc = max(self._made_utc, assessment.time_utc)

    def rejected(self, rejection: Rejection) -> None:
        """Append to `rejected.jsonl`."""
        self._rejected.append(rejection)
        self.counts["rejected"] += 1

    def tracks(self, chunk: dict[str, npt.NDArray[np.generic]]) -> None:
        """Append rows to `tracks.parquet` (columns: `track_table.TrackTableWriter.append`)."""
        self._tracks.append(chunk)
        self.counts["track_rows"] += len(chunk["time"])

    def warning(self, warning: WarningMessage) -> None:
        """Write `warnings/<id>.xml`."""
        from tocsin.formats.cap import alert_bytes

        write_atomic(self.path / "warnings" / f"{safe_name(warning.id)}.xml", alert_bytes(warning, self.sender))
        self.counts["warnings"] += 1

    def cue(self, cue: Cue) -> None:
        """Write `cues/<event>-<track>.oem`; a newer cue of the same track takes the place of the older one."""
        from tocsin.formats.oem import cue_text

        name = f"{safe_name(cue.event)}-{safe_name(cue.track)}.oem"
        write_atomic(self.path / "cues" / name, cue_text(cue).encode())
        self.counts["cues"] += 1

    def observations(self, observations: SpaceObservations) -> None:
        """Keep observations; `space/<sensor>.tdm` is written when the folder is closed."""
        if len(observations.times):
            self._space.setdefault(observations.sensor, []).append(observations)
            self.counts["space_observations"] += len(observations.times)

    def summary(self, summary: Summary) -> None:
        """Write `summary.json`."""
        write_summary(self.path / "summary.json", summary)

    def flush(self) -> None:
        """Hand all finished lines to the operating system."""
        for stream in (self._events, self._assessments, self._rejected):
            stream.flush()

    def close(self) -> None:
        """Make every file valid and final; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as each:  # the last first; one that fails leaves no other open
            each.callback(self._write_space)
            each.callback(self._tracks.close)
            for stream in (self._rejected, self._assessments, self._events):
                each.callback(stream.close)

    def _write_space(self) -> None:
        from tocsin.core.time import iso_from_tai
        from tocsin.formats.tdm import check_tdm, join, observations_text

        for sensor in sorted(self._space):
            joined = join(self._space[sensor])
            made = self._made_utc or iso_from_tai(int(joined.times.max()))
            text = observations_text(joined, made)
            check_tdm(text)
            write_atomic(self.path / "space" / f"{safe_name(sensor)}.tdm", text.encode())
        self._space.clear()
