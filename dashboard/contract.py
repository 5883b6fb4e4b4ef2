"""python dashboard/contract.py FILE: the API's OpenAPI document, from which the dashboard's types are generated."""

import json
import sys
from pathlib import Path

from battery_service.contract.openapi import openapi_document
from battery_service.settings import Settings


def main(file: Path) -> None:
    """Leaves a file that is right already as it is, so that nothing is built anew for its sake."""
    text = json.dumps(openapi_document(Settings()), indent=1)
    if not file.is_file() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
