"""Send one reply exactly as R04 allows: a slot first, then the platform, then the confirmation.

A run that finds a reply whose sending is in doubt asks the platform before it posts. Where the
platform cannot be asked, the outcome is `reply_unknown` and a person decides. A platform that
moderates has accepted a reply, but not published it yet: see `moderation`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from heard import cases
from heard.cases import Case, Change
from heard.clock import parse_time
from heard.connectors import Capabilities, Rejection, ReplyLookup, SentReply, load
from heard.errors import Busy, DamagedText, PlatformUnavailable
from heard.follow_ups import Status
from heard.outcomes import Kind
from heard.steps.deciding import person_decision, policy_of
from heard.steps.follow_up import workflow_output
from heard.steps.next_steps import next_steps
from heard.steps.ports import SHARED_SECONDS, UNSURE_SECONDS, PlatformPorts, StorePorts
from heard.storage.case_store import LoadedCase
from heard.storage.replies import Reply
from heard.storage.vault import Erased
from heard.threads import Slot, SlotState, Thread
from heard.working_time import Calendar

DAMAGED: Final = "damaged"
"""Why a reply was not sent: its text does not open, though nobody erased it."""


def acknowledge(
    thread: str, reply_id: str, ports: StorePorts, platform_ports: PlatformPorts, now: datetime
) -> dict[str, Any]:
    """Send an automatic acknowledgement. Returns the workflow's next steps.

    They are none, or a follow-up when it cannot be delivered. Raises PlatformUnavailable or Busy
    when a later run should try again. Raises DamagedText once, after a person got the review.
    """
    try:
        reply = ports.cases.reply(thread, reply_id)
    except DamagedText as damage:
        review = ports.cases.review_of(thread, reply_id)
        result = _return_damaged(reply_id, lambda: ports.cases.case(review), ports, now, damage)
    except Erased:
        result = ports.cases.change(
            lambda: ports.cases.case(ports.cases.review_of(thread, reply_id)),
            lambda loaded: cases.cancel_unreadable(loaded.case, reply_id),
            now=now,
        )
    else:
        result = _send(
            reply,
            lambda: ports.cases.case(reply.review),
            ports,
            platform_ports,
            now,
            _calendar_of(reply.business, ports),
        )
    return next_steps(result.case, now)


def carry_out(
    follow_up_id: str,
    ports: StorePorts,
    platform_ports: PlatformPorts,
    now: datetime,
    *,
    fence: int | None = None,
) -> dict[str, Any]:
    """Carry out a follow-up's resolution: send its reply, if any, and then close what it covers.

    `fence` is the number of the claim whose resolution it is; a workflow that an older release
    started does not know it. It closes one review after the other, so that an interrupted run is
    simply run again. Returns what its workflow does next: see `workflow_output`, with `reopened`
    when the follow-up is open although its resolution was to close it. The resolution of another
    claim is left alone. Raises PlatformUnavailable or Busy when a later run should try again,
    DamagedText once, after that; DamagedState while nothing that it covers can be read.
    """
    case_store = ports.cases
    stored = [case_store.stored_follow_up(follow_up_id)]
    follow_up = stored[0].follow_up
    resolution = follow_up.resolution
    reviews = follow_up.reviews
    if follow_up.status is not Status.RESOLVING or resolution is None:
        return workflow_output(follow_up, reviews, now)
    if fence is not None and fence != follow_up.fence:
        return workflow_output(follow_up, reviews, now)

    def load_case() -> LoadedCase:
        # Without its slot nobody knows whether a reply is out. What has none needs no thread.
        needs_thread, known = resolution.reply is not None, stored.pop() if stored else None
        return case_store.case_of_follow_up(follow_up_id, known, needs_thread=needs_thread)

    calendar = _calendar_of(follow_up.business, ports)
    load_next = load_case
    if resolution.reply is None:
        result = load_case()
        load_next = _known_first(result, load_case)
    else:
        try:
            reply = case_store.reply(follow_up.thread, resolution.reply)
        except DamagedText as damage:
            result = _return_damaged(resolution.reply, load_case, ports, now, damage)
        except Erased:
            result = _return_unreadable(resolution.reply, load_case, ports, now, cases.ERASED)
        else:
            result = _send(
                reply, load_case, ports, platform_ports, now, calendar, actor=resolution.agent
            )
    while (
        result.case.follow_up
        and result.case.follow_up.resolution
        and result.case.follow_up.resolution.key == resolution.key
        and result.case.follow_up.status is Status.RESOLVING
    ):
        result = case_store.change(
            load_next,
            lambda loaded: cases.close_next_review(loaded.case, resolution, now, calendar),
            now=now,
            actor=resolution.agent,
        )
    after = result.case.follow_up or follow_up
    closes = cases.closing_kind(follow_up, resolution) is not None
    reopened = closes and after.status is not Status.CLOSED
    return workflow_output(after, reviews, now) | ({"reopened": True} if reopened else {})


def _return_unreadable(
    reply: str,
    load_case: Callable[[], LoadedCase],
    ports: StorePorts,
    now: datetime,
    reason: str,
) -> LoadedCase:
    """Give to a person what was to be sent with a reply that cannot be read.

    It was erased with the author's texts, or is damaged.
    """

    def decide(loaded: LoadedCase) -> Change | None:
        slot = loaded.case.thread.slot(reply)
        if slot is None or not cases.is_unsent(slot):
            return None
        kind = Kind.REPLY_UNKNOWN if slot.must_find_reply else Kind.REPLY_REJECTED
        return cases.record_failed_reply(
            loaded.case,
            slot,
            kind,
            reason,
            lambda: person_decision(loaded.case, ports, now),
            now,
        )

    return ports.cases.change(load_case, decide, now=now)


def _return_damaged(
    reply: str,
    load_case: Callable[[], LoadedCase],
    ports: StorePorts,
    now: datetime,
    damage: DamagedText,
) -> LoadedCase:
    """Give to a person what was to be sent with a damaged reply.

    Raises the damage when this run did so, so that an alarm tells of it. The retry goes on.
    """
    unsent = load_case().case.thread.slot(reply)
    result = _return_unreadable(reply, load_case, ports, now, DAMAGED)
    if unsent and cases.is_unsent(unsent):
        raise damage
    return result


def _calendar_of(business: str, ports: StorePorts) -> Callable[[], Calendar]:
    """The business's calendar, read when it is needed, and once."""
    return cache(lambda: policy_of(business, ports.setup).calendar)


