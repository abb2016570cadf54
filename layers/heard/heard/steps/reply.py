"""Send one reply, exactly the way R04 allows: a slot first, then the platform, then the confirmation.

A run that finds a slot in doubt asks the platform before it posts; where the platform cannot be asked, the
outcome says `reply_unknown` and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import cases
from heard.assessment import Assessment
from heard.cases import Change
from heard.clock import moment
from heard.connectors import Connection, Presence, Rejected, ReplyTarget, Sent, load
from heard.errors import Busy, NotSettled, PlatformUnavailable
from heard.follow_ups import FollowUp, Status
from heard.outcomes import Kind
from heard.policy import Decision, hand_over
from heard.steps.triage import Ports, Reach, context_of, next_steps, policy_of
from heard.storage.work import Loaded, Reply
from heard.threads import Slot

if TYPE_CHECKING:
    from heard.cases import Case


def acknowledge(thread: str, reply: str, ports: Ports, reach: Reach, now: datetime) -> dict[str, Any]:
    """Send an automatic acknowledgement. Returns the workflow's next steps: none, or a follow-up when it cannot be delivered.

    Raises PlatformUnavailable or Busy when a later run should try again.
    """
    stored = ports.work.reply(thread, reply)
    after = _send(stored, lambda: ports.work.case(stored.review), ports, reach, now)
    return next_steps(after.case, now)


def carry_out(follow_up: str, ports: Ports, reach: Reach, now: datetime) -> dict[str, Any]:
    """Carry out a follow-up's answer: send its reply, if it has one, and settle the follow-up as the answer says.

    The reply goes out first, and then the answer closes one review after the other, so that a run that stops half-way is simply
    run again. Returns `follow_up` and the seconds its workflow waits next (when it stays open). Raises PlatformUnavailable or
    Busy when a later run should try again, NotSettled when the follow-up is open though its answer was to close it.
    """
    work = ports.work
    task = work.follow_up(follow_up)
    answer = task.answer
    if task.status is not Status.ANSWERED or answer is None:
        return _settled(task, now)

    def load_case() -> Loaded:
        return work.case_of_follow_up(follow_up)

    stored = work.reply(task.thread, answer.reply) if answer.reply else None
    after = _send(stored, load_case, ports, reach, now, actor=answer.by) if stored else load_case()
    while after.case.task and after.case.task.answer == answer and after.case.task.status is Status.ANSWERED:
        after = work.change(load_case, lambda loaded: cases.settle(loaded.case, answer, now), now=now, actor=answer.by)
    return _settled(after.case.task or task, now, closes=cases.closing_kind(task, answer) is not None)


def _settled(task: FollowUp, now: datetime, *, closes: bool = True) -> dict[str, Any]:
    if closes and task.status is not Status.CLOSED:
        raise NotSettled(f"The follow-up is {task.status.value} again ({task.why}); a person must look again.")
    return {"follow_up": task.id, "wait_seconds": task.wait_seconds(now)}


def _send(
    stored: Reply,
    load_case: Callable[[], Loaded],
    ports: Ports,
    reach: Reach,
    now: datetime,
    *,
    actor: str = "heard",
) -> Loaded:
    work = ports.work
    before: list[Slot] = []

    def begin(loaded: Loaded) -> Change | None:
        slot = loaded.case.thread.slot(stored.id)
        before[:] = [slot] if slot else []
        if slot is None or not cases.unsent(slot):
            return None
        if slot.held(now):
            raise Busy("Another run is sending this reply just now.")
        return Change(replace(loaded.case, thread=loaded.case.thread.sending(stored.id, now)))

    started = work.change(load_case, begin, now=now)
    if not before or not cases.unsent(before[0]):
        return started
    try:
        result = _deliver(stored, before[0], ports.setup.connection(stored.connection), reach)
    except PlatformUnavailable as unavailable:
        doubtful = unavailable.maybe_applied or before[0].must_look
        work.change(
            load_case,
            lambda loaded: Change(replace(loaded.case, thread=loaded.case.thread.interrupted(stored.id, maybe_applied=doubtful))),
            now=now,
        )
        raise
    if isinstance(result, Sent) and not stored.public:
        work.confirm_reply(stored, now)
    return work.change(load_case, lambda loaded: _result(loaded.case, stored, result, ports, now), now=now, actor=actor)


def _deliver(stored: Reply, slot: Slot, connection: Connection | None, reach: Reach) -> Sent | Rejected | Presence:
    """What became of the reply: looked for first if an earlier run may have posted it."""
    if connection is None:
        return Presence.CANNOT_TELL if slot.must_look else Rejected("no_connection", "The connection was removed.")
    connector = load(connection.platform)
    credentials = reach.secrets.credentials(connection.id)
    first = moment(slot.first_tried_at) if slot.first_tried_at else None
    target = ReplyTarget(stored.target.native_id, stored.target.native_thread, stored.target.reply_to, first)
    if slot.must_look:
        found = connector.find_reply(target, stored.text, stored.id, connection, credentials, reach.http)
        if found is not Presence.ABSENT:
            return found
    return connector.reply(target, stored.text, stored.id, connection, credentials, reach.http)


def _result(case: Case, stored: Reply, result: Sent | Rejected | Presence, ports: Ports, now: datetime) -> Change | None:
    slot = case.thread.slot(stored.id)
    if slot is None or not cases.unsent(slot):
        return None
    match result:
        case Sent(native_id=native):
            return cases.reply_sent(case, slot, native, now)
        case Rejected(reason=reason):
            return cases.reply_failed(case, slot, Kind.REPLY_REJECTED, reason, lambda: for_person(case, ports, now), now)
        case Presence():
            return cases.reply_failed(case, slot, Kind.REPLY_UNKNOWN, "cannot_tell", lambda: for_person(case, ports, now), now)


def for_person(case: Case, ports: Ports, now: datetime) -> Decision:
    """The decision that gives a case to a person now, whatever the rules said before."""
    event, assessment = ports.work.revision(case.review)
    policy = policy_of(case.review.business, ports.setup)
    return hand_over(Assessment.from_json(assessment or {}), context_of(case, event), policy, now)
