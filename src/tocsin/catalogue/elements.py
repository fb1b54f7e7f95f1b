"""Two-line element sets: checked, then made into SGP4 objects (WGS-72, as they were fitted)."""

import math
import re

from sgp4.api import WGS72, Satrec

from tocsin.core.errors import ValueRefused
from tocsin.core.records.inputs import ElementSet

# Columns of Hoots and Roehrich, Spacetrack Report No. 3 (1980), p. 91; the catalogue number may be Alpha-5.
_LINE1 = re.compile(
    r"1 [ \dA-HJ-NP-Z][ \d]{4}[A-Z ] .{8} \d\d[ \d]{3}\.\d{8} [ +-]\.\d{8} [ +-][ \d]{5}[ +-]\d [ +-][ \d]{5}[ +-]\d"
    r" [ \d] [ \d]{4}\d",
    re.ASCII,
)
_LINE2 = re.compile(
    r"2 [ \dA-HJ-NP-Z][ \d]{4} [ \d]{3}\.\d{4} [ \d]{3}\.\d{4} [ \d]{7} [ \d]{3}\.\d{4} [ \d]{3}\.\d{4}"
    r" [ \d]{2}\.\d{8}[ \d]{5}\d",
    re.ASCII,
)
_WEIGHT = bytes(c - 48 if 48 <= c <= 57 else int(c == 45) for c in range(256))
SGP4_ERRORS = {
    1: "mean eccentricity out of range",
    2: "mean motion below zero",
    3: "perturbed eccentricity out of range",
    4: "semi-latus rectum below zero",
    5: "epoch elements are sub-orbital",
    6: "has decayed",
}


def checksum(line: str) -> int:
    """Return the modulo-10 sum of a line's first 68 columns: digits count their value, a minus sign 1."""
    return sum(line[:68].encode("ascii", "replace").translate(_WEIGHT)) % 10


def _checked(line: str, number: int, pattern: re.Pattern[str]) -> str:
    text = line.rstrip()
    if pattern.fullmatch(text) is None:
        raise ValueRefused(f"line {number} is not in the columns of an element set: {text[:69]!r}")
    if checksum(text) != int(text[68]):
        raise ValueRefused(f"line {number} has checksum {text[68]}, not {checksum(text)}")
    return text


def satellite(element_set: ElementSet) -> Satrec:
    """Return the SGP4 object of an element set; ValueRefused says what is wrong with its lines.

    An object that SGP4 calls decayed, or cannot fly because it soon is, is returned with its `error`: it is known, only
    not predicted.
    """
    line1 = _checked(element_set.line1, 1, _LINE1)
    line2 = _checked(element_set.line2, 2, _LINE2)
    if line1[2:7] != line2[2:7]:
        raise ValueRefused(f"lines of two objects: {line1[2:7]!r} and {line2[2:7]!r}")
    result = Satrec.twoline2rv(line1, line2, WGS72)
    if result.error not in (0, 3, 5, 6):
        raise ValueRefused(f"SGP4: {SGP4_ERRORS.get(result.error, result.error)}")
    if not (0.0 < result.no_kozai < 0.08 and 0.0 <= result.inclo <= math.pi):
        raise ValueRefused("mean motion or inclination is out of range")
    return result


def epoch_unix_s(satrec: Satrec) -> float:
    """Return the epoch of an SGP4 object as POSIX seconds (UTC)."""
    return float((satrec.jdsatepoch - 2440587.5) * 86400.0 + satrec.jdsatepochF * 86400.0)
