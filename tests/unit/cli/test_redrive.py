from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.messaging import TRIES, WAITS
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand


def bury(stack: Stack, *bodies: str) -> None:
    for body in bodies:
        stack.sqs.send_message(QueueUrl=stack.outputs["DeadLettersUrl"], MessageBody=body)


def bodies(stack: Stack, queue: str) -> list[str]:
    matches: list[str] = []
    while messages := stack.sqs.receive_message(
        QueueUrl=stack.outputs[queue], MaxNumberOfMessages=10
    ).get("Messages"):
        matches += [message["Body"] for message in messages]
    return sorted(matches)


def test_dead_letters_go_back_as_they_were(heard: HeardCommand, stack: Stack) -> None:
    letters = [f'{{"n": {n}}}' for n in range(10, 35)]
    bury(stack, *letters, "not even JSON")

    result = heard.run_ok("redrive", "--json").json

    assert result == {"dead_letters": 26, "moved": 26, "remaining": 0, "dry_run": False}
    assert bodies(stack, "QueueUrl") == sorted([*letters, "not even JSON"])


def test_a_dead_letter_keeps_its_tenant_and_begins_its_tries_again(
    heard: HeardCommand, stack: Stack
) -> None:
    letter = '{"delivery": "dlv_1", "business": "acme"}'
    stack.sqs.send_message(
        QueueUrl=stack.outputs["DeadLettersUrl"],
        MessageBody=letter,
        MessageAttributes={
            name: {"DataType": "Number", "StringValue": "9"} for name in (TRIES, WAITS)
        },
    )
    heard.run_ok("redrive")
    (message,) = stack.sqs.receive_message(
        QueueUrl=stack.outputs["QueueUrl"],
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["MessageGroupId"],
    )["Messages"]

    assert message["Body"] == letter
    assert message["Attributes"]["MessageGroupId"] == "acme"
    assert "MessageAttributes" not in message


def test_a_dead_letter_that_names_no_business_of_ours_stops_no_other(
    heard: HeardCommand, stack: Stack
) -> None:
    odd = [json.dumps({"business": business}) for business in (None, 5, "two words", "x" * 129)]
    bury(stack, *odd, "[" * 100_000, '{"business": "acme"}')

    assert heard.run_ok("redrive", "--json").json["moved"] == 6


def test_a_dry_run_only_counts(heard: HeardCommand, stack: Stack) -> None:
    bury(stack, "a", "b")

    assert heard.run_ok("redrive", "--dry-run", "--json").json["dead_letters"] == 2
    assert "2 dead letters" in heard.run_ok("redrive", "--dry-run").stdout
    assert bodies(stack, "QueueUrl") == []


def test_a_few_can_be_tried_first(heard: HeardCommand, stack: Stack) -> None:
    bury(stack, *"abcdefghijklmn")

    result = heard.run_ok("redrive", "--max", "3", "--json").json

    assert (result["moved"], result["remaining"]) == (3, 11)
    assert len(bodies(stack, "QueueUrl")) == 3


@pytest.mark.parametrize("verb", ["send_message", "delete_message"])
def test_an_error_loses_nothing(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    bury(stack, *"abcde")
    calls, real_call = [0], getattr(stack.sqs, verb)

    def fail(**argument: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "SendMessage"
            )
        return real_call(**argument)

    monkeypatch.setattr(stack.sqs, verb, fail)

    result = heard("redrive", "--json")

    assert result.exit_code == 1
    assert result.json["moved"] == 2
    assert "not yours" in result.stderr


def test_after_an_error_every_message_is_in_one_of_the_queues(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(stack, *"abcde")
    real_call = stack.sqs.send_message

    def fail(**argument: Any) -> Any:
        if argument["MessageBody"] == "c":
            raise ClientError(
                {"Error": {"Code": "ServiceUnavailable", "Message": "later"}}, "SendMessage"
            )
        return real_call(**argument)

    with monkeypatch.context() as patched:
        patched.setattr(stack.sqs, "send_message", fail)
        assert heard("redrive").exit_code == 1

    assert sorted(bodies(stack, "QueueUrl") + bodies(stack, "DeadLettersUrl")) == list("abcde")
