"""Posting and finding replies, with a server that answers as the platforms document it."""

from __future__ import annotations

import json
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks import Webhook

from heard.connectors import (
    Connection,
    HttpRequest,
    HttpResponse,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SentReply,
    load,
)
from heard.connectors.http import HttpClient, address_problem, call_api, retry_after, to_rejection
from heard.connectors.platforms.trustpilot import Trustpilot
from heard.errors import BadRequest, PlatformUnavailable
from heard.reviews import EventKind

TEXT = "We are sorry. A new lid is on its way."
STANDARD = {"secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="}
PILOT = {"api_key": "key", "api_secret": "secret", "business_user_id": "user-1"}
FORUM = {"api_key": "forum-key"}
PHONE = {"account_sid": "AC1", "auth_token": "token"}


class Platform(Protocol):
    url: str
    requests: list[tuple[str, str, Mapping[str, str], bytes]]
    responses: list[Any]

    def respond_with(self, *answers: Any) -> None: ...


type Connect = Callable[..., Connection]
type MakeResponse = Callable[..., Any]


def test_a_standard_reply_is_signed_carries_its_id_and_can_be_found(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    connection, target = (
        connect("standard", reply_url=f"{platform.url}/replies?site=1"),
        ReplyTarget("r-1", "t-1", {}),
    )
    platform.respond_with(
        http_response(201),
        http_response(200),
        http_response(404),
        http_response(405),
        http_response(501),
    )
    standard = load("standard")
    assert standard.reply(
        target, TEXT, "rep_1", PlatformAccount(connection, STANDARD, http)
    ) == SentReply("rep_1")
    results = [
        standard.find_reply(target, TEXT, "rep_1", PlatformAccount(connection, STANDARD, http))
        for _ in range(4)
    ]
    assert results == [
        SentReply("rep_1"),
        ReplyLookup.ABSENT,
        ReplyLookup.CANNOT_TELL,
        ReplyLookup.CANNOT_TELL,
    ]
    for _, _, headers, body in platform.requests:
        Webhook(STANDARD["secret"]).verify(body, dict(headers), json_parse=False)
        assert headers["webhook-id"] == "rep_1"
    assert [(method, path) for method, path, _, _ in platform.requests[:2]] == [
        ("POST", "/replies?site=1"),
        ("GET", "/replies/rep_1?site=1"),
    ]
    assert json.loads(platform.requests[0][3])["data"] == {
        "reply_id": "rep_1",
        "review_id": "r-1",
        "thread_id": "t-1",
        "text": TEXT,
    }


def test_a_standard_connection_that_cannot_reply_says_why(
    http: HttpClient, connect: Connect
) -> None:
    for settings, credentials, reason in (
        ({}, STANDARD, "no_reply_url"),
        ({"reply_url": "http://replies.example/"}, STANDARD, "bad_address"),
        ({"reply_url": "https://replies.example/"}, {}, "no_credentials"),
        ({"reply_url": "https://replies.example/"}, {"secret": "whsec_?"}, "bad_secret"),
    ):
        result = load("standard").reply(
            ReplyTarget("r", "r", {}),
            TEXT,
            "rep_1",
            PlatformAccount(connect("standard", **settings), credentials, http),
        )
        assert isinstance(result, Rejection)
        assert result.reason == reason


def test_trustpilot_signs_in_once_and_once_more_when_its_token_is_revoked(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    pilot, connection, target = (
        Trustpilot(),
        connect("trustpilot", api_base=platform.url),
        ReplyTarget("a1", "a1", {}),
    )
    token = http_response(200, {"access_token": "one", "expires_in": "359999"})
    review = http_response(200, {"id": "a1", "companyReply": None})
    platform.respond_with(token, review, http_response(201))
    assert pilot.reply(
        target, TEXT, "rep_1", PlatformAccount(connection, PILOT, http)
    ) == SentReply("a1")
    sign_in, _, reply = platform.requests
    assert sign_in[2]["authorization"] == "Basic " + b64encode(b"key:secret").decode()
    assert sign_in[3] == b"grant_type=client_credentials"
    assert (reply[0], reply[1], reply[2]["authorization"]) == (
        "POST",
        "/v1/private/reviews/a1/reply",
        "Bearer one",
    )
    assert json.loads(reply[3]) == {"authorBusinessUserId": "user-1", "message": TEXT}
    platform.respond_with(
        http_response(401),
        http_response(200, {"access_token": "two", "expires_in": 359999}),
        http_response(200, {"companyReply": {"text": TEXT + " "}}),
        http_response(404),
    )
    assert pilot.find_reply(
        target, TEXT, "rep_1", PlatformAccount(connection, PILOT, http)
    ) == SentReply("a1")
    assert platform.requests[-1][2]["authorization"] == "Bearer two"
    assert (
        pilot.find_reply(target, TEXT, "rep_1", PlatformAccount(connection, PILOT, http))
        is ReplyLookup.ABSENT
    )


def test_our_second_reply_at_trustpilot_replaces_our_first_but_never_a_colleagues(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    pilot, connection, target = (
        Trustpilot(),
        connect("trustpilot", api_base=platform.url),
        ReplyTarget("a1", "a1", {}),
    )
    token = http_response(200, {"access_token": "one", "expires_in": "359999"})
    ours, theirs = (
        {"companyReply": {"text": "Thank you", "authorBusinessUserId": user}}
        for user in ("user-1", "user-2")
    )
    platform.respond_with(
        token,
        http_response(200, ours),
        http_response(201),
        http_response(200, theirs),
    )
    assert pilot.reply(
        target, TEXT, "rep_2", PlatformAccount(connection, PILOT, http)
    ) == SentReply("a1")
    assert [method for method, _, _, _ in platform.requests[1:]] == ["GET", "POST"]
    result = pilot.reply(target, TEXT, "rep_2", PlatformAccount(connection, PILOT, http))
    assert isinstance(result, Rejection)
    assert result.reason == "already_answered"


def test_trustpilot_reviews_can_be_fetched(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    pilot, connection = Trustpilot(), connect("trustpilot", api_base=platform.url)
    review_fields = {
        "id": "a1",
        "stars": 3,
        "text": "Better",
        "consumer": {"id": "u1", "displayName": "Kim"},
        "createdAt": "2026-03-01T10:00:00Z",
    }
    platform.respond_with(
        http_response(200, {"access_token": "one", "expires_in": "359999"}),
        http_response(200, {**review_fields, "updatedAt": "2026-03-02T10:00:00Z"}),
        http_response(404),
        http_response(403),
    )
    event = pilot.fetch("a1", PlatformAccount(connection, PILOT, http))
    assert not isinstance(event, ReviewGone)
    assert event is not None
    assert (event.kind, event.rating, event.author.name, event.revision) == (
        EventKind.EDITED,
        3,
        "Kim",
        "2026-03-02T10:00:00.000Z",
    )
    assert pilot.fetch("a1", PlatformAccount(connection, PILOT, http)) is ReviewGone.GONE
    platform.respond_with(
        http_response(200, {"access_token": "two", "expires_in": "359999"}), http_response(403)
    )
    assert pilot.fetch("a1", PlatformAccount(connection, PILOT, http)) is None
    assert pilot.fetch("a1", PlatformAccount(connection, {}, http)) is None


def forum_post(number: int, username: str, raw: str) -> dict[str, Any]:
    return {"id": number, "username": username, "raw": raw, "cooked": f"<p>{raw}</p>"}


def test_a_forum_reply_is_posted_and_found_again_in_a_long_topic(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    connection = connect("discourse", base_url=platform.url + "/", api_username="Heard")
    target = ReplyTarget("100", "77", {"topic_id": "77", "post_number": "4"})
    forum = load("discourse")
    platform.respond_with(http_response(200, {"id": 901}))
    assert forum.reply(
        target, TEXT, "rep_1", PlatformAccount(connection, FORUM, http)
    ) == SentReply("901")
    method, path, headers, body = platform.requests[0]
    assert (method, path, headers["api-key"], headers["api-username"]) == (
        "POST",
        "/posts.json",
        "forum-key",
        "Heard",
    )
    assert json.loads(body) == {"raw": TEXT, "topic_id": 77, "reply_to_post_number": 4}

    topic = {
        "post_stream": {
            "posts": [forum_post(i, "mira", "hm") for i in range(90, 110)],
            "stream": list(range(90, 150)),
        }
    }
    respond_late = {
        "post_stream": {
            "posts": [
                forum_post(i, "heard", f" {TEXT}\n" if i == 140 else "else")
                for i in range(130, 150)
            ]
        }
    }
    nothing = {"post_stream": {"posts": []}}
    platform.respond_with(http_response(200, topic), http_response(200, respond_late))
    assert forum.find_reply(
        target, TEXT, "rep_1", PlatformAccount(connection, FORUM, http)
    ) == SentReply("140")
    assert parse_qs(urlsplit(platform.requests[-1][1]).query)["post_ids[]"] == [
        str(i) for i in range(149, 129, -1)
    ]
    platform.respond_with(
        http_response(200, topic), http_response(200, nothing), http_response(200, nothing)
    )
    assert (
        forum.find_reply(target, TEXT, "rep_1", PlatformAccount(connection, FORUM, http))
        is ReplyLookup.ABSENT
    )
    topic["post_stream"]["stream"] = list(range(90, 1000))
    platform.respond_with(http_response(200, topic), *[http_response(200, nothing)] * 5)
    assert (
        forum.find_reply(target, TEXT, "rep_1", PlatformAccount(connection, FORUM, http))
        is ReplyLookup.CANNOT_TELL
    )


def test_a_forums_rejection_has_its_own_words(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    connection = connect("discourse", base_url=platform.url, api_username="heard")
    platform.respond_with(
        http_response(
            422,
            {"action": "create_post", "errors": ["Body is too short (minimum is 20 characters)"]},
        )
    )
    result = load("discourse").reply(
        ReplyTarget("1", "77", {}), "Hi", "rep_1", PlatformAccount(connection, FORUM, http)
    )
    assert result == Rejection(
        "rejected", "Discourse says: Body is too short (minimum is 20 characters)"
    )


def test_a_fetched_forum_post_says_what_its_webhook_said(
    platform: Platform,
    http: HttpClient,
    connect: Connect,
    http_response: MakeResponse,
    post_request: Callable[..., Any],
    now: datetime,
) -> None:
    connection = connect("discourse", base_url=platform.url, api_username="heard")
    review_fields = {
        "id": 5, "topic_id": 77, "post_number": 1, "username": "mira", "user_id": 3, "raw": "Leaks",
        "version": 1,
        "created_at": "2026-03-01T10:00:00.000Z", "updated_at": "2026-03-01T10:00:00.000Z",
    }  # fmt: skip
    (event,) = (
        load("discourse")
        .parse(
            post_request({"post": {**review_fields, "topic_title": "Blue bottle"}}), connection, now
        )
        .events
    )
    platform.respond_with(
        http_response(200, review_fields),
        http_response(200, {"title": "Blue bottle"}),
        http_response(404),
    )
    assert load("discourse").fetch("5", PlatformAccount(connection, FORUM, http)) == event
    assert load("discourse").fetch("5", PlatformAccount(connection, FORUM, http)) is ReviewGone.GONE


SMS = ReplyTarget(
    "SM1",
    "+49151 +4930",
    {"to": "+49151", "from": "+4930"},
    datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
)


def test_a_text_message_is_sent_from_the_number_that_was_written_to(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    connection = connect("twilio_sms", api_base=platform.url)
    platform.respond_with(
        http_response(201, {"sid": "SM2", "status": "queued"}),
        http_response(400, {"code": 21610, "status": 400}),
        http_response(400, {"code": 21211}),
    )
    twilio = load("twilio_sms")
    assert twilio.reply(SMS, TEXT, "rep_1", PlatformAccount(connection, PHONE, http)) == SentReply(
        "SM2"
    )
    _, path, headers, body = platform.requests[0]
    assert (path, headers["authorization"]) == (
        "/2010-04-01/Accounts/AC1/Messages.json",
        "Basic " + b64encode(b"AC1:token").decode(),
    )
    assert parse_qs(body.decode()) == {"To": ["+49151"], "From": ["+4930"], "Body": [TEXT]}
    refusals = [
        twilio.reply(SMS, TEXT, "rep_1", PlatformAccount(connection, PHONE, http)) for _ in range(2)
    ]
    refusals.append(
        twilio.reply(
            ReplyTarget("SM1", "t", {**SMS.reply_to, "opted_out": "true"}),
            TEXT,
            "rep_1",
            PlatformAccount(connection, PHONE, http),
        )
    )
    refusals.append(
        twilio.reply(SMS, "🥖" * 801, "rep_1", PlatformAccount(connection, PHONE, http))
    )
    assert [r.reason for r in refusals if isinstance(r, Rejection)] == [
        "opted_out",
        "rejected",
        "opted_out",
        "too_long",
    ]
    assert len(platform.requests) == 3


def test_a_text_message_is_found_by_its_words_since_the_first_try(
    platform: Platform, http: HttpClient, connect: Connect, http_response: MakeResponse
) -> None:
    connection, twilio = connect("twilio_sms", api_base=platform.url), load("twilio_sms")
    first = SMS.first_sent_at
    assert first is not None

    def message(minutes: float, body: str = TEXT, **other: str) -> dict[str, str]:
        return {
            "sid": "SM9",
            "direction": "outbound-api",
            "status": "sent",
            "body": body,
            "date_created": format_datetime(first + timedelta(minutes=minutes)),
        } | other

    cases = [
        ([message(3, "other"), message(1)], SentReply("SM9")),
        ([message(1, "Sent from your Twilio trial account - " + TEXT)], SentReply("SM9")),
        ([message(-60)], ReplyLookup.ABSENT),
        ([message(1, direction="inbound"), message(1, status="failed")], ReplyLookup.ABSENT),
        ([], ReplyLookup.ABSENT),
        ([message(5, "other")] * 100, ReplyLookup.CANNOT_TELL),
        ([*[message(5, "other")] * 99, message(-60, "other")], ReplyLookup.ABSENT),
    ]
    for messages, results in cases:
        platform.respond_with(http_response(200, {"messages": messages}))
        assert (
            twilio.find_reply(SMS, TEXT, "rep_1", PlatformAccount(connection, PHONE, http))
            == results
        )
    assert parse_qs(urlsplit(platform.requests[0][1]).query) == {
        "To": ["+49151"],
        "From": ["+4930"],
        "PageSize": ["100"],
    }


REPLIES = [
    ("standard", {"reply_url": ""}, STANDARD, ReplyTarget("r", "r", {})),
    ("discourse", {"base_url": "", "api_username": "heard"}, FORUM, ReplyTarget("5", "7", {})),
    ("twilio_sms", {"api_base": ""}, PHONE, SMS),
    ("trustpilot", {"api_base": ""}, PILOT, ReplyTarget("a1", "a1", {})),
]


@pytest.mark.parametrize(
    ("name", "settings", "credentials", "target"), REPLIES, ids=[reply[0] for reply in REPLIES]
)
def test_every_fault_says_whether_the_reply_may_be_there(
    name: str,
    settings: dict[str, str],
    credentials: dict[str, str],
    target: ReplyTarget,
    platform: Platform,
    http: HttpClient,
    impatient_http: HttpClient,
    connect: Connect,
    http_response: MakeResponse,
) -> None:
    connection = connect(name, **{key: value or platform.url for key, value in settings.items()})
    connector = Trustpilot() if name == "trustpilot" else load(name)
    before = (
        [
            http_response(200, {"access_token": "one", "expires_in": "359999"}),
            http_response(200, {"companyReply": None}),
        ]
        if name == "trustpilot"
        else []
    )

    def respond_late(*_: object) -> Any:
        time.sleep(3)
        return http_response(201)

    for fault, maybe_applied, wait in (
        (http_response(500), True, None),
        (http_response(503, retry_after="7"), True, 7),
        (None, True, None),
        (respond_late, True, None),
        (http_response(429, retry_after="30"), False, 30),
    ):
        platform.respond_with(*before)
        platform.responses.append(fault if callable(fault) else lambda *_, result=fault: result)
        client = impatient_http if fault is respond_late else http
        with pytest.raises(PlatformUnavailable) as caught:
            connector.reply(target, TEXT, "rep_1", PlatformAccount(connection, credentials, client))
        assert (caught.value.maybe_applied, caught.value.retry_after) == (maybe_applied, wait)
        before = before[-1:]  # the token is kept, the review is read each time
    for check in (http_response(500), None):
        platform.respond_with(check)
        with pytest.raises(PlatformUnavailable) as caught:
            connector.find_reply(
                target, TEXT, "rep_1", PlatformAccount(connection, credentials, http)
            )
        assert not caught.value.maybe_applied


def test_without_a_connection_nothing_was_sent(http: HttpClient) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(PlatformUnavailable) as caught:
            http("POST", url, body=b"x")
    assert not caught.value.maybe_applied


def test_a_response_is_read_up_to_a_limit_and_redirects_are_not_followed(
    platform: Platform, http_response: MakeResponse
) -> None:
    platform.respond_with(
        http_response(200, "x" * 1_000), http_response(302, location=f"{platform.url}/elsewhere")
    )
    assert len(HttpClient(allow_loopback=True, response_limit=100)("GET", platform.url).body) == 100
    moved = call_api(HttpClient(allow_loopback=True), "It", HttpRequest("GET", platform.url))
    assert isinstance(moved, Rejection)
    assert moved.reason == "moved"
    assert len(platform.requests) == 2


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://example.com/a", True),
        ("http://127.0.0.1:9/a", True),
        ("http://[::1]:9/a", True),
        ("http://localhost/a", True),
        ("http://example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://localhost.example.com", False),
        ("https://user:pass@example.com", False),
        ("https://10.0.0.1/", False),
        ("https://169.254.169.254/latest", False),
        ("https://[fd00::1]/", False),
        ("https://[::ffff:10.0.0.1]/", False),
        ("https://8.8.8.8/", True),
        ("https://example.com/reviews/..", False),
        ("https://example.com/reviews/../reply", False),
        ("https://example.com/reviews/%2E%2e/reply", False),
        ("https://example.com/./reply", False),
        ("https://example.com/a..b/.c?d=../e", True),
        ("file:///etc/passwd", False),
        ("//example.com", False),
        ("nonsense", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_safe_addresses_are_called(url: str, usable: bool, http: HttpClient) -> None:
    assert (address_problem(url, allow_loopback=True) is None) is usable
    if not usable:
        with pytest.raises(BadRequest):
            http("GET", url)
    if url.startswith("http:"):
        assert address_problem(url, allow_loopback=False) is not None


NOT_PUBLIC = (
    "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3.", "169.254.169.254",
    "169.254.170.2", "172.16.0.1", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3",
    "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::7f00:1]", "[::ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]",
    "[100::1]", "[2001::1]", "[2001:0:a00:1::1]", "[2001:db8::1]", "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::1]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]",
    "[fe80::1%25eth0]", "[2606:4700::1%25eth0]", "[fec0::1]", "[ff02::1]", "2130706433",
    "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "017700000001", "3232235521", "0",
    "0x", "10.0.0.0x1", "8.8.8.010", "1.2.3.4.5", "example.com.1", "127。0。0。1", "１２７.0.0.1",
    "⑯⑨.254.169.254", "localhost", "localhost.", "foo.localhost", "LOCALHOST",
)  # fmt: skip
"""Hosts that lead to this machine, into a private network, or nowhere on the Internet."""


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_no_notation_of_an_address_leads_into_a_private_network(host: str) -> None:
    for scheme in ("https", "http"):
        assert address_problem(f"{scheme}://{host}:443/x", allow_loopback=False) is not None


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700:4700::1111]", "example.com.", "münchen.example", "1.example"]
)
def test_a_host_of_the_internet_is_called(host: str) -> None:
    assert address_problem(f"https://{host}/x", allow_loopback=False) is None


@pytest.mark.parametrize("answer", [host.strip("[]") for host in NOT_PUBLIC if host[-1] in "]1"])
def test_a_name_that_resolves_to_no_public_address_gets_not_even_a_connection(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is closed here: a connection, to whatever address, fails the test."""
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(BadRequest):
        HttpClient()("GET", "https://platform.example/")


def test_only_the_public_addresses_of_a_name_are_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is resolved once: a second answer may be another one."""
    lookups: list[str] = []
    tried: list[str] = []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
        lookups.append(host)
        hosts = [host] if host != "platform.example" else ["10.0.0.1", "8.8.8.8", "8.8.4.4"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in hosts]

    def connect(_: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(PlatformUnavailable) as caught:
        HttpClient()("GET", "https://platform.example/")

    assert not caught.value.maybe_applied
    assert tried == ["8.8.8.8", "8.8.4.4"]
    assert lookups.count("platform.example") == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "localhost.", "[::ffff:127.0.0.1]", "platform.example"]
)
def test_this_machine_is_not_called_by_any_name_unless_allowed(
    host: str, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", nobody.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here])
        with pytest.raises(BadRequest):
            HttpClient()("GET", f"https://{host}/")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "moved"),
        (400, "rejected"),
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "gone"),
        (405, "not_allowed"),
        (410, "gone"),
        (413, "too_long"),
        (422, "rejected"),
        (501, "not_allowed"),
    ],
)
def test_a_rejection_for_good_has_a_reason(status: int, reason: str) -> None:
    assert to_rejection(HttpResponse(status, {}, b""), "It").reason == reason


def test_retry_after_is_a_number_or_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after({"retry-after": "120"}) == 120
    assert 80 <= (retry_after({"retry-after": soon}) or 0) <= 91
    assert retry_after({"retry-after": "999999"}) == 86_400
    assert [retry_after({"retry-after": text}) for text in ("", "soon", "-1")] == [None, None, None]


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_a_server_that_sends_a_byte_now_and_then_is_cut_off(loopback: None, head: bytes) -> None:
    """Each byte ends a silence, so only the limit of the whole request ends the reading."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            caller, _ = door.accept()
            with caller, suppress(OSError):
                caller.recv(4_096)
                caller.sendall(head)
                for _ in range(300):
                    caller.sendall(b"H")
                    time.sleep(0.05)

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        client = HttpClient(allow_loopback=True, read_seconds=5, total_seconds=0.5)
        with pytest.raises(PlatformUnavailable) as fault:
            client("GET", f"http://127.0.0.1:{door.getsockname()[1]}/")
        assert fault.value.maybe_applied
        dripping.join(3)
        assert not dripping.is_alive(), "the caller did not hang up"


@pytest.mark.loopback
def test_a_greeting_that_drips_is_cut_off_before_anything_is_sent() -> None:
    """The server begins TLS and never ends it: no byte of the request can be there."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            caller, _ = door.accept()
            with caller, suppress(OSError):
                caller.recv(4_096)
                caller.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
                for _ in range(300):
                    caller.sendall(b"\x00")
                    time.sleep(0.05)

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        client = HttpClient(allow_loopback=True, connect_seconds=5, read_seconds=5)
        with pytest.raises(PlatformUnavailable) as fault:
            client("POST", f"https://127.0.0.1:{door.getsockname()[1]}/", seconds=0.5)
        assert not fault.value.maybe_applied
        dripping.join(3)
        assert not dripping.is_alive(), "the caller did not hang up"


def test_the_look_up_of_a_name_cannot_hold_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_fields: answered.wait(30))
    with pytest.raises(PlatformUnavailable) as fault:
        HttpClient(total_seconds=0.2)("POST", "https://slow-names.example/")
    answered.set()

    assert not fault.value.maybe_applied
