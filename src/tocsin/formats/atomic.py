"""Files that are whole or absent: written beside their name, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"
"""Suffix of a file that is being written."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give the file's name to an OSError that has none: a full disk does not say what could not be written."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            text = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(error.errno, text, str(path)) from error
        raise


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes so that the name never shows half a file; OSError with the file's name when it cannot be written."""
    part = path.with_name(path.name + PART)
    try:
        with naming(path), part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
