"""The queues, the workflows and the event bus, as the rest of Heard needs them.

A few verbs on three AWS services.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import batched
from random import SystemRandom
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from heard.aws import client
from heard.errors import Fault, PlatformUnavailable
from heard.reviews import EventKind, review_id
from heard.storage.tables import error_code

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef
    from mypy_boto3_stepfunctions import SFNClient

    from heard.notices import Notice

BATCH_BYTES: Final = 250_000
"""How many bytes one SendMessageBatch carries: less than 256 KiB, which some endpoints enforce."""
BATCH_ENTRIES: Final = 10
_RANDOM: Final = SystemRandom()

TRIES: Final = "tries"
WAITS: Final = "waits"
"""The attributes of a copy: see `Queue.send_again`."""
LONGEST_DELAY: Final = 900
"""How many seconds SQS delays a message at most."""
ROUTE_SECONDS: Final = 50
"""How long a run of the route workflow is waited for: a little longer than it may last."""

_GROUP: Final = re.compile("[!-~]{1,128}")
_NAME_LENGTH: Final = 70
"""How much of a run's name says what it is about. Step Functions allows 80 characters."""
LEAST_PRAISE: Final = 3
"""From how many stars on a review may wait for others: see `is_praise_by_stars`."""

_SEARCH_SECONDS: Final = 300
"""How long messages are hidden from other readers while the dead letters are searched."""
PUBLISH_ENTRIES: Final = 10
"""How many events one PutEvents may carry. Ten notices are far from its limit of 256 KB."""
PUBLISH_ATTEMPTS: Final = 3
"""How often one call of `publish` sends a notice. After that the stream sends the batch again."""
REFUSALS: Final = frozenset({"InvalidArgument", "MalformedDetail", "RedactionFailure"})
"""PutEvents' codes for what lies in the entry itself (API reference, PutEventsResultEntry).

Its other codes, such as a missing permission, are about the bus, and end when that is repaired.
"""

PLATFORM_UNAVAILABLE: Final = "Heard.PlatformUnavailable"
"""How the route workflow fails when the platform of a review did not answer."""
RESCHEDULED: Final = "Heard.Rescheduled"
"""Wakes a follow-up's workflow to check its follow-up again, because its due time changed."""


@cache
def sqs() -> SQSClient:
    """The process's SQS client, made at first use."""
    return client("sqs")


@cache
def stepfunctions() -> SFNClient:
    """The process's Step Functions client, made at first use."""
    return client("stepfunctions")


@cache
def synchronous_stepfunctions() -> SFNClient:
    """The process's client for synchronous runs, made at first use.

    Step Functions answers such a call only when the run has ended. It is not repeated: it would be
    another run, and the queue brings the message again.
    """
    return client("stepfunctions", read_seconds=ROUTE_SECONDS, attempts=1)


@cache
def eventbridge() -> EventBridgeClient:
    """The process's EventBridge client, made at first use."""
    return client("events")


class Queue:
    """One SQS queue: the review queue, the praise queue or the poll queue.

    Every message names its business as its group. That makes the queue
    a fair one: when the messages of a group are many or slow, SQS hands out those of the others
    first. It keeps no order and blocks nothing, as groups of a FIFO queue would.
    """

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Queue all messages.

        Raises Fault, or botocore's own error, when it is not certain that all of them are stored.
        """
        for batch in _batches([(to_text(message), message_group(message)) for message in messages]):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(i), "MessageBody": body, "MessageGroupId": group}
                for i, (body, group) in enumerate(batch)
            ]
            response = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if failures := response.get("Failed"):
                raise Fault(
                    f"The queue did not take {len(failures)} of {len(entries)} messages "
                    f"({failures[0]['Code']})."
                )

    def try_again(
        self,
        body: str,
        *,
        group: str,
        tries: int,
        waits: int,
        chance: Callable[[], float] = _RANDOM.random,
    ) -> None:
        """Queue a copy of a message that failed, to come after a while.

        That is `retry_delay_with_chance`. Raises botocore's own error.
        """
        delay = retry_delay_with_chance(tries, chance())
        self.send_again(body, group=group, tries=tries, waits=waits, delay=delay)

    def send_again(self, body: str, *, group: str, tries: int, waits: int, delay: int) -> None:
        """Queue a copy of a message, to come after `delay` seconds.

        SQS counts every receipt, also of what no function saw, and the copy begins at zero. So it
        carries how often the message was tried, and how often it waited untried. Raises botocore's
        own error.
        """
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=body,
            MessageGroupId=group,
            DelaySeconds=min(LONGEST_DELAY, delay),
            MessageAttributes={
                TRIES: {"DataType": "Number", "StringValue": str(tries)},
                WAITS: {"DataType": "Number", "StringValue": str(waits)},
            },
        )


class ReviewQueues:
    """The two queues of reviews: one is read at once, the other gathers praise for a while."""

    def __init__(self, at_once: Queue, praise: Queue) -> None:
        self._at_once, self._praise = at_once, praise

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Queue all messages, each where it belongs; what may be a complaint first.

        Raises Fault, or botocore's own error, when it is not certain that all of them are stored.
        """
        praise = [message for message in messages if is_praise_by_stars(message)]
        others = [message for message in messages if not is_praise_by_stars(message)]
        for queue, part in ((self._at_once, others), (self._praise, praise)):
            if part:
                queue.send(part)


