"""Refuses zip archives whose members unpack to more than the archive's size allows."""

import io
import zipfile

from battery_analytics.formats.source_table import BinaryFault

LEAST_BYTES, MOST_RATIO, MOST_BYTES = 100_000_000, 60, 1_000_000_000
MOST_MEMBERS = 2_000


def check_expansion(content: bytes) -> None:
    """Raise BinaryFault for an archive that is damaged, has too many members, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise BinaryFault("its archive is damaged") from fault
    allowed = min(LEAST_BYTES + MOST_RATIO * len(content), MOST_BYTES)
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > allowed:
        raise BinaryFault("it unpacks to more than its size allows")
