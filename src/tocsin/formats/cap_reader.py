"""A reader of Common Alerting Protocol 1.2 that trusts nothing: no DTD, no entity, no file, no network."""

import re

import msgspec
from lxml import etree

from tocsin.core.errors import ValueRefused
from tocsin.formats.cap import NAMESPACE, schema

MAX_BYTES = 1_000_000
_ENCODINGS = {"utf-8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class CapArea(msgspec.Struct, frozen=True):
    """One area: rings of (latitude_deg, longitude_deg), circles (latitude_deg, longitude_deg, radius_km)."""

    description: str
    polygons: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    geocodes: tuple[tuple[str, str], ...]


class CapInfo(msgspec.Struct, frozen=True):
    """One `info` block."""

    language: str
    event: str
    urgency: str
    severity: str
    certainty: str
    onset: str | None
    expires: str | None
    headline: str
    description: str
    instruction: str
    parameters: tuple[tuple[str, str], ...]
    areas: tuple[CapArea, ...]


class CapAlert(msgspec.Struct, frozen=True):
    """A whole message. A signature is not judged here: `signed` says only that there is one."""

    identifier: str
    sender: str
    sent: str
    status: str
    message_type: str
    scope: str
    references: tuple[tuple[str, str, str], ...]
    info: tuple[CapInfo, ...]
    signed: bool


def read_alert(data: bytes) -> CapAlert:
    """Return the message in CAP 1.2 bytes; ValueRefused when hostile, not XML, or not valid against the schema."""
    root = parse_safely(data)
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise ValueRefused(f"not a CAP 1.2 alert: root element {str(root.tag)[:80]!r}")
    try:
        schema().assertValid(root)
    except etree.DocumentInvalid as error:
        raise ValueRefused(f"not valid CAP 1.2: {str(error)[:300]}") from None
    return CapAlert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=_text(root, "sent"),
        status=_text(root, "status"),
        message_type=_text(root, "msgType"),
        scope=_text(root, "scope"),
        references=_references(_text(root, "references")),
        info=tuple(_info(element) for element in _all(root, "info")),
        signed=root.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None,
    )


def parse_safely(data: bytes) -> etree._Element:
    """Return the root element of XML bytes; ValueRefused for what could reach outside or blow up.

    Refused before any parser sees them: more than 1 MB, encodings in which ASCII markup could hide, document types.
    """
    if len(data) > MAX_BYTES:
        raise ValueRefused(f"more than {MAX_BYTES} bytes")
    head = data.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(head[:400])
    encoding = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    if encoding not in _ENCODINGS or b"\0" in data:
        raise ValueRefused(f"encoding {encoding!r} is not accepted (allowed: {', '.join(sorted(_ENCODINGS))})")
    if _DOCTYPE.search(data):
        raise ValueRefused("a document type or entity declaration is not accepted")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(head, parser)
    except etree.XMLSyntaxError as error:
        raise ValueRefused(f"not well-formed XML: {error.msg}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueRefused("a document type is not accepted")
    return root


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    return list(parent.findall(f"{{{NAMESPACE}}}{name}"))


def _text(parent: etree._Element, name: str, default: str = "") -> str:
    found = parent.find(f"{{{NAMESPACE}}}{name}")
    return default if found is None or found.text is None else found.text.strip()


def _pairs(parent: etree._Element, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((_text(element, "valueName"), _text(element, "value")) for element in _all(parent, name))


def _references(text: str) -> tuple[tuple[str, str, str], ...]:
    out = []
    for part in text.split():
        fields = part.split(",")
        if len(fields) != 3:
            raise ValueRefused(f"a reference is sender,identifier,sent: {part[:80]!r}")
        out.append((fields[0], fields[1], fields[2]))
    return tuple(out)


def _info(element: etree._Element) -> CapInfo:
    return CapInfo(
        language=_text(element, "language", "en-US"),
        event=_text(element, "event"),
        urgency=_text(element, "urgency"),
        severity=_text(element, "severity"),
        certainty=_text(element, "certainty"),
        onset=_text(element, "onset") or None,
        expires=_text(element, "expires") or None,
        headline=_text(element, "headline"),
        description=_text(element, "description"),
        instruction=_text(element, "instruction"),
        parameters=_pairs(element, "parameter"),
        areas=tuple(_area(area) for area in _all(element, "area")),
    )


def _area(element: etree._Element) -> CapArea:
    rings = tuple(_ring((polygon.text or "").strip()) for polygon in _all(element, "polygon"))
    circles = tuple(_circle((circle.text or "").strip()) for circle in _all(element, "circle"))
    return CapArea(_text(element, "areaDesc"), rings, circles, _pairs(element, "geocode"))


def _point(text: str) -> tuple[float, float]:
    try:
        lat, lon = (float(value) for value in text.split(","))
    except ValueError:
        raise ValueRefused(f"not a latitude,longitude pair: {text[:40]!r}") from None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise ValueRefused(f"latitude or longitude out of range: {text[:40]!r}")
    return lat, lon


def _ring(text: str) -> tuple[tuple[float, float], ...]:
    ring = tuple(_point(pair) for pair in text.split())
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueRefused("a polygon has at least four points, the last equal to the first")
    return ring


def _circle(text: str) -> tuple[float, float, float]:
    try:
        place, radius = text.split()
        radius_km = float(radius)
    except ValueError:
        raise ValueRefused(f"a circle is latitude,longitude radius: {text[:40]!r}") from None
    if not 0.0 <= radius_km <= 20100.0:
        raise ValueRefused(f"circle radius out of range: {radius[:20]!r}")
    return (*_point(place), radius_km)
