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
from heard.connectors import Connection, Connector, Presence, Rejected, ReplyTarget, Sent, load
from heard.errors import Busy, NotSettled, PlatformUnavailable
from heard.follow_ups import Status
from heard.outcomes import Kind
from heard.policy import Decision, hand_over
from heard.steps.triage import Ports, Reach, context_of, next_steps, policy_of
from heard.storage.setup import known_connection
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

    Reviews that joined the follow-up are closed first, so that a run that stops half-way is simply run again. Returns
    `follow_up` and the seconds its workflow waits next (when it stays open). Raises PlatformUnavailable or Busy when a later run
    should try again, NotSettled when the follow-up should have closed and is open.
    """
    work = ports.work
    task = work.follow_up(follow_up)
    answer = task.answer
    if task.status is not Status.ANSWERED or answer is None:
        return {"follow_up": task.id, "wait_seconds": task.wait_seconds(now)}
    closes = cases.closing_kind(task, answer) is not None
    settled = frozenset(task.reviews[1:]) if closes else frozenset[str]()
    for joined in settled:
        work.change(lambda joined=joined: work.case(joined), lambda loaded: cases.close_joined(loaded.case, task), now=now, actor=answer.by)

    def load_case() -> Loaded:
        return work.case_of_follow_up(follow_up)

    if answer.reply:
        stored = work.reply(task.thread, answer.reply)
        _send(stored, load_case, ports, reach, now, actor=answer.by, settled=settled)
    else:
        work.change(load_case, lambda loaded: cases.settle(loaded.case, now, settled), now=now, actor=answer.by)
    after = work.follow_up(follow_up)
    if closes and after.status is not Status.CLOSED:
        raise NotSettled(f"The follow-up is {after.status.value} again ({after.why}); a person must look again.")
    return {"follow_up": follow_up, "wait_seconds": after.wait_seconds(now)}


def _send(
    stored: Reply,
    load_case: Callable[[], Loaded],
    ports: Ports,
    reach: Reach,
    now: datetime,
    *,
    actor: str = "heard",
    settled: frozenset[str] = frozenset(),
) -> Loaded:
    work = ports.work
    connection = known_connection(ports.setup, stored.connection)
    connector = load(connection.platform)
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
        result = _deliver(stored, before[0], connector, connection, reach)
    except PlatformUnavailable as unavailable:
        doubtful = unavailable.maybe_applied or before[0].must_look
        work.change(
            load_case,
            lambda loaded: Change(replace(loaded.case, thread=loaded.case.thread.interrupted(stored.id, maybe_applied=doubtful))),
            now=now,
        )
        raise
    return work.change(load_case, lambda loaded: _result(loaded.case, stored, result, ports, now, settled), now=now, actor=actor)


def _deliver(stored: Reply, slot: Slot, connector: Connector, connection: Connection, reach: Reach) -> Sent | Rejected | Presence:
    """What became of the reply: looked for first if an earlier run may have posted it."""
    credentials = reach.secrets.credentials(connection.id)
    first = moment(slot.first_tried_at) if slot.first_tried_at else None
    target = ReplyTarget(stored.target.native_id, stored.target.native_thread, stored.target.reply_to, first)
    if slot.must_look:
        found = connector.find_reply(target, stored.text, stored.id, connection, credentials, reach.http)
        if found is not Presence.ABSENT:
            return found
    return connector.reply(target, stored.text, stored.id, connection, credentials, reach.http)


def _result(
    case: Case, stored: Reply, result: Sent | Rejected | Presence, ports: Ports, now: datetime, settled: frozenset[str]
) -> Change | None:
    slot = case.thread.slot(stored.id)
    if slot is None or not cases.unsent(slot):
        return None
    match result:
        case Sent(native_id=native):
            return cases.reply_sent(case, stored.id, native, now, settled=settled)
        case Rejected(reason=reason):
            return cases.reply_failed(case, stored.id, Kind.REPLY_REJECTED, reason, for_person(case, ports, now), now)
        case Presence():
            return cases.reply_failed(case, stored.id, Kind.REPLY_UNKNOWN, "cannot_tell", for_person(case, ports, now), now)


def for_person(case: Case, ports: Ports, now: datetime) -> Decision:
    """The decision that gives a case to a person now, whatever the rules said before."""
    event, assessment = ports.work.revision(case.review)
    policy = policy_of(case.review.business, ports.setup)
    return hand_over(Assessment.from_json(assessment or {}), context_of(case, event), policy, now)
