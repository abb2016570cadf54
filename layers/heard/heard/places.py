"""Places: where a business serves its customers, as codes that outcomes may name.

A place has connections, or patterns of what a platform says that a review is about. Which of the
business's places a review is about follows from these. What the platform says is free text. It
stays with the sealed review, and only the code goes into the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from heard.errors import BadRequest

UNKNOWN_PLACE: Final = "unknown"
"""The code where none of the business's places fits. No place may have it."""

MAX_PLACES: Final = 500
MAX_PATTERNS: Final = 20
"""The most patterns, and the most connections, of one place."""

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MAX_NAME: Final = 100
_MAX_PATTERN: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a business. `name` is for people, and is not written into the log.

    A review is about this place if it came by one of the `connections`, and one of the `subjects`
    is what it is about. Without connections any will do, and without subjects anything. In a
    subject, `*` stands for any text, also for none. Upper and lower case are the same.
    """

    code: str
    name: str
    connections: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {
            "code": self.code,
            "name": self.name,
            "connections": list(self.connections),
            "subjects": list(self.subjects),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The place that `to_json` wrote."""
        return cls(
            fields["code"],
            fields["name"],
            tuple(fields["connections"]),
            tuple(fields["subjects"]),
        )


def place_of(places: Iterable[Place], connection: str, subject: str | None) -> str:
    """The code of the place that a review is about, `UNKNOWN_PLACE` if none fits.

    `subject` is what the platform says that the review is about. If several places fit, the one
    whose pattern has the most letters is meant; of several with as many, one that names the
    connection; and of several such, the first by code.
    """
    folded_subject = _fold(subject or "")
    fits = [
        (-letters, not place.connections, place.code)
        for place in places
        if (not place.connections or connection in place.connections)
        and (letters := _matching_letters(place, folded_subject)) is not None
    ]
    return min(fits)[2] if fits else UNKNOWN_PLACE


def with_place(places: Sequence[Place], place: Place) -> tuple[Place, ...]:
    """The places with this one, which replaces one of the same code, sorted by code.

    Raises BadRequest, with what to do, for a place that is not valid, and for one that reviews
    cannot tell from another place.
    """
    _check_place(place)
    others = [other for other in places if other.code != place.code]
    if len(others) >= MAX_PLACES:
        raise BadRequest(f"A business may have {MAX_PLACES} places. Remove one first.")
    for other in others:
        if overlap := _find_overlap(place, other):
            raise BadRequest(
                f"{overlap} belongs to {other.code} already. Change that place first, or say more "
                "exactly what this one is."
            )
    return tuple(sorted((*others, place), key=lambda each: each.code))


def _check_place(place: Place) -> None:
    if not _CODE.fullmatch(place.code) or place.code == UNKNOWN_PLACE:
        raise BadRequest(
            "The code of a place has 1 to 40 small letters, digits and hyphens, begins with no "
            f"hyphen, and is not {UNKNOWN_PLACE}."
        )
    if not 1 <= len(place.name) <= _MAX_NAME or not place.name.isprintable():
        raise BadRequest(f"The name of a place has 1 to {_MAX_NAME} characters in one line.")
    if not place.connections and not place.subjects:
        raise BadRequest(
            "A place needs a connection or a subject, so that reviews can be found to be about it."
        )
    if max(len(place.connections), len(place.subjects)) > MAX_PATTERNS:
        raise BadRequest(
            f"A place may have {MAX_PATTERNS} connections and {MAX_PATTERNS} subjects."
        )
    for pattern in place.subjects:
        if not pattern.replace("*", "").strip() or len(pattern) > _MAX_PATTERN:
            raise BadRequest(
                f"A subject has 1 to {_MAX_PATTERN} characters, and more than * alone: "
                '"Acme Mitte*".'
            )


def _find_overlap(place: Place, other: Place) -> str | None:
    """A connection or a pattern that both places have, so that nothing tells them apart."""
    shared = set(place.connections) & set(other.connections)
    if place.connections and other.connections and not shared:
        return None
    if not place.subjects and not other.subjects:
        return min(shared) if shared else None
    patterns = {_fold(pattern) for pattern in other.subjects}
    if bool(place.connections) != bool(other.connections):
        return None  # the one that names the connection is meant
    return next((pattern for pattern in place.subjects if _fold(pattern) in patterns), None)


def _matching_letters(place: Place, folded_subject: str) -> int | None:
    """How many letters the longest fitting pattern has, 0 without patterns, None if none fits."""
    if not place.subjects:
        return 0
    letters = [
        len(pattern.replace("*", ""))
        for pattern in map(_fold, place.subjects)
        if _matches(pattern, folded_subject)
    ]
    return max(letters, default=None)


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern fits a whole text. Its time grows only with the text, unlike a regex's."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last):
        return False
    start, end = len(first), len(text) - len(last)
    for part in middle:
        position = text.find(part, start, end)
        if position < 0:
            return False
        start = position + len(part)
    return start <= end


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
