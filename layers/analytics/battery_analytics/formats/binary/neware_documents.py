"""Reads the XML documents of Neware's archives, which describe the test, as metadata."""

import re
from collections.abc import Mapping
from xml.parsers import expat

from battery_analytics.formats.binary.neware_points import LONGEST_TEXT, UNIT_PER_HOUR
from battery_analytics.formats.source_table import BinaryFault

MOST_XML_BYTES, MOST_ELEMENTS = 5_000_000, 100_000

DOCUMENTS = ("TestInfo", "Step", "VersionInfo", "NdaxConfig")
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']utf-8["']""", re.IGNORECASE)
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The attributes that describe the test, by document, element and attribute.
_DESCRIPTIONS: Mapping[str, tuple[str, str, str]] = {
    "barcode": ("TestInfo", "TestInfo", "Barcode"),
    "start_time": ("TestInfo", "TestInfo", "StartTime"),
    "end_time": ("TestInfo", "TestInfo", "EndTime"),
    "device": ("TestInfo", "TestInfo", "DevID"),
    "unit": ("TestInfo", "TestInfo", "UnitID"),
    "channel": ("TestInfo", "TestInfo", "ChlID"),
    "test": ("TestInfo", "TestInfo", "TestID"),
    "step_file": ("TestInfo", "TestInfo", "StepName"),
    "creator": ("Step", "Creator", "Value"),
    "remarks": ("Step", "Remark", "Value"),
    "server_version": ("VersionInfo", "ZwjVersion", "SvrVer"),
    "client_version": ("VersionInfo", "ZwjVersion", "CurrClientVer"),
}
_DESCRIBED = {element for _, element, _ in _DESCRIPTIONS.values()} | {"SCQ", "MultCap", "config"}


def elements_of(content: bytes) -> dict[str, dict[str, str]]:
    """The attributes of the described elements, of several with the same attribute the first; none where it is no XML.

    Raises BinaryFault for a document with too many elements, or that declares its type or entities, as none of Neware's does.
    """
    found: dict[str, dict[str, str]] = {}
    n_left = MOST_ELEMENTS

    def keep(name: str, attributes: dict[str, str]) -> None:
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise BinaryFault("one of its XML documents has too many elements")
        if name in _DESCRIBED:
            known = found.setdefault(name, {})
            for key, value in attributes.items():
                known.setdefault(key, value)

    def refuse(*_: object) -> None:
        raise BinaryFault("one of its XML documents declares entities")

    if _DECLARATIONS.search(content):
        refuse()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = keep
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    encoding = "utf-8" if _ENCODING.search(content) or content.startswith(_BYTE_ORDER_MARK) else "gb18030"
    text = content.removeprefix(_BYTE_ORDER_MARK).decode(encoding, "replace")
    try:
        parser.Parse(_XML_HEAD.sub("", text, count=1).encode(), True)
    except expat.ExpatError:
        return {}
    return found


def metadata_of(documents: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, object]:
    """What the documents say about the test, under the names of the report where it has one."""
    metadata: dict[str, object] = {
        key: documents[document].get(element, {}).get(attribute, "").strip()[:LONGEST_TEXT]
        for key, (document, element, attribute) in _DESCRIPTIONS.items()
    }
    head = documents["Step"]
    return metadata | {
        "cell_id": metadata["barcode"],
        "active_mass_in_mg": _positive(head.get("SCQ", {}).get("Value", ""), 1e3),
        "nominal_capacity_in_Ah": _positive(head.get("MultCap", {}).get("Value", ""), UNIT_PER_HOUR),
    }


def _positive(text: str, divisor: float) -> float | None:
    try:
        value = float(text[:LONGEST_TEXT]) / divisor
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
