"""The reader of the review queue: synchronous runs of the route workflow, for batches of messages.

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
from heard.steps.intake import IntakePorts, IntakeStatus, QueuedMessage, intake

logger = Logger(service="intake")
metrics = StackMetrics(service="intake")

OFTEN: Final = 4
"""From this try on, a failure counts as one that does not pass by itself. The age of the queue does
not show it, as each try is a new message there."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, how often a review is tried, and how many runs go on at once."""

    route_workflow: str
    review_queue_url: str
    dead_letters_url: str
    max_receive_count: str
    runs_at_once: str


@cache
def ports() -> IntakePorts:
    """What the step needs, made at the first batch. The breakers live as long as the process."""
    config = settings.read(Settings)
    return IntakePorts(
        Workflows(synchronous_stepfunctions()),
        config.route_workflow,
        Queue(sqs(), config.review_queue_url),
        Queue(sqs(), config.dead_letters_url),
        CircuitBreakers(),
        int(config.max_receive_count),
        clock.now,
        int(config.runs_at_once),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """One batch of messages. Returns those that the queue must keep."""
    results = intake([_message(record) for record in event["Records"]], ports())
    for result in results:
        fields: dict[str, Any] = {"delivery": result.delivery, "reviews": list(result.reviews)}
        match result.status:
            case IntakeStatus.ROUTED:
                logger.info("routed", **fields)
            case IntakeStatus.UNTRIED:
                logger.info("given back untried", why=result.why, **fields)
            case IntakeStatus.FAILED:
                logger.warning("route failed", failure=result.why, **fields)
    failed = [result.message for result in results if result.status is IntakeStatus.FAILED]
    untried = sum(result.status is IntakeStatus.UNTRIED for result in results)
    failing = sum(message.tries + 1 >= OFTEN for message in failed)
    metrics.add_metric("reviews_failing", MetricUnit.Count, failing)
    metrics.add_metric("reviews_untried", MetricUnit.Count, untried)
    logger.info("intake", messages=len(results), failed=len(failed), untried=untried)
    kept = [result.message.id for result in results if not result.is_done]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in kept]}


def _message(record: dict[str, Any]) -> QueuedMessage:
    def number(name: str) -> int:
        return int(record.get("messageAttributes", {}).get(name, {}).get("stringValue") or 0)

    return QueuedMessage(
        id=record["messageId"],
        body=record["body"],
        tries=number(TRIES),
        waits=number(WAITS),
    )
