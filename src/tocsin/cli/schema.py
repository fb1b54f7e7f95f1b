"""`tocsin schema`: what may stand in a file or record, as JSON Schema."""

import json
from pathlib import Path

from tocsin.cli.exits import DONE
from tocsin.core.errors import InputError
from tocsin.formats.atomic import write_atomic
from tocsin.formats.schemas import SCHEMAS, schema


def print_schema(name: str, out: Path | None, as_json: bool) -> int:
    """Return 0 after printing one schema, or the names of all; with `out`, files `<name>.schema.json` are written."""
    if name and name not in SCHEMAS:
        raise InputError("there is no such schema", key=name, allowed=", ".join(SCHEMAS))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for one in [name] if name else SCHEMAS:
            write_atomic(out / f"{one}.schema.json", json.dumps(schema(one), indent=1).encode() + b"\n")
    if name:
        print(json.dumps(schema(name), indent=1))
    elif as_json:
        print(json.dumps({one: schema(one) for one in SCHEMAS}))
    else:
        print("\n".join(SCHEMAS))
    return DONE
