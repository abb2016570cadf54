"""What a lead takes over from an agent. All other claims change the follow-up alone, with no fact.

This one takes something from a person, so the log says who took it from whom, and why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from heard import follow_ups
from heard.cases.case import Case, Change, describe_follow_up
from heard.follow_ups import Conflict, ConflictCode, TakeoverReason
from heard.outcomes import Fact, Kind


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a lead asks for: the claim that has this `fence`, and why."""

    lead: str
    fence: int
    reason: TakeoverReason


def take_over(
    case: Case, takeover: Takeover, now: datetime, *, unreadable: Collection[str] = ()
) -> Change | Conflict | None:
    """The case after a lead took its follow-up over; None when they have it already.

    `unreadable` are reviews in it that nobody can read, so that the new claim does not cover them.
    """
    before = case.follow_up
    if before is None:
        return Conflict(ConflictCode.CLOSED, "It is closed.")
    after = follow_ups.take_over(before, takeover.lead, takeover.fence, now, unreadable=unreadable)
    if isinstance(after, Conflict):
        return after
    if after == before:
        return None
    detail = describe_follow_up(after) | {
        "by": takeover.lead,
        "claimed_by": before.claimed_by,
        "reason": takeover.reason.value,
    }
    return Change(replace(case, follow_up=after), (Fact(Kind.TAKEN_OVER, detail),))
