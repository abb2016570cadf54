from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heard import clock
from heard.clock import format_time
from heard.connectors import Connection
from heard.errors import Fault
from heard.messaging import Queue
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.tables import attributes
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
    received: str = "",
) -> None:
    received = received or f"2026-03-0{id[-1]}T12:00:00.000Z"
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

    assert entries == {
        "id": "dlv_1",
        "business": "acme",
        "connection": "con_1",
        "platform": "trustpilot",
        "received_at": "2026-03-01T12:00:00.000Z",
        "why": "`events` is missing or not a list.",
        "method": "POST",
        "bytes": len(UNREADABLE),
        "expires_at": "2026-03-31T12:00:00.000Z",
        "expires_soon": True,
        "sealed": True,
        "erased": False,
    }
    table = heard.run_ok(*LIST).stdout
    assert "`events` is missing" in table
    assert "2026-03-01 12:00:00Z" in table
    assert "2026-03-31 12:00:00Z" in table
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
    assert {message["received_at"] for message in messages} == {"2026-03-01T12:00:00.000Z"}


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


def test_a_list_counts_the_requests_that_will_soon_be_deleted_unread(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    now = clock.now()
    keep(stack, "dlv_1", UNREADABLE, received=format_time(now - timedelta(days=22)))
    result = heard.run_ok(*LIST)
    assert "deleted within" not in result.stderr

    keep(stack, "dlv_2", UNREADABLE, received=format_time(now - timedelta(days=24)))
    assert "1 request is deleted within 7 days." in heard.run_ok(*LIST).stderr
    soon = {entry["id"]: entry["expires_soon"] for entry in heard.run_ok(*LIST, "--json").json}
    assert soon == {"dlv_1": False, "dlv_2": True}
    assert (
        "1 request is deleted within 7 days."
        in heard.run_ok("connect", "deliveries", connection.id).stdout
    )
    counts = heard.run_ok("connect", "deliveries", connection.id, "--json").json
    assert (counts["quarantined"], counts["quarantined_expiring_soon"]) == (2, 1)


def test_a_deleted_request_is_gone_and_deleting_it_again_is_no_error(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", UNREADABLE)
    keep(stack, "dlv_2", UNREADABLE)

    assert heard.run_ok(*LIST, "--delete", "dlv_1", "--yes", "--json").json == {
        "id": "dlv_1",
        "deleted": True,
    }
    assert kept(stack) == ["dlv_2"]
    assert heard.run_ok(*LIST, "--delete", "dlv_1", "--json").json == {
        "id": "dlv_1",
        "deleted": False,
    }
    assert "no delivery dlv_1" in heard.run_ok(*LIST, "--delete", "dlv_1").stderr


def test_a_request_is_deleted_only_after_a_person_confirms_it(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", UNREADABLE)

    for answer in ("n\n", ""):
        result = heard(*LIST, "--delete", "dlv_1", stdin=answer)
        assert (result.exit_code, "Nothing was deleted." in result.stderr) == (1, True)
        assert kept(stack) == ["dlv_1"]
    assert "Deleted dlv_1" in heard.run_ok(*LIST, "--delete", "dlv_1", stdin="y\n").stdout
    assert kept(stack) == []


def test_a_request_without_its_key_is_shown_as_erased(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    keep(stack, "dlv_1", UNREADABLE)
    stack.dynamodb.update_item(
        TableName=stack.outputs["CasesTableName"],
        Key={
            "pk": {"S": "QUARANTINE#acme"},
            "sk": {"S": "2026-03-01T12:00:00.000Z#dlv_1"},
        },
        UpdateExpression="REMOVE #key",
        ExpressionAttributeNames={"#key": "key"},
    )

    assert "erased" in heard.run_ok(*LIST).stdout
    assert heard.run_ok(*LIST, "--json").json[0]["erased"] is True
    details = heard.run_ok(*LIST, "--show", "dlv_1", "--json").json
    assert (details["erased"], "body" in details) == (True, False)
    assert "nobody can read it" in heard.run_ok(*LIST, "--show", "dlv_1").stderr
    result = heard(*LIST, "--replay-all", "--json")
    assert (result.exit_code, result.json["deliveries"][0]["released"]) == (1, False)
    assert "erased" in result.json["deliveries"][0]["why"]


def test_a_request_of_an_earlier_version_is_shown_replayed_and_sealed(
    heard: HeardCommand, stack: Stack, connection: Connection
) -> None:
    half_readable = batch(review("r1"), "nonsense")
    stack.dynamodb.put_item(
        TableName=stack.outputs["CasesTableName"],
        Item=attributes(
            {
                "pk": "QUARANTINE#acme",
                "sk": "2026-03-01T12:00:00.000Z#dlv_1",
                "id": "dlv_1",
                "business": "acme",
                "connection": "con_1",
                "platform": "trustpilot",
                "received_at": "2026-03-01T12:00:00.000Z",
                "why": "it was not understood then",
                "method": "POST",
                "query": "",
                "body": half_readable,
                "headers": {},
            }
        ),
    )

    result = heard.run_ok(*LIST)
    assert "never" in result.stdout
    assert "1 request of an earlier version is not sealed" in result.stderr
    assert heard.run_ok(*LIST, "--show", "dlv_1", "--json").json["body"] == half_readable.decode()

    assert heard(*LIST, "--replay", "dlv_1").exit_code == 1
    assert [message["event"]["native_id"] for message in waiting(stack)] == ["r1"]
    (entry,) = heard.run_ok(*LIST, "--json").json
    assert (entry["sealed"], entry["bytes"]) == (True, len(half_readable))
    assert heard.run_ok(*LIST, "--show", "dlv_1", "--json").json["body"] == half_readable.decode()
