"""The plots in a report: saved as files, or shown in the browser."""

import base64
import binascii
import re
import tempfile
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from battery_client.answers import Report
from battery_client.errors import ClientError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot; the server gives both names, so neither is safe to use as a path."""

    cell_id: str
    name: str
    png: bytes


def cells_of(report: Report) -> list[Report]:
    """The reports of the single cells in a report."""
    cells = report.get("cells")
    return cells if isinstance(cells, list) else [report]


def plots_of(report: Report) -> Iterator[Plot]:
    """Every plot, cell by cell. Raises ClientError for one that is no PNG."""
    for cell in cells_of(report):
        cell_id = str(cell.get("metadata", {}).get("cell_id") or "cell")
        for section in cell.values():
            if isinstance(section, dict):
                for name, value in section.items():
                    if name.endswith("_plot") and isinstance(value, str):
                        yield Plot(cell_id, name, _png(name, value))


def save_plots(report: Report, directory: Path) -> list[Path]:
    """Write each plot as `<cell>_<plot>.png`, and return the paths in the order of the report."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for plot in plots_of(report):
        stem = f"{_safe(plot.cell_id)}_{_safe(plot.name)}"
        path = directory / f"{stem}.png"
        number = 2
        while path in paths:  # two cells with one name
            path = directory / f"{stem}_{number}.png"
            number += 1
        path.write_bytes(plot.png)
        paths.append(path)
    return paths


def show_plots(report: Report) -> Path:
    """Open all plots as one page in the system's browser, and return the path of that page."""
    directory = Path(tempfile.mkdtemp(prefix="battery-plots-"))
    images = "".join(f'<img src="{path.name}" alt="{escape(path.stem)}">' for path in save_plots(report, directory))
    page = directory / "plots.html"
    style = "body{margin:1rem;text-align:center}img{max-width:100%;margin:.5rem}"
    page.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Plots</title><style>{style}</style>{images}',
        encoding="utf-8",
    )
    webbrowser.open(page.as_uri())
    return page


def _png(name: str, text: str) -> bytes:
    try:
        png = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ClientError(f"The server's {name!r} is not base64.") from error
    if not png.startswith(PNG_SIGNATURE):
        raise ClientError(f"The server's {name!r} is not a PNG image.")
    return png


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("._-")[:80] or "plot"
