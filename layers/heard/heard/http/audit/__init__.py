"""The routes of /api/audit.

`log` reads the outcomes, `context` what explains them, and `seals` what was sealed of them. Each
module has a router with its routes. A route makes three moves, as a handler does: it takes what
API Gateway sent as types, calls one use case of `heard.steps`, and maps the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from heard.http.audit import context, log, seals

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from heard.http.audit.routers import AuditPorts, AuditRouter

ROUTERS: Final[tuple[AuditRouter, ...]] = (log.router, context.router, seals.router)


def add_routes(app: APIGatewayHttpResolver, ports: Callable[[], AuditPorts]) -> None:
    """Have the app answer all routes of the audit. `ports` is called when a request comes."""
    for router in ROUTERS:
        router.work_with(ports)
        app.include_router(router)
