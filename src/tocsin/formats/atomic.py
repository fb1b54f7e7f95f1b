"""Files that are whole or absent: written beside their name, then renamed."""

import os
from pathlib import Path

PART = ".part"
"""Suffix of a file that is being written."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes so that the name never shows half a file."""
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
