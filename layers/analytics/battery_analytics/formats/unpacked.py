"""Unpacks files that were sent compressed: .gz, and .zip with several files, within limits of size, count and nesting."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from battery_analytics.budget import now_unpacked
from battery_analytics.errors import CorruptedFile, TooCostly, UnsupportedStructure
from battery_analytics.files import BatteryFile

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MAX_MEMBERS = 10_000
MAX_DEPTH = 2
LEAST_BYTES, MOST_RATIO, MOST_BYTES = 20_000_000, 25, 500_000_000
_CHUNK = 1 << 20
# Archives that are files of their own kind, by a member that each has.
_OWN_KINDS = ("[Content_Types].xml", "xl/workbook.xml", "data.ndc", "VersionInfo.xml", "content.xml")


def unpacked(files: Iterable[BatteryFile]) -> list[BatteryFile]:
    """The files, archives replaced by what they hold; the names are those within, without folders.

    Raises CorruptedFile for a damaged archive, TooCostly beyond the limits, UnsupportedStructure for one in one in one.
    """
    return [inner for file in files for inner in _opened(file, depth=0)]


def members_of(content: bytes) -> tuple[str, ...]:
    """The names in a zip archive, at most `MAX_MEMBERS`; none where it is no archive that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return tuple(archive.namelist()[:MAX_MEMBERS])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return ()


def _opened(file: BatteryFile, depth: int) -> Iterator[BatteryFile]:
    is_gzip = file.content.startswith(GZIP)
    if not is_gzip and not _is_archive(file.content):
        yield file
        return
    if depth == MAX_DEPTH:
        raise UnsupportedStructure(f"{file.name} is an archive within archives; send its files.", file=file.name)
    most = min(LEAST_BYTES + MOST_RATIO * len(file.content), MOST_BYTES)
    inner = [_gunzipped(file, most)] if is_gzip else _members(file, most)
    for one in inner:
        yield from _opened(one, depth + 1)


def _is_archive(content: bytes) -> bool:
    if not content.startswith(ZIP):
        return False
    names = members_of(content)
    return not any(name in _OWN_KINDS or name.endswith(".npy") for name in names)


def _gunzipped(file: BatteryFile, most: int) -> BatteryFile:
    reader, parts, size = zlib.decompressobj(wbits=31), [], 0
    rest = file.content
    try:
        while rest:
            part = reader.decompress(rest, min(_CHUNK, most - size + 1))
            parts.append(part)
            size += len(part)
            if size > most:
                raise _too_large(file)
            rest = reader.unconsumed_tail
            if reader.eof and reader.unused_data.startswith(GZIP):
                rest, reader = reader.unused_data, zlib.decompressobj(wbits=31)
            elif not part and not rest:
                break
    except zlib.error as fault:
        raise CorruptedFile(f"{file.name} cannot be unpacked; it is damaged or cut off.", file=file.name) from fault
    if not reader.eof:
        raise CorruptedFile(f"{file.name} cannot be unpacked; it is cut off.", file=file.name)
    now_unpacked(size)
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
    now_unpacked(size)
    return found


def _too_large(file: BatteryFile) -> TooCostly:
    return TooCostly(
        f"{file.name} holds more than an archive of its size may; send its files themselves.",
        file=file.name,
        size_bytes=len(file.content),
    )
