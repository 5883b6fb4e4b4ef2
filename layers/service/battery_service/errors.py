"""What a request can be refused for: one table from error code to HTTP status, and the exception that carries both."""

from collections.abc import Mapping

# The first status is the code's usual one; a further one must be asked for by name where the fault is seen.
STATUSES: Mapping[str, tuple[int, ...]] = {
    "no_files": (400,),
    "empty_file": (400,),
    "unsupported_file_type": (400,),
    "corrupted_file": (400,),
    "unsafe_pickle": (400,),
    "unsupported_structure": (400,),
    "missing_columns": (400,),
    "inconsistent_lengths": (400,),
    "no_cycles": (400,),
    "incomplete_csv_set": (400,),
    "invalid_option": (400,),
    "malformed_multipart": (400, 415),  # 415: not multipart at all
    "too_large": (413,),
    "not_found": (404, 405, 409),  # 405: the path exists, the method does not; 409: a result that is not there (yet)
    "not_uploaded": (409,),
    "internal": (500,),
}

PRESIGNED_ROUTE = "/api/uploads"


class ApiError(Exception):
    """A refusal that its sender can act on: a code of the table, one sentence, and the same facts as JSON values."""

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
        statuses = STATUSES[code]
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
