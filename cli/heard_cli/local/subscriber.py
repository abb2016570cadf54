"""A queue that listens to the event bus of a local stack, as another system would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

from heard_cli.local.stack import EmulatedStack


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event as the bus sends it: its detail type, and what it says."""

    kind: str
    detail: dict[str, Any]


class Subscriber:
    """A queue behind a rule of the bus, for the notices of one business.

    `events` are all that came so far. As a context manager it removes its rule and queue.
    """

    def __init__(self, stack: EmulatedStack, business: str) -> None:
        self.events: list[ReceivedEvent] = []
        self._sqs, self._event_bridge = stack.client("sqs"), stack.client("events")
        self._bus, self._name = stack.outputs["EventBusName"], f"subscriber-{business}"
        self._url: str = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn: str = attributes["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            },
        }
        self._sqs.set_queue_attributes(
            QueueUrl=self._url, Attributes={"Policy": json.dumps(policy)}
        )
        pattern = {"source": ["heard"], "detail": {"business": [business]}}
        self._event_bridge.put_rule(
            Name=self._name, EventBusName=self._bus, EventPattern=json.dumps(pattern)
        )
        self._event_bridge.put_targets(
            Rule=self._name, EventBusName=self._bus, Targets=[{"Id": "queue", "Arn": arn}]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._event_bridge.remove_targets(Rule=self._name, EventBusName=self._bus, Ids=["queue"])
        self._event_bridge.delete_rule(Name=self._name, EventBusName=self._bus)
        self._sqs.delete_queue(QueueUrl=self._url)

    def receive(self) -> None:
        """Take what lies in the queue."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            for message in messages:
                event = json.loads(message["Body"])
                self.events.append(ReceivedEvent(event["detail-type"], event["detail"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    @property
    def outcome_ids(self) -> set[str]:
        """The ids of the outcomes that the events are about."""
        return {event.detail["outcome"] for event in self.events}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The details of the events of one kind, with those that came just now."""
        self.receive()
        return [event.detail for event in self.events if event.kind == kind]
