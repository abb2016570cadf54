from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from heard.connectors import Connection
from heard.errors import Fault
from heard.messaging import Queue
from heard.storage.quarantine import QuarantinedDelivery
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand

LIST = ("connect", "quarantine", "--business", "acme")
UNREADABLE = b'{"events": "none of your business"}'


def review(native: str, **fields: Any) -> dict[str, Any]:
    return {
        "eventName": "service-review-created",
        "version": "1",
        "eventData": {"id": native, "stars": 4, "text": "Good.", **fields},
    }


def batch(*events: Any) -> bytes:
    return json.dumps({"events": list(events)}).encode()


@pytest.fixture
def connection(stack: Stack) -> Connection:
    connection = Connection("con_1", "acme", "trustpilot", "https://api.example/hooks/con_1")
    stack.setup.put_connection(connection, datetime(2026, 3, 1, tzinfo=UTC))
    return connection


def keep(
    stack: Stack,
    id: str,
    body: bytes,
    why: str = "it was not understood then",
    connection: str = "con_1",
) -> None:
    received = f"2026-03-0{id[-1]}T12:00:00.000Z"
    headers = {"content-type": "application/json"}
    stack.quarantine.keep(
        QuarantinedDelivery(
            id, "acme", connection, "trustpilot", received, why, "POST", "", body, headers
        )
    )


def waiting(stack: Stack) -> list[dict[str, Any]]:
    matches = stack.sqs.receive_message(
        QueueUrl=stack.outputs["QueueUrl"], MaxNumberOfMessages=10
    ).get("Messages", [])
    return [json.loads(message["Body"]) for message in matches]


def kept(stack: Stack) -> list[str]:
    return [delivery.id for delivery in stack.quarantine.of_business("acme")]


def test_the_list_shows_reason_time_and_size(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    assert heard.run_ok(*LIST, "--json").json == []
    keep(stack, "dlv_1", UNREADABLE, "`events` is missing or not a list.")

    (entries,) = heard.run_ok(*LIST, "--json").json

    assert (entries["id"], entries["platform"], entries["bytes"]) == (
        "dlv_1",
        "trustpilot",
        len(UNREADABLE),
    )
    table = heard.run_ok(*LIST).stdout
    assert "`events` is missing" in table
    assert "2026-03-01 12:00:00Z" in table
    assert "none of your business" not in table


def test_one_request_is_shown_completely_without_controlling_the_terminal(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", b'{"events": "\x1b]0;owned\x07 \xe2\x80\xae"}')
    keep(stack, "dlv_2", b"\xff\xfe")

    details = heard.run_ok(*LIST, "--show", "dlv_1").stdout

    assert "owned" in details
    assert not {"\x1b", "\x07", "\u202e"} & set(details)
    assert (
        heard.run_ok(*LIST, "--show", "dlv_1", "--json").json["body"]
        == '{"events": "\x1b]0;owned\x07 \u202e"}'
    )
    assert heard.run_ok(*LIST, "--show", "dlv_2", "--json").json["body_base64"] == "//4="
    assert heard(*LIST, "--show", "dlv_3").exit_code == 1


def test_a_request_that_can_be_parsed_now_is_queued_and_released(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", batch(review("r1"), review("r2")))

    result = heard.run_ok(*LIST, "--replay", "dlv_1", "--json").json

    assert (result["replayed"], result["unresolved"]) == (1, 0)
    assert kept(stack) == []
    messages = waiting(stack)
    assert [message["event"]["native_id"] for message in messages] == ["r1", "r2"]
    assert all(
        message["delivery"].startswith("dlv_1-") and message["connection"] == "con_1"
        for message in messages
    )


def test_a_request_that_still_cannot_be_parsed_stays_with_the_reason(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", UNREADABLE)
    keep(stack, "dlv_2", batch(review("r1")))
    keep(stack, "dlv_3", batch(), connection="con_gone")

    result = heard(*LIST, "--replay-all", "--json")

    assert result.exit_code == 1
    why = {entry["id"]: entry["why"] for entry in result.json["deliveries"]}
    assert "not a list" in why["dlv_1"]
    assert why["dlv_2"] is None
    assert "removed" in why["dlv_3"]
    assert kept(stack) == ["dlv_1", "dlv_3"]


def test_a_batch_that_is_half_readable_is_queued_once_and_kept(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", batch(review("r1"), "nonsense"))

    assert heard(*LIST, "--replay", "dlv_1").exit_code == 1
    assert [message["event"]["native_id"] for message in waiting(stack)] == ["r1"]
    (still,) = stack.quarantine.of_business("acme")
    assert "event" in still.why

    assert heard(*LIST, "--replay", "dlv_1").exit_code == 1
    assert waiting(stack) == [], "nothing new can be read, so nothing is queued again"


def test_a_queue_that_refuses_a_message_loses_nothing(
    heard: HeardCommand, stack: Stack, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Fault("The queue did not take 1 of 1 messages.")

    monkeypatch.setattr(Queue, "send", refuse)
    keep(stack, "dlv_1", batch(review("r1")))

    result = heard(*LIST, "--replay-all")

    assert (result.exit_code, "did not take" in result.stderr) == (1, True)
    assert kept(stack) == ["dlv_1"]


def test_only_one_action_at_a_time(heard: HeardCommand, stack: Stack) -> None:
    assert heard(*LIST, "--show", "dlv_1", "--replay-all").exit_code == 2
