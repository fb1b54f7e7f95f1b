"""What a run is fed: checked and read before anything is written, then copied byte for byte beside the outputs."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec.structs import replace

from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError, ValueRefused
from tocsin.core.records.inputs import DATA_MODES, ElementSet, Input, Look
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import Rejection
from tocsin.core.time import tai_from_iso
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.folder import input_names
from tocsin.formats.inputs import InputsRead, read_inputs, stream
from tocsin.formats.look_columns import STRAY_NS
from tocsin.formats.notifications import read_notifications
from tocsin.formats.ssn_table import read_sensors, read_ssn_table
from tocsin.formats.toml_files import read_assets, read_network

MANIFEST = "manifest.json"
DEFAULT_UNTIL_S = 60.0
STRAY_SHARE = 0.1
"""Of all looks: more of them in another year are no damage."""
NOTHING = "holds no looks and no other inputs"
Role = Literal["looks", "network", "assets", "catalogue", "notifications", "observations", "sensors"]


class FedFile(msgspec.Struct, frozen=True):
    """A file that was fed: its name in `inputs/`, and as what."""

    name: str
    role: Role


class Manifest(msgspec.Struct, frozen=True):
    """How the files of `inputs/` were fed; with it, the folder replays alone."""

    title: str
    data_mode: str
    until: str
    files: tuple[FedFile, ...]


class Source(msgspec.Struct, frozen=True):
    """A file to be fed, and where it stands."""

    path: Path
    role: Role


class Intake(msgspec.Struct):
    """All that was read: records in the total order, refusals, the number of rows."""

    data_mode: str
    network: Network
    assets: Assets
    items: list[Input] = msgspec.field(default_factory=list)
    element_sets: list[ElementSet] = msgspec.field(default_factory=list)
    rejections: list[Rejection] = msgspec.field(default_factory=list)
    """Of rows and of whole files."""
    catalogue_rejections: list[Rejection] = msgspec.field(default_factory=list)
    """Of element sets, which are no rows of a look table."""
    rows_in: int = 0
    names: tuple[str, ...] = ()
    """Of the sources in `inputs/`, in their order; refusals and looks name their file so."""

    @property
    def rows_refused(self) -> dict[str, int]:
        """Rows that the readers refused or dropped, by reason."""
        return count_refused(self.rejections)

    def config_sha256(self) -> str:
        """Return the digest of what was configured: network, assets, data mode."""
        return sha256_hex(canonical([self.network, self.assets, self.data_mode]))


def count_refused(rejections: Iterable[Rejection]) -> dict[str, int]:
    """Return the number of rows refused or dropped, by reason; remarks (`ignored`, or about no row) are not rows."""
    counts: dict[str, int] = {}
    for rejection in rejections:
        if rejection.row >= 0 and rejection.action != "ignored":
            counts[rejection.reason] = counts.get(rejection.reason, 0) + 1
    return counts


def check_data_mode(data_mode: str | None) -> str:
    """Return the data mode; InputError when it is missing or unknown: it has no default."""
    if data_mode not in DATA_MODES:
        found = "is required and has no default" if data_mode is None else f"is not a data mode: {data_mode!r}"
        raise InputError(found, key="--data-mode", allowed=", ".join(DATA_MODES))
    return data_mode


def until_tai(until: str, last_tai: int) -> int:
    """Return the instant to run on to: seconds after the last input, or an ISO 8601 instant (not before it)."""
    try:
        seconds = float(until)
    except ValueError:
        try:
            return max(tai_from_iso(until), last_tai)
        except ValueRefused as error:
            raise _bad_until(str(error)) from None
    if not 0.0 <= seconds <= 30 * 86400.0:
        raise _bad_until(f"out of range: {until}")
    return last_tai + round(seconds * NS)


def _bad_until(message: str) -> InputError:
    return InputError(message, key="--until", allowed="an ISO 8601 instant, or 0 ... 2592000 seconds")


def read_sources(sources: Iterable[Source], data_mode: str) -> Intake:
    """Return everything that the files hold, in the total order; InputError when a file cannot be used at all.

    One of several look tables that cannot be used is refused whole, with the reason, and the others are used.
    """
    sources = tuple(sources)
    intake = _configuration(sources, data_mode)
    intake.names = tuple(input_names((source.path.name for source in sources), (MANIFEST,)))
    network = intake.network
    known = {s.id for s in network.radar} | {s.id for s in network.infrared} | {s.id for s in network.telescope}
    sensors = next((source.path for source in sources if source.role == "sensors"), None)
    found, unusable = [], []
    for source, name in zip(sources, intake.names, strict=True):
        if source.role in ("looks", "observations"):
            try:
                table = _read_table(source, data_mode, known, sensors)
            except InputError as error:
                unusable.append(error)
                intake.rejections.append(Rejection(name, -1, "", error.message, "refused"))
                continue
            if not table.rows_in:
                intake.rejections.append(Rejection(name, -1, "", NOTHING, "refused"))
            found.append(_named(table, source.path.name, name))
        elif source.role == "notifications":
            notices = read_notifications(source.path, data_mode)
            read = InputsRead([], list(notices.notifications), None, notices.rejections, notices.rows_in)
            found.append(_named(read, source.path.name, name))
        elif source.role == "catalogue" and source.path.stat().st_size:
            sets = read_element_sets(source.path, data_mode)
            intake.element_sets.extend(sets.element_sets)
            intake.catalogue_rejections.extend(replace(r, file=name) for r in sets.rejections)
    if unusable and len(unusable) == sum(source.role in ("looks", "observations") for source in sources):
        raise unusable[0]
    _join(intake, found)
    return intake


def check_usable(intake: Intake, sources: Sequence[Source]) -> None:
    """Refuse inputs of which no row can be used (InputError with the most frequent reasons): nothing is made of nothing."""
    if intake.items:
        return
    file = next((str(s.path) for s in sources if s.role in ("looks", "observations")), "")
    if not intake.rows_in:
        raise InputError(NOTHING, file=file, allowed="a row for every look, empty ones too")
    first: dict[str, Rejection] = {}
    for rejection in intake.rejections:
        if rejection.row >= 0:
            first.setdefault(rejection.reason, rejection)
    counts = sorted(intake.rows_refused.items(), key=lambda item: -item[1])[:3]
    told = [
        f"{n} x {_field(first[why])}{why} (first in row {first[why].row} of {first[why].file})" for why, n in counts
    ]
    strange = [rejection.field for rejection in intake.rejections if rejection.reason == "unknown column"]
    if strange:
        told.append(f"unknown columns: {', '.join(strange[:8])}{', ...' if len(strange) > 8 else ''}")
    raise InputError(f"no row can be used: {'; '.join(told)}", file=file)


def _field(rejection: Rejection) -> str:
    return f"`{rejection.field}` " if rejection.field else ""


def _named(read: InputsRead, given: str, name: str) -> InputsRead:
    """Return what a file holds under its name in `inputs/`: two files of one name are two there."""
    if name == given:
        return read
    return read._replace(
        looks=[replace(look, file=name) for look in read.looks],
        others=[replace(item, file=name) for item in read.others],
        rejections=[replace(rejection, file=name) for rejection in read.rejections],
    )


def _configuration(sources: Iterable[Source], data_mode: str) -> Intake:
    network, assets = Network(), Assets()
    for source in sources:
        if source.role == "network":
            network = read_network(source.path)
        elif source.role == "sensors":
            network = read_sensors(source.path)
        elif source.role == "assets":
            assets = read_assets(source.path)
    return Intake(data_mode=data_mode, network=network, assets=assets)


def _read_table(source: Source, data_mode: str, known: set[str], sensors: Path | None) -> InputsRead:
    if source.role == "observations":
        table = read_ssn_table(source.path, data_mode, sensors, known)
        return InputsRead(table.looks, [], None, table.rejections, table.rows_in)
    return read_inputs([source.path], data_mode, known)


def _join(intake: Intake, found: Sequence[InputsRead]) -> None:
    """Put all inputs into one order; element sets without an arrival are the catalogue from the start, and no rows."""
    others = [item for one in found for item in one.others]
    standing = [item for item in others if isinstance(item, ElementSet) and item.received == 0]
    intake.element_sets.extend(standing)
    intake.rejections.extend(rejection for one in found for rejection in one.rejections)
    intake.rows_in = sum(one.rows_in for one in found) - len(standing)
    looks, stray = _looks_of_one_time([look for one in found for look in one.looks])
    intake.rejections.extend(stray)
    moving = [item for item in others if not (isinstance(item, ElementSet) and item.received == 0)]
    moving, stray = _without_stray(moving, [look.received for look in looks])
    intake.rejections.extend(stray)
    intake.items = stream(InputsRead(looks, moving, None, [], 0))


def _looks_of_one_time(looks: list[Look]) -> tuple[list[Look], list[Rejection]]:
    """Return the looks within a year of the middle one, and refusals of the rest, if these are few.

    A file of one damaged look has no others that tell; many looks of another year are data of that year.
    """
    received = np.array([look.received for look in looks], np.int64)
    far = np.abs(received - np.sort(received)[(len(looks) - 1) // 2]) > STRAY_NS if looks else np.zeros(0, np.bool_)
    if not 0 < far.sum() <= STRAY_SHARE * len(looks):
        return looks, []
    reason = "more than a year from the other looks"
    refused = [
        Rejection(look.file, int(row), "received_utc", reason, "refused")
        for look, strays in zip(looks, far, strict=True)
        if strays
        for row in look.rows
    ]
    return [look for look, strays in zip(looks, far, strict=True) if not strays], refused


def _without_stray(others: list[Any], looked: list[int]) -> tuple[list[Any], list[Rejection]]:
    """Return the inputs within a year of the looks (of the middle one, where there are no looks), and refusals of the rest.

    The readers do the same with the looks of a file: one damaged year must not make data time run for decades.
    """
    received = looked or sorted(item.received for item in others)[(len(others) - 1) // 2 :][:1]
    first, last = min(received, default=0) - STRAY_NS, max(received, default=0) + STRAY_NS
    stray = [item for item in others if not first <= item.received <= last]
    reason = f"more than a year from {'the looks' if looked else 'the other inputs'}"
    refused = [Rejection(item.file, item.row, "received_utc", reason, "refused") for item in stray]
    return [item for item in others if first <= item.received <= last], refused
