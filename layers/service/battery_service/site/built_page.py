"""The dashboard as it was built: one document, and the assets that it names by the hash of their content."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from battery_service.site.front_page import FrontPage

DOCUMENT = "index.html"
ASSETS = "assets"
# The page may be pointed at any deployment of the API, and at the storage that this one names. Charts set their own style.
BUILT_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' https: http://localhost:* http://127.0.0.1:*; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Spelled out, because Python's own table depends on the machine.
CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# More than a build has, and a bound on what asking for names that there are not can cost.
MOST_ASSETS = 64
COMPRESSED_ALREADY = frozenset({".png", ".woff2"})


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page. `compressed` is None where gzip would gain nothing."""

    content_type: str
    content: bytes
    compressed: bytes | None


class BuiltPage:
    """The page in a folder, which may not have been built."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asset = lru_cache(maxsize=MOST_ASSETS)(self._asset)

    def document(self) -> FrontPage | None:
        """The page itself, read anew so that a new build needs no restart; None where there is none."""
        try:
            return FrontPage((self._folder / DOCUMENT).read_bytes(), BUILT_PAGE_POLICY)
        except FileNotFoundError:
            return None

    def _asset(self, name: str) -> Asset | None:
        """The asset of this name, None where there is none; a name is never a path."""
        path = self._folder / ASSETS / name
        content_type = CONTENT_TYPES.get(path.suffix)
        if path.name != name or content_type is None or not path.is_file():
            return None
        content = path.read_bytes()
        compressed = None if path.suffix in COMPRESSED_ALREADY else gzip.compress(content, mtime=0)
        return Asset(content_type, content, compressed)
