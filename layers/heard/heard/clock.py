"""Time: aware datetimes in UTC, and RFC 3339 texts with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The current time in UTC. Only handlers call it; everything else is handed the result."""
    return datetime.now(UTC)


def format_time(time: datetime) -> str:
    """`2026-01-31T09:30:00.000Z`: fixed width, so that text order is time order."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def parse_time(text: str) -> datetime:
    """The time of an ISO 8601 text, in UTC if it names no zone. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def add_seconds(start: datetime, seconds: float) -> datetime:
    """`start` moved by `seconds`."""
    return start + timedelta(seconds=seconds)
