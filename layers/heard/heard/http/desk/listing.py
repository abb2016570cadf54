"""Lists of follow-ups."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from heard import clock
from heard.http.cursors import decode_cursor, encode_cursor
from heard.http.desk.routers import DeskRouter, Limit
from heard.steps import desk
from heard.steps.desk_view import follow_up_rows

router = DeskRouter()


@router.get("/api/desk/follow-ups")
def list_open_follow_ups(
    business: Annotated[str | None, Query()] = None,
    limit: Limit = 25,
    after: Annotated[str | None, Query(max_length=200)] = None,
    words: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """Open follow-ups by due time, with the newest review if `words`; `next`: the next `after`."""
    ports = router.ports
    page, next_cursor = desk.list_open_follow_ups(
        router.caller, ports, business=business, limit=limit, after=decode_cursor(after)
    )
    rows = follow_up_rows(page, ports.cases, clock.now(), words=words)
    return {"follow_ups": rows, "next": encode_cursor(next_cursor)}
