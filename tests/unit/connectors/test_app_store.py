"""Apple's App Store.

What its reviews hold, how edits are told apart, and what becomes of responses.
"""

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
    written = {
        "rating": 1,
        "title": "Crash",
        "reviewerNickname": "deniz",
        "createdDate": "2026-03-13T10:00:00-07:00",
        "territory": "TUR",
    }
    return {**written, "body": body, **fields}


@dataclass
class Wire:
    """The connector against the simulated platform, whose clock the test turns."""

    running: SimulatedPlatforms
    turned: list[datetime]
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient = field(default_factory=lambda: HttpClient(allow_loopback=True))
    target: ReplyTarget = field(default_factory=lambda: ReplyTarget(REVIEW, REVIEW, {}))

    def knows(self, resource: dict[str, Any] | None, native_id: str = REVIEW) -> None:
        self.running.set_resource("app_store", native_id, resource)

    def reply(self, text: str = TEXT, *ours: str) -> SentReply | Rejection:
        target = replace(self.target, own_replies=ours)
        return APP_STORE.reply(
            target, text, "rep_1", PlatformAccount(self.connection, self.credentials, self.http)
        )

    def find(self, text: str = TEXT) -> SentReply | ReplyLookup:
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
        found = self.fetch()
        assert isinstance(found, ReviewEvent)
        return found

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return APP_STORE.recent(
            cursor, PlatformAccount(self.connection, self.credentials, self.http), NOW
        )

    def standing(self, text: str = TEXT) -> ModerationResult:
        return APP_STORE.moderation(
            self.target,
            "response-1",
            text,
            PlatformAccount(self.connection, self.credentials, self.http),
        )


@pytest.fixture
def wire() -> Iterator[Wire]:
    turned = [NOW]
    with SimulatedPlatforms(clock=lambda: turned[0]) as running:
        connection = replace(HOME, settings=running.settings("app_store"))
        made = Wire(running, turned, connection, dict(running.credentials["app_store"]))
        made.knows(review())
        yield made


def answering(
    *documents: Any,
) -> tuple[Callable[..., HttpResponse], list[tuple[str, Mapping[str, str]]]]:
    """An `Http` that gives these documents one after the other, and what it was asked."""
    answers, asked = iter(documents), list[tuple[str, Mapping[str, str]]]()

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        asked.append((f"{method} {url}", headers or {}))
        return HttpResponse(200, {}, json.dumps(next(answers)).encode())

    return http, asked


def entry(native_id: str, response: str | None = None, **fields: Any) -> dict[str, Any]:
    linked = {"type": "customerReviewResponses", "id": response} if response else None
    shown = {"attributes": review(**fields), "relationships": {"response": {"data": linked}}}
    return {"type": "customerReviews", "id": native_id, **shown}


def test_a_review_is_read_as_the_api_shows_it(wire: Wire) -> None:
    said = wire.event()
    assert (said.native_id, said.native_thread, said.rating, said.title, said.text) == (
        REVIEW,
        REVIEW,
        1,
        "Crash",
        "It crashes.",
    )
    assert (said.author.name, said.language, said.reply_to) == ("deniz", None, {})
    assert said.revision == "2026-03-13T17:00:00.000Z"
    page = wire.recent()
    assert isinstance(page, ReviewPage)
    assert page.events == (said,)


def test_an_edit_that_moves_the_date_is_later_and_our_response_is_no_edit(wire: Wire) -> None:
    first = wire.event()
    assert isinstance(wire.reply(), SentReply)
    assert (wire.event().revision, wire.event().digest) == (first.revision, first.digest)
    wire.knows(review("It still crashes.", createdDate="2026-03-14T01:00:00Z"))
    second = wire.event()
    wire.knows(review("All is well.", createdDate="2026-03-14T02:00:00Z", rating=5))
    third = wire.event()
    for order in itertools.permutations([first, second, third, first]):
        assert max(order, key=lambda event: (event.revision, event.digest)) is third


def test_recent_reviews_come_newest_first_page_by_page(wire: Wire) -> None:
    for minute in range(101):
        wire.knows(
            review(createdDate=f"2026-03-14T{minute // 60:02d}:{minute % 60:02d}:00Z"), f"r{minute}"
        )
    first = wire.recent()
    assert isinstance(first, ReviewPage)
    assert first.next_cursor is not None
    second = wire.recent(first.next_cursor)
    assert isinstance(second, ReviewPage)
    found = [event.native_id for event in (*first.events, *second.events)]
    assert (len(first.events), second.next_cursor) == (100, None)
    assert found == [f"r{minute}" for minute in reversed(range(101))] + [REVIEW]


