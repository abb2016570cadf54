"""Outcomes: facts about reviews, chained so that anyone can check that none was changed.

Each review has a chain of its own. An outcome's hash covers its whole content and the hash before
it. The head of the chain is stored with the review's state, in the same transaction. So a missing
tail shows as well as a changed link. Outcomes hold ids, codes and commitments only, no personal
text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from heard.clock import format_time


class Kind(StrEnum):
    """What can happen to a review: a closed set. The `CLOSING_KINDS` end it (R01)."""

    ACCEPTED = "accepted"
    REVISED = "revised"
    LATE_REVISION = "late_revision"
    DUPLICATE = "duplicate"
    UNVERIFIED = "unverified"
    REOPENED = "reopened"
    FOLLOW_UP_OPENED = "follow_up_opened"
    FOLLOW_UP_JOINED = "follow_up_joined"
    ESCALATED = "escalated"
    RESOLUTION_GIVEN = "resolution_given"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_DENIED = "approval_denied"
    TAKEN_OVER = "taken_over"
    PROMISED = "promised"
    PROMISE_DUE = "promise_due"
    INVITED_PRIVATE = "invited_private"
    REPLY_SENT = "reply_sent"
    REPLY_REJECTED = "reply_rejected"
    REPLY_UNKNOWN = "reply_unknown"
    REPLY_PUBLISHED = "reply_published"
    REPLY_REMOVED = "reply_removed"
    TEXTS_ERASED = "texts_erased"
    TEXTS_DELETED = "texts_deleted"

    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    MOVED_PRIVATE_RESOLVED = "moved_private_resolved"
    WALKED_AWAY = "walked_away"
    REPORTED = "reported"
    RESOLVED_WITHOUT_REPLY = "resolved_without_reply"
    WITHDRAWN = "withdrawn"
    IGNORED = "ignored"
    EXPIRED = "expired"


CLOSING_KINDS: Final = frozenset(
    {
        Kind.ACKNOWLEDGED,
        Kind.ANSWERED,
        Kind.MOVED_PRIVATE_RESOLVED,
        Kind.WALKED_AWAY,
        Kind.REPORTED,
        Kind.RESOLVED_WITHOUT_REPLY,
        Kind.WITHDRAWN,
        Kind.IGNORED,
        Kind.EXPIRED,
    }
)
"""The kinds that end a review. A closed one has exactly one since it was last opened."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true of a review, before it is numbered and chained.

    `detail` holds JSON values (texts, integers, lists, objects), but no float and no customer's
    words.
    """

    kind: Kind
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class OutcomeSubject:
    """The review of a chain, and what each of its outcomes repeats so that it can be queried."""

    review: str
    business: str
    platform: str
    channel: str
    severity: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One appended fact. `sequence` counts from 1 in its review; `previous` is the hash before."""

    review: str
    sequence: int
    kind: Kind
    at: str
    business: str
    platform: str
    channel: str
    severity: str | None
    actor: str
    delivery: str | None
    detail: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def id(self) -> str:
        """`out_…`: unique in the log. It is derived, so that a retry appends the same one."""
        return f"out_{self.review.removeprefix('rev_')}_{self.sequence:06d}"

    @property
    def commitment(self) -> str:
        """The commitment to the words that it is about; "" if it is about none.

        Older releases wrote a digest: see `heard.commitments`.
        """
        return self.detail.get("commitment") or self.detail.get("digest", "")

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {"id": self.id, **_content(self), "hash": self.hash}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The outcome that `to_json` wrote.

        Raises KeyError, TypeError or ValueError for anything else.
        """
        return cls(
            review=fields["review"],
            sequence=fields["sequence"],
            kind=Kind(fields["kind"]),
            at=fields["at"],
            business=fields["business"],
            platform=fields["platform"],
            channel=fields["channel"],
            severity=fields.get("severity"),
            actor=fields["actor"],
            delivery=fields.get("delivery"),
            detail=dict(fields["detail"]),
            previous=fields["previous"],
            hash=fields["hash"],
        )


def initial_hash(review: str) -> str:
    """The hash that stands before a review's first outcome."""
    return hashlib.sha256(f"heard:{review}".encode()).hexdigest()


