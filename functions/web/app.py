"""GET / and GET /{file+}: the page for people, whose files were compressed when it was built."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import settings
from heard.http.pages import PageConfiguration, PageFiles
from heard.stack_metrics import StackMetrics

logger = Logger(service="web")
metrics = StackMetrics(service="web")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where people sign in."""

    client_id: str
    sign_in_url: str


@cache
def ports() -> PageFiles:
    """The files beside this one. Where AWS is elsewhere, so is its sign-in."""
    config = settings.read(Settings)
    sign_in_url = os.environ.get("AWS_ENDPOINT_URL") or config.sign_in_url
    configuration = PageConfiguration(config.client_id, sign_in_url.rstrip("/"))
    return PageFiles(Path(__file__).parent / "page", configuration)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """One HTTP API (payload 2.0) request. The line in the log has no address: it can hold ids."""
    response = ports().respond(event)
    status = response["statusCode"]
    metrics.add_metric(f"requests_{status // 100}xx", MetricUnit.Count, 1)
    logger.info("request", route=event.get("routeKey"), status=status)
    return response
