"""Tells what a file is that no format reads, by its first bytes, so that its refusal says what is true."""

from battery_analytics.errors import CorruptedFile
from battery_analytics.files import BatteryFile

START_BYTES = 4_096
DAMAGED_SHARE = 0.10
_REPLACED = "�".encode()
# How a text-mode reading writes the first byte of a pickle: replaced, or as a character of Latin-1.
_DAMAGED_STARTS = (_REPLACED, b"\xc2\x80")

_COMPRESSED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file of the old kind (xls)"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x93NUMPY", "a NumPy file (npy)"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x00\x01\x00\x00Standard", "an Access database, as Arbin writes it (res)"),
    (b"BIO-LOGIC MODULAR FILE", "a BioLogic file (mpr)"),
    (b"NEWARE", "a Neware file (nda)"),
    (b'{"', "a JSON document"),
    (b"<!DOCTYPE", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
)
_IN_ZIP = (
    (b"xl/", "an Excel workbook (xlsx)"),
    (b"[Content_Types].xml", "an Office document"),
    (b".npy", "a NumPy archive (npz)"),
    (b"word/", "a Word document"),
)


def known_kind(content: bytes) -> str | None:
    """What a file is, such as 'an Excel workbook (xlsx)'; None where its first bytes do not tell."""
    start = content[:START_BYTES]
    if b"joblib.numpy_pickle" in start:
        return "a joblib file"
    if start.startswith(b"PK\x03\x04"):
        return next((kind for mark, kind in _IN_ZIP if mark in start), "a zip archive")
    if start.startswith(_ZLIB):
        return "a joblib file, or other data compressed with zlib"
    compression = next((name for mark, name in _COMPRESSED if start.startswith(mark)), None)
    if compression is not None:
        return f"compressed with {compression}"
    return next((kind for mark, kind in _SIGNATURES if start.startswith(mark)), None)


def check_not_another_kind(file: BatteryFile) -> None:
    """Raise CorruptedFile where a file is of a kind that cannot be read here, or was damaged while it was sent."""
    start = file.content[:START_BYTES]
    replaced_bytes = start.count(_REPLACED) * len(_REPLACED)
    if start.startswith(_DAMAGED_STARTS) or replaced_bytes > DAMAGED_SHARE * max(len(start), 1):
        raise CorruptedFile(
            f"{file.name} was damaged while it was sent: its bytes were read as text, and those that are none were replaced. "
            "Send it as binary data (application/octet-stream), and let no gateway treat it as text.",
            file=file.name,
        )
    kind = known_kind(file.content)
    if kind is None:
        return
    is_packed = kind.startswith("compressed") or kind == "a zip archive"
    remedy = "unpack it and send its content" if is_packed else "export its data as CSV"
    raise CorruptedFile(f"{file.name} is {kind}, whatever its name says; {remedy}.", file=file.name, kind=kind)
