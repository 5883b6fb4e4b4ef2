"""The pages for browsers: the dashboard if it was built, else the small page, which needs no build."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from battery_service.contract.generated import file_endings, report_plots

# The page may use any deployment of the API, and S3. Charts set their own style.
DASHBOARD_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' https: http://localhost:* http://127.0.0.1:*; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The page's script and style are part of it. It sends requests to its own origin, and large files to S3.
SMALL_PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' https://*.amazonaws.com; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Python's own table of types depends on the machine.
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
COMPRESSED_TYPES = frozenset({".png", ".woff2"})
# More than a build has; it limits the memory that requests for unknown names can use.
MAX_CACHED_ASSETS = 64
ASSET_NAME = re.compile(r"\w[\w.-]{0,126}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its Content-Security-Policy: where its scripts, styles and images may come from."""

    html: bytes
    policy: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the dashboard. `compressed` is None where gzip would gain nothing."""

    content_type: str
    content: bytes
    compressed: bytes | None


class Dashboard:
    """The dashboard in a folder, which may not have been built: one document, and assets named by their content's hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asset = lru_cache(maxsize=MAX_CACHED_ASSETS)(self._asset)

    def page(self) -> Page | None:
        """The document, read at each request so that a new build needs no restart; None where there is none."""
        try:
            return Page((self._folder / "index.html").read_bytes(), DASHBOARD_POLICY)
        except FileNotFoundError:
            return None

    def _asset(self, name: str) -> Asset | None:
        """The asset of this name, None where there is none; a name is never a path."""
        if not ASSET_NAME.fullmatch(name):
            return None
        path = self._folder / "assets" / name
        content_type = CONTENT_TYPES.get(path.suffix)
        if content_type is None or not path.is_file():
            return None
        content = path.read_bytes()
        compressed = None if path.suffix in COMPRESSED_TYPES else gzip.compress(content, mtime=0)
        return Asset(content_type, content, compressed)


def small_page() -> Page | None:
    """The page that needs no build; None where the package holds none."""
    page = Path(__file__).with_name("small_page.html")
    if not page.is_file():
        return None
    titles = json.dumps({plot["name"]: plot["title"] for plot in report_plots()})
    html = page.read_text(encoding="utf-8").replace("{{ENDINGS}}", ", ".join(file_endings()))
    return Page(html.replace("{{PLOT_TITLES}}", titles).encode(), SMALL_PAGE_POLICY)
