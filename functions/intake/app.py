"""The reader of the review queue: one synchronous run of the route workflow for each message.

What fails goes back to the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.circuit_breakers import CircuitBreakers
from heard.messaging import (
    TRIES,
    WAITS,
    Queue,
    Workflows,
    sqs,
    synchronous_stepfunctions,
)
from heard.stack_metrics import StackMetrics
from heard.steps.intake import Fate, IntakePorts, QueuedMessage, intake

logger = Logger(service="intake")
metrics = StackMetrics(service="intake")

OFTEN: Final = 4
"""From this try on, a failure counts as one that does not pass by itself. SQS leaves messages that
were received more often than three times out of the age of a queue."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and how often a review is tried."""

    route_workflow: str
    review_queue_url: str
    max_receive_count: str


@cache
def ports() -> IntakePorts:
    """What the step needs, made at the first batch. The breakers live as long as the process."""
    config = settings.read(Settings)
    return IntakePorts(
        Workflows(synchronous_stepfunctions()),
        config.route_workflow,
        Queue(sqs(), config.review_queue_url),
        CircuitBreakers(),
        int(config.max_receive_count),
        clock.now,
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """One batch of messages. Returns which of them failed."""
    routed = intake([_message(record) for record in event["Records"]], ports())
    for each in routed:
        known: dict[str, Any] = {"delivery": each.delivery, "reviews": list(each.reviews)}
        match each.fate:
            case Fate.ROUTED:
                logger.info("routed", **known)
            case Fate.UNTRIED:
                logger.info("given back untried", why=each.why, **known)
            case Fate.FAILED:
                logger.warning("route failed", failure=each.why, **known)
    failed = [each.message for each in routed if each.fate is Fate.FAILED]
    untried = sum(each.fate is Fate.UNTRIED for each in routed)
    failing = sum(message.tries + message.received >= OFTEN for message in failed)
    metrics.add_metric("reviews_failing", MetricUnit.Count, failing)
    metrics.add_metric("reviews_untried", MetricUnit.Count, untried)
    logger.info("intake", messages=len(routed), failed=len(failed), untried=untried)
    return {"batchItemFailures": [{"itemIdentifier": message.id} for message in failed]}


def _message(record: dict[str, Any]) -> QueuedMessage:
    def number(name: str) -> int:
        return int(record.get("messageAttributes", {}).get(name, {}).get("stringValue") or 0)

    return QueuedMessage(
        id=record["messageId"],
        receipt=record["receiptHandle"],
        body=record["body"],
        received=int(record["attributes"]["ApproximateReceiveCount"]),
        tries=number(TRIES),
        waits=number(WAITS),
    )
