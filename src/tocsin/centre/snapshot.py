"""A centre's whole state as bytes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.core.errors import TocsinError
from tocsin.core.records.inputs import Notification

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre

VERSION = 18
PARTS = (
    "screen", "voices", "repeats", "clocks", "false_rate", "background", "tracker", "registration", "judgement", "events",
    "watch", "dissemination", "emit",
)  # fmt: skip
"""Members of a centre with `state()` and `load()`."""
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


def encode(centre: Centre) -> bytes:
    """Return the state of a centre; equal states give equal bytes."""
    state: dict[str, Any] = {name: getattr(centre, name).state() for name in PARTS}
    state |= {
        "version": VERSION,
        "config": centre.config_sha256,
        "data_mode": centre.data_mode,
        "now": centre.now,
        "catalogue": centre.catalogue.state(),
        "notices": [_placeless(n) for n in centre.notices.values()],
        "degraded": dict(centre.degraded),
        "counters": [centre.rows_used, centre.looks, centre.known_detections, centre.background_detections],
        "refused": dict(centre.refused),
    }
    return _ENCODER.encode(state)


def _placeless(notice: Notification) -> Any:
    """Return a notice as plain data, without where it came from: the state of a centre does not depend on file names."""
    return msgspec.to_builtins(msgspec.structs.replace(notice, file="", row=-1))


def decode(data: bytes) -> dict[str, Any]:
    """Return the state that `encode` wrote; TocsinError when it is none."""
    try:
        state: dict[str, Any] = msgspec.msgpack.decode(data)
    except msgspec.DecodeError as error:
        raise TocsinError(f"not a snapshot: {error}") from None
    return state


def fill(centre: Centre, state: dict[str, Any]) -> None:
    """Put a state into a fresh centre; TocsinError when it is of another network, asset list or version."""
    if state["version"] != VERSION or state["config"] != centre.config_sha256:
        raise TocsinError("the snapshot is of another network, asset list or version")
    for name in PARTS:
        getattr(centre, name).load(state[name])
    centre.now = state["now"]
    centre.catalogue.load_state(state["catalogue"])
    centre.notices = {n["id"]: msgspec.convert(n, Notification) for n in state["notices"]}
    centre.degraded = dict(state["degraded"])
    centre.rows_used, centre.looks, centre.known_detections, centre.background_detections = state["counters"]
    centre.refused = dict(state["refused"])
