"""`reviews.csv`: a row for each review of a pack, for reading. What proves it are the outcomes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from heard.outcomes import CLOSING_KINDS, Kind, Outcome

COLUMNS: Final = (
    "review",
    "platform",
    "channel",
    "severity",
    "opened_at",
    "closed_at",
    "closed_by",
    "due_at",
    "first_answer_at",
    "first_answer_waited_s",
    "in_time",
    "public_replies",
    "replies",
    "escalations",
    "reopened",
    "outcomes",
)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet takes for a formula."""


@dataclass(slots=True)
class _Row:
    """A review as far as it was seen. Outcomes come in any order; their numbers decide."""

    platform: str
    channel: str
    severity: tuple[int, str] = (0, "")
    opened: tuple[int, str] | None = None
    closed: tuple[int, str, str] = (0, "", "")
    due: tuple[int, str] | None = None
    answer: tuple[int, str, str] | None = None
    reopened: int = 0
    reopenings: int = 0
    escalations: int = 0
    outcomes: int = 0
    replies: set[str] = field(default_factory=set[str])
    public_replies: set[str] = field(default_factory=set[str])

    def add(self, outcome: Outcome) -> None:
        detail, sequence, kind = outcome.detail, outcome.sequence, outcome.kind
        self.outcomes += 1
        self.severity = max(self.severity, (sequence, outcome.severity or ""))
        opened = (sequence, outcome.at)
        self.opened = min(self.opened or opened, opened)
        if kind in CLOSING_KINDS:
            self.closed = max(self.closed, (sequence, outcome.at, kind.value))
        elif kind is Kind.REOPENED:
            self.reopened = max(self.reopened, sequence)
            self.reopenings += 1
        elif kind is Kind.ESCALATED:
            self.escalations += 1
        if kind is Kind.FOLLOW_UP_OPENED:
            due = (sequence, str(detail.get("due_at", "")))
            self.due = min(self.due or due, due)
        if "waited_s" in detail:
            answer = (sequence, outcome.at, str(detail["waited_s"]))
            self.answer = min(self.answer or answer, answer)
        if isinstance(reply := detail.get("reply"), str) and "public" in detail:
            self.replies.add(reply)
            if detail["public"]:
                self.public_replies.add(reply)

    def cells(self, review: str) -> tuple[object, ...]:
        is_closed = self.closed[0] > self.reopened
        due_at = self.due[1] if self.due else ""
        answer_at, waited = self.answer[1:] if self.answer else ("", "")
        in_time = ""
        if due_at and answer_at:
            in_time = "yes" if answer_at <= due_at else "no"
        return (
            review,
            self.platform,
            self.channel,
            self.severity[1],
            self.opened[1] if self.opened else "",
            self.closed[1] if is_closed else "",
            self.closed[2] if is_closed else "",
            due_at,
            answer_at,
            waited,
            in_time,
            len(self.public_replies),
            len(self.replies),
            self.escalations,
            self.reopenings,
            self.outcomes,
        )


class ReviewTable:
    """Counts the outcomes of each review as they come."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome, in any order."""
        row = self._rows.get(outcome.review)
        if row is None:
            row = self._rows[outcome.review] = _Row(outcome.platform, outcome.channel)
        row.add(outcome)

    def to_csv(self) -> bytes:
        """The table, in the order of the reviews' ids."""
        return csv_of(COLUMNS, (row.cells(review) for review, row in sorted(self._rows.items())))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV in UTF-8. No cell can be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_safe(str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
