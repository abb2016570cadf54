"""What agents and leads do with a follow-up."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from heard import clock
from heard.follow_ups import FollowUp
from heard.http.bodies import ApprovalBody, LintBody, ReleaseBody, ResolutionBody, TakeoverBody
from heard.http.desk.routers import DeskRouter, Id, Limit
from heard.http.desk.shapes import FollowUpJson, LintResultJson, ResolvedJson, RowJson
from heard.http.shape import success
from heard.steps import desk
from heard.steps.desk_list import row_of
from heard.steps.desk_view import findings_json

router = DeskRouter()


def _row(follow_up: FollowUp) -> dict[str, Any]:
    router.log_reviews(follow_up.reviews)
    return row_of(follow_up, clock.now(), router.ports.memory)


@router.post(
    "/api/desk/follow-ups/<follow_up>/claim",
    operation_id="claimFollowUp",
    responses=success(FollowUpJson, "The follow-up as it is claimed"),
)
def claim(follow_up: Id, limit: Limit = 25) -> dict[str, Any]:
    """Claim it, or renew the claim, and read it. Every later call needs its `fence`."""
    return router.log_details(
        desk.claim_and_describe(router.caller, follow_up, router.ports, clock.now(), limit)
    )


@router.post(
    "/api/desk/follow-ups/<follow_up>/takeover",
    operation_id="takeOverFollowUp",
    responses=success(FollowUpJson, "The follow-up as it is claimed now"),
)
def take_over(follow_up: Id, body: TakeoverBody, limit: Limit = 25) -> dict[str, Any]:
    """As a lead, take it from whoever claimed it, and read it as with a claim."""
    request = desk.TakeoverRequest(body.fence, body.reason, limit)
    return router.log_details(
        desk.take_over_and_describe(router.caller, follow_up, request, router.ports, clock.now())
    )


@router.post(
    "/api/desk/follow-ups/<follow_up>/release",
    operation_id="releaseFollowUp",
    responses=success(RowJson, "The follow-up"),
)
def release(follow_up: Id, body: ReleaseBody) -> dict[str, Any]:
    """Give the claim back."""
    return _row(desk.release(router.caller, follow_up, body.fence, router.ports, clock.now()))


@router.post(
    "/api/desk/follow-ups/<follow_up>/resolution",
    operation_id="resolveFollowUp",
    responses=success(ResolvedJson, "The follow-up, and what the lint warns of"),
)
def resolve(follow_up: Id, body: ResolutionBody) -> dict[str, Any]:
    """Resolve it. 409 with a `reason` when that is refused; then nothing has changed."""
    resolved, warnings = desk.resolve(
        router.caller, follow_up, body.request, router.ports, clock.now()
    )
    router.tools.metrics.add_metric(f"resolutions_{body.action.value}", MetricUnit.Count, 1)
    return _row(resolved) | {"warnings": findings_json(warnings)}


@router.post(
    "/api/desk/follow-ups/<follow_up>/lint",
    operation_id="lintText",
    responses=success(LintResultJson, "What the lint finds"),
)
def lint(follow_up: Id, body: LintBody) -> dict[str, Any]:
    """What the lint finds in a text before it is sent, and the text with its signature."""
    return desk.lint_draft(router.caller, follow_up, router.ports, **body.model_dump()).to_json()


@router.post(
    "/api/desk/follow-ups/<follow_up>/approval",
    operation_id="decideApproval",
    responses=success(RowJson, "The follow-up"),
)
def approve(follow_up: Id, body: ApprovalBody) -> dict[str, Any]:
    """As another lead, approve or deny walking away (R20) or a remedy over the limit (R28)."""
    return _row(
        desk.approve(router.caller, follow_up, router.ports, clock.now(), **body.model_dump())
    )
