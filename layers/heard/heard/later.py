"""Later: an agent hides a follow-up from their own view for a while.

That changes nothing else: the SLA keeps running, and all others see it (R07). Half an hour before
it is due it is in everybody's view.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from heard.clock import parse_time
from heard.follow_ups import Conflict, ConflictCode, FollowUp

BACK_BEFORE_DUE: Final = timedelta(minutes=30)
"""How long before it is due a follow-up is back in view."""

MAX_LATER: Final = timedelta(days=30)


def hidden_until(follow_up: FollowUp, until: datetime) -> datetime:
    """When a follow-up comes back that was put off `until` then."""
    return min(until, parse_time(follow_up.due_at) - BACK_BEFORE_DUE)


def check_later(follow_up: FollowUp, until: datetime, now: datetime) -> Conflict | None:
    """Why a follow-up cannot be put off until then; None if it can."""
    if until <= now:
        return Conflict(ConflictCode.DATE_PASSED, "This time has passed. Choose a later one.")
    if until > now + MAX_LATER:
        return Conflict(
            ConflictCode.DATE_TOO_LATE,
            f"Choose a time within {MAX_LATER.days} days. For a date that the customer knows of, "
            "promise it.",
        )
    if hidden_until(follow_up, until) <= now:
        return Conflict(
            ConflictCode.DUE_SOON,
            "It is due within half an hour, or overdue, so it stays in view. Answer it, or release "
            "it for a colleague.",
        )
    return None
