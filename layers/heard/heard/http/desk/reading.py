"""One follow-up, and all that an agent must know of it (R22)."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from heard import clock
from heard.http.desk.routers import DeskRouter, Id, Limit
from heard.steps import desk

router = DeskRouter()
type Review = Annotated[str | None, Query(pattern="^rev_[a-z0-9]{8,40}$")]


@router.get("/api/desk/follow-ups/<follow_up>")
def describe_follow_up(follow_up: Id, limit: Limit = 25, after: Review = None) -> dict[str, Any]:
    """One follow-up with a page of its reviews, and all else that an agent must know."""
    details = desk.describe_follow_up(
        router.caller, follow_up, router.ports, clock.now(), limit, after
    )
    router.log_reviews(review["id"] for review in details["reviews"])
    return details
