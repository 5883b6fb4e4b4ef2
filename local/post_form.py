"""Parses the form of an S3 POST while it is received: its fields first, then its file, which is written to disk.

Starlette's form parser reads the whole body before the fields can be checked; `multipart`'s push parser does not.
"""

from collections.abc import Callable, Mapping
from typing import IO, Final

from multipart import (  # type: ignore[import-untyped]  # it ships no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from local.presigned_post import SizeRange
from local.s3_error import S3Error, invalid_argument

FILE_FIELD: Final = "file"
MOST_FIELD_BYTES: Final = 20_000  # of all fields before the file, as in S3
type CheckFields = Callable[[Mapping[str, str]], SizeRange]


class PostForm:
    """Call `feed` with each piece of the body, then `finish`. It calls `check` with the fields before the file is written.

    Parts after the file are ignored, as by S3. Raises S3Error as soon as something is wrong.
    """

    def __init__(self, content_type: str, file: IO[bytes], check: CheckFields) -> None:
        self.fields: dict[str, str] = {}
        self.file_bytes = 0
        self._file = file
        self._check = check
        self._sizes: SizeRange | None = None
        self._parser = PushMultipartParser(_boundary(content_type), max_segment_count=100)
        self._name = ""
        self._value = bytearray()
        self._field_bytes = 0
        self._has_file = False

    def feed(self, piece: bytes) -> None:
        if not piece:  # an empty piece is the end for the parser
            return
        try:
            for event in self._parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    self._begin(event)
                elif event is None:
                    self._end()
                else:
                    self._take(event)
        except (MultipartError, UnicodeDecodeError) as error:
            raise _malformed() from error

    def finish(self) -> None:
        """The body has ended: the form must be whole, and its file of a length that the policy allows."""
        try:
            self._parser.close()
        except MultipartError as error:
            raise _malformed() from error
        if self._sizes is None:
            raise invalid_argument("POST requires exactly one file upload per request.", FILE_FIELD)
        self._sizes.check(self.file_bytes)

    def _begin(self, segment: MultipartSegment) -> None:
        self._name = (segment.name or "").lower()
        self._value.clear()
        if self._name == FILE_FIELD and self._sizes is None:
            self._sizes = self._check(self.fields)

    def _take(self, content: bytes | bytearray | memoryview) -> None:
        if self._sizes is not None:
            if not self._has_file:
                self.file_bytes += len(content)
                self._sizes.check_most(self.file_bytes)
                self._file.write(content)
        else:
            self._field_bytes += len(content)
            if self._field_bytes > MOST_FIELD_BYTES:
                message = "Your POST request fields preceding the upload file were too large."
                raise S3Error(400, "MaxPostPreDataLengthExceeded", message, {"MaxSizeAllowed": MOST_FIELD_BYTES})
            self._value += content

    def _end(self) -> None:
        if self._sizes is not None:
            self._has_file = True
        else:
            self.fields[self._name] = self._value.decode()


def _boundary(content_type: str) -> str:
    media_type, parameters = parse_options_header(content_type)
    if media_type != "multipart/form-data" or not parameters.get("boundary"):
        message = "At least one of the pre-conditions you specified did not hold"
        condition = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise S3Error(412, "PreconditionFailed", message, {"Condition": condition})
    boundary: str = parameters["boundary"]
    return boundary


def _malformed() -> S3Error:
    return S3Error(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
