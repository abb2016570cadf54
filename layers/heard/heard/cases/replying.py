"""How a case changes when its reply is sent, refused, superseded, shown or removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from heard import remedies
from heard.cases.case import (
    Case,
    Change,
    describe_follow_up,
    has_open_follow_up,
    is_unsent,
    reopened_status,
)
from heard.cases.closing import close
from heard.cases.erasing import ERASED
from heard.cases.resolving import apply_resolution
from heard.cases.routing import open_or_join_follow_up
from heard.clock import format_time
from heard.follow_ups import FollowUp, Resolution, Status
from heard.outcomes import Fact, Kind
from heard.policy import Decision, Route
from heard.remedies import Grant
from heard.threads import Purpose, Slot, SlotState
from heard.working_time import Calendar


def record_sent_reply(
    case: Case, slot: Slot, native_id: str, now: datetime, calendar: Callable[[], Calendar]
) -> Change:
    """The case after the platform accepted the reply of a slot.

    The acknowledgement closes the review, or the resolution takes effect. A resolution that was
    superseded while its reply was sent (the review was withdrawn) has no effect any more.
    `calendar` is the business's; an acknowledgement does not need it.
    """
    case_after = replace(case, thread=case.thread.mark_sent(slot.reply, now))
    detail: dict[str, Any] = {"reply": slot.reply, "native_id": native_id, "public": slot.public}
    if slot.variant:
        detail["variant"] = slot.variant
    if case.follow_up and (resolution := _resolution_in_progress(case.follow_up, slot.reply)):
        return apply_resolution(case_after, case.follow_up, resolution, detail, now, calendar)
    if slot.purpose is Purpose.RESOLUTION or case.review.closing_kind or has_open_follow_up(case):
        return Change(
            case_after, (Fact(Kind.REPLY_SENT, detail | {"purpose": slot.purpose.value}),)
        )
    closed_review = replace(
        case.review, closing_kind=Kind.ACKNOWLEDGED, touched_at=format_time(now)
    )
    return Change(replace(case_after, review=closed_review), (Fact(Kind.ACKNOWLEDGED, detail),))


def record_failed_reply(
    case: Case, slot: Slot, kind: Kind, reason: str, decide: Callable[[], Decision], now: datetime
) -> Change:
    """The case after a reply failed: a person decides what comes next.

    The platform refused it (`REPLY_REJECTED`), or cannot say whether it has it (`REPLY_UNKNOWN`).
    A resolution goes back to its follow-up. An acknowledgement becomes a follow-up, as `decide`
    says.
    """
    thread = (
        case.thread.mark_unknown(slot.reply)
        if kind is Kind.REPLY_UNKNOWN
        else case.thread.without_reply(slot.reply)
    )
    case_after = replace(case, thread=thread)
    detail = {"reply": slot.reply, "reason": reason}
    if case.follow_up and _resolution_in_progress(case.follow_up, slot.reply):
        due_at = case.follow_up.due_at
        if case.follow_up.promised_for and (decision_due_at := decide().due_at):
            due_at = min(due_at, format_time(decision_due_at))
        reopened_follow_up = replace(
            case.follow_up,
            due_at=due_at,
            status=reopened_status(case.follow_up),
            promised_for=None,
            resolution=None,
            last_resolution_end=kind.value,
            grants=_unannounced_grants(case.follow_up),
            why=kind.value,
        )
        detail |= describe_follow_up(reopened_follow_up)
        return Change(replace(case_after, follow_up=reopened_follow_up), (Fact(kind, detail),))
    if slot.purpose is Purpose.RESOLUTION or case.review.closing_kind or has_open_follow_up(case):
        if case.follow_up and has_open_follow_up(case):
            detail |= describe_follow_up(case.follow_up)
        return Change(case_after, (Fact(kind, detail),))
    new_follow_up, thread, opening_fact = open_or_join_follow_up(
        case_after, decide(), now, why=kind.value
    )
    review = replace(case.review, route=Route.FOLLOW_UP)
    return Change(Case(review, thread, new_follow_up), (Fact(kind, detail), opening_fact))


def record_lost_reply(change: Change, reply: str) -> Change:
    """The change, and that the customer sees our earlier reply no more.

    It was taken down to make room for `reply`, which the platform then refused. Its slot stays used
    (R04): onlookers may have read it.
    """
    earlier = [
        slot
        for slot in change.case.thread.slots
        if slot.reply != reply and slot.public and slot.state is SlotState.SENT
    ]
    facts = tuple(
        Fact(Kind.REPLY_REMOVED, {"reply": slot.reply, "reason": "not_put_back"})
        for slot in earlier[-1:]
    )
    return replace(change, facts=(*change.facts, *facts))


def is_superseded(case: Case, slot: Slot) -> bool:
    """Whether an acknowledgement that was decided must not be sent any more.

    Its review is closed, or a person has it meanwhile. One that had to wait also gives way to a
    person who has another review of its thread (R04), or who has resolved.
    """
    follow_up = case.follow_up
    if slot.purpose is not Purpose.ACKNOWLEDGEMENT or case.review.closing_kind:
        return slot.purpose is Purpose.ACKNOWLEDGEMENT
    if follow_up is None or follow_up.status is Status.CLOSED:
        return False
    was_delayed = slot.not_before is not None
    if not has_open_follow_up(case):
        return was_delayed
    return not case.review.route.acknowledges or (
        was_delayed and follow_up.last_resolution_key is not None
    )


def cancel_superseded(
    case: Case, slot: Slot, decide: Callable[[], Decision], now: datetime
) -> Change:
    """The case without a superseded acknowledgement that is certainly not at the platform.

    A person gets its review.
    """
    case_after = replace(
        case, thread=case.thread.without_reply(slot.reply), review=replace(case.review, reply=None)
    )
    if case.review.closing_kind or has_open_follow_up(case):
        return Change(case_after)
    follow_up, thread, fact = open_or_join_follow_up(case_after, decide(), now)
    return Change(
        Case(replace(case_after.review, route=Route.FOLLOW_UP), thread, follow_up), (fact,)
    )


def cancel_unreadable(case: Case, reply: str) -> Change | None:
    """The case when its acknowledgement cannot be read any more, as its author was erased.

    A review that no person has is closed: nobody can answer what nobody can read. A reply that
    the platform may have keeps its slot. None when the reply is not (or no longer) to be sent.
    """
    slot = case.thread.slot(reply)
    if slot is None or not is_unsent(slot):
        return None
    thread = (
        case.thread.mark_unknown(reply)
        if slot.must_find_reply
        else case.thread.without_reply(reply)
    )
    change = Change(replace(case, thread=thread, review=replace(case.review, reply=None)))
    return (
        change
        if case.review.closing_kind or has_open_follow_up(case)
        else close(change, Kind.IGNORED, {"reason": ERASED})
    )


def record_published_reply(case: Case, reply: str, native_id: str) -> Change:
    """The case after a moderating platform published a reply: one fact, and no other change."""
    return Change(case, (Fact(Kind.REPLY_PUBLISHED, {"reply": reply, "native_id": native_id}),))


def record_unknown_reply(case: Case, reply: str, reason: str) -> Change:
    """The case when a moderating platform never said what became of a reply: one fact.

    The reply may well be there, so nothing is reopened.
    """
    return Change(case, (Fact(Kind.REPLY_UNKNOWN, {"reply": reply, "reason": reason}),))


def record_removed_reply(
    case: Case,
    reply: str,
    purpose: Purpose,
    kind: Kind,
    reason: str,
    decide: Callable[[], Decision],
    now: datetime,
) -> Change:
    """The case after a platform accepted a reply, and then did not show it.

    It removed the reply (`REPLY_REMOVED`), or held it back for days (`REPLY_UNKNOWN`). The customer
    has no answer, so a person must act: a closed review is reopened, and so is a follow-up that
    waits for what the reply announced (an invitation, a promise). The reply's slot stays used
    (R04): onlookers may have read it, and it may still be shown.
    """
    detail = {"reply": reply, "reason": reason}
    fact = Fact(kind, detail)
    review, follow_up = case.review, case.follow_up
    if review.withdrawn:
        return Change(case, (fact,))
    if follow_up and has_open_follow_up(case):
        if purpose is Purpose.RESOLUTION and _is_announced_by(follow_up, reply):
            decision_due_at = decide().due_at
            due_at = (
                min(follow_up.due_at, format_time(decision_due_at))
                if decision_due_at
                else follow_up.due_at
            )
            follow_up = replace(
                follow_up,
                status=Status.OPEN,
                invited=False,
                promised_for=None,
                level=0,
                due_at=due_at,
                why="moderation",
            )
            announcing_key = follow_up.announced_by or follow_up.last_resolution_key
            follow_up = replace(
                follow_up, grants=remedies.unannounced(announcing_key, follow_up.grants)
            )
        fact = Fact(kind, detail | describe_follow_up(follow_up))
        return Change(replace(case, follow_up=follow_up), (fact,))
    facts = (
        (fact, Fact(Kind.REOPENED, {"after": review.closing_kind.value}))
        if review.closing_kind
        else (fact,)
    )
    review = replace(review, closing_kind=None, route=Route.FOLLOW_UP, touched_at=format_time(now))
    new_follow_up, thread, opening_fact = open_or_join_follow_up(
        replace(case, review=review), decide(), now, why="moderation"
    )
    return Change(Case(review, thread, new_follow_up), (*facts, opening_fact))


def _resolution_in_progress(follow_up: FollowUp, reply: str) -> Resolution | None:
    """The resolution that is being carried out with this reply."""
    return (
        follow_up.resolution
        if follow_up.status is Status.RESOLVING
        and follow_up.resolution
        and follow_up.resolution.reply == reply
        else None
    )


def _is_announced_by(follow_up: FollowUp, reply: str) -> bool:
    """Whether the follow-up waits for what this very reply announced, not one after it.

    An older release did not note which reply that is.
    """
    return follow_up.status in {Status.INVITED, Status.PROMISED} and (
        follow_up.announced_by is None or follow_up.reply_of(follow_up.announced_by) == reply
    )


def _unannounced_grants(follow_up: FollowUp) -> tuple[Grant, ...]:
    """The follow-up's grants after the reply of its last resolution did not arrive.

    What it granted is in the log. The next resolution announces it and must not grant it again.
    """
    return remedies.unannounced(follow_up.last_resolution_key, follow_up.grants)
