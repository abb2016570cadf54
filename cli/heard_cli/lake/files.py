"""The files of the lake, in the bucket of a stack or in a folder with the same names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

from heard.lake.columns import TABLES
from heard_cli.stack import CommandError, Stack

_WORKERS: Final = 16


class LakeFiles(Protocol):
    """Files by their keys."""

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin so, in order. A prefix ends with a slash."""
        ...

    def get(self, key: str) -> bytes:
        """The content of a file."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Write a file, or replace it."""
        ...


class LakeFolder:
    """The files in a folder, for example a copy of the bucket."""

    def __init__(self, folder: Path) -> None:
        """Raises CommandError when there is no such folder."""
        if not folder.is_dir():
            raise CommandError(
                f"There is no folder {folder}.",
                "Copy the lake: aws s3 sync s3://BUCKET FOLDER, with the bucket that is the "
                "output LakeBucketName of the stack.",
            )
        self._folder = folder

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin so, in order, without hidden files: a build may have been stopped."""
        paths = (self._folder / prefix).rglob("*")
        return sorted(
            path.relative_to(self._folder).as_posix()
            for path in paths
            if path.is_file() and not path.name.startswith(".")
        )

    def get(self, key: str) -> bytes:
        """The content of a file."""
        return (self._folder / key).read_bytes()

    def put(self, key: str, content: bytes) -> None:
        """Write a file, or replace it. Whoever reads it meanwhile sees one or the other."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        beginning = path.with_name(f".{path.name}.new")
        beginning.write_bytes(content)
        beginning.replace(path)


class LakeBucket:
    """The files in the lake bucket of a stack."""

    def __init__(self, stack: Stack) -> None:
        """Raises CommandError when the stack has no lake."""
        bucket = stack.outputs.get("LakeBucketName")
        if bucket is None:
            raise CommandError("This stack has no lake.", "Update it: make deploy.")
        self._bucket = bucket
        self._s3: Any = stack.client("s3")

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin so, in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", ()))

    def get(self, key: str) -> bytes:
        """The content of a file."""
        return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def put(self, key: str, content: bytes) -> None:
        """Write a file, or replace it; the one before stays as an older version."""
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)


def open_lake(stack: Stack, folder: Path | None, business: str) -> LakeFiles:
    """The lake in which a business's files are: a folder, or the bucket of the stack.

    Raises CommandError when the stack has no such business.
    """
    if folder is not None:
        return LakeFolder(folder)
    stack.business(business)
    return LakeBucket(stack)


def copy_files(lake: LakeFiles, keys: Iterable[str], folder: Path) -> None:
    """Copy files into a folder, several at once."""

    def copy(key: str) -> None:
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lake.get(key))

    with ThreadPoolExecutor(_WORKERS) as pool:
        for _ in pool.map(copy, keys):
            pass


def keys_of_days(
    lake: LakeFiles, table: str, business: str, start: str = "", end: str = "9999"
) -> Iterator[tuple[str, str]]:
    """(day, key) of a table's files of a business from the day `start` to `end`, in order."""
    for key in lake.keys(f"{table}/business={business}/"):
        folder = key.split("/")[2] if key.count("/") == 3 else ""
        if folder.startswith("day=") and start <= (day := folder.removeprefix("day=")) <= end:
            yield day, key


def days_of(lake: LakeFiles, business: str) -> dict[str, set[str]]:
    """The days of which a business has files, in order, and of which tables."""
    days: dict[str, set[str]] = {}
    for table in TABLES:
        for day, _ in keys_of_days(lake, table, business):
            days.setdefault(day, set()).add(table)
    return dict(sorted(days.items()))
