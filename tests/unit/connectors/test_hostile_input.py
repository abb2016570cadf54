"""Whatever arrives, a connector answers as its interface documents, and in no other way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.connectors import (
    ParsedDelivery,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.signatures import SecretHeader
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent, author_id, review_id, thread_id
from heard_simulator.server import SimulatedPlatforms
from tests.unit.simulated import PLATFORMS, SAMPLES, SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime.now(UTC).replace(microsecond=0)
CUNNING = (
    b"", b"[" * 200_000, b'{"a":' * 100_000, b'{"post":' + b"9" * 5_000 + b"}", b'{"events":NaN}',
    b'{"id":1,"id":2}',
    b"\xff\xfe{}", b"null", b"[]", b'{"id":1e999}', b'{"id":"\\ud800"}', b"a=1&" * 5_000,
    b'\xef\xbb\xbf{"ping":"OK"}',
    b'{"message":{"data":"!"}}', b'{"message":{"data":"e30="}}',
    b'{"Type":"Notification","Message":"{"}', b'--x\r\n\r\n--x--',
)  # fmt: skip
TELLING = st.sampled_from(
    [
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "<![x[", "<p>&#xD800;", "\ud800",
        "\u0000", "sha256=" + "0" * 64,
        "v1,AAAA v2,x v1", "1773480413", "-0", "4.0", "1e400", "javascript:alert(1)", "http://[",
        "Bearer a.b.c", "Basic !", "e30.e30.",
        "multipart/form-data; boundary=x", "multipart/form-data", "text/plain; charset=nothing",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | TELLING


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as platforms:
        yield platforms


@cache
def words(platform: str) -> tuple[list[str], list[str]]:
    """The names that a platform's own samples hold, and what they say.

    Hostile input that gets past the first checks looks like them.
    """
    names, values = {"id"}, {""}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            names.update(value)
            for entry in value.values():
                walk(entry)
        elif isinstance(value, list):
            for entry in value:
                walk(entry)
        elif isinstance(value, str):
            values.add(value[:200])
            with suppress(ValueError):
                inner = json.loads(value)
                if isinstance(inner, dict | list):
                    walk(inner)

    for sample in SAMPLES:
        if sample.platform == platform:
            walk(sample.render(NOW).fields)
    return sorted(names), sorted(values)


@cache
def headers(platform: str) -> list[str]:
    """The headers that a platform's own requests have."""
    names = {"content-type", "accept-language"}
    with SimulatedPlatforms() as platforms:
        side = connect_to_simulator(platform, platforms)
        for sample in [
            entry for entry in SAMPLES if entry.platform == platform and not entry.polled
        ]:
            names.update(side.request(sample, NOW).headers)
    return sorted(names)


def requests(platform: str) -> st.SearchStrategy[WebhookRequest]:
    names, values = words(platform)
    names = st.sampled_from(names)
    scalars = SCALARS | st.sampled_from(values)
    nested = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=8),
        max_leaves=20,
    )
    documents = st.dictionaries(names, nested, max_size=8).map(
        lambda document: json.dumps(document).encode()
    )
    forms = st.dictionaries(
        names,
        st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(values) | TELLING,
        max_size=8,
    )
    return st.builds(
        WebhookRequest,
        st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
        st.dictionaries(
            st.sampled_from(headers(platform)),
            st.text(max_size=40) | TELLING | st.sampled_from(values),
            max_size=6,
        ),
        st.binary(max_size=200)
        | documents
        | forms.map(lambda form: urlencode(form, errors="replace").encode())
        | st.sampled_from(CUNNING),
        st.text(max_size=20)
        | st.sampled_from(
            [
                "bodySHA256=00&bodySHA256",
                "crc_token=%F0&crc_token",
                "hub.mode=subscribe&hub.challenge=%3Cb%3E",
            ]
        ),
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_request_gets_a_documented_answer(platform: str, simulator: SimulatedPlatforms) -> None:
    side = connect_to_simulator(platform, simulator)
    other = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(request=requests(platform))
    def any_request(request: WebhookRequest) -> None:
        greeting = side.connector.handshake(request, side.connection, side.secrets, NOW)
        assert greeting is None or isinstance(greeting, WebhookResponse)
        for secrets in (side.secrets, (other,), ()):
            failure = side.connector.verify(request, side.connection, secrets, NOW, side.http)
            assert failure is None or (
                isinstance(failure, SignatureFailure) and failure.reason in SignatureFailureReason
            )
        parsed = ParsedDelivery()
        with suppress(Unparseable):
            parsed = side.connector.parse(request, side.connection, NOW)
        with suppress(PlatformUnavailable):
            assert isinstance(
                side.connector.delivery_response(request, side.connection, parsed, side.http),
                WebhookResponse,
            )
        for event in parsed.events:
            assert_it_can_be_stored(event, platform)

    any_request()


def assert_it_can_be_stored(event: ReviewEvent, platform: str) -> None:
    review_id("bus_1", platform, event.native_id)
    thread_id("bus_1", platform, event.native_thread)
    author_id("bus_1", platform, event.author.id)
    assert event.rating is None or 1 <= event.rating <= 5
    assert (
        ReviewEvent.from_json(json.loads(json.dumps(event.normalize().to_json()).encode()))
        == event.normalize()
    )
    assert event.link is None or event.link.startswith("http")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_request_without_any_signature_is_refused_unless_the_platform_has_none(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    side = connect_to_simulator(platform, simulator)
    for request in (
        WebhookRequest("POST", {}, b"{}"),
        WebhookRequest("POST", {"content-type": "application/json"}, b""),
    ):
        failure = side.connector.verify(request, side.connection, side.secrets, NOW, side.http)
        assert (failure is None) == (not side.connector.capabilities.signed)
    assert side.connector.capabilities.signature.startswith("none") == (
        not side.connector.capabilities.signed
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_flipped_bit_of_a_genuine_request_is_refused_or_says_exactly_the_same(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    side = connect_to_simulator(platform, simulator)
    samples = [
        entry
        for entry in SAMPLES
        if entry.platform == platform and not entry.polled and entry.method == "POST"
    ]
    if not samples or not side.connector.capabilities.signed:
        pytest.skip("nothing that this platform sends is signed")
    proofs = [side.request(sample, NOW) for sample in samples[:3]]
    # A password, a token or a secret in a header proves the sender and not the body, and a person
    # who fills in a form may write anything.
    sender_only = (
        isinstance(side.connector.scheme, SecretHeader) or "authorization" in proofs[0].headers
    )
    bound = not sender_only and not samples[0].page
    side_of = {id(proof): with_words(side, proof) for proof in proofs}

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(proofs), st.integers(0))
    def any_bit(genuine: WebhookRequest, bit: int) -> None:
        assert side.connector.verify(genuine, side.connection, side.secrets, NOW, side.http) is None
        if bound:
            at = bit % (len(genuine.body) * 8)
            body = bytes(
                byte ^ (1 << at % 8) if index == at // 8 else byte
                for index, byte in enumerate(genuine.body)
            )
            forged = WebhookRequest(genuine.method, genuine.headers, body, genuine.query)
            accepted = (
                side.connector.verify(forged, side.connection, side.secrets, NOW, side.http) is None
            )
            # What is signed may be less than the bytes: a form's fields, a message's parts. What is
            # accepted must still be what was sent.
            assert not accepted or with_words(side, forged) == side_of[id(genuine)]

    any_bit()


def with_words(side: SimulatedConnection, request: WebhookRequest) -> object:
    try:
        return side.connector.parse(request, side.connection, NOW).events
    except Unparseable:
        return "nothing"
