"""A battery file: name and bytes. It imports nothing, for code that only passes files on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatteryFile:
    """A file's name as its sender wrote it, and its bytes."""

    name: str
    content: bytes
