"""A job: one record from the announcement of its files to the end of its report."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from battery_service.options import Options, default_options

type Status = Literal["awaiting", "queued", "running", "succeeded", "failed", "deleted"]
type Stage = Literal["downloading", "reading", "analysing", "plotting", "storing"]

STAGES: tuple[Stage, ...] = ("downloading", "reading", "analysing", "plotting", "storing")
ENDED: frozenset[Status] = frozenset({"succeeded", "failed"})
MAX_ATTEMPTS = 3

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of an upload: its name, its declared size, and the object that was found when the job was started."""

    name: str
    size_bytes: int
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Times are seconds since 1970. `due_at` is when upkeep processes the job, if nothing has changed it before.

    `awaiting` is an upload whose job has not been started; a `deleted` job is kept until no worker can write for it.
    `caller` announced it, and it exists for no other. `sends` counts the messages sent for it, and `owner` is the claim of
    the worker that may change it.
    """

    job_id: str
    status: Status
    created_at: float
    due_at: float
    expires_at: float
    files: tuple[StoredFile, ...] = ()
    options: Options = field(default_factory=default_options)
    request_id: str = ""
    caller: str = ""
    stage: Stage | None = None
    attempts: int = 0
    sends: int = 0
    owner: str = ""
    started_at: float | None = None
    finished_at: float | None = None
    error: Mapping[str, Any] | None = None
    report_bytes: int = 0
    result_bytes: int = 0

    @property
    def waits(self) -> bool:
        """Whether it waits until other jobs of its caller have ended; no message has been sent for it then."""
        return self.status == "queued" and self.sends == 0

    @property
    def has_internal_error(self) -> bool:
        return self.error is not None and self.error["code"] == "internal"

    def key_of(self, index: int) -> str:
        """The key of the file at this index."""
        return f"{uploads_prefix(self.job_id)}{index:02d}"


def new_id() -> str:
    """An id that cannot be guessed, safe in URLs, keys and command lines."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def uploads_prefix(job_id: str) -> str:
    return f"uploads/{job_id}/"


def result_key(job_id: str) -> str:
    return f"results/{job_id}.json.gz"
