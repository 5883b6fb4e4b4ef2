"""The report's contract, generated from the library's declarations: schemas, plots, options, formats."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def report_contract() -> dict[str, Any]:
    """The content of `report.json`, which `make contract` writes and `make check` holds equal to the library's."""
    content: dict[str, Any] = json.loads(files("battery_service.contract").joinpath("report.json").read_bytes())
    return content
