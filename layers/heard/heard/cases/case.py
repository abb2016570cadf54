"""A case: one review's state, its thread, and the thread's open follow-up.

Also what every step returns: a `Change`, with what is stored before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from heard.assessment import Severity
from heard.automatic_replies import AutomaticReply
from heard.cases.repeats import Repeats
from heard.clock import format_time
from heard.commitments import is_same
from heard.follow_ups import FollowUp, Status
from heard.outcomes import Fact, Kind, OutcomeSubject, initial_hash
from heard.policy import Route
from heard.reviews import Channel, ReviewEvent, author_id, review_id, thread_id
from heard.threads import Slot, SlotState, Thread


@dataclass(frozen=True, slots=True)
class Review:
    """A review's state.

    `revision` and `commitment` name the revision last acted on. `delivery` is the webhook delivery
    that brought it: the same delivery again resumes, and another one is a duplicate.
    `closing_kind` is None while the review is open. `sequence` and `head` are those of its chain.
    Only the secrecy of the connection's address proves who sent an `unverified` revision.
    `reported_gone_at` is when such an event last said that the review was withdrawn. `repeats` are
    the repetitions that left an outcome.
    `erased_at` is when its author was erased: `author` leads to nobody then. If retention deleted
    the texts, it is `expired` as well, and `erased_at` is when the review was last touched.
    `words_revision` and `words_commitment` name the words before a withdrawal that has none.
    """

    id: str
    business: str
    platform: str
    connection: str
    channel: Channel
    thread: str
    author: str
    native_id: str
    revision: str
    commitment: str
    delivery: str
    touched_at: str
    rating: int | None = None
    severity: Severity | None = None
    route: Route = Route.NOTHING
    reply: str | None = None
    closing_kind: Kind | None = None
    withdrawn: bool = False
    unverified: bool = False
    erased_at: str | None = None
    expired: bool = False
    reported_gone_at: str | None = None
    words_revision: str | None = None
    words_commitment: str | None = None
    repeats: Repeats | None = None
    sequence: int = 0
    head: str = ""

    @property
    def outcome_subject(self) -> OutcomeSubject:
        """What each of its outcomes repeats."""
        severity = self.severity.value if self.severity else None
        return OutcomeSubject(self.id, self.business, self.platform, self.channel.value, severity)

    @property
    def readable_revision(self) -> tuple[str, str]:
        """The revision and the commitment of the words that people read: see `words_revision`."""
        if self.words_revision is None:
            return self.revision, self.commitment
        return self.words_revision, self.words_commitment or ""

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields["repeats"] = self.repeats.to_json() if self.repeats else None
        return {
            name: value
            for name, value in fields.items()
            if value is not None and value is not False
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The review that `to_json` wrote."""
        return cls(
            id=fields["id"],
            business=fields["business"],
            platform=fields["platform"],
            connection=fields["connection"],
            channel=Channel(fields["channel"]),
            thread=fields["thread"],
            author=fields["author"],
            native_id=fields["native_id"],
            revision=fields["revision"],
            # Older releases stored a digest: see `heard.commitments`.
            commitment=fields.get("commitment", fields.get("digest", "")),
            delivery=fields["delivery"],
            touched_at=fields["touched_at"],
            rating=fields.get("rating"),
            severity=Severity(fields["severity"]) if fields.get("severity") else None,
            route=Route(fields["route"]),
            reply=fields.get("reply"),
            closing_kind=Kind(fields["closing_kind"]) if fields.get("closing_kind") else None,
            withdrawn=fields.get("withdrawn", False),
            unverified=fields.get("unverified", False),
            erased_at=fields.get("erased_at"),
            expired=fields.get("expired", False),
            reported_gone_at=fields.get("reported_gone_at"),
            words_revision=fields.get("words_revision"),
            words_commitment=fields.get("words_commitment"),
            repeats=Repeats.from_json(fields["repeats"]) if fields.get("repeats") else None,
            sequence=fields["sequence"],
            head=fields["head"],
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A review, its thread, and the open follow-up that it is in, or would join now.

    None when there is none. A thread has several only where some of them are full.
    """

    review: Review
    thread: Thread
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """An event as it comes to a case: with its delivery, and the commitment to what it says.

    The commitment is made with the author's key, which only storage has. It is `proven` if its
    sender is, or if it was read at the platform: else only an address vouches for it.
    """

    event: ReviewEvent
    delivery: str
    commitment: str
    proven: bool

    def says_the_same_as(self, review: Review) -> bool:
        """Whether it says what the review said last."""
        return is_same(review.commitment, self.commitment, self.event.content)


class Revision(NamedTuple):
    """A revision as it is stored: what the author said, and what was concluded from it.

    `assessment` and `context` (what else the policy was asked with) are JSON objects. They are
    None for a revision about which nothing was decided.
    """

    event: ReviewEvent
    assessment: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgementDraft:
    """An acknowledgement of an event as it was chosen, before it is stored and has a slot.

    `reply` is its id. `page` identifies what onlookers read together; it is empty for a private
    reply. `page_variant` is the last variant on that page when the wording was chosen.
    `author_replies` are the author's recent automatic replies with this one, and `replies_version`
    says which the others were when it was decided that there may be one more.
    """

    event: ReviewEvent
    reply: str
    connection: str
    public: bool
    text: str
    variant: str
    page: str = ""
    page_variant: str | None = None
    author_replies: tuple[AutomaticReply, ...] = ()
    replies_version: int = 0


@dataclass(frozen=True, slots=True)
class Writes:
    """What is stored before a change that refers to it.

    Each is the same however often it is written, so that an interrupted run can be repeated.
    """

    is_complaint: bool = False
    revision: Revision | None = None
    acknowledgement: AcknowledgementDraft | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How a step changes a case: the case after it, and the facts to append to its chain.

    `writes` is what is stored first.
    """

    case: Case
    facts: tuple[Fact, ...] = ()
    writes: Writes = field(default_factory=Writes)


def new_case(
    event: ReviewEvent, *, business: str, platform: str, connection: str, channel: Channel
) -> Case:
    """The case of a review that nobody has stored yet."""
    review = review_id(business, platform, event.native_id)
    thread = thread_id(business, platform, event.native_thread)
    new_review = Review(
        id=review,
        business=business,
        platform=platform,
        connection=connection,
        channel=channel,
        thread=thread,
        author=author_id(business, platform, event.author.id),
        native_id=event.native_id,
        revision="",
        commitment="",
        delivery="",
        touched_at="",
        head=initial_hash(review),
    )
    return Case(new_review, Thread(thread))


def with_revision(review: Review, incoming: IncomingEvent, now: datetime) -> Review:
    """The review with this event as the revision last acted on."""
    return replace(
        review,
        revision=incoming.event.revision,
        commitment=incoming.commitment,
        delivery=incoming.delivery,
        touched_at=format_time(now),
        unverified=not incoming.proven,
        reported_gone_at=None,
        words_revision=None,
        words_commitment=None,
    )


def has_open_follow_up(case: Case) -> bool:
    """Whether an open follow-up is about the review."""
    return (
        case.follow_up is not None
        and case.follow_up.status is not Status.CLOSED
        and case.review.id in case.follow_up.reviews
    )


def describe_follow_up(follow_up: FollowUp) -> dict[str, Any]:
    """What an outcome says of a follow-up, so that its reader needs nothing else.

    `follow_up_severity` is the worst of its reviews so far. The outcome's own `severity` is that of
    one review.
    """
    return {
        "follow_up": follow_up.id,
        "follow_up_severity": follow_up.severity.value,
        "queue": follow_up.queue,
        "due_at": follow_up.due_at,
    }


def without_unsent_reply(thread: Thread, reply: str | None) -> Thread:
    """The thread without a reply, if it is certain that the platform does not have the reply."""
    slot = thread.slot(reply) if reply else None
    return thread.without_reply(slot.reply) if slot and slot.state is SlotState.RESERVED else thread


def is_unsent(slot: Slot) -> bool:
    """Whether a reply still has to be sent, or to be found at the platform."""
    return slot.state in {SlotState.RESERVED, SlotState.SENDING, SlotState.DOUBTFUL}


def reopened_status(follow_up: FollowUp) -> Status:
    """Where a follow-up stands when a person must work on it again."""
    return Status.INVITED if follow_up.invited else Status.OPEN


def without_promise(follow_up: FollowUp) -> FollowUp:
    """The follow-up, open again if it waited for the date of a promise."""
    if follow_up.status is not Status.PROMISED:
        return replace(follow_up, promised_for=None)
    return replace(follow_up, status=reopened_status(follow_up), promised_for=None, level=0)
