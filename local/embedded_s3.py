"""Stores and gets objects of the embedded S3, over plain HTTP.

Hand-written with http.client: boto3 would hash 50 MB twice for a signature that the embedded services do not check, and it
would change the query of a presigned link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import IO
from urllib.parse import quote

from starlette.responses import Response

from local.embedded_aws import HOST, Credentials
from local.gateway import HOP_BY_HOP
from local.template import REGION

SECONDS = 120
BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class EmbeddedS3:
    """The port at which it listens, on this machine only, and the key that it accepts."""

    port: int
    credentials: Credentials

    @property
    def host(self) -> str:
        """As its presigned URLs name it."""
        return f"{HOST}:{self.port}"

    def put(self, bucket: str, key: str, file: IO[bytes], size_bytes: int, headers: Mapping[str, str]) -> Response:
        """Store a file, from its start."""
        file.seek(0)
        return self._exchange("PUT", f"/{quote(bucket)}/{quote(key)}", file, size_bytes, headers)

    def get(self, bucket: str, key: str, query: str = "") -> Response:
        return self._exchange("GET", f"/{quote(bucket)}/{quote(key)}" + (f"?{query}" if query else ""), None, 0, {})

    def _exchange(
        self, method: str, target: str, body: IO[bytes] | None, size_bytes: int, headers: Mapping[str, str]
    ) -> Response:
        connection = HTTPConnection(self.host, timeout=SECONDS, blocksize=BLOCK_BYTES)
        try:
            # They look at the key's name alone.
            credential = f"{self.credentials.access_key}/20000101/{REGION}/s3/aws4_request"
            signed = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
            own = {"Authorization": signed, "Content-Length": str(size_bytes)}
            connection.request(method, target, body, {**headers, **own})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        left_out = HOP_BY_HOP | {"content-length", "date", "server"}
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in left_out}
        return Response(content, answer.status, kept)
