"""Formats of other packages, found by the entry point group `battery_analytics.formats`.

An entry point names a `Format` or a sequence of them. One that cannot be used is left out, and said to be where it may
matter: with the files that no built-in format was sure of. So a broken package neither stops the reading of other files
nor goes unnoticed.
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
    """The formats of other packages, and for each entry point that was left out a sentence that says why."""

    formats: tuple[Format, ...]
    left_out: tuple[str, ...]


@cache
def plugins(taken: frozenset[str]) -> Plugins:
    """What is installed beside the library, but for formats whose names are taken; looked for once per process."""
    from importlib.metadata import entry_points  # noqa: PLC0415  20 ms that a CALB file never pays

    formats: list[Format] = []
    left_out: list[str] = []
    for entry_point in sorted(entry_points(group=GROUP), key=lambda found: (found.name, found.value)):
        try:
            formats.extend(_formats_of(entry_point, taken | {known.name for known in formats}))
        except Exception as fault:  # noqa: BLE001  another package's import may raise anything; none of it is ours to mend
            package = entry_point.dist.name if entry_point.dist else entry_point.module
            left_out.append(f"The format {entry_point.name} of the package {package} was left out: {reason(fault)}.")
    return Plugins(tuple(formats), tuple(left_out))


def reason(fault: Exception) -> str:
    """A fault of another package in one line."""
    return " ".join(f"{type(fault).__name__}: {fault}".split())[:200].rstrip(":. ")


def _formats_of(entry_point: "EntryPoint", taken: frozenset[str]) -> Sequence[Format]:
    loaded = entry_point.load()
    formats = (loaded,) if isinstance(loaded, Format) else tuple(loaded)
    for item in formats:
        if not isinstance(item, Format):
            raise TypeError(f"{entry_point.value} is no Format")
        if item.name in taken:
            raise ValueError(f"there is a format {item.name} already")
    return formats
