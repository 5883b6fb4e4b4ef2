"""Write the events for `sam local invoke` and the tests: `python -m events.make_events [folder]`.

Each is what API Gateway would send, payload format version 2.0, with a small synthetic cell where one is needed.
"""

import json
import sys
from pathlib import Path

from tests.cells import cell, csv_set, pickled
from tests.integration.api_gateway import Event, file_part, request_event, upload_event

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def events() -> dict[str, Event]:
    """Every event, by the name of its file."""
    one = cell("SAMPLE_25_A1")
    other = cell("SAMPLE_25_A2", fade_Ah_per_cycle=0.05)
    return {
        "health": request_event("GET", "/health"),
        "root_json": request_event("GET", "/", headers={"Accept": "application/json"}),
        "root_browser": request_event("GET", "/", headers=BROWSER),
        "openapi": request_event("GET", "/openapi.json"),
        "upload_pickle": upload_event([file_part("SAMPLE_25_A1.pkl", pickled(one))]),
        "upload_pickle_gzip_without_plots": upload_event(
            [file_part("SAMPLE_25_A1.pkl", pickled(one))], query={"plots": "none"}, headers={"Accept-Encoding": "gzip"}
        ),
        "upload_csv_set": upload_event([file_part(*named) for named in csv_set(one, "SAMPLE_25_A1").items()]),
        "upload_two_cells": upload_event(
            [file_part("SAMPLE_25_A1.pkl", pickled(one)), file_part("SAMPLE_25_A2.pkl", pickled(other))],
            query={"plots": "none"},
        ),
        "upload_without_file": upload_event([]),
        "upload_unknown_option": upload_event(
            [file_part("SAMPLE_25_A1.pkl", pickled(one))], query={"plots": "everything"}
        ),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, event in events().items():
        (folder / f"{name}.json").write_text(json.dumps(event, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
