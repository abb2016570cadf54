"""What auditors ask.

A review's outcomes, a business's outcomes between two times, and whether a chain verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.errors import NotFound, Tampered
from heard.outcomes import ChainReport, Outcome, verify

if TYPE_CHECKING:
    from heard.storage.case_store import Work
    from heard.storage.outcome_log import Log


def outcomes_of(review: str, businesses: tuple[str, ...], log: Log) -> tuple[Outcome, ...]:
    """A review's outcomes in order. Raises NotFound when there are none that the caller may see."""
    found = log.of_review(review)
    if not found or found[0].business not in businesses:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    return found


def verify_review(review: str, businesses: tuple[str, ...], log: Log, work: Work) -> ChainReport:
    """Whether a review's chain verifies, up to the head that its state names. Raises NotFound."""
    try:
        return _verified(review, businesses, log, work)
    except Tampered as tampered:
        head = work.head(review)
        if head is None or head.business not in businesses:
            raise NotFound(
                "There are no outcomes of such a review in your businesses."
            ) from tampered
        return ChainReport(
            review,
            head.sequence,
            verified=False,
            head=head.head,
            broken_at=tampered.sequence,
            why=tampered.detail,
        )


def _verified(review: str, businesses: tuple[str, ...], log: Log, work: Work) -> ChainReport:
    found = log.of_review(review)
    head = work.head(review)
    if head and head.sequence > len(found):
        # Appended between the two reads, or missing: reading once more tells which.
        found = log.of_review(review)[: head.sequence]
    if head is None and not found:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    business = head.business if head else found[0].business
    if business not in businesses:
        raise NotFound("There are no outcomes of such a review in your businesses.")
    return verify(
        review,
        found,
        expected_sequence=head.sequence if head else None,
        expected_head=head.head if head else None,
    )
