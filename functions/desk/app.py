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
from heard.api import AnswerBody, ApprovalBody, ReleaseBody, caller_of, guarded, served
from heard.messaging import Flows, stepfunctions
from heard.steps import desk
from heard.storage.case_store import Work
from heard.storage.setup import Setup
from heard.storage.tables import dynamodb

logger = Logger(service="desk")
app = guarded(APIGatewayHttpResolver(enable_validation=True))
type Id = Annotated[str, Path(pattern="^fup_[a-z0-9]{8,40}$")]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str
    outcomes_table: str


@cache
def ports() -> desk.Desk:
    """What the desk needs, made at the first request."""
    here = settings.read(Settings)
    work = Work(dynamodb(), here.work_table, here.outcomes_table)
    return desk.Desk(Setup(dynamodb(), here.setup_table), work, Flows(stepfunctions()))


def _caller() -> desk.Caller:
    return caller_of(app.current_event.raw_event, ports().setup)


@app.get("/api/desk/follow-ups")
def list_open(
    business: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Open follow-ups by due time; `next` is the `after` of the next page."""
    tasks, following = desk.list_open(
        _caller(), ports(), business=business, limit=limit, after=after
    )
    return {"follow_ups": [desk.outline(task, clock.now()) for task in tasks], "next": following}


@app.get("/api/desk/follow-ups/<follow_up>")
def see(follow_up: Id) -> dict[str, Any]:
    """One follow-up with its reviews, thread, assessment and reasons, and earlier replies."""
    return desk.see(_caller(), follow_up, ports(), clock.now())


@app.post("/api/desk/follow-ups/<follow_up>/claim")
def claim(follow_up: Id) -> dict[str, Any]:
    """Claim it, or renew the claim; the answer's `fence` must come with every later call."""
    return desk.outline(desk.claim(_caller(), follow_up, ports(), clock.now()), clock.now())


@app.post("/api/desk/follow-ups/<follow_up>/release")
def release(follow_up: Id, body: ReleaseBody) -> dict[str, Any]:
    """Give the claim back."""
    return desk.outline(
        desk.release(_caller(), follow_up, body.fence, ports(), clock.now()), clock.now()
    )


@app.post("/api/desk/follow-ups/<follow_up>/answer")
def answer(follow_up: Id, body: AnswerBody) -> dict[str, Any]:
    """Answer it; 409 with a `reason` when that is refused, and then nothing has changed."""
    return desk.outline(
        desk.answer(_caller(), follow_up, body.request, ports(), clock.now()), clock.now()
    )


@app.post("/api/desk/follow-ups/<follow_up>/approval")
def approval(follow_up: Id, body: ApprovalBody) -> dict[str, Any]:
    """Approve or deny walking away (R20) or a remedy above the limit (R28), as a lead who did not
    ask for it.
    """
    now = clock.now()
    return desk.outline(
        desk.approve(_caller(), follow_up, approved=body.approved, desk=ports(), now=now), now
    )


handler = served(app, logger)
