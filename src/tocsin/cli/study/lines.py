"""The lines of a study that can be stopped and started again: what has its line is not run again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

import tocsin
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.network import Assets, Network
from tocsin.formats.jsonl import read_json_lines

OUTSIDE = ("cli", "console", "service")
"""Rooms that look after a study or a person, and change no result."""


def product_digest() -> str:
    """Return the digest of all sources that a result depends on: layers and modelling, wherever they stand on the disk."""
    root = Path(tocsin.__file__).parent
    files = [f for f in sorted(root.rglob("*.py")) if f.relative_to(root).parts[0] not in OUTSIDE]
    return sha256_hex(canonical([[f.relative_to(root).as_posix(), sha256_hex(f.read_bytes())] for f in files]))


def identity_of(study: str, network: Network, assets: Assets, data_mode: str, **more: Any) -> dict[str, Any]:
    """Return what all lines of a study have in common: what it is, its configuration, `more`, and the product."""
    config = sha256_hex(canonical([network, assets, data_mode]))
    return {"study": study, "config": config, **more, "product": product_digest()}


class Lines:
    """One JSON line a piece of work in a file; all have the identity of the study in common."""

    def __init__(self, file: Path, identity: dict[str, Any], key: str) -> None:
        """Read what is there; InputError when it is of another study, configuration or version."""
        self.file, self.identity, self.key = file, identity, key
        file.parent.mkdir(parents=True, exist_ok=True)
        self.done: dict[Any, dict[str, Any]] = dict(self._earlier()) if file.is_file() else {}

    def _earlier(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for line in read_json_lines(self.file):
            for name, value in self.identity.items():
                if line.get(name) != value:
                    raise InputError(
                        f"holds lines of another {name}: give another --out, or remove it", file=str(self.file)
                    )
            yield line[self.key], line

    def missing(self, wanted: Sequence[Any]) -> list[Any]:
        """Return what of the wanted has no line yet."""
        return [one for one in wanted if one not in self.done]

    def take(self, made: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Write each line as it is made, whole, and yield it."""
        with self.file.open("ab") as stream:
            for line in made:
                self.done[line[self.key]] = line
                stream.write(msgspec.json.encode({**self.identity, **line}) + b"\n")
                stream.flush()
                yield line