def test_of_the_next_pages_address_only_the_cursor_is_taken(wire: Wire) -> None:
    next_page = {
        "links": {"next": "https://evil.example/v1/apps/1/customerReviews?cursor=AbC.1&limit=9"}
    }
    http, asked = answering(
        {"data": [entry("1")], **next_page},
        {"data": []},
        {"data": [], "links": {"next": "http://["}},
    )
    page = APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    assert page.next_cursor == "AbC.1"
    assert (
        APP_STORE.recent(page.next_cursor, PlatformAccount(HOME, wire.credentials, http), NOW)
        == ReviewPage()
    )
    assert all(
        call.startswith(
            "GET https://api.appstoreconnect.apple.com/v1/apps/1000000001/customerReviews?"
        )
        for call, _ in asked
    )
    assert "cursor=AbC.1" in asked[1][0]
    assert (
        APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW) == ReviewPage()
    )


def test_of_what_is_included_only_the_response_that_is_linked_is_the_reviews(wire: Wire) -> None:
    responses = [
        {
            "type": "customerReviewResponses",
            "id": f"x{n}",
            "attributes": {"responseBody": f"Reply {n}"},
        }
        for n in (2, 1)
    ]
    document = {"data": entry("1", "x1"), "included": [*responses, "odd"]}
    http, _ = answering(document, document)
    found = [
        APP_STORE.find_reply(
            wire.target, f"Reply {n}", "rep_1", PlatformAccount(HOME, wire.credentials, http)
        )
        for n in (1, 2)
    ]
    assert found == [SentReply("x1"), ReplyLookup.ABSENT]


def test_a_bad_entry_of_a_list_costs_only_itself(wire: Wire) -> None:
    entries = [entry("1"), entry("2", createdDate="soon"), 7]
    http, _ = answering({"data": entries}, {"data": [entry("2", createdDate=None)]}, {"data": None})
    page = APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    assert ([event.native_id for event in page.events], len(page.problems)) == (["1"], 2)
    page = APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    assert (page.events, len(page.problems)) == ((), 1)
    with pytest.raises(PlatformUnavailable):
        APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW)


def test_what_cannot_be_read_is_a_fault(wire: Wire) -> None:
    http, _ = answering([], {}, {"data": entry("1", createdDate=None)})
    for _ in range(3):
        with pytest.raises(PlatformUnavailable):
            APP_STORE.fetch("1", PlatformAccount(HOME, wire.credentials, http))


def test_a_token_is_signed_as_apple_asks_and_lives_for_less_than_twenty_minutes(wire: Wire) -> None:
    http, asked = answering({"data": []})
    APP_STORE.recent(None, PlatformAccount(HOME, wire.credentials, http), NOW)
    token = asked[0][1]["authorization"].removeprefix("Bearer ")
    public = serialization.load_pem_private_key(
        wire.credentials["private_key"].encode(), None
    ).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    claims = jwt.decode(
        token,
        public,
        algorithms=["ES256"],
        audience="appstoreconnect-v1",
        issuer=wire.credentials["issuer_id"],
    )
    assert 0 < claims["exp"] - claims["iat"] <= 1_200
    assert jwt.get_unverified_header(token) == {
        "alg": "ES256",
        "kid": wire.credentials["key_id"],
        "typ": "JWT",
    }


def test_whatever_is_sent_to_the_address_means_nothing(facts: Callable[[str], str]) -> None:
    document = facts("payloads/apple-appstoreconnect-appVersionStateUpdated.json").encode()
    assert APP_STORE.parse(WebhookRequest("POST", {}, document), HOME, NOW) == ParsedDelivery()


def test_a_deleted_review_is_gone(wire: Wire) -> None:
    wire.knows(None)
    assert wire.fetch() is ReviewGone.GONE
    assert wire.find() is ReplyLookup.ABSENT
    refused = wire.reply()
    assert isinstance(refused, Rejection)
    assert refused.reason == "gone"


