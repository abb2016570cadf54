"""Google Business Profile: pushes, notifications, and replies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from heard.connectors import (
    Connection,
    HttpResponse,
    ModerationResult,
    ModerationStatus,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    google,
)
from heard.connectors.http import HttpClient
from heard.connectors.platforms.google_business import GoogleBusiness
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
AT = int(NOW.timestamp())
URL = "https://api.example.com/hooks/c0ffee"
PUSHER = "pusher@acme.iam.gserviceaccount.example"
LOCATION = "accounts/1/locations/2"
REVIEW = f"{LOCATION}/reviews/AbFvOq_-1"
HOME = Connection(
    "c0ffee",
    "bus_1",
    "google_business",
    URL,
    {"push_service_account": PUSHER, "location": LOCATION},
)
TEXT = "Thank you, Ida. We have mended the heating; Tom will ring you today."


# Pushes


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=9)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


KEY, OTHER = new_key(), new_key()


@dataclass
class PublishedKeysHttp:
    """An `Http` that knows one page: the keys that Google publishes."""

    body: bytes = field(default_factory=lambda: json.dumps({"k1": certificate(KEY)}).encode())
    status: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"cache-control": "public, max-age=3600, must-revalidate"}
    )
    requests: list[str] = field(default_factory=list[str])

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        self.requests.append(f"{method} {url}")
        return HttpResponse(self.status, self.headers, self.body)


CLAIMS: dict[str, Any] = {
    "aud": URL,
    "azp": "113774264463038321964",
    "email": PUSHER,
    "email_verified": True,
    "iat": AT - 5,
    "exp": AT + 3_595,
    "iss": "https://accounts.google.com",
    "sub": "113774264463038321964",
}


def token(key: Any = KEY, alg: str = "RS256", kid: str | None = "k1", **claims: Any) -> str:
    event = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(event, key, algorithm=alg, headers={"kid": kid} if kid else None)


def push(bearer: str) -> WebhookRequest:
    return WebhookRequest("POST", {"authorization": f"Bearer {bearer}"}, b"{}")


def verify(
    request: WebhookRequest,
    http: PublishedKeysHttp | None = None,
    connection: Connection = HOME,
    google_business: GoogleBusiness | None = None,
) -> SignatureFailure | None:
    return (google_business or GoogleBusiness()).verify(
        request, connection, (), NOW, http or PublishedKeysHttp()
    )


def test_the_rs256_check_agrees_with_the_recorded_vectors(facts: Callable[[str], str]) -> None:
    for vector in json.loads(facts("vectors/jws-rs256.json"))["vectors"]:
        key = google.parse_public_key(vector["secret"])
        assert key is not None
        content = google.verified_content(
            vector["headers"]["Authorization"].removeprefix("Bearer "), key
        )
        assert (content is not None) == (vector["expected"] == "valid"), vector["name"]
        assert content is None or content.decode() == vector["body"]


def test_a_token_that_google_signed_for_this_address_and_account_is_accepted() -> None:
    assert verify(push(token())) is None
    assert verify(push(token(iss="accounts.google.com"))) is None
    elsewhere = replace(HOME, settings={**HOME.settings, "audience": "acme-reviews"})
    assert verify(push(token(aud="acme-reviews")), connection=elsewhere) is None
    assert verify(push(token()), connection=elsewhere) is not None


def test_keys_may_be_published_as_jwks_and_unreadable_keys_are_ignored() -> None:
    jwk = {
        **RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True),
        "kid": "k1",
        "alg": "RS256",
        "use": "sig",
    }
    junk: list[Any] = [
        {"kty": "RSA", "kid": "k0", "n": "!", "e": "AQAB"},
        {"kty": "oct", "kid": "k2", "k": "c2VjcmV0"},
        "k3",
        {},
    ]
    assert (
        verify(push(token()), PublishedKeysHttp(json.dumps({"keys": [*junk, jwk]}).encode()))
        is None
    )
    certs = {
        "k0": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "k2": 7,
        "k1": certificate(KEY),
    }
    assert verify(push(token()), PublishedKeysHttp(json.dumps(certs).encode())) is None


@pytest.mark.parametrize(
    ("claims", "reason", "detail"),
    [
        (
            {"aud": "https://api.example.com/hooks/another"},
            SignatureFailureReason.SIGNATURE_WRONG,
            "aud",
        ),
        ({"aud": [URL]}, SignatureFailureReason.SIGNATURE_WRONG, "aud"),
        ({"aud": None}, SignatureFailureReason.SIGNATURE_WRONG, "aud"),
        (
            {"iss": "https://accounts.google.com.evil.example"},
            SignatureFailureReason.SIGNATURE_WRONG,
            "iss",
        ),
        ({"iss": None}, SignatureFailureReason.SIGNATURE_WRONG, "iss"),
        (
            {"email": "pusher@other.iam.gserviceaccount.example"},
            SignatureFailureReason.SIGNATURE_WRONG,
            "email",
        ),
        ({"email": None}, SignatureFailureReason.SIGNATURE_WRONG, "email"),
        ({"email_verified": False}, SignatureFailureReason.SIGNATURE_WRONG, "email_verified"),
        ({"email_verified": "true"}, SignatureFailureReason.SIGNATURE_WRONG, "email_verified"),
        ({"email_verified": None}, SignatureFailureReason.SIGNATURE_WRONG, "email_verified"),
        ({"exp": AT - 11}, SignatureFailureReason.STALE, "exp"),
        ({"iat": AT + 11}, SignatureFailureReason.STALE, "iat"),
        ({"exp": None}, SignatureFailureReason.SIGNATURE_MALFORMED, "exp"),
        ({"iat": None}, SignatureFailureReason.SIGNATURE_MALFORMED, "iat"),
    ],
)
def test_each_wrong_claim_has_its_own_failure(
    claims: dict[str, Any], reason: SignatureFailureReason, detail: str
) -> None:
    failure = verify(push(token(**claims)))
    assert failure is not None
    assert failure.reason is reason
    assert f"({detail}" in failure.detail or f"{detail})" in failure.detail


def test_clocks_may_differ_by_ten_seconds_and_no_more() -> None:
    assert verify(push(token(exp=AT - 10))) is None
    assert verify(push(token(iat=AT + 10))) is None


def test_only_rs256_by_a_published_key_counts() -> None:
    unsigned = jwt.encode(CLAIMS, "", algorithm="none", headers={"kid": "k1"})
    confused = hs256_with(public_pem(KEY))
    for bearer, reason in (
        (unsigned, SignatureFailureReason.SIGNATURE_MALFORMED),
        (confused, SignatureFailureReason.SIGNATURE_MALFORMED),
        (token(alg="PS256"), SignatureFailureReason.SIGNATURE_MALFORMED),
        (token(alg="RS512"), SignatureFailureReason.SIGNATURE_MALFORMED),
        (token(kid=None), SignatureFailureReason.SIGNATURE_MALFORMED),
        (token(OTHER), SignatureFailureReason.SIGNATURE_WRONG),
        (token(OTHER, kid="k9"), SignatureFailureReason.SIGNATURE_WRONG),
    ):
        failure = verify(push(bearer))
        assert failure is not None
        assert failure.reason is reason


def hs256_with(secret: bytes) -> str:
    """A token whose HMAC key is Google's public key: PyJWT makes none, so it is made by hand."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    header = {"alg": "HS256", "kid": "k1", "typ": "JWT"}
    head = f"{part(json.dumps(header).encode())}.{part(json.dumps(CLAIMS).encode())}"
    return f"{head}.{part(hmac.new(secret, head.encode(), hashlib.sha256).digest())}"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer …",
        "Bearer e30.e30.e30",
    ],
)
def test_a_malformed_token_is_refused_before_any_key_is_read(value: str) -> None:
    http = PublishedKeysHttp()
    failure = verify(WebhookRequest("POST", {"authorization": value}, b"{}"), http)
    assert failure is not None
    missing = value.strip() in {"", "Bearer"}
    assert failure.reason is (
        SignatureFailureReason.SIGNATURE_MISSING
        if missing
        else SignatureFailureReason.SIGNATURE_MALFORMED
    )
    assert http.requests == []


