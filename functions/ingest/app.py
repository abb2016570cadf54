"""POST|GET /hooks/{connection}: authenticate a webhook, queue its events, and answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.connectors import WebhookRequest
from heard.connectors.http import HttpClient
from heard.errors import HeardError
from heard.http.requests import body_bytes
from heard.http.responses import GatewayResponse, error_response, gateway_response, is_ping
from heard.messaging import Queue, ReviewQueues, sqs
from heard.stack_metrics import StackMetrics
from heard.steps.ingest import IngestPorts, IngestResult, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="ingest")
metrics = StackMetrics(service="ingest")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    secrets_path: str
    review_queue_url: str
    praise_queue_url: str
    loopback_platforms: str


@cache
def ports() -> IngestPorts:
    """What the step needs, made at the first request."""
    config = settings.read(Settings)
    return IngestPorts(
        setup=SetupStore(dynamodb(), config.setup_table, max_age=60),
        secrets=Secrets(ssm(), config.secrets_path),
        queue=ReviewQueues(
            Queue(sqs(), config.review_queue_url), Queue(sqs(), config.praise_queue_url)
        ),
        quarantine=Quarantine(dynamodb(), config.cases_table),
        deliveries=Deliveries(dynamodb(), config.cases_table),
        http=HttpClient(allow_loopback=config.loopback_platforms == "true"),
    )


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> GatewayResponse | None:
    """One HTTP API (payload 2.0) request, or a ping."""
    if is_ping(event):
        logger.info("ping")
        return None
    return _respond(event, context)


@metrics.log_metrics
def _respond(event: dict[str, Any], _context: Any) -> GatewayResponse:
    try:
        request = WebhookRequest(
            method=event["requestContext"]["http"]["method"],
            headers={name.lower(): value for name, value in event.get("headers", {}).items()},
            body=body_bytes(event),
            query=event.get("rawQueryString", ""),
        )
        result = ingest(request, event["pathParameters"]["connection"], ports(), clock.now())
    except HeardError as error:
        metrics.add_metric(f"webhooks_{error.code}", MetricUnit.Count, 1)
        logger.warning("webhook", result=error.code)
        return error_response(error)
    _record(result)
    return gateway_response(result.response)


def _record(result: IngestResult) -> None:
    metrics.add_metric(f"webhooks_{result.result}", MetricUnit.Count, 1)
    if not result.note_written:
        metrics.add_metric("webhooks_not_noted", MetricUnit.Count, 1)
    logger.info(
        "webhook",
        delivery=result.delivery,
        reviews=result.reviews,
        result=result.result,
        reason=result.reason,
        platform=result.platform,
        business=result.business,
    )
