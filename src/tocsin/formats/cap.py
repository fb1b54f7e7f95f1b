"""Warnings as Common Alerting Protocol 1.2 (OASIS, 2010), valid against its schema before they are handed out.

| here | status |          | level | severity | certainty |
|---|---|---|---|---|---|
| real | Actual |         | possible | Severe | Possible |
| exercise | Exercise |  | probable | Extreme | Likely |
| test | Test |          | confirmed | Extreme | Observed (the flight is; the impact is predicted) |
| simulated | Draft |    | cancelled | Unknown | Unlikely |

What no person has released is Draft, whatever its data mode. Times are UTC, written `-00:00` as the standard asks.
"""

import re
from functools import lru_cache
from importlib import resources
from typing import Any

from lxml import etree

from tocsin.core.errors import ValueRefused
from tocsin.core.records.warnings import WarningArea, WarningMessage, WarningReference

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
STATUS = {"real": "Actual", "exercise": "Exercise", "test": "Test", "simulated": "Draft"}
MESSAGE_TYPE = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}
EVENT_NAME = {
    "information": "Unconfirmed missile launch",
    "warning": "Missile attack warning",
    "closing": "Missile attack warning",
    "cancellation": "Missile attack warning",
}
RESPONSE = {"information": "Monitor", "warning": "Shelter", "closing": "Assess", "cancellation": "AllClear"}
SEVERITY = {"possible": "Severe", "probable": "Extreme", "confirmed": "Extreme"}
CERTAINTY = {"possible": "Possible", "probable": "Likely", "confirmed": "Observed"}
IMMEDIATE_S = 1800.0
"""With less time left than this, action is needed at once."""
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9._:-]")


_NAMESPACES: Any = {None: NAMESPACE}


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    """Return the compiled schema of CAP 1.2 (packaged)."""
    data = (resources.files("tocsin.formats") / "data" / "CAP-v1.2.xsd").read_bytes()
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.fromstring(data, parser))


def status(warning: WarningMessage) -> str:
    """Return the CAP status of a message."""
    return STATUS[warning.data_mode] if warning.released else "Draft"


def identifier(data_mode: str, message_id: str, sent_utc: str) -> str:
    """Return the CAP identifier of a message: the same for the same message, unique by its instant and number."""
    stamp = re.sub(r"[-:]|\.\d+", "", sent_utc)
    return _NOT_IDENTIFIER.sub("_", f"tocsin-{data_mode}-{stamp}-{message_id}")


def cap_time(utc: str) -> str:
    """Return an ISO 8601 `...Z` instant as CAP writes it: whole seconds, `-00:00`; a leap second becomes second 59."""
    whole = utc.removesuffix("Z").split(".", 1)[0]
    if whole.endswith(":60"):
        whole = whole[:-2] + "59"
    return whole + "-00:00"


def alert_bytes(warning: WarningMessage, sender: str = "tocsin") -> bytes:
    """Return the message as CAP 1.2 XML (UTF-8); ValueRefused if it would not be valid against the schema."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=_NAMESPACES)
    _add(root, "identifier", identifier(warning.data_mode, warning.id, warning.sent_utc))
    _add(root, "sender", _sender(sender))
    _add(root, "sent", cap_time(warning.sent_utc))
    _add(root, "status", status(warning))
    _add(root, "msgType", MESSAGE_TYPE[warning.kind])
    _add(root, "source", "tocsin")
    if warning.released:
        _add(root, "scope", "Public")
    else:
        _add(root, "scope", "Restricted")
        _add(root, "restriction", "Not released: for the duty officers of the warning centre only.")
    _add(root, "code", f"data_mode:{warning.data_mode}")
    if warning.released_by:
        _add(root, "note", ("Cancelled by " if warning.kind == "cancel" else "Released by ") + _people(warning))
    if warning.references:
        _add(root, "references", " ".join(_reference(r, warning.data_mode, sender) for r in warning.references))
    _add(root, "incidents", _NOT_IDENTIFIER.sub("_", warning.event))
    _info(root, warning)
    try:
        schema().assertValid(root)
    except etree.DocumentInvalid as error:
        raise ValueRefused(f"warning {warning.id} is not valid CAP 1.2: {error}") from None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _people(warning: WarningMessage) -> str:
    return " and ".join(warning.released_by)


def _sender(sender: str) -> str:
    return _NOT_IDENTIFIER.sub("_", sender.replace("@", ":"))


def _reference(reference: WarningReference, data_mode: str, sender: str) -> str:
    name = identifier(data_mode, reference.id, reference.sent_utc)
    return f"{_sender(sender)},{name},{cap_time(reference.sent_utc)}"


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = _NOT_XML.sub("\ufffd", text)
    return element


def urgency(warning: WarningMessage) -> str:
    """Return the CAP urgency: Past when it is over, Immediate with less than 30 min left, else Expected."""
    if warning.grade in ("closing", "cancellation"):
        return "Past"
    if warning.time_left_s is None:
        return "Unknown"
    return "Immediate" if warning.time_left_s < IMMEDIATE_S else "Expected"


def _info(root: etree._Element, warning: WarningMessage) -> None:
    info = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    over = warning.kind == "cancel"
    _add(info, "language", "en")
    _add(info, "category", "Security")
    _add(info, "event", EVENT_NAME[warning.grade])
    _add(info, "responseType", RESPONSE[warning.grade])
    _add(info, "urgency", urgency(warning))
    _add(info, "severity", "Unknown" if over else SEVERITY.get(warning.level, "Unknown"))
    _add(info, "certainty", "Unlikely" if over else CERTAINTY.get(warning.level, "Unknown"))
    _add(info, "effective", cap_time(warning.sent_utc))
    if warning.onset_utc is not None:
        _add(info, "onset", cap_time(warning.onset_utc))
    _add(info, "expires", cap_time(warning.expires_utc))
    _add(info, "senderName", "tocsin missile warning centre")
    _add(info, "headline", warning.headline)
    _add(info, "description", warning.description)
    _add(info, "instruction", warning.instruction)
    for name, value in warning.parameters:
        parameter = etree.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    for area in warning.areas:
        _area(info, area)


def _area(info: etree._Element, area: WarningArea) -> None:
    element = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(element, "areaDesc", area.description)
    for ring in area.polygons:
        _add(element, "polygon", " ".join(f"{lat:.4f},{lon:.4f}" for lat, lon in ring))
    if area.circle is not None:
        lat, lon, radius_km = area.circle
        _add(element, "circle", f"{lat:.4f},{lon:.4f} {radius_km:.3f}")
