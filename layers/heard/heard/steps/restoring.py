"""Bring back from a backup what was lost, and keep what came since.

A restored item is put back only where the stack has none, and only if nothing has happened to its
review since the backup: else an old state would meet a newer log, and a reply could be sent again.
What was erased, deleted by retention or has expired stays away. Where a stored outcome or state
does not fit its chain and the restored one does, the restored one takes its place (`repair`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from heard.cases import Review
from heard.clock import parse_time
from heard.errors import Tampered
from heard.outcomes import CLOSING_KINDS, Kind, Outcome, verify_chain
from heard.storage.keys import partition_key

if TYPE_CHECKING:
    from heard.storage.backups import BackupTable, ItemPair
    from heard.storage.case_store import CaseStore
    from heard.storage.erasures import Erasures
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.tables import Item

_QUARANTINE: Final = "QUARANTINE#"
_RETENTION: Final = "RETENTION#"
_COLLEAGUE: Final = "COLLEAGUE#"
"""The lists of people are made anew: a restored one could name somebody who was removed since."""
_SETUP_BY_NAME: Final = ("CONNECTION#", "PERSON#", "RETENTION")
"""What somebody may have removed on purpose: only a person can say that it was not."""


class Verdict(StrEnum):
    """What becomes of a restored item that the stack has not, or has otherwise."""

    PUT_BACK = "put_back"
    REPAIRED = "repaired"
    BEHIND = "behind"
    ERASED = "erased"
    EXPIRED = "expired"
    APART = "apart"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class RestorePorts:
    """The three tables with their copies, and what reads the stack's own."""

    setup: BackupTable
    cases: BackupTable
    outcomes: BackupTable
    case_store: CaseStore
    log: OutcomeLog
    erasures: Erasures


@dataclass(slots=True)
class RestoreReport:
    """What was put back, by table and verdict, and what a person must decide.

    `behind` are reviews to which something happened since the backup, each with when: a backup of
    that second or later has them as they were. `damaged` are items that do not fit their chains,
    and `removed` what is gone from the Setup table and may have been removed on purpose.
    """

    counts: dict[str, dict[Verdict, int]] = field(default_factory=dict[str, dict[Verdict, int]])
    behind: dict[str, str] = field(default_factory=dict[str, str])
    damaged: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])

    def count(self, table: str, verdict: Verdict) -> None:
        """Count one item."""
        counts = self.counts.setdefault(table, {})
        counts[verdict] = counts.get(verdict, 0) + 1

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "tables": {
                table: {verdict.value: number for verdict, number in counts.items()}
                for table, counts in self.counts.items()
            },
            "behind": self.behind,
            "damaged": self.damaged,
            "removed": self.removed,
        }


def closing_kind_of(outcomes: Sequence[Outcome]) -> Kind | None:
    """The kind that closed a review, from its log; None while it is open."""
    closing_kind: Kind | None = None
    for outcome in outcomes:
        if outcome.kind is Kind.REOPENED:
            closing_kind = None
        elif outcome.kind in CLOSING_KINDS:
            closing_kind = outcome.kind
    return closing_kind


def contradiction(review: Review, outcomes: Sequence[Outcome]) -> str | None:
    """Why a review's state does not fit its log; None if it does."""
    report = verify_chain(
        review.id,
        outcomes,
        expected_sequence=review.sequence,
        expected_head=review.head,
    )
    if not report.verified:
        return report.why
    closing_kind = closing_kind_of(outcomes)
    if review.closing_kind is not closing_kind:
        return f"the state says {review.closing_kind or 'open'}, the log {closing_kind or 'open'}"
    return None


def put_back(
    ports: RestorePorts,
    now: datetime,
    *,
    repair: bool = False,
    with_setup: bool = False,
    write: bool = True,
    progress: Callable[[], object] = lambda: None,
) -> RestoreReport:
    """Put back what is missing; without `write`, only report what would be.

    With `repair`, also what does not fit its chain. It can be repeated, and stopped anywhere:
    outcomes and keys come first, states last, so that the sweep finds a review only when all of it
    is there.
    """
    run = _Restore(ports, now, repair, with_setup, write, progress)
    run.restore_setup()
    run.restore_outcomes()
    run.restore_cases()
    return run.report


