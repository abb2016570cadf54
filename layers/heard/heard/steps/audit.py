"""What auditors ask: the outcomes of a review or a business, and whether a chain verifies."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from heard.errors import NotFound, Tampered
from heard.outcomes import ChainCheck, ChainReport
from heard.people import AUDITING
from heard.steps.caller import NO_SUCH_BUSINESS, Caller
from heard.storage.outcome_log import OutcomePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from heard.outcomes import Outcome
    from heard.storage.case_store import CaseStore
    from heard.storage.outcome_log import OutcomeCriteria, OutcomeLog

MAX_OUTCOMES: Final = 1_000
"""How many outcomes of a review one response has at most: about 1 MB."""
MAX_VERIFIED: Final = 5_000
"""How many outcomes of a review one request verifies at most: it takes a few seconds."""

_NO_REVIEW: Final = "There are no outcomes of such a review in your businesses."


def outcomes_of(
    caller: Caller,
    review: str,
    log: OutcomeLog,
    case_store: CaseStore,
    *,
    limit: int = MAX_OUTCOMES,
    after: int = 0,
) -> OutcomePage:
    """A page of a review's outcomes in order, those behind the number `after`.

    Raises NotFound, Forbidden, Tampered.
    """
    _find_business(caller, review, log, case_store)
    outcomes = tuple(log.read(review, after=after, count=limit + 1))
    more = len(outcomes) > limit
    return OutcomePage(outcomes[:limit], str(outcomes[limit - 1].sequence) if more else None)


def verification_of(
    caller: Caller,
    review: str,
    log: OutcomeLog,
    case_store: CaseStore,
    *,
    limit: int = MAX_VERIFIED,
    after: int = 0,
) -> tuple[ChainReport, int | None]:
    """Whether a part of a review's chain verifies: at most `limit` outcomes behind number `after`.

    Also returns the `after` of the next part; None when the chain was verified to its end. Raises
    NotFound, Forbidden.
    """
    business = _find_business(caller, review, log, case_store)
    return _verify_or_report(review, business, log, case_store, limit=limit, after=after)


@dataclass(frozen=True, slots=True)
class StoredEnd:
    """How a review's chain ends, as the review's state says it: the last number and its hash."""

    sequence: int
    head: str


def stored_end_of(
    caller: Caller, review: str, log: OutcomeLog, case_store: CaseStore
) -> StoredEnd | None:
    """Where the chain must end, for whoever verifies it without us; None without a state.

    Raises NotFound, Forbidden.
    """
    _find_business(caller, review, log, case_store)
    state = case_store.find_review(review)
    return StoredEnd(state.sequence, state.head) if state else None


def outcomes_in(
    caller: Caller,
    criteria: OutcomeCriteria,
    log: OutcomeLog,
    *,
    limit: int,
    after: str | None,
    newest_first: bool = False,
) -> OutcomePage:
    """A page of a business's outcomes. Raises NotFound, Forbidden, BadRequest, Tampered."""
    caller.require_role(criteria.business, *AUDITING, missing=NO_SUCH_BUSINESS)
    return log.page(criteria, limit=limit, after=after, newest_first=newest_first)


def verify_review(
    review: str, business: str, log: OutcomeLog, case_store: CaseStore
) -> ChainReport:
    """Whether the chain of a business's review verifies, up to the head in its state.

    Also whether the lists by day show each outcome where it belongs. It keeps none of the outcomes.
    Raises NotFound when the business has no such review.
    """
    return _verify_or_report(review, business, log, case_store)[0]


def _verify_or_report(
    review: str,
    business: str,
    log: OutcomeLog,
    case_store: CaseStore,
    *,
    limit: int | None = None,
    after: int = 0,
) -> tuple[ChainReport, int | None]:
    try:
        return _verify(review, business, log, case_store, limit=limit, after=after)
    except Tampered as error:
        head = case_store.find_review(review)
        if head is None or head.business != business:
            raise NotFound(_NO_REVIEW) from error
        report = ChainReport(
            review,
            head.sequence,
            verified=False,
            head=head.head,
            broken_at=error.sequence,
            why=error.detail,
        )
        return report, None


def _find_business(caller: Caller, review: str, log: OutcomeLog, case_store: CaseStore) -> str:
    """The business of a review whose outcomes the caller may read. Raises NotFound, Forbidden.

    The log is read only where the review has no state. If it was tampered with then, nobody knows
    whose it is, so nobody learns of it here.
    """
    head = case_store.find_review(review)
    if head is None:
        try:
            first = log.first(review)
        except Tampered as error:
            raise NotFound(_NO_REVIEW) from error
        if first is None:
            raise NotFound(_NO_REVIEW)
        business = first.business
    else:
        business = head.business
    caller.require_role(business, *AUDITING, missing=_NO_REVIEW)
    return business


def _verify(
    review: str,
    business: str,
    log: OutcomeLog,
    case_store: CaseStore,
    *,
    limit: int | None,
    after: int,
) -> tuple[ChainReport, int | None]:
    before = log.first(review, after=after - 1) if after else None
    if after and (before is None or before.sequence != after):
        raise NotFound("The chain has no outcome with this number.")
    check = ChainCheck(review, after, before.hash if before else None)
    first = before
    misplaced: list[int] = []

    def read(after: int, count: int | None) -> Iterator[Outcome]:
        for outcome, is_listed in log.read_with_place(review, after=after, count=count):
            check.add(outcome)
            if not is_listed and not misplaced:
                misplaced.append(outcome.sequence)
            yield outcome

    for outcome in read(after, limit):
        first = first or outcome
    head = case_store.find_review(review)
    if (head or first) is None:
        raise NotFound(_NO_REVIEW)
    if business != (head.business if head else first.business if first else ""):
        raise NotFound(_NO_REVIEW)
    if limit is not None and log.first(review, after=check.sequence):
        report = _with_misplaced(check.report(), misplaced)
        return report, check.sequence if report.verified else None
    # Appended since they were read, or missing: a second read shows which.
    missing = head.sequence - check.sequence if head else 0
    if missing > 0:
        deque(read(check.sequence, missing), maxlen=0)
    report = check.report(
        expected_sequence=head.sequence if head else None, expected_head=head.head if head else None
    )
    if head is None and report.verified:
        why = "the review has outcomes, but no state any more"
        return replace(report, verified=False, broken_at=check.sequence + 1, why=why), None
    return _with_misplaced(report, misplaced), None


def _with_misplaced(report: ChainReport, misplaced: Sequence[int]) -> ChainReport:
    """A report of a chain, some of whose outcomes the lists of their day do not show."""
    if not report.verified or not misplaced:
        return report
    why = "it is missing from the lists of its day"
    return replace(report, verified=False, broken_at=misplaced[0], why=why)
