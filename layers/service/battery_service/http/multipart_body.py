"""The files of a multipart/form-data body, by the `multipart` library; powertools' own parser truncates or refuses some."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from multipart import (  # type: ignore[import-untyped]  # it ships no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from battery_service.bridge import BatteryFile
from battery_service.errors import PRESIGNED_ROUTE, ApiError
from battery_service.http.file_names import display_name, extended_filename
from battery_service.http.request import Request
from battery_service.limits import Limits

FILE_FIELD = "file"
MAX_NAMES_IN_ERROR = 10
# Every byte is a Latin-1 character, so no header fails to decode; names are then read as UTF-8.
HEADER_CHARSET = "latin-1"


@dataclass(frozen=True, slots=True)
class _Part:
    field: str
    file_name: str | None
    content: bytes


def uploaded_files(request: Request, limits: Limits) -> list[BatteryFile]:
    """The parts named `file` of a request, in their order; every other part is ignored.

    Raises ApiError: `malformed_multipart` (415 where it is not multipart at all), `too_large`, `no_files`.
    """
    boundary = _boundary(request)
    if request.body_bytes > limits.max_body_bytes:
        raise too_large(request.body_bytes, limits)
    other_fields: list[str] = []
    files: list[BatteryFile] = []
    total_bytes = 0
    for part in _parts(request, boundary, limits):
        if part.field != FILE_FIELD:
            other_fields.append(display_name(part.field))
        elif part.file_name or part.content:  # a browser sends neither where no file was chosen
            total_bytes += len(part.content)
            files.append(BatteryFile(display_name(part.file_name or ""), part.content))
    if total_bytes > limits.max_upload_bytes:
        raise too_large(total_bytes, limits)
    if not files:
        raise _no_files(other_fields)
    return files


def too_large(size_bytes: int, limits: Limits) -> ApiError:
    """The error for an upload that is too large, with the route for larger ones."""
    return ApiError(
        "too_large",
        f"The upload has {size_bytes:,} bytes, and the limit of a request is {limits.max_upload_bytes:,}: send larger files "
        f"through POST {PRESIGNED_ROUTE}, or send fewer at once.",
        {"limit_bytes": limits.max_upload_bytes, "size_bytes": size_bytes, "presigned_route": PRESIGNED_ROUTE},
    )


def _boundary(request: Request) -> str:
    content_type = request.header("content-type")
    if not content_type and not request.body_bytes:
        raise _no_files([])
    media_type, parameters = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        raise ApiError(
            "malformed_multipart",
            "The request is not multipart/form-data: send each file as a form part named 'file'.",
            {"content_type": content_type[:100], "expected": "multipart/form-data"},
            status=415,
        )
    boundary: str = parameters.get("boundary", "")
    if not boundary:
        raise ApiError(
            "malformed_multipart",
            "The Content-Type has no boundary: let the HTTP library set this header instead of writing it by hand.",
            {"content_type": content_type[:100]},
        )
    return boundary


def _parts(request: Request, boundary: str, limits: Limits) -> Iterator[_Part]:
    """The parts, one after the other. The parser gets large pieces, so that each part's content is copied only once."""
    parser = PushMultipartParser(boundary.encode("latin-1", "replace"), header_charset=HEADER_CHARSET)
    count = 0
    segment: MultipartSegment | None = None
    chunks: list[bytes] = []
    try:
        with parser:
            for event in chain.from_iterable(map(parser.parse, request.body_chunks())):
                if isinstance(event, MultipartSegment):
                    count += 1
                    if count > limits.max_parts:
                        raise _too_many_parts(limits)
                    segment, chunks = event, []
                elif event is not None:
                    chunks.append(bytes(event))
                elif segment is not None:
                    yield _Part(_text(segment.name or ""), _file_name(segment), b"".join(chunks))
    except MultipartError as error:
        raise ApiError(
            "malformed_multipart",
            f"The multipart body cannot be read: {error.args[0] if error.args else 'it is malformed'}.",
            {"size_bytes": request.body_bytes},
        ) from error


def _file_name(segment: MultipartSegment) -> str | None:
    """`filename*` before `filename` (RFC 6266); None where the part has neither."""
    extended = extended_filename(segment.header("Content-Disposition", ""))
    if extended is not None:
        return extended
    return None if segment.filename is None else _text(segment.filename)


def _text(header_value: str) -> str:
    return header_value.encode(HEADER_CHARSET).decode("utf-8", "replace")


def _too_many_parts(limits: Limits) -> ApiError:
    return ApiError(
        "too_large",
        f"The form has more than {limits.max_parts} parts: send fewer files at once.",
        {"limit_parts": limits.max_parts, "presigned_route": PRESIGNED_ROUTE},
    )


def _no_files(other_fields: list[str]) -> ApiError:
    shown = other_fields[:MAX_NAMES_IN_ERROR]
    has = f"it has {', '.join(map(repr, shown))}" if shown else "it is empty"
    return ApiError(
        "no_files",
        f"The form has no file in a part named '{FILE_FIELD}': {has}.",
        {"expected_part": FILE_FIELD, "parts": shown},
    )
