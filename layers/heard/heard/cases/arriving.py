"""How an event changes a case, whatever came before it and in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

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
    end in the same state too, in any order of arrival.
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
    if (event.revision, incoming.commitment) < (review.revision, review.commitment):
        return Arrival.LATE
    if event.kind in _ARRIVAL_OF_KIND:
        return _ARRIVAL_OF_KIND[event.kind]
    return Arrival.UNCHANGED if says_the_same and not review.withdrawn else Arrival.NEWER


def apply_event(
    case: Case,
    incoming: IncomingEvent,
    now: datetime,
    *,
    stored: bool,
    earlier_revision: Callable[[], Revision],
    route: Callable[[], Change],
) -> Change | None:
    """The case after an event; None when this delivery was processed already.

    `stored` says whether the review was seen before. Two things are computed only where they are
    needed: `earlier_revision` is the revision that an edit without new words repeats, and `route`
    is the change for new words.
    """
    event = incoming.event
    match classify_arrival(case.review if stored else None, incoming):
        case Arrival.RESUMED:
            return None
        case Arrival.DUPLICATE:
            return record_repeat(case, Kind.DUPLICATE, incoming)
        case Arrival.LATE:
            change = record_repeat(case, Kind.LATE_REVISION, incoming)
            # A withdrawn review says nothing any more, so nothing of it is added.
            return change if case.review.withdrawn else _with_revision_text(change, event)
        case Arrival.UNCHANGED:
            change = record_unchanged(case, incoming, now)
            return replace(change, writes=Writes(revision=earlier_revision()._replace(event=event)))
        case Arrival.WITHDRAWAL:
            return _with_revision_text(withdraw(case, incoming, now), event)
        case Arrival.OWN_REPLY:
            change = record_own_reply(case, incoming, now)
            return _with_revision_text(change, event) if stored else change
        case Arrival.NEW | Arrival.NEWER if event.no_review:
            return _with_revision_text(record_no_review(case, incoming, now), event)
        case Arrival.NEW | Arrival.NEWER:
            return route()


def _with_revision_text(change: Change, event: ReviewEvent) -> Change:
    return replace(change, writes=Writes(revision=Revision(event)))


def record_unchanged(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after an edit that says the same as before: it gives no new slots (R04)."""
    fact = Fact(Kind.REVISED, _revision_names(incoming) | {"unchanged": True})
    return Change(replace(case, review=with_revision(case.review, incoming, now)), (fact,))


def record_repeat(case: Case, kind: Kind, incoming: IncomingEvent) -> Change:
    """The case after a duplicate or a late revision: one fact, and no other change."""
    return Change(case, (Fact(kind, _revision_names(incoming)),))


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


def record_unverified(case: Case, revision: str, delivery: str, now: datetime) -> Change:
    """The case of an unsigned event that the platform does not confirm.

    What was known before stays valid. The `revision` is not taken over: a forged one could
    make the genuine review look old.
    """
    review = replace(case.review, delivery=delivery, touched_at=format_time(now))
    if case.review.sequence:
        return Change(
            replace(case, review=review), (Fact(Kind.UNVERIFIED, {"revision": revision}),)
        )
    # Whom it names need not have written anything, and no list of an author's reviews leads here.
    review = replace(review, author=erased_author_id(review.id), closing_kind=Kind.IGNORED)
    return Change(
        replace(case, review=review), (Fact(Kind.IGNORED, {"reason": "not_on_platform"}),)
    )


def withdraw(case: Case, incoming: IncomingEvent, now: datetime) -> Change:
    """The case after its review was withdrawn.

    Its follow-up closes too, if the follow-up is about no other review. An acknowledgement that
    nobody has begun to send is cancelled, and gives its slot back.
    """
    review = replace(with_revision(case.review, incoming, now), withdrawn=True)
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
