"""Files of launch notifications (JSON Lines, `kind` may be left out) -> records in total order."""

from pathlib import Path
from typing import NamedTuple

from tocsin.core.records.inputs import Notification
from tocsin.core.records.outputs import Rejection
from tocsin.formats.other_inputs import read_other_inputs, write_other_inputs

__all__ = ["NotificationsRead", "read_notifications", "write_notifications"]


class NotificationsRead(NamedTuple):
    """What a reader found: `rows_in` = notifications + refusals."""

    notifications: list[Notification]
    rejections: list[Rejection]
    rows_in: int


def read_notifications(path: str | Path, data_mode: str) -> NotificationsRead:
    """Return the notifications of a file in total order; InputError if it cannot be opened."""
    inputs, rejections, rows_in = read_other_inputs(path, data_mode, "notification")
    return NotificationsRead([item for item in inputs if isinstance(item, Notification)], rejections, rows_in)


write_notifications = write_other_inputs
