"""What a round put in: the inputs that the judge compares with what became of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class DeliveredReview:
    """A review of which the door accepted at least one event.

    `native_ids` are those under which the platform has it (the review and its thread). `revision`
    and `withdrawn` are what the last of the author's events says, in the author's order, if every
    event was accepted; None when one was not. `is_hot`: it shares its item with many others.
    """

    review: str
    business: str
    platform: str
    native_ids: frozenset[str]
    text: str
    copies: int = 1
    revision: str | None = None
    withdrawn: bool = False
    is_complaint: bool = False
    is_hot: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedAnswer:
    """A resolution that the desk accepted with 200."""

    follow_up: str
    business: str
    id: str
    agent: str
    action: str


@dataclass
class RoundRecord:
    """Everything that was put in. Threads may share it."""

    reviews: dict[str, DeliveredReview] = field(default_factory=dict[str, DeliveredReview])
    answers: list[AcceptedAnswer] = field(default_factory=list[AcceptedAnswer])
    lost_at_the_door: list[str] = field(default_factory=list[str])
    """Deliveries that never got 2xx: the sender knows, and sends again."""
    forged: dict[str, int] = field(default_factory=dict[str, int])
    """Requests that must be refused, with the status that each got."""
    forged_reviews: set[str] = field(default_factory=set[str])
    foreign_calls: dict[str, int] = field(default_factory=dict[str, int])
    """Requests of a person of another business, with the status that each got."""
    poison: list[str] = field(default_factory=list[str])
    erased: dict[str, str] = field(default_factory=dict[str, str])
    """Erased authors, with a review of theirs."""
    refusals: dict[str, int] = field(default_factory=dict[str, int])
    """Why people's steps were refused, and how often."""
    door_seconds: list[float] = field(default_factory=list[float])
    early_outcomes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Hashes of each review's outcomes as they were in the middle of the round."""
    platform_faults: int = 0
    restarts: int = 0
    sweeps: int = 0
    swept: dict[str, int] = field(default_factory=dict[str, int])
    neighbour: dict[str, Any] = field(default_factory=dict[str, Any])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the record for a change of more than one word."""
        with self._lock:
            yield

    def note_refusal(self, reason: str) -> None:
        """Count why a person's step was refused."""
        with self._lock:
            self.refusals[reason] = self.refusals.get(reason, 0) + 1