def test_a_connection_without_a_push_service_account_accepts_no_push() -> None:
    failure = verify(push(token(email="")), connection=replace(HOME, settings={}))
    assert failure is not None
    assert failure.reason is SignatureFailureReason.NO_SECRET


GENUINE, DOOR = token(), GoogleBusiness()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GENUINE) * 8 - 1))
def test_one_flipped_bit_of_a_token_is_refused(bit: int) -> None:
    altered_token = bytearray(GENUINE.encode())
    altered_token[bit // 8] ^= 1 << bit % 8
    assert verify(push(altered_token.decode("latin-1")), google_business=DOOR) is not None


def test_keys_are_kept_as_long_as_google_says_and_then_read_again() -> None:
    google_business, http = GoogleBusiness(), PublishedKeysHttp()
    for seconds, requests in ((0, 1), (1, 1), (3_599, 1), (3_600, 2)):
        later = NOW + timedelta(seconds=seconds)
        bearer = push(token(iat=AT + seconds, exp=AT + seconds + 60))
        assert google_business.verify(bearer, HOME, (), later, http) is None
        assert len(http.requests) == requests
    assert http.requests[0] == "GET https://www.googleapis.com/oauth2/v1/certs"


def test_an_unknown_key_id_reads_the_keys_again_at_most_once_a_minute() -> None:
    google_business, http = GoogleBusiness(), PublishedKeysHttp()
    assert google_business.verify(push(token()), HOME, (), NOW, http) is None
    http.body = json.dumps({"k1": certificate(KEY), "k2": certificate(OTHER)}).encode()
    for seconds, requests, accepted in (
        (1, 1, False),
        (59, 1, False),
        (60, 2, True),
        (61, 2, True),
    ):
        failure = google_business.verify(
            push(token(OTHER, kid="k2")), HOME, (), NOW + timedelta(seconds=seconds), http
        )
        assert (failure is None, len(http.requests)) == (accepted, requests)
    for _ in range(5):
        assert (
            google_business.verify(
                push(token(kid="k7")), HOME, (), NOW + timedelta(seconds=62), http
            )
            is not None
        )
    assert len(http.requests) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b""),
        (404, b"{}"),
        (200, b"not JSON"),
        (200, b"{}"),
        (200, b'{"k1": "no certificate"}'),
    ],
)
def test_keys_that_cannot_be_read_are_a_fault_and_no_signature_failure(
    status: int, body: bytes
) -> None:
    with pytest.raises(PlatformUnavailable) as fault:
        verify(push(token()), PublishedKeysHttp(body, status))
    assert not fault.value.maybe_applied


