"""`heard redrive`.

Dead letters back into the queue, after what kept them from being processed is mended.

A message is received, sent to the queue, and only then deleted: whatever fails in between, it is
never lost, at worst processed twice, which every step behind the queue is made for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from heard import clock
from heard_cli import show
from heard_cli.stack import Stack, on_stack

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sqs.type_defs import MessageTypeDef
    from rich.progress import Progress, TaskID

app = typer.Typer(
    help="Send the reviews that nobody could process to the queue once more.", add_completion=False
)

_HIDDEN_SECONDS: Final = 120
"""How long received dead letters are kept from other readers: longer than ten sends take."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """About how many messages wait in the queue, are being processed, and are dead."""

    queued: int
    in_flight: int
    dead: int


def waiting(stack: Stack) -> Waiting:
    """How many messages are where. SQS counts approximately."""

    def counted(url: str) -> dict[str, int]:
        names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names).get(
            "Attributes", {}
        )
        return {name: int(found.get(name, "0")) for name in names}

    queue, dead = counted(stack.outputs["QueueUrl"]), counted(stack.outputs["DeadLettersUrl"])
    return Waiting(
        queue["ApproximateNumberOfMessages"],
        queue["ApproximateNumberOfMessagesNotVisible"],
        sum(dead.values()),
    )


@app.command(epilog="Example: heard redrive --dry-run")
@on_stack
def redrive(
    stack: Stack,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    most: Annotated[
        int | None, typer.Option("--max", min=1, help="At most this many: try a few before all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Send the reviews that nobody could process to the queue once more.

    Mend what failed first, or they come back.
    """
    before = waiting(stack)
    moved, fault = 0, None
    if not dry_run:
        with show.progress() as bar:
            task = bar.add_task("Redriving", total=min(before.dead, most or before.dead))
            moved, fault = _move(stack, most, bar, task, clock.now())
    left = waiting(stack).dead
    if as_json:
        show.data({"dead_letters": before.dead, "moved": moved, "left": left, "dry_run": dry_run})
    elif dry_run:
        show.line(
            f"{before.dead} dead letters; {before.queued} reviews wait in the queue, "
            f"{before.in_flight} are being processed."
        )
    else:
        show.line(f"Moved {moved} of {before.dead} dead letters; about {left} are left.")
    if fault:
        show.say(
            f"Stopped after {moved}. Nothing is lost: what was not moved is still among the dead "
            "letters."
        )
        raise fault


def _move(
    stack: Stack, most: int | None, bar: Progress, task: TaskID, started: datetime
) -> tuple[int, BotoCoreError | ClientError | None]:
    """How many were moved, and what stopped it early."""
    moved, dead = 0, stack.outputs["DeadLettersUrl"]
    while most is None or moved < most:
        count = min(10, most - moved) if most else 10
        received = stack.sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=count,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # long enough to ask all of the queue's servers
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        # One that was sent since we began is one that we moved and that failed again: moving it in
        # circles helps nobody.
        old = [message for message in received if int(_sent(message)) <= started.timestamp() * 1000]
        for number, message in enumerate(old):
            try:
                _resend(stack, message)
            except (BotoCoreError, ClientError) as fault:
                _give_back(stack, [*old[number:], *(each for each in received if each not in old)])
                return moved, fault
            moved += 1
            bar.advance(task)
        if not old:
            _give_back(stack, received)
            return moved, None
    return moved, None


def _sent(message: MessageTypeDef) -> str:
    return message.get("Attributes", {}).get("SentTimestamp", "0")


def _resend(stack: Stack, message: MessageTypeDef) -> None:
    """Send a dead letter to the queue as it is, then delete it."""
    attributes: dict[str, Any] = {
        name: {
            key: value
            for key, value in each.items()
            if key in {"DataType", "StringValue", "BinaryValue"}
        }
        for name, each in message.get("MessageAttributes", {}).items()
    }
    stack.sqs.send_message(
        QueueUrl=stack.outputs["QueueUrl"],
        MessageBody=message.get("Body", ""),
        MessageAttributes=attributes,
    )
    stack.sqs.delete_message(
        QueueUrl=stack.outputs["DeadLettersUrl"], ReceiptHandle=message.get("ReceiptHandle", "")
    )


def _give_back(stack: Stack, messages: list[MessageTypeDef]) -> None:
    """Let others see these dead letters at once.

    If that fails as well, they come back by themselves.
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
