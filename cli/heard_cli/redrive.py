"""`heard redrive`: send failed reviews (dead letters) to the queue again, after the cause is fixed.

A message is received, sent to the queue, and only then deleted. So it is never lost. In the worst
case it is processed twice, and every step after the queue allows that.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from heard import clock
from heard.messaging import TRIES, WAITS, is_group, message_group
from heard_cli import options, show
from heard_cli.ranges import whole_number
from heard_cli.stack import Stack, on_stack

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sqs.type_defs import MessageTypeDef
    from rich.progress import Progress, TaskID

app = typer.Typer(
    help="Send failed reviews (dead letters) to the queue again.", add_completion=False
)

_HIDDEN_SECONDS: Final = 120
"""How long received dead letters are hidden from other readers: longer than ten sends take."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """About how many messages wait in the queue, are being processed, and have failed."""

    queued: int
    in_flight: int
    dead_letters: int


def count_messages(stack: Stack) -> QueueCounts:
    """The number of messages in both queues. SQS counts approximately.

    What waits untried for its platform is counted among the queued ones.
    """

    def read_counts(url: str) -> dict[str, int]:
        names: list[Any] = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        attributes = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names).get(
            "Attributes", {}
        )
        return {name: int(attributes.get(name, "0")) for name in names}

    dead, queue = read_counts(stack.outputs["DeadLettersUrl"]), Counter[str]()
    for name in ("QueueUrl", "PraiseQueueUrl"):
        if name in stack.outputs:
            queue.update(read_counts(stack.outputs[name]))
    return QueueCounts(
        queue["ApproximateNumberOfMessages"] + queue["ApproximateNumberOfMessagesDelayed"],
        queue["ApproximateNumberOfMessagesNotVisible"],
        sum(dead.values()),
    )


@app.command(epilog="Example: heard redrive --dry-run")
@on_stack
def redrive(
    stack: Stack,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; move nothing.")] = False,
    maximum: Annotated[
        int | None,
        typer.Option(
            "--max",
            metavar="NUMBER",
            parser=whole_number(1),
            help="Maximum number to move. Try a few first.",
        ),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Send failed reviews (dead letters) to the queue again.

    Fix the cause first, or they will fail again.
    """
    before = count_messages(stack)
    moved_count, fault = 0, None
    if not dry_run:
        with show.progress() as bar:
            progress_line = bar.add_task(
                "Redriving", total=min(before.dead_letters, maximum or before.dead_letters)
            )
            moved_count, fault = _move_messages(stack, maximum, bar, progress_line, clock.now())
    remaining = count_messages(stack).dead_letters
    if as_json:
        show.data(
            {
                "dead_letters": before.dead_letters,
                "moved": moved_count,
                "remaining": remaining,
                "dry_run": dry_run,
            }
        )
    elif dry_run:
        show.line(
            f"{show.count(before.dead_letters, 'dead letter')}, "
            f"{show.count(before.queued, 'message')} in the queue, "
            f"{before.in_flight} being processed."
        )
    else:
        show.line(
            f"Moved {moved_count} of {before.dead_letters} dead letters; about {remaining} remain."
        )
    if fault:
        show.note(
            f"Stopped after {moved_count}. Nothing is lost: the others are still in the "
            "dead-letter queue."
        )
        raise fault


def _move_messages(
    stack: Stack, maximum: int | None, bar: Progress, progress_line: TaskID, started: datetime
) -> tuple[int, BotoCoreError | ClientError | None]:
    """The number of moved messages, and the error that ended it early."""
    moved_count, dead_letters_url = 0, stack.outputs["DeadLettersUrl"]
    while maximum is None or moved_count < maximum:
        count = min(10, maximum - moved_count) if maximum else 10
        messages = stack.sqs.receive_message(
            QueueUrl=dead_letters_url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # long enough to read from all servers of the queue
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        # A message that was sent after this run began was moved by it and failed again. It must not
        # be moved a second time.
        candidates = [
            message
            for message in messages
            if int(_sent_at_ms(message)) <= started.timestamp() * 1000
        ]
        for number, message in enumerate(candidates):
            try:
                _resend(stack, message)
            except (BotoCoreError, ClientError) as fault:
                _make_visible(
                    stack,
                    [
                        *candidates[number:],
                        *(message for message in messages if message not in candidates),
                    ],
                )
                return moved_count, fault
            moved_count += 1
            bar.advance(progress_line)
        if not candidates:
            _make_visible(stack, messages)
            return moved_count, None
    return moved_count, None


def _sent_at_ms(message: MessageTypeDef) -> str:
    return message.get("Attributes", {}).get("SentTimestamp", "0")


def _resend(stack: Stack, message: MessageTypeDef) -> None:
    """Send a dead letter to the queue as it is, then delete it."""
    attributes: dict[str, Any] = {
        name: {
            key: value
            for key, value in attribute.items()
            if key in {"DataType", "StringValue", "BinaryValue"}
        }
        for name, attribute in message.get("MessageAttributes", {}).items()
        if name not in {TRIES, WAITS}  # the cause is mended, so its tries begin again
    }
    body = message.get("Body", "")
    group: dict[str, Any] = {}
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        business = message_group(json.loads(body))
        group = {"MessageGroupId": business} if is_group(business) else {}
    stack.sqs.send_message(
        QueueUrl=stack.outputs["QueueUrl"],
        MessageBody=body,
        MessageAttributes=attributes,
        **group,
    )
    stack.sqs.delete_message(
        QueueUrl=stack.outputs["DeadLettersUrl"], ReceiptHandle=message.get("ReceiptHandle", "")
    )


def _make_visible(stack: Stack, messages: list[MessageTypeDef]) -> None:
    """Show these dead letters to other readers at once.

    If that fails as well, they appear again after a while.
    """
    for message in messages:
        try:
            stack.sqs.change_message_visibility(
                QueueUrl=stack.outputs["DeadLettersUrl"],
                ReceiptHandle=message.get("ReceiptHandle", ""),
                VisibilityTimeout=0,
            )
        except (BotoCoreError, ClientError):
            return
