"""What people of a business write for each other about a follow-up. The customer never sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

MAX_NOTE_CHARACTERS: Final = 5_000
MAX_MENTIONS: Final = 5
"""How many people one note mentions."""

DRAFT_RETENTION: Final = timedelta(days=14)
"""How long a draft is kept that nobody changes, sends or deletes."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note without an answer.

    `id` is the caller's own: the same id of the same agent again means the same note. `mentions`
    are people (subject ids) who shall read it.
    """

    id: str
    agent: str
    text: str
    at: str
    mentions: tuple[str, ...] = ()

    def says_the_same_as(self, other: Note) -> bool:
        """Whether both are one note, sent twice."""
        return (self.text, self.mentions) == (other.text, other.mentions)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse. The words are in `note`, as in a resolution's.

        It has no `resolution`: by that the two kinds of notes are told apart.
        """
        return {
            "id": self.id,
            "agent": self.agent,
            "at": self.at,
            "note": self.text,
            "mentions": list(self.mentions),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The note that `to_json` wrote."""
        return cls(
            fields["id"],
            fields["agent"],
            fields["note"],
            fields["at"],
            tuple(fields.get("mentions", ())),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What an agent has begun to write, and what else they have filled in, as JSON values.

    `at` is when it was stored.
    """

    text: str
    at: str
    action: str | None = None
    fields: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {
            "text": self.text,
            "at": self.at,
            "action": self.action,
            "fields": dict(self.fields or {}),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The draft that `to_json` wrote."""
        return cls(fields["text"], fields["at"], fields.get("action"), fields.get("fields"))
