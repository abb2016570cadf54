from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.storage.outcome_log import append_writes
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand, moto_client

FOLLOW_UP = {
    "follow_up": "fup_1",
    "follow_up_severity": "high",
    "queue": "urgent",
    "due_at": "2026-03-17T13:00:00.000Z",
}


def append(
    stack: Stack, review: str, *facts: Fact, business: str = "acme", age: timedelta = timedelta()
) -> tuple[Outcome, ...]:
    """Outcomes as a step appends them."""
    outcomes = chain_facts(
        OutcomeSubject(review, business, "standard", "review_site", "high"),
        facts,
        sequence=0,
        head=initial_hash(review),
        at=clock.now() - age,
        actor="heard",
        delivery=None,
    )
    writes = append_writes(stack.outputs["OutcomesTableName"], outcomes)
    stack.dynamodb.transact_write_items(TransactItems=writes)
    return outcomes


@pytest.fixture
def subscriber(stack: Stack) -> str:
    """The address of a queue that gets everything from the bus."""
    url = stack.sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    attributes = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    events = moto_client("events")
    events.put_rule(
        Name="all", EventBusName="heard", EventPattern=json.dumps({"source": ["heard"]})
    )
    arn = attributes["Attributes"]["QueueArn"]
    events.put_targets(Rule="all", EventBusName="heard", Targets=[{"Id": "1", "Arn": arn}])
    return url


def received(stack: Stack, queue: str) -> list[Mapping[str, Any]]:
    messages = stack.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def test_the_notices_of_a_period_are_published_again(
    heard: HeardCommand, stack: Stack, subscriber: str
) -> None:
    opened = Fact(Kind.FOLLOW_UP_OPENED, FOLLOW_UP | {"why": "policy"})
    first, second = append(stack, "rev_1", Fact(Kind.ACCEPTED), opened)
    append(stack, "rev_2", opened, age=timedelta(days=3))
    append(stack, "rev_3", opened, business="elsewhere")
    append(stack, "rev_4", Fact(Kind.IGNORED, {"reason": "spam"}))

    result = heard.run_ok("resend-notices", "--business", "acme", "--from", "24h", "--json").json

    assert result == {"outcomes": 1, "published": 2, "skipped": [], "dry_run": False}
    events = received(stack, subscriber)
    assert {event["detail"]["outcome"] for event in events} == {second.id} != {first.id}
    assert {event["detail-type"] for event in events} == {
        "outcome.follow_up_opened",
        "follow_up.opened",
    }


def test_a_dry_run_publishes_nothing(heard: HeardCommand, stack: Stack, subscriber: str) -> None:
    append(stack, "rev_1", Fact(Kind.FOLLOW_UP_OPENED, FOLLOW_UP | {"why": "policy"}))

    result = heard.run_ok("resend-notices", "--business", "acme", "--dry-run")

    assert result.stdout == "1 outcome would be published again.\n"
    assert received(stack, subscriber) == []


def test_an_outcome_that_cannot_be_told_is_named_and_the_others_are_published(
    heard: HeardCommand, stack: Stack, subscriber: str
) -> None:
    (broken,) = append(stack, "rev_1", Fact(Kind.PROMISE_DUE, FOLLOW_UP | {"queue": ["urgent"]}))
    (sound,) = append(stack, "rev_2", Fact(Kind.PROMISE_DUE, FOLLOW_UP))

    result = heard("resend-notices", "--business", "acme")

    assert result.exit_code == 1
    assert f"Skipped {broken.id}: queue is neither an id nor a code." in result.stderr
    assert [event["detail"]["outcome"] for event in received(stack, subscriber)] == [sound.id]


def test_an_unknown_business_is_an_error(heard: HeardCommand, stack: Stack) -> None:
    result = heard("resend-notices", "--business", "acmee")

    assert result.exit_code == 1
    assert "Did you mean acme?" in result.stderr
