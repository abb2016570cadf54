"""The lake: the bucket of facts, of what analysts count from them, and of packs.

It is versioned and not locked, so that a court or a person can have a line removed. What was there
when a day was sealed is known by its hash in the seal.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.aws import client
from heard.storage.tables import error_code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONTENT_TYPES: Final = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".zip": "application/zip",
}


@cache
def s3() -> S3Client:
    """The process's S3 client, made at first use. The facts of a large day take a while."""
    return client("s3", read_seconds=60)


class Lake:
    """Reads and writes the lake."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes) -> None:
        """Store an object, new or in place of an earlier one, which stays as a version."""
        self._put(key, content)

    def put_once(self, key: str, content: bytes) -> None:
        """Store an object whose key says what is in it, unless it is there."""
        try:
            self._put(key, content, IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) not in {"PreconditionFailed", "412"}:
                raise
            if self.get(key) != content:
                self.put(key, content)

    def get(self, key: str) -> bytes | None:
        """An object; None if there is none."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error_code(error) in {"NoSuchKey", "404"}:
                return None
            raise

    def _put(self, key: str, content: bytes, **condition: Any) -> None:
        kind = _CONTENT_TYPES.get(key[key.rfind(".") :], "application/octet-stream")
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=content, ContentType=kind, **condition
        )
