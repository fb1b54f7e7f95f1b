"""How a study ends: its result as a file, as one JSON object for machines, as lines for people."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tocsin.cli.live import Display


def tell(display: Display, folder: Path, result: dict[str, Any], lines: Iterable[str], as_json: bool) -> None:
    """Write `result` to `folder`/result.json, print it where machines read, and say the `lines`."""
    (folder / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if as_json:
        print(json.dumps(result))
    for line in lines:
        display.say(line)
