"""The gatekeeper's own way to the embedded S3: an object in and out, without the weight of an AWS client."""

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import IO
from urllib.parse import quote

from local.gateway import HOP_BY_HOP, HttpResponse
from local.sigv4 import ALGORITHM, Credentials

SECONDS = 120
IN_MEMORY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StorageDoor:
    """Where the embedded S3 listens, on this machine only, and the key that it opens to."""

    host: str
    port: int
    region: str
    credentials: Credentials

    def put(self, bucket: str, key: str, file: IO[bytes], size_bytes: int, headers: Mapping[str, str]) -> HttpResponse:
        """Store a file, from its start; a large one is mapped, so that it leaves in one call and without a copy."""
        file.flush()
        path = f"/{quote(bucket)}/{quote(key)}"
        if size_bytes <= IN_MEMORY_BYTES:
            file.seek(0)
            return self._exchange("PUT", path, file.read(), headers)
        with mmap.mmap(file.fileno(), size_bytes, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as content:
            return self._exchange("PUT", path, content, headers)

    def get(self, bucket: str, key: str, query: str = "") -> HttpResponse:
        return self._exchange("GET", f"/{quote(bucket)}/{quote(key)}" + (f"?{query}" if query else ""), b"", {})

    def _exchange(self, method: str, target: str, body: bytes | memoryview, headers: Mapping[str, str]) -> HttpResponse:
        connection = HTTPConnection(self.host, self.port, timeout=SECONDS)
        try:
            # The embedded services look at the key's name alone; no signature is checked behind this door.
            credential = f"{self.credentials.access_key}/20000101/{self.region}/s3/aws4_request"
            authorization = {"Authorization": f"{ALGORITHM} Credential={credential}, SignedHeaders=host, Signature=0"}
            connection.request(method, target, body, {**headers, **authorization, "Content-Length": str(len(body))})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kept = tuple(
            (name.lower(), value)
            for name, value in response.getheaders()
            if name.lower() not in HOP_BY_HOP and name.lower() not in {"content-length", "date", "server"}
        )
        return HttpResponse(response.status, kept, content)
