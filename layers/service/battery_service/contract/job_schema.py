"""The routes for uploads and jobs in the OpenAPI document: their requests, answers and errors."""

from battery_service.contract.generated import file_endings, generated
from battery_service.contract.json_schema import Schema, array, record, ref, text, text_or_null, whole
from battery_service.jobs.idempotency import IDEMPOTENCY_KEY, KEY_PATTERN
from battery_service.jobs.job import STAGES
from battery_service.limits import UPLOADS

# An upload whose job was not started, and a deleted job, are not found.
STATUSES = ("queued", "running", "succeeded", "failed")
MIB = 1024 * 1024
TEXT: Schema = {"type": "string"}


def _options() -> Schema:
    """The options of `POST /api/upload` as JSON."""
    fields: dict[str, Schema] = {
        name: {
            "description": f"{option['description']} Takes {option['takes']}.",
            # A list may be written with commas, as in a query.
            "anyOf": [option["schema"], *([TEXT] if option["schema"]["type"] == "array" else []), {"type": "null"}],
        }
        for name, option in generated()["options"].items()
    }
    return record("The options of `POST /api/upload`, as JSON; null leaves one at its default.", {}, fields)


ANNOUNCEMENT = record(
    f"The files of one upload: up to {UPLOADS.max_files}, each up to {UPLOADS.max_file_bytes // MIB} MiB, together up to "
    f"{UPLOADS.max_total_bytes // MIB} MiB. CSV files that share a base name are one cell.",
    {
        "files": {
            "type": "array",
            "minItems": 1,
            "maxItems": UPLOADS.max_files,
            "description": "The report has the cells in this order.",
            "items": record(
                "One file.",
                {
                    "name": {
                        **text(
                            f"Its name. The content tells what it is; known endings are {', '.join(file_endings())}."
                        ),
                        "minLength": 1,
                    },
                    "size_bytes": {**whole("Its size in bytes."), "minimum": 1, "maximum": UPLOADS.max_file_bytes},
                },
            ),
        }
    },
    {"options": ref("Options")},
)

UPLOAD = record(
    "The forms for the files. Post each as multipart/form-data to `post.url`: first `post.fields`, then the part `file`.",
    {
        "upload_id": text("The upload's id. Its caller starts the job with it."),
        "expires_at": text("When the forms expire, ISO 8601 in UTC."),
        "max_bytes": whole("The most bytes that one file may have."),
        "files": array(
            record(
                "One file's form.",
                {
                    "name": text("The file's name."),
                    "key": text("The key of its object in S3."),
                    "post": record(
                        "A presigned POST.",
                        {
                            "url": text("The URL to post the form to."),
                            "fields": {
                                "type": "object",
                                "additionalProperties": {"type": "string"},
                                "description": "The form's fields, all of them.",
                            },
                        },
                    ),
                },
            ),
            "One form per file, in the order of the files.",
        ),
    },
)

STARTED = record(
    "The job, new or started before.",
    {
        "job_id": text("The job's id. Its caller gets its status and result, and deletes it, with this id."),
        "status": {"type": "string", "enum": list(STATUSES), "description": "`queued`, or a later status."},
        "status_url": text("The URL of its status."),
    },
)

JOB = record(
    "A job. Times are ISO 8601 in UTC.",
    {
        "job_id": text("The job's id."),
        "upload_id": text("The id of the upload whose files it analyses."),
        "status": {"type": "string", "enum": list(STATUSES), "description": "The job's status."},
        "stage": {"enum": [*STAGES, None], "description": "The stage of a running job; null otherwise."},
        "attempts": whole("Number of attempts: how often a worker has started it."),
        "created_at": text("When its upload was announced."),
        "started_at": text_or_null("When a worker first started it."),
        "finished_at": text_or_null("When it succeeded or failed."),
        "expires_at": text("When it and its result are deleted."),
        "error": {
            "description": "Why it failed: the error that `POST /api/upload` would answer for these files.",
            "oneOf": [ref("Error"), {"type": "null"}],
        },
        "result_url": text_or_null("The URL of its report, once it has succeeded."),
    },
)

