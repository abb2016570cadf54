"""Where the next page of a list begins, as a text that needs no escaping in an address."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from heard.errors import BadRequest

_PLACE: Final = re.compile(r"[0-9TZ:.-]{20,30}#fup_[a-z0-9]{8,40}")
"""A follow-up's place in its list: its due time and its id."""


def encode_cursor(place: str | None) -> str | None:
    """The cursor of a place in a list of follow-ups. None where there is no next page."""
    if place is None:
        return None
    return urlsafe_b64encode(place.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str | None) -> str | None:
    """The place that `encode_cursor` encoded. Raises BadRequest for any other text."""
    if cursor is None:
        return None
    try:
        padding = "=" * (-len(cursor) % 4)
        place = urlsafe_b64decode(cursor + padding).decode("ascii")
    except ValueError:
        place = ""
    if not _PLACE.fullmatch(place):
        raise BadRequest(
            "`after` must be the `next` of the page before, as it was. Without it the list begins "
            "at its first row."
        )
    return place
