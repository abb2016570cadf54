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
from heard.clock import parse_time
from heard.connectors import (
    ModerationResult,
    ModerationStatus,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    SentReply,
    load,
)
from heard.errors import Busy, NotSettled, PlatformUnavailable
from heard.follow_ups import FollowUp, Status
from heard.outcomes import Kind
from heard.policy import Decision, hand_over
from heard.steps.triage import PlatformPorts, StorePorts, context_of, next_steps, policy_of
from heard.storage.case_store import MODERATION_CHECK_DELAYS, LoadedCase, Reply
from heard.storage.vault import Erased
from heard.threads import Slot, SlotState, Thread

if TYPE_CHECKING:
    from heard.cases import Case
    from heard.messaging import Queue

_FAULT_REASON: Final = "fault"
_MAX_FAULTS: Final = len(MODERATION_CHECK_DELAYS) + 3
"""How often a platform may fail to answer before it counts as one that cannot tell."""
_REASON_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def acknowledge(
    thread: str, reply_id: str, ports: StorePorts, platform_ports: PlatformPorts, now: datetime
) -> dict[str, Any]:
    """Send an automatic acknowledgement. Returns the workflow's next steps.

    None, or a follow-up when it cannot be delivered.

    Raises PlatformUnavailable or Busy when a later run should try again.
    """
    try:
        reply = ports.cases.reply(thread, reply_id)
    except Erased:
        result = ports.cases.change(
            lambda: ports.cases.case(ports.cases.review_of(thread, reply_id)),
            lambda loaded: cases.cancel_unreadable(loaded.case, reply_id),
            now=now,
        )
    else:
        result = _send(reply, lambda: ports.cases.case(reply.review), ports, platform_ports, now)
    return next_steps(result.case, now)


def carry_out(
    follow_up_id: str, ports: StorePorts, platform_ports: PlatformPorts, now: datetime
) -> dict[str, Any]:
    """Carry out a follow-up's answer.

    Send its reply, if it has one, and settle the follow-up as the answer says.

    The reply goes out first, and then the answer closes one review after the other, so that a run
    that stops half-way is simply run again. Returns `follow_up` and the seconds its workflow waits
    next (when it stays open). Raises PlatformUnavailable or Busy when a later run should try again,
    NotSettled when the follow-up is open though its answer was to close it.
    """
    case_store = ports.cases
    follow_up = case_store.follow_up(follow_up_id)
    resolution = follow_up.resolution
    if follow_up.status is not Status.RESOLVING or resolution is None:
        return _workflow_output(follow_up, now)

    def load_case() -> LoadedCase:
        return case_store.case_of_follow_up(follow_up_id)

    reply = case_store.reply(follow_up.thread, resolution.reply) if resolution.reply else None
    result = (
        _send(reply, load_case, ports, platform_ports, now, actor=resolution.agent)
        if reply
        else load_case()
    )
    while (
        result.case.follow_up
        and result.case.follow_up.resolution == resolution
        and result.case.follow_up.status is Status.RESOLVING
    ):
        result = case_store.change(
            load_case,
            lambda loaded: cases.close_next_review(loaded.case, resolution, now),
            now=now,
            actor=resolution.agent,
        )
    return _workflow_output(
        result.case.follow_up or follow_up,
        now,
        closes=cases.closing_kind(follow_up, resolution) is not None,
    )


def _workflow_output(follow_up: FollowUp, now: datetime, *, closes: bool = True) -> dict[str, Any]:
    if closes and follow_up.status is not Status.CLOSED:
        raise NotSettled(
            f"The follow-up is {follow_up.status.value} again ({follow_up.why}); a person must look again."
        )
    return {"follow_up": follow_up.id, "wait_seconds": follow_up.wait_seconds(now)}