def is_praise_by_stars(message: Mapping[str, Any]) -> bool:
    """Whether a message of the review queue may wait: a new review with three stars and more.

    Its words may still complain. What has no stars, two or less, changes a review or is no review
    may be a complaint, and what is partial may have fewer stars at its platform.
    """
    match message:
        case {"event": {"kind": EventKind.CREATED.value, "rating": int(stars)} as event}:
            return stars >= LEAST_PRAISE and not event.get("partial")
        case _:
            return False


def message_group(message: Mapping[str, Any]) -> str:
    """The group of a message, for SQS: its business.

    It is the connection that is to be polled where its state is older than that. Raises KeyError
    for another message without a business: no sender may leave it out.
    """
    return message.get("business") or message["poll"] if "poll" in message else message["business"]


def is_group(text: object) -> bool:
    """Whether SQS takes this as a group: it refuses a message with any other."""
    return isinstance(text, str) and _GROUP.fullmatch(text) is not None


def retry_delay(tries: int) -> int:
    """The seconds after which a message comes again that was tried so often: 5, 15, 45 … 900.

    The queue's own delay is made for a reader that died. It is far too long for a platform that was
    down for a moment.
    """
    return min(LONGEST_DELAY, 5 * 3 ** min(tries - 1, 8))


def retry_delay_with_chance(tries: int, chance: float) -> int:
    """The seconds of `retry_delay`, half as long up to half as long again, by chance.

    Messages that failed together because they change one thread must not come back together.
    `chance` is in [0, 1).
    """
    return min(LONGEST_DELAY, round(retry_delay(tries) * (0.5 + chance)))


class DeadLetters:
    """The queue of messages that failed too often.

    A call waits `wait_seconds` for messages: a second is long enough to ask all servers of a queue.
    """

    def __init__(self, client: SQSClient, url: str, wait_seconds: int = 1) -> None:
        self._client = client
        self._url = url
        self._wait_seconds = wait_seconds

    def remove_matching(
        self, matches: Callable[[Mapping[str, Any]], bool], before_delete: Callable[[Any], None]
    ) -> int:
        """Delete the messages that match, each after `before_delete` was called with it.

        Returns how many matched. Every message is received once. Those that do not match are hidden
        from other readers until this ends, and then shown again.
        """
        count, other_handles = 0, list[str]()
        while True:
            messages = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_SEARCH_SECONDS,
                WaitTimeSeconds=self._wait_seconds,
            ).get("Messages", [])
            if not messages:
                break
            for message in messages:
                handle = message.get("ReceiptHandle", "")
                content = _parse_body(message.get("Body", ""))
                if content and matches(content):
                    before_delete(content)
                    self._client.delete_message(QueueUrl=self._url, ReceiptHandle=handle)
                    count += 1
                else:
                    other_handles.append(handle)
        for handle in other_handles:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=0
            )
        return count