def test_the_simulated_google_signs_what_its_published_certificates_prove() -> None:
    with SimulatedPlatforms() as simulator:
        other = simulator.get("google_business")
        here = replace(HOME, settings=simulator.settings("google_business"))
        assert other.visible_secret is None
        assert other.signing_secret is not None
        signed_request = DOOR.sign(
            WebhookRequest("POST", {}, b"{}"), URL, other.signing_secret, NOW
        )
        assert DOOR.verify(signed_request, here, (), NOW, HttpClient(allow_loopback=True)) is None
        assert (
            DOOR.verify(
                signed_request,
                replace(here, url=f"{URL}2"),
                (),
                NOW,
                HttpClient(allow_loopback=True),
            )
            is not None
        )
        simulator.add_fault("google_business", FaultMode.DOWN, times=None)
        with pytest.raises(PlatformUnavailable):
            GoogleBusiness().verify(signed_request, here, (), NOW, HttpClient(allow_loopback=True))


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_1",
        "{}",
        '{"kid": "k1", "email": "a@b.example", "private_key": "nonsense"}',
        "\ud800",
    ],
)
def test_a_secret_that_cannot_sign_says_so(secret: str) -> None:
    with pytest.raises(ValueError, match="private_key, kid and email"):
        DOOR.sign(WebhookRequest("POST", {}, b"{}"), URL, secret, NOW)


