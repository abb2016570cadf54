"""The relay: a batch of new outcomes to the event bus."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import settings
from heard.messaging import EventBus, eventbridge
from heard.stack_metrics import StackMetrics
from heard.steps.relay import relay, tampered_outcomes

logger = Logger(service="relay")
metrics = StackMetrics(service="relay")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    event_bus: str


@cache
def ports() -> EventBus:
    """The bus, made at the first call."""
    return EventBus(eventbridge(), settings.read(Settings).event_bus)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> None:
    """A batch of the stream of the Outcomes table. An error makes Lambda send it again."""
    tampered = tampered_outcomes(event["Records"])
    for outcome in tampered:
        logger.error("tampered", outcome=outcome)
    # Before the bus, which may not be there.
    metrics.add_metric("outcomes_tampered", MetricUnit.Count, len(tampered))
    report = relay(event["Records"], ports())
    for skipped in report.skipped:
        logger.error("skipped", outcome=skipped.key, why=skipped.why)
    metrics.add_metric("notices_published", MetricUnit.Count, report.published)
    metrics.add_metric("outcomes_skipped", MetricUnit.Count, len(report.skipped))
    logger.info("relayed", reviews=report.reviews, published=report.published)