@dataclass(slots=True)
class _Restore:
    """One run."""

    ports: RestorePorts
    now: datetime
    repair: bool
    with_setup: bool
    write: bool
    progress: Callable[[], object]
    report: RestoreReport = field(default_factory=RestoreReport)
    states: dict[str, ItemPair] = field(default_factory=dict[str, "ItemPair"])
    """The states that are missing or other than in the copy, by partition key."""
    returning: set[str] = field(default_factory=set[str])
    """Those of them that come back."""
    listed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Authors and reviews of them, as far as that is missing."""
    erased: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When each erased author was erased last."""
    outcomes_in_copy: dict[str, list[Outcome]] = field(default_factory=dict[str, list[Outcome]])
    """Outcomes that are missing in the stack: without `write` they still count as there."""

    def restore_setup(self) -> None:
        for pair in self._differences(self.ports.setup):
            self._settle("setup", self.ports.setup, pair, self._judge_setup(pair))
        for record in self.ports.erasures.all():
            previous = self.erased.get(record.author, record.at)
            self.erased[record.author] = max(previous, record.at)

    def restore_outcomes(self) -> None:
        for pair in self._differences(self.ports.outcomes):
            verdict = Verdict.PUT_BACK
            if pair.current:
                self.report.damaged.append(
                    f"outcome {pair.restored['sequence']} of {pair.restored['review']}"
                )
                verdict = Verdict.REPAIRED if self.repair else Verdict.KEPT
            if verdict is not Verdict.KEPT:
                outcome = Outcome.from_json(pair.restored)
                self.outcomes_in_copy.setdefault(outcome.review, []).append(outcome)
            self._settle("outcomes", self.ports.outcomes, pair, verdict)

    def restore_cases(self) -> None:
        pairs = list(self._differences(self.ports.cases))
        states = [pair for pair in pairs if pair.restored["sk"] == "STATE"]
        verdicts = {pair.restored["pk"]: self._judge_state(pair) for pair in states}
        self.states = {pair.restored["pk"]: pair for pair in states}
        self.returning = {
            pk
            for pk, verdict in verdicts.items()
            if verdict in (Verdict.PUT_BACK, Verdict.REPAIRED)
        }
        self.listed = {
            (pair.restored["pk"], pair.restored["sk"].removeprefix("REVIEW#"))
            for pair in pairs
            if pair.restored["sk"].startswith("REVIEW#")
        }
        others = [pair for pair in pairs if pair.restored["sk"] != "STATE"]
        # Keys before what they open, and follow-ups last: the sweep must find whole cases.
        for pair in sorted(others, key=lambda pair: pair.restored["pk"].startswith("fup_")):
            verdict = self._judge_case_item(pair)
            self._settle("cases", self.ports.cases, pair, verdict)
            if pair.restored["sk"] == "AUTHOR" and verdict is not Verdict.PUT_BACK:
                self._list_again(pair)
        for pair in states:
            self._settle("cases", self.ports.cases, pair, verdicts[pair.restored["pk"]])

    def _list_again(self, author: ItemPair) -> None:
        """Keep the review in an author's item listed, though that item does not come back."""
        pk = author.restored["pk"]
        for review in sorted(author.restored.get("listed_reviews", ())):
            is_listed = review in author.current.get("listed_reviews", ())
            if self.write and not is_listed and self._is_by(review, pk):
                self.ports.case_store.list_review(pk, review)

    def _differences(self, table: BackupTable) -> Iterator[ItemPair]:
        for pair in table.differences():
            self.progress()
            yield pair

    def _settle(self, name: str, table: BackupTable, pair: ItemPair, verdict: Verdict) -> None:
        if (
            verdict in {Verdict.PUT_BACK, Verdict.REPAIRED}
            and self.write
            and not table.put_back(pair)
        ):
            verdict = Verdict.KEPT
        self.report.count(name, verdict)

    def _is_expired(self, item: Item) -> bool:
        return item.get("expires_at", self.now.timestamp() + 1) <= self.now.timestamp()

    def _judge_setup(self, pair: ItemPair) -> Verdict:
        item = pair.restored
        if pair.current:
            return Verdict.KEPT
        if self._is_expired(item):
            return Verdict.EXPIRED
        if item["pk"].startswith(_COLLEAGUE):
            return Verdict.APART
        if item["pk"].startswith(_SETUP_BY_NAME) and not self.with_setup:
            self.report.removed.append(f"{item['pk']} {item['sk']}")
            return Verdict.REMOVED
        return Verdict.PUT_BACK

    def _outcomes(self, review: str) -> list[Outcome]:
        """A review's log as it is after this run. Empty if it cannot be read."""
        try:
            stored = {outcome.sequence: outcome for outcome in self.ports.log.of_review(review)}
        except Tampered:
            stored = {}
        restored = {outcome.sequence: outcome for outcome in self.outcomes_in_copy.get(review, ())}
        both = stored | restored
        return [both[sequence] for sequence in sorted(both)]

    def _judge_state(self, pair: ItemPair) -> Verdict:
        if "review" not in pair.restored:
            return Verdict.KEPT if pair.current else Verdict.PUT_BACK
        review = Review.from_json(pair.restored["review"])
        outcomes = self._outcomes(review.id)
        if pair.current:
            if not _is_damaged(pair.current, outcomes):
                return Verdict.KEPT
            self.report.damaged.append(review.id)
            fits = contradiction(review, outcomes) is None
            return Verdict.REPAIRED if self.repair and fits else Verdict.KEPT
        if contradiction(review, outcomes) is None:
            return Verdict.PUT_BACK
        self._note_behind(review.id, outcomes)
        return Verdict.BEHIND

    def _note_behind(self, review: str, outcomes: Sequence[Outcome]) -> None:
        self.report.behind[review] = outcomes[-1].at if outcomes else ""

    def _state(self, pk: str) -> Item:
        """The state of a review or thread as it is after this run; empty if there is none."""
        if pk in self.returning:
            return self.states[pk].restored
        if pk in self.states:
            return self.states[pk].current
        return self.ports.cases.current(pk, "STATE")

    def _is_unchanged(self, review: str) -> bool:
        """Whether nothing has happened to a review since the backup."""
        pair = self.states.get(partition_key(review))
        if pair is None:
            return bool(self._state(partition_key(review)))
        return (
            "review" in pair.restored
            and contradiction(Review.from_json(pair.restored["review"]), self._outcomes(review))
            is None
        )

    def _judge_case_item(self, pair: ItemPair) -> Verdict:
        item = pair.restored
        pk, sk = str(item["pk"]), str(item["sk"])
        if sk == "AUTHOR" and pair.current:
            if "key" in item and "key" in pair.current and item["key"] != pair.current["key"]:
                self.report.damaged.append(f"key of {pk}")
            return Verdict.KEPT
        if pair.current:
            return Verdict.KEPT
        if self._is_expired(item):
            return Verdict.EXPIRED
        if pk.startswith(_QUARANTINE) or sk == "CONTENT" or sk.startswith("DRAFT#"):
            return Verdict.APART  # what is not there was replayed, sent or deleted
        if pk.startswith(_RETENTION):
            return Verdict.APART if sk.startswith("REVIEW#") else Verdict.PUT_BACK
        if sk == "AUTHOR":
            return self._judge_author(pk, item)
        if sk.startswith("REVIEW#"):
            is_theirs = self._is_by(sk.removeprefix("REVIEW#"), pk)
            return Verdict.PUT_BACK if is_theirs else Verdict.ERASED
        if sk == "FOLLOW_UP":
            return self._judge_follow_up(item)
        if sk.startswith(("REVISION#", "REPLY#")):
            return self._judge_text(item)
        is_gone = self._is_erased(str(item.get("author", "")), None)
        return Verdict.ERASED if is_gone else Verdict.PUT_BACK

    def _judge_author(self, author: str, item: Item) -> Verdict:
        """An author comes back only for reviews of theirs that are there or come back."""
        erased_at = parse_time(item["erased_at"]) if "erased_at" in item else None
        if self._is_erased(author, erased_at):
            return Verdict.ERASED
        reviews = {*self.ports.case_store.reviews_of_author(author)}
        reviews |= set(item.get("listed_reviews", ()))
        reviews |= {review for owner, review in self.listed if owner == author}
        has_reviews = any(self._is_by(review, author) for review in reviews)
        return Verdict.PUT_BACK if has_reviews or "key" not in item else Verdict.ERASED

    def _is_by(self, review: str, author: str) -> bool:
        fields = self._state(partition_key(review)).get("review", {})
        return fields.get("author") == author and "erased_at" not in fields

    def _is_erased(self, author: str, since: datetime | None) -> bool:
        """Whether an author was erased, and not only before `since`."""
        erased_at = self.erased.get(author)
        return erased_at is not None and (since is None or erased_at > since)

    def _judge_text(self, item: Item) -> Verdict:
        """A text comes back only to a case that is there, and not to one that was erased."""
        state = self._state(item["pk"])
        if not state:
            return Verdict.BEHIND
        review = state.get("review", {})
        is_revision = item["sk"].startswith("REVISION#")
        author = review.get("author", "") if is_revision else item.get("author", "")
        if (is_revision and "erased_at" in review) or self._is_erased(str(author), None):
            return Verdict.ERASED
        return Verdict.PUT_BACK

    def _judge_follow_up(self, item: Item) -> Verdict:
        changed = [
            review for review in item["follow_up"]["reviews"] if not self._is_unchanged(review)
        ]
        for review in changed:
            self._note_behind(review, self._outcomes(review))
        return Verdict.BEHIND if changed else Verdict.PUT_BACK


def _is_damaged(item: Item, outcomes: Sequence[Outcome]) -> bool:
    """Whether a stored state cannot be one that Heard wrote, by its log."""
    try:
        return contradiction(Review.from_json(item["review"]), outcomes) is not None
    except (KeyError, TypeError, ValueError):
        return True
