"""Time: aware datetimes in UTC, RFC 3339 texts with milliseconds, and times as people write them.

People write an ISO 8601 time, `now`, or how long ago: `90m`, `24h`, `7d`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_DURATION: Final = re.compile(r"([0-9]{1,6})([smhdw])", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def now() -> datetime:
    """The current time in UTC. Only handlers call it; everything else is handed the result."""
    return datetime.now(UTC)


def format_time(time: datetime) -> str:
    """`2026-01-31T09:30:00.000Z`: fixed width, so that text order is time order."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_time(text: str) -> datetime:
    """The time of an ISO 8601 text, in UTC if it names no zone. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def parse_duration(text: str) -> timedelta | None:
    """The duration of `90m`, `24h` or `7d`; None for anything else. Units are s, m, h, d and w."""
    match = _DURATION.fullmatch(text)
    return timedelta(**{_UNITS[match[2].lower()]: int(match[1])}) if match else None


def parse_instant(text: str, now: datetime, default_zone: tzinfo | None = None) -> datetime:
    """The instant that a person means: an ISO 8601 time, `now`, or how long ago, such as `7d`.

    A time without a zone is in `default_zone`. Raises ValueError for anything else, and for a time
    without a zone when there is no `default_zone`.
    """
    if text == "now":
        # An outcome that was written in this very millisecond counts as well.
        return now + timedelta(milliseconds=1)
    try:
        if (age := parse_duration(text)) is not None:
            return now - age
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            if default_zone is None:
                raise ValueError("the time names no time zone")
            instant = instant.replace(tzinfo=default_zone)
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is before the year 1 or after 9999") from error


def add_seconds(start: datetime, seconds: float) -> datetime:
    """`start` moved by `seconds`."""
    return start + timedelta(seconds=seconds)
