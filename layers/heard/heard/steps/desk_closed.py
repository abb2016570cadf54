"""What was closed in a business, and which codes were used for it: read from the outcomes.

The outcomes say who resolved what, when and with which codes. Nothing else is kept for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time, parse_time
from heard.people import ANSWERING
from heard.steps.caller import NO_SUCH_BUSINESS
from heard.storage.outcome_log import ClosingCriteria

if TYPE_CHECKING:
    from heard.outcomes import Outcome
    from heard.steps.caller import Caller
    from heard.steps.desk_memory import DeskMemory
    from heard.storage.outcome_log import OutcomeLog

CODES_PERIOD: Final = timedelta(days=90)
_CODES_PAGE: Final = 1_000
_CODES_PAGES: Final = 4
"""How many pages of closed follow-ups are read to count their codes: 400 queries at most."""
_CODE_NAMES: Final[Mapping[str, str]] = {
    "causes": "root_cause",
    "fixes": "fix",
    "reasons": "reason",
}


@dataclass(frozen=True, slots=True)
class ClosedPage:
    """Closed follow-ups, the newest first, and where the next page begins; None when there is none.

    There may be a next page though this one is not full, or empty.
    """

    closed: list[dict[str, Any]]
    next: str | None


def list_closed(
    caller: Caller,
    criteria: ClosingCriteria,
    log: OutcomeLog,
    memory: DeskMemory,
    *,
    limit: int,
    after: str | None,
) -> ClosedPage:
    """What was closed in a business where the caller answers. Raises NotFound, Forbidden."""
    caller.require_role(criteria.business, *ANSWERING, missing=NO_SUCH_BUSINESS)
    page = log.newest_closings(criteria, limit=limit, before=after)
    names = memory.first_names(_people_in(page.outcomes))
    return ClosedPage([_closed_json(outcome, names) for outcome in page.outcomes], page.next)


def count_codes(
    caller: Caller, business: str, log: OutcomeLog, memory: DeskMemory, now: datetime
) -> dict[str, Any]:
    """The codes of a business's policy, and how often each closed a follow-up in the last 90 days.

    Codes that were used and are not in the policy any more come behind them. `counted_from` is the
    time since when closed follow-ups were counted: later than 90 days ago where there are very
    many. Counts are kept for a while. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *ANSWERING, missing=NO_SUCH_BUSINESS)
    counted_from, counts = memory.codes(business, lambda: _count_codes(business, log, now))
    own = memory.business(business).policy.codes
    lists = {"causes": own.causes, "fixes": own.fixes, "reasons": own.reasons}
    return {
        **{name: _codes_json(codes, counts[name]) for name, codes in lists.items()},
        "counted_from": counted_from,
    }


def _count_codes(
    business: str, log: OutcomeLog, now: datetime
) -> tuple[str, Mapping[str, Counter[str]]]:
    counts = {name: Counter[str]() for name in _CODE_NAMES}
    criteria = ClosingCriteria(business, now - CODES_PERIOD, now)
    before: str | None = None
    for _ in range(_CODES_PAGES):
        page = log.newest_closings(criteria, limit=_CODES_PAGE, before=before)
        for outcome in page.outcomes:
            for name, detail_name in _CODE_NAMES.items():
                if code := outcome.detail.get(detail_name):
                    counts[name][code] += 1
        before = page.next
        if before is None:
            return format_time(criteria.start), counts
    # A place is a time, or the beginning of a day.
    return format_time(parse_time((before or "").partition("#")[0])), counts


def _codes_json(codes: Sequence[str], counts: Counter[str]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": code.replace("-", " ").capitalize(),
            "used": counts[code],
            "in_policy": code in codes,
        }
        for code in (*codes, *sorted(counts.keys() - set(codes)))
    ]


def _people_in(outcomes: Sequence[Outcome]) -> set[str]:
    names = ("by", "approved_by")
    return {who for each in outcomes for name in names if (who := each.detail.get(name))}


def _closed_json(outcome: Outcome, names: Mapping[str, str | None]) -> dict[str, Any]:
    detail = outcome.detail
    return {
        "id": detail["follow_up"],
        "review": outcome.review,
        "platform": outcome.platform,
        "severity": detail.get("follow_up_severity") or outcome.severity,
        "kind": outcome.kind.value,
        "at": outcome.at,
        "by": detail.get("by"),
        "by_name": names.get(detail.get("by", "")),
        "approved_by_name": names.get(detail.get("approved_by", "")),
        "root_cause": detail.get("root_cause"),
        "fix": detail.get("fix"),
        "reason": detail.get("reason"),
        "waited_s": detail.get("waited_s"),
    }
