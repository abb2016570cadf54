"""Every minute: which connections are due; and, from the queue or the command line.

Look at one platform, or ask about one reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,  # pyright: ignore[reportUnknownVariableType] - its record handler is an untyped callable
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from heard import clock, settings
from heard.connectors.http import HttpClient
from heard.messaging import Queue, sqs
from heard.steps.poll import PollPorts, PollReport, dispatch, poll
from heard.steps.moderation import check_moderation
from heard.steps.triage import PlatformPorts, StorePorts
from heard.storage.case_store import CaseStore
from heard.storage.polls import Polls
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="poll")
metrics = Metrics(namespace="Heard", service="poll")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    secrets_path: str
    review_queue_url: str
    poll_queue_url: str
    loopback_platforms: str


@cache
def ports() -> tuple[PollPorts, Queue]:
    """What the steps need, made at the first run, and the queue of looks."""
    config = settings.read(Settings)
    store_ports = StorePorts(
        SetupStore(dynamodb(), config.setup_table),
        CaseStore(dynamodb(), config.cases_table, config.outcomes_table),
    )
    platform_ports = PlatformPorts(
        Secrets(ssm(), config.secrets_path),
        HttpClient(allow_loopback=config.loopback_platforms == "true"),
    )
    polls, reviews = Polls(dynamodb(), config.setup_table), Queue(sqs(), config.review_queue_url)
    return PollPorts(store_ports, platform_ports, polls, reviews, clock.now), Queue(
        sqs(), config.poll_queue_url
    )


def handle_message(record: SQSRecord) -> None:
    """One message: a look at a connection, or a question about a reply.

    Raises faults of our own services, and comes again.
    """
    message, poll_ports = record.json_body, ports()[0]
    if "poll" in message:
        _log_report(poll(message["poll"], poll_ports, queued_at=message["at"]))
    else:
        thread, reply = message["moderation"]["thread"], message["moderation"]["reply"]
        moderation_status = check_moderation(
            thread,
            reply,
            poll_ports.store_ports,
            poll_ports.platform_ports,
            poll_ports.queue,
            clock.now(),
        )
        metrics.add_metric(f"replies_{moderation_status}", MetricUnit.Count, 1)
        logger.info("asked about a reply", reply=reply, standing=moderation_status)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of messages, `{connection}` to look at now, or a scheduled run."""
    if "Records" in event:
        response = process_partial_response(
            event=event, record_handler=handle_message, processor=processor, context=context
        )
        metrics.add_metric("polls_returned", MetricUnit.Count, len(response["batchItemFailures"]))
        logger.info(
            "worked", returned=[fault.__name__ for fault, *_ in processor.exceptions if fault]
        )
        return {"batchItemFailures": response["batchItemFailures"]}
    if "connection" in event:
        return _log_report(poll(str(event["connection"]), ports()[0])).to_json()
    due = dispatch(ports()[0].polls, ports()[1], clock.now())
    metrics.add_metric("polls_due", MetricUnit.Count, due)
    return {"due": due}


def _log_report(report: PollReport) -> PollReport:
    result = "skipped" if report.skipped else "failed" if report.error else "done"
    metrics.add_metric(f"polls_{result}", MetricUnit.Count, 1)
    for name in ("queued", "withdrawn", "problems"):
        metrics.add_metric(f"polled_{name}", MetricUnit.Count, getattr(report, name))
    logger.info("polled", result=result, platform=report.platform, **report.to_json())
    return report
