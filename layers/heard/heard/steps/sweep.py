"""The sweep: it sets in motion again whatever got stuck (R01). It decides nothing.

What it cannot deal with is left for the next run, and delays nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from heard import cases
from heard.clock import format_time, parse_time
from heard.errors import DamagedState, NotFound
from heard.follow_ups import FollowUp, Status
from heard.steps.follow_up import carry_out_message, wake
from heard.steps.skipping import SkippedItem, failure_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heard.messaging import Queue, Workflows
    from heard.storage.case_store import CaseStore
    from heard.storage.sweep_index import StuckItem

CARRY_OUT_PAUSE: Final = timedelta(minutes=18)
"""How long a resolution rests at most between two tries of a message that is alive."""

_FIRST_RESTART_PAUSE: Final = timedelta(minutes=5)
_LONGEST_RESTART_PAUSE: Final = timedelta(hours=1)


class _Motion(StrEnum):
    """What the sweep did with an item."""

    RESUMED = "resumed"
    WOKEN = "woken"
    RESTARTED = "restarted"
    CARRY_OUT = "carry_out"
    MODERATION_CHECK = "moderation_check"


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How many things a sweep set in motion.

    Reviews that were queued again, follow-ups whose workflow was woken or restarted, resolutions
    that were queued to be carried out, and replies whose moderation is checked. `skipped` are the
    items that failed: the next sweep looks at them again. `reviews` are the ids of those reviews,
    and of the reviews of those follow-ups, for logs.
    """

    resumed: int = 0
    woken: int = 0
    restarted: int = 0
    carry_outs: int = 0
    moderation_checks: int = 0
    skipped: tuple[SkippedItem, ...] = ()
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
    counts, skipped, reviews = Counter[_Motion](), list[SkippedItem](), list[str]()
    run = _Sweep(case_store, queue, workflows, now, poll_queue)
    for item in case_store.stuck_items(now):
        try:
            motion, moved_reviews = run.set_in_motion(item)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
            skipped.append(SkippedItem(item.key, failure_code(error)))
            continue
        if motion:
            counts[motion] += 1
            reviews += moved_reviews
    return SweepReport(
        counts[_Motion.RESUMED],
        counts[_Motion.WOKEN],
        counts[_Motion.RESTARTED],
        counts[_Motion.CARRY_OUT],
        counts[_Motion.MODERATION_CHECK],
        tuple(skipped),
        tuple(reviews),
    )


type _ItemResult = tuple[_Motion | None, Sequence[str]]
_NOTHING: Final = (None, ())


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One run. Each step sends its message before it notes that it did: repeating does no harm."""

    case_store: CaseStore
    queue: Queue
    workflows: Workflows
    now: datetime
    poll_queue: Queue | None

    def set_in_motion(self, item: StuckItem) -> _ItemResult:
        """What became of an item, and the reviews that it is about. Raises whatever went wrong."""
        if item.review:
            return self._resume(item.review)
        if item.follow_up:
            return self._move_follow_up(item.follow_up)
        if item.reply and item.thread:
            return self._check_moderation(item.thread, item.reply)
        raise ValueError("an item of a kind that is not known")

    def _resume(self, review: str) -> _ItemResult:
        # Read before it is queued: what cannot be read here could not be read from the queue.
        first_read = [self.case_store.case(review)]
        state = first_read[0].case.review
        if state.closing_kind:
            return _NOTHING
        self.queue.send([_resume_message(review, state.business, state.connection)])
        self.case_store.change(
            lambda: first_read.pop() if first_read else self.case_store.case(review),
            lambda loaded: cases.postpone_sweep(loaded.case, self.now),
            now=self.now,
        )
        return _Motion.RESUMED, (review,)

    def _move_follow_up(self, follow_up_id: str) -> _ItemResult:
        try:
            follow_up = self.case_store.follow_up(follow_up_id)
        except NotFound:
            return _NOTHING
        if follow_up.status is Status.CLOSED:
            return _NOTHING
        unreadable = self.case_store.unreadable_reviews(follow_up.reviews)
        motion = _NOTHING
        if len(unreadable) < len(follow_up.reviews):
            motion = self._move_readable(follow_up)
        if unreadable:
            # After the others were set in motion: an alarm must tell of these each time.
            raise DamagedState(f"{len(unreadable)} reviews of a follow-up cannot be read.")
        return motion

    def _move_readable(self, follow_up: FollowUp) -> _ItemResult:
        if follow_up.status is Status.RESOLVING:
            return self._carry_out(follow_up)
        if wake(follow_up, self.case_store, self.workflows):
            return _Motion.WOKEN, follow_up.reviews
        # No workflow will do what is due. A second one beside one that is alive does no harm.
        if self.now < parse_time(follow_up.due_at):
            return _NOTHING
        run = follow_up.run + 1
        self.case_store.update_follow_up(
            follow_up.id,
            lambda late: replace(late, run=max(late.run, run)),
            self.now,
            sweep_at=self.now + _restart_pause(run),
        )
        # Of several reviews another one each time: one of them may be unreadable.
        review = follow_up.reviews[follow_up.run % len(follow_up.reviews)]
        self.queue.send([_resume_message(review, follow_up.business)])
        return _Motion.RESTARTED, follow_up.reviews

    def _carry_out(self, follow_up: FollowUp) -> _ItemResult:
        """Queue what a resolution needs, unless somebody tried it so lately that they try again.

        A second message does no harm: what was done stays done, and of two runs that send at once
        one waits.
        """
        case = self.case_store.case_of_follow_up(follow_up.id).case
        reply = follow_up.resolution.reply if follow_up.resolution else None
        slot = case.thread.slot(reply or "")
        if slot and slot.tried_at and self.now < parse_time(slot.tried_at) + CARRY_OUT_PAUSE:
            return _NOTHING
        since = slot.first_tried_at if slot else None
        message = carry_out_message(follow_up, case.review, since or format_time(self.now))
        self.queue.send([message])
        wake(follow_up, self.case_store, self.workflows)
        run = follow_up.run + 1
        self.case_store.update_follow_up(
            follow_up.id,
            lambda late: replace(late, run=run) if late.status is Status.RESOLVING else late,
            self.now,
            sweep_at=self.now + _restart_pause(run),
        )
        return _Motion.CARRY_OUT, follow_up.reviews

    def _check_moderation(self, thread: str, reply: str) -> _ItemResult:
        check = self.case_store.due_check(thread, reply, self.now) if self.poll_queue else None
        if check is None or self.poll_queue is None:
            return _NOTHING
        message = {"thread": thread, "reply": reply}
        self.poll_queue.send([{"moderation": message, "business": check.business}])
        self.case_store.schedule_next_check(check, self.now)
        return _Motion.MODERATION_CHECK, ()


def _restart_pause(run: int) -> timedelta:
    """How long to wait for the `run`th workflow of a follow-up before the next one is started.

    Also how long to wait before its resolution is queued again. Twice as long each time: a
    follow-up whose workflows always fail must not start hundreds.
    """
    return min(_LONGEST_RESTART_PAUSE, _FIRST_RESTART_PAUSE * 2 ** min(run - 1, 10))


def _resume_message(review: str, business: str, connection: str = "") -> dict[str, str]:
    """`connection` is whose platform the run may call, if any."""
    return {
        "resume": review,
        "business": business,
        "connection": connection,
        "delivery": f"swp_{token_hex(8)}",
    }
