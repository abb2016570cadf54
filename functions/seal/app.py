"""Every night: queue each business. From the seal queue or the command line: seal its days."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.messaging import Queue, sqs
from heard.stack_metrics import StackMetrics
from heard.steps.lake import write_sealed_day
from heard.steps.seal import SealPorts, SealReport, queue_businesses, seal_business
from heard.steps.skipping import failure_code
from heard.storage.heads import ChainHeads
from heard.storage.lake import Lake, s3
from heard.storage.outcome_log import OutcomeLog
from heard.storage.seal_key import SealKey, kms
from heard.storage.seals import Seals
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger = Logger(service="seal")
metrics = StackMetrics(service="seal")

_SPARE_MILLISECONDS: Final = 180_000
"""No day is begun with less time left: the rest is queued again."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    seal_bucket: str
    lake_bucket: str
    seal_key_id: str
    seal_queue_url: str
    origin: str


@cache
def ports() -> tuple[SealPorts, SetupStore, Queue]:
    """What the steps need, made at the first run."""
    config = settings.read(Settings)
    log, lake = OutcomeLog(dynamodb(), config.outcomes_table), Lake(s3(), config.lake_bucket)
    seal_ports = SealPorts(
        log,
        ChainHeads(dynamodb(), config.cases_table),
        Seals(s3(), config.seal_bucket),
        lake,
        SealKey(kms(), config.seal_key_id),
        config.origin,
        partial(write_sealed_day, lake=lake, log=log),
    )
    setup = SetupStore(dynamodb(), config.setup_table)
    return seal_ports, setup, Queue(sqs(), config.seal_queue_url)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A message of the queue, `{business, until}` to seal now, or a scheduled run.

    A business that fails raises: its message comes again, and the errors are counted.
    """
    seal_ports, setup, queue = ports()
    if "Records" in event:
        (record,) = event["Records"]  # the queue hands out one at a time
        business: str = json.loads(record["body"])["business"]
        if not _seal(business, None, context).is_complete:
            queue.send([{"business": business}])
        return {"batchItemFailures": []}
    if "business" in event:
        until = date.fromisoformat(event["until"]) if event.get("until") else None
        report = _seal(event["business"], until, context)
        return asdict(report) | {"skipped": sorted(report.skipped), "problems": report.problems}
    night = queue_businesses(setup, seal_ports.seals, queue, clock.now())
    metrics.add_metric("seals_queued", MetricUnit.Count, night.queued)
    metrics.add_metric("seals_late", MetricUnit.Count, len(night.late))
    logger.info("queued", businesses=night.queued, late=night.late)
    return {"queued": night.queued, "late": night.late}


def _seal(business: str, until: date | None, context: Any) -> SealReport:
    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _SPARE_MILLISECONDS

    try:
        report = seal_business(business, ports()[0], clock.now(), until=until, keep_going=has_time)
    except Exception as error:
        metrics.add_metric("seals_failed", MetricUnit.Count, 1)
        logger.error("seal_failed", business=business, why=failure_code(error))
        raise
    metrics.add_metric("seals_made", MetricUnit.Count, len(report.days))
    metrics.add_metric("seal_problems", MetricUnit.Count, report.problems)
    days = [asdict(day) for day in report.days[-31:]]
    logger.info(
        "sealed",
        business=business,
        days=days,
        is_complete=report.is_complete,
        skipped=sorted(report.skipped)[:100],
        rewritten=report.rewritten,
        unwritten=report.unwritten,
    )
    return report
