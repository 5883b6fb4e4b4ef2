"""A picture of a report: PNG bytes that a notebook shows as an image."""

from pathlib import Path


class Picture(bytes):
    """The bytes of a PNG."""

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def __repr__(self) -> str:
        return f"Picture({len(self):,} bytes)"

    def save(self, path: str | Path) -> Path:
        """Write it to a file; returns its path."""
        Path(path).write_bytes(self)
        return Path(path)
