"""The size limits of requests, answers and uploads, in the cloud and on one machine."""

from dataclasses import dataclass
from typing import Literal

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may hold.

    `max_upload_bytes` counts the files' own bytes, `max_answer_bytes` the answer as event JSON; None is no limit.
    """

    name: Literal["cloud", "local"]
    max_upload_bytes: int
    max_answer_bytes: int | None
    max_parts: int = 256

    @property
    def max_body_bytes(self) -> int:
        """The files and the lines that multipart puts around them."""
        return self.max_upload_bytes + 256 * 1024


# A Lambda event and its answer are at most 6,291,456 bytes of JSON each, and the body is base64 inside it.
CLOUD = Limits(name="cloud", max_upload_bytes=4 * MIB, max_answer_bytes=6_291_456)
LOCAL = Limits(name="local", max_upload_bytes=50 * MIB, max_answer_bytes=None)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The most that one presigned upload may hold.

    The worker needs some 200 MB and twice the files' size, and has them all in its /tmp of 512 MB.
    """

    max_file_bytes: int = 50 * MIB
    max_total_bytes: int = 200 * MIB
    max_files: int = 30


UPLOADS = UploadLimits()