def chain_facts(
    subject: OutcomeSubject,
    facts: Sequence[Fact],
    *,
    sequence: int,
    head: str,
    at: datetime,
    actor: str,
    delivery: str | None,
) -> tuple[Outcome, ...]:
    """The facts as outcomes that continue a chain of `sequence` outcomes with the last hash `head`.

    `actor` is `heard`, or the subject id of a person who is signed in. `delivery` is the id of the
    webhook delivery.
    """
    outcomes: list[Outcome] = []
    for number, fact in enumerate(facts, start=sequence + 1):
        draft = Outcome(
            review=subject.review,
            sequence=number,
            kind=fact.kind,
            at=format_time(at),
            business=subject.business,
            platform=subject.platform,
            channel=subject.channel,
            severity=subject.severity,
            actor=actor,
            delivery=delivery,
            detail=dict(fact.detail),
            previous=head,
            hash="",
        )
        head = _hash(draft)
        outcomes.append(replace(draft, hash=head))
    return tuple(outcomes)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether a review's chain verifies.

    `broken_at` is the first sequence number that does not fit, and `why` says what does not.
    """

    review: str
    outcomes: int
    verified: bool
    head: str
    broken_at: int | None = None
    why: str | None = None


class ChainCheck:
    """Recomputes a review's chain, one outcome after the other. It keeps none of them.

    It begins after the outcome `sequence`, whose hash is `head`. A whole chain begins at 0.
    """

    def __init__(self, review: str, sequence: int = 0, head: str | None = None) -> None:
        self.sequence = sequence
        self._review = review
        self._head = initial_hash(review) if head is None else head
        self._outcomes = 0
        self._broken_at: int | None = None
        self._why: str | None = None

    def add(self, outcome: Outcome) -> None:
        """Take the next outcome, in the order of the log."""
        self.sequence += 1
        self._outcomes += 1
        if self._broken_at is not None:
            return
        if outcome.sequence != self.sequence:
            self._why = f"outcome {self.sequence} is missing (found {outcome.sequence})"
        elif outcome.review != self._review:
            self._why = "it belongs to another review"
        elif outcome.previous != self._head:
            self._why = "it does not follow the outcome before it"
        elif outcome.hash != _hash(outcome):
            self._why = "its content does not match its hash"
        else:
            self._head = outcome.hash
            return
        self._broken_at = self.sequence

    def report(
        self, *, expected_sequence: int | None = None, expected_head: str | None = None
    ) -> ChainReport:
        """Whether it verifies up to here, and matches the review's state.

        `expected_*` come from the state. They are None when there is no state, or when the chain
        goes on: then a missing tail cannot be seen.
        """
        broken_at, why = self._broken_at, self._why
        expected = (expected_sequence, expected_head)
        if broken_at is None and None not in expected and expected != (self.sequence, self._head):
            broken_at = self.sequence + 1
            why = (
                f"the review's state says {expected_sequence} outcomes, the log has {self.sequence}"
            )
        return ChainReport(
            self._review,
            self._outcomes,
            verified=broken_at is None,
            head=self._head,
            broken_at=broken_at,
            why=why,
        )


def verify_chain(
    review: str,
    outcomes: Iterable[Outcome],
    *,
    expected_sequence: int | None,
    expected_head: str | None,
) -> ChainReport:
    """Recompute a review's chain from its outcomes in order, and compare it with its state.

    For `expected_*` see `ChainCheck.report`.
    """
    check = ChainCheck(review)
    for outcome in outcomes:
        check.add(outcome)
    return check.report(expected_sequence=expected_sequence, expected_head=expected_head)


def _content(outcome: Outcome) -> dict[str, Any]:
    return {
        "review": outcome.review,
        "sequence": outcome.sequence,
        "kind": outcome.kind.value,
        "at": outcome.at,
        "business": outcome.business,
        "platform": outcome.platform,
        "channel": outcome.channel,
        "severity": outcome.severity,
        "actor": outcome.actor,
        "delivery": outcome.delivery,
        "detail": dict(outcome.detail),
        "previous": outcome.previous,
    }


def _hash(outcome: Outcome) -> str:
    # A value that is not JSON was not written by us. It must not match, and must not raise.
    canonical = json.dumps(
        _content(outcome), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
