"""The routes of /api/desk, by subject: `listing`, `reading`, `acting` and `writing`.

Each module has a router with its routes. A route makes three moves, as a handler does: it takes
what API Gateway sent as types, calls one use case of `heard.steps`, and maps the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from heard.http.desk import acting, listing, reading, writing

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from heard.http.desk.routers import DeskRouter, DeskTools

ROUTERS: Final[tuple[DeskRouter, ...]] = (
    listing.router,
    reading.router,
    acting.router,
    writing.router,
)


def add_routes(app: APIGatewayHttpResolver, tools: Callable[[], DeskTools]) -> None:
    """Have the app answer all routes of the desk. `tools` is called when a request comes."""
    for router in ROUTERS:
        router.work_with(tools)
        app.include_router(router)
