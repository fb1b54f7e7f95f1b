"""Network, assets, scenario and vehicle files (TOML) -> records. An error names file, line, key and what is allowed."""

import difflib
import math
import re
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as mi

from tocsin.core.errors import InputError
from tocsin.core.records.incident import Incident
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Scenario
from tocsin.core.records.vehicle import Vehicle
from tocsin.formats import toml_checks, vehicle_checks
from tocsin.formats.toml_checks import Complaint
from tocsin.formats.toml_lines import Path as KeyPath
from tocsin.formats.toml_lines import line_of, lines_of
from tocsin.formats.toml_physics import GIVEN_AS, why

T = TypeVar("T")
LARGEST = 64 << 20


def read_network(path: str | Path) -> Network:
    """Return the network of a TOML file; InputError with file, line, key and what is allowed."""
    return _read(Path(path), Network, toml_checks.network)


def read_assets(path: str | Path) -> Assets:
    """Return the assets of a TOML file; InputError with file, line, key and what is allowed."""
    return _read(Path(path), Assets, toml_checks.assets)


def read_scenario(path: str | Path) -> Scenario:
    """Return the scenario of a TOML file (its network and assets files are not read); InputError as above."""
    return _read(Path(path), Scenario, toml_checks.scenario)


def read_incident(path: str | Path) -> Incident:
    """Return the incident of a TOML file; InputError as above."""
    return _read(Path(path), Incident, lambda record: None)


def read_vehicle(path: str | Path) -> Vehicle:
    """Return the class of vehicle of a TOML file; InputError as above, with the physics that fails."""
    return _read(Path(path), Vehicle, vehicle_checks.vehicle)


def check_scenario(path: str | Path, scenario: Scenario, network: Network, assets: Assets) -> None:
    """Refuse a scenario (InputError with line) that names sensors or assets which the other files do not have."""
    complaint = toml_checks.references(scenario, network, assets)
    if complaint is not None:
        raise error_at(path, complaint)


def error_at(path: str | Path, complaint: Complaint) -> InputError:
    """Return the error of a complaint about a TOML file that was read before, with the line of its key."""
    file = Path(path)
    return _error(file, complaint, lines_of(_text(file)))


