"""Send one reply, exactly the way R04 allows.

A slot first, then the platform, then the confirmation.

A run that finds a slot in doubt asks the platform before it posts; where the platform cannot be
asked, the outcome says `reply_unknown` and a person decides. Accepted is not published: a platform
that moderates is asked again later, for a week.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from heard import cases
from heard.assessment import Assessment
from heard.cases import Change
from heard.clock import moment
from heard.connectors import Moderation, Presence, Rejected, Sent, Standing, load
from heard.errors import Busy, NotSettled, PlatformUnavailable
from heard.follow_ups import FollowUp, Status
from heard.outcomes import Kind
from heard.policy import Decision, hand_over
from heard.steps.triage import Ports, Reach, context_of, next_steps, policy_of
from heard.storage.case_store import MODERATION_AFTER, Loaded, Reply
from heard.storage.vault import Erased
from heard.threads import Slot, SlotState, Thread

if TYPE_CHECKING:
    from heard.cases import Case
    from heard.messaging import Queue

_FAULT: Final = "fault"
_FAULTS: Final = len(MODERATION_AFTER) + 3
"""How often a platform may fail to answer before it counts as one that cannot tell."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def acknowledge(
    thread: str, reply: str, ports: Ports, reach: Reach, now: datetime
) -> dict[str, Any]:
    """Send an automatic acknowledgement. Returns the workflow's next steps.

    None, or a follow-up when it cannot be delivered.

    Raises PlatformUnavailable or Busy when a later run should try again.
    """
    try:
        stored = ports.work.reply(thread, reply)
    except Erased:
        after = ports.work.change(
            lambda: ports.work.case(ports.work.review_of(thread, reply)),
            lambda loaded: cases.unreadable(loaded.case, reply),
            now=now,
        )
    else:
        after = _send(stored, lambda: ports.work.case(stored.review), ports, reach, now)
    return next_steps(after.case, now)


