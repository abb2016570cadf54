"""Whatever arrives, a connector answers with what its interface documents and with nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.connectors import Connection, Connector, Parsed, Refusal, RefusalReason, Request, Response, load, platforms
from heard.errors import Unparseable
from heard.reviews import ReviewEvent, author_id, review_id, thread_id

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRETS = ("whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA==", "plain")
NAMES = (
    "type", "timestamp", "data", "id", "thread_id", "revision", "updated_at", "created_at", "rating", "score", "title", "text", "author",
    "events", "eventName", "eventData", "stars", "createdAt", "updatedAt", "consumer", "language", "link", "post", "ping", "topic_id",
    "version", "raw", "cooked", "deleted_at", "user_id", "username", "post_number", "post_type", "MessageSid", "From", "To", "Body",
    "OptOutType", "SmsStatus", "token", "name", "website", "bodySHA256",
)  # fmt: skip
HEADERS = (
    "webhook-id", "webhook-timestamp", "webhook-signature", "x-discourse-event-signature", "x-twilio-signature",
    "x-twilio-webhooks-signature-settings", "accept-language", "content-type",
)  # fmt: skip
TELLING = st.sampled_from(
    [
        "review.created", "review.edited", "test", "service-review-created", "service-review-updated", "2026-03-14T09:00:00Z",
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "<![x[", "<p>&#xD800;", "\ud800", "\u0000", "sha256=" + "0" * 64,
        "v1,AAAA v2,x v1", "1773480413", "-0", "4.0", "1e400",
        "a" * 22 + ".1773480413." + "0" * 64, "javascript:alert(1)", "de;q=9,en;q=x,,;", "http://[",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | TELLING
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8), max_leaves=20
)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8).map(lambda document: json.dumps(document).encode())
FORMS = st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=20) | TELLING, max_size=8).map(
    lambda form: urlencode(form, errors="replace").encode()
)
CUNNING = st.sampled_from(
    [
        b"", b"[" * 200_000, b'{"a":' * 100_000, b'{"post":' + b"9" * 5_000 + b"}", b'{"events":NaN}', b'{"id":1,"id":2}',
        b"\xff\xfe{}", b"null", b"[]", b'{"events":[{"eventName":"service-review-created","eventData":{"id":1e999}}]}',
        b'{"type":"review.created","data":{"id":"\\ud800"}}',
        b"a=1&" * 5_000, b'\xef\xbb\xbf{"ping":"OK"}', b'{"post":{"id":39,"topic_id":15,"updated_at":"0001-01-01T00:00:00+14:00"}}',
    ]
)  # fmt: skip
REQUESTS = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=40) | TELLING, max_size=6),
    st.binary(max_size=200) | DOCUMENTS | FORMS | CUNNING,
    st.text(max_size=20) | st.just("bodySHA256=00&bodySHA256"),
)


@cache
def connector(platform: str) -> Connector:
    return load(platform)


@pytest.mark.parametrize("platform", platforms())
@given(request_=REQUESTS)
@settings(max_examples=120, deadline=None)
def test_any_request_gets_a_documented_answer(platform: str, request_: Request) -> None:
    connection = Connection("c0ffee", "bus_1", platform, "https://api.example.com/hooks/c0ffee", {"base_url": "https://forum.example"})
    door = connector(platform)
    page = door.handshake(request_, connection, SECRETS, NOW)
    assert page is None or isinstance(page, Response)
    refusal = door.verify(request_, connection, SECRETS, NOW)
    assert refusal is None or (isinstance(refusal, Refusal) and refusal.reason in RefusalReason)
    parsed = Parsed()
    with suppress(Unparseable):
        parsed = door.parse(request_, connection, NOW)
    assert isinstance(door.accepted(request_, connection, parsed), Response)
    for event in parsed.events:
        assert_it_can_be_stored(event, platform)


def assert_it_can_be_stored(event: ReviewEvent, platform: str) -> None:
    review_id("bus_1", platform, event.native_id)
    thread_id("bus_1", platform, event.native_thread)
    author_id("bus_1", platform, event.author.id)
    assert event.rating is None or 1 <= event.rating <= 5
    assert ReviewEvent.from_json(json.loads(json.dumps(event.normal().to_json()).encode())) == event.normal()
    assert event.link is None or event.link.startswith("http")


@pytest.mark.parametrize("platform", platforms())
def test_a_request_without_any_signature_is_refused_unless_the_platform_has_none(platform: str) -> None:
    connection = Connection("c0ffee", "bus_1", platform, "https://api.example.com/hooks/c0ffee")
    refusal = connector(platform).verify(Request("POST", {}, b"{}"), connection, SECRETS, NOW)
    assert (refusal is None) == connector(platform).capabilities.signature.startswith("none")
