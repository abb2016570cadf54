"""The sweep: it sets in motion again whatever got stuck (R01). It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING

from heard import cases
from heard.clock import parse_time
from heard.errors import NotFound
from heard.follow_ups import FollowUp, Status
from heard.steps.follow_up import wake

if TYPE_CHECKING:
    from heard.messaging import Queue, Workflows
    from heard.storage.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How many things a sweep set in motion.

    Reviews that were queued again, follow-ups whose workflow was woken or restarted, and replies
    whose moderation is checked. `reviews` are the ids of those reviews, and of the reviews of those
    follow-ups, for logs.
    """

    resumed: int = 0
    woken: int = 0
    restarted: int = 0
    moderation_checks: int = 0
    reviews: tuple[str, ...] = field(default=(), compare=False)


def sweep(
    case_store: CaseStore,
    queue: Queue,
    workflows: Workflows,
    now: datetime,
    poll_queue: Queue | None = None,
) -> SweepReport:
    """Queue stuck reviews again, wake late follow-ups, and have moderated replies checked.

    `poll_queue` takes the checks of moderated replies; without it they wait.
    """
    resumed = woken = restarted = moderation_checks = 0
    reviews: list[str] = []
    for item in case_store.stuck_items(now):
        if item.review:
            stuck = case_store.case(item.review)
            review = stuck.case.review
            queue.send([_resume_message(review.id, review.business, review.connection)])
            # What was just read is not read again, unless it has changed since.
            read_already = [stuck]
            case_store.change(
                lambda review=item.review, read=read_already: (
                    read.pop() if read else case_store.case(review)
                ),
                lambda loaded: cases.postpone_sweep(loaded.case, now),
                now=now,
            )
            resumed += 1
            reviews.append(item.review)
        elif item.follow_up:
            try:
                follow_up = case_store.follow_up(item.follow_up)
            except NotFound:
                continue
            if wake(follow_up, case_store, workflows):
                woken += 1
                reviews += follow_up.reviews
            elif _has_lost_workflow(follow_up, now):
                case_store.update_follow_up(
                    follow_up.id, lambda late: replace(late, run=late.run + 1)
                )
                queue.send([_resume_message(follow_up.reviews[0], follow_up.business)])
                restarted += 1
                reviews += follow_up.reviews
        elif (
            poll_queue
            and item.reply
            and item.thread
            and (business := case_store.schedule_next_check(item.thread, item.reply, now))
        ):
            check = {"thread": item.thread, "reply": item.reply}
            poll_queue.send([{"moderation": check, "business": business}])
            moderation_checks += 1
    return SweepReport(resumed, woken, restarted, moderation_checks, tuple(reviews))


def _has_lost_workflow(follow_up: FollowUp, now: datetime) -> bool:
    return follow_up.status is not Status.CLOSED and parse_time(follow_up.due_at) <= now


def _resume_message(review: str, business: str, connection: str = "") -> dict[str, str]:
    """`connection` is whose platform the run may call, if any."""
    return {
        "resume": review,
        "business": business,
        "connection": connection,
        "delivery": f"swp_{token_hex(8)}",
    }