# Notifications


def envelope(data: object, **message: Any) -> WebhookRequest:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    body = {
        "message": {"data": base64.b64encode(content).decode(), "messageId": "1", **message},
        "subscription": "projects/p/subscriptions/s",
    }
    return WebhookRequest("POST", {}, json.dumps(body).encode())


def parse_notification(data: object, connection: Connection = HOME) -> ReviewEvent | None:
    events = DOOR.parse(envelope(data), connection, NOW).events
    return events[0] if events else None


@pytest.mark.parametrize(
    "fields",
    [
        {name: REVIEW}
        for name in ("reviewName", "review_name", "review", "name", "resourceName", "resource_name")
    ]
    + [{"reviewId": "AbFvOq_-1", "locationName": LOCATION}, {"name": LOCATION, "review": REVIEW}],
)
def test_a_reviews_name_is_read_in_every_spelling(fields: dict[str, str]) -> None:
    for spelling in ("notificationType", "type"):
        event = parse_notification({spelling: "NEW_REVIEW", **fields})
        assert event is not None
        assert (event.kind, event.native_id, event.native_thread, event.partial) == (
            EventKind.CREATED,
            REVIEW,
            REVIEW,
            True,
        )
    event = parse_notification({"notification_type": "UPDATED_REVIEW", **fields})
    assert event is not None
    assert event.kind is EventKind.EDITED


def test_other_notifications_and_other_locations_are_ignored() -> None:
    assert (
        parse_notification(
            {"notificationType": "NEW_QUESTION", "questionName": f"{LOCATION}/questions/1"}
        )
        is None
    )
    assert (
        parse_notification(
            {"notificationType": "NEW_REVIEW", "reviewName": "accounts/1/locations/22/reviews/x"}
        )
        is None
    )
    shared = parse_notification(
        {"notificationType": "NEW_REVIEW", "reviewName": "accounts/7/locations/2/reviews/x"}
    )
    assert shared is not None


@pytest.mark.parametrize(
    "data",
    [
        b"Hello",
        b"[]",
        {"notificationType": "NEW_REVIEW"},
        {"reviewName": "accounts/1/locations/2"},
        {"reviewName": "accounts/../locations/2/reviews/x"},
        {"reviewName": "https://evil.example/accounts/1/locations/2/reviews/x"},
        {"reviewName": f"{LOCATION}/reviews/x/reply"},
        {"reviewName": f"{LOCATION}/reviews/{'x' * 200}"},
        {"locationName": LOCATION},
    ],
)
def test_a_message_that_names_no_review_is_unparseable(data: object) -> None:
    with pytest.raises(Unparseable):
        parse_notification(data)


def test_pubsubs_documented_envelope_is_read_and_its_greeting_is_no_notification(
    facts: Callable[[str], str],
) -> None:
    document = facts("payloads/google-pubsub-push-envelope.json").encode()
    with pytest.raises(Unparseable, match="not JSON"):
        DOOR.parse(WebhookRequest("POST", {}, document), HOME, NOW)
    body = json.loads(document)
    body["message"]["data"] = base64.b64encode(
        json.dumps({"type": "NEW_REVIEW", "reviewName": REVIEW}).encode()
    ).decode()
    assert (
        len(DOOR.parse(WebhookRequest("POST", {}, json.dumps(body).encode()), HOME, NOW).events)
        == 1
    )
    for broken in ({}, {"message": {}}, {"message": {"data": "?"}}, {"message": {"data": 5}}):
        with pytest.raises(Unparseable):
            DOOR.parse(WebhookRequest("POST", {}, json.dumps(broken).encode()), HOME, NOW)


# The API


def review(**fields: Any) -> dict[str, Any]:
    times = {"createTime": "2026-03-13T10:00:00Z", "updateTime": "2026-03-13T10:00:00Z"}
    return {
        "reviewer": {"displayName": "Ida"},
        "starRating": "TWO",
        "comment": "The room was cold.",
        **times,
        **fields,
    }


