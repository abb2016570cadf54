"""Notices: what the event bus says of an outcome that somebody may be told of.

An outcome is stored in the same transaction as the change that it tells of, so it is the outbox: a
notice can be made from it again at any time, and is the same each time. A notice holds ids and
codes only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from heard.outcomes import Kind, Outcome

_FOLLOW_UP: Final = ("follow_up", "follow_up_severity", "queue", "due_at")
_CLOSED_FOLLOW_UP: Final = ("follow_up", "follow_up_severity", "queue", "reviews_left")
_REPLY: Final = (*_FOLLOW_UP, "reply", "reason")

FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.FOLLOW_UP_OPENED: (*_FOLLOW_UP, "why"),
    Kind.FOLLOW_UP_JOINED: (*_FOLLOW_UP, "severity_before"),
    Kind.ESCALATED: (*_FOLLOW_UP, "level", "was_due"),
    Kind.APPROVAL_REQUESTED: (*_FOLLOW_UP, "action"),
    Kind.APPROVAL_DENIED: _FOLLOW_UP,
    Kind.TAKEN_OVER: (*_FOLLOW_UP, "reason"),
    Kind.PROMISE_DUE: _FOLLOW_UP,
    Kind.REOPENED: ("after",),
    Kind.REPLY_REJECTED: _REPLY,
    Kind.REPLY_UNKNOWN: _REPLY,
    Kind.REPLY_REMOVED: _REPLY,
    Kind.ACKNOWLEDGED: ("reply",),
    Kind.ANSWERED: _CLOSED_FOLLOW_UP,
    Kind.MOVED_PRIVATE_RESOLVED: _CLOSED_FOLLOW_UP,
    Kind.RESOLVED_WITHOUT_REPLY: _CLOSED_FOLLOW_UP,
    Kind.WALKED_AWAY: _CLOSED_FOLLOW_UP,
    Kind.REPORTED: _CLOSED_FOLLOW_UP,
    Kind.WITHDRAWN: _CLOSED_FOLLOW_UP,
    Kind.IGNORED: _CLOSED_FOLLOW_UP,
    Kind.EXPIRED: _CLOSED_FOLLOW_UP,
}
"""The kinds that somebody may be told of, and which fields of their detail a notice repeats.

What a person wrote is left out: the reason for a resolution, and who gave it.
"""

_ONLY_WITH_FOLLOW_UP: Final = frozenset({Kind.WITHDRAWN, Kind.IGNORED})
_ONLY_CRITICAL: Final = frozenset({Kind.ACKNOWLEDGED})
_CRITICAL: Final = "critical"
"""The value of `Severity.CRITICAL`. Its module would load everything that assesses texts."""

_NUMBERS: Final = frozenset({"sequence", "level", "reviews_left"})
"""The fields of a notice that are whole numbers. All others are texts."""
_MAX_CHARACTERS: Final = 200
"""The longest text in a notice. Ids, codes and times are shorter: a longer text is none of them."""

_EARLIER_NAMES: Final = {
    Kind.FOLLOW_UP_OPENED: "follow_up.opened",
    Kind.ESCALATED: "follow_up.escalated",
}
"""The detail types of the release before. They stay for one release, beside the new ones."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for the bus: `kind` is its detail type, `outcome` and `review` what it is about."""

    kind: str
    outcome: str
    review: str
    detail: Mapping[str, str | int]

    def to_text(self) -> str:
        """The detail as the JSON that the bus carries."""
        return json.dumps(dict(self.detail), separators=(",", ":"))


def makes_notice(outcome: Outcome) -> bool:
    """Whether somebody may be told of this outcome.

    The end of a review counts only when a person had the review. An acknowledgement counts only for
    a critical review, because no policy should allow that.
    """
    if outcome.kind in _ONLY_WITH_FOLLOW_UP:
        return "follow_up" in outcome.detail
    if outcome.kind in _ONLY_CRITICAL:
        return outcome.severity == _CRITICAL
    return outcome.kind in FIELDS


def notices_of(outcome: Outcome) -> tuple[Notice, ...]:
    """The notices of an outcome: none when nobody is told of it.

    A receiver knows a repeat by the field `outcome`, the outcome's id. Fields that an older outcome
    lacks are left out. Raises ValueError when a field holds no id or code.
    """
    if not makes_notice(outcome):
        return ()
    fields = {
        "outcome": outcome.id,
        "business": outcome.business,
        "review": outcome.review,
        "sequence": outcome.sequence,
        "platform": outcome.platform,
        "channel": outcome.channel,
        "severity": outcome.severity,
        "at": outcome.at,
    } | {name: outcome.detail.get(name) for name in FIELDS[outcome.kind]}
    notice = Notice(
        f"outcome.{outcome.kind.value}",
        outcome.id,
        outcome.review,
        {name: _check_code(name, value) for name, value in fields.items() if value is not None},
    )
    earlier_name = _EARLIER_NAMES.get(outcome.kind)
    return (notice, _earlier_notice(earlier_name, notice)) if earlier_name else (notice,)


def _earlier_notice(kind: str, notice: Notice) -> Notice:
    """The same under its earlier name, where `severity` is that of the follow-up."""
    names = ("outcome", "follow_up", "business", "severity", "channel", "queue", "due_at", "level")
    detail = dict(notice.detail)
    if "follow_up_severity" in detail:
        detail["severity"] = detail["follow_up_severity"]
    detail = {name: detail[name] for name in names if name in detail}
    return Notice(kind, notice.outcome, notice.review, detail)


def _check_code(name: str, value: Any) -> str | int:
    is_valid = (
        type(value) is int
        if name in _NUMBERS
        else isinstance(value, str) and len(value) <= _MAX_CHARACTERS
    )
    if not is_valid:
        raise ValueError(f"{name} is neither an id nor a code")
    return value
