"""/api/desk: agents list, claim and resolve follow-ups; leads approve what takes two people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.http.api import create_api, lambda_handler
from heard.http.auth import caller_of
from heard.http.bodies import ApprovalBody, LintBody, ReleaseBody, ResolutionBody
from heard.http.cursors import decode_cursor, encode_cursor
from heard.messaging import Queue, Workflows, sqs, stepfunctions
from heard.stack_metrics import StackMetrics
from heard.steps import caller, desk
from heard.steps.desk_view import findings_json, follow_up_row, follow_up_rows
from heard.storage.case_store import CaseStore
from heard.storage.people import People
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger, metrics = Logger(service="desk"), StackMetrics(service="desk")
app = create_api(logger)
type Id = Annotated[str, Path(pattern="^fup_[a-z0-9]{8,40}$")]
type Review = Annotated[str | None, Query(pattern="^rev_[a-z0-9]{8,40}$")]
type Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    review_queue_url: str


@cache
def ports() -> desk.DeskPorts:
    """What the desk needs, made at the first request."""
    config, db = settings.read(Settings), dynamodb()
    cases = CaseStore(db, config.cases_table, config.outcomes_table)
    people, setup = People(db, config.setup_table), SetupStore(db, config.setup_table)
    queue = Queue(sqs(), config.review_queue_url)
    return desk.DeskPorts(people, setup, cases, Workflows(stepfunctions()), queue)


def _caller() -> caller.Caller:
    return caller_of(app.current_event.raw_event, ports().people)


def _row(follow_up: desk.FollowUp) -> dict[str, Any]:
    logger.append_keys(reviews=follow_up.reviews)
    return follow_up_row(follow_up, clock.now())


@app.get("/api/desk/follow-ups")
def list_open_follow_ups(
    business: Annotated[str | None, Query()] = None,
    limit: Limit = 25,
    after: Annotated[str | None, Query(max_length=200)] = None,
    words: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """Open follow-ups by due time, with the newest review if `words`; `next`: the next `after`."""
    page, next_cursor = desk.list_open_follow_ups(
        _caller(), ports(), business=business, limit=limit, after=decode_cursor(after)
    )
    rows = follow_up_rows(page, ports().cases, clock.now(), words=words)
    return {"follow_ups": rows, "next": encode_cursor(next_cursor)}


@app.get("/api/desk/follow-ups/<follow_up>")
def describe_follow_up(follow_up: Id, limit: Limit = 25, after: Review = None) -> dict[str, Any]:
    """One follow-up with a page of its reviews, and all else that an agent must know."""
    details = desk.describe_follow_up(_caller(), follow_up, ports(), clock.now(), limit, after)
    logger.append_keys(reviews=[review["id"] for review in details["reviews"]])
    return details


@app.post("/api/desk/follow-ups/<follow_up>/claim")
def claim(follow_up: Id, limit: Limit = 25) -> dict[str, Any]:
    """Claim it, or renew the claim, and read it. Every later call needs the answer's `fence`."""
    details = desk.claim_and_describe(_caller(), follow_up, ports(), clock.now(), limit)
    logger.append_keys(reviews=[review["id"] for review in details["reviews"]])
    return details


@app.post("/api/desk/follow-ups/<follow_up>/release")
def release(follow_up: Id, body: ReleaseBody) -> dict[str, Any]:
    """Give the claim back."""
    return _row(desk.release(_caller(), follow_up, body.fence, ports(), clock.now()))


@app.post("/api/desk/follow-ups/<follow_up>/resolution")
def resolve(follow_up: Id, body: ResolutionBody) -> dict[str, Any]:
    """Resolve it. 409 with a `reason` when that is refused; then nothing has changed."""
    resolved, warnings = desk.resolve(_caller(), follow_up, body.request, ports(), clock.now())
    metrics.add_metric(f"resolutions_{body.action.value}", MetricUnit.Count, 1)
    return _row(resolved) | {"warnings": findings_json(warnings)}


@app.post("/api/desk/follow-ups/<follow_up>/lint")
def lint(follow_up: Id, body: LintBody) -> dict[str, Any]:
    """What the lint finds in a text before it is sent, and the text with its signature."""
    return desk.lint_draft(_caller(), follow_up, ports(), **body.model_dump()).to_json()


@app.post("/api/desk/follow-ups/<follow_up>/approval")
def approve(follow_up: Id, body: ApprovalBody) -> dict[str, Any]:
    """As another lead, approve or deny walking away (R20) or a remedy over the limit (R28)."""
    return _row(desk.approve(_caller(), follow_up, ports(), clock.now(), **body.model_dump()))


handler = lambda_handler(app, logger, metrics)
