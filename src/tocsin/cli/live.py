"""What a person sees while a command runs: a live line and the lines that matter; plain lines when not a terminal."""

import os
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tocsin.core.constants import NS
from tocsin.core.time import iso_from_tai

REFRESH_S = 0.2
PLAIN_EVERY_S = 5.0


class _Console(Console):
    """A console that outlives its reader: what a run writes to its folder matters, whoever stops listening."""

    def on_broken_pipe(self) -> None:
        """Say no more, and let the run go on."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Display:
    """A live display; with `quiet` (for machines) nothing is shown."""

    def __init__(self, title: str, quiet: bool = False) -> None:
        self.title, self.quiet = title, quiet
        self.console = _Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.terminal = self.console.is_terminal and not quiet
        self._live: Live | None = None
        self._shown_at = 0.0
        self._plain_at = time.monotonic()
        self._rate_at, self._rate_looks, self._rate = time.monotonic(), 0, 0.0

    def __enter__(self) -> Self:
        if self.terminal:
            self._live = Live(Text(""), console=self.console, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Remove the live line; what is said from here on is the end of the command."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, line: str, style: str | None = None) -> None:
        """Print a line that stays."""
        if not self.quiet:
            self.console.print(Text(line, style=style or ""))

    def stage(self, text: str, done: float | None = None) -> None:
        """Show what is being done now; `done` is a fraction."""
        percent = f" {100 * done:3.0f} %" if done is not None else ""
        self._show(f"{self.title}: {text}{percent}", force=False)

    def progress(self, now_tai: int, start_tai: int, end_tai: int, looks: int, tracks: int, events: int) -> None:
        """Show simulated time, looks a second, tracks and events; cheap to call for every look."""
        wall = time.monotonic()
        if wall - self._shown_at < REFRESH_S:
            return
        if wall - self._rate_at >= 1.0:
            self._rate = (looks - self._rate_looks) / (wall - self._rate_at)
            self._rate_at, self._rate_looks = wall, looks
        span = max(end_tai - start_tai, NS)
        percent = 100.0 * min(max((now_tai - start_tai) / span, 0.0), 1.0)
        self._show(
            f"{self.title}: {iso_from_tai(now_tai, 0)}  {percent:3.0f} %  {self._rate:,.0f} looks/s  "
            f"{tracks} tracks  {events} events",
            force=True,
        )

    def _show(self, text: str, force: bool) -> None:
        if self.quiet:
            return
        wall = time.monotonic()
        if not force and wall - self._shown_at < REFRESH_S:
            return
        self._shown_at = wall
        if self._live is not None:
            self._live.update(Text(text, style="cyan"))
        elif wall - self._plain_at >= PLAIN_EVERY_S:
            self._plain_at = wall
            self.console.print(Text(text))
