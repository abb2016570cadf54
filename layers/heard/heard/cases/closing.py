"""The end of a review: it is closed with exactly one closing kind (R01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heard.cases.case import (
    Case,
    Change,
    describe_follow_up,
    has_open_follow_up,
    reopened_status,
    without_unsent_reply,
)
from heard.follow_ups import SUPERSEDED, Action, FollowUp, Resolution, Status
from heard.outcomes import Fact, Kind


def close(change: Change, kind: Kind, detail: Mapping[str, Any]) -> Change:
    """The change with its review closed, and taken out of its follow-up.

    The follow-up closes with its last review. Its resolution stays valid while it covers one of
    the reviews that remain; else the follow-up is open again. The fact names the follow-up and says
    how many reviews are left in it, so that whoever had the review can be told of its end.
    """
    case = change.case
    review = replace(case.review, closing_kind=kind)
    follow_up, thread = case.follow_up, case.thread
    cleared_thread = without_unsent_reply(thread, review.reply)
    if cleared_thread != thread:
        # A closed review gets no automatic first reply.
        thread, review = cleared_thread, replace(review, reply=None)
    if follow_up and has_open_follow_up(case):
        remaining = tuple(other for other in follow_up.reviews if other != review.id)
        detail = dict(detail) | describe_follow_up(follow_up) | {"reviews_left": len(remaining)}
        del detail["due_at"]  # of this review nothing is due any more
        superseded = follow_up.resolution is not None and not any(
            other in follow_up.resolution.reviews for other in remaining
        )
        if follow_up.resolution and superseded:
            thread = without_unsent_reply(thread, follow_up.resolution.reply)
        if not remaining:
            follow_up = replace(follow_up, status=Status.CLOSED, closing_kind=kind)
            if thread.follow_up == follow_up.id:
                thread = replace(thread, follow_up=None)
        elif superseded:
            follow_up = replace(
                follow_up,
                reviews=remaining,
                status=reopened_status(follow_up),
                resolution=None,
                last_resolution_end=SUPERSEDED,
            )
        else:
            follow_up = replace(follow_up, reviews=remaining)
    return replace(
        change,
        case=Case(review, thread, follow_up),
        facts=(*change.facts, Fact(kind, detail)),
    )


def closing_kind(follow_up: FollowUp, resolution: Resolution) -> Kind | None:
    """The kind with which this resolution closes the follow-up; None when it stays open."""
    match resolution.action:
        case Action.REPLY:
            return Kind.ANSWERED
        case Action.RESOLVE_WITHOUT_REPLY:
            return Kind.MOVED_PRIVATE_RESOLVED if follow_up.invited else Kind.RESOLVED_WITHOUT_REPLY
        case Action.WALK_AWAY:
            return Kind.WALKED_AWAY
        case Action.REPORT_FAKE:
            return Kind.REPORTED
        case Action.INVITE_PRIVATE | Action.PROMISE:
            return None
