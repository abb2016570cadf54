"""Every five minutes: set in motion again whatever got stuck."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.messaging import Queue, Workflows, sqs, stepfunctions
from heard.steps.sweep import sweep
from heard.storage.case_store import CaseStore
from heard.storage.tables import dynamodb

logger = Logger(service="sweep")
metrics = Metrics(namespace="Heard", service="sweep")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    cases_table: str
    review_queue_url: str
    poll_queue_url: str


@cache
def ports() -> tuple[CaseStore, Queue, Workflows, Queue]:
    """What the step needs, made at the first run."""
    config = settings.read(Settings)
    return (
        CaseStore(dynamodb(), config.cases_table),
        Queue(sqs(), config.review_queue_url),
        Workflows(stepfunctions()),
        Queue(sqs(), config.poll_queue_url),
    )


@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """One scheduled run; answers what it set in motion."""
    case_store, queue, workflows, poll_queue = ports()
    counts = asdict(sweep(case_store, queue, workflows, clock.now(), poll_queue))
    for name, count in counts.items():
        metrics.add_metric(f"swept_{name}", MetricUnit.Count, count)
    logger.info("swept", **counts)
    return counts
