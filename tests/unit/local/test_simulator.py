"""The simulated platforms over real HTTP.

They refuse what the real platforms refuse, and their faults do what they say.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from standardwebhooks import Webhook
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from heard_simulator.server import FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

REVIEW = "64b7f0a1c2d3e4f506172839"
OPENING = {
    "id": 71,
    "post_number": 1,
    "username": "osprey",
    "raw": "My refund is a month late.",
    "created_at": "2026-01-05T10:00:00Z",
}
TOPIC = {"title": "Slow refunds", "posts": [OPENING]}
TOKENS = "/trustpilot/v1/oauth/oauth-business-users-for-applications/accesstoken"
TEXT = "Thank you for telling us; we are looking into it."


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Caller:
    """A plain HTTP client that signs in to each platform as its documentation says."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.pool = urllib3.PoolManager(retries=False, timeout=3)

    def call(
        self, method: str, url: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.pool.request(
            method, self.platforms.base_url + url, body=body, headers=names
        )
        return response.status, json.loads(response.data) if response.data else None

    def token(self) -> str:
        credentials = self.platforms.credentials["trustpilot"]
        basic = base64.b64encode(
            f"{credentials['api_key']}:{credentials['api_secret']}".encode()
        ).decode()
        status, response = self.call(
            "POST", TOKENS, b"grant_type=client_credentials", authorization=f"Basic {basic}"
        )
        assert status == 200
        return response["access_token"]

    def trustpilot(
        self, method: str, tail: str = "", message: str | None = None, token: str | None = None
    ) -> tuple[int, Any]:
        body = (
            json.dumps(
                {"authorBusinessUserId": "507f191e810c19729de860ea", "message": message}
            ).encode()
            if message
            else None
        )
        return self.call(
            method,
            f"/trustpilot/v1/private/reviews/{tail}",
            body,
            authorization=f"Bearer {token or self.token()}",
        )

    def discourse(
        self, method: str, path: str, document: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        credentials = self.platforms.credentials["discourse"]
        body = json.dumps(document).encode() if document else None
        return self.call(
            method,
            f"/discourse{path}",
            body,
            api_key=credentials["api_key"],
            api_username=credentials["api_username"],
        )

    def post(self, raw: str, topic: int = 812) -> tuple[int, Any]:
        return self.discourse(
            "POST", "/posts.json", {"raw": raw, "topic_id": topic, "reply_to_post_number": 1}
        )

    def standard(self, reply: str, text: str, *, secret: str | None = None) -> tuple[int, Any]:
        body = json.dumps(
            {
                "type": "reply.created",
                "data": {"reply_id": reply, "review_id": "rv-1", "thread_id": "t-1", "text": text},
            }
        )
        return self.call("POST", "/standard", body.encode(), **self.signature(reply, body, secret))

    def signature(self, message: str, body: str, secret: str | None = None) -> dict[str, str]:
        now = datetime.now(UTC)
        signer = Webhook(secret or self.platforms.credentials["standard"]["secret"])
        return {
            "webhook_id": message,
            "webhook_timestamp": str(int(now.timestamp())),
            "webhook_signature": signer.sign(message, now, body),
        }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platforms(clock: Clock) -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms(clock=clock) as running:
        running.set_resource(
            "trustpilot",
            REVIEW,
            {"stars": 1, "text": "Never again.", "consumer": {"id": "c1", "displayName": "Ida"}},
        )
        running.set_resource("discourse", "812", TOPIC)
        yield running


@pytest.fixture
def caller(platforms: SimulatedPlatforms) -> Iterator[Caller]:
    caller = Caller(platforms)
    yield caller
    caller.pool.clear()


@pytest.fixture
def twilio(platforms: SimulatedPlatforms) -> Iterator[Client]:
    credentials = platforms.credentials["twilio_sms"]
    http = TwilioHttpClient(timeout=3)
    client = Client(credentials["account_sid"], credentials["auth_token"], http_client=http)
    client.api.base_url = platforms.url("twilio_sms")
    yield client
    assert http.session is not None
    http.session.close()


def test_trustpilot_shows_one_reply_until_it_is_deleted(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    token = caller.token()
    assert caller.trustpilot("POST", f"{REVIEW}/reply", TEXT, token) == (201, None)
    assert caller.trustpilot("POST", f"{REVIEW}/reply", "Another one.", token)[0] == 409
    _, review = caller.trustpilot("GET", REVIEW, token=token)
    assert (review["stars"], review["consumer"]["displayName"], review["companyReply"]["text"]) == (
        1,
        "Ida",
        TEXT,
    )
    assert caller.trustpilot("DELETE", f"{REVIEW}/reply", token=token) == (204, None)
    assert caller.trustpilot("POST", f"{REVIEW}/reply", "A better answer.", token) == (201, None)

    ever = platforms.public_replies_by_thread()["trustpilot", REVIEW]
    assert [(reply.text, reply.removed_at is None) for reply in ever] == [
        (TEXT, False),
        ("A better answer.", True),
    ]


def test_trustpilot_needs_a_valid_token_and_an_existing_review(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    stale = caller.token()
    platforms.revoke_tokens()
    assert caller.trustpilot("GET", REVIEW, token=stale)[0] == 401
    assert caller.trustpilot("POST", "000000000000000000000000/reply", TEXT)[0] == 404
    assert caller.call("POST", TOKENS, b"grant_type=client_credentials")[0] == 401
    platforms.set_resource("trustpilot", REVIEW, None)
    assert caller.trustpilot("GET", REVIEW)[0] == 404
    assert platforms.replies() == []


def test_an_access_token_is_good_for_its_lifetime(caller: Caller, clock: Clock) -> None:
    token = caller.token()
    clock.now += timedelta(seconds=359_998)
    assert caller.trustpilot("GET", REVIEW, token=token)[0] == 200
    clock.now += timedelta(seconds=1)
    assert caller.trustpilot("GET", REVIEW, token=token)[0] == 401


def test_a_reset_deletes_resources_and_keeps_tokens(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    token = caller.token()
    platforms.reset()
    assert caller.trustpilot("GET", REVIEW, token=token)[0] == 404


def test_discourse_refuses_short_posts_repeated_ones_and_unknown_topics(
    platforms: SimulatedPlatforms, caller: Caller, clock: Clock
) -> None:
    assert caller.post("Too short.")[0] == 422
    assert caller.post(TEXT, topic=999)[0] == 422
    status, post = caller.post(TEXT)
    assert (status, post["post_number"], post["raw"]) == (200, 2, TEXT)
    status, refusal = caller.post(TEXT.upper().replace(" ", "  "))
    assert (status, refusal["errors"]) == (422, ["Body is too similar to what you recently posted"])
    clock.now += timedelta(minutes=6)
    assert caller.post(TEXT)[0] == 200

    assert [(reply.thread, reply.review) for reply in platforms.replies()] == [
        ("812", "71"),
        ("812", "71"),
    ]
    assert caller.discourse("GET", "/t/999.json")[0] == 404
    assert (
        caller.call("GET", "/discourse/t/812.json", api_key="wrong", api_username="heard")[0] == 403
    )


def test_discourse_shows_a_long_topic_in_chunks_and_raw_text_only_on_request(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    posts = [
        {"id": 1000 + n, "post_number": n, "username": "osprey", "raw": f"Post <{n}>"}
        for n in range(2, 60)
    ]
    platforms.set_resource("discourse", "812", {"posts": posts})
    _, topic = caller.discourse("GET", "/t/812.json")
    assert (
        topic["title"],
        len(topic["post_stream"]["posts"]),
        len(topic["post_stream"]["stream"]),
    ) == ("Slow refunds", 20, 59)
    assert "raw" not in topic["post_stream"]["posts"][0]
    last = topic["post_stream"]["stream"][-1]
    _, rest = caller.discourse(
        "GET", f"/t/812/posts.json?{urlencode({'post_ids[]': last})}&include_raw=true"
    )
    assert [(post["raw"], post["cooked"]) for post in rest["post_stream"]["posts"]] == [
        ("Post <59>", "<p>Post &lt;59&gt;</p>")
    ]
    _, near = caller.discourse("GET", "/t/812/59.json")
    assert near["post_stream"]["posts"][-1]["post_number"] == 59

    platforms.set_resource(
        "discourse", "812", {"posts": [{"id": last, "deleted_at": "2026-01-05T11:00:00Z"}]}
    )
    assert caller.discourse("GET", f"/posts/{last}.json")[0] == 404


def test_twilios_own_client_sends_and_lists_and_receives_every_refusal(
    platforms: SimulatedPlatforms, twilio: Client, clock: Clock
) -> None:
    sent = twilio.messages.create(to="+12025550143", from_="+447700900123", body=TEXT)
    assert (sent.status, sent.direction, sent.date_sent) == ("queued", "outbound-api", None)
    clock.now += timedelta(hours=1)
    later = twilio.messages.create(to="+12025550143", from_="+447700900123", body="And once more.")
    platforms.set_resource(
        "twilio_sms", "SMin", {"from": "+12025550143", "to": "+447700900123", "body": "Hello?"}
    )

    to_customer = twilio.messages.list(to="+12025550143", from_="+447700900123", page_size=1)
    assert [message.sid for message in to_customer] == [later.sid, sent.sid]
    since = clock.now - timedelta(minutes=5)
    assert [
        message.body for message in twilio.messages.list(to="+12025550143", date_sent_after=since)
    ] == ["And once more."]
    assert [message.direction for message in twilio.messages.list(from_="+12025550143")] == [
        "inbound"
    ]

    platforms.set_resource("twilio_sms", "+12025550199", {"opted_out": True})
    for code, status, to, body in (
        (21617, 400, "+12025550143", "x" * 1601),
        (21602, 400, "+12025550143", ""),
        (21610, 400, "+12025550199", TEXT),
    ):
        with pytest.raises(TwilioRestException) as rejection:
            twilio.messages.create(to=to, from_="+447700900123", body=body)
        assert (rejection.value.code, rejection.value.status) == (code, status)
    assert platforms.public_replies_by_thread() == {}

    platforms.credentials["twilio_sms"]["auth_token"] = "changed"
    with pytest.raises(TwilioRestException) as rejection:
        twilio.messages(sent.sid or "").fetch()
    assert rejection.value.status == 401


def test_the_standard_receiver_checks_signatures_and_takes_each_id_once(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    assert caller.standard("rep_1", TEXT)[0] == 201
    assert caller.standard("rep_1", TEXT)[0] == 201
    assert (
        caller.standard(
            "rep_2",
            TEXT,
            secret="whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode(),
        )[0]
        == 401
    )
    assert (
        caller.call(
            "POST",
            "/standard",
            b"{}",
            webhook_id="x",
            webhook_timestamp="soon",
            webhook_signature="v1",
        )[0]
        == 401
    )
    assert [(reply.native_id, reply.thread, reply.public) for reply in platforms.replies()] == [
        ("rep_1", "t-1", True)
    ]
    assert (
        caller.call("GET", "/standard/rep_1", None, **caller.signature("rep_1", ""))[1]["text"]
        == TEXT
    )
    assert caller.call("GET", "/standard/rep_2", None, **caller.signature("rep_2", ""))[0] == 404


@pytest.mark.parametrize(
    ("mode", "status", "applied"),
    [
        (FaultMode.FAIL_BEFORE, 500, False),
        (FaultMode.FAIL_AFTER, 500, True),
        (FaultMode.DROP, None, True),
        (FaultMode.RATE_LIMITED, 429, False),
        (FaultMode.REJECT, 422, False),
        (FaultMode.SLOW, 200, True),
        (FaultMode.DOWN, 503, False),
    ],
)
def test_a_fault_does_what_it_says_as_often_as_ordered(
    platforms: SimulatedPlatforms,
    caller: Caller,
    mode: FaultMode,
    status: int | None,
    applied: bool,
) -> None:
    platforms.add_fault("discourse", mode, "812", times=2, seconds=0.01)
    for text in (TEXT, "We have written to you by private message."):
        if status is None:
            with pytest.raises(urllib3.exceptions.ProtocolError):
                caller.post(text)
        else:
            assert caller.post(text)[0] == status
    assert len(platforms.replies()) == (2 if applied else 0)
    assert caller.post("The third one arrives in any case.")[0] == 200


def test_a_fault_concerns_only_the_calls_that_it_names(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    platforms.add_fault("discourse", FaultMode.FAIL_BEFORE, "4711", times=None)
    platforms.add_fault("discourse", FaultMode.FAIL_BEFORE, "812", times=None, call_kind="read")
    assert caller.post(TEXT)[0] == 200
    assert caller.discourse("GET", "/t/812.json")[0] == 500
    assert caller.standard("rep_1", TEXT)[0] == 201
    platforms.reset()
    platforms.add_fault("trustpilot", FaultMode.DOWN, times=1)
    assert caller.call("POST", TOKENS, b"grant_type=client_credentials")[0] == 503
    assert caller.trustpilot("GET", "unknown")[0] == 404
    with pytest.raises(LookupError, match="discourse, "):
        platforms.add_fault("nobody", FaultMode.DOWN)


def test_a_slow_response_delays_nobody_else_and_does_not_delay_a_stop(
    caller: Caller, platforms: SimulatedPlatforms
) -> None:
    platforms.add_fault("discourse", FaultMode.SLOW, seconds=3_600)

    def wait() -> None:
        # Either the response or the end of the connection comes first.
        with suppress(urllib3.exceptions.HTTPError):
            caller.post(TEXT)

    waiting = threading.Thread(target=wait)
    began = time.monotonic()
    waiting.start()
    while time.monotonic() < began + 300 and not any(
        "process_request_thread" in thread.name for thread in threading.enumerate()
    ):
        time.sleep(0.005)
    other = Caller(platforms)
    assert other.discourse("GET", "/t/812.json")[0] == 200
    other.pool.clear()
    platforms.stop()
    waiting.join()
    assert time.monotonic() - began < 600


def test_any_program_can_control_the_simulator_over_http(
    platforms: SimulatedPlatforms, caller: Caller
) -> None:
    def control(command: str, **fields: Any) -> tuple[int, Any]:
        return caller.call("POST", f"/_simulator/{command}", json.dumps(fields).encode())

    assert control("reset") == (204, None)
    assert control("reviews", platform="discourse", native_id="812", resource=TOPIC) == (204, None)
    assert control("faults", platform="discourse", native_id="*", mode="fail_after", times=1) == (
        204,
        None,
    )
    assert caller.post(TEXT)[0] == 500
    _, listing = caller.call("GET", "/_simulator/replies")
    assert [
        (reply["platform"], reply["thread"], reply["review"], reply["text"], reply["public"])
        for reply in listing["replies"]
    ] == [("discourse", "812", "71", TEXT, True)]
    assert listing["replies"][0]["resource"]["title"]
    assert control("faults", platform="discourse", mode="sulk")[0] == 400
    assert control("reviews", platform="discourse", native_id="812")[1] == {
        "error": "'resource' is missing."
    }
    assert (
        control("reviews", platform="discourse", native_id="812", resource={"posts": [{}]})[0]
        == 400
    )
