"""Times in an address: a date and time, or how long ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from heard.errors import BadRequest

_AGE: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_query_time(name: str, text: str, now: datetime) -> datetime:
    """The instant that a parameter names: `2026-03-17T09:00:00Z`, `now`, or an age such as `7d`.

    Units of an age are s, m, h, d and w. A time without a time zone names no instant. Raises
    BadRequest, which names the parameter.
    """
    if text == "now":
        # What was written in this very millisecond counts as well.
        return now + timedelta(milliseconds=1)
    try:
        if age := _AGE.fullmatch(text):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        # In an address a plus sign means a space.
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadRequest(
            f"`{name}` must be a date and time with its time zone, such as 2026-03-17T09:00:00Z, "
            "now, or how long ago, such as 90m, 24h or 7d."
        )
    return instant
