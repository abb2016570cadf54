"""What auditors ask: the outcomes of a review, and whether its chain verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.errors import NotFound, Tampered
from heard.outcomes import ChainReport, Outcome, verify_chain

if TYPE_CHECKING:
    from heard.storage.case_store import CaseStore
    from heard.storage.outcome_log import OutcomeLog


def outcomes_of(review: str, businesses: tuple[str, ...], log: OutcomeLog) -> tuple[Outcome, ...]:
    """A review's outcomes in order. Raises NotFound when the caller may see none."""
    outcomes = log.of_review(review)
    if not outcomes or outcomes[0].business not in businesses:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    return outcomes


def verify_review(
    review: str, businesses: tuple[str, ...], log: OutcomeLog, case_store: CaseStore
) -> ChainReport:
    """Whether a review's chain verifies, up to the head in its state. Raises NotFound."""
    try:
        return _verify(review, businesses, log, case_store)
    except Tampered as error:
        head = case_store.find_review(review)
        if head is None or head.business not in businesses:
            raise NotFound("There are no outcomes of such a review in your businesses.") from error
        return ChainReport(
            review,
            head.sequence,
            verified=False,
            head=head.head,
            broken_at=error.sequence,
            why=error.detail,
        )


def _verify(
    review: str, businesses: tuple[str, ...], log: OutcomeLog, case_store: CaseStore
) -> ChainReport:
    outcomes = log.of_review(review)
    head = case_store.find_review(review)
    if head and head.sequence > len(outcomes):
        # Appended between the two reads, or missing: a second read shows which.
        outcomes = log.of_review(review)[: head.sequence]
    if head is None and not outcomes:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    business = head.business if head else outcomes[0].business
    if business not in businesses:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    return verify_chain(
        review,
        outcomes,
        expected_sequence=head.sequence if head else None,
        expected_head=head.head if head else None,
    )
