"""The documented example as its reader would use it: a project of their own, served from an origin of their own."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copy

from tests.browser.equipment import NODE, ROOT

EXAMPLE = ROOT / "docs" / "embedding"
DASHBOARD_PACKAGES = ROOT / "dashboard" / "node_modules"
STRICT = (
    "--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals --skipLibCheck "
    "--target es2022 --lib es2023,dom,dom.iterable --module esnext --moduleResolution bundler --jsx react-jsx"
)
PAGE = (
    '<!doctype html><html lang="en"><title>A page of theirs</title><div id="root"></div><script src="page.js"></script>'
)
# The address and the token come with the page's own address, so that one page serves every test.
MOUNT = """
import { createRoot } from "react-dom/client";
import { BatteryDashboard } from "./BatteryDashboard";

const asked = new URLSearchParams(location.search);
const root = document.getElementById("root") as HTMLElement;
createRoot(root).render(<BatteryDashboard address={asked.get("api") ?? ""} token={asked.get("token") ?? undefined} />);
"""


@dataclass(frozen=True, slots=True)
class EmbeddersProject:
    """A folder with the example's files, the packages that it needs, and the types as the API at `api` has them."""

    folder: Path
    api: str

    def set_up(self) -> None:
        for file in EXAMPLE.iterdir():
            copy(file, self.folder)
        (self.folder / "node_modules").symlink_to(DASHBOARD_PACKAGES)
        (self.folder / "main.tsx").write_text(MOUNT)
        (self.folder / "index.html").write_text(PAGE)
        self._run("openapi-typescript/bin/cli.js", f"{self.api}/openapi.json", "--output", "api.ts")

    def check_types(self) -> None:
        self._run("typescript/bin/tsc", *STRICT.split(), "main.tsx")

    def bundle(self) -> None:
        self._run(
            "esbuild/bin/esbuild", "main.tsx", "--bundle", "--outfile=page.js", "--jsx=automatic", "--log-level=warning"
        )
        plain = self.folder / "plain.html"
        plain.write_text(plain.read_text().replace("http://localhost:5000", self.api))

    def _run(self, script: str, *arguments: str) -> None:
        assert NODE is not None
        command = [NODE, str(DASHBOARD_PACKAGES / script), *arguments]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=180, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an origin of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
