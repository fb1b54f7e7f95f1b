"""The two lines of an element set: what is wrong with them, whose they are, and how they are written.

Format: the fixed columns of CelesTrak's "NORAD Two-Line Element Set Format"; numbers over 99,999 in Alpha-5.
"""

import re
from decimal import Decimal

_ALPHA5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O
_LINE_1 = re.compile(
    r"1 [ A-Z\d][ \d]{4}[A-Z ] .{8} [ \d]\d[ \d]{2}\d\.[ \d]{8} [ +-][. ]\d{8} [ +-][ \d]{5}[+ -]\d "
    r"[ +-][ \d]{5}[+ -]\d [ \d] [ \d]{4}\d",
    re.ASCII,
)
_LINE_2 = re.compile(
    r"2 [ A-Z\d][ \d]{4} [ \d]{3}\.[ \d]{4} [ \d]{3}\.[ \d]{4} [ \d]{7} [ \d]{3}\.[ \d]{4} [ \d]{3}\.[ \d]{4} "
    r"[ \d]\d\.[ \d]{8}[ \d]{5}\d",
    re.ASCII,
)
_DIGITS = {ord(c): None for c in map(chr, range(128)) if not c.isdigit() and c != "-"}
NO_TLE_NUMBER = 339_999
"""Largest number that Alpha-5 can write."""


def checksum(line: str) -> int:
    """Return the checksum of the first 68 columns: digits as they are, a minus sign 1, modulo 10."""
    kept = line[:68].translate(_DIGITS)
    return (sum(map(int, kept.replace("-", ""))) + kept.count("-")) % 10


def tle_fault(line1: str, line2: str) -> tuple[int, str] | None:
    """Return (0 or 1 for the line, what is wrong with it), or None for a good element set."""
    for i, (line, pattern) in enumerate(((line1, _LINE_1), (line2, _LINE_2))):
        if not line.isascii() or len(line) < 69:
            return i, f"line {i + 1} has not 69 columns"
        if line[:2] != f"{i + 1} ":
            return i, f"line {i + 1} does not begin with {i + 1}"
        if not line[68].isdigit() or checksum(line) != int(line[68]):
            return i, f"bad checksum in line {i + 1}"
        if pattern.fullmatch(line[:69]) is None:
            return i, f"line {i + 1} is not in the columns of the format"
    if line1[2:7] != line2[2:7]:
        return 1, "the lines are of different objects"
    if not 1.0 <= _number(line1[20:32]) < 367.0:
        return 0, "day of year outside 1 ... 366"
    if not 0.0 <= _number(line2[8:16]) <= 180.0:
        return 1, "inclination outside 0 ... 180 deg"
    angles = (line2[17:25], line2[34:42], line2[43:51])
    if not all(0.0 <= _number(angle) <= 360.0 for angle in angles):
        return 1, "angle outside 0 ... 360 deg"
    if not 0.0 < _number(line2[52:63]) < 18.0:
        return 1, "mean motion outside 0 ... 18 revolutions a day"
    return None


def _number(columns: str) -> float:
    """Return the number in some columns, where a blank is a nought (as Fortran wrote it)."""
    return float(columns.strip().replace(" ", "0"))


def catalogue_number(columns: str) -> str:
    """Return the catalogue number of columns 3-7 as plain digits; Alpha-5 (`A0000` = 100000) decoded."""
    columns = columns.strip()
    if columns[:1].isalpha():
        tens = _ALPHA5.find(columns[0])
        return str((tens + 10) * 10000 + int(columns[1:].replace(" ", "0"))) if tens >= 0 else columns
    return str(int(columns.replace(" ", "0") or "0"))


def number_columns(number: int) -> str:
    """Return columns 3-7 of a catalogue number; beyond Alpha-5 (339,999) there are none, `00000` stands for it."""
    if number <= 99_999:
        return f"{number:05d}"
    if number > NO_TLE_NUMBER:
        return "00000"
    return f"{_ALPHA5[number // 10000 - 10]}{number % 10000:04d}"


def with_checksum(line: str) -> str:
    """Return 68 columns with their checksum."""
    return f"{line}{checksum(line)}"


def exponent_columns(value: Decimal) -> str:
    """Return a number as the 8 columns ` 12345-6` (0.12345e-6), rounded to five digits."""
    if value == 0:
        return " 00000-0"
    sign = "-" if value < 0 else " "
    value = abs(value)
    exponent = value.adjusted() + 1
    digits = int((value.scaleb(5 - exponent)).to_integral_value())
    if digits == 100_000:
        digits, exponent = 10_000, exponent + 1
    if exponent < -9:
        return " 00000-0"
    if exponent > 9:
        raise ValueError("too large")
    return f"{sign}{digits:05d}{'-' if exponent <= 0 else '+'}{abs(exponent)}"
