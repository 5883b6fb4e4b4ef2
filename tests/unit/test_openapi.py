"""The contract as a document: consistent in itself, with the options, and readable without a network."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
from battery_service.contract.docs_page import docs_page
from battery_service.contract.openapi import openapi_document
from battery_service.errors import STATUSES
from battery_service.options import default_options
from battery_service.settings import Settings

from local.authorization import FORBIDDEN, UNAUTHORIZED

DOCUMENT = json.loads(json.dumps(openapi_document(Settings())))


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        node = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_the_upload_names_every_option() -> None:
    parameters = DOCUMENT["paths"]["/api/upload"]["post"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == list(default_options())


def test_every_route_with_data_asks_for_a_token_and_no_other_does() -> None:
    asking = {path for path, operations in DOCUMENT["paths"].items() for op in operations.values() if "security" in op}
    assert asking == {path for path in DOCUMENT["paths"] if path.startswith("/api/")} - {"/api/formats"}
    for path in asking:
        for operation in DOCUMENT["paths"][path].values():
            assert operation["security"] == [{"token": []}]
            assert {"401", "403"} < operation["responses"].keys()


def test_what_the_gateway_answers_to_whom_it_does_not_let_in_is_described() -> None:
    for answer, name in ((UNAUTHORIZED, "Unauthorized"), (FORBIDDEN, "Forbidden")):
        content = DOCUMENT["components"]["responses"][name]["content"]["application/json"]
        validator = jsonschema.Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]})
        validator.validate(json.loads(str(answer["body"])))
        assert content["schema"] != {"$ref": "#/components/schemas/Error"}


def test_every_field_of_the_report_says_what_it_is() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert "$ref" in described or described.get("description"), f"{name}.{field}"


def test_the_page_shows_every_route_and_field_and_loads_nothing() -> None:
    page = docs_page(DOCUMENT).decode()
    for path in DOCUMENT["paths"]:
        assert f"<code>{path}</code>" in page
    for field in DOCUMENT["components"]["schemas"]["CapacityFade"]["properties"]:
        assert field in page
    for code in STATUSES:
        assert f"<code>{code}</code>" in page
    assert page.count("Needs a") == 6
    assert "Authorization: Bearer" in page
    assert not re.search(r"<script|<link|<img|src=|https?://|@import|url\(", page)


def test_the_page_escapes_what_the_document_says() -> None:
    hostile = {**DOCUMENT, "info": {**DOCUMENT["info"], "title": "<script>alert(1)</script>"}}
    assert b"<script>" not in docs_page(hostile)


def test_an_open_server_asks_for_no_token() -> None:
    document: dict[str, Any] = openapi_document(Settings(needs_token=False))

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert not any(operation.get("security") for operation in operations)
    assert "401" in document["paths"]["/api/upload"]["post"]["responses"]
