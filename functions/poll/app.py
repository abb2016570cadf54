"""Every minute: queue a poll of each connection that is due.

From the poll queue or the command line: poll one platform, or ask it about one reply.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.connectors.http import HttpClient
from heard.messaging import Queue, ReviewQueues, sqs
from heard.stack_metrics import StackMetrics
from heard.steps.moderation import check_moderation
from heard.steps.poll import PollPorts, PollReport, dispatch, poll
from heard.steps.ports import PlatformPorts, StorePorts
from heard.storage.case_store import CaseStore
from heard.storage.polls import Polls
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="poll")
metrics = StackMetrics(service="poll")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    secrets_path: str
    review_queue_url: str
    praise_queue_url: str
    poll_queue_url: str
    loopback_platforms: str


@cache
def ports() -> tuple[PollPorts, Queue]:
    """What the steps need, made at the first run, and the poll queue."""
    config = settings.read(Settings)
    return PollPorts(
        StorePorts(
            SetupStore(dynamodb(), config.setup_table),
            CaseStore(dynamodb(), config.cases_table, config.outcomes_table),
        ),
        PlatformPorts(
            Secrets(ssm(), config.secrets_path),
            HttpClient(allow_loopback=config.loopback_platforms == "true"),
        ),
        Polls(dynamodb(), config.setup_table),
        ReviewQueues(Queue(sqs(), config.review_queue_url), Queue(sqs(), config.praise_queue_url)),
        clock.now,
    ), Queue(sqs(), config.poll_queue_url)


def handle_message(message: dict[str, Any]) -> None:
    """Poll one connection, or ask about one reply. Raises faults of our own services only."""
    poll_ports = ports()[0]
    if "poll" in message:
        _record_poll(poll(message["poll"], poll_ports, queued_at=message["at"]))
        return
    thread, reply = message["moderation"]["thread"], message["moderation"]["reply"]
    store, platform = poll_ports.store_ports, poll_ports.platform_ports
    check = check_moderation(thread, reply, store, platform, poll_ports.queue, clock.now())
    metrics.add_metric(f"replies_{check.status}", MetricUnit.Count, 1)
    logger.info("moderation checked", reviews=[check.review], reply=reply, status=check.status)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """A batch of messages, `{connection}` to poll now, or a scheduled run."""
    if "Records" in event:
        return _handle_batch(event["Records"])
    if "connection" in event:
        return _record_poll(poll(str(event["connection"]), ports()[0])).to_json()
    report = dispatch(ports()[0].polls, ports()[1], clock.now())
    metrics.add_metric("polls_due", MetricUnit.Count, report.queued)
    metrics.add_metric("polls_unqueued", MetricUnit.Count, len(report.skipped))
    logger.info("dispatched", due=report.queued, skipped=[*map(asdict, report.skipped)])
    return {"due": report.queued}


def _handle_batch(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Handle each message. Returns those that come again, because of a fault of our own."""
    faults: dict[str, str] = {}
    for record in records:
        try:
            handle_message(json.loads(record["body"]))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others must go on
            faults[record["messageId"]] = type(fault).__name__
    metrics.add_metric("polls_returned", MetricUnit.Count, len(faults))
    logger.info("batch", returned=list(faults.values()))
    return {"batchItemFailures": [{"itemIdentifier": id} for id in faults]}


def _record_poll(report: PollReport) -> PollReport:
    metrics.add_metric(f"polls_{report.result}", MetricUnit.Count, 1)
    for name, amount in report.amounts.items():
        metrics.add_metric(f"polled_{name}", MetricUnit.Count, amount)
    logger.info("polled", **report.log_fields)
    return report