@dataclass
class SimulatedLocation:
    """The connector against the simulated platform, whose clock the test sets."""

    simulator: SimulatedPlatforms
    clock_times: list[datetime]
    connection: Connection
    credentials: dict[str, str]
    google_business: GoogleBusiness = field(default_factory=GoogleBusiness)
    http: HttpClient = field(default_factory=lambda: HttpClient(allow_loopback=True))
    target: ReplyTarget = field(default_factory=lambda: ReplyTarget(REVIEW, REVIEW, {}))

    @property
    def account(self) -> PlatformAccount:
        return PlatformAccount(self.connection, self.credentials, self.http)

    def set_review(self, **fields: Any) -> None:
        self.simulator.set_resource("google_business", REVIEW, review(**fields))

    def reply(self, text: str = TEXT, *ours: str) -> SentReply | Rejection:
        target = replace(self.target, own_replies=ours)
        return self.google_business.reply(target, text, "rep_1", self.account)

    def find(self, text: str = TEXT) -> SentReply | ReplyLookup:
        return self.google_business.find_reply(self.target, text, "rep_1", self.account)

    def fetch(self, native_id: str = REVIEW) -> ReviewEvent | ReviewGone | None:
        return self.google_business.fetch(native_id, self.account)

    def event(self) -> ReviewEvent:
        result = self.fetch()
        assert isinstance(result, ReviewEvent)
        return result

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return self.google_business.recent(cursor, self.account, NOW)

    def moderation(self, text: str = TEXT) -> ModerationResult:
        return self.google_business.moderation(self.target, f"{REVIEW}/reply", text, self.account)


@pytest.fixture
def location() -> Iterator[SimulatedLocation]:
    clock_times = [NOW]
    with SimulatedPlatforms(clock=lambda: clock_times[0]) as simulator:
        connection = replace(
            HOME, settings={**simulator.settings("google_business"), "location": LOCATION}
        )
        location = SimulatedLocation(
            simulator, clock_times, connection, dict(simulator.credentials["google_business"])
        )
        location.set_review()
        yield location


def test_a_review_is_read_as_the_api_shows_it(location: SimulatedLocation) -> None:
    location.set_review(reviewReplyUrl="https://business.example/r/1")
    event = location.event()
    assert (event.kind, event.native_id, event.rating, event.text) == (
        EventKind.CREATED,
        REVIEW,
        2,
        "The room was cold.",
    )
    assert (event.author.name, event.revision, event.link) == (
        "Ida",
        "2026-03-13T10:00:00.000Z",
        "https://business.example/r/1",
    )
    location.set_review(
        updateTime="2026-03-13T11:00:00.123456789Z",
        starRating="STAR_RATING_UNSPECIFIED",
        comment=None,
    )
    edited = location.event()
    assert (edited.kind, edited.revision, edited.rating, edited.text) == (
        EventKind.EDITED,
        "2026-03-13T11:00:00.123Z",
        None,
        None,
    )
    location.set_review(reviewer={"displayName": "A Google user", "isAnonymous": True})
    assert location.event().author.name is None


@pytest.mark.parametrize(
    "comment",
    [
        "(Translated by Google) It was cold.\n\n(Original)\nEs war kalt.",
        "Es war kalt.\n\n(Translated by Google)\nIt was cold.",
        "Es war kalt.",
    ],
)
def test_only_what_the_author_wrote_is_kept_of_a_translated_review(
    location: SimulatedLocation, comment: str
) -> None:
    location.set_review(comment=comment)
    assert location.event().text == "Es war kalt."


def test_any_order_of_notification_review_and_edit_ends_in_the_edit(
    location: SimulatedLocation,
) -> None:
    partial = parse_notification({"type": "NEW_REVIEW", "reviewName": REVIEW})
    assert partial is not None
    first = location.event()
    location.set_review(updateTime="2026-03-13T12:00:00Z", comment="Nobody answered either.")
    second = location.event()
    for order in itertools.permutations([partial, first, second, first, partial]):
        assert max(order, key=lambda event: (event.revision, event.content)) is second


