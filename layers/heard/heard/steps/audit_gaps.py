"""What auditors look for because it is not there: see `heard.gaps` (R01, R07, R26).

Each part says whether it is complete: what is read is bounded, however much there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time
from heard.follow_ups import Status
from heard.gaps import MARKED_KINDS, ClosedTwice, Silence, closed_twice, silences
from heard.people import AUDITING
from heard.steps.caller import NO_SUCH_BUSINESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heard.follow_ups import FollowUp
    from heard.gaps import Mark
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.setup import SetupStore

MAX_OVERDUE: Final = 100
MAX_STUCK: Final = 25
"""How many stuck items of each shard of the sweep's index are read, whosever they are."""
MAX_UNOWNED: Final = 100
DAYS: Final = 14
"""How many days of the log are looked at, today among them."""


@dataclass(frozen=True, slots=True)
class GapPorts:
    """What the gaps are read from."""

    case_store: CaseStore
    log: OutcomeLog
    setup: SetupStore


def find_gaps(caller: Caller, business: str, ports: GapPorts, now: datetime) -> dict[str, Any]:
    """What is missing in a business. Raises NotFound, Forbidden."""
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    return {
        "business": business,
        "as_of": format_time(now),
        "unowned": _unowned(business, ports.case_store, now),
        "overdue": _overdue(business, ports.case_store, now),
        **_in_the_log(business, ports, now),
    }


def _unowned(business: str, case_store: CaseStore, now: datetime) -> dict[str, Any]:
    """Open reviews that are in no follow-up, and that nothing has moved for a while."""
    stuck, are_all = case_store.stuck_reviews(now, limit=MAX_STUCK)
    own = [
        review
        for review in case_store.readable_reviews(stuck[:MAX_UNOWNED])
        if review.business == business and review.closing_kind is None
    ]
    return {
        "complete": are_all and len(stuck) <= MAX_UNOWNED,
        "reviews": [
            {
                "review": review.id,
                "platform": review.platform,
                "severity": review.severity,
                "touched_at": review.touched_at,
            }
            for review in sorted(own, key=lambda each: (each.touched_at, each.id))
        ],
    }


def _overdue(business: str, case_store: CaseStore, now: datetime) -> dict[str, Any]:
    """Open follow-ups whose time is over, the longest overdue first."""
    follow_ups, more = case_store.open_follow_ups(business, limit=MAX_OVERDUE)
    late = [each for each in follow_ups if each.due_at < format_time(now)]
    return {
        "complete": more is None or len(late) < len(follow_ups),
        "follow_ups": [
            _describe_late(each) for each in late if each.status is not Status.RESOLVING
        ],
    }


def _describe_late(follow_up: FollowUp) -> dict[str, Any]:
    return {
        "follow_up": follow_up.id,
        "review": follow_up.reviews[0],
        "reviews_count": len(follow_up.reviews),
        "platform": follow_up.platform,
        "severity": follow_up.severity.value,
        "status": follow_up.status.value,
        "due_at": follow_up.due_at,
        "level": follow_up.level,
        "claimed_by": follow_up.claimed_by,
    }


def _in_the_log(business: str, ports: GapPorts, now: datetime) -> Mapping[str, Any]:
    today = now.astimezone(UTC).date()
    days = [today - timedelta(days=number) for number in range(DAYS)]
    marked = ports.log.marks(business, days, MARKED_KINDS)
    platforms = {connection.platform for connection in ports.setup.connections(business)}
    first_day = days[marked.days - 1].isoformat() if marked.days else None
    return {
        "log": {
            "complete": marked.days == DAYS,
            "days": marked.days,
            "first_day": first_day,
        },
        "closed_twice": [_describe_twice(each) for each in closed_twice(marked.marks)],
        "silent": _silent(platforms, marked.marks, now) if marked.days else [],
    }


def _silent(platforms: set[str], marks: Sequence[Mark], now: datetime) -> list[dict[str, Any]]:
    return [_describe_silence(each) for each in silences(platforms, marks, now)]


def _describe_twice(pair: ClosedTwice) -> dict[str, Any]:
    return {
        "review": pair.second.review,
        "platform": pair.second.platform,
        "first": {
            "sequence": pair.first.sequence,
            "kind": pair.first.kind.value,
            "at": pair.first.at,
        },
        "second": {
            "sequence": pair.second.sequence,
            "kind": pair.second.kind.value,
            "at": pair.second.at,
        },
    }


def _describe_silence(silence: Silence) -> dict[str, Any]:
    gap = silence.longest_gap
    return {
        "platform": silence.platform,
        "last_at": silence.last_at,
        "arrivals": silence.arrivals,
        "longest_gap_s": int(gap.total_seconds()) if gap is not None else None,
    }
