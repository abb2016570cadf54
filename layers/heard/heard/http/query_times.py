"""Times in an address: a date and time, or how long ago."""

from __future__ import annotations

from datetime import datetime

from heard import clock
from heard.errors import BadRequest


def parse_query_time(name: str, text: str, now: datetime) -> datetime:
    """The instant that a parameter names: see `clock.parse_instant`.

    Raises BadRequest, which names the parameter, also for a time without a time zone.
    """
    try:
        # In an address a plus sign means a space.
        return clock.parse_instant(text.replace(" ", "+"), now)
    except ValueError as error:
        raise BadRequest(
            f"`{name}` must be a date and time with its time zone, such as 2026-03-17T09:00:00Z, "
            "now, or how long ago, such as 90m, 24h or 7d."
        ) from error


def parse_query_period(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """The instants that `from` and `to` name. Raises BadRequest, also for an empty period."""
    begin, finish = parse_query_time("from", start, now), parse_query_time("to", end, now)
    if begin >= finish:
        raise BadRequest("`from` must be before `to`.")
    return begin, finish