JOB_SCHEMAS: dict[str, Schema] = {
    "Options": _options(),
    "Announcement": ANNOUNCEMENT,
    "Upload": UPLOAD,
    "StartedJob": STARTED,
    "Job": JOB,
}


def _answer(description: str, schema: Schema, *, location: bool = False) -> Schema:
    headers: Schema = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if location:
        headers["Location"] = {"description": "The same as `status_url`.", "schema": {"type": "string"}}
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": schema}}}


def _responses(answers: dict[str, Schema], refusals: dict[str, str]) -> Schema:
    """Answers by status, then errors by status, each with the name of its response in the document."""
    named = {**refusals, "500": "Internal"}
    return {**answers, **{status: {"$ref": f"#/components/responses/{name}"} for status, name in named.items()}}


def _id_in_path(name: str, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


_IDEMPOTENCY_KEY: Schema = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "A new UUID for each upload: if the answer is lost, the same request with the same key announces no other.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_UPLOAD_ID = _id_in_path("upload_id", "The upload's id.")
_JOB_ID = _id_in_path("job_id", "The job's id.")
_REPORT: Schema = {"oneOf": [ref("Report"), ref("SeveralReports")]}

JOB_PATHS: Schema = {
    "/api/uploads": {
        "post": {
            "operationId": "announceUpload",
            "summary": "Announce files that are too large for one request",
            "description": "Answers with one form per file, to post it to S3 within 15 minutes. The same request twice with "
            "one Idempotency-Key announces one upload.",
            "parameters": [_IDEMPOTENCY_KEY],
            "requestBody": {"required": True, "content": {"application/json": {"schema": ref("Announcement")}}},
            "responses": _responses(
                {"201": _answer("The forms.", ref("Upload"))}, {"400": "BadRequest", "413": "TooLarge"}
            ),
        }
    },
    "/api/uploads/{upload_id}/analysis": {
        "post": {
            "operationId": "startAnalysis",
            "summary": "Start the job of an upload whose files have been posted",
            "description": "The same request twice gives the same job, with and without an Idempotency-Key. Options of the "
            "announcement need not be sent again.",
            "parameters": [_UPLOAD_ID],
            "requestBody": {"required": False, "content": {"application/json": {"schema": ref("Options")}}},
            "responses": _responses(
                {"202": _answer("The job.", ref("StartedJob"), location=True)},
                {"400": "BadRequest", "404": "NotFound", "409": "NotUploaded"},
            ),
        }
    },
    "/api/jobs/{job_id}": {
        "get": {
            "operationId": "job",
            "summary": "The status of a job",
            "parameters": [_JOB_ID],
            "responses": _responses({"200": _answer("The job.", ref("Job"))}, {"404": "NotFound"}),
        },
        "delete": {
            "operationId": "forgetJob",
            "summary": "Delete a job, its files and its result now",
            "description": "It works at any time, also before the job is started. An unknown id has the same answer. "
            "A job of another caller is not found, and is not deleted.",
            "parameters": [_JOB_ID],
            "responses": _responses({"204": {"description": "It is deleted."}}, {"404": "NotFound"}),
        },
    },
    "/api/jobs/{job_id}/result": {
        "get": {
            "operationId": "jobResult",
            "summary": "The report of a job that has succeeded",
            "description": "The same report as from `POST /api/upload`. A large report is answered as a link to it, gzipped.",
            "parameters": [_JOB_ID],
            "responses": _responses(
                {
                    "200": _answer("The report.", _REPORT),
                    "303": {
                        "description": "The report is at this link for some seconds: follow it at once. It is gzipped.",
                        "headers": {"Location": {"description": "The link.", "schema": {"type": "string"}}},
                    },
                },
                {"404": "NotFound", "409": "NoResult"},
            ),
        }
    },
}
