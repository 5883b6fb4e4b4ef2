"""The checks of a deployment, in the order in which a user would notice a fault."""

import base64
import re
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sample_cells.files import csv_triplet, pickle_bytes
from sample_cells.named import named_cell
from tools.smoke.deployment import Deployment, SmokeError, require

SAMPLE = "SAMPLE_LFP_25_SHORT"
JOB_SECONDS = 120
PAUSE_SECONDS = 0.5
PNG = b"\x89PNG\r\n\x1a\n"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ELSEWHERE = "https://dashboard.example.com"
NOT_A_TOKEN = "bat_of-nobody"  # noqa: S105  # no store has it
HOSTILE = b"cos\nsystem\n(S'true'\ntR."


@cache
def sample_pickle() -> bytes:
    return pickle_bytes(named_cell(SAMPLE))


def health(deployment: Deployment) -> None:
    """`/health` answers without a token."""
    answer = deployment.ask("GET", "/health", token="").json()
    require(answer.get("status") == "ok", f"health is {answer}")


def information(deployment: Deployment) -> None:
    """The API's information and its contract agree on version and endpoints."""
    stated = deployment.ask("GET", "/", token="").json()
    contract = deployment.ask("GET", "/openapi.json", token="").json()
    require(stated["version"] == contract["info"]["version"], "the API and its contract name different versions")
    for endpoint in stated["endpoints"].values():
        method, path = endpoint.split()
        require(method.lower() in contract["paths"].get(path, {}), f"{endpoint} is not in the contract")


def page(deployment: Deployment) -> None:
    """A browser gets the page and every file that it names."""
    html = deployment.ask("GET", "/", token="", headers=BROWSER).text
    require("<!doctype html" in html.lower(), "GET / answers a browser without a page")
    for name in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', html):
        deployment.ask("GET", f"/{name}", token="")


def preflight(deployment: Deployment) -> None:
    """A browser's preflight request for an upload is answered without a token."""
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization,content-type"
    deployment.ask("OPTIONS", "/api/upload", expected=(200, 204), token="", headers=asked)


def tokens(deployment: Deployment) -> None:
    """A request without a token, or with a wrong one, is rejected if the deployment asks for tokens."""
    if not deployment.token:
        require(not deployment.needs_token(), "the deployment asks for a token, and none was given (TOKEN=…)")
        return
    for route in ("/api/upload", "/api/uploads"):
        deployment.ask("POST", route, expected=401, token="")
        deployment.ask("POST", route, expected=(401, 403), token=NOT_A_TOKEN)


def direct_upload(deployment: Deployment) -> None:
    """A pickle is analysed, with its plots."""
    report = direct_report(deployment)
    require(report["metadata"]["cell_id"] == SAMPLE, f"the report is of {report['metadata']['cell_id']}")
    capacities = report["capacity_fade"]["discharge_capacities"]
    true_Ah = named_cell(SAMPLE).truth.discharge_Ah
    require(len(capacities) == len(true_Ah), f"the report has {len(capacities)} cycles of {len(true_Ah)}")
    for reported_Ah, expected_Ah in zip(capacities, true_Ah, strict=True):
        require(
            abs(reported_Ah / expected_Ah - 1) < 0.01, f"{reported_Ah} Ah is reported where {expected_Ah:.4f} flowed"
        )
    plot = base64.b64decode(report["capacity_fade"]["capacity_plot"])
    require(plot.startswith(PNG), "the capacity plot is no PNG")


def csv_upload(deployment: Deployment) -> None:
    """Three CSV files that share a base name are one cell."""
    files = [("file", named) for named in csv_triplet(named_cell(SAMPLE)).items()]
    report = deployment.ask("POST", "/api/upload", files=files, params={"plots": "none"}).json()
    require(report["source"]["files"] == [name for _, (name, _) in files], f"the report is of {report['source']}")


def errors(deployment: Deployment) -> None:
    """A hostile pickle and an unknown option are rejected; the error names the file."""
    answer = deployment.ask("POST", "/api/upload", expected=400, files={"file": ("hostile.pkl", HOSTILE)}).json()
    require(answer["code"] == "unsafe_pickle", f"a hostile pickle is rejected as {answer['code']}")
    require("hostile.pkl" in answer["error"], "the error does not name the file")
    sent = {"file": ("a.pkl", sample_pickle())}
    answer = deployment.ask("POST", "/api/upload", expected=400, files=sent, params={"plots": "everything"}).json()
    require(answer["code"] == "invalid_option", f"an unknown option is rejected as {answer['code']}")


def presigned_upload(deployment: Deployment) -> None:
    """A presigned upload becomes a job with the same report as a direct upload; the job can be deleted."""
    content, name = sample_pickle(), f"{SAMPLE}.pkl"
    announced = deployment.ask(
        "POST", "/api/uploads", expected=201, json={"files": [{"name": name, "size_bytes": len(content)}]}
    ).json()
    [file] = announced["files"]
    # The storage is not part of the API: the form is sent there, never the token.
    deployment.ask(
        "POST",
        file["post"]["url"],
        expected=(200, 201, 204),
        token="",
        data=file["post"]["fields"],
        files={"file": (name, content)},
    )
    start = f"/api/uploads/{announced['upload_id']}/analysis"
    job_id = deployment.ask("POST", start, expected=202, json={}).json()["job_id"]
    try:
        finished_job(deployment, job_id)
        report = deployment.ask("GET", f"/api/jobs/{job_id}/result").json()
    finally:
        deployment.ask("DELETE", f"/api/jobs/{job_id}", expected=204)
    require(report == direct_report(deployment), "the job's report is not the one of a direct upload")
    deployment.ask("GET", f"/api/jobs/{job_id}", expected=404)


def direct_report(deployment: Deployment) -> dict[str, Any]:
    report: dict[str, Any] = deployment.ask(
        "POST", "/api/upload", files={"file": (f"{SAMPLE}.pkl", sample_pickle())}
    ).json()
    return report


def finished_job(deployment: Deployment, job_id: str) -> None:
    """Waits for the end of a job. Raises SmokeError if it fails or takes too long."""
    give_up_at = time.monotonic() + JOB_SECONDS
    while time.monotonic() < give_up_at:
        job = deployment.ask("GET", f"/api/jobs/{job_id}").json()
        if job["status"] == "succeeded":
            return
        if job["status"] == "failed":
            raise SmokeError(f"the job failed: {job['error']}")
        time.sleep(PAUSE_SECONDS)
    raise SmokeError(f"the job was not done after {JOB_SECONDS} s; its status is {job['status']}")


CHECKS: Mapping[str, Callable[[Deployment], None]] = {
    "health": health,
    "information and contract": information,
    "page": page,
    "preflight": preflight,
    "tokens": tokens,
    "direct upload": direct_upload,
    "CSV set": csv_upload,
    "errors": errors,
    "presigned upload": presigned_upload,
}
