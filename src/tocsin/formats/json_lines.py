"""Lines of a JSON Lines file, plain or gzip, that may be damaged anywhere: each line is a row of its own.

A row is a line with something on it; its number is the line's, from 0. Accepted beyond RFC 8259: `NaN` (as null).
Refused: duplicate keys, what is not UTF-8, what is nested deeply, lines over 1 MiB, a last line cut short.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from tocsin.core.errors import InputError

BLOCK = 1 << 22
ROWS = 4096
"""A piece has so many rows or more, but for the last: damaged files come in small blocks, empty ones in many."""
LONGEST_LINE = 1 << 20
NOT_JSON = "not valid JSON"
CUT, DAMAGED = "the file ends inside this line", "the file is cut or damaged here (gzip)"
_PACKED, _OPENED = 1 << 12, 1 << 14
"""What is unpacked at a time: of a damaged file so much at most is lost before the damage."""
_BOM = b"\xef\xbb\xbf"
_DECODER = msgspec.json.Decoder()


class Piece(NamedTuple):
    """Some thousand rows: line numbers, objects ({} where there is none), and by index why there is none."""

    numbers: list[int]
    values: list[dict[str, Any]]
    reasons: dict[int, str]


def rows(path: Path) -> Iterator[Piece]:
    """Yield the rows of a file, piece by piece; InputError if the file cannot be opened."""
    number = 0
    piece = Piece([], [], {})
    for lines, end in _pieces(path):
        for i, line in enumerate(lines):
            if line is not None and (not line or line.isspace()):
                continue
            value = parse(line) if line is not None else "line longer than 1 MiB"
            if type(value) is not dict:
                last = end and i == len(lines) - 1 and value == NOT_JSON
                piece.reasons[len(piece.numbers)] = end if last else value
                value = {}
            piece.numbers.append(number + i)
            piece.values.append(value)
        number += len(lines)
        if len(piece.numbers) >= ROWS:
            yield piece
            piece = Piece([], [], {})
    if piece.numbers:
        yield piece


def read_all(path: Path, limit: int = 1 << 30) -> bytes:
    """Return the whole content of a file, gzip or not; InputError if it is cut, damaged or larger than `limit`."""
    found, size = [], 0
    for block in _blocks(path):
        if block is None:
            raise InputError("cut or damaged (gzip)", file=str(path))
        size += len(block)
        if size > limit:
            raise InputError(f"larger than {limit} bytes", file=str(path))
        found.append(block)
    return b"".join(found)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file (some thousand or more), unpacked if it is gzip."""
    found = b""
    for block in _blocks(path):
        found += block or b""
        if block is None or len(found) >= 4096:
            break
    return found


def _blocks(path: Path) -> Iterator[bytes | None]:
    """Yield the content piece by piece; None at the end if the file is cut or damaged there (gzip)."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(path)) from None
    with stream:
        if stream.peek(2)[:2] == b"\x1f\x8b":
            yield from _unpacked(stream)
        else:
            while block := stream.read(BLOCK):
                yield block


def _unpacked(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Yield what can be unpacked, in pieces small enough that damage takes little with it."""
    packed, inflate = b"", zlib.decompressobj(31)
    try:
        while packed or (packed := stream.read(_PACKED)):
            if inflate.eof:  # a further member of the same file
                inflate = zlib.decompressobj(31)
            block = inflate.decompress(packed, _OPENED)
            packed = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if block:
                yield block
    except (zlib.error, OSError):
        yield None
        return
    if not inflate.eof:
        yield None


def _pieces(path: Path) -> Iterator[tuple[list[bytes | None], str]]:
    """Yield lists of lines (None = a line too long to keep), and why the last one may not be whole."""
    carry, skipping, first, damage = b"", False, True, False
    for block in _blocks(path):
        if block is None:
            damage = True
            break
        if first:
            block, first = block.removeprefix(_BOM), False
        head, *rest = block.split(b"\n")
        lines: list[bytes | None] = []
        if rest:
            lines.append(None if skipping else carry + head)
            lines.extend(rest[:-1])
            carry, skipping = rest[-1], False
        elif not skipping:
            carry += head
        if len(carry) > LONGEST_LINE:
            carry, skipping = b"", True
        yield [None if line is None or len(line) > LONGEST_LINE else line for line in lines], ""
    if skipping:
        yield [None], ""
    elif carry or damage:
        yield [carry or b"\x00"], DAMAGED if damage else CUT


def parse(line: bytes) -> Any:
    """Return the object of a line as a dict, or the reason (text) why it is none."""
    try:
        value = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _parse_carefully(line)
    if type(value) is not dict:
        return "not a JSON object"
    if line.count(b'":') != len(value):  # a duplicate key, a nested object, or a space before a colon
        return _parse_carefully(line)
    return value


class _Duplicate(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Duplicate
    return value


def _constant(name: str) -> float | None:
    return None if name == "NaN" else float(name)


def _parse_carefully(line: bytes) -> Any:
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        if "\\u" in text:
            msgspec.json.encode(value)  # half a surrogate pair is not text
    except UnicodeError:
        return "not UTF-8 text"
    except _Duplicate:
        return "the same key twice"
    except RecursionError:
        return "nested too deeply"
    except ValueError:
        return NOT_JSON
    return value if type(value) is dict else "not a JSON object"
