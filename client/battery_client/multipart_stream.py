"""A multipart/form-data body that is read from its files while it is sent, so that memory does not depend on its size."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from urllib3.fields import RequestField

from battery_client.errors import ClientError

CHUNK_BYTES = 256 * 1024
type OnSent = Callable[[int, int], None]


class MultipartStream:
    """An iterable body of known length: the fields, then one part `file` per path.

    Calls `on_sent(sent_bytes, total_bytes)` while it is sent. It can be iterated again, from its start.
    """

    def __init__(self, paths: Sequence[Path], on_sent: OnSent, *, fields: Mapping[str, str] | None = None) -> None:
        boundary = uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.sent_bytes = 0
        self._on_sent = on_sent
        self._fields = b"".join(_field(boundary, name, value) for name, value in (fields or {}).items())
        self._parts = [(_part_head(boundary, path), path, path.stat().st_size) for path in paths]
        self._end = f"--{boundary}--\r\n".encode()
        files_bytes = sum(len(head) + size + 2 for head, _, size in self._parts)
        self._total_bytes = len(self._fields) + files_bytes + len(self._end)

    def __len__(self) -> int:
        return self._total_bytes

    def __iter__(self) -> Iterator[bytes]:
        self.sent_bytes = 0
        for chunk in self._chunks():
            yield chunk
            self.sent_bytes += len(chunk)
            self._on_sent(self.sent_bytes, self._total_bytes)

    def _chunks(self) -> Iterator[bytes]:
        if self._fields:
            yield self._fields
        for head, path, size in self._parts:
            yield head
            yield from _content(path, size)
            yield b"\r\n"
        yield self._end


def _field(boundary: str, name: str, value: str) -> bytes:
    field = RequestField(name, b"")
    field.make_multipart()
    return f"--{boundary}\r\n{field.render_headers()}{value}\r\n".encode()


def _part_head(boundary: str, path: Path) -> bytes:
    field = RequestField("file", b"", filename=path.name)
    field.make_multipart(content_type="application/octet-stream")
    return f"--{boundary}\r\n{field.render_headers()}".encode("utf-8", "surrogateescape")


def _content(path: Path, size: int) -> Iterator[bytes]:
    """As many bytes as were announced, even if the file grows meanwhile."""
    left = size
    with path.open("rb") as file:
        while left:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise ClientError(f"{path} became shorter while it was sent.")
            left -= len(chunk)
            yield chunk
