"""What an agent decides about a follow-up, and what a lead approves or denies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from heard import remedies
from heard.cases.case import (
    Case,
    Change,
    describe_follow_up,
    reopened_status,
    without_promise,
    without_unsent_reply,
)
from heard.cases.closing import close, closing_kind
from heard.clock import add_seconds, format_time, parse_time
from heard.follow_ups import (
    DENIED,
    INVITATION_WAIT,
    MAX_REVIEWS,
    Action,
    Conflict,
    ConflictCode,
    FollowUp,
    Resolution,
    Status,
)
from heard.outcomes import Fact, Kind
from heard.policy import Policy
from heard.reviews import Stage
from heard.threads import Purpose
from heard.working_time import Calendar, working_seconds


def resolve(case: Case, resolution: Resolution, policy: Policy, now: datetime) -> Change | Conflict:
    """The case after an agent's resolution was accepted. Its reply, if any, is sent later.

    Walking away (R20), and a remedy above the policy's limit (R28), first wait for a second person.
    """
    follow_up, thread = case.follow_up, case.thread
    if follow_up is None:
        return Conflict(ConflictCode.CLOSED, "It is closed.")
    if conflict := _check_codes(resolution, policy):
        return conflict
    resolution = replace(resolution, reviews=follow_up.covered_reviews[:MAX_REVIEWS])
    follow_up = replace(follow_up, last_resolution_key=resolution.key, last_resolution_end=None)
    public = _is_public(case)
    if resolution.action is Action.INVITE_PRIVATE and not public:
        return Conflict(
            ConflictCode.ALREADY_PRIVATE, "This conversation is private already. Reply in it."
        )
    if conflict := _check_promise_date(follow_up, resolution, policy.give_up_after, now):
        return conflict
    needs_approval = resolution.action is Action.WALK_AWAY
    if resolution.remedy:
        remedy = remedies.find_remedy(resolution.remedy, policy.remedies)
        if remedy is None:
            return _remedy_conflict(policy)
        grant = replace(resolution.remedy, currency=remedy.currency, resolution_key=resolution.key)
        resolution = replace(resolution, remedy=grant)
        needs_approval = needs_approval or remedies.needs_lead(
            grant, remedy.limit, follow_up.grants
        )
    if needs_approval:
        awaiting_follow_up = replace(
            follow_up, status=Status.AWAITING_APPROVAL, resolution=resolution
        )
        detail = describe_follow_up(awaiting_follow_up) | {
            "action": resolution.action.value,
            "reason": resolution.reason or "",
        }
        if resolution.remedy:
            detail |= resolution.remedy.detail
        if resolution.reply and public and not thread.public_replies_left:
            return _cap_conflict()
        return Change(
            replace(case, follow_up=awaiting_follow_up), (Fact(Kind.APPROVAL_REQUESTED, detail),)
        )
    return _accept_resolution(
        case, replace(follow_up, claim_expires_at=None), resolution, policy, now
    )


def _check_codes(resolution: Resolution, policy: Policy) -> Conflict | None:
    """Why a resolution with these codes is refused; None when the policy has them all.

    The advice does not repeat the code, which may be a sentence or a name.
    """
    codes = policy.codes
    for name, allowed in (
        ("root_cause", codes.causes),
        ("fix", codes.fixes),
        ("reason", codes.reasons),
    ):
        code = getattr(resolution, name)
        if code and code not in allowed:
            return Conflict(
                ConflictCode.CODE_UNKNOWN,
                f"The policy has no such {name}. Use one of {', '.join(allowed)}, and put "
                "sentences into note.",
            )
    return None


def _check_promise_date(
    follow_up: FollowUp, resolution: Resolution, give_up_after: int, now: datetime
) -> Conflict | None:
    """Why a promise for this date is refused; None when it is not, or nothing is promised."""
    if resolution.promised_for is None:
        return None
    if parse_time(resolution.promised_for) <= now:
        return Conflict(
            ConflictCode.DATE_PASSED, "The promised date has passed. Choose one in the future."
        )
    latest = add_seconds(parse_time(follow_up.opened_at), give_up_after)
    if parse_time(resolution.promised_for) > latest:
        return Conflict(
            ConflictCode.DATE_TOO_LATE,
            f"This follow-up expires at {format_time(latest)}, before the promise is due. "
            "Choose an earlier date.",
        )
    return None


def _remedy_conflict(policy: Policy) -> Conflict:
    if not policy.remedies:
        return Conflict(
            ConflictCode.REMEDY_UNKNOWN, "The policy has no remedies. Resolve it without one."
        )
    known_remedies = remedies.describe_remedies(policy.remedies)
    return Conflict(
        ConflictCode.REMEDY_UNKNOWN,
        f"The policy has these remedies: {known_remedies}. Name one of them, and its currency.",
    )


def approve(case: Case, lead: str, policy: Policy, now: datetime) -> Change | Conflict:
    """The case after a second person approved a resolution (R20, R28)."""
    if case.follow_up is None or case.follow_up.resolution is None:
        return Conflict(ConflictCode.NOTHING_TO_APPROVE, "Nobody has asked for an approval here.")
    if not case.follow_up.covered_reviews:
        return Conflict(
            ConflictCode.CHANGED,
            "The customer has changed their words since it was resolved. Deny it, so that an agent "
            "reads them.",
        )
    resolution = replace(case.follow_up.resolution, approved_by=lead)
    if resolution.promised_for and parse_time(resolution.promised_for) <= now:
        return Conflict(
            ConflictCode.DATE_PASSED,
            "The promised date has passed. Deny it, so that an agent can name another date.",
        )
    if conflict := _check_codes(resolution, policy):
        return replace(conflict, detail=f"{conflict.detail} Deny it, so that an agent can.")
    return _accept_resolution(
        case, replace(case.follow_up, claim_expires_at=None), resolution, policy, now
    )


def deny(case: Case, lead: str) -> Change:
    """The case after a second person denied a resolution: the follow-up is open again."""
    follow_up = case.follow_up
    if follow_up is None:
        return Change(case)
    status = Status.PROMISED if follow_up.promised_for else reopened_status(follow_up)
    reopened_follow_up = replace(
        follow_up, status=status, resolution=None, last_resolution_end=DENIED
    )
    detail = describe_follow_up(reopened_follow_up) | {"by": lead}
    return Change(
        replace(case, follow_up=reopened_follow_up), (Fact(Kind.APPROVAL_DENIED, detail),)
    )


def _is_public(case: Case) -> bool:
    return case.review.channel.stage is Stage.ONSTAGE


def _cap_conflict() -> Conflict:
    return Conflict(
        ConflictCode.CAP_REACHED,
        "This public thread has all the replies that it may have (R04). Resolve it without a "
        "reply, or in private.",
    )


def _accept_resolution(
    case: Case, follow_up: FollowUp, resolution: Resolution, policy: Policy, now: datetime
) -> Change | Conflict:
    thread = case.thread
    detail: dict[str, str] = {"action": resolution.action.value}
    if resolution.remedy:
        if not remedies.pending_grant(resolution.remedy, follow_up.grants):
            detail |= resolution.remedy.detail
        follow_up = replace(
            follow_up, grants=remedies.with_grant(resolution.remedy, follow_up.grants)
        )
    if resolution.reply:
        # The agent's reply replaces an acknowledgement that still waits, and takes its slot.
        thread, review = without_unsent_reply(thread, case.review.reply), case.review
        if thread != case.thread:
            case = replace(case, review=replace(review, reply=None))
        thread = thread.reserve(resolution.reply, Purpose.RESOLUTION, public=_is_public(case))
        if thread is None:
            return _cap_conflict()
        detail["reply"] = resolution.reply
    elif closing_kind(follow_up, resolution) is None:
        change = apply_resolution(case, follow_up, resolution, {}, now, lambda: policy.calendar)
        return (
            replace(change, facts=(Fact(Kind.RESOLUTION_GIVEN, detail), *change.facts))
            if resolution.remedy
            else change
        )
    # Its workflow ends with the answer. If it stays open after that, the next one waits for it.
    resolving_follow_up = replace(
        follow_up, status=Status.RESOLVING, resolution=resolution, run=follow_up.run + 1
    )
    return Change(
        Case(case.review, thread, resolving_follow_up), (Fact(Kind.RESOLUTION_GIVEN, detail),)
    )


def close_next_review(
    case: Case, resolution: Resolution, now: datetime, calendar: Callable[[], Calendar]
) -> Change | None:
    """The case after a resolution, whose reply (if any) is out, closed one review.

    `case` is that of a review which it covers, if any is left. Repeated, it closes one review after
    the other, and then leaves the follow-up to a person if it is about others. None when the
    resolution is not (or no longer) being carried out. `calendar` is the business's.
    """
    follow_up = case.follow_up
    if (
        follow_up is None
        or follow_up.status is not Status.RESOLVING
        or follow_up.resolution is None
        or follow_up.resolution.key != resolution.key
    ):
        return None
    return apply_resolution(case, follow_up, follow_up.resolution, {}, now, calendar)


def apply_resolution(
    case: Case,
    follow_up: FollowUp,
    resolution: Resolution,
    reply_detail: Mapping[str, Any],
    now: datetime,
    calendar: Callable[[], Calendar],
) -> Change:
    """The case after a resolution took effect: its reply, if any, is out.

    A review that it does not cover stays with a person, at once: nobody has read its words. Its
    outcome says how long the follow-up waited for that, in the working time of the business's
    `calendar`, which is asked for only here.
    """
    waiting_seconds = working_seconds(parse_time(follow_up.opened_at), now, calendar())
    detail = dict(reply_detail) | {
        "by": resolution.agent,
        "follow_up": follow_up.id,
        "waited_s": waiting_seconds,
    }
    codes = {
        name: getattr(resolution, name) for name in ("reason", "fix", "root_cause", "approved_by")
    }
    detail |= {name: value for name, value in codes.items() if value}
    kind = closing_kind(follow_up, resolution)
    if kind is not None:
        if case.review.id in resolution.reviews:
            change = close(Change(replace(case, follow_up=follow_up)), kind, detail)
            return _with_effect(change, resolution)
        return _reopen(case, follow_up, reply_detail)
    has_unread_words = follow_up.covered_reviews != follow_up.reviews
    if resolution.action is Action.INVITE_PRIVATE:
        due_at = format_time(now + INVITATION_WAIT)
        waiting_follow_up = replace(
            follow_up,
            status=Status.INVITED,
            invited=True,
            promised_for=None,
            resolution=None,
            announced_by=resolution.key,
            last_resolution_end=resolution.action.value,
            level=0,
            due_at=min(due_at, follow_up.due_at) if has_unread_words else due_at,
        )
        return Change(
            replace(case, follow_up=waiting_follow_up), (Fact(Kind.INVITED_PRIVATE, detail),)
        )
    promise_date = resolution.promised_for or format_time(now)
    waiting_follow_up = replace(
        follow_up,
        status=Status.PROMISED,
        promised_for=promise_date,
        resolution=None,
        announced_by=resolution.key,
        last_resolution_end=resolution.action.value,
        level=0,
        due_at=promise_date,
    )
    if has_unread_words:
        due_at = min(promise_date, follow_up.due_at)
        waiting_follow_up = replace(without_promise(waiting_follow_up), due_at=due_at)
    return Change(
        replace(case, follow_up=waiting_follow_up),
        (Fact(Kind.PROMISED, detail | {"promised_for": promise_date}),),
    )


def _with_effect(change: Change, resolution: Resolution) -> Change:
    """The change in whose follow-up the resolution took effect, if it is gone from there now.

    It closed all that it covered, and the follow-up is open for others.
    """
    follow_up = change.case.follow_up
    if follow_up is None or follow_up.status is Status.CLOSED or follow_up.resolution:
        return change
    ended_follow_up = replace(follow_up, last_resolution_end=resolution.action.value)
    return replace(change, case=replace(change.case, follow_up=ended_follow_up))


def _reopen(case: Case, follow_up: FollowUp, reply_detail: Mapping[str, Any]) -> Change:
    """The case when a resolution covers no review (any more), as all are edited since.

    Its reply, if any, is out, and counts as one that was sent.
    """
    reopened_follow_up = replace(
        follow_up,
        status=reopened_status(follow_up),
        resolution=None,
        last_resolution_end=follow_up.resolution.action.value if follow_up.resolution else None,
    )
    detail = dict(reply_detail) | {"purpose": Purpose.RESOLUTION.value}
    facts = (Fact(Kind.REPLY_SENT, detail),) if reply_detail else ()
    return Change(replace(case, follow_up=reopened_follow_up), facts)