def test_a_deleted_review_is_gone_and_one_that_we_may_not_read_is_unknown(
    location: SimulatedLocation,
) -> None:
    location.simulator.set_resource("google_business", REVIEW, None)
    assert location.fetch() is ReviewGone.GONE
    location.credentials.clear()
    assert location.fetch() is None


def test_recent_reviews_come_latest_change_first_page_by_page(location: SimulatedLocation) -> None:
    for minute in range(55):
        at = f"2026-03-14T08:{minute:02d}:00Z"
        location.simulator.set_resource(
            "google_business", f"{LOCATION}/reviews/r{minute}", review(createTime=at, updateTime=at)
        )
    location.simulator.set_resource(
        "google_business", "accounts/1/locations/3/reviews/elsewhere", review()
    )
    location.simulator.set_resource(
        "google_business", f"{LOCATION}/reviews/undated", review(updateTime=None, createTime=None)
    )
    first = location.recent()
    assert isinstance(first, ReviewPage)
    assert first.next_cursor is not None
    second = location.recent(first.next_cursor)
    assert isinstance(second, ReviewPage)
    assert (len(first.events), len(first.problems), len(second.events), second.next_cursor) == (
        49,
        1,
        7,
        None,
    )
    result = [event.native_id.rpartition("/")[2] for event in (*first.events, *second.events)]
    assert result == [f"r{minute}" for minute in reversed(range(55))] + ["AbFvOq_-1"]
    assert "updateTime" in first.problems[0]
    assert second.events[-1] == location.event()


def test_a_location_without_reviews_has_an_empty_page_and_a_wrong_one_is_refused(
    location: SimulatedLocation,
) -> None:
    location.simulator.reset()
    assert location.recent() == ReviewPage()
    location.connection = replace(
        location.connection, settings={**location.connection.settings, "location": "Main Street"}
    )
    rejection = location.recent()
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "bad_location"


def test_a_reply_is_set_found_and_replaced_by_our_next_one(location: SimulatedLocation) -> None:
    assert location.find() is ReplyLookup.ABSENT
    assert location.reply() == SentReply(f"{REVIEW}/reply") == location.find() == location.reply()
    assert location.find("Something else.") is ReplyLookup.ABSENT
    assert isinstance(
        location.reply(
            "Tom has rung you. All is well again.", "Another.", TEXT.replace(". ", ".\n")
        ),
        SentReply,
    )
    replies = location.simulator.replies()
    assert [reply.removed_at is None for reply in replies] == [False, True]
    assert {(reply.thread, reply.review) for reply in replies} == {(REVIEW, REVIEW)}


