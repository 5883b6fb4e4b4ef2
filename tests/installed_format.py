"""A package with a format, put on the path as an installer would put it there."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from battery_analytics.formats.plugins import GROUP, plugins

type Installer = Callable[[str, str, str], None]


@pytest.fixture
def install_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installer]:
    """Installs a module's code, with an entry point that names one of its attributes; undone after the test."""
    modules: list[str] = []

    def installed(module: str, code: str, attribute: str) -> None:
        (tmp_path / f"{module}.py").write_text(code)
        metadata = tmp_path / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{GROUP}]\nlab = {module}:{attribute}\n")
        modules.append(module)
        monkeypatch.syspath_prepend(tmp_path)
        plugins.cache_clear()

    yield installed
    for module in modules:
        sys.modules.pop(module, None)
    plugins.cache_clear()
