"""Apple's App Store: what its reviews hold, how edits show, and what becomes of responses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from heard.connectors import (
    Connection,
    HttpResponse,
    ModerationResult,
    ModerationStatus,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable
from heard.reviews import ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
REVIEW = "00000009-aaaa-bbbb-0000-000000000001"
HOME = Connection(
    "c0ffee", "bus_1", "app_store", "https://api.example.com/hooks/c0ffee", {"app_id": "1000000001"}
)
TEXT = "Thank you, Deniz. The next version mends this; Tom will write to you today."
APP_STORE = load("app_store")


def review(body: str = "It crashes.", **fields: Any) -> dict[str, Any]:
    attributes = {
        "rating": 1,
        "title": "Crash",
        "reviewerNickname": "deniz",
        "createdDate": "2026-03-13T10:00:00-07:00",
        "territory": "TUR",
    }
    return {**attributes, "body": body, **fields}


@dataclass
class AppStoreHarness:
    """The connector and the simulated platform, whose clock the test sets."""

    running: SimulatedPlatforms
    turned: list[datetime]
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient = field(default_factory=lambda: HttpClient(allow_loopback=True))
    target: ReplyTarget = field(default_factory=lambda: ReplyTarget(REVIEW, REVIEW, {}))

    def set_resource(self, resource: dict[str, Any] | None, native_id: str = REVIEW) -> None:
        self.running.set_resource("app_store", native_id, resource)

    def reply(self, text: str = TEXT, *ours: str) -> SentReply | Rejection:
        target = replace(self.target, own_replies=ours)
        return APP_STORE.reply(
            target, text, "rep_1", PlatformAccount(self.connection, self.credentials, self.http)
        )

    def find_reply(self, text: str = TEXT) -> SentReply | ReplyLookup:
        return APP_STORE.find_reply(
            self.target,
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def fetch(self) -> ReviewEvent | ReviewGone | None:
        return APP_STORE.fetch(
            REVIEW, PlatformAccount(self.connection, self.credentials, self.http)
        )

    def event(self) -> ReviewEvent:
        result = self.fetch()
        assert isinstance(result, ReviewEvent)
        return result

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return APP_STORE.recent(
            cursor, PlatformAccount(self.connection, self.credentials, self.http), NOW
        )

    def moderation(self, text: str = TEXT) -> ModerationResult:
        return APP_STORE.moderation(
            self.target,
            "response-1",
            text,
            PlatformAccount(self.connection, self.credentials, self.http),
        )


@pytest.fixture
def harness() -> Iterator[AppStoreHarness]:
    turned = [NOW]
    with SimulatedPlatforms(clock=lambda: turned[0]) as simulator:
        connection = replace(HOME, settings=simulator.settings("app_store"))
        raw_mail = AppStoreHarness(
            simulator, turned, connection, dict(simulator.credentials["app_store"])
        )
        raw_mail.set_resource(review())
        yield raw_mail


def http_with_documents(
    *documents: Any,
) -> tuple[Callable[..., HttpResponse], list[tuple[str, Mapping[str, str]]]]:
    """A client that answers with these documents in turn, and the requests it was sent."""
    responses, requests = iter(documents), list[tuple[str, Mapping[str, str]]]()

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        requests.append((f"{method} {url}", headers or {}))
        return HttpResponse(200, {}, json.dumps(next(responses)).encode())

    return http, requests


def entry(native_id: str, response: str | None = None, **fields: Any) -> dict[str, Any]:
    link = {"type": "customerReviewResponses", "id": response} if response else None
    posts = {"attributes": review(**fields), "relationships": {"response": {"data": link}}}
    return {"type": "customerReviews", "id": native_id, **posts}


def test_a_review_is_read_as_the_api_shows_it(harness: AppStoreHarness) -> None:
    event = harness.event()
    assert (
        event.native_id,
        event.native_thread,
        event.rating,
        event.title,
        event.text,
    ) == (
        REVIEW,
        REVIEW,
        1,
        "Crash",
        "It crashes.",
    )
    assert (event.author.name, event.language, event.reply_to) == ("deniz", None, {})
    assert event.revision == "2026-03-13T17:00:00.000Z"
    page = harness.recent()
    assert isinstance(page, ReviewPage)
    assert page.events == (event,)


def test_an_edit_that_moves_the_date_is_later_and_our_response_is_no_edit(
    harness: AppStoreHarness,
) -> None:
    first = harness.event()
    assert isinstance(harness.reply(), SentReply)
    assert (harness.event().revision, harness.event().content) == (first.revision, first.content)
    harness.set_resource(review("It still crashes.", createdDate="2026-03-14T01:00:00Z"))
    second = harness.event()
    harness.set_resource(review("All is well.", createdDate="2026-03-14T02:00:00Z", rating=5))
    third = harness.event()
    for order in itertools.permutations([first, second, third, first]):
        assert max(order, key=lambda event: (event.revision, event.content)) is third


def test_recent_reviews_come_newest_first_page_by_page(harness: AppStoreHarness) -> None:
    for minute in range(101):
        harness.set_resource(
            review(createdDate=f"2026-03-14T{minute // 60:02d}:{minute % 60:02d}:00Z"), f"r{minute}"
        )
    first = harness.recent()
    assert isinstance(first, ReviewPage)
    assert first.next_cursor is not None
    second = harness.recent(first.next_cursor)
    assert isinstance(second, ReviewPage)
    result = [event.native_id for event in (*first.events, *second.events)]
    assert (len(first.events), second.next_cursor) == (100, None)
    assert result == [f"r{minute}" for minute in reversed(range(101))] + [REVIEW]


def test_only_the_cursor_of_the_next_pages_address_is_used(harness: AppStoreHarness) -> None:
    next_page = {
        "links": {"next": "https://evil.example/v1/apps/1/customerReviews?cursor=AbC.1&limit=9"}
    }
    http, requests = http_with_documents(
        {"data": [entry("1")], **next_page},
        {"data": []},
        {"data": [], "links": {"next": "http://["}},
    )
    page = APP_STORE.recent(None, PlatformAccount(HOME, harness.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    assert page.next_cursor == "AbC.1"
    assert (
        APP_STORE.recent(page.next_cursor, PlatformAccount(HOME, harness.credentials, http), NOW)
        == ReviewPage()
    )
    assert all(
        call.startswith(
            "GET https://api.appstoreconnect.apple.com/v1/apps/1000000001/customerReviews?"
        )
        for call, _ in requests
    )
    assert "cursor=AbC.1" in requests[1][0]
    assert (
        APP_STORE.recent(None, PlatformAccount(HOME, harness.credentials, http), NOW)
        == ReviewPage()
    )


def test_only_the_linked_response_belongs_to_a_review(harness: AppStoreHarness) -> None:
    responses = [
        {
            "type": "customerReviewResponses",
            "id": f"x{n}",
            "attributes": {"responseBody": f"Reply {n}"},
        }
        for n in (2, 1)
    ]
    document = {"data": entry("1", "x1"), "included": [*responses, "odd"]}
    http, _ = http_with_documents(document, document)
    result = [
        APP_STORE.find_reply(
            harness.target, f"Reply {n}", "rep_1", PlatformAccount(HOME, harness.credentials, http)
        )
        for n in (1, 2)
    ]
    assert result == [SentReply("x1"), ReplyLookup.ABSENT]


def test_a_token_is_signed_as_apple_wants_and_lives_less_than_twenty_minutes(
    harness: AppStoreHarness,
) -> None:
    http, requests = http_with_documents({"data": []})
    APP_STORE.recent(None, PlatformAccount(HOME, harness.credentials, http), NOW)
    token = requests[0][1]["authorization"].removeprefix("Bearer ")
    public = serialization.load_pem_private_key(
        harness.credentials["private_key"].encode(), None
    ).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    claims = jwt.decode(
        token,
        public,
        algorithms=["ES256"],
        audience="appstoreconnect-v1",
        issuer=harness.credentials["issuer_id"],
    )
    assert 0 < claims["exp"] - claims["iat"] <= 1_200
    assert jwt.get_unverified_header(token) == {
        "alg": "ES256",
        "kid": harness.credentials["key_id"],
        "typ": "JWT",
    }


def test_a_delivery_to_the_address_has_no_events(facts: Callable[[str], str]) -> None:
    document = facts("payloads/apple-appstoreconnect-appVersionStateUpdated.json").encode()
    assert APP_STORE.parse(WebhookRequest("POST", {}, document), HOME, NOW) == ParsedDelivery()


def test_a_deleted_review_is_gone(harness: AppStoreHarness) -> None:
    harness.set_resource(None)
    assert harness.fetch() is ReviewGone.GONE
    assert harness.find_reply() is ReplyLookup.ABSENT
    rejection = harness.reply()
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "gone"


def test_a_response_is_posted_found_and_replaced_by_our_next_one(harness: AppStoreHarness) -> None:
    assert harness.find_reply() is ReplyLookup.ABSENT
    sent_reply = harness.reply()
    assert isinstance(sent_reply, SentReply)
    assert harness.find_reply() == sent_reply == harness.reply()
    assert harness.find_reply("Something else.") is ReplyLookup.ABSENT
    assert isinstance(harness.reply("Tom has written to you.", TEXT), SentReply)
    assert [(reply.thread, reply.removed_at is None) for reply in harness.running.replies()] == [
        (REVIEW, False),
        (REVIEW, True),
    ]


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_response_of_somebody_else_is_never_overwritten(
    harness: AppStoreHarness, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(harness.reply(), SentReply)
    before = harness.running.replies()
    harness.set_resource(review(response="Sorry! — The developer"))
    assert harness.event().reply_to == {}
    rejection = harness.reply("Tom has written to you.", *ours)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "already_answered"
    assert harness.running.replies() == before


def test_a_response_is_pending_until_the_store_shows_it(harness: AppStoreHarness) -> None:
    assert harness.moderation() == ModerationResult(ModerationStatus.CANNOT_TELL, "not_shown")
    assert isinstance(harness.reply(), SentReply)
    assert harness.moderation() == ModerationResult(ModerationStatus.PENDING)
    harness.turned[0] += timedelta(hours=1)
    assert harness.moderation() == ModerationResult(ModerationStatus.PUBLISHED)
    assert harness.moderation("Another text.") == ModerationResult(
        ModerationStatus.CANNOT_TELL, "not_shown"
    )
    harness.set_resource(None)
    assert harness.moderation() == ModerationResult(ModerationStatus.CANNOT_TELL, "gone")


def test_a_response_may_have_5970_characters(harness: AppStoreHarness) -> None:
    rejection = harness.reply("ü" * 5_971)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"
    assert isinstance(harness.reply("ü" * 5_970), SentReply)


def test_a_response_that_may_have_been_posted_is_found(harness: AppStoreHarness) -> None:
    harness.running.add_fault("app_store", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert fault.value.maybe_applied
    assert isinstance(harness.find_reply(), SentReply)


def test_an_accepted_response_counts_even_if_the_answer_is_unreadable(
    harness: AppStoreHarness,
) -> None:
    http, _ = http_with_documents({"data": entry(REVIEW)}, {"data": {}})
    assert APP_STORE.reply(
        harness.target, TEXT, "rep_1", PlatformAccount(HOME, harness.credentials, http)
    ) == SentReply("rep_1")


def test_a_rate_limit_means_that_nothing_was_posted(harness: AppStoreHarness) -> None:
    harness.running.add_fault("app_store", FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_rejection_shows_apples_own_message(harness: AppStoreHarness) -> None:
    harness.running.add_fault("app_store", FaultMode.REJECT)
    rejection = harness.reply()
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, "The response cannot be published." in rejection.detail) == (
        "rejected",
        True,
    )


@pytest.mark.parametrize("name", ["issuer_id", "key_id", "private_key"])
def test_wrong_and_missing_credentials_say_what_to_check(
    harness: AppStoreHarness, name: str
) -> None:
    another = ec.generate_private_key(ec.SECP256R1())
    pem = another.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for value, reason in (
        (pem if name == "private_key" else "another", "unauthorized"),
        ("", "no_credentials"),
    ):
        harness.credentials[name] = value
        for response in (harness.reply(), harness.recent()):
            assert isinstance(response, Rejection)
            assert response.reason == reason
        assert (harness.fetch(), harness.find_reply(), harness.moderation().status) == (
            None,
            ReplyLookup.CANNOT_TELL,
            ModerationStatus.CANNOT_TELL,
        )


def test_a_key_that_cannot_sign_and_a_missing_app_id_are_rejected(harness: AppStoreHarness) -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for text in (
        "AuthKey.p8",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        pem,
        "\ud800",
    ):
        rejection = APP_STORE.recent(
            None,
            PlatformAccount(
                harness.connection, {**harness.credentials, "private_key": text}, harness.http
            ),
            NOW,
        )
        assert isinstance(rejection, Rejection)
        assert rejection.reason == "bad_credentials"
    for app, reason in (("1000000002", "gone"), (" ", "no_credentials")):
        harness.connection = replace(
            harness.connection, settings={**harness.connection.settings, "app_id": app}
        )
        rejection = harness.recent()
        assert isinstance(rejection, Rejection)
        assert rejection.reason == reason