def _send(
    reply: Reply,
    load_case: Callable[[], LoadedCase],
    ports: StorePorts,
    platform_ports: PlatformPorts,
    now: datetime,
    *,
    actor: str = "heard",
) -> LoadedCase:
    case_store = ports.cases
    slots_before: list[Slot] = []

    def begin(loaded: LoadedCase) -> Change | None:
        slot = loaded.case.thread.slot(reply.id)
        slots_before[:] = [slot] if slot else []
        if slot is None or not cases.is_unsent(slot):
            return None
        if slot.is_being_sent(now):
            raise Busy("Another run is sending this reply just now.")
        if not slot.must_find_reply and cases.is_superseded(loaded.case, slot):
            slots_before.clear()
            return cases.cancel_superseded(
                loaded.case, slot, lambda: person_decision(loaded.case, ports, now), now
            )
        return Change(replace(loaded.case, thread=loaded.case.thread.mark_sending(reply.id, now)))

    current = case_store.change(load_case, begin, now=now)
    if not slots_before or not cases.is_unsent(slots_before[0]):
        return current
    try:
        result = _deliver(reply, current.case, slots_before[0], ports, platform_ports)
    except PlatformUnavailable as error:
        doubtful = error.maybe_applied or slots_before[0].must_find_reply
        case_store.change(
            load_case,
            lambda loaded: Change(
                replace(
                    loaded.case,
                    thread=loaded.case.thread.mark_interrupted(reply.id, maybe_applied=doubtful),
                )
            ),
            now=now,
        )
        raise
    if isinstance(result, SentReply):
        # Before the fact: stopped in between, the next run finds the reply at the platform and
        # comes here again.
        if not reply.public:
            case_store.confirm_reply(reply, now)
        if load(current.case.review.platform).capabilities.moderated:
            case_store.watch_moderation(reply, result.native_id, now)
    return case_store.change(
        load_case,
        lambda loaded: _change_for_result(loaded.case, reply, result, ports, now),
        now=now,
        actor=actor,
    )


def _deliver(
    reply: Reply, case: Case, slot: Slot, ports: StorePorts, platform_ports: PlatformPorts
) -> SentReply | Rejection | ReplyLookup:
    """What became of the reply: looked for first if an earlier run may have posted it.

    `slot` is as that run left it.

    Absent is one that an earlier run did not post and that was overtaken since.
    """
    connection = ports.setup.connection(reply.connection)
    if connection is None:
        return (
            ReplyLookup.CANNOT_TELL
            if slot.must_find_reply
            else Rejection("no_connection", "The connection was removed.")
        )
    connector = load(connection.platform)
    credentials = platform_ports.secrets.credentials(connection.id)
    first_sent_at = parse_time(slot.first_tried_at) if slot.first_tried_at else None
    own_texts = (
        _earlier_reply_texts(reply, case.thread, ports)
        if connector.capabilities.replies == "one"
        else ()
    )
    target = replace(reply.target, first_sent_at=first_sent_at, own_replies=own_texts)
    if slot.must_find_reply:
        lookup = connector.find_reply(
            target,
            reply.text,
            reply.id,
            PlatformAccount(connection, credentials, platform_ports.http),
        )
        if lookup is not ReplyLookup.ABSENT or cases.is_superseded(case, slot):
            return lookup
    return connector.reply(
        target, reply.text, reply.id, PlatformAccount(connection, credentials, platform_ports.http)
    )


def _earlier_reply_texts(reply: Reply, thread: Thread, ports: StorePorts) -> tuple[str, ...]:
    """What our other public replies say that the platform has or may have.

    One whose author was erased can be read no more.
    """
    texts: list[str] = []
    for slot in thread.slots:
        if slot.reply != reply.id and slot.public and slot.state is not SlotState.RESERVED:
            with suppress(Erased):
                texts.append(ports.cases.reply(thread.id, slot.reply).text)
    return tuple(texts)


def _change_for_result(
    case: Case,
    reply: Reply,
    result: SentReply | Rejection | ReplyLookup,
    ports: StorePorts,
    now: datetime,
) -> Change | None:
    slot = case.thread.slot(reply.id)
    if slot is None or not cases.is_unsent(slot):
        return None
    match result:
        case SentReply(native_id=native_id):
            return cases.record_sent_reply(case, slot, native_id, now)
        case Rejection(reason=reason):
            return cases.record_failed_reply(
                case,
                slot,
                Kind.REPLY_REJECTED,
                reason,
                lambda: person_decision(case, ports, now),
                now,
            )
        case ReplyLookup.ABSENT:
            return cases.cancel_superseded(
                case, slot, lambda: person_decision(case, ports, now), now
            )
        case ReplyLookup():
            return cases.record_failed_reply(
                case,
                slot,
                Kind.REPLY_UNKNOWN,
                "cannot_tell",
                lambda: person_decision(case, ports, now),
                now,
            )