def _send(
    reply: Reply,
    load_case: Callable[[], LoadedCase],
    ports: StorePorts,
    platform_ports: PlatformPorts,
    now: datetime,
    calendar: Callable[[], Calendar],
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
            raise Busy("Another run is sending this reply now.")
        if not slot.must_find_reply and cases.is_superseded(loaded.case, slot):
            slots_before.clear()
            return cases.cancel_superseded(
                loaded.case, slot, lambda: person_decision(loaded.case, ports, now), now
            )
        return Change(replace(loaded.case, thread=loaded.case.thread.mark_sending(reply.id, now)))

    current = case_store.change(load_case, begin, now=now)
    if not slots_before or not cases.is_unsent(slots_before[0]):
        return current
    reload_case = _known_first(current, load_case)
    try:
        result = _deliver(reply, current.case, slots_before[0], ports, platform_ports)
    except PlatformUnavailable as error:
        doubtful = error.maybe_applied or slots_before[0].must_find_reply
        case_store.change(
            reload_case,
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
        # Before the outcome is written: if this run stops here, the next one finds the reply at the
        # platform and does this again.
        if not reply.public:
            case_store.confirm_reply(reply, result.native_id, now)
        if load(current.case.review.platform).capabilities.moderated:
            case_store.watch_moderation(reply, result.native_id, now)
    return case_store.change(
        reload_case,
        lambda loaded: _change_for_result(loaded.case, reply, result, ports, now, calendar),
        now=now,
        actor=actor,
    )


def _known_first(
    known: LoadedCase, load_case: Callable[[], LoadedCase]
) -> Callable[[], LoadedCase]:
    """Load a case that this run knows already: as it is known first, and then anew.

    As a rule nobody came in between. Whoever did has changed a version: nothing is written then,
    and the case is decided again as it is by now. That holds because what a reply changes writes
    every item that it depends on.
    """
    first = [known]
    return lambda: first.pop() if first else load_case()


def _deliver(
    reply: Reply, case: Case, slot: Slot, ports: StorePorts, platform_ports: PlatformPorts
) -> SentReply | Rejection | ReplyLookup:
    """Post the reply, or find out whether an earlier run has posted it.

    That run may have noted it with the reply before it stopped. Else the platform is asked.

    `slot` is as that run left it. `ReplyLookup.ABSENT` means that no run posted it, and that it is
    superseded now.
    """
    if slot.must_find_reply and (reply.sent_at or reply.native_id):
        return SentReply(reply.native_id or "")
    connection = ports.setup.connection(reply.connection)
    if connection is None:
        return (
            ReplyLookup.CANNOT_TELL
            if slot.must_find_reply
            else Rejection("no_connection", "The connection was removed.")
        )
    connector = load(connection.platform)
    account = platform_ports.account(connection, _seconds_for(connector.capabilities))
    first_sent_at = parse_time(slot.first_tried_at) if slot.first_tried_at else None
    own_texts = (
        _earlier_reply_texts(reply, case.thread, ports)
        if connector.capabilities.replies == "one"
        else ()
    )
    target = replace(reply.target, first_sent_at=first_sent_at, own_replies=own_texts)
    if slot.must_find_reply:
        lookup = connector.find_reply(target, reply.text, reply.id, account)
        if lookup is not ReplyLookup.ABSENT or cases.is_superseded(case, slot):
            return lookup
    return connector.reply(target, reply.text, reply.id, account)


def _seconds_for(capabilities: Capabilities) -> float:
    """How long a reply may take: it has a place of the review queue's readers, and others wait."""
    return SHARED_SECONDS if capabilities.can_find_reply else UNSURE_SECONDS


def _earlier_reply_texts(reply: Reply, thread: Thread, ports: StorePorts) -> tuple[str, ...]:
    """The texts of our other public replies that the platform has or may have.

    The text of an erased author's reply, or a damaged one, cannot be read.
    """
    texts: list[str] = []
    for slot in thread.slots:
        if slot.reply != reply.id and slot.public and slot.state is not SlotState.RESERVED:
            with suppress(Erased, DamagedText):
                texts.append(ports.cases.reply(thread.id, slot.reply).text)
    return tuple(texts)


def _change_for_result(
    case: Case,
    reply: Reply,
    result: SentReply | Rejection | ReplyLookup,
    ports: StorePorts,
    now: datetime,
    calendar: Callable[[], Calendar],
) -> Change | None:
    slot = case.thread.slot(reply.id)
    if slot is None or not cases.is_unsent(slot):
        return None
    match result:
        case SentReply(native_id=native_id):
            return cases.record_sent_reply(case, slot, native_id, now, calendar)
        case Rejection(reason=reason, earlier_reply_gone=earlier_reply_gone):
            change = cases.record_failed_reply(
                case,
                slot,
                Kind.REPLY_REJECTED,
                reason,
                lambda: person_decision(case, ports, now),
                now,
            )
            return cases.record_lost_reply(change, reply.id) if earlier_reply_gone else change
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
