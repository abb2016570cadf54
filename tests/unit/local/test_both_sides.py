"""Our connectors against the simulated platforms: two readings of the same documents have to meet on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from heard.connectors import Connection, Connector, Presence, Rejected, ReplyTarget, Sent, load, platforms
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable
from heard_cli.local.simulator import MOUNTS, Json, Mode, Platforms

pytestmark = pytest.mark.loopback

REVIEW = "64b7f0a1c2d3e4f506172839"
TEXT = "Thank you for writing, Ida. We are sorry about the wait; Tom will ring you today."


@dataclass(frozen=True)
class Side:
    """Where a platform's connection is pointed, and one review on that platform that can be answered."""

    setting: str
    native_id: str
    thread: str
    reply_to: dict[str, str]
    resource: Json


OPENING: Json = {"id": 71, "post_number": 1, "username": "ida", "raw": "Slow."}
RECEIVED: Json = {"from": "+12025550143", "to": "+447700900123", "body": "Slow."}

SIDES = {
    "trustpilot": Side("api_base", REVIEW, REVIEW, {}, {"stars": 2, "text": "Slow."}),
    "discourse": Side("base_url", "71", "812", {"topic_id": "812", "post_number": "1"}, {"title": "Slow", "posts": [OPENING]}),
    "twilio_sms": Side("api_base", "SMin", "+12025550143 +447700900123", {"to": "+12025550143", "from": "+447700900123"}, RECEIVED),
    "standard": Side("reply_url", "rv-1", "t-1", {}, {}),
}


@dataclass(frozen=True)
class Wire:
    """One connector, connected."""

    platform: str
    platforms: Platforms
    connector: Connector
    connection: Connection
    target: ReplyTarget
    http: HttpClient

    def reply(self, text: str = TEXT, reply_id: str = "rep_1") -> Sent | Rejected:
        return self.connector.reply(self.target, text, reply_id, self.connection, self.platforms.credentials[self.platform], self.http)

    def find(self, text: str = TEXT, reply_id: str = "rep_1") -> Sent | Presence:
        return self.connector.find_reply(self.target, text, reply_id, self.connection, self.platforms.credentials[self.platform], self.http)

    def shown(self) -> list[str]:
        return [reply.text for reply in self.platforms.replies() if reply.removed_at is None]


@pytest.fixture(params=sorted(set(platforms()) & MOUNTS.keys()))
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    platform: str = request.param
    side = SIDES[platform]
    with Platforms() as running:
        native = side.thread if platform == "discourse" else side.native_id
        running.knows(platform, native, side.resource)
        settings = {**running.credentials[platform], side.setting: running.url(platform)}
        connection = Connection("con-1", "biz", platform, "https://heard.example/hooks/con-1", settings, has_credentials=True)
        target = ReplyTarget(side.native_id, side.thread, side.reply_to, first_sent_at=datetime.now(UTC))
        http = HttpClient(loopback=True)
        yield Wire(platform, running, load(platform), connection, target, http)


def test_a_reply_arrives_once_under_its_review_and_is_found_again(wire: Wire) -> None:
    assert wire.find() is Presence.ABSENT
    sent = wire.reply()
    assert isinstance(sent, Sent)
    assert wire.shown() == [TEXT]
    assert wire.find() == sent
    (reply,) = wire.platforms.replies()
    assert reply.thread == wire.target.native_thread
    assert wire.find("Quite another text.", "rep_2") is Presence.ABSENT


@pytest.mark.parametrize("mode", [Mode.FAIL_AFTER, Mode.DROP])
def test_a_reply_taken_without_a_word_is_reported_as_doubtful_and_found(wire: Wire, mode: Mode) -> None:
    wire.platforms.fault(wire.platform, mode)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert fault.value.maybe_applied
    assert isinstance(wire.find(), Sent)
    assert wire.shown() == [TEXT]


def test_a_reply_not_taken_is_found_absent_and_can_be_sent_again(wire: Wire) -> None:
    wire.platforms.fault(wire.platform, Mode.FAIL_BEFORE)
    with pytest.raises(PlatformUnavailable):
        wire.reply()
    assert wire.find() is Presence.ABSENT
    assert isinstance(wire.reply(), Sent)
    assert wire.shown() == [TEXT]


def test_a_platform_that_asks_us_to_wait_has_not_taken_the_reply(wire: Wire) -> None:
    wire.platforms.fault(wire.platform, Mode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply()
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 7)


def test_a_refusal_for_good_is_a_value_and_not_a_fault(wire: Wire) -> None:
    wire.platforms.fault(wire.platform, Mode.REJECT, times=None)
    assert isinstance(wire.reply(), Rejected)
    assert wire.shown() == []


def test_a_platform_that_is_down_leaves_the_question_open(wire: Wire) -> None:
    wire.platforms.fault(wire.platform, Mode.DOWN, times=None)
    with pytest.raises(PlatformUnavailable):
        wire.find()


def test_an_access_token_that_was_revoked_is_replaced_without_posting_twice() -> None:
    with Platforms() as running:
        side = SIDES["trustpilot"]
        running.knows("trustpilot", side.native_id, side.resource)
        connection = Connection("con-1", "biz", "trustpilot", "https://heard.example/hooks/con-1", {"api_base": running.url("trustpilot")})
        known, http, target = running.credentials["trustpilot"], HttpClient(loopback=True), ReplyTarget(side.native_id, side.thread, {})
        assert load("trustpilot").find_reply(target, TEXT, "rep_1", connection, known, http) is Presence.ABSENT
        running.revoke_tokens()
        assert isinstance(load("trustpilot").reply(target, TEXT, "rep_1", connection, known, http), Sent)
        assert len(running.replies()) == 1
