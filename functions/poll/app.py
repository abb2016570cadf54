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
from heard.steps.poll import Polled, Poller, dispatch, poll
from heard.steps.reply import check_moderation
from heard.steps.triage import Ports, Reach
from heard.storage.case_store import Work
from heard.storage.polls import Polls
from heard.storage.setup import Secrets, Setup, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="poll")
metrics = Metrics(namespace="Heard", service="poll")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str
    outcomes_table: str
    secrets_path: str
    queue_url: str
    poll_queue_url: str
    loopback_platforms: str


@cache
def ports() -> tuple[Poller, Queue]:
    """What the steps need, made at the first run, and the queue of looks."""
    here = settings.read(Settings)
    steps = Ports(
        Setup(dynamodb(), here.setup_table), Work(dynamodb(), here.work_table, here.outcomes_table)
    )
    reach = Reach(
        Secrets(ssm(), here.secrets_path), HttpClient(loopback=here.loopback_platforms == "true")
    )
    polls, reviews = Polls(dynamodb(), here.setup_table), Queue(sqs(), here.queue_url)
    return Poller(steps, reach, polls, reviews, clock.now), Queue(sqs(), here.poll_queue_url)


def one(record: SQSRecord) -> None:
    """One message: a look at a connection, or a question about a reply.

    Raises faults of our own services, and comes again.
    """
    message, poller = record.json_body, ports()[0]
    if "poll" in message:
        _told(poll(message["poll"], poller, asked_at=message["at"]))
    else:
        thread, reply = message["moderation"]["thread"], message["moderation"]["reply"]
        standing = check_moderation(
            thread, reply, poller.ports, poller.reach, poller.queue, clock.now()
        )
        metrics.add_metric(f"replies_{standing}", MetricUnit.Count, 1)
        logger.info("asked about a reply", reply=reply, standing=standing)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of messages, `{connection}` to look at now, or a scheduled run."""
    if "Records" in event:
        answer = process_partial_response(
            event=event, record_handler=one, processor=processor, context=context
        )
        metrics.add_metric("polls_returned", MetricUnit.Count, len(answer["batchItemFailures"]))
        logger.info(
            "worked", returned=[fault.__name__ for fault, *_ in processor.exceptions if fault]
        )
        return {"batchItemFailures": answer["batchItemFailures"]}
    if "connection" in event:
        return _told(poll(str(event["connection"]), ports()[0])).to_json()
    due = dispatch(ports()[0].polls, ports()[1], clock.now())
    metrics.add_metric("polls_due", MetricUnit.Count, due)
    return {"due": due}


def _told(polled: Polled) -> Polled:
    result = "skipped" if polled.skipped else "failed" if polled.error else "done"
    metrics.add_metric(f"polls_{result}", MetricUnit.Count, 1)
    for name in ("queued", "withdrawn", "problems"):
        metrics.add_metric(f"polled_{name}", MetricUnit.Count, getattr(polled, name))
    logger.info("polled", result=result, platform=polled.platform, **polled.to_json())
    return polled