def test_a_response_is_set_found_and_replaced_by_our_next_one(wire: Wire) -> None:
    assert wire.find() is ReplyLookup.ABSENT
    sent = wire.reply()
    assert isinstance(sent, SentReply)
    assert wire.find() == sent == wire.reply()
    assert wire.find("Something else.") is ReplyLookup.ABSENT
    assert isinstance(wire.reply("Tom has written to you.", TEXT), SentReply)
    assert [(reply.thread, reply.removed_at is None) for reply in wire.running.replies()] == [
        (REVIEW, False),
        (REVIEW, True),
    ]


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_response_that_somebody_else_wrote_is_never_overwritten_be_it_before_ours_or_after(
    wire: Wire, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(wire.reply(), SentReply)
    before = wire.running.replies()
    wire.knows(review(response="Sorry! — The developer"))
    assert wire.event().reply_to == {}
    refused = wire.reply("Tom has written to you.", *ours)
    assert isinstance(refused, Rejection)
    assert refused.reason == "already_answered"
    assert wire.running.replies() == before


def test_a_response_is_pending_until_the_store_shows_it(wire: Wire) -> None:
    assert wire.standing() == ModerationResult(ModerationStatus.CANNOT_TELL, "not_shown")
    assert isinstance(wire.reply(), SentReply)
    assert wire.standing() == ModerationResult(ModerationStatus.PENDING)
    wire.turned[0] += timedelta(hours=1)
    assert wire.standing() == ModerationResult(ModerationStatus.PUBLISHED)
    assert wire.standing("Another text.") == ModerationResult(
        ModerationStatus.CANNOT_TELL, "not_shown"
    )
    wire.knows(None)
    assert wire.standing() == ModerationResult(ModerationStatus.CANNOT_TELL, "gone")


def test_a_response_may_have_5970_characters(wire: Wire) -> None:
    refused = wire.reply("ü" * 5_971)
    assert isinstance(refused, Rejection)
    assert refused.reason == "too_long"
    assert isinstance(wire.reply("ü" * 5_970), SentReply)


def test_a_response_taken_without_a_word_is_doubtful_and_found(wire: Wire) -> None:
    wire.running.add_fault("app_store", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert fault.value.maybe_applied
    assert isinstance(wire.find(), SentReply)


def test_a_response_that_was_taken_counts_whatever_the_answer_looks_like(wire: Wire) -> None:
    http, _ = answering({"data": entry(REVIEW)}, {"data": {}})
    assert APP_STORE.reply(
        wire.target, TEXT, "rep_1", PlatformAccount(HOME, wire.credentials, http)
    ) == SentReply("rep_1")


def test_being_asked_to_wait_is_a_fault_that_applied_nothing(wire: Wire) -> None:
    wire.running.add_fault("app_store", FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_refusal_tells_apples_own_words(wire: Wire) -> None:
    wire.running.add_fault("app_store", FaultMode.REJECT)
    refused = wire.reply()
    assert isinstance(refused, Rejection)
    assert (refused.reason, "The response cannot be published." in refused.detail) == (
        "rejected",
        True,
    )


@pytest.mark.parametrize("name", ["issuer_id", "key_id", "private_key"])
def test_wrong_and_missing_credentials_say_what_to_check(wire: Wire, name: str) -> None:
    another = ec.generate_private_key(ec.SECP256R1())
    pem = another.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for value, reason in (
        (pem if name == "private_key" else "another", "unauthorized"),
        ("", "no_credentials"),
    ):
        wire.credentials[name] = value
        for answer in (wire.reply(), wire.recent()):
            assert isinstance(answer, Rejection)
            assert answer.reason == reason
        assert (wire.fetch(), wire.find(), wire.standing().status) == (
            None,
            ReplyLookup.CANNOT_TELL,
            ModerationStatus.CANNOT_TELL,
        )


def test_a_key_that_cannot_sign_and_an_app_that_is_not_named_are_asked_for(wire: Wire) -> None:
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
        refused = APP_STORE.recent(
            None,
            PlatformAccount(wire.connection, {**wire.credentials, "private_key": text}, wire.http),
            NOW,
        )
        assert isinstance(refused, Rejection)
        assert refused.reason == "bad_credentials"
    for app, reason in (("1000000002", "gone"), (" ", "no_credentials")):
        wire.connection = replace(
            wire.connection, settings={**wire.connection.settings, "app_id": app}
        )
        refused = wire.recent()
        assert isinstance(refused, Rejection)
        assert refused.reason == reason
