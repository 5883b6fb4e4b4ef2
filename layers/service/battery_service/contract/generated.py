"""The library's declarations as functions without the library read them: from JSON that the build generates."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, TypedDict


class FileFormat(TypedDict):
    """A format that can be read: its name, its files' endings, which instrument writes it and what it needs."""

    name: str
    endings: list[str]
    instrument: str
    needs: str


@cache
def generated() -> dict[str, Any]:
    """All of `report.json`; not to be changed by who reads it."""
    read: dict[str, Any] = json.loads((files("battery_service.contract") / "report.json").read_bytes())
    return read


def file_formats() -> list[FileFormat]:
    formats: list[FileFormat] = generated()["formats"]
    return formats


def file_endings() -> tuple[str, ...]:
    """Every ending of a file that can be read, each once."""
    return tuple(dict.fromkeys(ending for file_format in file_formats() for ending in file_format["endings"]))
