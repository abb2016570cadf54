"""Google Play: what its reviews hold, how edits are ordered, and what becomes of replies."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from heard.connectors import (
    Connection,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    WebhookRequest,
)
from heard.connectors.http import HttpClient
from heard.connectors.platforms.google_play import GooglePlay
from heard.errors import PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
REVIEW = "gp:AOqpTOE-x_1"
HOME = Connection(
    "c0ffee",
    "bus_1",
    "google_play",
    "https://api.example.com/hooks/c0ffee",
    {"package_name": "com.example.app"},
)
TEXT = "Thank you, Femi. The next version mends this; Tom will write to you today."


def review(
    text: str | None = "It crashes.",
    at: datetime = NOW - timedelta(hours=1),
    stars: Any = 1,
    **more: Any,
) -> dict[str, Any]:
    comment = {
        "text": text,
        "starRating": stars,
        "lastModified": {"seconds": str(int(at.timestamp())), "nanos": 713_000_000},
        **more,
    }
    return {"authorName": "Femi", "comments": [{"userComment": comment}]}


@dataclass
class SimulatedApp:
    """The connector against the simulated platform."""

    simulator: SimulatedPlatforms
    connection: Connection
    credentials: dict[str, str]
    google_play: GooglePlay = field(default_factory=GooglePlay)
    http: HttpClient = field(default_factory=lambda: HttpClient(allow_loopback=True))

    @property
    def account(self) -> PlatformAccount:
        return PlatformAccount(self.connection, self.credentials, self.http)

    def set_resource(self, resource: dict[str, Any] | None, native_id: str = REVIEW) -> None:
        self.simulator.set_resource("google_play", native_id, resource)

    def reply(self, text: str = TEXT, *ours: str) -> SentReply | Rejection:
        target = ReplyTarget(REVIEW, REVIEW, {}, own_replies=ours)
        return self.google_play.reply(target, text, "rep_1", self.account)

    def find(self, text: str = TEXT) -> SentReply | ReplyLookup:
        return self.google_play.find_reply(
            ReplyTarget(REVIEW, REVIEW, {}), text, "rep_1", self.account
        )

    def fetch(self) -> ReviewEvent | ReviewGone | None:
        return self.google_play.fetch(REVIEW, self.account)

    def event(self) -> ReviewEvent:
        result = self.fetch()
        assert isinstance(result, ReviewEvent)
        return result

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return self.google_play.recent(cursor, self.account, NOW)


@pytest.fixture
def app() -> Iterator[SimulatedApp]:
    with SimulatedPlatforms(clock=lambda: NOW) as simulator:
        connection = replace(HOME, settings=simulator.settings("google_play"))
        app = SimulatedApp(simulator, connection, dict(simulator.credentials["google_play"]))
        app.set_resource(review())
        yield app


def responding_with(
    *documents: Any,
) -> tuple[Callable[..., HttpResponse], list[tuple[str, bytes | None]]]:
    """An `Http` that returns a token and then these documents, and the list of its requests."""
    responses, requests = (
        iter([{"access_token": "t", "expires_in": 3_599}, *documents]),
        list[tuple[str, bytes | None]](),
    )

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        requests.append((f"{method} {url}", body))
        return HttpResponse(200, {}, json.dumps(next(responses)).encode())

    return http, requests


def test_the_documented_list_is_read(app: SimulatedApp, facts: Callable[[str], str]) -> None:
    http, requests = responding_with(
        json.loads(facts("payloads/googleplay-reviews-list-first.json"))
    )
    page = GooglePlay().recent(None, PlatformAccount(HOME, app.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    (event,) = page.events
    assert (event.native_id, event.rating, event.title, event.text) == (
        "12345678",
        5,
        None,
        "This is the best app ever!",
    )
    assert (event.author.name, event.revision) == ("Jane Bloggs", "2015-10-01T05:20:26.713Z")
    assert (
        event.link
        == "https://play.google.com/store/apps/details?id=com.example.app&reviewId=12345678"
    )
    assert requests[1][0].startswith(
        "GET "
        "https://androidpublisher.googleapis.com/androidpublisher/v3/applications/com.example.app/reviews?"
    )


def test_the_key_files_token_address_is_never_called_and_the_assertion_follows_rfc_7523(
    app: SimulatedApp,
) -> None:
    http, requests = responding_with({"reviews": []})
    GooglePlay().recent(None, PlatformAccount(HOME, app.credentials, http), NOW)
    (token_call, form), _ = requests
    assert token_call == "POST https://oauth2.googleapis.com/token"
    file = json.loads(app.credentials["service_account"])
    assertion = parse_qs((form or b"").decode())["assertion"][0]
    public = serialization.load_pem_private_key(file["private_key"].encode(), None).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    claims = jwt.decode(
        assertion, public, algorithms=["RS256"], audience="https://oauth2.googleapis.com/token"
    )
    assert (claims["iss"], claims["scope"]) == (
        file["client_email"],
        "https://www.googleapis.com/auth/androidpublisher",
    )
    assert claims["exp"] - claims["iat"] == 3_600
    assert jwt.get_unverified_header(assertion)["kid"] == file["private_key_id"]


@pytest.mark.parametrize(
    ("text", "title", "words"),
    [
        ("Crash\tIt crashes.", "Crash", "It crashes."),
        ("\tIt crashes.", None, "It crashes."),
        ("It crashes.", None, "It crashes."),
        (None, None, None),
    ],
)
def test_a_title_stands_before_a_tab(
    app: SimulatedApp, text: str | None, title: str | None, words: str | None
) -> None:
    app.set_resource(review(text))
    assert (app.event().title, app.event().text) == (title, words)


def test_the_original_text_comes_first_and_the_devices_language_is_not_used(
    app: SimulatedApp,
) -> None:
    app.set_resource(review("It crashes.", originalText="Inaanguka.", reviewerLanguage="en_US"))
    assert (app.event().text, app.event().language) == ("Inaanguka.", None)


def test_any_order_of_a_review_and_its_edits_ends_in_the_latest_and_our_reply_is_no_edit(
    app: SimulatedApp,
) -> None:
    first = app.event()
    assert isinstance(app.reply(), SentReply)
    assert (app.event().revision, app.event().content) == (first.revision, first.content)
    app.set_resource(review("It still crashes.", NOW - timedelta(minutes=30)))
    second = app.event()
    app.set_resource(review("All is well.", NOW - timedelta(minutes=29), 5))
    third = app.event()
    for order in itertools.permutations([first, second, third, first]):
        assert max(order, key=lambda event: (event.revision, event.content)) is third


def test_recent_reviews_of_a_week_come_latest_change_first_page_by_page(app: SimulatedApp) -> None:
    for minute in range(101):
        app.set_resource(review(at=NOW - timedelta(minutes=minute)), f"r{minute}")
    app.set_resource(review(at=NOW - timedelta(days=8)), "old")
    first = app.recent()
    assert isinstance(first, ReviewPage)
    assert first.next_cursor is not None
    second = app.recent(first.next_cursor)
    assert isinstance(second, ReviewPage)
    result = [event.native_id for event in (*first.events, *second.events)]
    assert (len(first.events), second.next_cursor) == (100, None)
    assert result[:60] == [f"r{minute}" for minute in range(60)]
    assert set(result[60:]) == {f"r{minute}" for minute in range(60, 101)} | {REVIEW}
    app.simulator.reset()
    assert app.recent() == ReviewPage()


def test_a_review_without_a_customers_words_is_neither_an_event_nor_a_problem(
    app: SimulatedApp,
) -> None:
    silent = {"reviewId": "3", "comments": [{"developerComment": {"text": "Hello"}}]}
    http, _ = responding_with({"reviews": [{**review(), "reviewId": "1"}, silent]})
    page = GooglePlay().recent(None, PlatformAccount(HOME, app.credentials, http), NOW)
    assert isinstance(page, ReviewPage)
    assert ([event.native_id for event in page.events], page.problems) == (["1"], ())


def test_a_delivery_to_the_address_means_nothing() -> None:
    assert (
        GooglePlay().parse(
            WebhookRequest("POST", {}, json.dumps({"reviews": [review()]}).encode()), HOME, NOW
        )
        == ParsedDelivery()
    )


def test_a_reply_is_set_found_and_replaced_by_our_next_one(app: SimulatedApp) -> None:
    assert app.find() is ReplyLookup.ABSENT
    assert app.reply() == SentReply(REVIEW) == app.find() == app.reply()
    assert app.find("Something else.") is ReplyLookup.ABSENT
    assert isinstance(app.reply("Tom has written to you.", TEXT), SentReply)
    assert [(reply.thread, reply.removed_at is None) for reply in app.simulator.replies()] == [
        (REVIEW, False),
        (REVIEW, True),
    ]


@pytest.mark.parametrize("ours", [(), (TEXT,)])
def test_a_reply_of_somebody_else_is_never_overwritten_before_or_after_our_first(
    app: SimulatedApp, ours: tuple[str, ...]
) -> None:
    assert not ours or isinstance(app.reply(), SentReply)
    before = app.simulator.replies()
    answered_review = review()
    answered_review["comments"].append(
        {
            "developerComment": {
                "text": "Sorry! — The developer",
                "lastModified": {"seconds": "1773400000"},
            }
        }
    )
    app.set_resource(answered_review)
    event = app.event()
    assert (event.kind, event.reply_to) == (EventKind.CREATED, {})
    rejection = app.reply("Tom has written to you.", *ours)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "already_answered"
    assert app.simulator.replies() == before


def test_a_reply_may_have_350_characters_and_is_never_cut(app: SimulatedApp) -> None:
    rejection = app.reply("ü" * 351)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"
    assert isinstance(app.reply("ü" * 350), SentReply)


def test_a_reply_that_was_taken_without_a_response_is_doubtful_and_found(
    app: SimulatedApp,
) -> None:
    app.simulator.add_fault("google_play", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        app.reply()
    assert fault.value.maybe_applied
    assert app.find() == SentReply(REVIEW)


def test_a_request_to_wait_is_a_fault_that_applied_nothing(app: SimulatedApp) -> None:
    for calls in (CallKind.REPLY, CallKind.READ):
        app.simulator.add_fault("google_play", FaultMode.RATE_LIMITED, seconds=7, call_kind=calls)
        with pytest.raises(PlatformUnavailable) as fault:
            app.reply()
        assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_review_that_cannot_be_read_takes_no_reply_and_may_have_had_one(
    app: SimulatedApp,
) -> None:
    app.set_resource(None)
    assert app.fetch() is None
    assert app.find() is ReplyLookup.CANNOT_TELL
    rejection = app.reply()
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, "Review not found." in rejection.detail) == ("gone", True)


def test_a_review_that_is_too_old_to_be_read_still_gets_a_reply(app: SimulatedApp) -> None:
    requests: list[str] = []

    def http(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        requests.append(method)
        if url.endswith("/token"):
            return HttpResponse(200, {}, b'{"access_token": "t", "expires_in": 3599}')
        return HttpResponse(404 if method == "GET" else 200, {}, b'{"result": {}}')

    result = GooglePlay().reply(
        ReplyTarget(REVIEW, REVIEW, {}),
        TEXT,
        "rep_1",
        PlatformAccount(HOME, app.credentials, http),
    )
    assert (result, requests) == (SentReply(REVIEW), ["POST", "GET", "POST"])


def test_a_rejection_for_good_is_a_value(app: SimulatedApp) -> None:
    app.simulator.add_fault("google_play", FaultMode.REJECT)
    rejection = app.reply()
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "rejected"


def test_a_token_is_kept_and_replaced_when_it_is_revoked(app: SimulatedApp) -> None:
    assert isinstance(app.fetch(), ReviewEvent)
    app.simulator.add_fault("google_play", FaultMode.FAIL_BEFORE, call_kind=CallKind.SIGN_IN)
    assert isinstance(app.fetch(), ReviewEvent)
    app.simulator.revoke_tokens()
    with pytest.raises(PlatformUnavailable):
        app.fetch()
    assert isinstance(app.fetch(), ReviewEvent)


def key_file(app: SimulatedApp, **changed: Any) -> str:
    return json.dumps({**json.loads(app.credentials["service_account"]), **changed})


def pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def test_only_a_person_with_the_key_gets_the_accounts_token(app: SimulatedApp) -> None:
    assert isinstance(app.recent(), ReviewPage)
    app.credentials["service_account"] = key_file(
        app, private_key=pem(rsa.generate_private_key(65_537, 2_048))
    )
    rejection = app.recent()
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unauthorized"
    assert app.fetch() is None


def test_missing_and_unreadable_credentials_say_what_to_enter(app: SimulatedApp) -> None:
    ec_key = pem(ec.generate_private_key(ec.SECP256R1()))
    for text, reason in (
        ("", "no_credentials"),
        ("heard@acme.iam.gserviceaccount.example", "bad_credentials"),
        ("{}", "bad_credentials"),
        (
            key_file(
                app, private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
            ),
            "bad_credentials",
        ),
        (key_file(app, private_key=ec_key), "bad_credentials"),
        (key_file(app, private_key=None), "bad_credentials"),
        ("\ud800", "bad_credentials"),
    ):
        app.credentials["service_account"] = text
        for result in (app.reply(), app.recent()):
            assert isinstance(result, Rejection)
            assert result.reason == reason
        assert (app.fetch(), app.find()) == (None, ReplyLookup.CANNOT_TELL)


def test_an_app_of_another_account_is_unauthorized_and_a_missing_app_name_is_said(
    app: SimulatedApp,
) -> None:
    for package, reason in (("com.example.other", "unauthorized"), (" ", "no_credentials")):
        app.connection = replace(
            app.connection, settings={**app.connection.settings, "package_name": package}
        )
        rejection = app.recent()
        assert isinstance(rejection, Rejection)
        assert rejection.reason == reason
