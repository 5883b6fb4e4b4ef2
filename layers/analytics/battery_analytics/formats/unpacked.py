"""Unpacks files that were sent compressed: .gz, and .zip with several files, within limits of size, count and nesting."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Self

from battery_analytics.budget import charge_values, now_unpacked
from battery_analytics.errors import CorruptedFile, TooCostly, UnsupportedStructure
from battery_analytics.files import BatteryFile

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MAX_MEMBERS = 10_000
MAX_DEPTH = 2
LEAST_BYTES, MOST_RATIO, MOST_BYTES = 20_000_000, 25, 200_000_000
_CHUNK, _PIECE = 1 << 20, 1 << 13
_VALUES_PER_MEMBER = 10
# Archives that are files of their own kind, by a member that each has.
_OWN_KINDS = ("[Content_Types].xml", "xl/workbook.xml", "data.ndc", "VersionInfo.xml", "content.xml")


@dataclass(slots=True)
class Allowance:
    """How many bytes the archives of an upload may still unpack to, those within archives included."""

    left: int

    @classmethod
    def of(cls, files: Iterable[BatteryFile]) -> Self:
        """The allowance of an upload of these files."""
        return cls(min(LEAST_BYTES + MOST_RATIO * sum(len(file.content) for file in files), MOST_BYTES))


def unpacked(file: BatteryFile, allowance: Allowance) -> list[BatteryFile]:
    """The file, an archive replaced by what it holds; the names are those within, without folders.

    Raises CorruptedFile for a damaged archive, TooCostly beyond the limits, UnsupportedStructure for one in one in one.
    """
    return list(_opened(file, allowance, depth=0))


def members_of(content: bytes) -> tuple[str, ...]:
    """The names in a zip archive, at most `MAX_MEMBERS`; none where it is no archive that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return tuple(archive.namelist()[:MAX_MEMBERS])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return ()


def _opened(file: BatteryFile, allowance: Allowance, depth: int) -> Iterator[BatteryFile]:
    is_gzip = file.content.startswith(GZIP)
    if not is_gzip and not _is_archive(file.content):
        yield file
        return
    if depth == MAX_DEPTH:
        raise UnsupportedStructure(f"{file.name} is an archive within archives; send its files.", file=file.name)
    inner = [_gunzipped(file, allowance.left)] if is_gzip else _members(file, allowance.left)
    size = sum(len(one.content) for one in inner)
    allowance.left -= size
    now_unpacked(size)
    for one in inner:
        yield from _opened(one, allowance, depth + 1)


def _is_archive(content: bytes) -> bool:
    if not content.startswith(ZIP):
        return False
    names = members_of(content)
    return not any(name in _OWN_KINDS or name.endswith(".npy") for name in names)


def _gunzipped(file: BatteryFile, most: int) -> BatteryFile:
    """The contents of all members of a gzip file, which is read in small pieces: zlib copies what follows a member."""
    reader, parts, size = zlib.decompressobj(wbits=31), list[bytes](), 0
    content, place, rest = memoryview(file.content), 0, b""
    try:
        while rest or place < len(content):
            if reader.eof:
                if not (rest + content[place : place + 2]).startswith(GZIP):
                    break  # what follows the last member is not looked at
                charge_values(_VALUES_PER_MEMBER)
                reader = zlib.decompressobj(wbits=31)
            if not rest:
                rest, place = bytes(content[place : place + _PIECE]), place + _PIECE
            part = reader.decompress(rest, min(_CHUNK, most - size + 1))
            size += len(part)
            if part:
                parts.append(part)
            if size > most:
                raise _too_large(file)
            rest = reader.unused_data if reader.eof else reader.unconsumed_tail
    except zlib.error as fault:
        raise CorruptedFile(f"{file.name} cannot be unpacked; it is damaged or cut off.", file=file.name) from fault
    if not reader.eof:
        raise CorruptedFile(f"{file.name} cannot be unpacked; it is cut off.", file=file.name)
    name = file.name[:-3] if file.name.lower().endswith(".gz") else file.name
    return BatteryFile(name, b"".join(parts))


def _members(file: BatteryFile, most: int) -> list[BatteryFile]:
    found: list[BatteryFile] = []
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise TooCostly(f"{file.name} holds more than {MAX_MEMBERS} files; send fewer.", file=file.name)
            for member in archive.infolist():
                path = PurePath(member.filename)
                if member.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts:
                    continue
                with archive.open(member) as stream:
                    content = stream.read(most - size + 1)
                size += len(content)
                if size > most:
                    raise _too_large(file)
                found.append(BatteryFile(path.name, content))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as fault:
        raise CorruptedFile(f"{file.name} cannot be unpacked; it is damaged or encrypted.", file=file.name) from fault
    if not found:
        raise CorruptedFile(f"{file.name} is an archive without files.", file=file.name)
    return found


def _too_large(file: BatteryFile) -> TooCostly:
    return TooCostly(
        f"{file.name} holds more than an archive of its size may; send its files themselves.",
        file=file.name,
        size_bytes=len(file.content),
    )
