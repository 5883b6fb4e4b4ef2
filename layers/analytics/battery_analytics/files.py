"""A file as it arrived; importing this costs nothing, so that whoever only passes files on can."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatteryFile:
    """A file's name as its sender wrote it, and its bytes."""

    name: str
    content: bytes
