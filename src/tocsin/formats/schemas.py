"""JSON Schema (2020-12) of each contract with the outside, made from what the readers and writers themselves use."""

import ast
import inspect
from typing import Any

import msgspec

from tocsin.core.records import faults, incident, inputs, network, outputs, scenario, vehicle
from tocsin.core.records.inputs import DATA_MODES
from tocsin.core.records.sources import base, bodies, radio
from tocsin.core.records.sources import infrared as infrared_sources
from tocsin.formats import input_lines
from tocsin.formats.look_columns import COLUMNS, Column

_RECORDS: dict[str, tuple[type, str]] = {
    "network": (
        network.Network,
        "A network file (TOML); `[[radar]]` with `[[radar.faces]]`, `[[infrared]]`, `[[telescope]]`.",
    ),
    "assets": (network.Assets, "An assets file (TOML); `[[asset]]`."),
    "scenario": (scenario.Scenario, "A scenario file (TOML)."),
    "incident": (incident.Incident, "An incident with what has to be said (TOML); `[[case]]`."),
    "vehicle": (vehicle.Vehicle, "A vehicle class (TOML); `[[stage]]`, `[[source]]`."),
    **{name: (kind.line, f"A line of kind `{name}` (JSON Lines).") for name, kind in input_lines.KINDS.items()},
    "event": (outputs.Event, "A line of events.jsonl."),
    "assessment": (outputs.Assessment, "A line of assessments.jsonl."),
    "rejection": (outputs.Rejection, "A line of rejected.jsonl."),
}

SCHEMAS: tuple[str, ...] = ("look", *_RECORDS, "summary")
"""Names of all contracts."""

_UNITS = {
    "_rad_s": "rad/s", "_m_s": "m/s", "_km_s": "km/s", "_w_sr": "W/sr", "_dbsm": "dB m2", "_deg": "deg", "_rad": "rad",
    "_km": "km", "_m": "m", "_s": "s", "_db": "dB", "_mhz": "MHz", "_khz": "kHz", "_kw": "kW", "_ms": "ms", "_k": "K",
    "_tecu": "1e16/m2",
}  # fmt: skip


def schema_names() -> tuple[str, ...]:
    """Return the names of all contracts."""
    return SCHEMAS


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a contract; KeyError (with the names there are) for an unknown one."""
    if name == "look":
        return _head(name, "A row of a look table: a detection, or `empty_looks` looks without any.") | _look()
    if name == "summary":
        return _head(name, "summary.json of an output folder.") | _summary()
    if name not in _RECORDS:
        raise KeyError(f"no schema {name!r}; there are: {', '.join(SCHEMAS)}")
    record, text = _RECORDS[name]
    body = msgspec.json.schema(record)
    docs = _documentation()
    for title, definition in body.get("$defs", {}).items():
        for field, child in definition.get("properties", {}).items():
            _describe(child, field, docs.get(title, {}).get(field, ""))
    return _head(name, text) | body


def _head(name: str, text: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, "description": text}


def _describe(child: dict[str, Any], field: str, text: str) -> None:
    """Add to a property its description (the docstring of the record's field) and its unit."""
    unit = next((unit for end, unit in _UNITS.items() if field.endswith(end)), "")
    if text and "description" not in child:
        child["description"] = text
    if unit:
        child["unit"] = unit
    if field.endswith("_utc"):
        child.setdefault("description", "ISO 8601, UTC")


def _documentation() -> dict[str, dict[str, str]]:
    """Return the docstrings that stand below the fields of the records: class -> field -> text."""
    found: dict[str, dict[str, str]] = {}
    modules = (
        inputs,
        network,
        scenario,
        incident,
        vehicle,
        base,
        bodies,
        infrared_sources,
        radio,
        faults,
        outputs,
        input_lines,
    )
    for module in modules:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef):
                inherited = [found.get(base.id, {}) for base in node.bases if isinstance(base, ast.Name)]
                found[node.name] = {k: v for part in (*inherited, _of_class(node)) for k, v in part.items()}
    for kind in input_lines.KINDS.values():  # the wire form says what its record says
        said = found.get(kind.record.__name__, {})
        found[kind.line.__name__] = said | found.get(kind.line.__name__, {})
    return found


def _of_class(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, text in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def _look() -> dict[str, Any]:
    """Return the schema of a row, from the table of columns."""
    measured = [{"required": [name], "properties": {name: {"type": "number"}}} for name in
                ("range_m", "azimuth_deg", "elevation_deg", "los_x")]  # fmt: skip
    return {
        "type": "object",
        "properties": {"kind": {"enum": ["look", None], "default": "look"}} | {c.name: _column(c) for c in COLUMNS},
        "required": [column.name for column in COLUMNS if column.required],
        "if": {"properties": {"detection": {"minimum": 0}}},
        "then": {"anyOf": measured},
        "additionalProperties": True,
    }


_TYPES: dict[str, list[str]] = {
    "text": ["string"],
    "time": ["string", "integer"],
    "whole": ["integer"],
    "real": ["number"],
}


def _column(column: Column) -> dict[str, Any]:
    null = [] if column.required else ["null"]
    types = _TYPES[column.kind] + (["integer"] if column.name == "sensor_track" else []) + null
    found: dict[str, Any] = {"description": column.text, "type": types if len(types) > 1 else types[0]}
    if column.choices:
        found["enum"] = [*column.choices, *([None] if null else [])]
    elif column.kind == "text":
        found["maxLength"] = 200
        if column.name == "sensor":
            found["minLength"] = 1
    if column.kind in ("whole", "real"):
        found |= {"minimum": column.low, "maximum": column.high}
    if column.kind == "time":
        found["description"] += " (ISO 8601; in Parquet also int64 ns since 1970 or a timestamp)"
    if column.default is not None:
        found["default"] = column.default
    _describe(found, column.name, "")
    return found


def _summary() -> dict[str, Any]:
    """Return the schema of the summary; `timing` stands outside every digest."""
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256, hexadecimal"}
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "properties": {
            "data_mode": {"enum": list(DATA_MODES)},
            "inputs": {"type": "object", "additionalProperties": digest, "description": "file -> SHA-256 of its bytes"},
            "config_sha256": digest,
            "fingerprint": {"description": "CPU features, libm and BLAS that bit equality depends on"},
            "rows": {
                "type": "object",
                "description": "in = used + refused",
                "properties": {
                    "in": count,
                    "used": count,
                    "refused": {"type": "object", "additionalProperties": count, "description": "reason -> rows"},
                },
                "required": ["in", "used", "refused"],
            },
            "digests": {
                "type": "object",
                "description": "decisions: the discrete fields only",
                "properties": {"events": digest, "state": digest, "decisions": digest},
                "required": ["events", "state", "decisions"],
            },
            "counts": {"type": "object"},
            "timing": {"type": "object", "description": "wall-clock figures, outside every digest"},
        },
        "required": ["inputs", "config_sha256", "fingerprint", "rows", "digests", "counts"],
        "additionalProperties": True,
    }
