"""How a review stands after some of its outcomes: what a row of the lake says of it.

Only outcomes are read. A value that they do not say, or that an older release did not write, stays
None: nothing here guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from heard.clock import format_time, parse_time
from heard.lake.touched import LARGEST_NUMBER, LONGEST_TEXT
from heard.outcomes import CLOSING_KINDS, Kind, Outcome

SEVERITIES: Final = ("praise", "low", "medium", "high", "critical")
"""From the mildest to the worst. The module of `Severity` would load everything that assesses."""

ANSWERING_KINDS: Final = frozenset(
    {
        Kind.PROMISED,
        Kind.INVITED_PRIVATE,
        Kind.ANSWERED,
        Kind.MOVED_PRIVATE_RESOLVED,
        Kind.RESOLVED_WITHOUT_REPLY,
        Kind.WALKED_AWAY,
        Kind.REPORTED,
    }
)
"""What a person's resolution ends in. The first of them is what a time limit (SLA) asks for."""

_KEEPING_KINDS: Final = frozenset(
    {Kind.ANSWERED, Kind.MOVED_PRIVATE_RESOLVED, Kind.RESOLVED_WITHOUT_REPLY}
)
"""What keeps a promise."""

_REPEATED: Final = frozenset({Kind.DUPLICATE, Kind.LATE_REVISION, Kind.UNVERIFIED})
_COUNTERS: Final[Mapping[Kind, str]] = {
    Kind.APPROVAL_REQUESTED: "approvals_requested",
    Kind.APPROVAL_DENIED: "approvals_denied",
    Kind.TAKEN_OVER: "taken_over",
    Kind.REPLY_REJECTED: "replies_rejected",
    Kind.REPLY_UNKNOWN: "replies_unknown",
    Kind.REPLY_REMOVED: "replies_removed",
} | dict.fromkeys(_REPEATED, "repeats")
"""The kinds that are only counted, and where."""

