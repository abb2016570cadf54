"""What an erasure or a retention changes in a case, and what becomes of words that come after it.

Words that an erased author wrote before are never stored again, wherever they come from: a
redelivery, a dead letter, a poll, a backup. Nor are the words of a review whose texts retention
deleted. What the author writes later is a review like any other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from heard.cases.arriving import record_repeat, record_unverified
from heard.cases.case import Case, Change, Review, has_open_follow_up, without_unsent_reply
from heard.cases.closing import close
from heard.clock import format_time, parse_time
from heard.outcomes import Fact, Kind
from heard.retention import RETENTION
from heard.reviews import ReviewEvent, erased_author_id, revision_time

ERASED: Final = "erased"
"""The reason in outcomes about an erased author."""


def written_at(event: ReviewEvent, received_at: datetime | None) -> datetime | None:
    """When an event's words were written, as far as that is known; else when they came.

    It is the later of the dates that the platform gives: an edit may have the date of the first
    words, and its own date as revision. None for a message that says neither.
    """
    times = [event.occurred_at or received_at, revision_time(event.revision)]
    return max((time for time in times if time), default=None)


def is_erased(event: ReviewEvent, received_at: datetime | None, erased_at: datetime) -> bool:
    """Whether an event's words are from before the erasure, so that they must not be stored."""
    time = written_at(event, received_at)
    return time is None or time <= erased_at


def erase_author(case: Case, reason: str, now: datetime) -> Change | None:
    """The case after its author was erased; None when they were erased before.

    An acknowledgement that nobody has begun to send is cancelled. A follow-up stays open: what was
    promised to the customer must be kept, and a person decides what can still be done.
    """
    review = case.review
    if review.erased_at is not None:
        return None
    thread = without_unsent_reply(case.thread, review.reply)
    was_cancelled = thread != case.thread
    thread = replace(
        thread, machines=tuple(author for author in thread.machines if author != review.author)
    )
    review = without_author(review, now)
    if was_cancelled:
        review = replace(review, reply=None)
    change = Change(
        replace(case, review=review, thread=thread), (Fact(Kind.TEXTS_ERASED, {"reason": reason}),)
    )
    if was_cancelled and review.closing_kind is None and not has_open_follow_up(case):
        return close(change, Kind.IGNORED, {"reason": ERASED})
    return change


def has_texts_to_delete(review: Review) -> bool:
    """Whether retention may delete its texts when their time is over: never while it is open."""
    return bool(review.revision) and review.closing_kind is not None and review.erased_at is None


def delete_texts(case: Case) -> Change | None:
    """The case after retention deleted its texts; None when it may not.

    Only what the author said until the review was last touched is gone. So an edit from the time
    since then, which may still come, is not lost (R01).
    """
    review = case.review
    if not has_texts_to_delete(review) or has_open_follow_up(case):
        return None
    thread = replace(
        case.thread,
        machines=tuple(author for author in case.thread.machines if author != review.author),
    )
    review = replace(without_author(review, parse_time(review.touched_at)), expired=True)
    fact = Fact(Kind.TEXTS_DELETED, {"reason": RETENTION})
    return Change(replace(case, review=review, thread=thread), (fact,))


def without_author(review: Review, erased_at: datetime) -> Review:
    """The review, with nothing in it that leads to its author."""
    return replace(
        review,
        author=erased_author_id(review.id),
        # Without the words there is nothing to compare with. Revisions are compared alone.
        commitment="",
        words_revision=None,
        words_commitment=None,
        # At some platforms it holds the author's id.
        native_id="",
        erased_at=format_time(erased_at),
    )


def record_erased(
    case: Case,
    event: ReviewEvent,
    delivery: str,
    erased_at: datetime,
    now: datetime,
    *,
    stored: bool,
    proven: bool,
) -> Change | None:
    """The case after words from before an erasure or a retention. None of them is stored.

    An event that is not `proven` may name an erased author falsely: its revision is not taken over.
    None when this delivery leaves no outcome (any more).
    """
    review = case.review
    if stored and review.delivery == delivery and review.revision in {event.revision, ""}:
        return None
    if stored and review.revision:
        kind = Kind.DUPLICATE if event.revision == review.revision else Kind.LATE_REVISION
        reason = RETENTION if review.expired else ERASED
        detail = {"revision": event.revision, "reason": reason}
        return record_repeat(case, kind, detail, delivery, now)
    if not proven:
        return record_unverified(case, event.revision, delivery, now, reason=ERASED)
    review = replace(
        without_author(review, erased_at),
        revision=event.revision,
        delivery=delivery,
        touched_at=format_time(now),
    )
    if review.closing_kind:
        # So far only an event was seen that the platform denies.
        fact = Fact(Kind.LATE_REVISION, {"revision": event.revision, "reason": ERASED})
        return Change(replace(case, review=review), (fact,))
    return close(Change(replace(case, review=review)), Kind.IGNORED, {"reason": ERASED})
