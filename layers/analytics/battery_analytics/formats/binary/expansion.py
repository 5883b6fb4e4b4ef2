"""How much a compressed file may hold for its size; refuses zip archives whose members unpack to more."""

import io
import zipfile

from battery_analytics.formats.source_table import BinaryFault

# Tables of numbers, in bytes of their columns.
LEAST_BYTES, MOST_RATIO, MOST_BYTES, MOST_ROWS = 20_000_000, 25, 250_000_000, 3_000_000
_LEAST_XML, _MOST_XML_RATIO, _MOST_XML = 100_000_000, 60, 1_000_000_000
MOST_MEMBERS = 2_000


def check_expansion(content: bytes) -> None:
    """Raise BinaryFault for an archive that is damaged, has too many members, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise BinaryFault("its archive is damaged") from fault
    allowed = min(_LEAST_XML + _MOST_XML_RATIO * len(content), _MOST_XML)
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > allowed:
        raise BinaryFault("it unpacks to more than its size allows")
