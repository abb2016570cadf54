"""The reader of the review queue: one synchronous run of the route workflow for each message.

What fails goes back to the queue.
"""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    AsyncBatchProcessor,
    EventType,
    async_process_partial_response,  # pyright: ignore[reportUnknownVariableType] - its event is an untyped dict
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import ClientError

from heard import settings
from heard.errors import Fault
from heard.messaging import Queue, Workflows, review_of, sqs, stepfunctions
from heard.stack_metrics import StackMetrics

logger = Logger(service="intake")
metrics = StackMetrics(service="intake")
processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

LARGEST_BATCH: Final = 10
"""One thread for each message: the default would be as many as processors, and four."""
OFTEN: Final = 4
"""From this receipt on, a failure counts as one that does not pass by itself. SQS leaves such
messages out of the age of a queue."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    route_workflow: str
    review_queue_url: str


@cache
def ports() -> tuple[Workflows, str, Queue]:
    """The workflows, the route workflow's ARN, and the review queue."""
    config = settings.read(Settings)
    return Workflows(stepfunctions()), config.route_workflow, Queue(sqs(), config.review_queue_url)


@cache
def threads() -> ThreadPoolExecutor:
    """Where the workflows of a batch are waited for, made at the first call."""
    return ThreadPoolExecutor(LARGEST_BATCH, "route")


async def run_route(record: SQSRecord) -> None:
    """Run the workflow for one message. Raises Fault when the message must come again."""
    workflows, workflow, _ = ports()
    message = json.loads(record.body)
    delivery = str(message["delivery"])
    name = re.sub(r"[^A-Za-z0-9_-]", "-", delivery)[:80]
    reviews = [review_of(message)]
    try:
        await asyncio.get_running_loop().run_in_executor(
            threads(), workflows.run_route, workflow, name, record.body
        )
    except Fault as fault:
        logger.warning("route failed", failure=fault.detail, delivery=delivery, reviews=reviews)
        raise
    logger.info("routed", delivery=delivery, reviews=reviews)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One batch of messages. Returns which of them failed."""
    response = async_process_partial_response(
        event=event, record_handler=run_route, processor=processor, context=context
    )
    failed_ids = {str(failure["itemIdentifier"]) for failure in response["batchItemFailures"]}
    failing = 0
    for record in event["Records"]:
        if record["messageId"] in failed_ids:
            received = int(record["attributes"]["ApproximateReceiveCount"])
            failing += received >= OFTEN
            with suppress(ClientError):  # then the queue's own delay counts
                ports()[2].postpone(record["receiptHandle"], received)
    metrics.add_metric("reviews_failing", MetricUnit.Count, failing)
    logger.info("intake", messages=len(event["Records"]), failed=len(failed_ids))
    return {"batchItemFailures": response["batchItemFailures"]}
