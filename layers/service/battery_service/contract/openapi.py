"""The contract as an OpenAPI 3.1 document: all routes with their requests, answers and errors."""

from battery_service.contract.generated import file_endings, generated
from battery_service.contract.job_schema import JOB_PATHS, JOB_SCHEMAS
from battery_service.contract.json_schema import Schema, array, record, ref, text, whole
from battery_service.contract.token_schema import SECURITY_SCHEMES, TOKEN_RESPONSES, TOKEN_SCHEMAS, with_tokens
from battery_service.errors import STATUSES
from battery_service.settings import Settings
from battery_service.site.information import NAME

DESCRIPTION = (
    "Upload cycling data of lithium-ion cells, in any format that `GET /api/formats` lists, and get back capacity fade, "
    "voltage profiles, temperature, statistics, a cycle-life projection, health and plots. Files are not kept after "
    "the analysis."
)

ERROR = record(
    "Every error has this shape.",
    {
        "error": text("One sentence that says what is wrong and what to do."),
        "code": {
            "type": "string",
            "enum": list(STATUSES),
            "description": "The stable name of the error, for programs.",
        },
        "details": {"type": "object", "description": "The same facts as values: file, column, limit, what is allowed."},
        "request_id": text("Also in the header X-Request-Id; quote it when asking for help."),
    },
)

INFORMATION = record(
    "The API, its version and its limits.",
    {
        "name": text("The API's name."),
        "version": text("The version of the API."),
        "status": text("`ok`."),
        "stage": text("The stage of the deployment."),
        "endpoints": {"type": "object", "description": "Method and path of each endpoint."},
        "limits": record(
            "The most that one request may hold.",
            {
                "profile": text("`cloud` or `local`."),
                "max_upload_bytes": whole("Bytes of files in one upload."),
                "max_answer_bytes": {"type": ["integer", "null"], "description": "Bytes of one answer as event JSON."},
                "max_parts": whole("Parts of one form."),
                "presigned": record(
                    "The most that one presigned upload may hold.",
                    {
                        "max_file_bytes": whole("Bytes of one file."),
                        "max_total_bytes": whole("Bytes of all files of one upload."),
                        "max_files": whole("Files of one upload."),
                    },
                ),
            },
        ),
    },
)

HEALTH = record("The service answers.", {"status": text("`ok`."), "version": text("The version of the API.")})

FORMATS = record(
    "The formats that can be read.",
    {
        "formats": array(
            record(
                "One format.",
                {
                    "name": text("The format's name, as `source.format` of a report has it."),
                    "endings": array(text("With its dot."), "The endings of its files."),
                    "instrument": text("The instruments or programs that write it."),
                    "needs": text("What a file must hold."),
                    "traps": text("What misleads in such files, and what is done about it; empty where nothing does."),
                },
            ),
            "Each format once.",
        )
    },
)

UPLOAD_BODY: Schema = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "file": array(
                        {"type": "string", "contentMediaType": "application/octet-stream"},
                        f"One part named `file` per file, of any format of `GET /api/formats`: {', '.join(file_endings())}. "
                        "CSV files that share a base name are one cell.",
                    )
                },
                "required": ["file"],
            }
        }
    },
}


def openapi_document(settings: Settings) -> Schema:
    """The document for this deployment; only the version and the limits depend on it."""
    size = f"{settings.limits.max_upload_bytes:,} bytes of files"
    paths = {
        "/": {"get": _simple("information", "API information; a page for browsers", ref("Information"), page=True)},
        "/health": {"get": _simple("health", "Whether the service answers", ref("Health"))},
        "/openapi.json": {"get": _simple("contract", "This document", {"type": "object"})},
        "/docs": {"get": _page("docs", "This document as a page")},
        "/api/formats": {"get": _simple("formats", "Every format that can be read", ref("Formats"))},
        "/api/upload": {"post": _upload()},
        **JOB_PATHS,
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": NAME,
            "version": settings.version,
            "description": f"{DESCRIPTION} One upload holds up to {size}.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": with_tokens(paths, required=settings.needs_token),
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "schemas": {
                **generated()["schemas"],
                **JOB_SCHEMAS,
                "Error": ERROR,
                **TOKEN_SCHEMAS,
                "Information": INFORMATION,
                "Health": HEALTH,
                "Formats": FORMATS,
            },
            "headers": {"X-Request-Id": {"description": "The request's id.", "schema": {"type": "string"}}},
            "responses": {
                **TOKEN_RESPONSES,
                "BadRequest": _error("Something is wrong with the form, a file or an option.", 400),
                "TooLarge": _error("The upload, or its report, is too large for one request.", 413),
                "NotFound": _error(
                    "There is no such upload or job, it was deleted, or it belongs to another caller.", 404
                ),
                "NotUploaded": _error(
                    "The upload's files have not arrived as announced, or they are in a job already.", 409
                ),
                "NoResult": _error(
                    "The job has not succeeded, or not yet. `details` have its status, or why it failed.", 409
                ),
                "NotMultipart": _error("The body is not multipart/form-data.", 415),
                "Internal": _error("An error on our side.", 500),
            },
        },
    }


def _option_parameters() -> list[Schema]:
    """The options as query parameters; a list is written with commas."""
    return [
        {
            "name": name,
            "in": "query",
            "description": option["description"],
            **({"style": "form", "explode": False} if option["schema"]["type"] == "array" else {}),
            "schema": option["schema"],
        }
        for name, option in generated()["options"].items()
    ]


def _upload() -> Schema:
    answer: Schema = {"oneOf": [ref("Report"), ref("SeveralReports")]}
    return {
        "operationId": "upload",
        "summary": "Analyse one or more files at once",
        "description": "One cell: its report. Several: `cells` in the order of the files, and a `comparison`.",
        "parameters": _option_parameters(),
        "requestBody": UPLOAD_BODY,
        "responses": {
            "200": _json("The report.", answer),
            "400": {"$ref": "#/components/responses/BadRequest"},
            "413": {"$ref": "#/components/responses/TooLarge"},
            "415": {"$ref": "#/components/responses/NotMultipart"},
            "500": {"$ref": "#/components/responses/Internal"},
        },
    }


def _simple(operation_id: str, summary: str, schema: Schema, *, page: bool = False) -> Schema:
    answer = _json(summary, schema)
    if page:
        answer["content"] = {"application/json": {"schema": schema}, "text/html": {"schema": {"type": "string"}}}
    return {"operationId": operation_id, "summary": summary, "responses": {"200": answer}}


def _page(operation_id: str, summary: str) -> Schema:
    answer: Schema = {"description": summary, "content": {"text/html": {"schema": {"type": "string"}}}}
    return {"operationId": operation_id, "summary": summary, "responses": {"200": answer}}


def _json(description: str, schema: Schema) -> Schema:
    return {
        "description": description,
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
        "content": {"application/json": {"schema": schema}},
    }


def _error(description: str, status: int) -> Schema:
    codes = ", ".join(f"`{code}`" for code, statuses in STATUSES.items() if status in statuses)
    return _json(f"{description} Codes: {codes}.", ref("Error"))