_RESOLUTION: Final = "resolution"
"""The value of `Purpose.RESOLUTION`."""
_MOST_CODES: Final = 20
"""How many codes of a list count: there are fewer topics and flags."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class ReviewState:
    """A review after the outcomes that were added, in the order of its chain.

    The fields are columns of a row, which `heard.lake.columns` names; `assessed` says whether a
    revision was judged at all.
    """

    review: str = ""
    platform: str = ""
    channel: str = ""
    place: str | None = None
    sequence: int = 0
    outcomes: int = 0
    opened_at: str | None = None
    severity_first: str | None = None
    severity_worst: str | None = None
    severity_last: str | None = None
    rating_first: int | None = None
    rating_last: int | None = None
    topics: list[str] = field(default_factory=list[str])
    flags: list[str] = field(default_factory=list[str])
    agenda: str | None = None
    language: str | None = None
    needs_person: bool | None = None
    assessed: bool = False
    model: str | None = None
    route: str | None = None
    policy: str | None = None
    revisions: int = 0
    repeats: int = 0
    acknowledged_at: str | None = None
    variant: str | None = None
    follow_up: str | None = None
    queue: str | None = None
    level: int | None = None
    escalations: int = 0
    clock_at: str | None = None
    due_at: str | None = None
    first_person_at: str | None = None
    first_person_kind: str | None = None
    first_person: str | None = None
    first_waited_s: int | None = None
    first_wall_s: int | None = None
    first_person_reply_at: str | None = None
    first_public_at: str | None = None
    first_public_by: str | None = None
    public_replies: int = 0
    private_replies: int = 0
    invited_at: str | None = None
    promised: int = 0
    promises_kept: int = 0
    promises_late: int = 0
    promises_moved: int = 0
    promises_missed: int = 0
    promises_void: int = 0
    promised_for: str | None = None
    approvals_requested: int = 0
    approvals_denied: int = 0
    taken_over: int = 0
    resolution: str | None = None
    cause: str | None = None
    fix: str | None = None
    reopened: int = 0
    reopened_at: str | None = None
    reopened_after: str | None = None
    reanswered_at: str | None = None
    closed_kind: str | None = None
    closed_at: str | None = None
    closed_why: str | None = None
    closed_by: str | None = None
    closed_wall_s: int | None = None
    replies_rejected: int = 0
    replies_unknown: int = 0
    replies_removed: int = 0
    texts_gone_at: str | None = None

    def add(self, outcome: Outcome) -> None:
        """Take the next outcome of the chain."""
        if outcome.sequence == 1:
            self.opened_at = self.clock_at = outcome.at
        self.review, self.platform, self.channel = (
            outcome.review,
            outcome.platform,
            outcome.channel,
        )
        self.sequence = outcome.sequence
        self.outcomes += 1
        self._take_severity(outcome.severity)
        if follow_up := code_in(outcome.detail, "follow_up"):
            self.follow_up = follow_up
            self.queue = code_in(outcome.detail, "queue") or self.queue
        if counter := _COUNTERS.get(outcome.kind):
            setattr(self, counter, getattr(self, counter) + 1)
        self._take_kind(outcome)
        self._take_reply(outcome)
        if outcome.kind in ANSWERING_KINDS:
            self._take_answer(outcome)
        if outcome.kind in CLOSING_KINDS:
            self._close(outcome)

    def in_time(self, end: str) -> bool | None:
        """Whether a person answered by the time that was due, as it stands at the moment `end`.

        False also when that time has passed without an answer. None when nothing was due, is not
        due yet, or need not be answered any more.
        """
        if self.due_at is None:
            return None
        if self.first_person_at is not None:
            return self.first_person_at <= self.due_at
        if self.closed_kind == Kind.EXPIRED:
            return False
        return False if self.closed_kind is None and self.due_at < end else None

    def to_row(self, end: str) -> dict[str, Any]:
        """What the row of a day says whose end is the moment `end`, without the day itself."""
        opened = parse_time(self.opened_at) if self.opened_at else None
        return {name: getattr(self, name) for name in _FIELDS} | {
            "opened_day": opened.date().isoformat() if opened else None,
            "opened_week": monday_of(opened.date()) if opened else None,
            "opened_weekday": opened.isoweekday() if opened else None,
            "opened_hour": opened.hour if opened else None,
            "clock_s": _seconds(_EPOCH, self.clock_at),
            "due_s": _seconds(_EPOCH, self.due_at),
            "promised_for_s": _seconds(_EPOCH, self.promised_for),
            "acknowledged_day": self.acknowledged_at[:10] if self.acknowledged_at else None,
            "in_time": self.in_time(end),
            "closed_day": self.closed_at[:10] if self.closed_at else None,
        }

    def _take_severity(self, severity: str | None) -> None:
        if severity is None:
            return
        self.severity_first = self.severity_first or severity
        self.severity_last = severity
        self.severity_worst = max(severity, self.severity_worst or severity, key=_rank)

    def _take_kind(self, outcome: Outcome) -> None:
        detail = outcome.detail
        match outcome.kind:
            case Kind.ACCEPTED | Kind.REVISED:
                self._take_assessment(detail)
            case Kind.REOPENED:
                self._reopen(outcome)
            case Kind.FOLLOW_UP_OPENED | Kind.FOLLOW_UP_JOINED:
                self._take_level(detail)
                due_at = time_in(detail, "due_at")
                if due_at and self.first_person_at is None:
                    self.due_at = min(due_at, self.due_at or due_at)
            case Kind.ESCALATED:
                self.escalations += 1
                self._take_level(detail)
            case Kind.RESOLUTION_GIVEN:
                self.resolution = code_in(detail, "action")
            case Kind.TEXTS_ERASED | Kind.TEXTS_DELETED:
                self.texts_gone_at = self.texts_gone_at or outcome.at
            case _:
                pass

    def _take_assessment(self, detail: Mapping[str, Any]) -> None:
        self.revisions += 1
        if "severity" not in detail:
            return  # the same words again, our own reply, or a withdrawal: nothing was assessed
        rating = number_in(detail, "rating")
        if not self.assessed:
            self.assessed, self.rating_first = True, rating
        self.rating_last = rating
        self.topics, self.flags = codes_in(detail, "topics"), codes_in(detail, "flags")
        self.agenda, self.language = code_in(detail, "agenda"), code_in(detail, "language")
        needs_person = detail.get("needs_person")
        self.needs_person = needs_person if isinstance(needs_person, bool) else None
        self.place = code_in(detail, "place")
        self.model = code_in(detail, "model")
        self.route, self.policy = code_in(detail, "route"), code_in(detail, "policy")

    def _take_level(self, detail: Mapping[str, Any]) -> None:
        level = number_in(detail, "level")
        if level is not None:
            self.level = max(level, self.level or 0)

    def _take_reply(self, outcome: Outcome) -> None:
        """Count a reply that went out, and note the first ones."""
        detail, kind = outcome.detail, outcome.kind
        is_persons = kind in ANSWERING_KINDS or code_in(detail, "purpose") == _RESOLUTION
        if not (is_persons or kind in {Kind.ACKNOWLEDGED, Kind.REPLY_SENT}):
            return
        if code_in(detail, "reply") is None:
            return
        if is_persons:
            self.first_person_reply_at = self.first_person_reply_at or outcome.at
        elif self.acknowledged_at is None:
            self.acknowledged_at, self.variant = outcome.at, code_in(detail, "variant")
        if detail.get("public") is not True:
            self.private_replies += 1
            return
        self.public_replies += 1
        if self.first_public_at is None:
            self.first_public_at = outcome.at
            self.first_public_by = "person" if is_persons else "heard"

    def _take_answer(self, outcome: Outcome) -> None:
        """A person's resolution took effect."""
        detail = outcome.detail
        if self.first_person_at is None:
            self.first_person_at, self.first_person_kind = outcome.at, outcome.kind.value
            self.first_person = code_in(detail, "by")
            self.first_waited_s = number_in(detail, "waited_s")
            self.first_wall_s = _seconds(self.clock_at, outcome.at)
        elif self.reopened_at and self.reopened_at > self.first_person_at:
            self.reanswered_at = self.reanswered_at or outcome.at
        self.cause = code_in(detail, "root_cause") or self.cause
        self.fix = code_in(detail, "fix") or self.fix
        if outcome.kind is Kind.INVITED_PRIVATE:
            self.invited_at = self.invited_at or outcome.at
        if outcome.kind is Kind.PROMISED:
            self.promises_moved += self.promised_for is not None
            self.promised += 1
            self.promised_for = time_in(detail, "promised_for")

    def _close(self, outcome: Outcome) -> None:
        self._end_promise(outcome)
        self.closed_kind, self.closed_at = outcome.kind.value, outcome.at
        self.closed_why = code_in(outcome.detail, "reason")
        self.closed_by = code_in(outcome.detail, "by")
        self.closed_wall_s = _seconds(self.clock_at, outcome.at)

    def _end_promise(self, outcome: Outcome) -> None:
        if self.promised_for is None:
            return
        if outcome.kind in _KEEPING_KINDS:
            if outcome.at <= self.promised_for:
                self.promises_kept += 1
            else:
                self.promises_late += 1
        elif outcome.kind is Kind.EXPIRED:
            self.promises_missed += 1
        else:
            self.promises_void += 1
        self.promised_for = None

    def _reopen(self, outcome: Outcome) -> None:
        self.reopened += 1
        self.reopened_at, self.reopened_after = outcome.at, code_in(outcome.detail, "after")
        self.reanswered_at = None
        self.closed_kind = self.closed_at = self.closed_why = self.closed_by = None
        self.closed_wall_s = None
        if self.first_person_at is None:
            # Nobody owed an answer until now, so the clock for the first one begins here.
            self.clock_at, self.due_at = outcome.at, None


