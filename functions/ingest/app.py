"""POST|GET /hooks/{connection}: believe a webhook or refuse it, queue what it says, answer."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.connectors import Request
from heard.connectors.http import HttpClient
from heard.errors import HeardError
from heard.messaging import Queue, sqs
from heard.steps.ingest import Door, Received, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Secrets, Setup, ssm
from heard.storage.tables import dynamodb
from heard.web import Answer, answer, failed

logger = Logger(service="ingest")
metrics = Metrics(namespace="Heard", service="ingest")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str
    secrets_path: str
    queue_url: str
    loopback_platforms: str


@cache
def door() -> Door:
    """What the step needs, made at the first request."""
    here = settings.read(Settings)
    return Door(
        setup=Setup(dynamodb(), here.setup_table, max_age=60),
        secrets=Secrets(ssm(), here.secrets_path),
        queue=Queue(sqs(), here.queue_url),
        quarantine=Quarantine(dynamodb(), here.work_table),
        deliveries=Deliveries(dynamodb(), here.work_table),
        http=HttpClient(loopback=here.loopback_platforms == "true"),
    )


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> Answer:
    """One HTTP API (payload 2.0) request."""
    body = event.get("body") or ""
    request = Request(
        method=event["requestContext"]["http"]["method"],
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=b64decode(body)
        if event.get("isBase64Encoded")
        else body.encode("utf-8", "surrogatepass"),
        query=event.get("rawQueryString", ""),
    )
    try:
        received = ingest(request, event["pathParameters"]["connection"], door(), clock.now())
    except HeardError as error:
        metrics.add_metric(f"webhooks_{error.code}", MetricUnit.Count, 1)
        logger.warning("webhook", extra={"result": error.code})
        return failed(error)
    _record(received)
    return answer(received.response)


def _record(received: Received) -> None:
    metrics.add_metric(f"webhooks_{received.result}", MetricUnit.Count, 1)
    if not received.noted:
        metrics.add_metric("webhooks_not_noted", MetricUnit.Count, 1)
    logger.info(
        "webhook",
        correlation_id=received.delivery,
        result=received.result,
        reason=received.reason,
        platform=received.platform,
        business=received.business,
        events=received.events,
    )
