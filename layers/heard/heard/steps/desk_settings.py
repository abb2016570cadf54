"""What people set for their own desk. Nobody else sees it, and it changes nothing for anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import later
from heard.steps.desk_access import find_follow_up, or_raise
from heard.steps.desk_list import Viewer

if TYPE_CHECKING:
    from heard.follow_ups import FollowUp
    from heard.steps.caller import Caller
    from heard.steps.desk import DeskPorts


def put_off(
    caller: Caller, follow_up_id: str, until: datetime, desk: DeskPorts, now: datetime
) -> datetime:
    """Hide a follow-up from the caller's view until then. Returns when it comes back.

    Raises ConflictError when it cannot be hidden.
    """
    follow_up = find_follow_up(caller, follow_up_id, desk.cases).follow_up
    conflict = later.check_later(follow_up, until, now)
    or_raise(conflict or follow_up)
    desk.settings.put_later(caller.person.subject, follow_up_id, until)
    return later.hidden_until(follow_up, until)


def show_again(caller: Caller, follow_up_id: str, desk: DeskPorts) -> None:
    """Show a follow-up in the caller's view again. Showing it twice is no error."""
    find_follow_up(caller, follow_up_id, desk.cases)
    desk.settings.remove_later(caller.person.subject, follow_up_id)


def viewer_of(caller: Caller, desk: DeskPorts, now: datetime) -> Viewer:
    """The caller as somebody who looks at the list, with what they have put off and not yet due."""
    subject = caller.person.subject
    put_off_until = desk.settings.later(subject)

    def puts_off(follow_up: FollowUp) -> bool:
        until = put_off_until.get(follow_up.id)
        return until is not None and later.hidden_until(follow_up, until) > now

    return Viewer(subject, now, puts_off)


def put_off_by(caller: Caller, desk: DeskPorts, now: datetime) -> list[tuple[str, datetime]]:
    """The follow-ups that the caller put off until a time to come, the first to come back first."""
    marks = desk.settings.later(caller.person.subject)
    return sorted(
        ((follow_up, until) for follow_up, until in marks.items() if until > now),
        key=lambda mark: (mark[1], mark[0]),
    )


def preferences_of(caller: Caller, desk: DeskPorts) -> dict[str, Any]:
    """The caller's preferences, as they were stored; empty when none were."""
    return desk.settings.preferences(caller.person.subject)


def save_preferences(caller: Caller, preferences: Mapping[str, Any], desk: DeskPorts) -> None:
    """Store the caller's preferences in the place of those before."""
    desk.settings.put_preferences(caller.person.subject, preferences)
