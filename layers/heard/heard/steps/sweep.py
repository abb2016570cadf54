"""The sweep: whatever got stuck is set in motion again (R01). It decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING

from heard import cases
from heard.clock import moment
from heard.errors import NotFound
from heard.follow_ups import FollowUp, Status
from heard.steps.follow_up import wake

if TYPE_CHECKING:
    from heard.messaging import Flows, Queue
    from heard.storage.case_store import Work


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep set in motion.

    `resumed` reviews, `woken` and `restarted` follow-ups, and moderated replies to be `asked`
    about.
    """

    resumed: int = 0
    woken: int = 0
    restarted: int = 0
    asked: int = 0


def sweep(
    work: Work, queue: Queue, flows: Flows, now: datetime, polls: Queue | None = None
) -> Swept:
    """Queue open reviews again that nobody touched, wake follow-ups whose clock did not ring, and
    have moderated replies asked about.

    `polls` is the queue of questions to platforms; without it they wait.
    """
    resumed = woken = restarted = asked = 0
    for stuck in work.stuck(now):
        if stuck.review:
            queue.send([_resume(stuck.review)])
            work.change(
                lambda review=stuck.review: work.case(review),
                lambda loaded: cases.looked_at(loaded.case, now),
                now=now,
            )
            resumed += 1
        elif stuck.follow_up:
            try:
                task = work.follow_up(stuck.follow_up)
            except NotFound:
                continue
            if wake(task, work, flows):
                woken += 1
            elif _lost(task, now):
                work.update_follow_up(task.id, lambda task: replace(task, run=task.run + 1))
                queue.send([_resume(task.reviews[0])])
                restarted += 1
        elif (
            polls
            and stuck.reply
            and stuck.thread
            and work.next_check(stuck.thread, stuck.reply, now)
        ):
            polls.send([{"moderation": {"thread": stuck.thread, "reply": stuck.reply}}])
            asked += 1
    return Swept(resumed, woken, restarted, asked)


def _lost(task: FollowUp, now: datetime) -> bool:
    return task.status is not Status.CLOSED and moment(task.due_at) <= now


def _resume(review: str) -> dict[str, str]:
    return {"resume": review, "delivery": f"swp_{token_hex(8)}"}
