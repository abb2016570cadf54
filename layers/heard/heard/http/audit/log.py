"""The outcomes of a review or of a business, and whether a review's chain verifies."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import StringConstraints

from heard import clock
from heard.assessment import Severity
from heard.http.audit.routers import AuditedBusiness, AuditRouter
from heard.http.audit.shapes import ChainJson, OutcomesJson, VerificationJson
from heard.http.query_times import parse_query_period
from heard.http.shape import success
from heard.outcomes import Kind
from heard.reviews import Channel
from heard.steps import audit
from heard.storage.outcome_log import OutcomeCriteria

router = AuditRouter()
type ReviewId = Annotated[str, Path(pattern="^rev_[a-z0-9]{8,40}$")]
type Number = Annotated[int, Query(ge=0, le=10**9)]
# No `type`: Powertools would take that for one value.
Actors = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=128)]] | None,
    Query(max_length=20),
]
_CLOCKS_APART: Final = timedelta(days=1)
"""An outcome may be newer than this clock says. What is later than that, nobody has written."""


class Order(StrEnum):
    """Which outcomes of a business come first."""

    OLDEST = "oldest"
    NEWEST = "newest"


@router.get(
    "/api/audit/reviews/<review>",
    operation_id="listOutcomesOfReview",
    responses=success(ChainJson, "A part of the chain"),
)
def of_review(
    review: ReviewId,
    limit: Annotated[int, Query(ge=1, le=audit.MAX_OUTCOMES)] = audit.MAX_OUTCOMES,
    after: Number = 0,
) -> dict[str, Any]:
    """A review's outcomes in order. `next` is the `after` of the next page."""
    ports = router.ports
    page = audit.outcomes_of(
        router.caller, review, ports.log, ports.case_store, limit=limit, after=after
    )
    outcomes = [outcome.to_json() for outcome in page.outcomes]
    return {"review": review, "outcomes": outcomes, "next": page.next}


@router.get(
    "/api/audit/reviews/<review>/verification",
    operation_id="verifyReview",
    responses=success(VerificationJson, "The verification"),
)
def verification(review: ReviewId, after: Number = 0) -> dict[str, Any]:
    """Whether the review's chain verifies, and if not, where it breaks.

    Of a long chain a part: then `verified` is null, and `next` is the `after` of the next part.
    """
    caller, ports = router.caller, router.ports
    end = audit.stored_end_of(caller, review, ports.log, ports.case_store)
    report, rest = audit.verification_of(caller, review, ports.log, ports.case_store, after=after)
    unfinished = {"verified": None} if rest else {}
    state = asdict(end) if end else None
    return asdict(report) | unfinished | {"state": state, "next": rest}


@router.get(
    "/api/audit/outcomes",
    operation_id="listOutcomes",
    responses=success(OutcomesJson, "A page of outcomes"),
)
def outcomes(
    business: AuditedBusiness,
    start: Annotated[str, Query(alias="from", max_length=40)],
    end: Annotated[str, Query(alias="to", max_length=40)] = "now",
    kind: Annotated[list[Kind] | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    platform: Annotated[str | None, Query(max_length=100)] = None,
    actor: Actors = None,
    order: Annotated[Order, Query()] = Order.OLDEST,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """A business's outcomes in `[from, to)` in time order, the oldest first unless `order` says so.

    Both are a date and time, `now`, or an age such as `7d`. An `actor` is `heard`, or the id of a
    person. `next` is the `after` of the next page.
    """
    now = clock.now()
    begin, finish = parse_query_period(start, end, now)
    newest_first = order is Order.NEWEST
    if newest_first:
        finish = min(finish, now + _CLOCKS_APART)
    criteria = OutcomeCriteria(
        business,
        begin,
        finish,
        tuple(kind or ()),
        severity and severity.value,
        channel and channel.value,
        platform,
        tuple(actor or ()),
    )
    page = audit.outcomes_in(
        router.caller,
        criteria,
        router.ports.log,
        limit=limit,
        after=after,
        newest_first=newest_first,
    )
    return {"outcomes": [outcome.to_json() for outcome in page.outcomes], "next": page.next}
