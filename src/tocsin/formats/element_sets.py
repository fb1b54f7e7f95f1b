"""Catalogue files, gzip too -> element sets: 2- and 3-line text, OMM (JSON, CSV, XML, KVN), tables with both lines.

A set that is damaged is refused with its reason and the others are used.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tocsin.core.errors import InputError, ValueRefused
from tocsin.core.records.inputs import ElementSet
from tocsin.core.records.outputs import Rejection
from tocsin.formats import omm_fields
from tocsin.formats.json_lines import read_all
from tocsin.formats.tle_lines import catalogue_number, tle_fault

_LINE = re.compile(r"([12]) [ A-Z\d][ \d]{4}[A-Z ] ?.{10,}", re.ASCII)


class ElementSetsRead(NamedTuple):
    """What a reader found: `rows_in` = element sets + refusals."""

    element_sets: list[ElementSet]
    rejections: list[Rejection]
    rows_in: int


def read_element_sets(path: str | Path, data_mode: str = "") -> ElementSetsRead:
    """Return the element sets of a catalogue file, in file order; InputError if it is no catalogue.

    The notation is told by the content. `row` of a refusal: line (text) or row, from 0.
    """
    path = Path(path)
    data = read_all(path).removeprefix(b"\xef\xbb\xbf")
    found = _Found(path.name, data_mode)
    notation = notation_of(data)
    if notation == "":
        raise InputError("no element sets in it", file=str(path), allowed="TLE text, OMM as JSON, CSV, XML or KVN")
    _READERS[notation](found, data, str(path))
    return ElementSetsRead(found.sets, found.rejections, len(found.sets) + len(found.rejections))


def notation_of(data: bytes) -> str:
    """Return `tle`, `table`, `omm_json`, `omm_csv`, `omm_xml`, `omm_kvn`, or "" for what is no catalogue."""
    head = data[:4096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    first = head.split("\n", 1)[0]
    if head.startswith("<") and ("omm" in head or "ndm" in head):
        return "omm_xml"
    if head[:1] in ("[", "{") and "MEAN_MOTION" in head:
        return "omm_json"
    if "CCSDS_OMM_VERS" in head:
        return "omm_kvn"
    if "line1" in first.split(",") and "line2" in first.strip().split(","):
        return "table"
    if "MEAN_MOTION" in first and "," in first:
        return "omm_csv"
    return "tle" if any(_LINE.match(line) for line in head.splitlines()) else ""


class _Found:
    """Collects sets and refusals of a file."""

    def __init__(self, file: str, data_mode: str) -> None:
        self.file, self.data_mode = file, data_mode
        self.sets: list[ElementSet] = []
        self.rejections: list[Rejection] = []

    def refuse(self, row: int, field: str, reason: str) -> None:
        self.rejections.append(Rejection(self.file, row, field, reason, "refused"))

    def add(self, row: int, name: str, line1: str, line2: str) -> None:
        """Take two lines as a set, or refuse them."""
        fault = tle_fault(line1, line2)
        if fault is not None:
            self.refuse(row, f"line{fault[0] + 1}", fault[1])
        else:
            number = catalogue_number(line1[2:7])
            self.keep(number, name, line1[:69], line2[:69])

    def keep(self, number: str, name: str, line1: str, line2: str) -> None:
        self.sets.append(ElementSet(number, name or number, line1, line2, 0, self.data_mode))

    def add_messages(self, messages: Iterable[omm_fields.Fields]) -> None:
        """Take mean-elements messages as sets."""
        for row, fields in enumerate(messages):
            try:
                self.keep(*omm_fields.two_lines(fields))
            except ValueRefused as error:
                reason = str(error)
                self.refuse(row, reason.split(" ")[0] if reason[:1].isupper() else "", reason)


def _tle(found: _Found, data: bytes, _: str) -> None:
    """Read 2- or 3-line text: a line that is neither 1 nor 2 is the name of the next set; `#` begins a comment."""
    lines = [line.rstrip() for line in data.decode("utf-8", "replace").splitlines()]
    kept = [(i, line) for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    name: tuple[int, str] | None = None
    at = 0
    while at < len(kept):
        i, line = kept[at]
        at += 1
        match = _LINE.match(line)
        if match is None:
            if name is not None:
                found.refuse(name[0], "", "no element set follows this line")
            name = (i, line)
        elif match[1] == "2":
            found.refuse(i, "line2", "line 2 without its line 1")
            name = None
        else:
            follows = _LINE.match(kept[at][1]) if at < len(kept) else None
            if follows is None or follows[1] != "2":
                found.refuse(i, "line1", "line 1 without its line 2")
            else:
                found.add(i, re.sub(r"^0 ", "", name[1]).strip() if name else "", line, kept[at][1])
                at += 1
            name = None
    if name is not None:
        found.refuse(name[0], "", "no element set follows this line")


def _table(found: _Found, data: bytes, file: str) -> None:
    for row, fields in enumerate(omm_fields.from_csv(data.decode("utf-8", "replace"), file)):
        line1, line2 = (fields.get("line1") or "").rstrip(), (fields.get("line2") or "").rstrip()
        found.add(row, (fields.get("name") or "").strip(), line1, line2)


_READERS: dict[str, Callable[[_Found, bytes, str], None]] = {
    "tle": _tle,
    "table": _table,
    "omm_json": lambda found, data, file: found.add_messages(omm_fields.from_json(data, file)),
    "omm_csv": lambda found, data, file: found.add_messages(omm_fields.from_csv(data.decode("utf-8", "replace"), file)),
    "omm_xml": lambda found, data, file: found.add_messages(omm_fields.from_xml(data, file)),
    "omm_kvn": lambda found, data, _: found.add_messages(omm_fields.from_kvn(data.decode("utf-8", "replace"))),
}