def key_text(path: KeyPath) -> str:
    """Return a key path as it is written: `radar[2].faces[0].elevation_min_deg`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _tree(file: Path, text: str) -> Any:
    """Return what a text says, dates and times as text; InputError with the line where it is no TOML."""
    try:
        return _plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r"at line (\d+), column (\d+)", message)
        line = int(at.group(1)) if at else text.count("\n") + 1
        reason = re.sub(r"\s*\(at .*\)$", "", message)
        raise InputError(f"not valid TOML: {reason}", file=str(file), line=line) from None
    except RecursionError:
        raise InputError("nested too deeply", file=str(file)) from None
    except ValueError:  # Python converts no integers of more than 4,300 digits
        digits = re.search(r"\d[\d_]{4299}", text)
        where = text.count("\n", 0, digits.start()) + 1 if digits else None
        raise InputError("a number with thousands of digits", file=str(file), line=where) from None


def _read(file: Path, kind: type[T], check: Any) -> T:
    text = _text(file)
    tree = _tree(file, text)
    lines = lines_of(text)
    complaint = _first_wrong_value(tree, ()) or _first_unknown_key(tree, mi.type_info(kind), ())
    if complaint is not None:
        raise _error(file, complaint, lines)
    try:
        record = msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise _error(file, _complaint(error, kind, tree), lines) from None
    complaint = check(record)
    if complaint is not None:
        raise _error(file, complaint, lines)
    return record


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise InputError("larger than 64 MiB", file=str(file))
        return file.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(file)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError("not UTF-8 text", file=str(file), line=line) from None


def _error(file: Path, complaint: Complaint, lines: dict[KeyPath, int]) -> InputError:
    line = line_of(lines, complaint.path) or 1
    return InputError(
        complaint.message, file=str(file), line=line, key=key_text(complaint.path), allowed=complaint.allowed
    )


def _plain(value: Any) -> Any:
    """Return the tree with TOML's own dates and times as ISO text, as the records have them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        try:
            utc = value.astimezone(UTC) if value.tzinfo else value
        except OverflowError:  # at the ends of the calendar
            return value.isoformat()
        return utc.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _first_wrong_value(value: Any, path: KeyPath) -> Complaint | None:
    """Return a complaint about the first number that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return Complaint(path, f"{value} is not a number that can be used", "a finite number")
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found = _first_wrong_value(item, (*path, key))
        if found is not None:
            return found
    return None


def _first_unknown_key(value: Any, kind: mi.Type, path: KeyPath) -> Complaint | None:
    """Return a complaint about the first key that its record does not have, with the nearest one that it has."""
    kind = _bare(kind, value)
    if isinstance(kind, mi.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        if kind.tag_field is not None:
            fields = {kind.tag_field: mi.StrType(), **fields}
            if _tag(kind, value) != kind.tag:
                return None  # of no kind that there is: the conversion tells it
        for key, item in value.items():
            if key not in fields:
                near = difflib.get_close_matches(key, fields, 1, 0.6) or _same_stem(key, fields)
                hint = f": {GIVEN_AS[key]}" if key in GIVEN_AS else f"; did you mean `{near[0]}`?" if near else ""
                return Complaint((*path, key), f"unknown key{hint}", ", ".join(fields))
            found = _first_unknown_key(item, fields[key], (*path, key))
            if found is not None:
                return found
    elif isinstance(kind, mi.VarTupleType) and isinstance(value, list):
        for i, item in enumerate(value):
            found = _first_unknown_key(item, kind.item_type, (*path, i))
            if found is not None:
                return found
    return None


def _tag(kind: mi.StructType, value: Any) -> Any:
    """Return what a table says of its kind."""
    return value.get(kind.tag_field) if isinstance(value, dict) else None


def _tags(kind: mi.Type) -> mi.LiteralType:
    """Return the kinds that a table of this type may be of."""
    while isinstance(kind, mi.Metadata):
        kind = kind.type
    types = kind.types if isinstance(kind, mi.UnionType) else (kind,)
    return mi.LiteralType(tuple(str(t.tag) for t in types if isinstance(t, mi.StructType) and t.tag is not None))


def _same_stem(key: str, fields: dict[str, Any]) -> list[str]:
    """Return keys of the same quantity in another unit: `range_m` for `range_km`."""
    stem = key.split("_")[0]
    return [field for field in fields if field.split("_")[0] == stem]


def _bare(kind: mi.Type, value: Any) -> mi.Type:
    """Return the type without metadata, and of a union the member that fits the value."""
    while isinstance(kind, mi.Metadata):
        kind = kind.type
    if isinstance(kind, mi.UnionType):
        some = [_bare(t, value) for t in kind.types if not isinstance(t, mi.NoneType)]
        told = [t for t in some if isinstance(t, mi.StructType) and t.tag_field and _tag(t, value) == t.tag]
        return told[0] if told else some[0] if some else kind
    return kind


_AT = re.compile(r"^(?P<message>.*?)(?: - at `\$(?P<path>.*)`)?$", re.S)


def _complaint(error: msgspec.ValidationError, kind: type, tree: Any) -> Complaint:
    """Return msgspec's first complaint with its key path and what is allowed there."""
    match = _AT.match(str(error))
    message, where = (match["message"], match["path"] or "") if match else (str(error), "")
    path: KeyPath = tuple(int(i) if i else key for key, i in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", where))
    missing = re.fullmatch(r"Object missing required field `(.+)`", message)
    if missing:
        key = missing[1]
        allowed = describe(_type_at(mi.type_info(kind), (*path, key), tree))
        return Complaint((*path, key), "missing; this key is required", allowed)
    value: Any = tree
    for part in path:
        value = value[part]
    shown = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    allowed = describe(_type_at(mi.type_info(kind), path, tree))
    return Complaint(path, f"{shown[:60]} is not allowed{why(path, value)}", allowed or message)


def _type_at(kind: mi.Type, path: KeyPath, value: Any) -> mi.Type | None:
    for part in path:
        outer, kind = kind, _bare(kind, value)
        if isinstance(kind, mi.StructType) and part == kind.tag_field:
            return _tags(outer)
        if isinstance(kind, mi.StructType):
            kind = next(field.type for field in kind.fields if field.encode_name == part)
            value = value.get(part) if isinstance(value, dict) else None
        elif isinstance(kind, mi.VarTupleType):
            kind = kind.item_type
            value = value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None
        elif isinstance(kind, mi.TupleType) and isinstance(part, int):
            kind = kind.item_types[part] if part < len(kind.item_types) else kind
        else:
            return None
    return kind


def describe(kind: mi.Type | None) -> str:
    """Return in words what values a type allows."""
    while isinstance(kind, mi.Metadata):
        kind = kind.type
    if isinstance(kind, mi.UnionType):
        return " or ".join(describe(t) for t in kind.types if not isinstance(t, mi.NoneType))
    if isinstance(kind, mi.LiteralType):
        return ", ".join(f'"{value}"' for value in kind.values)
    if isinstance(kind, mi.FloatType | mi.IntType):
        bounds = ((">=", kind.ge), (">", kind.gt), ("<=", kind.le), ("<", kind.lt))
        limits = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
        return f"a {'whole ' if isinstance(kind, mi.IntType) else ''}number {limits}".strip()
    if isinstance(kind, mi.StrType):
        limits = f" of {kind.min_length or 0} to {kind.max_length} characters" if kind.max_length else ""
        return f"text{limits}"
    if isinstance(kind, mi.StructType):
        return "a table with the keys " + ", ".join(field.encode_name for field in kind.fields)
    if isinstance(kind, mi.VarTupleType):
        least = f" of at least {kind.min_length}" if kind.min_length else ""
        most = f" of at most {kind.max_length}" if kind.max_length else ""
        return f"an array{least}{most}, each {describe(kind.item_type)}"
    if isinstance(kind, mi.TupleType):
        return "an array of " + ", ".join(describe(t) for t in kind.item_types)
    return "true or false" if isinstance(kind, mi.BoolType) else ""
