"""The one table of errors: each code with its HTTP statuses and its meaning, and the exception for them."""

from collections.abc import Mapping
from dataclasses import dataclass

PRESIGNED_ROUTE = "/api/uploads"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """The meaning of a code, and its statuses. Another status than the first is given where the error is raised."""

    when: str
    statuses: tuple[int, ...]


# In the order of the contract. Codes are stable, because clients depend on them.
ERRORS: Mapping[str, ErrorKind] = {
    "no_files": ErrorKind("The request holds or announces no file.", (400,)),
    "empty_file": ErrorKind("A file has no bytes.", (400,)),
    "unsupported_file_type": ErrorKind("A file is of no format that can be read.", (400,)),
    "corrupted_file": ErrorKind("A file is damaged or cut off.", (400,)),
    "unsafe_pickle": ErrorKind("A pickle would run code, or use more memory than its size allows.", (400,)),
    "unsupported_structure": ErrorKind("A file's content is not laid out as expected.", (400,)),
    "missing_columns": ErrorKind("A file lacks a column that the analysis needs.", (400,)),
    "inconsistent_lengths": ErrorKind("The columns of a cycle differ in length.", (400,)),
    "no_cycles": ErrorKind("A file holds no cycle.", (400,)),
    "incomplete_csv_set": ErrorKind("A set of CSV files lacks its `_cycles.csv`.", (400,)),
    "too_large": ErrorKind("The request, a file or the answer is larger than the limit.", (413,)),
    "invalid_option": ErrorKind("An option, or its value, is unknown.", (400,)),
    "malformed_multipart": ErrorKind("The form cannot be read; 415 where the body is not a form.", (400, 415)),
    "not_found": ErrorKind(
        "There is no such path, upload or job; 409 where a job has no result, or not yet.", (404, 409)
    ),
    "not_uploaded": ErrorKind("The files of an upload have not arrived as announced, or are in a job already.", (409,)),
    "internal": ErrorKind("An error on our side.", (500,)),
    "unauthorized": ErrorKind("There is no token, or no valid JSON web token.", (401,)),
    "forbidden": ErrorKind("The token is unknown or revoked, or lacks the scope.", (403,)),
    "method_not_allowed": ErrorKind("The path exists, but does not take this method.", (405,)),
    "too_costly": ErrorKind("A file would take more work than its size allows.", (400,)),
    "deadline_exceeded": ErrorKind(
        "A file takes too long to analyse; 503 where the cause is not the file.", (400, 503)
    ),
    "quota_exceeded": ErrorKind("The caller has used a quota; `Retry-After` says when to try again.", (429,)),
    "unavailable": ErrorKind("The service cannot answer now.", (503,)),
}
STATUSES: Mapping[str, tuple[int, ...]] = {code: kind.statuses for code, kind in ERRORS.items()}


class ApiError(Exception):
    """An error that the sender can act on: a code of the table, one sentence, and the same facts as JSON values."""

    def __init__(
        self,
        code: str,
        message: str,
        details: Mapping[str, object] | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        statuses = ERRORS[code].statuses
        if status is not None and status not in statuses:
            raise ValueError(f"{code} is answered with one of {statuses}, not {status}")
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.status = statuses[0] if status is None else status
        self.headers = dict(headers or {})


def error_body(code: str, message: str, details: Mapping[str, object], request_id: str) -> dict[str, object]:
    """The one shape of every error answer."""
    return {"error": message, "code": code, "details": dict(details), "request_id": request_id}
