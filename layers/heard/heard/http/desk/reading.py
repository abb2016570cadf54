"""One follow-up, and all that an agent must know of it and around it (R22)."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from heard import clock
from heard.http.desk.routers import Business, DeskRouter, Id, Limit
from heard.http.desk.shapes import CodesJson, ColleaguesJson, FollowUpWithStoryJson, MeJson
from heard.http.shape import success
from heard.steps import desk
from heard.steps.desk_closed import count_codes
from heard.steps.desk_colleagues import list_colleagues
from heard.steps.desk_me import describe_caller

router = DeskRouter()
type LastReview = Annotated[str | None, Query(pattern="^rev_[a-z0-9]{8,40}$")]


@router.get(
    "/api/me", operation_id="getMe", responses=success(MeJson, "The person who is signed in")
)
def me() -> dict[str, Any]:
    """Who is signed in, and their roles in each business."""
    return describe_caller(router.caller, router.ports.memory)


@router.get(
    "/api/desk/follow-ups/<follow_up>",
    operation_id="getFollowUp",
    responses=success(FollowUpWithStoryJson, "The follow-up"),
)
def describe_follow_up(
    follow_up: Id, limit: Limit = 25, after: LastReview = None
) -> dict[str, Any]:
    """One follow-up with a page of its reviews, and all else that an agent must know."""
    return router.log_details(
        desk.describe_follow_up(router.caller, follow_up, router.ports, clock.now(), limit, after)
    )


@router.get("/api/desk/codes", operation_id="listCodes", responses=success(CodesJson, "The codes"))
def codes(business: Business) -> dict[str, Any]:
    """The causes, fixes and reasons of a business, and how often each was used in 90 days."""
    return count_codes(
        router.caller, business, router.ports.outcomes, router.ports.memory, clock.now()
    )


@router.get(
    "/api/desk/colleagues",
    operation_id="listColleagues",
    responses=success(ColleaguesJson, "The people"),
)
def colleagues(business: Business) -> dict[str, Any]:
    """The people of a business, with the roles that they hold there."""
    return list_colleagues(router.caller, business, router.ports.people)
