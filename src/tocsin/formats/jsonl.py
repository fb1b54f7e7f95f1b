"""JSON lines: append whole lines, read whole lines. A file cut anywhere still holds every line that was finished."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.formats.atomic import naming


def _plain(value: Any) -> Any:
    """Return a numpy scalar or array as plain data; TypeError for what no line can hold."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot stand in a line")


class JsonLines:
    """An appending writer; lines go to the file in batches of whole lines, each batch in one write."""

    def __init__(self, path: Path, batch_lines: int = 512, batch_bytes: int = 262_144) -> None:
        self.path = path
        self.count = 0
        self._encoder = msgspec.json.Encoder(enc_hook=_plain)
        self._batch_lines, self._batch_bytes = batch_lines, batch_bytes
        self._pending = bytearray()
        self._pending_lines = 0
        self._size = 0
        self._fd = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644
        )
        self._closed = False

    def append(self, record: Any, flush: bool = False) -> None:
        """Add one record (a Struct or plain data) as a line; NaN is written as null."""
        line = self._encoder.encode(record)
        self._pending += line + b"\n"
        self._pending_lines += 1
        self.count += 1
        if flush or self._pending_lines >= self._batch_lines or len(self._pending) >= self._batch_bytes:
            self.flush()

    def flush(self) -> None:
        """Hand all finished lines to the operating system."""
        if not self._pending:
            return
        batch, self._pending, self._pending_lines = bytes(self._pending), bytearray(), 0
        done = 0
        try:
            with naming(self.path):
                while done < len(batch):
                    done += os.write(self._fd, batch[done:])
        except OSError:
            done = batch.rfind(b"\n", 0, done) + 1  # a full disk takes part of a line: whole ones stay
            os.ftruncate(self._fd, self._size + done)
            raise
        finally:
            self._size += done

    def close(self) -> None:
        """Flush and close; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush()
        finally:
            os.close(self._fd)


def read_json_lines(path: Path) -> Iterator[Any]:
    """Yield the plain data of every whole line; a last line without its end that does not parse is left out.

    Raises msgspec.DecodeError for a damaged line that is not the last.
    """
    decoder = msgspec.json.Decoder()
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError:
                if line.endswith(b"\n"):
                    raise
                return
