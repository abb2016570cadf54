"""Ingest: what is genuine is kept before it is answered, what is not leaves nothing behind."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.addresses import AddressLock, token_digest
from heard.clock import format_time
from heard.connectors import Connector, Proof, WebhookRequest, load, platform_names
from heard.connectors.signatures import BasicAuth
from heard.errors import Fault, NotFound, TooLarge
from heard.messaging import Queue
from heard.steps.ingest import QUARANTINE_BYTES, IngestResult, ingest
from heard.storage.deliveries import Deliveries
from heard.storage.quarantine import Quarantine
from heard.storage.setup import (
    FAILED_READ_SECONDS,
    REREAD_SECONDS,
    RETRY_SECONDS,
    SECRET_SECONDS,
    SETTLING_SECONDS,
    STALE_SECONDS,
    InboundSecret,
    Secrets,
    SetupStore,
)
from tests.unit.backend import BUSINESS, COMPLAINT, NOON, SECRET, Backend
from tests.unit.signed import sign_standard

OTHER_SECRET = "whsec_" + "b3RoZXIgc2VjcmV0LCB0aGlydHktdHdvIGJ5dGVz"
TOKEN = "a" * 32
REVIEW: dict[str, Any] = {
    "type": "review.created",
    "timestamp": "2026-03-17T11:59:00Z",
    "data": {"id": "r-1", "text": COMPLAINT, "rating": 1},
}


def signed_request(
    document: object = REVIEW, secret: str = SECRET, offset: timedelta = timedelta()
) -> WebhookRequest:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return sign_standard(body, secret, NOON + offset)


def ingest_request(
    backend: Backend,
    request: WebhookRequest,
    connection: str = "con-standard-bus_bakery",
    offset: timedelta = timedelta(),
) -> IngestResult:
    return ingest(request, connection, backend.ingest_ports, NOON + offset)


def quarantined_deliveries(backend: Backend) -> list[Any]:
    store = Quarantine(backend.dynamodb, backend.tables["CasesTable"])
    return [store.open(entry) for entry in store.of_business(BUSINESS)]


def test_a_genuine_delivery_is_queued_before_it_is_answered(backend: Backend) -> None:
    received = ingest_request(backend, signed_request())

    assert (received.response.status, received.result, received.events) == (202, "accepted", 1)
    (message,) = backend.queued_messages()
    assert message["delivery"] == f"{received.delivery}.0"
    assert message["received_at"] == format_time(NOON)
    assert message["event"]["text"] == COMPLAINT


@pytest.mark.parametrize(
    ("webhook_request", "reason"),
    [
        (signed_request(secret=OTHER_SECRET), "signature_wrong"),
        (WebhookRequest("POST", {}, signed_request().body), "signature_missing"),
        (signed_request(offset=timedelta(minutes=-6)), "stale"),
        (signed_request(offset=timedelta(minutes=6)), "stale"),
        (
            WebhookRequest("POST", signed_request().headers, signed_request().body + b" "),
            "signature_wrong",
        ),
        (
            WebhookRequest(
                "POST",
                {**signed_request().headers, "webhook-signature": "v1,\xff\ud800"},
                signed_request().body,
            ),
            "signature_wrong",
        ),
        (
            WebhookRequest(
                "POST",
                {**signed_request().headers, "webhook-timestamp": "soon"},
                signed_request().body,
            ),
            "signature_malformed",
        ),
    ],
)
def test_a_request_that_fails_authentication_gets_401_and_leaves_only_a_note(
    backend: Backend, webhook_request: WebhookRequest, reason: str
) -> None:
    before = backend.case_items()
    received = ingest_request(backend, webhook_request)

    assert (received.response.status, received.result, received.reason) == (401, "refused", reason)
    new_items = [item for item in backend.case_items() if item not in before]
    assert [(item["pk"], item["result"], item["reason"]) for item in new_items] == [
        ("DELIVERY#con-standard-bus_bakery", "refused", reason)
    ]
    assert "bread" not in str(new_items)
    assert backend.queued_messages() == []


def test_a_flood_of_equal_requests_is_noted_once_a_minute_and_counted(backend: Backend) -> None:
    ports, connection = backend.ingest_ports, "con-standard-bus_bakery"
    for second in range(0, 150, 10):
        ingest(
            signed_request(secret=OTHER_SECRET, offset=timedelta(seconds=second)),
            connection,
            ports,
            NOON + timedelta(seconds=second),
        )
    ingest(
        signed_request(offset=timedelta(seconds=150)),
        connection,
        ports,
        NOON + timedelta(seconds=150),
    )

    notes = ports.deliveries.of_connection(connection)
    assert [(note.result, note.reason, note.events, note.skipped) for note in notes] == [
        ("accepted", "", 1, 0),
        ("refused", "signature_wrong", 0, 5),
        ("refused", "signature_wrong", 0, 5),
        ("refused", "signature_wrong", 0, 0),
    ]


def test_who_looks_at_an_unsigned_address_leaves_one_note_a_minute(backend: Backend) -> None:
    """Scanners, previews of links, and checks of an address that send nothing."""
    unsigned = [
        name for name in platform_names() if load(name).capabilities.proof is not Proof.SENDER
    ]
    for platform in unsigned:
        connection = backend.connect(platform)
        before, ports = backend.case_items(), backend.ingest_ports
        for method, body in (
            *((method, b"") for method in ("GET", "HEAD", "OPTIONS", "POST")),
            ("GET", b"a body"),
            ("POST", b" \r\n"),
        ):
            request = WebhookRequest(method, {"content-type": "text/plain"}, body, "utm=1")
            response = ingest(request, connection.id, ports, NOON).response
            # Yelp verifies an address by a GET, and says when one brings nothing to verify.
            assert response.status < 400 or (platform == "yelp" and method == "GET")
        new_items = [item for item in backend.case_items() if item not in before]
        assert {item["pk"] for item in new_items} <= {f"DELIVERY#{connection.id}"}, platform
        assert len(new_items) <= 2, platform
    assert backend.queued_messages() == []


def test_a_delivery_is_accepted_though_its_note_cannot_be_stored(backend: Backend) -> None:
    ports = replace(
        backend.ingest_ports, deliveries=Deliveries(backend.plain_dynamodb, "no-such-table")
    )
    received = ingest(signed_request(), "con-standard-bus_bakery", ports, NOON)

    assert (received.response.status, received.result, received.note_written) == (
        202,
        "accepted",
        False,
    )
    assert len(backend.queued_messages()) == 1


def test_an_unknown_and_a_removed_connection_give_the_same_response(backend: Backend) -> None:
    errors = []
    for connection in ("con-never-was", backend.connections["standard"].id):
        backend.setup_store.remove_connection(connection)
        with pytest.raises(NotFound) as not_found:
            ingest_request(backend, signed_request(), connection)
        errors.append((not_found.value.detail, not_found.value.extra))

    assert errors[0] == errors[1]


def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(backend: Backend) -> None:
    padding = Connector.body_limit - len(json.dumps({**REVIEW, "padding": ""}).encode())
    assert (
        ingest_request(
            backend, signed_request({**REVIEW, "padding": "x" * padding})
        ).response.status
        == 202
    )

    with pytest.raises(TooLarge):
        ingest_request(backend, signed_request({**REVIEW, "padding": "x" * (padding + 1)}))


def test_an_unreadable_large_delivery_is_quarantined_up_to_the_limit(backend: Backend) -> None:
    connection = backend.connect("postmark")
    request = BasicAuth().sign(
        WebhookRequest("POST", {"content-type": "application/json"}, b"{" * 1_000_000),
        connection.url,
        SECRET,
        NOON,
    )
    assert ingest_request(backend, request, connection.id).response.status < 300

    (delivery,) = quarantined_deliveries(backend)
    assert len(delivery.body) == QUARANTINE_BYTES
    assert delivery.why.startswith("only the first 350000 of 1000000 bytes are kept")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"type": 1}',
        b'{"type": "review.created"}',
        b'{"type": "review.created", "data": {}}',
        b'{"type": "review.updated", "data": {"id": "r-1", "text": "My child was hurt."}}',
        b'{"type": "Review.Created", "data": {"id": "r-1", "text": "My child was hurt."}}',
        b"",
    ],
)
def test_an_unreadable_genuine_delivery_is_quarantined_whole_and_its_sender_hears_why(
    backend: Backend, body: bytes
) -> None:
    received = ingest_request(backend, signed_request(body))

    assert (received.response.status, received.result, received.events) == (422, "quarantined", 0)
    assert json.loads(received.response.body)["problems"]
    (delivery,) = quarantined_deliveries(backend)
    assert (delivery.body, delivery.id, delivery.connection) == (
        body,
        received.delivery,
        backend.connections["standard"].id,
    )
    assert set(delivery.headers) <= {"content-type"}
    assert backend.queued_messages() == []


def test_a_misspelt_field_costs_neither_the_review_nor_the_delivery(backend: Backend) -> None:
    body = {"type": "review.created", "data": {"id": "r-1", "stars": 1, "text": COMPLAINT}}
    received = ingest_request(backend, signed_request(json.dumps(body).encode()))

    assert (received.response.status, received.result, received.events) == (202, "quarantined", 1)
    assert "did you mean `rating`" in received.response.body
    (delivery,) = quarantined_deliveries(backend)
    assert "`stars`" in delivery.why
    assert len(backend.queued_messages()) == 1


def test_the_readable_part_of_a_batch_is_queued_and_all_of_it_is_quarantined(
    backend: Backend,
) -> None:
    backend.connect("trustpilot")
    readable_event = {
        "eventName": "service-review-created",
        "eventData": {
            "id": "a" * 24,
            "stars": 2,
            "text": COMPLAINT,
            "createdAt": "2026-03-17T09:00:00Z",
        },
    }
    body = json.dumps(
        {"events": [readable_event, {"eventName": "service-review-created", "eventData": {}}]}
    ).encode()
    received = ingest_request(
        backend, WebhookRequest("POST", {}, body), backend.connections["trustpilot"].id
    )

    assert (received.response.status, received.result, received.events) == (200, "quarantined", 1)
    assert [message["event"]["native_id"] for message in backend.queued_messages()] == ["a" * 24]
    assert [kept.body for kept in quarantined_deliveries(backend)] == [body]


def test_a_released_delivery_is_gone_from_quarantine_and_releasing_it_again_is_no_error(
    backend: Backend,
) -> None:
    ingest_request(backend, signed_request(b"{"))
    store = Quarantine(backend.dynamodb, backend.tables["CasesTable"])
    (delivery,) = store.of_business(BUSINESS)
    store.remove(delivery)
    store.remove(delivery)

    assert store.of_business(BUSINESS) == []
    assert store.of_business("bus_other") == []


def test_a_platforms_test_is_accepted_and_not_queued(backend: Backend) -> None:
    received = ingest_request(backend, signed_request({"type": "test"}))

    assert (received.response.status, received.result, received.events) == (202, "accepted", 0)
    assert backend.queued_messages() == []


def test_unknown_fields_and_types_are_ignored(backend: Backend) -> None:
    assert (
        ingest_request(
            backend, signed_request({**REVIEW, "data": {**REVIEW["data"], "mood": {"x": [1]}}})
        ).events
        == 1
    )
    assert (
        ingest_request(backend, signed_request({"type": "review.frobnicated", "data": {}})).events
        == 0
    )


def test_the_previous_secret_is_valid_until_its_overlap_ends(backend: Backend) -> None:
    connection = backend.connections["standard"].id
    backend.secrets.put_inbound(
        connection, InboundSecret(OTHER_SECRET, SECRET, NOON + timedelta(hours=1))
    )
    late = timedelta(hours=1)

    assert ingest_request(backend, signed_request()).response.status == 202
    assert ingest_request(backend, signed_request(secret=OTHER_SECRET)).response.status == 202
    assert ingest_request(backend, signed_request(offset=late), offset=late).response.status == 401
    assert (
        ingest_request(
            backend, signed_request(secret=OTHER_SECRET, offset=late), offset=late
        ).response.status
        == 202
    )


class Door:
    """A warm process of the door: it counts what it reads, and the Parameter Store can refuse."""

    def __init__(self, backend: Backend, *, changed_before: timedelta = timedelta(hours=1)) -> None:
        self.backend, self.connection = backend, backend.connections["standard"]
        self.seconds = 0.0
        self.reads = 0
        self.connection_reads: list[bool] = []
        self.throttled = False
        self.started_at = NOON
        self.change(None, NOON - changed_before)
        self.ports = replace(
            backend.ingest_ports,
            setup=SetupStore(self, backend.tables["SetupTable"], max_age=60, clock=self._clock),  # type: ignore[arg-type]
            secrets=Secrets(
                self,  # type: ignore[arg-type]
                backend.secrets_path,
                clock=self._clock,
                now=lambda: self.started_at + timedelta(seconds=self.seconds),
            ),
        )

    def _clock(self) -> float:
        return self.seconds

    def get_parameter(self, **arguments: Any) -> Any:
        self.reads += 1
        if self.throttled:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetParameter")
        return self.backend.ssm.get_parameter(**arguments)

    def get_item(self, **arguments: Any) -> Any:
        self.connection_reads.append(arguments["ConsistentRead"])
        return self.backend.plain_dynamodb.get_item(**arguments)

    def change(self, secret: str | None, at: datetime) -> None:
        """What `heard connect rotate` does: the secret, then the connection."""
        if secret is not None:
            self.backend.secrets.put_inbound(self.connection.id, InboundSecret(secret))
        self.backend.setup_store.note_change(self.connection.id, at)

    def status(self, secret: str = SECRET) -> int:
        request = signed_request(secret=secret)
        return ingest(request, self.connection.id, self.ports, NOON).response.status


@pytest.mark.parametrize("has_secret", [True, False])
def test_forgeries_cost_no_call_and_one_reading_of_the_connection_in_ten_seconds(
    backend: Backend, *, has_secret: bool
) -> None:
    door = Door(backend)
    if not has_secret:
        backend.secrets.remove(door.connection.id)
    for _ in range(3):
        assert [door.status(OTHER_SECRET) for _ in range(200)] == [401] * 200
        door.seconds += REREAD_SECONDS

    assert door.reads == 1
    assert door.connection_reads == [False, True, True, True]


def test_a_secret_is_read_once_in_hours_while_nothing_changes(backend: Backend) -> None:
    door = Door(backend)
    for _ in range(10):
        assert door.status() == 202
        door.seconds += SECRET_SECONDS / 10 - 1
    assert door.reads == 1
    door.seconds = SECRET_SECONDS

    assert door.status() == 202
    assert door.reads == 2


def test_a_new_secret_counts_at_once_for_whoever_signs_with_it(backend: Backend) -> None:
    door = Door(backend)
    assert door.status() == 202
    door.seconds = 1
    door.change(OTHER_SECRET, NOON + timedelta(seconds=1))
    assert door.status() == 202, "the connection is cached"

    assert door.status(OTHER_SECRET) == 202
    assert door.status() == 401
    assert (door.reads, door.connection_reads) == (2, [False, True])


def test_a_new_secret_counts_within_seconds_among_forgeries_and_everywhere_in_a_minute(
    backend: Backend,
) -> None:
    forged_at, idle = Door(backend), Door(backend)
    assert (forged_at.status("whsec_Zm9yZ2Vk"), idle.status()) == (401, 202)
    forged_at.change(OTHER_SECRET, NOON)
    assert forged_at.status(OTHER_SECRET) == 401
    forged_at.seconds = REREAD_SECONDS
    idle.seconds = 60

    assert forged_at.status(OTHER_SECRET) == 202
    assert forged_at.status() == 401
    assert idle.status() == 401
    assert (forged_at.reads, idle.reads) == (2, 2)


def test_a_secret_that_was_read_while_it_settled_is_read_again(backend: Backend) -> None:
    door = Door(backend, changed_before=timedelta())
    assert door.status() == 202
    backend.secrets.put_inbound(door.connection.id, InboundSecret(OTHER_SECRET))
    assert door.status() == 202
    door.seconds = RETRY_SECONDS

    assert door.status(OTHER_SECRET) == 202
    door.seconds = SETTLING_SECONDS
    assert door.status(OTHER_SECRET) == 202
    reads = door.reads
    door.seconds += SECRET_SECONDS - 1
    assert door.status(OTHER_SECRET) == 202
    assert door.reads == reads


def test_a_new_address_opens_at_once(backend: Backend) -> None:
    door, now = Door(backend), NOON + timedelta(seconds=1)
    assert door.status() == 202
    lock = AddressLock(token_digest("")).with_token(TOKEN, now)
    backend.setup_store.put_connection(replace(door.connection, lock=lock), now)
    segment = f"{door.connection.id}.{TOKEN}"

    assert ingest(signed_request(), segment, door.ports, now).response.status == 202
    for _ in range(200):
        with pytest.raises(NotFound):
            ingest(signed_request(), f"{segment[:-1]}b", door.ports, now)
    assert door.connection_reads == [False, True]


def test_a_connection_that_was_removed_is_not_found_by_whoever_does_not_fit(
    backend: Backend,
) -> None:
    door = Door(backend)
    assert door.status() == 202
    backend.setup_store.remove_connection(door.connection.id)

    with pytest.raises(NotFound):
        door.status(OTHER_SECRET)


def test_a_remembered_secret_serves_while_the_parameter_store_refuses(backend: Backend) -> None:
    door = Door(backend)
    assert door.status() == 202
    door.throttled = True
    door.seconds = SECRET_SECONDS + STALE_SECONDS - 1

    assert (door.status(), door.status(OTHER_SECRET)) == (202, 401)
    assert door.reads == 2
    door.seconds += 1
    with pytest.raises(Fault):
        door.status()


def test_a_secret_that_was_replaced_serves_an_hour_while_the_parameter_store_refuses(
    backend: Backend,
) -> None:
    door = Door(backend)
    assert door.status() == 202
    door.throttled = True
    door.change(OTHER_SECRET, NOON)
    door.seconds = 60

    assert [door.status() for _ in range(20)] == [202] * 20
    assert door.reads == 2
    door.seconds += STALE_SECONDS
    with pytest.raises(Fault):
        door.status()
    door.throttled = False
    door.seconds += FAILED_READ_SECONDS + RETRY_SECONDS
    assert door.status(OTHER_SECRET) == 202


def test_an_unknown_secret_is_asked_for_seldom_while_the_parameter_store_refuses(
    backend: Backend,
) -> None:
    door = Door(backend)
    door.throttled = True
    for _ in range(20):
        with pytest.raises(Fault) as fault:
            door.status()
        assert (fault.value.http_status, fault.value.extra["retry_after"]) == (
            503,
            FAILED_READ_SECONDS,
        )
    door.throttled = False
    assert door.reads == 1
    assert backend.queued_messages() == []
    door.seconds = FAILED_READ_SECONDS

    assert door.status() == 202


def test_a_delivery_the_queue_does_not_accept_is_a_fault(backend: Backend) -> None:
    class FailingQueueClient:
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}

    backend.review_queue = Queue(FailingQueueClient(), backend.queue_url)  # type: ignore[arg-type]

    with pytest.raises(Fault):
        ingest_request(backend, signed_request())


def test_messages_are_sent_in_batches_that_the_queue_accepts_each_in_its_tenants_name(
    backend: Backend,
) -> None:
    backend.review_queue.send(
        [{"business": f"bus_{number}", "text": "x" * 90_000} for number in range(5)]
    )
    backend.review_queue.send([{"poll": f"con_{number}"} for number in range(23)])
    tenants: list[str] = []
    while messages := backend.sqs.receive_message(
        QueueUrl=backend.queue_url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["MessageGroupId"],
    ).get("Messages"):
        tenants += [message["Attributes"]["MessageGroupId"] for message in messages]

    assert sorted(tenants) == sorted(
        [f"bus_{number}" for number in range(5)] + [f"con_{number}" for number in range(23)]
    )
    with pytest.raises(KeyError):
        backend.review_queue.send([{"delivery": "dlv-1"}])


def test_the_hosted_form_is_public_and_accepts_only_submissions_of_an_opened_form(
    backend: Backend,
) -> None:
    connection = backend.connect("feedback_form")
    opened_form = ingest_request(
        backend, WebhookRequest("GET", {"accept-language": "de"}, b""), connection.id
    )

    assert (opened_form.response.status, opened_form.result) == (200, "handshake")
    assert opened_form.response.content_type.startswith("text/html")
    assert backend.queued_messages() == []
    submission = ingest_request(
        backend,
        WebhookRequest(
            "POST", {"content-type": "application/x-www-form-urlencoded"}, b"rating=5&token=x"
        ),
        connection.id,
    )
    assert submission.response.status == 401
