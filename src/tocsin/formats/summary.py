"""`summary.json`: what went in, what came out, and the digests that two equal runs share."""

from pathlib import Path
from typing import Any

import msgspec

from tocsin.formats.atomic import write_atomic


class Rows(msgspec.Struct, rename={"given": "in"}):
    """Rows given, used and refused by reason; `given` = `used` + all refused (it is `in` in the file)."""

    given: int = 0
    used: int = 0
    refused: dict[str, int] = {}

    def balanced(self) -> bool:
        """Return whether no row was lost silently."""
        return self.given == self.used + sum(self.refused.values())


class Digests(msgspec.Struct):
    """SHA-256 of all events, of the last state, and of the discrete decisions alone."""

    events: str = ""
    state: str = ""
    decisions: str = ""


class Summary(msgspec.Struct):
    """The whole file. `timing` stands outside every digest: it differs from run to run."""

    data_mode: str
    inputs: dict[str, str]
    """Path in the output folder -> SHA-256 of the bytes."""
    config_sha256: str
    fingerprint: Any
    rows: Rows
    digests: Digests
    counts: dict[str, int]
    timing: dict[str, float]
    title: str = ""
    start_utc: str = ""
    end_utc: str = ""
    interrupted: bool = False


def write_summary(path: Path, summary: Summary) -> None:
    """Write the summary, whole or not at all; names in a fixed order."""
    data = msgspec.json.encode(summary, order=None)
    write_atomic(path, msgspec.json.format(data, indent=2) + b"\n")


def read_summary(path: Path) -> Summary:
    """Return the summary; msgspec.ValidationError where it is not one."""
    return msgspec.json.decode(path.read_bytes(), type=Summary)
