"""The bucket of seals: one object for each business and day, which is put once and never again.

Object Lock keeps a version, but stops neither a second version nor a delete marker. So the oldest
version of an object is the truth, and everything else there is a sign that somebody tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.errors import Contention, Fault
from heard.seals.seal import Seal, seal_key
from heard.storage.tables import error_code
from heard.waiting import Waiting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef

PUT_SECONDS: Final = 20
"""How long a put goes on while S3 says that another one of the same object is under way."""
FIRST_YEAR: Final = 2025
"""No day before it has outcomes."""

_KEY: Final = re.compile(r"(?P<business>.+)/(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})\.json", re.ASCII)
_STAMP: Final = re.compile(r".+/(\d{4})/(\d{2})/(\d{2})\.(\d+)\.tsr", re.ASCII)


@dataclass(frozen=True, slots=True)
class SealVersions:
    """What lies in the bucket under the key of one seal.

    `oldest` is the id of its oldest version, None where there are delete markers alone. `later`
    counts the other versions, and `markers` the delete markers.
    """

    day: str
    oldest: str | None
    later: int
    markers: int

    @property
    def is_rewritten(self) -> bool:
        """Whether somebody put another version over the seal, or a delete marker."""
        return bool(self.later or self.markers)


@dataclass(slots=True)
class _Found:
    """The versions of a key, as far as they were listed."""

    versions: list[str] = field(default_factory=list[str])
    markers: int = 0


class Seals:
    """Reads and writes the bucket of seals."""

    def __init__(self, client: S3Client, bucket: str, waiting: Waiting | None = None) -> None:
        """`waiting` is how a put waits while another one of the same object is under way."""
        self._client = client
        self._bucket = bucket
        self._waiting = waiting or Waiting()

    def put(self, seal: Seal) -> Seal:
        """Store a seal if its day has none, and return the seal that its day has.

        That is another one if somebody was faster. Raises Contention, or botocore's own error.
        """
        for _ in self._waiting.tries(PUT_SECONDS):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=seal_key(seal.business, seal.day),
                    Body=seal.to_bytes(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if _is_taken(error):
                    return self.read(seal.business, seal.day) or _gone(seal.day)
                if error_code(error) != "ConditionalRequestConflict":
                    raise
            else:
                return seal
        raise Contention("Another run is storing the seal of this day. Try again.")

    def read(self, business: str, day: str) -> Seal | None:
        """The seal of a day: its oldest version. None if the day has none.

        Raises Fault where what lies there is no seal.
        """
        found = next(self.versions(business, day, day), None)
        return self.read_version(business, found) if found else None

    def read_version(self, business: str, found: SealVersions) -> Seal | None:
        """The oldest of these versions. Raises Fault where that is no seal."""
        if found.oldest is None:
            return None
        response = self._client.get_object(
            Bucket=self._bucket, Key=seal_key(business, found.day), VersionId=found.oldest
        )
        try:
            return Seal.from_bytes(response["Body"].read())
        except ValueError as error:
            raise Fault(f"What lies in the place of the seal of {found.day} is no seal.") from error

    def versions(
        self, business: str, first: str | None = None, last: str | None = None
    ) -> Iterator[SealVersions]:
        """The sealed days of a business from `first` to `last`, in order, with what lies there.

        A page has 1,000 versions, so ten years take four calls, and the days of a year one.
        """
        found: dict[str, _Found] = {}
        for page in self._pages(business, first, last):
            for version in page.get("Versions", ()):
                if day := _day_of(business, version.get("Key", "")):
                    found.setdefault(day, _Found()).versions.append(version.get("VersionId", ""))
            for marker in page.get("DeleteMarkers", ()):
                if day := _day_of(business, marker.get("Key", "")):
                    found.setdefault(day, _Found()).markers += 1
            # The last day of a page may go on in the next one.
            newest = max(found, default="")
            for day in sorted(found):
                if last and day > last:
                    return
                if day < newest:
                    summary = _summary(day, found.pop(day))
                    if day >= (first or ""):
                        yield summary
        for day in sorted(found):
            if day >= (first or "") and (last is None or day <= last):
                yield _summary(day, found[day])

    def newest(self, business: str, until: date) -> list[SealVersions]:
        """The sealed days of the newest year that has some, up to the year of `until`, in order.

        One call, and one more for each year without a seal.
        """
        for year in range(until.year, FIRST_YEAR - 1, -1):
            if days := list(self.versions(business, f"{year}-01-01", f"{year}-12-31")):
                return days
        return []

    def put_stamp(self, business: str, day: str, number: int, content: bytes) -> bool:
        """Store what a time-stamp authority said of a day's note, once.

        `number` is that of the authority. False if there is one already.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{business}/{day.replace('-', '/')}.{number}.tsr",
                Body=content,
                ContentType="application/timestamp-reply",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if _is_taken(error):
                return False
            raise
        return True

    def stamps(self, business: str, first: str, last: str) -> dict[str, list[bytes]]:
        """What time-stamp authorities said of the notes of these days, by day."""
        # Newest first: what comes last of a key is its oldest version.
        oldest = {
            version.get("Key", ""): version.get("VersionId", "")
            for page in self._pages(business, first, last)
            for version in page.get("Versions", ())
        }
        stamps: dict[str, list[bytes]] = {}
        for key, version in sorted(oldest.items()):
            match = _STAMP.fullmatch(key)
            if match and first <= (day := "-".join(match.groups()[:3])) <= last:
                response = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
                stamps.setdefault(day, []).append(response["Body"].read())
        return stamps

    def _pages(
        self, business: str, first: str | None, last: str | None
    ) -> Iterator[ListObjectVersionsOutputTypeDef]:
        """What the bucket lists of the years, months or day that these days share, by pages."""
        marker: dict[str, Any] = {}
        while True:
            page = self._client.list_object_versions(
                Bucket=self._bucket, Prefix=_common_prefix(business, first, last), **marker
            )
            yield page
            if not page.get("IsTruncated"):
                return
            marker = {"KeyMarker": page["NextKeyMarker"]}
            if version := page.get("NextVersionIdMarker"):
                marker["VersionIdMarker"] = version


def _summary(day: str, found: _Found) -> SealVersions:
    # S3 lists the newest version of a key first.
    oldest = found.versions[-1] if found.versions else None
    return SealVersions(day, oldest, max(0, len(found.versions) - 1), found.markers)


def _is_taken(error: ClientError) -> bool:
    return error_code(error) in {"PreconditionFailed", "412"}


def _gone(day: str) -> Seal:
    raise Fault(f"The seal of {day} is there and cannot be found. Try again.")


def _day_of(business: str, key: str) -> str | None:
    match = _KEY.fullmatch(key)
    if match is None or match["business"] != business:
        return None
    return f"{match['y']}-{match['m']}-{match['d']}"


def _common_prefix(business: str, first: str | None, last: str | None) -> str:
    """What the keys of all these days begin with."""
    prefix = f"{business}/"
    if first and last:
        for start, end in zip(first.split("-"), last.split("-"), strict=True):
            if start != end:
                break
            prefix += f"{start}/"
    # A day's own key has no slash at its end.
    return prefix[:-1] + "." if prefix.count("/") == business.count("/") + 4 else prefix
