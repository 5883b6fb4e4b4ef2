"""python dashboard/contract.py FOLDER: writes what the dashboard is built from: OpenAPI document, plots and formats."""

import json
import sys
from pathlib import Path

from battery_service.contract.generated import file_endings, file_formats, report_plots
from battery_service.contract.openapi import openapi_document
from battery_service.settings import Settings


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "openapi.json", openapi_document(Settings()))
    _write(folder / "plots.json", report_plots())
    _write(folder / "formats.json", {"endings": file_endings(), "names": [known["name"] for known in file_formats()]})


def _write(file: Path, content: object) -> None:
    """Does not write a file that is already right, so that it causes no new build."""
    text = json.dumps(content, indent=1)
    if not file.is_file() or file.read_text() != text:
        file.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
