"""/api/audit: the outcomes of a review or of a business, and whether a review's chain verifies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from heard import clock, settings
from heard.assessment import Severity
from heard.http.api import create_api, lambda_handler
from heard.http.audit_seals import add_seal_routes
from heard.http.auth import caller_of
from heard.http.query_times import parse_query_period
from heard.outcomes import Kind
from heard.reviews import Channel
from heard.stack_metrics import StackMetrics
from heard.steps import audit
from heard.steps.audit_seals import SealReading
from heard.steps.caller import Caller
from heard.storage.case_store import CaseStore
from heard.storage.lake import s3
from heard.storage.outcome_log import OutcomeCriteria, OutcomeLog
from heard.storage.people import People
from heard.storage.seal_key import SealKey, kms
from heard.storage.seals import Seals
from heard.storage.tables import dynamodb

logger = Logger(service="audit")
metrics = StackMetrics(service="audit")
app = create_api(logger)
type Id = Annotated[str, Path(pattern="^rev_[a-z0-9]{8,40}$")]
type Number = Annotated[int, Query(ge=0, le=10**9)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    seal_bucket: str
    seal_key_id: str
    origin: str


@cache
def ports() -> tuple[People, CaseStore, OutcomeLog]:
    """What the API needs, made at the first request."""
    config = settings.read(Settings)
    return (
        People(dynamodb(), config.setup_table),
        CaseStore(dynamodb(), config.cases_table),
        OutcomeLog(dynamodb(), config.outcomes_table),
    )


@cache
def seal_reading() -> SealReading:
    """What the routes of seals need, made at the first of their requests."""
    config = settings.read(Settings)
    return SealReading(
        ports()[2],
        Seals(s3(), config.seal_bucket),
        SealKey(kms(), config.seal_key_id),
        config.origin,
    )


def _caller() -> Caller:
    return caller_of(app.current_event.raw_event, ports()[0])


add_seal_routes(app, seal_reading, _caller)


@app.get("/api/audit/reviews/<review>", operation_id="listOutcomesOfReview")
def of_review(
    review: Id,
    limit: Annotated[int, Query(ge=1, le=audit.MAX_OUTCOMES)] = audit.MAX_OUTCOMES,
    after: Number = 0,
) -> dict[str, Any]:
    """A review's outcomes in order. `next` is the `after` of the next page."""
    _, case_store, log = ports()
    page = audit.outcomes_of(_caller(), review, log, case_store, limit=limit, after=after)
    outcomes = [outcome.to_json() for outcome in page.outcomes]
    return {"review": review, "outcomes": outcomes, "next": page.next}


@app.get("/api/audit/reviews/<review>/verification", operation_id="verifyReview")
def verification(review: Id, after: Number = 0) -> dict[str, Any]:
    """Whether the review's chain verifies, and if not, where it breaks.

    Of a long chain a part: then `verified` is null, and `next` is the `after` of the next part.
    """
    _, case_store, log = ports()
    report, rest = audit.verification_of(_caller(), review, log, case_store, after=after)
    unfinished = {"verified": None} if rest else {}
    return asdict(report) | unfinished | {"next": rest}


@app.get("/api/audit/outcomes", operation_id="listOutcomes")
def outcomes(
    business: Annotated[str, Query()],
    start: Annotated[str, Query(alias="from", max_length=40)],
    end: Annotated[str, Query(alias="to", max_length=40)] = "now",
    kind: Annotated[list[Kind] | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """A business's outcomes in `[from, to)` in time order.

    Both are a date and time, `now`, or an age such as `7d`. `next` is the `after` of the next page.
    """
    begin, finish = parse_query_period(start, end, clock.now())
    severity_code, channel_code = severity and severity.value, channel and channel.value
    criteria = OutcomeCriteria(
        business, begin, finish, tuple(kind or ()), severity_code, channel_code
    )
    page = audit.outcomes_in(_caller(), criteria, ports()[2], limit=limit, after=after)
    return {"outcomes": [outcome.to_json() for outcome in page.outcomes], "next": page.next}


handler = lambda_handler(app, logger, metrics)
