"""From a webhook to the bus: notices on the deployed stack, as a subscriber's queue gets them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.clock import format_time
from heard_cli.local.stack import EmulatedStack
from heard_cli.local.subscriber import Subscriber

from .conftest import StackBusiness

COMPLAINT = "You charged my card twice and nobody answers the phone. I want my money back."
DANGER = "There was broken glass in the bread and my child was hurt, she had to go to hospital."


@pytest.fixture
def subscriber(stack: EmulatedStack, shop: StackBusiness) -> Iterator[Subscriber]:
    with Subscriber(stack, shop.business) as subscriber:
        yield subscriber


def test_a_follow_up_is_told_when_it_opens_when_a_critical_review_joins_and_when_a_promise_is_due(
    shop: StackBusiness, subscriber: Subscriber, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    agent = shop.sign_in_person("Ana", "agent")
    review = shop.deliver_review("told-1", COMPLAINT, 1, thread_id="told")
    (opened,) = eventually(lambda: subscriber.of("outcome.follow_up_opened"))
    (earlier,) = eventually(lambda: subscriber.of("follow_up.opened"))
    assert (opened["review"], opened["severity"]) == (review, "high")
    assert earlier["follow_up"] == opened["follow_up"]

    joining_review = shop.deliver_review("told-2", DANGER, 1, thread_id="told")
    (joined,) = eventually(lambda: subscriber.of("outcome.follow_up_joined"))
    assert (joined["review"], joined["follow_up"]) == (joining_review, opened["follow_up"])
    assert (joined["severity"], joined["severity_before"]) == ("critical", "high")
    assert joined["queue"] == "urgent"

    path = f"/api/desk/follow-ups/{opened['follow_up']}"
    fence = agent.call("POST", f"{path}/claim")[1]["fence"]
    promise = {
        "id": "answer-0001",
        "action": "promise",
        "fence": fence,
        "promised_for": format_time(clock.now() + timedelta(seconds=3)),
    }
    assert agent.call("POST", f"{path}/resolution", promise)[0] == 200
    (due,) = eventually(lambda: subscriber.of("outcome.promise_due"))
    assert due["follow_up"] == opened["follow_up"]

    assert subscriber.outcome_ids <= {outcome.id for outcome in shop.recent_outcomes()}
    text = json.dumps([event.detail for event in subscriber.events])
    assert not [words for words in (COMPLAINT, DANGER, "Kim", "Ana") if words in text]


def test_a_record_that_nobody_wrote_delays_no_other(
    shop: StackBusiness,
    stack: EmulatedStack,
    subscriber: Subscriber,
    eventually: Callable[..., Any],
) -> None:
    shop.connect("standard")
    poison = f"rev_{secrets.token_hex(8)}"
    stack.client("dynamodb").put_item(
        TableName=stack.outputs["OutcomesTableName"],
        Item={
            "review": {"S": poison},
            "sequence": {"N": "1"},
            "kind": {"S": "follow_up_opened"},
            "detail": {"S": "no map"},
        },
    )
    review = shop.deliver_review("after-1", COMPLAINT, 1)
    (opened,) = eventually(lambda: subscriber.of("outcome.follow_up_opened"))

    assert opened["review"] == review
    lines = eventually(
        lambda: [
            line
            for page in stack.client("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName="/heard/heard/functions")
            for event in page["events"]
            if poison in event["message"]
            for line in [json.loads(event["message"])]
        ]
    )
    assert {(line["message"], line["outcome"]) for line in lines} == {("skipped", f"{poison}/1")}
