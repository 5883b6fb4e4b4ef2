"""Writes docs/formats.md from the declarations of formats: `python -m tools.formats_page`, or with `--check`."""

import argparse
import sys
from pathlib import Path

from battery_analytics.formats.declaration import Format
from battery_analytics.formats.registry import BUILTIN_FORMATS

FILE = Path("docs/formats.md")
_INTRODUCTION = """# Formats

Files are recognised by their content, under any name. `source` in the report says what was recognised, how sure that is,
which column became which quantity in which unit, and what was assumed. The option `format` overrules it. `.gz` and `.zip` are
opened. A cell that is continued over several files is put together; a table with a column for the cell or the channel is
several cells. Tables of any laboratory are read where their columns have the names that cyclers use, in English, German,
French or Chinese, with or without a column for the cycle. An impedance sweep is refused, since it holds no cycling.
[Files that were tried](formats-tried.md) lists real ones.

This page is made from the declarations of the formats by `make formats-page`.
"""


def page() -> str:
    """The page as Markdown."""
    rows = [f"| [{one.name}](#{_anchor(one.name)}) | {one.instrument} | {_endings(one)} |" for one in BUILTIN_FORMATS]
    table = "\n".join(("| format | written by | endings |", "|---|---|---|", *rows))
    return "\n".join((_INTRODUCTION, table, "", *map(_chapter, BUILTIN_FORMATS)))


def _chapter(known: Format) -> str:
    parts = [f"## {known.name}", "", f"Written by: {known.instrument}. Needs: {known.needs}", ""]
    return "\n".join([*parts, known.traps, ""] if known.traps else parts)


def _anchor(name: str) -> str:
    return "".join(letter for letter in name.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _endings(known: Format) -> str:
    return ", ".join(f"`{ending}`" for ending in known.endings)


def main() -> int:
    """0 after the page was written, or where it is equal; 1 where `--check` finds another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is that of the declarations")
    if not parser.parse_args().check:
        FILE.write_text(page(), encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{FILE} is not that of the declarations: run make formats-page.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