def to_text(message: Mapping[str, Any]) -> str:
    """A message as the queue carries it."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _parse_body(body: str) -> dict[str, Any]:
    """A message's content; empty if it is none of ours."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def review_of(message: Mapping[str, Any]) -> str:
    """The id of the review that a message of the review queue is about, for logs.

    A message of the sweep names the review to resume, one of the desk the review that is answered.
    All others hold an event.
    """
    if "resume" in message:
        return message["resume"]
    if "carry_out" in message:
        return message["review"]
    return review_id(message["business"], message["platform"], message["event"]["native_id"])


def _batches(messages: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    batches: list[list[tuple[str, str]]] = []
    size = 0
    for body, group in messages:
        length = len(body.encode())
        if not batches or len(batches[-1]) == BATCH_ENTRIES or size + length > BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append((body, group))
        size += length
    return batches


class Workflows:
    """The two workflows."""

    def __init__(self, client: SFNClient) -> None:
        self._client = client

    def run_route(
        self, workflow: str, name: str, message: Mapping[str, Any]
    ) -> list[Mapping[str, Any]]:
        """Run the route workflow to its end. Returns which messages of a batch failed, and why.

        No two runs have the same name: a message may come again while its run still goes on, and
        each must get the output of its own run. An output that does not say what failed says
        nothing, least of all that all went well.

        Raises PlatformUnavailable when the platform did not answer, Fault when it does not succeed
        otherwise, or botocore's own error, so that the message is delivered again.
        """
        response = self._client.start_sync_execution(
            stateMachineArn=workflow,
            name=f"{name[:_NAME_LENGTH]}-{token_hex(4)}",
            input=to_text(message),
        )
        if response["status"] == "SUCCEEDED":
            output: Mapping[str, Any] = json.loads(response.get("output") or "{}")
            failed: list[Mapping[str, Any]] | None = output.get("failed")
            if not isinstance(failed, list):
                raise Fault("The route workflow did not say which messages failed.")
            return failed
        error = response.get("error", "no error named")
        detail = f"The route workflow ended as {response['status']} ({error})."
        if error == PLATFORM_UNAVAILABLE:
            raise PlatformUnavailable(detail, maybe_applied=False)
        raise Fault(detail)

    def succeed(self, token: str, fence: int) -> bool:
        """Let a waiting workflow end. False when none waits with this token any more.

        `fence` is the number of the claim with which it was answered. A workflow that an earlier
        release started carries that resolution out itself.
        """
        output = json.dumps({"fence": str(fence)})
        return self._send_to_waiting(
            lambda: self._client.send_task_success(taskToken=token, output=output)
        )

    def interrupt(self, token: str, error: str, fence: int) -> bool:
        """Wake a waiting workflow by one of the errors it catches, with the fence as the cause.

        False when none waits with this token any more.
        """
        return self._send_to_waiting(
            lambda: self._client.send_task_failure(taskToken=token, error=error, cause=str(fence))
        )

    @staticmethod
    def _send_to_waiting(send: Callable[[], object]) -> bool:
        try:
            send()
        except ClientError as error:
            if error_code(error) in {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}:
                return False
            raise
        return True


class EventBus:
    """The event bus, where other systems and functions listen to notices."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, notices: Sequence[Notice]) -> list[tuple[Notice, str]]:
        """Publish notices in their order, each at least once.

        Only notices that the bus did not take are sent again. Returns those that it will never
        take, each with the bus's own code. Raises Fault, or botocore's own error, when it does not
        take another one after `PUBLISH_ATTEMPTS`: some may be published then.
        """
        refused: list[tuple[Notice, str]] = []
        for batch in batched(notices, PUBLISH_ENTRIES, strict=False):
            waiting = list(batch)
            for _ in range(PUBLISH_ATTEMPTS):
                response = self._client.put_events(
                    Entries=[self._entry(notice) for notice in waiting]
                )
                codes = [result.get("ErrorCode") for result in response["Entries"]]
                failures = [
                    (notice, code) for notice, code in zip(waiting, codes, strict=True) if code
                ]
                refused += [(notice, code) for notice, code in failures if code in REFUSALS]
                waiting = [notice for notice, code in failures if code not in REFUSALS]
                if not waiting:
                    break
            else:
                raise Fault(f"The event bus did not take {len(waiting)} of {len(batch)} notices.")
        return refused

    def _entry(self, notice: Notice) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self._name,
            "Source": "heard",
            "DetailType": notice.kind,
            "Detail": notice.to_text(),
        }