@pytest.mark.parametrize("ours", [(), (TEXT, "Another.")])
def test_a_reply_of_somebody_else_is_never_overwritten_before_or_after_our_first(
    location: SimulatedLocation, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(location.reply(), SentReply)
    before = location.simulator.replies()
    location.set_review(
        reviewReply={"comment": "Sorry! — The owner", "updateTime": "2026-03-13T12:00:00Z"}
    )
    assert location.event().reply_to == {}
    rejection = location.reply("Tom has rung you.", *ours)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "already_answered"
    assert location.simulator.replies() == before


def test_a_reply_that_was_deleted_at_google_leaves_room(location: SimulatedLocation) -> None:
    location.set_review(reviewReply=None)
    assert isinstance(location.reply("Tom has rung you.", TEXT), SentReply)


def test_a_reply_may_have_4096_bytes_and_not_one_more(location: SimulatedLocation) -> None:
    rejection = location.reply("ü" * 2_049)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"
    assert isinstance(location.reply("ü" * 2_048), SentReply)


def test_moderation_is_pending_then_approved_or_refused_with_googles_reason(
    location: SimulatedLocation,
) -> None:
    assert location.moderation() == ModerationResult(ModerationStatus.CANNOT_TELL, "not_shown")
    assert isinstance(location.reply(), SentReply)
    assert location.moderation() == ModerationResult(ModerationStatus.PENDING)
    assert location.moderation("Another text.") == ModerationResult(
        ModerationStatus.CANNOT_TELL, "not_shown"
    )
    location.clock_times[0] += timedelta(minutes=1)
    assert location.moderation() == ModerationResult(ModerationStatus.PUBLISHED)
    assert isinstance(location.reply("Please send us your passport.", TEXT), SentReply)
    location.clock_times[0] += timedelta(minutes=1)
    assert location.moderation("Please send us your passport.") == ModerationResult(
        ModerationStatus.REMOVED, "PERSONAL_INFO"
    )
    location.simulator.set_resource("google_business", REVIEW, None)
    assert location.moderation() == ModerationResult(ModerationStatus.CANNOT_TELL, "gone")


def test_a_reply_that_was_taken_without_a_response_is_doubtful_and_found(
    location: SimulatedLocation,
) -> None:
    location.simulator.add_fault("google_business", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        location.reply()
    assert fault.value.maybe_applied
    assert isinstance(location.find(), SentReply)


def test_a_request_to_wait_is_a_fault_that_applied_nothing(location: SimulatedLocation) -> None:
    location.simulator.add_fault("google_business", FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        location.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_rejection_has_googles_own_words_and_a_gone_review_is_said_to_be_gone(
    location: SimulatedLocation,
) -> None:
    location.simulator.add_fault("google_business", FaultMode.REJECT)
    rejection = location.reply()
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, "Request contains an invalid argument." in rejection.detail) == (
        "rejected",
        True,
    )
    location.simulator.set_resource("google_business", REVIEW, None)
    gone = location.reply()
    assert isinstance(gone, Rejection)
    assert gone.reason == "gone"
    assert location.find() is ReplyLookup.ABSENT


def test_a_used_up_quota_is_waited_for_though_google_calls_it_forbidden(
    location: SimulatedLocation,
) -> None:
    body = {
        "error": {
            "code": 403,
            "message": "Quota exceeded.",
            "errors": [{"reason": "rateLimitExceeded"}],
        }
    }
    rejection = Rejection("unauthorized", "403.")
    with pytest.raises(PlatformUnavailable):
        google.explain_error("Google", rejection, json.dumps(body).encode())
    body["error"]["errors"] = [{"reason": "forbidden"}, "odd"]
    explanation = google.explain_error("Google", rejection, json.dumps(body).encode())
    assert explanation.detail == "403. Google says: Quota exceeded."
    assert google.explain_error("Google", rejection, b"<html>") == rejection


def test_tokens_are_kept_replaced_when_revoked_and_refused_for_wrong_credentials(
    location: SimulatedLocation,
) -> None:
    assert isinstance(location.fetch(), ReviewEvent)
    location.simulator.add_fault(
        "google_business", FaultMode.DOWN, times=None, call_kind=CallKind.SIGN_IN
    )
    assert isinstance(location.fetch(), ReviewEvent)
    location.simulator.reset()
    location.set_review()
    location.simulator.revoke_tokens()
    assert isinstance(location.reply(), SentReply)
    location.credentials["refresh_token"] = "1//another"
    for result in (location.reply("Again."), location.recent()):
        assert isinstance(result, Rejection)
        assert result.reason == "unauthorized"
    assert (location.fetch(), location.find()) == (None, ReplyLookup.CANNOT_TELL)
    location.credentials.pop("client_secret")
    for result in (location.reply("Again."), location.recent()):
        assert isinstance(result, Rejection)
        assert result.reason == "no_credentials"


@pytest.mark.parametrize(
    "resource", [{"name": "reviews/1"}, {"name": REVIEW}, {"name": REVIEW, "updateTime": "soon"}]
)
def test_a_review_without_what_orders_it_is_a_fault(
    location: SimulatedLocation, resource: dict[str, str]
) -> None:
    token_and_review = iter([{"access_token": "t", "expires_in": 3_599}, resource])

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        return HttpResponse(200, {}, json.dumps(next(token_and_review)).encode())

    with pytest.raises(PlatformUnavailable, match="unreadable"):
        GoogleBusiness().fetch(REVIEW, PlatformAccount(HOME, location.credentials, http))
