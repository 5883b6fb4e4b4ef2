"""The contract as it is served holds for what is answered: every field described, every described field there."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from events.gateway import Event, file_part, request_event, upload_event
from functions.upload_handler.app import lambda_handler
from sample_cells.plain import cell, csv_set, pickled
from tests.answers import LambdaContext, report_of
from tests.integration.cloud import simulated_cloud
from tests.integration.jobs_api import Api

ONE = cell("TEST_25_A1", n_cycles=3)
GAINING = cell("TEST_25_A2", n_cycles=1, fade_Ah_per_cycle=-0.1)
UPLOADS = {
    "all plots": upload_event([file_part("a.pkl", pickled(ONE))]),
    "no plots": upload_event([file_part("a.pkl", pickled(ONE))], query={"plots": "none"}),
    "one cycle": upload_event([file_part("a.pkl", pickled(GAINING))], query={"plots": "none"}),
    "CSV set": upload_event([file_part(*named) for named in csv_set(ONE, "A").items()], query={"plots": "none"}),
    "lone cycles file": upload_event(
        [file_part("any.csv", csv_set(ONE, "A")["A_cycles.csv"])], query={"plots": "none"}
    ),
}
SEVERAL = upload_event(
    [file_part("a.pkl", pickled(ONE)), file_part("b.pkl", pickled(GAINING))], query={"plots": "none"}
)


def answer(event: Event) -> dict[str, Any]:
    return lambda_handler(event, LambdaContext())


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document in which no record may hold more than it describes; a source's own metadata stay free."""

    def close(node: Any) -> None:
        if isinstance(node, dict):
            if "properties" in node and not any(node is open_schema for open_schema in open_schemas):
                node["additionalProperties"] = False
            for value in node.values():
                close(value)
        elif isinstance(node, list):
            for item in node:
                close(item)

    document = deepcopy(document)
    open_schemas = [document["components"]["schemas"]["Metadata"]]
    close(document)
    return document


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return closed(report_of(answer(request_event("GET", "/openapi.json"))))


def validate(instance: object, schema: str, document: dict[str, Any]) -> None:
    rooted = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    jsonschema.Draft202012Validator(rooted).validate(instance)


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_report_is_what_the_contract_describes_and_no_more(upload: str, document: dict[str, Any]) -> None:
    validate(report_of(answer(UPLOADS[upload])), "Report", document)


def test_several_reports_are_what_the_contract_describes(document: dict[str, Any]) -> None:
    validate(report_of(answer(SEVERAL)), "SeveralReports", document)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with simulated_cloud() as cloud:
        yield Api(cloud)


def test_an_upload_and_its_job_are_what_the_contract_describes(api: Api, document: dict[str, Any]) -> None:
    for content in (pickled(ONE), b"no pickle"):
        announcement = {"files": [{"name": "a.pkl", "size_bytes": len(content)}], "options": {"plots": "none"}}
        validate(announcement, "Announcement", document)
        upload = api.announce({"a.pkl": content}, options=announcement["options"])
        validate(upload, "Upload", document)
        api.put(upload, {"a.pkl": content})
        validate(json.loads(api.start(upload["upload_id"])["body"]), "StartedJob", document)
        validate(api.job(upload["upload_id"]), "Job", document)
        api.work()
        validate(api.job(upload["upload_id"]), "Job", document)
    validate(json.loads(api("GET", "/api/jobs/unknown")["body"]), "Error", document)


def test_the_contract_has_every_route_there_is(document: dict[str, Any]) -> None:
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    information = report_of(answer(request_event("GET", "/", headers={"Accept": "application/json"})))
    assert set(information["endpoints"].values()) | {"GET /"} == described


def test_refusals_and_information_are_what_the_contract_describes(document: dict[str, Any]) -> None:
    validate(json.loads(answer(upload_event([]))["body"]), "Error", document)
    validate(json.loads(answer(request_event("GET", "/"))["body"]), "Information", document)
    validate(json.loads(answer(request_event("GET", "/health"))["body"]), "Health", document)
    validate(json.loads(answer(request_event("GET", "/api/formats"))["body"]), "Formats", document)
