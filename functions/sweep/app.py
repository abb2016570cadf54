"""Every five minutes: set in motion again whatever got stuck."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.messaging import Flows, Queue, sqs, stepfunctions
from heard.steps.sweep import sweep
from heard.storage.case_store import Work
from heard.storage.tables import dynamodb

logger = Logger(service="sweep")
metrics = Metrics(namespace="Heard", service="sweep")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    work_table: str
    queue_url: str
    poll_queue_url: str


@cache
def ports() -> tuple[Work, Queue, Flows, Queue]:
    """What the step needs, made at the first run."""
    here = settings.read(Settings)
    return (
        Work(dynamodb(), here.work_table),
        Queue(sqs(), here.queue_url),
        Flows(stepfunctions()),
        Queue(sqs(), here.poll_queue_url),
    )


@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """One scheduled run; answers what it set in motion."""
    work, queue, flows, polls = ports()
    swept = asdict(sweep(work, queue, flows, clock.now(), polls))
    for name, count in swept.items():
        metrics.add_metric(f"swept_{name}", MetricUnit.Count, count)
    logger.info("swept", **swept)
    return swept
