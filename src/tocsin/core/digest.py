"""Canonical bytes and SHA-256 digests: same content, same digest, on every machine."""

import hashlib
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """Return deterministic JSON bytes: keys of plain data sorted, fields of a record in the order of its class."""
    return _ENCODER.encode(value)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as hex."""
    return hashlib.sha256(data).hexdigest()


class RunningDigest:
    """A SHA-256 chain over a sequence of records: value' = sha256(value + bytes); it can be saved and restored."""

    def __init__(self, value: bytes = bytes(32)) -> None:
        self.value = value

    def add(self, record: Any) -> None:
        """Add one record."""
        self.value = hashlib.sha256(self.value + canonical(record)).digest()

    def hexdigest(self) -> str:
        """Return the digest of all records so far."""
        return self.value.hex()
