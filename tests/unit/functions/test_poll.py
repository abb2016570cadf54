"""The poll function, with the three kinds of events that AWS and the command line send it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.clock import stamp
from heard.outcomes import Kind
from heard.reviews import review_id
from heard.storage.case_store import MODERATION_AFTER
from heard_simulator.server import Mode, Platforms
from tests.unit.backend import BUSINESS, PRAISE, House
from tests.unit.functions.conftest import Context, Deployed

GOOGLE = "google_business"
CONNECTION = f"con-{GOOGLE}-{BUSINESS}"
NAME = "accounts/100000000000000000001/locations/20000000000000000001/reviews/r-1"

pytestmark = pytest.mark.loopback


@pytest.fixture
def shop(house: House) -> Any:
    with Platforms() as platforms:
        house.clock.now = clock.now()
        house.platforms = platforms
        house.connect(GOOGLE)
        now = stamp(house.clock())
        platforms.knows(
            GOOGLE,
            NAME,
            {"starRating": "FIVE", "comment": PRAISE, "createTime": now, "updateTime": now},
        )
        yield house


def records(house: House) -> dict[str, Any]:
    """The queue of looks as Lambda hands it over."""
    received = house.sqs.receive_message(
        QueueUrl=house.poll_queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    ).get("Messages", [])
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:polls",
                "awsRegion": "eu-central-1",
            }
            for message in received
        ]
    }


def test_a_minute_queues_what_is_due_and_a_message_is_one_look(
    shop: House, deployed: Deployed
) -> None:
    poll = deployed("poll").handler
    assert poll(
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}, Context()
    ) == {"due": 1}
    assert poll(records(shop), Context()) == {"batchItemFailures": []}

    (message,) = shop.queued()
    assert (message["event"]["native_id"], message["confirmed"]) == (NAME, True)
    assert poll({}, Context()) == {"due": 0}


def test_the_command_line_is_told_what_a_look_found(shop: House, deployed: Deployed) -> None:
    poll = deployed("poll").handler
    told = {
        "connection": CONNECTION,
        "found": 1,
        "queued": 1,
        "withdrawn": 0,
        "problems": 0,
        "error": None,
    }
    assert poll({"connection": CONNECTION}, Context()) == told
    assert poll({"connection": CONNECTION}, Context()) == {**told, "queued": 0}

    unknown = poll({"connection": "con-unknown"}, Context())
    assert (unknown["found"], unknown["error"].partition(":")[0]) == (0, "not_polled")


def test_a_platform_that_is_down_fails_no_message(shop: House, deployed: Deployed) -> None:
    assert shop.platforms is not None
    shop.platforms.fault(GOOGLE, Mode.DOWN, times=None)
    poll = deployed("poll").handler
    poll({}, Context())
    assert poll(records(shop), Context()) == {"batchItemFailures": []}

    stands = shop.polls.poll(CONNECTION)
    assert stands is not None
    assert stands.failures == 1


def test_a_fault_of_our_own_gives_the_message_back(shop: House, deployed: Deployed) -> None:
    poll = deployed("poll").handler
    poll({}, Context())
    event = records(shop)
    shop.sqs.delete_queue(QueueUrl=shop.queue_url)

    assert poll(event, Context()) == {
        "batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]
    }
    assert shop.polls.memory(CONNECTION) == ({}, 0)


def test_what_became_of_a_reply_is_asked_by_the_queue(shop: House, deployed: Deployed) -> None:
    assert shop.platforms is not None
    deployed("poll").handler({"connection": CONNECTION}, Context())
    (message,) = shop.queued()
    steps = deployed("triage").handler(message, Context())
    deployed("reply").handler({"thread": steps["thread"], "reply": steps["reply"]}, Context())
    shop.clock.now = clock.now() + MODERATION_AFTER[0] + timedelta(seconds=1)
    shop.sweep()
    reply: dict[str, Any] = shop.platforms.of(GOOGLE)._reviews[NAME]["reviewReply"]  # type: ignore[attr-defined]
    reply |= {"reviewReplyState": "APPROVED"}
    event = records(shop)
    assert json.loads(event["Records"][0]["body"]) == {
        "moderation": {"thread": steps["thread"], "reply": steps["reply"]}
    }
    assert deployed("poll").handler(event, Context()) == {"batchItemFailures": []}
    assert shop.kinds(review_id(BUSINESS, GOOGLE, NAME)) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
        Kind.REPLY_PUBLISHED,
    ]


def test_the_sweep_knows_the_queue_of_looks(house: House, deployed: Deployed) -> None:
    assert deployed("sweep").handler({}, Context()) == {
        "resumed": 0,
        "woken": 0,
        "restarted": 0,
        "asked": 0,
    }
