"""python dashboard/contract.py FILE: writes the API's OpenAPI document, from which the dashboard's types are generated."""

import json
import sys
from pathlib import Path

from battery_service.contract.openapi import openapi_document
from battery_service.settings import Settings


def main(file: Path) -> None:
    """Does not write a file that is already right, so that it causes no new build."""
    text = json.dumps(openapi_document(Settings()), indent=1)
    if not file.is_file() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
