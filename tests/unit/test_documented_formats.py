"""The documents, the page and the contract name the endings of files that the registry declares, and no others."""

import json
import re
from pathlib import Path

import pytest
from battery_analytics.formats.registry import BUILTIN_FORMATS
from battery_service.contract.generated import file_endings
from battery_service.contract.openapi import openapi_document
from battery_service.settings import Settings
from battery_service.site.pages import small_page

ENDINGS = {ending for known in BUILTIN_FORMATS for ending in known.endings}


def test_the_functions_without_the_library_know_its_endings() -> None:
    assert set(file_endings()) == ENDINGS


def test_the_readme_has_a_row_for_each_ending() -> None:
    table = Path("README.md").read_text().partition("## Files it reads")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`\..*?`) \|", table, re.MULTILINE)
    assert set(re.findall(r"`(\.\w+)`", " ".join(rows))) == ENDINGS


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_the_contract_and_the_small_page_name_it(ending: str) -> None:
    document = json.dumps(openapi_document(Settings())["components"])
    page = small_page()
    assert f"{ending}" in document
    assert page is not None
    assert ending in page.html.decode().partition('accept="')[2].partition('"')[0]
