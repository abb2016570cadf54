"""Whatever arrives, a connector returns or raises only what its interface documents."""

from __future__ import annotations

import json
import re
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
    load,
)
from heard.connectors.signatures import SecretHeader
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent, author_id, review_id, thread_id
from heard_cli.local.samples import Sample
from heard_simulator.server import SimulatedPlatforms
from tests.unit.simulated import PLATFORMS, SAMPLES, SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE_BODIES = (
    b"", b"[" * 200_000, b'{"a":' * 100_000, b'{"post":' + b"9" * 5_000 + b"}", b'{"events":NaN}',
    b'{"id":1,"id":2}',
    b"\xff\xfe{}", b"null", b"[]", b'{"id":1e999}', b'{"id":"\\ud800"}', b"a=1&" * 5_000,
    b'\xef\xbb\xbf{"ping":"OK"}',
    b'{"message":{"data":"!"}}', b'{"message":{"data":"e30="}}',
    b'{"Type":"Notification","Message":"{"}', b'--x\r\n\r\n--x--',
)  # fmt: skip
HOSTILE_STRINGS = st.sampled_from(
    [
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "<![x[", "<p>&#xD800;", "\ud800",
        "\u0000", "sha256=" + "0" * 64,
        "v1,AAAA v2,x v1", "1773480413", "-0", "4.0", "1e400", "javascript:alert(1)", "http://[",
        "Bearer a.b.c", "Basic !", "e30.e30.",
        "multipart/form-data; boundary=x", "multipart/form-data", "text/plain; charset=nothing",
    ]
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | HOSTILE_STRINGS
)


def posted_samples(platform: str) -> list[Sample]:
    """What a platform sends by POST; it may have none, and be polled or read by GET alone."""
    return [
        sample
        for sample in SAMPLES
        if sample.platform == platform and not sample.polled and sample.method == "POST"
    ]


SIGNED_PLATFORMS = [
    name for name in PLATFORMS if load(name).capabilities.signed and posted_samples(name)
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as platforms:
        yield platforms


@cache
def sample_vocabulary(platform: str) -> tuple[list[str], list[str]]:
    """The field names and the texts in a platform's own samples.

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
def header_names(platform: str) -> list[str]:
    """The headers that a platform's own requests have."""
    names = {"content-type", "accept-language"}
    with SimulatedPlatforms() as platforms:
        connection = connect_to_simulator(platform, platforms)
        for sample in SAMPLES:
            if sample.platform == platform and not sample.polled:
                names.update(connection.request(sample, NOW).headers)
    return sorted(names)


def hostile_requests(platform: str) -> st.SearchStrategy[WebhookRequest]:
    names, values = sample_vocabulary(platform)
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
        st.text(st.characters(codec="utf-8"), max_size=20)
        | st.sampled_from(values)
        | HOSTILE_STRINGS,
        max_size=8,
    )
    return st.builds(
        WebhookRequest,
        st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
        st.dictionaries(
            st.sampled_from(header_names(platform)),
            st.text(max_size=40) | HOSTILE_STRINGS | st.sampled_from(values),
            max_size=6,
        ),
        st.binary(max_size=200)
        | documents
        | forms.map(lambda form: urlencode(form, errors="replace").encode())
        | st.sampled_from(HOSTILE_BODIES),
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
def test_any_request_leads_to_a_documented_result_or_error(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(platform, simulator)
    other_secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(request=hostile_requests(platform))
    def check_request(request: WebhookRequest) -> None:
        response = connection.handshake(request, NOW)
        assert response is None or isinstance(response, WebhookResponse)
        for secrets in (connection.secrets, (other_secret,), ()):
            failure = connection.connector.verify(
                request, connection.connection, secrets, NOW, connection.http
            )
            assert failure is None or (
                isinstance(failure, SignatureFailure) and failure.reason in SignatureFailureReason
            )
        parsed = ParsedDelivery()
        with suppress(Unparseable):
            parsed = connection.parse(request, NOW)
        with suppress(PlatformUnavailable):
            assert isinstance(
                connection.connector.delivery_response(
                    request, connection.connection, parsed, connection.http
                ),
                WebhookResponse,
            )
        for event in parsed.events:
            assert_can_be_stored(event, platform)

    check_request()


def assert_can_be_stored(event: ReviewEvent, platform: str) -> None:
    review_id("bus_1", platform, event.native_id)
    thread_id("bus_1", platform, event.native_thread)
    author_id("bus_1", platform, event.author.id)
    assert event.rating is None or 1 <= event.rating <= 5
    # It stands in the log, which takes no free text.
    assert re.fullmatch("[0-9TZ:.~-]+", event.revision)
    assert (
        ReviewEvent.from_json(json.loads(json.dumps(event.normalize().to_json()).encode()))
        == event.normalize()
    )
    assert event.link is None or event.link.startswith("http")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_request_without_a_signature_is_refused_unless_the_platform_does_not_sign(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(platform, simulator)
    for request in (
        WebhookRequest("POST", {}, b"{}"),
        WebhookRequest("POST", {"content-type": "application/json"}, b""),
    ):
        failure = connection.verify(request, NOW)
        assert (failure is None) == (not connection.connector.capabilities.signed)
    assert connection.connector.capabilities.signature.startswith("none") == (
        not connection.connector.capabilities.signed
    )


@pytest.mark.parametrize("platform", SIGNED_PLATFORMS)
def test_a_genuine_request_with_one_flipped_bit_is_refused_or_holds_the_same_events(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(platform, simulator)
    samples = posted_samples(platform)
    signed_requests = [connection.request(sample, NOW) for sample in samples[:3]]
    # A password, a token or a secret in a header proves the sender and not the body. A person who
    # fills in a form may write anything.
    sender_only = (
        isinstance(connection.connector.scheme, SecretHeader)
        or "authorization" in signed_requests[0].headers
    )
    signs_body = not sender_only and not samples[0].page
    events_of = {id(proof): parse_events(connection, proof) for proof in signed_requests}

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(signed_requests), st.integers(0))
    def flip_one_bit(genuine: WebhookRequest, bit: int) -> None:
        assert connection.verify(genuine, NOW) is None
        if signs_body:
            at = bit % (len(genuine.body) * 8)
            body = bytes(
                byte ^ (1 << at % 8) if index == at // 8 else byte
                for index, byte in enumerate(genuine.body)
            )
            forged = WebhookRequest(genuine.method, genuine.headers, body, genuine.query)
            accepted = connection.verify(forged, NOW) is None
            # A platform may sign less than the bytes: a form's fields or a message's parts. The
            # events of an accepted request must still be those that the platform sent.
            assert not accepted or parse_events(connection, forged) == events_of[id(genuine)]

    flip_one_bit()


def parse_events(
    connection: SimulatedConnection, request: WebhookRequest
) -> tuple[ReviewEvent, ...] | None:
    """The events in a request; None if it cannot be parsed."""
    try:
        return connection.parse(request, NOW).events
    except Unparseable:
        return None
