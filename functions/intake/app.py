"""The queue's reader: one synchronous run of the route workflow per review.

What fails goes back to the queue.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    AsyncBatchProcessor,
    EventType,
    async_process_partial_response,  # pyright: ignore[reportUnknownVariableType] - its event is an untyped dict
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from heard import settings
from heard.messaging import Flows, Queue, sqs, stepfunctions

logger = Logger(service="intake")
processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    route_workflow: str
    queue_url: str


@cache
def ports() -> tuple[Flows, str, Queue]:
    """The workflows, the route workflow's ARN, and the queue."""
    here = settings.read(Settings)
    return Flows(stepfunctions()), here.route_workflow, Queue(sqs(), here.queue_url)


async def route(record: SQSRecord) -> None:
    """Run the workflow for one message. Raises Fault when the message must come again."""
    flows, workflow, _ = ports()
    delivery = str(json.loads(record.body)["delivery"])
    name = re.sub(r"[^A-Za-z0-9_-]", "-", delivery)[:80]
    await asyncio.to_thread(flows.run, workflow, name, record.body)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One batch of messages; answers which of them failed."""
    answer = async_process_partial_response(
        event=event, record_handler=route, processor=processor, context=context
    )
    failed = {str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]}
    for record in event["Records"]:
        if record["messageId"] in failed:
            ports()[2].postpone(
                record["receiptHandle"], int(record["attributes"]["ApproximateReceiveCount"])
            )
    logger.info("intake", messages=len(event["Records"]), failed=len(failed))
    return {"batchItemFailures": answer["batchItemFailures"]}