def check_moderation(
    thread: str,
    reply_id: str,
    ports: StorePorts,
    platform_ports: PlatformPorts,
    queue: Queue,
    now: datetime,
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
        reply = ports.cases.reply(thread, reply_id)
    except Erased:
        ports.cases.stop_watching(thread, reply_id, "erased")
        return "erased"
    if reply.moderation_status is None:
        moderation = _fetch_moderation(reply, ports, platform_ports)
        is_last_check = reply.check_count >= len(MODERATION_CHECK_DELAYS)
        if moderation.status is ModerationStatus.PENDING and not is_last_check:
            return moderation.status.value
        if moderation.status is ModerationStatus.CANNOT_TELL and not (
            is_last_check
            and (moderation.reason != _FAULT_REASON or reply.check_count >= _MAX_FAULTS)
        ):
            return moderation.status.value
        final_moderation = (reply, moderation.status.value)
        result = ports.cases.change(
            lambda: ports.cases.case(reply.review),
            lambda loaded: _change_for_moderation(loaded.case, reply, moderation, ports, now),
            now=now,
            final_moderation=final_moderation,
        )
        reply = ports.cases.reply(thread, reply_id)
    else:
        result = ports.cases.case(reply.review)
    if (
        reply.moderation_status in {ModerationStatus.REMOVED.value, ModerationStatus.PENDING.value}
        and result.case.follow_up
    ):
        queue.send([{"resume": reply.review, "delivery": f"mod_{reply_id.removeprefix('rep_')}"}])
    return reply.moderation_status or "not_sent"


def _fetch_moderation(
    reply: Reply, ports: StorePorts, platform_ports: PlatformPorts
) -> ModerationResult:
    connection = ports.setup.connection(reply.connection)
    if connection is None or reply.native_id is None:
        return ModerationResult(ModerationStatus.CANNOT_TELL, "no_connection")
    slot = ports.cases.case(reply.review).case.thread.slot(reply.id)
    first_sent_at = parse_time(slot.first_tried_at) if slot and slot.first_tried_at else None
    target = replace(reply.target, first_sent_at=first_sent_at)
    credentials = platform_ports.secrets.credentials(connection.id)
    try:
        return load(connection.platform).moderation(
            target,
            reply.native_id,
            reply.text,
            PlatformAccount(connection, credentials, platform_ports.http),
        )
    except Exception:  # noqa: BLE001 - whatever goes wrong there, the sweep asks again later; a queue would ask again at once
        return ModerationResult(ModerationStatus.CANNOT_TELL, _FAULT_REASON)


def _change_for_moderation(
    case: Case, reply: Reply, moderation: ModerationResult, ports: StorePorts, now: datetime
) -> Change | None:
    slot = case.thread.slot(reply.id)
    if (slot and cases.is_unsent(slot)) or ports.cases.reply(
        reply.thread, reply.id
    ).moderation_status:
        return None
    reason = moderation.reason if _REASON_CODE.fullmatch(moderation.reason) else ""
    decide = partial(person_decision, case, ports, now)
    match moderation.status:
        case ModerationStatus.PUBLISHED:
            return cases.record_published_reply(case, reply.id, reply.native_id or "")
        case ModerationStatus.REMOVED:
            return cases.record_removed_reply(
                case,
                reply.id,
                reply.purpose,
                Kind.REPLY_REMOVED,
                reason or "refused",
                decide,
                now,
            )
        case ModerationStatus.PENDING:
            return cases.record_removed_reply(
                case, reply.id, reply.purpose, Kind.REPLY_UNKNOWN, "still_pending", decide, now
            )
        case ModerationStatus.CANNOT_TELL:
            return cases.record_unknown_reply(case, reply.id, reason or "cannot_tell")


def person_decision(case: Case, ports: StorePorts, now: datetime) -> Decision:
    """The decision that gives a case to a person now, whatever the rules said before."""
    event, assessment, _ = ports.cases.revision(case.review)
    policy = policy_of(case.review.business, ports.setup)
    author_record = ports.cases.vault.author_record(case.review.author, other_than=case.review.id)
    return hand_over(
        Assessment.from_json(assessment or {}), context_of(case, event, author_record), policy, now
    )
