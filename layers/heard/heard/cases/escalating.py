"""What happens to a case when time passes: promises fall due, follow-ups escalate or expire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from heard.cases.case import Case, Change, describe_follow_up, is_unsent, without_promise
from heard.cases.closing import close
from heard.cases.replying import record_failed_reply
from heard.clock import add_seconds, format_time, parse_time
from heard.errors import Busy
from heard.follow_ups import Status, escalate
from heard.outcomes import Fact, Kind
from heard.policy import Decision

NOT_TRIED: Final = "not_tried"
"""Why a reply was not sent that no run even began to send, because of a fault of ours."""


def check_follow_up(
    case: Case,
    decide: Callable[[], Decision],
    now: datetime,
    *,
    give_up_after: int,
    carry_out_failed: bool,
    fence: int | None = None,
) -> Change:
    """The case when its follow-up's timer ends.

    A promise is due, the follow-up escalates (R08, R14) or expires, or nothing is due yet.
    `carry_out_failed` says that carrying out the resolution of the claim `fence` failed for good. A
    reply that is still to be sent is then unknown, or rejected if the platform certainly does not
    have it. If it is the failure of an earlier resolution, nothing happens. Without a fence, only
    a reply that somebody has tried to send can have failed. Raises Busy while it is being sent.
    `give_up_after` is how many seconds a follow-up may stay open. Its reviews expire one by one;
    the first of them expires here.
    """
    follow_up = case.follow_up
    if follow_up is None or follow_up.status is Status.CLOSED:
        return Change(case)
    if follow_up.status is Status.RESOLVING:
        slot = (
            case.thread.slot(follow_up.resolution.reply)
            if follow_up.resolution and follow_up.resolution.reply
            else None
        )
        if not carry_out_failed or slot is None or not is_unsent(slot):
            return Change(case)
        was_tried = slot.tried_at is not None
        is_about_this_reply = was_tried if fence is None else fence == follow_up.fence
        if not is_about_this_reply:
            return Change(case)
        if slot.is_being_sent(now):
            raise Busy("Another run is sending this reply now.")
        kind = Kind.REPLY_UNKNOWN if slot.must_find_reply else Kind.REPLY_REJECTED
        reason = "platform_unavailable" if was_tried else NOT_TRIED
        return record_failed_reply(case, slot, kind, reason, decide, now)
    if now < parse_time(follow_up.due_at):
        return Change(case)
    if follow_up.status is Status.PROMISED:
        due = escalate(follow_up, now).due_at
        reopened_follow_up = replace(without_promise(follow_up), due_at=due)
        return Change(
            replace(case, follow_up=reopened_follow_up),
            (Fact(Kind.PROMISE_DUE, describe_follow_up(reopened_follow_up)),),
        )
    if now >= add_seconds(parse_time(follow_up.opened_at), give_up_after):
        return close(Change(case), Kind.EXPIRED, {})
    raised_follow_up = escalate(follow_up, now)
    fact = Fact(
        Kind.ESCALATED,
        describe_follow_up(raised_follow_up)
        | {"level": raised_follow_up.level, "was_due": follow_up.due_at},
    )
    return Change(replace(case, follow_up=raised_follow_up), (fact,))


def postpone_sweep(case: Case, now: datetime) -> Change | None:
    """The case after the sweep queued its open review: it is swept again later.

    None when the review was closed meanwhile.
    """
    return (
        None
        if case.review.closing_kind
        else Change(replace(case, review=replace(case.review, touched_at=format_time(now))))
    )
