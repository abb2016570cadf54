"""A follow-up's clock: open it with a task token, and look again when the clock rings.

The workflow is only the alarm clock; the follow-up in the database is the truth. So a token that
comes late, twice or never does no harm: whoever looks next does what the follow-up says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import cases
from heard.follow_ups import FollowUp, Status
from heard.messaging import RESCHEDULED, SEND_REPLY
from heard.steps.reply import for_person
from heard.steps.triage import policy_of

if TYPE_CHECKING:
    from heard.messaging import Bus, Flows
    from heard.steps.triage import Ports
    from heard.storage.case_store import Work


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a follow-up's clock needs beside the ports: the workflows and the event bus."""

    flows: Flows
    bus: Bus


def open_for_person(follow_up: str, token: str, ports: Ports, clocks: Clocks) -> None:
    """Keep the token with which the workflow waits.

    If the answer is there already, wake the workflow at once.
    """
    first = ports.work.put_token(follow_up, token)
    task = ports.work.follow_up(follow_up)
    if first and task.status is not Status.CLOSED:
        clocks.bus.publish("follow_up.opened", _event(task))
    if task.settled:
        wake(task, ports.work, clocks.flows)


def look_again(
    follow_up: str, ports: Ports, clocks: Clocks, now: datetime, *, handed_back: bool = False
) -> dict[str, Any]:
    """Do what is due.

    Bring back a promise, escalate, expire, or hand an answer back whose reply could not be
    delivered.

    Returns `follow_up` and the whole seconds until the next look.
    """
    work = ports.work
    task = work.follow_up(follow_up)
    looking = handed_back or not task.settled
    give_up_after = policy_of(task.business, ports.setup).give_up_after if looking else 0
    while looking:
        after = work.change(
            lambda: work.case_of_follow_up(follow_up),
            lambda loaded: _worth_writing(
                loaded.case,
                cases.look_again(
                    loaded.case,
                    lambda: for_person(loaded.case, ports, now),
                    now,
                    give_up_after=give_up_after,
                    handed_back=handed_back,
                ),
            ),
            now=now,
        ).case.task
        if after and after.level > task.level:
            clocks.bus.publish("follow_up.escalated", _event(after) | {"level": after.level})
        expiring = (
            after is not None and not after.settled and len(after.reviews) < len(task.reviews)
        )
        task, looking = after or task, expiring
    return {"follow_up": task.id, "wait_seconds": task.wait_seconds(now)}


def wake(task: FollowUp, work: Work, flows: Flows) -> bool:
    """Tell the waiting workflow what became of its follow-up.

    False when nobody waits with that token.

    Losing this message is no loss: the workflow looks by itself when its clock rings, and the sweep
    before that.
    """
    token = work.token(task.id)
    if token is None:
        return False
    if task.status is Status.CLOSED or (
        task.status is Status.ANSWERED and task.answer and cases.closing_kind(task, task.answer)
    ):
        return flows.succeed(token)
    return flows.interrupt(token, SEND_REPLY if task.status is Status.ANSWERED else RESCHEDULED)


def _worth_writing(case: cases.Case, change: cases.Change) -> cases.Change | None:
    return None if change.case == case and not change.facts else change


def _event(task: FollowUp) -> dict[str, Any]:
    return {
        "follow_up": task.id,
        "business": task.business,
        "severity": task.severity.value,
        "channel": task.channel,
        "queue": task.queue,
        "due_at": task.due_at,
    }
