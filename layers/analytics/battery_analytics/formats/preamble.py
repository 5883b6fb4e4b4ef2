"""Reads the lines above a table's header, where many programs write what was tested, as metadata."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from battery_analytics.formats.stated_facts import is_fact
from battery_analytics.formats.tables.columns import words

MAX_ENTRIES = 200
LONGEST_KEY, LONGEST_VALUE = 60, 200
_ENTRY = re.compile(r"[~#\s\"]*([^:;=\t]*[^:;,=\t\s])\s*[:;=\t][:;,=\t\s]*(\S.*?)[\s;,\"]*")
MAX_LINE = 2_000
LONGEST_NAME = 60  # of a cell; a longer text is a comment
_KEY_WITHIN = re.compile(r"\s+(Procedure|Filename|Comment/Barcode|Barcode|Schedule)\s*:\s*")
_INNER = re.compile(r"([A-Za-z][^:]{1,40}): +(\S.*)")
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
    "item id",
    "test name",
)


def metadata_above(lines: Sequence[str]) -> dict[object, object]:
    """The entries `key: value` of these lines, at most `MAX_ENTRIES`, as text under the file's own names."""
    found: dict[object, object] = {}
    for line in lines:
        if len(found) >= MAX_ENTRIES:
            break
        several = _several(line) or _beside(line)
        if several:
            for key, value in several.items():
                found.setdefault(key, value)
            continue
        if len(line) > LONGEST_KEY + LONGEST_VALUE:
            continue
        entry = _ENTRY.fullmatch(line)
        if entry and len(entry[1]) <= LONGEST_KEY and any(character.isalpha() for character in entry[1]):
            found.setdefault(entry[1], entry[2])
    return found


def _several(line: str) -> dict[str, str]:
    """The entries of a line that has several, as Maccor writes it: `Date of Test:`, its value, `Procedure:` and so on.

    They lie between tabs or commas, a key before its value or with it; none where the line has fewer than two.
    """
    separator = "\t" if "\t" in line else ","
    if line.count(separator) < 2 or len(line) > MAX_LINE:
        return {}
    parts = [part.strip(' "') for part in _KEY_WITHIN.sub(rf"{separator}\1:{separator}", line).split(separator)]
    found: dict[str, str] = {}
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        key, value = (part[:-1], following) if part.endswith(":") else ("", "")
        if not key and (inner := _INNER.fullmatch(part)):
            key, value = inner[1], inner[2]
        key = re.split(r"\s{2,}", key.strip())[-1]
        if 0 < len(key) <= LONGEST_KEY and value and not value.endswith(":") and any(map(str.isalpha, key)):
            found.setdefault(key, value[:LONGEST_VALUE])
    return found if len(found) > 1 else {}


def _beside(line: str) -> dict[str, str]:
    """The entries of a line whose fields are names of facts, each followed by its value: `Cell name,A7,,Mass (mg),12`."""
    if len(line) > MAX_LINE or not any(mark in line for mark in ",;\t"):
        return {}
    fields = [field.strip(' "') for field in re.split(r"[,;\t]", line)]
    filled = [field for field in fields if field]
    return {
        key: value[:LONGEST_VALUE]
        for key, value in pairwise(filled)
        if len(key) <= LONGEST_KEY and _names_a_fact(key) and not _names_a_fact(value)
    }


def _names_a_fact(field: str) -> bool:
    return is_fact(field) or words(field.strip(" :")) in _CELL


def named_cell(metadata: Mapping[object, object] | Mapping[str, object]) -> str | None:
    """The name of the cell among the entries; None where there is none, or only a number."""
    values = {words(str(key)): value for key, value in metadata.items()}
    for key in _CELL:
        value = values.get(key)
        if not isinstance(value, str) or len(value.strip()) > LONGEST_NAME:
            continue
        if value.strip().lower() not in _NOTHING and not value.strip().isdigit():
            return value.strip()
    return None
