"""Every five minutes: set in motion again whatever got stuck."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.messaging import Queue, Workflows, sqs, stepfunctions
from heard.stack_metrics import StackMetrics
from heard.steps.sweep import sweep
from heard.storage.case_store import CaseStore
from heard.storage.tables import dynamodb

logger = Logger(service="sweep")
metrics = StackMetrics(service="sweep")


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


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """One scheduled run. Returns how much it set in motion."""
    case_store, queue, workflows, poll_queue = ports()
    report = sweep(case_store, queue, workflows, clock.now(), poll_queue)
    if report.skipped:
        logger.error("skipped", items=[asdict(skipped) for skipped in report.skipped])
    counts: dict[str, Any] = {
        "resumed": report.resumed,
        "woken": report.woken,
        "restarted": report.restarted,
        "carry_outs": report.carry_outs,
        "moderation_checks": report.moderation_checks,
        "skipped": len(report.skipped),
    }
    for name, count in counts.items():
        metrics.add_metric(f"swept_{name}", MetricUnit.Count, count)
    logger.info("swept", reviews=report.reviews, **counts)
    return counts
