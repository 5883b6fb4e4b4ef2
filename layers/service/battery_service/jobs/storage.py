"""Files and results in S3: presigned forms for files, the objects that have arrived, and gzipped reports."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from battery_service.jobs.job import Job, result_key, uploads_prefix
from battery_service.jobs.settings import JobSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT_TYPE = "application/octet-stream"
CHUNK_BYTES = 1024 * 1024
_ABSENT = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


class ObjectMissing(Exception):
    """The object does not exist, or is not the expected one."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in S3: its tag and size."""

    size_bytes: int
    etag: str


class Storage:
    """The bucket of uploads and the bucket of results."""

    def __init__(self, client: "S3Client", settings: JobSettings) -> None:
        self._client, self._settings = client, settings

    def post_form(self, key: str, size_bytes: int) -> dict[str, Any]:
        """The URL and fields of a presigned POST, for a file of exactly this size and key."""
        return self._client.generate_presigned_post(
            Bucket=self._settings.uploads_bucket,
            Key=key,
            Fields={"Content-Type": CONTENT_TYPE},
            Conditions=[
                {"Content-Type": CONTENT_TYPE},
                ["content-length-range", size_bytes, size_bytes],
            ],
            ExpiresIn=self._settings.post_expires_s,
        )

    def uploaded(self, job_id: str) -> dict[str, StoredObject]:
        """Every object of an upload by key, also those that were not announced."""
        answer = self._client.list_objects_v2(Bucket=self._settings.uploads_bucket, Prefix=uploads_prefix(job_id))
        return {
            found["Key"]: StoredObject(size_bytes=found["Size"], etag=found["ETag"])
            for found in answer.get("Contents", [])
        }

    def download(self, job: Job, index: int, path: Path) -> str:
        """The file at this index, into `path`; the SHA-256 of its bytes, in hex.

        Raises ObjectMissing where the object was deleted or replaced since the job was started.
        """
        file = job.files[index]
        digest = hashlib.sha256()
        try:
            answer = self._client.get_object(
                Bucket=self._settings.uploads_bucket, Key=job.key_of(index), IfMatch=file.etag
            )
        except ClientError as error:
            raise _missing_or(error) from error
        with path.open("xb") as target, closing(answer["Body"]) as body:
            for chunk in body.iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
        return digest.hexdigest()

    def put_result(self, job_id: str, compressed: bytes) -> None:
        self._client.put_object(
            Bucket=self._settings.results_bucket,
            Key=result_key(job_id),
            Body=compressed,
            ContentType="application/json",
            ContentEncoding="gzip",
            CacheControl="private, no-store",
        )

    def copy_result(self, from_job_id: str, job_id: str) -> None:
        """Copy another job's result for this job. Raises ObjectMissing where it has been deleted."""
        bucket = self._settings.results_bucket
        try:
            self._client.copy_object(
                Bucket=bucket, Key=result_key(job_id), CopySource={"Bucket": bucket, "Key": result_key(from_job_id)}
            )
        except ClientError as error:
            raise _missing_or(error) from error

    def result(self, job_id: str) -> bytes:
        """The gzipped report. Raises ObjectMissing."""
        try:
            answer = self._client.get_object(Bucket=self._settings.results_bucket, Key=result_key(job_id))
        except ClientError as error:
            raise _missing_or(error) from error
        with closing(answer["Body"]) as body:
            return body.read()

    def result_link(self, job_id: str) -> str:
        """A presigned link to the result, valid for some minutes."""
        target: Mapping[str, str] = {"Bucket": self._settings.results_bucket, "Key": result_key(job_id)}
        return self._client.generate_presigned_url("get_object", target, ExpiresIn=self._settings.link_expires_s)

    def delete_uploads(self, job_id: str) -> None:
        """Every object of an upload, announced or not."""
        keys = list(self.uploaded(job_id))
        if not keys:
            return
        answer = self._client.delete_objects(
            Bucket=self._settings.uploads_bucket,
            Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
        )
        if failures := answer.get("Errors"):  # which come with status 200
            raise OSError(f"S3 kept {len(failures)} of {len(keys)} objects: {failures[0].get('Code')}")

    def delete_result(self, job_id: str) -> None:
        self._client.delete_object(Bucket=self._settings.results_bucket, Key=result_key(job_id))


def _missing_or(error: ClientError) -> Exception:
    return ObjectMissing() if error.response["Error"]["Code"] in _ABSENT else error
