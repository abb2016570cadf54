"""Ask a platform that moderates what it did with a reply: for a week, or until it is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from heard import cases
from heard.cases import Change
from heard.clock import parse_time
from heard.connectors import ModerationResult, ModerationStatus, load
from heard.outcomes import Kind
from heard.steps.deciding import person_decision
from heard.steps.ports import UNSURE_SECONDS
from heard.storage.replies import MODERATION_CHECK_DELAYS, Reply
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.cases import Case
    from heard.messaging import Queue, ReviewQueues
    from heard.steps.ports import PlatformPorts, StorePorts

_FAULT_REASON: Final = "fault"
_MAX_FAULTS: Final = len(MODERATION_CHECK_DELAYS) + 3
"""How often asking a platform may fail before it counts as one that cannot tell."""
_REASON_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class ModerationCheck:
    """What became of a reply, as one code for logs, and the review that it answers."""

    review: str
    status: str


def check_moderation(
    thread: str,
    reply_id: str,
    ports: StorePorts,
    platform_ports: PlatformPorts,
    queue: Queue | ReviewQueues,
    now: datetime,
) -> ModerationCheck:
    """Ask a platform that moderates what became of a reply, and act on it.

    If the platform removed the reply, or still holds it back at the last check, a person gets the
    review, and a message to `queue` starts the workflow. If the platform cannot tell at the last
    check, the reply is unknown, and nothing is reopened. If the platform shows the reply, that is
    an outcome. Otherwise nothing is written, as the next check is in the sweep's index. Run twice,
    late or out of order, it ends in the same state. Raises faults of our own services only.
    """
    try:
        reply = ports.cases.reply(thread, reply_id)
    except Erased:
        ports.cases.stop_watching(thread, reply_id, "erased")
        return ModerationCheck(ports.cases.review_of(thread, reply_id), "erased")
    if reply.moderation_status is None:
        moderation = _fetch_moderation(reply, ports, platform_ports)
        is_last_check = reply.check_count >= len(MODERATION_CHECK_DELAYS)
        if moderation.status is ModerationStatus.PENDING and not is_last_check:
            return ModerationCheck(reply.review, moderation.status.value)
        if moderation.status is ModerationStatus.CANNOT_TELL and not (
            is_last_check
            and (moderation.reason != _FAULT_REASON or reply.check_count >= _MAX_FAULTS)
        ):
            return ModerationCheck(reply.review, moderation.status.value)
        result = ports.cases.change(
            lambda: ports.cases.case(reply.review),
            lambda loaded: _change_for_moderation(loaded.case, reply, moderation, ports, now),
            now=now,
            final_moderation=(reply, moderation.status.value),
        )
        reply = ports.cases.reply(thread, reply_id)
    else:
        result = ports.cases.case(reply.review)
    if (
        reply.moderation_status in {ModerationStatus.REMOVED.value, ModerationStatus.PENDING.value}
        and result.case.follow_up
    ):
        queue.send(
            [
                {
                    "resume": reply.review,
                    "business": reply.business,
                    "delivery": f"mod_{reply_id.removeprefix('rep_')}",
                }
            ]
        )
    return ModerationCheck(reply.review, reply.moderation_status or "not_sent")


def _fetch_moderation(
    reply: Reply, ports: StorePorts, platform_ports: PlatformPorts
) -> ModerationResult:
    connection = ports.setup.connection(reply.connection)
    if connection is None or reply.native_id is None:
        return ModerationResult(ModerationStatus.CANNOT_TELL, "no_connection")
    slot = ports.cases.case(reply.review).case.thread.slot(reply.id)
    first_sent_at = parse_time(slot.first_tried_at) if slot and slot.first_tried_at else None
    target = replace(reply.target, first_sent_at=first_sent_at)
    account = platform_ports.account(connection, UNSURE_SECONDS)
    try:
        return load(connection.platform).moderation(target, reply.native_id, reply.text, account)
    except Exception:  # noqa: BLE001 - the sweep asks again later, a queue would ask at once
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
                reason or "removed",
                decide,
                now,
            )
        case ModerationStatus.PENDING:
            return cases.record_removed_reply(
                case, reply.id, reply.purpose, Kind.REPLY_UNKNOWN, "still_pending", decide, now
            )
        case ModerationStatus.CANNOT_TELL:
            return cases.record_unknown_reply(case, reply.id, reason or "cannot_tell")
