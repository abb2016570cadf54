"""Lists: open follow-ups, how their reviews begin, and what is closed."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import StringConstraints

from heard import clock
from heard.assessment import Severity
from heard.http.cursors import decode_cursor, encode_cursor
from heard.http.desk.routers import Business, DeskRouter, Limit
from heard.http.desk.shapes import ClosedPageJson, PageJson, PreviewsJson
from heard.http.query_times import parse_query_period
from heard.http.shape import success
from heard.steps import desk_list, desk_previews, desk_settings
from heard.steps.desk_closed import list_closed
from heard.steps.desk_list import FollowUpView, ListQuery
from heard.storage.outcome_log import ClosingCriteria

router = DeskRouter()
type Filter = Annotated[str | None, Query(max_length=100)]
type Place = Annotated[str | None, Query(max_length=200)]
# No `type`: Powertools would take that for one value.
Ids = Annotated[
    list[Annotated[str, StringConstraints(pattern="^fup_[a-z0-9]{8,40}$")]],
    Query(min_length=1, max_length=desk_previews.MAX_PREVIEWS),
]


@router.get(
    "/api/desk/follow-ups",
    operation_id="listFollowUps",
    responses=success(PageJson, "A page of open follow-ups, and how many there are"),
)
def list_open_follow_ups(
    business: Annotated[str | None, Query()] = None,
    limit: Limit = 25,
    after: Place = None,
    words: Annotated[bool, Query()] = False,
    view: Annotated[FollowUpView | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
    platform: Filter = None,
    queue: Filter = None,
) -> dict[str, Any]:
    """Open follow-ups by due time, with the newest review if `words`; `next`: the next `after`."""
    caller, ports, now = router.caller, router.ports, clock.now()
    query = ListQuery(
        business, limit, decode_cursor(after), view, severity, platform=platform, queue=queue
    )
    viewer = desk_settings.viewer_of(caller, ports, now)
    page = desk_list.list_open_follow_ups(caller, query, viewer, ports.cases, ports.memory)
    rows = desk_list.list_rows(page.follow_ups, now, ports.cases, ports.memory, words=words)
    return {
        "follow_ups": rows,
        "next": encode_cursor(page.next),
        "counts": page.counts.to_json() if page.counts else None,
        "as_of": clock.format_time(now),
    }


@router.get(
    "/api/desk/previews",
    operation_id="previewFollowUps",
    responses=success(PreviewsJson, "Authors and first words"),
)
def preview(ids: Ids) -> dict[str, Any]:
    """Author, first words, rating and language of the newest review of up to 50 follow-ups."""
    return {"previews": desk_previews.preview(router.caller, ids, router.ports.cases)}


@router.get(
    "/api/desk/closed",
    operation_id="listClosed",
    responses=success(ClosedPageJson, "A page of closed follow-ups"),
)
def closed(
    business: Business,
    by: Annotated[str | None, Query(pattern="^me$")] = None,
    start: Annotated[str, Query(alias="from", max_length=40)] = "30d",
    end: Annotated[str, Query(alias="to", max_length=40)] = "now",
    limit: Limit = 25,
    after: Place = None,
) -> dict[str, Any]:
    """What was closed in a business, the newest first; `by=me` is what the caller closed."""
    caller = router.caller
    period = parse_query_period(start, end, clock.now())
    criteria = ClosingCriteria(business, *period, caller.person.subject if by else None)
    page = list_closed(
        caller, criteria, router.ports.outcomes, router.ports.memory, limit=limit, after=after
    )
    return {"closed": page.closed, "next": page.next}