def carry_out(follow_up: str, ports: Ports, reach: Reach, now: datetime) -> dict[str, Any]:
    """Carry out a follow-up's answer.

    Send its reply, if it has one, and settle the follow-up as the answer says.

    The reply goes out first, and then the answer closes one review after the other, so that a run
    that stops half-way is simply run again. Returns `follow_up` and the seconds its workflow waits
    next (when it stays open). Raises PlatformUnavailable or Busy when a later run should try again,
    NotSettled when the follow-up is open though its answer was to close it.
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
    while (
        after.case.task
        and after.case.task.answer == answer
        and after.case.task.status is Status.ANSWERED
    ):
        after = work.change(
            load_case,
            lambda loaded: cases.settle(loaded.case, answer, now),
            now=now,
            actor=answer.by,
        )
    return _settled(
        after.case.task or task, now, closes=cases.closing_kind(task, answer) is not None
    )


def _settled(task: FollowUp, now: datetime, *, closes: bool = True) -> dict[str, Any]:
    if closes and task.status is not Status.CLOSED:
        raise NotSettled(
            f"The follow-up is {task.status.value} again ({task.why}); a person must look again."
        )
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
        if not slot.must_look and cases.overtaken(loaded.case, slot):
            before.clear()
            return cases.give_way(
                loaded.case, slot, lambda: for_person(loaded.case, ports, now), now
            )
        return Change(replace(loaded.case, thread=loaded.case.thread.sending(stored.id, now)))

    started = work.change(load_case, begin, now=now)
    if not before or not cases.unsent(before[0]):
        return started
    try:
        result = _deliver(stored, started.case, before[0], ports, reach)
    except PlatformUnavailable as unavailable:
        doubtful = unavailable.maybe_applied or before[0].must_look
        work.change(
            load_case,
            lambda loaded: Change(
                replace(
                    loaded.case,
                    thread=loaded.case.thread.interrupted(stored.id, maybe_applied=doubtful),
                )
            ),
            now=now,
        )
        raise
    if isinstance(result, Sent):
        # Before the fact: stopped in between, the next run finds the reply at the platform and
        # comes here again.
        if not stored.public:
            work.confirm_reply(stored, now)
        if load(started.case.review.platform).capabilities.moderated:
            work.watch_reply(stored, result.native_id, now)
    return work.change(
        load_case,
        lambda loaded: _result(loaded.case, stored, result, ports, now),
        now=now,
        actor=actor,
    )


def _deliver(
    stored: Reply, case: Case, slot: Slot, ports: Ports, reach: Reach
) -> Sent | Rejected | Presence:
    """What became of the reply: looked for first if an earlier run may have posted it.

    `slot` is as that run left it.

    Absent is one that an earlier run did not post and that was overtaken since.
    """
    connection = ports.setup.connection(stored.connection)
    if connection is None:
        return (
            Presence.CANNOT_TELL
            if slot.must_look
            else Rejected("no_connection", "The connection was removed.")
        )
    connector = load(connection.platform)
    credentials = reach.secrets.credentials(connection.id)
    first = moment(slot.first_tried_at) if slot.first_tried_at else None
    ours = _earlier(stored, case.thread, ports) if connector.capabilities.replies == "one" else ()
    target = replace(stored.target, first_sent_at=first, ours=ours)
    if slot.must_look:
        found = connector.find_reply(
            target, stored.text, stored.id, connection, credentials, reach.http
        )
        if found is not Presence.ABSENT or cases.overtaken(case, slot):
            return found
    return connector.reply(target, stored.text, stored.id, connection, credentials, reach.http)


def _earlier(stored: Reply, thread: Thread, ports: Ports) -> tuple[str, ...]:
    """What our other public replies say that the platform has or may have.

    One whose author was erased can be read no more.
    """
    texts: list[str] = []
    for slot in thread.slots:
        if slot.reply != stored.id and slot.public and slot.state is not SlotState.RESERVED:
            with suppress(Erased):
                texts.append(ports.work.reply(thread.id, slot.reply).text)
    return tuple(texts)


def _result(
    case: Case, stored: Reply, result: Sent | Rejected | Presence, ports: Ports, now: datetime
) -> Change | None:
    slot = case.thread.slot(stored.id)
    if slot is None or not cases.unsent(slot):
        return None
    match result:
        case Sent(native_id=native):
            return cases.reply_sent(case, slot, native, now)
        case Rejected(reason=reason):
            return cases.reply_failed(
                case, slot, Kind.REPLY_REJECTED, reason, lambda: for_person(case, ports, now), now
            )
        case Presence.ABSENT:
            return cases.give_way(case, slot, lambda: for_person(case, ports, now), now)
        case Presence():
            return cases.reply_failed(
                case,
                slot,
                Kind.REPLY_UNKNOWN,
                "cannot_tell",
                lambda: for_person(case, ports, now),
                now,
            )


def check_moderation(
    thread: str, reply: str, ports: Ports, reach: Reach, queue: Queue, now: datetime
) -> str:
    """Ask a platform that moderates what became of a reply, and draw the consequence.

    The answer's one word, for logs.

    A reply that it refused, or still keeps back after the last question, gives the review to a
    person, whose workflow is started by a message to `queue`, as the sweep does. One that it cannot
    tell about after the last question is unknown, and reopens nothing. While there is nothing to
    conclude nothing is written: the sweep has the next question on its list. Running it twice, late
    or out of order ends in the same state. Raises faults of our own services only.
    """
    try:
        stored = ports.work.reply(thread, reply)
    except Erased:
        ports.work.stop_watching(thread, reply, "erased")
        return "erased"
    if stored.standing is None:
        verdict = _moderated(stored, ports, reach)
        last = stored.checks >= len(MODERATION_AFTER)
        if verdict.standing is Standing.PENDING and not last:
            return verdict.standing.value
        if verdict.standing is Standing.CANNOT_TELL and not (
            last and (verdict.reason != _FAULT or stored.checks >= _FAULTS)
        ):
            return verdict.standing.value
        settled = (stored, verdict.standing.value)
        after = ports.work.change(
            lambda: ports.work.case(stored.review),
            lambda loaded: _consequence(loaded.case, stored, verdict, ports, now),
            now=now,
            settles=settled,
        )
        stored = ports.work.reply(thread, reply)
    else:
        after = ports.work.case(stored.review)
    if stored.standing in {Standing.REFUSED.value, Standing.PENDING.value} and after.case.task:
        queue.send([{"resume": stored.review, "delivery": f"mod_{reply.removeprefix('rep_')}"}])
    return stored.standing or "not_sent"


def _moderated(stored: Reply, ports: Ports, reach: Reach) -> Moderation:
    connection = ports.setup.connection(stored.connection)
    if connection is None or stored.native is None:
        return Moderation(Standing.CANNOT_TELL, "no_connection")
    slot = ports.work.case(stored.review).case.thread.slot(stored.id)
    first = moment(slot.first_tried_at) if slot and slot.first_tried_at else None
    target = replace(stored.target, first_sent_at=first)
    credentials = reach.secrets.credentials(connection.id)
    try:
        return load(connection.platform).moderation(
            target, stored.native, stored.text, connection, credentials, reach.http
        )
    except Exception:  # noqa: BLE001 - whatever goes wrong there, the sweep asks again later; a queue would ask again at once
        return Moderation(Standing.CANNOT_TELL, _FAULT)


def _consequence(
    case: Case, stored: Reply, verdict: Moderation, ports: Ports, now: datetime
) -> Change | None:
    slot = case.thread.slot(stored.id)
    if (slot and cases.unsent(slot)) or ports.work.reply(stored.thread, stored.id).standing:
        return None
    reason = verdict.reason if _CODE.fullmatch(verdict.reason) else ""
    decide = partial(for_person, case, ports, now)
    match verdict.standing:
        case Standing.PUBLISHED:
            return cases.reply_published(case, stored.id, stored.native or "")
        case Standing.REFUSED:
            return cases.reply_refused(
                case,
                stored.id,
                stored.purpose,
                Kind.REPLY_REFUSED,
                reason or "refused",
                decide,
                now,
            )
        case Standing.PENDING:
            return cases.reply_refused(
                case, stored.id, stored.purpose, Kind.REPLY_UNKNOWN, "still_pending", decide, now
            )
        case Standing.CANNOT_TELL:
            return cases.reply_unsettled(case, stored.id, reason or "cannot_tell")


def for_person(case: Case, ports: Ports, now: datetime) -> Decision:
    """The decision that gives a case to a person now, whatever the rules said before."""
    event, assessment, _ = ports.work.revision(case.review)
    policy = policy_of(case.review.business, ports.setup)
    known = ports.work.vault.known(case.review.author, other_than=case.review.id)
    return hand_over(
        Assessment.from_json(assessment or {}), context_of(case, event, known), policy, now
    )
