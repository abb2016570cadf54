"""/api/desk: agents list, see, claim, release and answer follow-ups.

Leads approve what takes two people.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from heard import clock, settings
from heard.api import (
    ApprovalBody,
    ReleaseBody,
    ResolutionBody,
    caller_of,
    lambda_handler,
    with_error_handlers,
)
from heard.messaging import Workflows, stepfunctions
from heard.steps import desk
from heard.storage.case_store import CaseStore
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger = Logger(service="desk")
app = with_error_handlers(APIGatewayHttpResolver(enable_validation=True))
type Id = Annotated[str, Path(pattern="^fup_[a-z0-9]{8,40}$")]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str


@cache
def ports() -> desk.DeskPorts:
    """What the desk needs, made at the first request."""
    config = settings.read(Settings)
    case_store = CaseStore(dynamodb(), config.cases_table, config.outcomes_table)
    return desk.DeskPorts(
        SetupStore(dynamodb(), config.setup_table), case_store, Workflows(stepfunctions())
    )


def _caller() -> desk.Caller:
    return caller_of(app.current_event.raw_event, ports().setup)


@app.get("/api/desk/follow-ups")
def list_open_follow_ups(
    business: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Open follow-ups by due time; `next` is the `after` of the next page."""
    follow_ups, next_cursor = desk.list_open_follow_ups(
        _caller(), ports(), business=business, limit=limit, after=after
    )
    return {
        "follow_ups": [desk.follow_up_row(task, clock.now()) for task in follow_ups],
        "next": next_cursor,
    }


@app.get("/api/desk/follow-ups/<follow_up>")
def describe_follow_up(follow_up: Id) -> dict[str, Any]:
    """One follow-up with its reviews, thread, assessment and reasons, and earlier replies."""
    return desk.describe_follow_up(_caller(), follow_up, ports(), clock.now())


@app.post("/api/desk/follow-ups/<follow_up>/claim")
def claim(follow_up: Id) -> dict[str, Any]:
    """Claim it, or renew the claim; the answer's `fence` must come with every later call."""
    return desk.follow_up_row(desk.claim(_caller(), follow_up, ports(), clock.now()), clock.now())


@app.post("/api/desk/follow-ups/<follow_up>/release")
def release(follow_up: Id, body: ReleaseBody) -> dict[str, Any]:
    """Give the claim back."""
    return desk.follow_up_row(
        desk.release(_caller(), follow_up, body.fence, ports(), clock.now()), clock.now()
    )


@app.post("/api/desk/follow-ups/<follow_up>/resolution")
def resolve(follow_up: Id, body: ResolutionBody) -> dict[str, Any]:
    """Answer it; 409 with a `reason` when that is refused, and then nothing has changed."""
    return desk.follow_up_row(
        desk.resolve(_caller(), follow_up, body.request, ports(), clock.now()), clock.now()
    )


@app.post("/api/desk/follow-ups/<follow_up>/approval")
def approve(follow_up: Id, body: ApprovalBody) -> dict[str, Any]:
    """Approve or deny walking away (R20) or a remedy above the limit (R28), as a lead who did not
    ask for it.
    """
    now = clock.now()
    return desk.follow_up_row(
        desk.approve(_caller(), follow_up, approved=body.approved, desk=ports(), now=now), now
    )


handler = lambda_handler(app, logger)
