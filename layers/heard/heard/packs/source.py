"""What a pack is made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from heard.outcomes import Outcome
from heard.seals.seal import Seal


@dataclass(frozen=True, slots=True)
class PackPolicy:
    """A version of a policy. `document` is the canonical JSON that its hash is of."""

    hash: str
    document: str
    source: str


@dataclass(frozen=True, slots=True)
class PackConnection:
    """A connection, without addresses and secrets."""

    id: str
    platform: str
    channel: str


@dataclass(frozen=True, slots=True)
class PackPerson:
    """Somebody with a role in the business now. There are no names in a pack."""

    subject: str
    roles: tuple[str, ...]


class PackSource(Protocol):
    """Reads what goes into a pack."""

    def seal(self, business: str, day: str) -> Seal | None:
        """The seal of a day (`YYYY-MM-DD`); None if there is none."""
        ...

    def facts(self, key: str) -> bytes | None:
        """A facts file by its place in the lake, as it is now; None if there is none."""
        ...

    def stamps(self, business: str, first: str, last: str) -> dict[str, list[bytes]]:
        """What time-stamp authorities said of the notes of these days, by day."""
        ...

    def outcomes_before(self, review: str, sequence: int) -> Iterable[Outcome]:
        """A review's outcomes with smaller numbers than this one, in order."""
        ...

    def policies(self, business: str) -> Sequence[PackPolicy]:
        """All versions of policies that the business has followed, as far as they are known."""
        ...

    def connections(self, business: str) -> Sequence[PackConnection]:
        """The connections of the business."""
        ...

    def people(self, business: str) -> Sequence[PackPerson]:
        """Who has a role in the business."""
        ...
