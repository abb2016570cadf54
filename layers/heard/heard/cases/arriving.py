"""How an event changes a case, whatever came before it and in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from heard.cases.case import (
    Case,
    Change,
    IncomingEvent,
    Review,
    Revision,
    Writes,
    with_revision,
    without_unsent_reply,
)
from heard.cases.closing import close
from heard.cases.repeats import Repeats
from heard.clock import format_time
from heard.outcomes import Fact, Kind
from heard.reviews import EventKind, ReviewEvent, erased_author_id


class Arrival(StrEnum):
    """What an event is, compared with what is stored of its review."""

    NEW = "new"
    NEWER = "newer"
    UNCHANGED = "unchanged"
    RESUMED = "resumed"
    DUPLICATE = "duplicate"
    LATE = "late"
    WITHDRAWAL = "withdrawal"
    OWN_REPLY = "own_reply"


_ARRIVAL_OF_KIND: Final = {
    EventKind.WITHDRAWN: Arrival.WITHDRAWAL,
    EventKind.REPLY_SEEN: Arrival.OWN_REPLY,
}


def classify_arrival(review: Review | None, incoming: IncomingEvent) -> Arrival:
    """What this event is; `review` is None when it is the first one of its review.

    Revisions are compared as (revision, commitment). So platforms that do not number their edits
    end in the same state too, in any order of arrival. What is proven is newer than what is not,
    because anybody can write a revision of the far future to an address.
    """
    event = incoming.event
    if review is None:
        return _ARRIVAL_OF_KIND.get(event.kind, Arrival.NEW)
    if review.delivery == incoming.delivery and review.revision == event.revision:
        return Arrival.RESUMED
    withdraws = event.kind is EventKind.WITHDRAWN
    says_the_same = incoming.says_the_same_as(review)
    if event.revision == review.revision and says_the_same:
        if review.withdrawn == withdraws:
            return Arrival.DUPLICATE
        return Arrival.WITHDRAWAL if withdraws else Arrival.LATE
    outranks = incoming.proven and review.unverified
    order = (event.revision, incoming.commitment)
    if not outranks and order < (review.revision, review.commitment):
        return Arrival.LATE
    if event.kind in _ARRIVAL_OF_KIND:
        return _ARRIVAL_OF_KIND[event.kind]
    return Arrival.UNCHANGED if says_the_same and not review.withdrawn else Arrival.NEWER


@dataclass(frozen=True, slots=True)
class OnDemand:
    """What is read, or decided, only for an event that needs it.

    `earlier_revision` is the revision that an edit without new words repeats, and `route` is the
    change for new words. `is_stored_revision` says whether these words came before, and
    `route_late` is the change for words that did not, and come after newer ones.
    """

    earlier_revision: Callable[[], Revision]
    route: Callable[[], Change]
    is_stored_revision: Callable[[], bool]
    route_late: Callable[[], Change]


def apply_event(
    case: Case,
    incoming: IncomingEvent,
    now: datetime,
    *,
    stored: bool,
    on_demand: OnDemand,
) -> Change | None:
    """The case after an event; None when this delivery changes nothing (any more).

    `stored` says whether the review was seen before.

    What only an address vouches for takes no work away from people (R01): it withdraws nothing, it
    makes no answer of ours out of what a customer said, and it does not make a complaint old.
    """
    event, names = incoming.event, _revision_names(incoming)
    match classify_arrival(case.review if stored else None, incoming):
        case Arrival.RESUMED:
            return None
        case Arrival.DUPLICATE:
            return record_repeat(case, Kind.DUPLICATE, names, incoming.delivery, now)
        case Arrival.LATE if case.review.withdrawn or on_demand.is_stored_revision():
            # A withdrawn review says nothing any more, so nothing of it is added.
            return record_repeat(case, Kind.LATE_REVISION, names, incoming.delivery, now)
        case Arrival.LATE if case.review.unverified and event.kind not in _ARRIVAL_OF_KIND:
            return on_demand.route_late()
        case Arrival.LATE:
            fact = Fact(Kind.LATE_REVISION, names)
            return _with_revision_text(Change(case, (fact,)), event)
        case Arrival.UNCHANGED:
            change = record_unchanged(case, incoming, now)
            return replace(
                change, writes=Writes(revision=on_demand.earlier_revision()._replace(event=event))
            )
        case Arrival.WITHDRAWAL if not incoming.proven:
            return record_unproven_withdrawal(case, incoming, now)
        case Arrival.WITHDRAWAL:
            return _with_revision_text(withdraw(case, incoming, now), event)
        case Arrival.OWN_REPLY if stored and not incoming.proven:
            return on_demand.route()
        case Arrival.OWN_REPLY:
            change = record_own_reply(case, incoming, now)
            is_needed = stored or not incoming.proven
            return _with_revision_text(change, event) if is_needed else change
        case Arrival.NEW | Arrival.NEWER if event.no_review and incoming.proven:
            return _with_revision_text(record_no_review(case, incoming, now), event)
        case Arrival.NEW | Arrival.NEWER:
            return on_demand.route()


def _with_revision_text(change: Change, event: ReviewEvent) -> Change:
    return replace(change, writes=Writes(revision=Revision(event)))


def record_unchanged(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after an edit that says the same as before: it gives no new slots (R04)."""
    fact = Fact(Kind.REVISED, _revision_names(incoming) | {"unchanged": True})
    return Change(replace(case, review=with_revision(case.review, incoming, now)), (fact,))


