"""Drafts of answers, so that what an agent has begun to write is on their other device too (R22).

Nobody but the agent sees it, and it counts for nothing: no claim is needed, so a draft outlives a
claim that was lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from heard import follow_ups
from heard.notes import Draft
from heard.steps.desk_access import find_follow_up, or_raise, read_case

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.steps.desk import DeskPorts


def save_draft(
    caller: Caller, follow_up_id: str, draft: Draft, desk: DeskPorts, now: datetime
) -> Draft:
    """Store the caller's draft in the place of the one before, and return it.

    Raises ConflictError when a resolution was accepted or it is closed: what is saved late must not
    bring back what was sent.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases)
    or_raise(follow_ups.check_open(stored.follow_up) or stored)
    case = read_case(follow_up_id, desk.cases, stored).case
    desk.cases.put_draft(
        follow_up_id,
        caller.person.subject,
        case.review.author,
        draft,
        now,
        after_resolution=stored.follow_up.last_resolution_key,
    )
    return draft


def delete_draft(caller: Caller, follow_up_id: str, desk: DeskPorts) -> None:
    """Delete the caller's draft. Deleting it twice is no error."""
    find_follow_up(caller, follow_up_id, desk.cases)
    desk.cases.remove_draft(follow_up_id, caller.person.subject)
