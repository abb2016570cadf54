"""What auditors ask: the outcomes of a review or a business, and whether a chain verifies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from heard.errors import NotFound, Tampered
from heard.outcomes import ChainReport, Outcome, verify_chain
from heard.people import AUDITING

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore
    from heard.storage.outcome_log import OutcomeCriteria, OutcomeLog, OutcomePage

_NO_REVIEW: Final = "There are no outcomes of such a review in your businesses."


def outcomes_of(
    caller: Caller, review: str, log: OutcomeLog, case_store: CaseStore
) -> tuple[Outcome, ...]:
    """A review's outcomes in order. Raises NotFound, Forbidden, Tampered."""
    _find_business(caller, review, log, case_store)
    return log.of_review(review)


def verification_of(
    caller: Caller, review: str, log: OutcomeLog, case_store: CaseStore
) -> ChainReport:
    """Whether a review's chain verifies. Raises NotFound, Forbidden."""
    return verify_review(review, _find_business(caller, review, log, case_store), log, case_store)


def outcomes_in(
    caller: Caller, criteria: OutcomeCriteria, log: OutcomeLog, *, limit: int, after: str | None
) -> OutcomePage:
    """A page of a business's outcomes. Raises NotFound, Forbidden, BadRequest, Tampered."""
    missing = "There is no such business among yours."
    caller.require_role(criteria.business, *AUDITING, missing=missing)
    return log.page(criteria, limit=limit, after=after)


def verify_review(
    review: str, business: str, log: OutcomeLog, case_store: CaseStore
) -> ChainReport:
    """Whether the chain of a business's review verifies, up to the head in its state.

    Also whether the lists by day show each outcome where it belongs.

    Raises NotFound when the business has no such review.
    """
    try:
        return _verify(review, business, log, case_store)
    except Tampered as error:
        head = case_store.find_review(review)
        if head is None or head.business != business:
            raise NotFound(_NO_REVIEW) from error
        return ChainReport(
            review,
            head.sequence,
            verified=False,
            head=head.head,
            broken_at=error.sequence,
            why=error.detail,
        )


def _find_business(caller: Caller, review: str, log: OutcomeLog, case_store: CaseStore) -> str:
    """The business of a review whose outcomes the caller may read. Raises NotFound, Forbidden.

    The log is read only where the review has no state. If it was tampered with then, nobody knows
    whose it is, so nobody learns of it here.
    """
    head = case_store.find_review(review)
    if head is None:
        try:
            outcomes = log.of_review(review)
        except Tampered as error:
            raise NotFound(_NO_REVIEW) from error
        if not outcomes:
            raise NotFound(_NO_REVIEW)
        business = outcomes[0].business
    else:
        business = head.business
    caller.require_role(business, *AUDITING, missing=_NO_REVIEW)
    return business


def _verify(review: str, business: str, log: OutcomeLog, case_store: CaseStore) -> ChainReport:
    outcomes, misplaced = log.chain(review)
    head = case_store.find_review(review)
    if head and head.sequence > len(outcomes):
        # Appended between the two reads, or missing: a second read shows which.
        outcomes, misplaced = log.chain(review)
        outcomes = outcomes[: head.sequence]
    if head is None and not outcomes:
        raise NotFound(_NO_REVIEW)
    if business != (head.business if head else outcomes[0].business):
        raise NotFound(_NO_REVIEW)
    report = verify_chain(
        review,
        outcomes,
        expected_sequence=head.sequence if head else None,
        expected_head=head.head if head else None,
    )
    if head is None and report.verified:
        why, broken_at = "the review has outcomes, but no state any more", len(outcomes) + 1
    elif report.verified and misplaced:
        why, broken_at = "it is missing from the lists of its day", misplaced
    else:
        return report
    return replace(report, verified=False, broken_at=broken_at, why=why)
