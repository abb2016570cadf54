"""The webhook door.

What is genuine is kept before it is answered, what is not leaves nothing behind.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heard.connectors import Connector, Request
from heard.connectors.signatures import BasicAuth
from heard.errors import Fault, NotFound, TooLarge
from heard.messaging import Queue
from heard.steps.ingest import QUARANTINE_BYTES, Received, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import InboundSecret
from tests.unit.backend import BUSINESS, COMPLAINT, NOON, SECRET, House
from tests.unit.signed import standard

OTHER_SECRET = "whsec_" + "b3RoZXIgc2VjcmV0LCB0aGlydHktdHdvIGJ5dGVz"
REVIEW: dict[str, Any] = {
    "type": "review.created",
    "timestamp": "2026-03-17T11:59:00Z",
    "data": {"id": "r-1", "text": COMPLAINT, "rating": 1},
}


def signed(document: object = REVIEW, secret: str = SECRET, at: timedelta = timedelta()) -> Request:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return standard(body, secret, NOON + at)


def knock(
    house: House,
    request: Request,
    connection: str = "con-standard-bus_bakery",
    at: timedelta = timedelta(),
) -> Received:
    return ingest(request, connection, house.door, NOON + at)


def quarantined(house: House) -> list[Any]:
    return Quarantine(house.dynamodb, house.tables["WorkTable"]).of_business(BUSINESS)


def test_a_genuine_delivery_is_queued_before_it_is_answered(house: House) -> None:
    received = knock(house, signed())

    assert (received.response.status, received.result, received.events) == (202, "accepted", 1)
    (message,) = house.queued()
    assert message["delivery"] == f"{received.delivery}.0"
    assert message["event"]["text"] == COMPLAINT


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (signed(secret=OTHER_SECRET), "signature_wrong"),
        (Request("POST", {}, signed().body), "signature_missing"),
        (signed(at=timedelta(minutes=-6)), "stale"),
        (signed(at=timedelta(minutes=6)), "stale"),
        (Request("POST", signed().headers, signed().body + b" "), "signature_wrong"),
        (
            Request(
                "POST", {**signed().headers, "webhook-signature": "v1,\xff\ud800"}, signed().body
            ),
            "signature_wrong",
        ),
        (
            Request("POST", {**signed().headers, "webhook-timestamp": "soon"}, signed().body),
            "signature_malformed",
        ),
    ],
)
def test_what_is_not_genuine_gets_401_and_leaves_no_more_than_a_note(
    house: House, request_: Request, reason: str
) -> None:
    before = house.everything()
    received = knock(house, request_)

    assert (received.response.status, received.result, received.reason) == (401, "refused", reason)
    left = [item for item in house.everything() if item not in before]
    assert [(item["pk"], item["result"], item["reason"]) for item in left] == [
        ("DOOR#con-standard-bus_bakery", "refused", reason)
    ]
    assert "bread" not in str(left)
    assert house.queued() == []


def test_a_flood_of_equal_requests_is_noted_once_a_minute_and_counted(house: House) -> None:
    door, connection = house.door, "con-standard-bus_bakery"
    for second in range(0, 150, 10):
        ingest(
            signed(secret=OTHER_SECRET, at=timedelta(seconds=second)),
            connection,
            door,
            NOON + timedelta(seconds=second),
        )
    ingest(signed(at=timedelta(seconds=150)), connection, door, NOON + timedelta(seconds=150))

    notes = door.deliveries.of_connection(connection)
    assert [(note.result, note.reason, note.events, note.unnoted) for note in notes] == [
        ("accepted", "", 1, 0),
        ("refused", "signature_wrong", 0, 5),
        ("refused", "signature_wrong", 0, 5),
        ("refused", "signature_wrong", 0, 0),
    ]


def test_a_note_that_cannot_be_kept_costs_the_delivery_nothing(house: House) -> None:
    door = replace(house.door, deliveries=Deliveries(house.raw, "no-such-table"))
    received = ingest(signed(), "con-standard-bus_bakery", door, NOON)

    assert (received.response.status, received.result, received.noted) == (202, "accepted", False)
    assert len(house.queued()) == 1


def test_an_unknown_and_a_removed_connection_cannot_be_told_apart(house: House) -> None:
    told = []
    for connection in ("con-never-was", house.connections["standard"].id):
        house.setup.remove_connection(connection)
        with pytest.raises(NotFound) as nothing:
            knock(house, signed(), connection)
        told.append((nothing.value.detail, nothing.value.extra))

    assert told[0] == told[1]


def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(house: House) -> None:
    padding = Connector.body_limit - len(json.dumps({**REVIEW, "padding": ""}).encode())
    assert knock(house, signed({**REVIEW, "padding": "x" * padding})).response.status == 202

    with pytest.raises(TooLarge):
        knock(house, signed({**REVIEW, "padding": "x" * (padding + 1)}))


def test_a_large_delivery_that_cannot_be_read_is_kept_as_far_as_there_is_room(house: House) -> None:
    connection = house.connect("postmark")
    request = BasicAuth().sign(
        Request("POST", {"content-type": "application/json"}, b"{" * 1_000_000),
        connection.url,
        SECRET,
        NOON,
    )
    assert knock(house, request, connection.id).response.status < 300

    (kept,) = quarantined(house)
    assert len(kept.body) == QUARANTINE_BYTES
    assert kept.why.startswith("only the first 350000 of 1000000 bytes are kept")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"type": 1}',
        b'{"type": "review.created"}',
        b'{"type": "review.created", "data": {}}',
        b"",
    ],
)
def test_a_genuine_delivery_that_cannot_be_read_is_kept_whole_and_answered(
    house: House, body: bytes
) -> None:
    received = knock(house, signed(body))

    assert (received.response.status, received.result, received.events) == (202, "quarantined", 0)
    (kept,) = quarantined(house)
    assert (kept.body, kept.id, kept.connection) == (
        body,
        received.delivery,
        house.connections["standard"].id,
    )
    assert set(kept.headers) <= {"content-type"}
    assert house.queued() == []


def test_what_can_be_read_of_a_batch_is_queued_and_the_whole_of_it_is_kept(house: House) -> None:
    house.connect("trustpilot")
    good = {
        "eventName": "service-review-created",
        "eventData": {
            "id": "a" * 24,
            "stars": 2,
            "text": COMPLAINT,
            "createdAt": "2026-03-17T09:00:00Z",
        },
    }
    body = json.dumps(
        {"events": [good, {"eventName": "service-review-created", "eventData": {}}]}
    ).encode()
    received = knock(house, Request("POST", {}, body), house.connections["trustpilot"].id)

    assert (received.response.status, received.result, received.events) == (200, "quarantined", 1)
    assert [message["event"]["native_id"] for message in house.queued()] == ["a" * 24]
    assert [kept.body for kept in quarantined(house)] == [body]


def test_a_released_delivery_is_gone_from_quarantine_and_releasing_it_again_is_no_error(
    house: House,
) -> None:
    knock(house, signed(b"{"))
    store = Quarantine(house.dynamodb, house.tables["WorkTable"])
    (kept,) = store.of_business(BUSINESS)
    store.release(kept)
    store.release(kept)

    assert store.of_business(BUSINESS) == []
    assert store.of_business("bus_other") == []


def test_a_platforms_test_is_answered_and_goes_nowhere(house: House) -> None:
    received = knock(house, signed({"type": "test"}))

    assert (received.response.status, received.result, received.events) == (202, "accepted", 0)
    assert house.queued() == []


def test_unknown_fields_and_types_are_ignored(house: House) -> None:
    assert (
        knock(house, signed({**REVIEW, "data": {**REVIEW["data"], "mood": {"x": [1]}}})).events == 1
    )
    assert knock(house, signed({"type": "review.frobnicated", "data": {}})).events == 0


def test_the_secret_before_counts_until_its_overlap_ends(house: House) -> None:
    connection = house.connections["standard"].id
    house.secrets.put_inbound(
        connection, InboundSecret(OTHER_SECRET, SECRET, NOON + timedelta(hours=1))
    )
    late = timedelta(hours=1)

    assert knock(house, signed()).response.status == 202
    assert knock(house, signed(secret=OTHER_SECRET)).response.status == 202
    assert knock(house, signed(at=late), at=late).response.status == 401
    assert knock(house, signed(secret=OTHER_SECRET, at=late), at=late).response.status == 202


def test_a_new_secret_counts_at_once_though_the_old_one_is_remembered(house: House) -> None:
    assert knock(house, signed()).response.status == 202
    house.ssm.put_parameter(
        Name=f"{house.secrets_path}/{house.connections['standard'].id}/inbound",
        Value=InboundSecret(OTHER_SECRET).to_text(),
        Type="SecureString",
        Overwrite=True,
    )

    assert knock(house, signed(secret=OTHER_SECRET)).response.status == 202
    assert knock(house, signed()).response.status == 401


def test_nothing_is_answered_well_that_the_queue_did_not_take(house: House) -> None:
    class Full:
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}

    house.queue = Queue(Full(), house.queue_url)  # type: ignore[arg-type]

    with pytest.raises(Fault):
        knock(house, signed())


def test_many_and_long_messages_are_sent_in_batches_that_the_queue_takes(house: House) -> None:
    house.queue.send([{"delivery": f"dlv-{number}", "text": "x" * 90_000} for number in range(5)])
    house.queue.send([{"delivery": f"dlv-{number}"} for number in range(23)])
    seen: set[str] = set()
    while messages := house.sqs.receive_message(
        QueueUrl=house.queue_url, MaxNumberOfMessages=10
    ).get("Messages"):
        seen |= {message["MessageId"] for message in messages}

    assert len(seen) == 28


def test_the_hosted_form_is_shown_to_anybody_and_taken_back_from_whoever_opened_it(
    house: House,
) -> None:
    connection = house.connect("feedback_form")
    shown = knock(house, Request("GET", {"accept-language": "de"}, b""), connection.id)

    assert (shown.response.status, shown.result) == (200, "handshake")
    assert shown.response.content_type.startswith("text/html")
    assert house.queued() == []
    refused = knock(
        house,
        Request("POST", {"content-type": "application/x-www-form-urlencoded"}, b"rating=5&token=x"),
        connection.id,
    )
    assert refused.response.status == 401
