"""Our connectors against the simulated platforms.

Each side was written from the platforms' documents alone. Here they meet over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from heard.connectors import (
    ModerationStatus,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewPage,
    SentReply,
    load,
)
from heard.errors import PlatformUnavailable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms, platform_classes
from tests.unit.simulated import PLATFORMS, SAMPLES, SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

TEXT = "Thank you for writing, Ida. We are sorry about the wait; Tom will ring you today."
SECOND = "Tom has rung you, Ida. The second charge is on its way back."
OWNER_REPLY = "We are sorry, Ida. The owner."
ANSWERABLE = [
    name
    for name in PLATFORMS
    if load(name).capabilities.replies != "none" and name in platform_classes()
]
ONE_REPLY = [name for name in ANSWERABLE if load(name).capabilities.replies == "one"]
AUTHOR_UNKNOWN = [name for name in ONE_REPLY if name != "trustpilot"]
"""The platforms that do not say who wrote a reply. Trustpilot names the business user."""


@dataclass(frozen=True)
class Side:
    """A platform with one review that can be answered."""

    wire: SimulatedConnection
    event: ReviewEvent
    target: ReplyTarget

    def reply(
        self, text: str = TEXT, reply_id: str = "rep_1", own_replies: tuple[str, ...] = ()
    ) -> SentReply | Rejection:
        target = replace(self.target, own_replies=own_replies)
        return self.wire.connector.reply(
            target,
            text,
            reply_id,
            PlatformAccount(self.wire.connection, self.wire.credentials, self.wire.http),
        )

    def find(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return self.wire.connector.find_reply(
            self.target,
            text,
            reply_id,
            PlatformAccount(self.wire.connection, self.wire.credentials, self.wire.http),
        )

    def visible_texts(self) -> list[str]:
        return [reply.text for reply in self.wire.simulator.replies() if reply.removed_at is None]

    def fault(self, mode: FaultMode, **more: float) -> None:
        self.wire.simulator.add_fault(self.wire.platform, mode, **more)

    @property
    def can_find_reply(self) -> bool:
        return self.wire.connector.capabilities.can_find_reply


def first_review(wire: SimulatedConnection) -> ReviewEvent:
    """The first new review among the platform's samples, as Heard receives it."""
    now = datetime.now(UTC)
    for sample in SAMPLES:
        if sample.platform != wire.platform or "created" not in {
            expected.kind for expected in sample.expect
        }:
            continue
        for entry in sample.render(now).resources:
            wire.simulator.set_resource(wire.platform, entry.native_id, entry.resource)
        if sample.polled:
            page = wire.connector.recent(
                None, PlatformAccount(wire.connection, wire.credentials, wire.http), now
            )
            assert isinstance(page, ReviewPage)
            events = page.events
        else:
            events = wire.connector.parse(wire.request(sample, now), wire.connection, now).events
        event = next(event for event in events if event.kind is EventKind.CREATED)
        if not event.partial:
            return event
        whole_event = wire.connector.fetch(
            event.native_id, PlatformAccount(wire.connection, wire.credentials, wire.http)
        )
        assert isinstance(whole_event, ReviewEvent)
        return whole_event
    raise AssertionError(f"{wire.platform} has no sample of a new review")


@pytest.fixture(params=ANSWERABLE)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with SimulatedPlatforms() as running:
        wire = connect_to_simulator(request.param, running)
        event = first_review(wire)
        target = ReplyTarget(
            event.native_id, event.native_thread, event.reply_to, first_sent_at=datetime.now(UTC)
        )
        yield Side(wire, event, target)


def test_a_reply_arrives_once_under_its_review_and_can_be_found(side: Side) -> None:
    assert side.find() is (ReplyLookup.ABSENT if side.can_find_reply else ReplyLookup.CANNOT_TELL)
    sent = side.reply()
    assert isinstance(sent, SentReply)
    (reply,) = side.wire.simulator.replies()
    assert (reply.thread, reply.review) == (side.target.native_thread, side.target.native_id)
    assert TEXT in reply.text
    assert side.find() == (sent if side.can_find_reply else ReplyLookup.CANNOT_TELL)
    assert not isinstance(side.find("Quite another text.", "rep_2"), SentReply)


@pytest.mark.parametrize("side", ONE_REPLY, indirect=True)
def test_where_one_reply_is_shown_our_second_one_replaces_the_first_or_is_refused(
    side: Side,
) -> None:
    assert isinstance(side.reply(), SentReply)
    second = side.reply(SECOND, "rep_2", own_replies=(TEXT,))
    if isinstance(second, Rejection):
        assert second.reason == "already_answered"
        assert side.wire.platform in {"booking_com", "okendo", "yelp"}, (
            "no other platform is known to refuse a second reply"
        )
    assert side.visible_texts() == [TEXT if isinstance(second, Rejection) else SECOND]


