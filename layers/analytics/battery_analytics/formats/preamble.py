"""Reads the lines above a table's header, where many programs write what was tested, as metadata."""

import re
from collections.abc import Mapping, Sequence

from battery_analytics.formats.tables.columns import words

MAX_ENTRIES = 200
LONGEST_KEY, LONGEST_VALUE = 60, 200
_ENTRY = re.compile(r"[~#\s\"]*([^:;=\t]*[^:;,=\t\s])\s*[:;=\t][:;,=\t\s]*(\S.*?)[\s;,\"]*")
_NOTHING = frozenset({"", "-", "none", "n/a", "na", "null", "<none>", "default", "unknown"})
# The names of the cell under test, the most certain first.
_CELL = (
    "cell id",
    "cellid",
    "cell name",
    "battery",
    "battery name",
    "barcode",
    "comment/barcode",
    "cell",
    "sample",
    "name",
)


def metadata_above(lines: Sequence[str]) -> dict[object, object]:
    """The entries `key: value` of these lines, at most `MAX_ENTRIES`, as text under the file's own names."""
    found: dict[object, object] = {}
    for line in lines:
        if len(line) > LONGEST_KEY + LONGEST_VALUE or len(found) >= MAX_ENTRIES:
            continue
        entry = _ENTRY.fullmatch(line)
        if entry and len(entry[1]) <= LONGEST_KEY and any(character.isalpha() for character in entry[1]):
            found.setdefault(entry[1], entry[2])
    return found


def named_cell(metadata: Mapping[object, object] | Mapping[str, object]) -> str | None:
    """The name of the cell among the entries; None where there is none, or only a number."""
    values = {words(str(key)): value for key, value in metadata.items()}
    for key in _CELL:
        value = values.get(key)
        if isinstance(value, str) and value.strip().lower() not in _NOTHING and not value.strip().isdigit():
            return value.strip()
    return None
