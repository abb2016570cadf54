"""Shopify.

Product reviews as metaobjects, signed as Shopify documents, read again through GraphQL.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms
from tests.unit.signed import refuse_http

pytestmark = pytest.mark.loopback

SHOPIFY = load("shopify")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRET = "an-app-client-secret"
TOKEN = {"access_token": "shpat_demo"}
BLANK = Connection("c0ffee", "bus_1", "shopify", "https://api.example.com/hooks/c0ffee")
FIELDS = {
    "rating": json.dumps({"value": "2.0", "scale_min": "1.0", "scale_max": "5.0"}),
    "title": "Leaks",
    "body": "The lid leaks.",
    "submitted_at": "2026-03-14T08:00:00Z",
    "author": "gid://shopify/Customer/51",
    "author_display_name": "Mira K.",
    "product": "gid://shopify/Product/9",
    "language": "en",
}


def metaobject(
    changed: str = "2026-03-14T08:00:00Z", fields: object = FIELDS, **more: object
) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Metaobject/7",
        "type": "product_review",
        "updated_at": changed,
        "fields": fields,
        **more,
    }


DELETED = {"id": "gid://shopify/Metaobject/7", "type": "product_review", "handle": "review-7"}
EDITED = metaobject(
    "2026-03-14T09:00:00Z",
    {**FIELDS, "body": "It leaks worse.", "edited_at": "2026-03-14T09:00:00Z"},
)


def delivery(document: object, **headers: str) -> WebhookRequest:
    return WebhookRequest(
        "POST",
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(document).encode(),
    )


def parse_review(document: object, connection: Connection = BLANK, **headers: str) -> ReviewEvent:
    (event,) = SHOPIFY.parse(delivery(document, **headers), connection, NOW).events
    return event


def signed_delivery(body: bytes, secret: str = SECRET) -> WebhookRequest:
    """A delivery signed as shopify.dev says: Base64 of the HMAC-SHA256 of the raw body."""
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return WebhookRequest("POST", {"x-shopify-hmac-sha256": digest}, body)


def test_shopifys_own_vectors_are_verified_as_by_its_library(facts: Callable[[str], str]) -> None:
    for vector in json.loads(facts("vectors/shopify.json"))["vectors"]:
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        whole = {
            "x-shopify-hmac-sha256",
            "x-shopify-topic",
            "x-shopify-shop-domain",
        } <= headers.keys()
        refusal = SHOPIFY.verify(
            WebhookRequest("POST", headers, vector["body"].encode()),
            BLANK,
            (vector["secret"],),
            NOW,
            refuse_http,
        )
        # Their library also insists on headers that prove nothing, because they are not signed.
        assert (refusal is None) == (vector["expected"] == "valid") or not whole, vector["name"]


@given(body=st.binary(min_size=1, max_size=80), bit=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_body_that_shopify_signed_is_accepted_and_one_flipped_bit_is_not(
    body: bytes, bit: int
) -> None:
    request = signed_delivery(body)
    assert SHOPIFY.verify(request, BLANK, (SECRET,), NOW, refuse_http) is None
    at = bit % (len(body) * 8)
    altered_body = bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(body)
    )
    assert (
        SHOPIFY.verify(replace(request, body=altered_body), BLANK, (SECRET,), NOW, refuse_http)
        is not None
    )


def test_a_metaobject_is_read_whole() -> None:
    event = parse_review(metaobject())
    assert (event.kind, event.native_id, event.native_thread, event.rating) == (
        EventKind.CREATED,
        "7",
        "7",
        2,
    )
    assert (event.title, event.text, event.language) == ("Leaks", "The lid leaks.", "en")
    assert (event.author.id, event.author.name, event.subject) == ("51", "Mira K.", "product 9")


def test_other_spellings_of_the_same_review_say_the_same() -> None:
    field_list = [{"key": key, "value": value} for key, value in FIELDS.items()]
    rated = {**FIELDS, "rating": {"value": 2, "scale_max": 5}}
    plain = {
        "id": 7,
        "type": "product_review",
        "updatedAt": "2026-03-14T08:00:00Z",
        "fields": FIELDS,
    }
    assert (
        parse_review(metaobject(fields=field_list))
        == parse_review(metaobject(fields=rated))
        == parse_review(plain)
        == parse_review(metaobject())
    )


def test_a_rating_on_another_scale_costs_the_rating_only() -> None:
    parsed = SHOPIFY.parse(
        delivery(metaobject(fields={**FIELDS, "rating": '{"value": "8.0", "scale_max": "10.0"}'})),
        BLANK,
        NOW,
    )
    assert (parsed.events[0].rating, parsed.events[0].text) == (None, "The lid leaks.")
    assert parsed.problems == ("rating of fields of the body is not on a scale of five",)


def test_any_order_and_any_repetition_of_deliveries_ends_in_the_same_state() -> None:
    replied = metaobject("2026-03-14T09:10:00Z", {**EDITED["fields"], "merchant_reply": "Sorry!"})
    events = [parse_review(body) for body in (metaobject(), EDITED, replied)]
    latest = {
        max(order, key=lambda event: (event.revision, event.content)).text
        for order in permutations([*events, events[0]])
    }
    assert latest == {"It leaks worse."}
    assert events[2].content == events[1].content
    assert [event.kind for event in events] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.EDITED,
    ]
    assert (
        parse_review(DELETED).revision == FINAL_REVISION > max(event.revision for event in events)
    )


def test_a_body_without_fields_is_a_deletion_to_be_confirmed() -> None:
    event = parse_review(DELETED)
    assert (event.kind, event.native_id, event.partial) == (EventKind.WITHDRAWN, "7", True)


def test_the_unsigned_topic_alone_deletes_nothing() -> None:
    topic = {"x_shopify_topic": "metaobjects/delete"}
    unproven = SHOPIFY.parse(delivery(metaobject(), **topic), BLANK, NOW)
    assert unproven.events == ()
    assert len(unproven.problems) == 1
    deletion = parse_review(metaobject(), replace(BLANK, has_credentials=True), **topic)
    assert (deletion.kind, deletion.partial) == (EventKind.WITHDRAWN, True)


@pytest.mark.parametrize(
    "body",
    [
        {"shop_id": 1, "shop_domain": "s.example", "customer": {"id": 2}, "orders_requested": [3]},
        {"shop_id": 1, "shop_domain": "s.example"},
        {
            "id": "gid://shopify/Metaobject/8",
            "type": "lookbook",
            "updated_at": "2026-03-14T08:00:00Z",
            "fields": {},
        },
    ],
)
def test_privacy_notices_and_other_metaobjects_are_answered_and_ignored(body: object) -> None:
    request = delivery(body)
    parsed = SHOPIFY.parse(request, BLANK, NOW)
    assert parsed.events == ()
    assert SHOPIFY.delivery_response(request, BLANK, parsed, refuse_http).status == 200


@pytest.mark.parametrize("kind", [None, 7, ["product_review"], "app--1--product_review"])
def test_a_metaobject_that_may_be_a_review_is_kept(kind: object) -> None:
    with pytest.raises(Unparseable):
        SHOPIFY.parse(delivery({"id": 8, "type": kind, "fields": {}}), BLANK, NOW)


def test_a_review_without_a_date_or_with_unreadable_fields_is_unparseable() -> None:
    for body in (metaobject(changed=""), metaobject(fields=7), metaobject(id="has blanks")):
        with pytest.raises(Unparseable):
            SHOPIFY.parse(delivery(body), BLANK, NOW)


# The API


@pytest.fixture
def platforms() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as running:
        yield running


@pytest.fixture
def http() -> HttpClient:
    return HttpClient(allow_loopback=True)


def connected(platforms: SimulatedPlatforms) -> Connection:
    return replace(BLANK, settings=platforms.settings("shopify"), has_credentials=True)


def set_review(
    platforms: SimulatedPlatforms, number: int, changed: str = "2026-03-14T08:00:00Z"
) -> None:
    fields = [{"key": key, "value": value} for key, value in FIELDS.items()]
    platforms.set_resource("shopify", str(number), {"updatedAt": changed, "fields": fields})


def test_a_fetched_review_is_the_delivered_one(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    set_review(platforms, 7)
    assert SHOPIFY.fetch("7", PlatformAccount(connected(platforms), TOKEN, http)) == parse_review(
        metaobject()
    )
    assert SHOPIFY.fetch("8", PlatformAccount(connected(platforms), TOKEN, http)) is ReviewGone.GONE


def test_nothing_is_read_without_credentials_or_with_wrong_ones(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    set_review(platforms, 7)
    for credentials in ({}, {"access_token": "wrong"}):
        assert SHOPIFY.fetch("7", PlatformAccount(connected(platforms), credentials, http)) is None
    rejection = [
        SHOPIFY.recent(None, PlatformAccount(connected(platforms), entry, http), NOW)
        for entry in ({}, {"access_token": "wrong"})
    ]
    assert [entry.reason for entry in rejection if isinstance(entry, Rejection)] == [
        "no_credentials",
        "unauthorized",
    ]


def test_latest_reviews_come_newest_first_and_page_by_page(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    for number, (hour, minute) in enumerate(product(range(6), range(10))):
        set_review(platforms, number, f"2026-03-14T{hour:02d}:{minute:02d}:00Z")
    first = SHOPIFY.recent(None, PlatformAccount(connected(platforms), TOKEN, http), NOW)
    assert isinstance(first, ReviewPage)
    second = SHOPIFY.recent(
        first.next_cursor, PlatformAccount(connected(platforms), TOKEN, http), NOW
    )
    assert isinstance(second, ReviewPage)
    ids = [int(event.native_id) for event in (*first.events, *second.events)]
    assert (ids, second.next_cursor) == (list(range(59, -1, -1)), None)


def test_shopify_may_ask_us_to_wait_in_two_ways(
    platforms: SimulatedPlatforms, http: HttpClient
) -> None:
    platforms.add_fault("shopify", FaultMode.RATE_LIMITED, seconds=7, call_kind=CallKind.READ)
    with pytest.raises(PlatformUnavailable) as fault:
        SHOPIFY.fetch("7", PlatformAccount(connected(platforms), TOKEN, http))
    assert not fault.value.maybe_applied


@pytest.mark.parametrize(
    ("code", "reason"),
    [("THROTTLED", None), ("ACCESS_DENIED", "unauthorized"), ("undefinedField", "rejected")],
)
def test_an_error_inside_a_successful_answer_is_read(
    code: str, reason: str | None, platform: Any, http_response: Any, http: HttpClient
) -> None:
    platform.respond_with(
        http_response(200, {"errors": [{"message": "no", "extensions": {"code": code}}]})
    )
    connection = replace(BLANK, settings={"api_base": platform.url, "shop_domain": "s.example"})
    if reason is None:
        with pytest.raises(PlatformUnavailable):
            SHOPIFY.recent(None, PlatformAccount(connection, TOKEN, http), NOW)
    else:
        rejection = SHOPIFY.recent(None, PlatformAccount(connection, TOKEN, http), NOW)
        assert isinstance(rejection, Rejection)
        assert rejection.reason == reason


def test_shopify_takes_no_replies() -> None:
    rejection = SHOPIFY.reply(
        ReplyTarget("7", "7", {}), "Sorry.", "rep_1", PlatformAccount(BLANK, TOKEN, refuse_http)
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not_offered"
