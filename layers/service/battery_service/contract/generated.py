"""The library's declarations for functions without the library: read from JSON that the build generates."""

import json
from functools import cache
from pathlib import Path
from typing import Any, TypedDict


class FileFormat(TypedDict):
    """A format that can be read: its name, its endings, which instrument writes it and what it needs."""

    name: str
    endings: list[str]
    instrument: str
    needs: str


class ReportPlot(TypedDict):
    """A plot of the report: its name, the section that holds it, and its title."""

    name: str
    section: str
    title: str


@cache
def generated() -> dict[str, Any]:
    """The whole of `report.json`. Callers must not change it."""
    read: dict[str, Any] = json.loads(Path(__file__).with_name("report.json").read_bytes())
    return read


def file_formats() -> list[FileFormat]:
    formats: list[FileFormat] = generated()["formats"]
    return formats


def file_endings() -> tuple[str, ...]:
    """Every ending of a file that can be read, each once."""
    return tuple(dict.fromkeys(ending for file_format in file_formats() for ending in file_format["endings"]))


def report_plots() -> list[ReportPlot]:
    plots: list[ReportPlot] = generated()["plots"]
    return plots
