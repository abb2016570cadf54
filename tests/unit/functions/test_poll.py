"""The poll function, with the three kinds of events that AWS and the command line send it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.clock import format_time
from heard.outcomes import Kind
from heard.reviews import review_id
from heard.storage.replies import MODERATION_CHECK_DELAYS
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms
from tests.unit.backend import BUSINESS, PRAISE, Backend
from tests.unit.functions.conftest import FunctionLoader, sqs_event
from tests.unit.gateway import LambdaContext

GOOGLE = "google_business"
CONNECTION = f"con-{GOOGLE}-{BUSINESS}"
NAME = "accounts/100000000000000000001/locations/20000000000000000001/reviews/r-1"

pytestmark = pytest.mark.loopback


def write_review(backend: Backend) -> None:
    """Somebody praises the business at Google."""
    assert backend.platforms is not None
    now = format_time(backend.clock())
    backend.platforms.set_resource(
        GOOGLE,
        NAME,
        {"starRating": "FIVE", "comment": PRAISE, "createTime": now, "updateTime": now},
    )


@pytest.fixture
def shop(backend: Backend) -> Iterator[Backend]:
    with SimulatedPlatforms() as platforms:
        backend.clock.now = clock.now()
        backend.platforms = platforms
        backend.connect(GOOGLE)
        write_review(backend)
        yield backend


def records(backend: Backend) -> dict[str, Any]:
    """The poll queue as Lambda hands it over."""
    return sqs_event(backend.sqs, backend.poll_queue_url)


def test_the_schedule_queues_due_connections_and_each_message_is_one_poll(
    shop: Backend, load_function: FunctionLoader
) -> None:
    poll = load_function("poll").handler
    assert poll(
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}, LambdaContext()
    ) == {"due": 1}
    assert poll(records(shop), LambdaContext()) == {"batchItemFailures": []}

    (message,) = shop.queued_messages()
    assert (message["event"]["native_id"], message["verified"]) == (NAME, True)
    assert poll({}, LambdaContext()) == {"due": 0}


def test_the_command_line_gets_the_result_of_a_poll(
    shop: Backend, load_function: FunctionLoader
) -> None:
    poll = load_function("poll").handler
    result = {
        "connection": CONNECTION,
        "listed": 1,
        "queued": 1,
        "withdrawn": 0,
        "problems": 0,
        "error": None,
    }
    assert poll({"connection": CONNECTION}, LambdaContext()) == result
    assert poll({"connection": CONNECTION}, LambdaContext()) == {**result, "queued": 0}

    unknown = poll({"connection": "con-unknown"}, LambdaContext())
    assert (unknown["listed"], unknown["error"].partition(":")[0]) == (0, "not_polled")


def test_while_a_platform_is_down_no_message_fails(
    shop: Backend, load_function: FunctionLoader
) -> None:
    assert shop.platforms is not None
    shop.platforms.add_fault(GOOGLE, FaultMode.DOWN, times=None)
    poll = load_function("poll").handler
    poll({}, LambdaContext())
    assert poll(records(shop), LambdaContext()) == {"batchItemFailures": []}

    state = shop.polls.state(CONNECTION)
    assert state is not None
    assert state.failures == 1


def test_a_poll_before_the_time_that_the_platform_asked_for_is_skipped_and_not_failed(
    shop: Backend, load_function: FunctionLoader, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop.platforms is not None
    shop.platforms.add_fault(GOOGLE, FaultMode.RATE_LIMITED, seconds=600, call_kind=CallKind.READ)
    poll = load_function("poll").handler
    poll({"connection": CONNECTION}, LambdaContext())
    assert '"polls_failed"' in capsys.readouterr().out

    skipped = poll({"connection": CONNECTION}, LambdaContext())
    metrics = capsys.readouterr().out
    assert skipped["error"].startswith("asked_to_wait: ")
    assert '"polls_skipped"' in metrics
    assert '"polls_failed"' not in metrics


def test_a_fault_of_our_own_returns_the_message_to_the_queue(
    shop: Backend, load_function: FunctionLoader
) -> None:
    poll = load_function("poll").handler
    poll({}, LambdaContext())
    event = records(shop)
    shop.sqs.delete_queue(QueueUrl=shop.queue_url)

    assert poll(event, LambdaContext()) == {
        "batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]
    }
    assert shop.polls.memory(CONNECTION) == ({}, 0)


def test_a_moderation_message_records_the_status_of_the_reply(
    shop: Backend, load_function: FunctionLoader
) -> None:
    assert shop.platforms is not None
    load_function("poll").handler({"connection": CONNECTION}, LambdaContext())
    (message,) = shop.queued_messages()
    triaged = load_function("triage").handler({"messages": [message]}, LambdaContext())
    (sent,) = triaged["replies"]
    load_function("reply").handler({"step": "acknowledge", **triaged}, LambdaContext())
    shop.clock.now = clock.now() + MODERATION_CHECK_DELAYS[0] + timedelta(seconds=1)
    shop.sweep()
    reply: dict[str, Any] = shop.platforms.get(GOOGLE).resources[NAME]["reviewReply"]  # type: ignore[attr-defined]
    reply |= {"reviewReplyState": "APPROVED"}
    event = records(shop)
    assert json.loads(event["Records"][0]["body"]) == {
        "moderation": {"thread": sent["thread"], "reply": sent["reply"]},
        "business": BUSINESS,
    }
    assert load_function("poll").handler(event, LambdaContext()) == {"batchItemFailures": []}
    assert shop.kinds(review_id(BUSINESS, GOOGLE, NAME)) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
        Kind.REPLY_PUBLISHED,
    ]


def test_the_sweep_function_runs_with_its_settings_and_finds_nothing_to_do(
    backend: Backend, load_function: FunctionLoader
) -> None:
    assert load_function("sweep").handler({}, LambdaContext()) == {
        "resumed": 0,
        "woken": 0,
        "restarted": 0,
        "carry_outs": 0,
        "moderation_checks": 0,
        "skipped": 0,
    }