_FIELDS: Final = tuple(ReviewState.__dataclass_fields__)


def monday_of(day: date) -> str:
    """The Monday of a day's week."""
    return (day - timedelta(days=day.weekday())).isoformat()


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _seconds(start: str | datetime | None, end: str | None) -> int | None:
    """Whole seconds from one moment to another, not below 0; None when one is not known."""
    if start is None or end is None:
        return None
    begin = parse_time(start) if isinstance(start, str) else start
    return max(0, int((parse_time(end) - begin).total_seconds()))


def code_in(detail: Mapping[str, Any], name: str) -> str | None:
    """An id, a code or a time of an outcome's detail; None for anything else."""
    value = detail.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT else None


def time_in(detail: Mapping[str, Any], name: str) -> str | None:
    """A time of an outcome's detail, as outcomes write times; None for anything else."""
    try:
        return format_time(parse_time(code_in(detail, name) or ""))
    except (ValueError, OverflowError):
        return None


def number_in(detail: Mapping[str, Any], name: str) -> int | None:
    """A whole number of an outcome's detail; None for anything else."""
    value = detail.get(name)
    return value if type(value) is int and 0 <= value <= LARGEST_NUMBER else None


def codes_in(detail: Mapping[str, Any], name: str) -> list[str]:
    """The codes of a list of an outcome's detail, at most `_MOST_CODES`."""
    values: Any = detail.get(name)
    if not isinstance(values, list | tuple):
        return []
    codes: list[str] = [
        value
        for value in values  # pyright: ignore[reportUnknownVariableType]
        if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT
    ]
    return codes[:_MOST_CODES]
