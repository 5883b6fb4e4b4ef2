"""Formats of other packages, found by the entry point group `battery_analytics.formats`.

An entry point names a `Format` or a sequence of them. One that cannot be used is left out. The report of a file that no
built-in format recognises with certainty says so. So a broken package neither stops the reading of other files nor
goes unnoticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from battery_analytics.formats.declaration import Format

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "battery_analytics.formats"


@dataclass(frozen=True, slots=True)
class Plugins:
    """The formats of other packages, and one sentence per entry point that was left out, with the reason."""

    formats: tuple[Format, ...]
    left_out: tuple[str, ...]


@cache
def plugins(taken: frozenset[str]) -> Plugins:
    """The installed formats, except those whose names are taken; looked for once per process."""
    from importlib.metadata import entry_points  # noqa: PLC0415  takes 20 ms, which a CALB file does not need

    formats: list[Format] = []
    left_out: list[str] = []
    for entry_point in sorted(entry_points(group=GROUP), key=lambda found: (found.name, found.value)):
        try:
            formats.extend(_formats_of(entry_point, taken | {known.name for known in formats}))
        except Exception as fault:  # noqa: BLE001  another package's import may raise anything
            package = entry_point.dist.name if entry_point.dist else entry_point.module
            left_out.append(f"The format {entry_point.name} of the package {package} was left out: {reason(fault)}.")
    return Plugins(tuple(formats), tuple(left_out))


def reason(fault: Exception) -> str:
    """An exception of another package in one line."""
    return " ".join(f"{type(fault).__name__}: {fault}".split())[:200].rstrip(":. ")


def _formats_of(entry_point: "EntryPoint", taken: frozenset[str]) -> Sequence[Format]:
    loaded = entry_point.load()
    formats = (loaded,) if isinstance(loaded, Format) else tuple(loaded)
    for item in formats:
        if not isinstance(item, Format):
            raise TypeError(f"{entry_point.value} is not a Format")
        if item.name in taken:
            raise ValueError(f"there is a format {item.name} already")
    return formats