@pytest.mark.parametrize("side", AUTHOR_UNKNOWN, indirect=True)
def test_a_reply_that_may_be_somebody_elses_is_never_replaced(
    side: Side,
) -> None:
    assert isinstance(side.reply(OWNER_REPLY), SentReply)
    for own_replies in ((), (TEXT,)):
        rejection = side.reply(SECOND, "rep_2", own_replies)
        assert isinstance(rejection, Rejection)
        assert (rejection.reason, side.visible_texts()) == ("already_answered", [OWNER_REPLY])


@pytest.mark.parametrize("side", AUTHOR_UNKNOWN, indirect=True)
def test_a_reply_that_the_owner_wrote_after_ours_stays(side: Side) -> None:
    assert isinstance(side.reply(), SentReply)
    if isinstance(side.reply(OWNER_REPLY, "at the platform", own_replies=(TEXT,)), Rejection):
        pytest.skip("this platform takes no second reply at all")
    rejection = side.reply(SECOND, "rep_2", own_replies=(TEXT,))
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, side.visible_texts()) == ("already_answered", [OWNER_REPLY])


@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_reply_that_was_taken_without_a_response_is_doubtful_and_can_be_found(
    side: Side, mode: FaultMode
) -> None:
    side.fault(mode)
    with pytest.raises(PlatformUnavailable) as fault:
        side.reply()
    assert fault.value.maybe_applied
    assert isinstance(side.find(), SentReply) == side.can_find_reply
    assert len(side.visible_texts()) == 1


def test_a_reply_that_was_not_taken_is_absent_and_can_be_sent_again(side: Side) -> None:
    side.fault(FaultMode.FAIL_BEFORE)
    with pytest.raises(PlatformUnavailable):
        side.reply()
    assert side.find() is (ReplyLookup.ABSENT if side.can_find_reply else ReplyLookup.CANNOT_TELL)
    assert isinstance(side.reply(), SentReply)
    assert len(side.visible_texts()) == 1


def test_a_platform_that_asks_us_to_wait_did_not_take_the_reply(side: Side) -> None:
    side.fault(FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        side.reply()
    assert not fault.value.maybe_applied
    assert fault.value.retry_after is None or fault.value.retry_after in range(1, 3_600)
    assert side.visible_texts() == []


def test_a_refusal_for_good_is_a_value_and_no_fault(side: Side) -> None:
    side.fault(FaultMode.REJECT, times=None)
    assert isinstance(side.reply(), Rejection)
    assert side.visible_texts() == []


def test_a_platform_that_is_down_leaves_the_question_open(side: Side) -> None:
    side.fault(FaultMode.DOWN, times=None)
    if side.can_find_reply:
        with pytest.raises(PlatformUnavailable):
            side.find()
    with pytest.raises(PlatformUnavailable):
        side.reply()


def test_a_reply_over_the_limit_is_refused_in_the_platforms_own_unit_and_never_cut(
    side: Side,
) -> None:
    limit = side.wire.connector.capabilities.reply_limit
    rejection = side.reply("a" * (limit + 1))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"
    assert side.visible_texts() == []


def test_without_credentials_nothing_is_posted_and_nothing_breaks(side: Side) -> None:
    without_credentials = replace(side, wire=replace(side.wire, credentials={}))
    if not side.wire.connector.capabilities.credentials:
        pytest.skip("this platform needs none")
    assert isinstance(without_credentials.reply(), Rejection)
    assert not isinstance(without_credentials.find(), SentReply)
    assert side.visible_texts() == []


def test_an_access_token_that_was_revoked_is_replaced_without_posting_twice(side: Side) -> None:
    side.find()
    side.wire.simulator.revoke_tokens()
    assert isinstance(side.reply(), SentReply)
    assert len(side.visible_texts()) == 1


def test_a_platform_that_moderates_tells_the_status_of_a_reply(side: Side) -> None:
    wire = side.wire
    sent = side.reply()
    assert isinstance(sent, SentReply)
    result = wire.connector.moderation(
        side.target,
        sent.native_id,
        TEXT,
        PlatformAccount(wire.connection, wire.credentials, wire.http),
    )
    if wire.connector.capabilities.moderated:
        assert result.status in {ModerationStatus.PENDING, ModerationStatus.PUBLISHED}
    else:
        assert result.status is ModerationStatus.PUBLISHED


def test_a_review_that_is_fetched_is_the_one_that_arrived(side: Side) -> None:
    wire = side.wire
    if not wire.connector.capabilities.can_fetch:
        pytest.skip("this platform does not let us read one review")
    event = wire.connector.fetch(
        side.event.native_id, PlatformAccount(wire.connection, wire.credentials, wire.http)
    )
    assert isinstance(event, ReviewEvent)
    same = ("native_id", "native_thread", "digest")
    assert [getattr(event, name) for name in same] == [getattr(side.event, name) for name in same]
    assert event.author.id == side.event.author.id