def record_repeat(
    case: Case, kind: Kind, detail: Mapping[str, Any], delivery: str, now: datetime
) -> Change | None:
    """The case after an event that changes nothing of its review: one fact.

    None if this one leaves no outcome: see `heard.cases.repeats`.
    """
    repeats = (case.review.repeats or Repeats()).with_delivery(delivery, now)
    if repeats is None:
        return None
    review = replace(case.review, repeats=repeats)
    return Change(replace(case, review=review), (Fact(kind, detail),))


def _revision_names(incoming: IncomingEvent) -> dict[str, str]:
    """What names a revision in an outcome."""
    return {"revision": incoming.event.revision, "commitment": incoming.commitment}


def record_own_reply(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after an event was the business's own reply, which is never answered."""
    review = replace(with_revision(case.review, incoming, now), withdrawn=False)
    if review.closing_kind:
        return Change(
            replace(case, review=review),
            (Fact(Kind.REVISED, {"revision": incoming.event.revision, "own_reply": True}),),
        )
    return close(Change(replace(case, review=review)), Kind.IGNORED, {"reason": "own_reply"})


def record_no_review(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after words that are no review, such as an automatic reply: nobody answers them.

    A review that somebody works on stays open.
    """
    review = replace(with_revision(case.review, incoming, now), withdrawn=False)
    detail = _revision_names(incoming) | {"reason": incoming.event.no_review}
    if case.review.sequence:
        return Change(replace(case, review=review), (Fact(Kind.REVISED, detail),))
    return close(Change(replace(case, review=review)), Kind.IGNORED, detail)


def record_unverified(
    case: Case,
    revision: str,
    delivery: str,
    now: datetime,
    *,
    reason: str = "not_on_platform",
) -> Change | None:
    """The case of an unsigned event that counts for nothing, as `reason` says.

    By default the platform does not confirm it. What was known before stays valid. The `revision`
    is not taken over: a forged one could make the genuine review look old. None if this delivery
    leaves no outcome (any more).
    """
    review = case.review
    if review.delivery == delivery:
        return None
    if review.sequence:
        return record_repeat(case, Kind.UNVERIFIED, {"revision": revision}, delivery, now)
    # Whom it names need not have written anything, and no list of an author's reviews leads here.
    review = replace(
        review,
        author=erased_author_id(review.id),
        delivery=delivery,
        touched_at=format_time(now),
        closing_kind=Kind.IGNORED,
    )
    return Change(replace(case, review=review), (Fact(Kind.IGNORED, {"reason": reason}),))


def record_unproven_withdrawal(case: Case, incoming: IncomingEvent, now: datetime) -> Change | None:
    """The case after something said that its review is gone, and only an address vouches for that.

    The review stays as it is. Whoever has it reads of the withdrawal, and can look it up.
    """
    revision, delivery = incoming.event.revision, incoming.delivery
    change = record_unverified(case, revision, delivery, now, reason="withdrawal_not_proven")
    if change is None or not case.review.revision or case.review.reported_gone_at:
        return change
    review = replace(change.case.review, reported_gone_at=format_time(now))
    return replace(change, case=replace(change.case, review=review))


def withdraw(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after its review was withdrawn.

    Its follow-up closes too, if the follow-up is about no other review. An acknowledgement that
    nobody has begun to send is cancelled, and gives its slot back. Most platforms send a withdrawal
    without the words that it takes back: people read those from before.
    """
    review = replace(with_revision(case.review, incoming, now), withdrawn=True)
    if case.review.revision and not (case.review.erased_at or incoming.event.has_words):
        revision, commitment = case.review.readable_revision
        review = replace(review, words_revision=revision, words_commitment=commitment)
    thread = without_unsent_reply(case.thread, review.reply)
    if thread != case.thread:
        review = replace(review, reply=None)
    case_after = replace(case, review=review, thread=thread)
    if review.closing_kind:
        return Change(
            case_after,
            (Fact(Kind.REVISED, {"revision": incoming.event.revision, "withdrawn": True}),),
        )
    return close(Change(case_after), Kind.WITHDRAWN, {"revision": incoming.event.revision})
