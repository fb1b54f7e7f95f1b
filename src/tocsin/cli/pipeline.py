"""The loop of a batch: every input through the centre in order, what comes out to the folder, until data time ends."""

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tocsin.centre.centre import Centre
from tocsin.cli.intake import Intake, count_refused, until_tai
from tocsin.cli.live import Display
from tocsin.cli.moments import Moments
from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.core.records.outputs import Event, Rejection
from tocsin.core.records.warnings import OperatorAnswer
from tocsin.core.time import iso_from_tai
from tocsin.formats.folder import OutputFolder
from tocsin.formats.summary import Digests, Rows, Summary

DRAIN_EVERY_LOOKS = 2000
"""Track rows and observations are taken from the centre this often, so that its history stays small."""


class StopFlag:
    """Set by Ctrl-C; the loop looks at it between two inputs, so that nothing is cut in half."""

    def __init__(self) -> None:
        self.stopped = False

    def stop(self, *_: Any) -> None:
        """Ask for the end; a second time ends at once."""
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True


@contextmanager
def stop_on_interrupt() -> Iterator[StopFlag]:
    """Yield a flag that SIGINT and SIGTERM set while the block runs (in the main thread)."""
    flag = StopFlag()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return
    before = {number: signal.signal(number, flag.stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Pipeline:
    """Runs one intake through one centre into one folder."""

    def __init__(self, intake: Intake, folder: OutputFolder, display: Display) -> None:
        self.intake, self.folder, self.display = intake, folder, display
        self.centre = Centre(intake.network, intake.assets, intake.data_mode)
        self.start_tai = intake.items[0].received if intake.items else 0
        self.moments = Moments(self.start_tai, intake.assets)
        self.looks = self.detections = self.answers = 0
        self.refused = dict(intake.rows_refused)
        self.tracks = self.refusals = 0
        self.opened: set[str] = set()
        self.interrupted = False
        self.now_tai = self.start_tai

    def run(self, until: str) -> None:
        """Feed all inputs, then silence up to `until`; an interrupt ends early with everything written so far valid."""
        for rejection in (*self.intake.rejections, *self.intake.catalogue_rejections):
            self._reject(rejection)
        if self.intake.element_sets:
            self._take(self.centre.load_catalogue(self.intake.element_sets) or ())
        if not self.intake.items:
            return
        last_tai = self.intake.items[-1].received
        end_tai = until_tai(until, last_tai)
        gc.freeze()  # what was read stays: no use in walking it again and again
        with stop_on_interrupt() as flag:
            self._feed(flag, end_tai)
            self._silence(flag, last_tai, end_tai)
            self.interrupted = flag.stopped
        gc.unfreeze()
        self._drain()

    def _feed(self, flag: StopFlag, end_tai: int) -> None:
        for number, item in enumerate(self.intake.items):
            if flag.stopped:
                return
            self.now_tai = item.received
            if isinstance(item, Look):
                self.looks += item.empty_looks
                self.detections += len(item.times)
            self._take(self.centre.step(item))
            if number % DRAIN_EVERY_LOOKS == DRAIN_EVERY_LOOKS - 1:
                self._drain()
            self._show(end_tai)

    def _silence(self, flag: StopFlag, last_tai: int, end_tai: int) -> None:
        now = last_tai
        while now < end_tai and not flag.stopped:
            now = min(now + NS, end_tai)
            self._take(self.centre.advance(now))
            self.now_tai = now
            self._show(end_tai)

    def _take(self, records: Any) -> None:
        for record in records:
            if isinstance(record, OperatorAnswer):
                self.answers += 1
                self.display.say(f"operator {record.operator}: {record.text}")
                continue
            if isinstance(record, Rejection):
                self._reject(record)
                for reason, count in count_refused((record,)).items():
                    self.refused[reason] = self.refused.get(reason, 0) + count
                continue
            self.folder.write(record)
            if isinstance(record, Event):
                self._count(record)
            for line in self.moments.lines(record):
                self.display.say(line, style="bold")

    def _reject(self, rejection: Rejection) -> None:
        self.folder.rejected(rejection)
        self.refusals += rejection.action == "refused"

    def _count(self, event: Event) -> None:
        if event.kind == "track_started":
            self.tracks += 1
        elif event.kind == "track_dropped":
            self.tracks -= 1
        elif event.kind == "launch_detected":
            self.opened.add(event.subject)

    def _drain(self) -> None:
        rows = self.centre.drain_tracks()
        if rows is not None and len(rows["time"]):
            self.folder.tracks(rows)
        for observations in self.centre.drain_observations().values():
            self.folder.observations(observations)

    def _show(self, end_tai: int) -> None:
        self.display.progress(self.now_tai, self.start_tai, end_tai, self.looks, self.tracks, len(self.opened))

    def summary(self, title: str, fingerprint: Any, timing: dict[str, float]) -> Summary:
        """Return the summary; rows that were never reached after an interrupt are counted as such."""
        refused = dict(sorted(self.refused.items()))
        used = int(self.centre.rows_used)
        missing = self.intake.rows_in - used - sum(refused.values())
        if missing and self.interrupted:
            refused["not reached (interrupted)"] = missing
        elif missing:
            refused["unaccounted for (a fault of tocsin)"] = missing
        lines = {"event_lines" if name == "events" else name: count for name, count in self.folder.counts.items()}
        seen = {"looks": self.looks, "detections": self.detections, "refusals": self.refusals}
        counts = {**self.centre.counts(), **lines, **seen, "element_sets": len(self.intake.element_sets)}
        return Summary(
            data_mode=self.intake.data_mode,
            inputs=dict(self.folder.inputs),
            config_sha256=self.intake.config_sha256(),
            fingerprint=fingerprint,
            rows=Rows(given=self.intake.rows_in, used=used, refused=refused),
            digests=Digests(**self.centre.digests()),
            counts=counts,
            timing=timing,
            title=title,
            start_utc=iso_from_tai(self.start_tai) if self.intake.items else "",
            end_utc=iso_from_tai(self.now_tai) if self.intake.items else "",
            interrupted=self.interrupted,
        )
