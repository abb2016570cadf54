"""Every night: delete the texts of reviews whose time is over."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.errors import Fault
from heard.stack_metrics import StackMetrics
from heard.steps.holding import HoldPorts
from heard.steps.retention import RetentionPorts, run_retention
from heard.steps.skipping import failure_code
from heard.storage.case_store import CaseStore
from heard.storage.holds import Holds
from heard.storage.outcome_log import OutcomeLog
from heard.storage.retentions import Retentions
from heard.storage.tables import dynamodb

logger = Logger(service="retention")
metrics = StackMetrics(service="retention")

_SPARE_MILLISECONDS: Final = 60_000
"""No review is begun with less time left: the next run goes on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str


@cache
def ports() -> RetentionPorts:
    """What the step needs, made at the first run."""
    config = settings.read(Settings)
    return RetentionPorts(
        Retentions(dynamodb(), config.setup_table),
        CaseStore(dynamodb(), config.cases_table, config.outcomes_table),
        HoldPorts(
            Holds(dynamodb(), config.setup_table), OutcomeLog(dynamodb(), config.outcomes_table)
        ),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """One scheduled run. Returns how much it deleted.

    A business or a review that fails stops no other one; the run raises Fault at the end.
    """
    names = ("reviews", "texts", "authors", "kept", "tampered", "skipped", "unfinished", "failed")
    totals: dict[str, int] = dict.fromkeys(names, 0)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _SPARE_MILLISECONDS

    for business in ports().retentions.businesses():
        try:
            report = run_retention(business, ports(), clock.now(), keep_going=has_time)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
            totals["failed"] += 1
            logger.error("retention_failed", business=business, why=failure_code(error))
            continue
        if report.skipped:
            items = [asdict(skipped) for skipped in report.skipped]
            logger.error("skipped", business=business, items=items)
        counts: dict[str, Any] = {
            "reviews": len(report.reviews),
            "texts": report.texts,
            "authors": len(report.authors),
            "kept": len(report.kept),
            "tampered": len(report.tampered),
            "skipped": len(report.skipped),
            "unfinished": int(not report.is_complete),
        }
        logger.info("texts_deleted", business=business, **counts)
        totals |= {name: totals[name] + count for name, count in counts.items()}
    for name, count in totals.items():
        metrics.add_metric(f"retention_{name}", MetricUnit.Count, count)
    if totals["failed"] or totals["skipped"]:
        raise Fault("Retention left out what it could not read. The log names it.")
    return totals
