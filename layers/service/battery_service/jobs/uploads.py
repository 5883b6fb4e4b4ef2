"""Reads and checks the requests of an upload: its files, its options, and whether the announced files have arrived."""

import json
from collections.abc import Mapping, Sequence

from battery_service.errors import ApiError
from battery_service.http.file_names import display_name
from battery_service.http.request import Request
from battery_service.jobs.job import Job, StoredFile
from battery_service.jobs.storage import StoredObject
from battery_service.limits import UploadLimits
from battery_service.options import Options, options_of_json

MAX_BODY_BYTES = 64 * 1024
ANNOUNCEMENT = '{"files": [{"name": "cell.pkl", "size_bytes": 1234}]}'


def announced_upload(request: Request, limits: UploadLimits) -> tuple[tuple[StoredFile, ...], Options]:
    """The files, and the options where there are some, of a request that announces an upload.

    Raises ApiError: `no_files`, `empty_file`, `unsupported_structure`, `too_large`,
    `invalid_option`.
    """
    body = _json_of(request)
    entries = body.get("files") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(entries, list) or not entries:
        raise ApiError(
            "no_files", f"The body announces no files; send a body such as {ANNOUNCEMENT}.", {"expected": "files"}
        )
    unknown = sorted(set(body) - {"files", "options"})
    if unknown:
        raise _unknown_key(unknown[0], ("files", "options"))
    if len(entries) > limits.max_files:
        raise ApiError(
            "too_large",
            f"The upload has {len(entries):,} files, and the limit is {limits.max_files}: send several uploads.",
            {"limit_files": limits.max_files, "files": len(entries)},
        )
    files = tuple(_announced_file(entry, limits) for entry in entries)
    _check_together(files, limits)
    options = body.get("options")
    return files, options_of_json({} if options is None else options)


def analysis_options(request: Request, announced: Options) -> Options:
    """The options of a request to start a job; those of the announcement where it has none."""
    body = _json_of(request) if request.body_bytes else {}
    return announced if body is None or body == {} else options_of_json(body)


def arrived_files(job: Job, objects: Mapping[str, StoredObject]) -> tuple[StoredFile, ...]:
    """The upload's files with their objects' tags. Raises `not_uploaded`, which names missing, wrong and additional files."""
    keys = {job.key_of(index): file for index, file in enumerate(job.files)}
    missing = [file.name for key, file in keys.items() if key not in objects]
    wrong = [
        {"name": file.name, "expected_bytes": file.size_bytes, "size_bytes": objects[key].size_bytes}
        for key, file in keys.items()
        if key in objects and objects[key].size_bytes != file.size_bytes
    ]
    extra = sorted(set(objects) - set(keys))
    if missing or wrong or extra:
        raise ApiError(
            "not_uploaded",
            f"The upload is not what was announced: {_said(missing, wrong, extra)}.",
            {"missing": missing, "wrong_size": wrong, "extra": extra},
        )
    return tuple(
        StoredFile(file.name, file.size_bytes, objects[job.key_of(index)].etag) for index, file in enumerate(job.files)
    )


def _said(missing: Sequence[str], wrong: Sequence[Mapping[str, object]], extra: Sequence[str]) -> str:
    said = [f"{name} has not arrived" for name in missing[:3]]
    said += [f"{it['name']} has {it['size_bytes']:,} bytes instead of {it['expected_bytes']:,}" for it in wrong[:3]]
    said += [f"{key} was not announced" for key in extra[:3]]
    more = len(missing) + len(wrong) + len(extra) - len(said)
    return "; ".join([*said, f"and {more} more"] if more else said)


def _announced_file(entry: object, limits: UploadLimits) -> StoredFile:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise ApiError("no_files", f"A file needs its name and size, as in {ANNOUNCEMENT}.", {"expected": "name"})
    unknown = sorted(set(entry) - {"name", "size_bytes"})
    if unknown:
        raise _unknown_key(unknown[0], ("name", "size_bytes"))
    name, size = display_name(entry["name"]), entry.get("size_bytes")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ApiError(
            "no_files",
            f"The size_bytes of {name} must be a whole number, the size of the file in bytes.",
            {"file": name, "expected": "size_bytes"},
        )
    if size == 0:
        raise ApiError("empty_file", f"{name} is empty; there is nothing to analyse.", {"file": name})
    if size > limits.max_file_bytes:
        raise ApiError(
            "too_large",
            f"{name} has {size:,} bytes, and the limit of a file is {limits.max_file_bytes:,}: split it by cycles.",
            {"file": name, "limit_bytes": limits.max_file_bytes, "size_bytes": size},
        )
    return StoredFile(name, size)


def _check_together(files: Sequence[StoredFile], limits: UploadLimits) -> None:
    seen: set[str] = set()
    for file in files:
        if file.name.lower() in seen:
            raise ApiError(
                "unsupported_structure", f"{file.name} is announced twice; send each file once.", {"file": file.name}
            )
        seen.add(file.name.lower())
    total = sum(file.size_bytes for file in files)
    if total > limits.max_total_bytes:
        raise ApiError(
            "too_large",
            f"The upload has {total:,} bytes, and one takes {limits.max_total_bytes:,}: send several uploads.",
            {"limit_bytes": limits.max_total_bytes, "size_bytes": total},
        )


def _json_of(request: Request) -> object:
    """The body as JSON. Raises `too_large` or `invalid_option`; an empty body is null."""
    if request.body_bytes > MAX_BODY_BYTES:
        raise ApiError(
            "too_large",
            f"The body has {request.body_bytes:,} bytes, and it may have {MAX_BODY_BYTES:,}: files go to S3, not here.",
            {"limit_bytes": MAX_BODY_BYTES, "size_bytes": request.body_bytes},
        )
    try:
        body: object = json.loads(request.body() or b"null")
        json.dumps(body, ensure_ascii=False).encode()  # halves of characters have no UTF-8
    except (ValueError, RecursionError) as error:
        raise ApiError(
            "invalid_option",
            "The body is not JSON, or too deep; send a JSON object.",
            {"option": "body", "allowed": "JSON"},
        ) from error
    return body


def _unknown_key(name: str, allowed: Sequence[str]) -> ApiError:
    shown = display_name(name)
    return ApiError(
        "invalid_option",
        f"There is no key '{shown}' here; there are {', '.join(allowed)}.",
        {"option": shown, "allowed": list(allowed)},
    )
