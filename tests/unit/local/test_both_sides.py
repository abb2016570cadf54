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
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    load,
)
from heard.errors import PlatformUnavailable
from heard.reviews import ReviewEvent
from heard_simulator.server import FaultMode, SimulatedPlatforms, platform_classes
from tests.unit.simulated import PLATFORMS, SimulatedConnection, connect_to_simulator

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
WITH_CREDENTIALS = [name for name in ANSWERABLE if load(name).capabilities.credentials]
CAN_FETCH = [name for name in ANSWERABLE if load(name).capabilities.can_fetch]


@dataclass(frozen=True)
class AnswerableReview:
    """One review on a simulated platform, as Heard received it, and the connection to answer it."""

    connection: SimulatedConnection
    event: ReviewEvent
    target: ReplyTarget

    def reply(
        self, text: str = TEXT, reply_id: str = "rep_1", own_replies: tuple[str, ...] = ()
    ) -> SentReply | Rejection:
        target = replace(self.target, own_replies=own_replies)
        return self.connection.connector.reply(target, text, reply_id, self.connection.account)

    def find_reply(self, text: str = TEXT, reply_id: str = "rep_1") -> SentReply | ReplyLookup:
        return self.connection.connector.find_reply(
            self.target, text, reply_id, self.connection.account
        )

    def visible_texts(self) -> list[str]:
        return [
            reply.text for reply in self.connection.simulator.replies() if reply.removed_at is None
        ]

    def add_fault(self, mode: FaultMode, **options: float) -> None:
        self.connection.simulator.add_fault(self.connection.platform, mode, **options)

    @property
    def can_find_reply(self) -> bool:
        return self.connection.connector.capabilities.can_find_reply


@pytest.fixture(params=ANSWERABLE)
def review(request: pytest.FixtureRequest) -> Iterator[AnswerableReview]:
    with SimulatedPlatforms() as simulator:
        connection = connect_to_simulator(request.param, simulator)
        event = connection.first_review()
        target = ReplyTarget(
            event.native_id, event.native_thread, event.reply_to, first_sent_at=datetime.now(UTC)
        )
        yield AnswerableReview(connection, event, target)


def test_a_reply_is_posted_once_under_its_review_and_can_be_found(review: AnswerableReview) -> None:
    assert review.find_reply() is (
        ReplyLookup.ABSENT if review.can_find_reply else ReplyLookup.CANNOT_TELL
    )
    sent = review.reply()
    assert isinstance(sent, SentReply)
    (reply,) = review.connection.simulator.replies()
    assert (reply.thread, reply.review) == (review.target.native_thread, review.target.native_id)
    assert TEXT in reply.text
    assert review.find_reply() == (sent if review.can_find_reply else ReplyLookup.CANNOT_TELL)
    assert not isinstance(review.find_reply("Quite another text.", "rep_2"), SentReply)


@pytest.mark.parametrize("review", ONE_REPLY, indirect=True)
def test_on_a_platform_that_shows_one_reply_our_second_reply_replaces_the_first_or_is_refused(
    review: AnswerableReview,
) -> None:
    assert isinstance(review.reply(), SentReply)
    second = review.reply(SECOND, "rep_2", own_replies=(TEXT,))
    if not load(review.connection.platform).capabilities.replaces_reply:
        assert isinstance(second, Rejection)
        assert second.reason == "already_answered"
        assert review.visible_texts() == [TEXT]
    else:
        assert isinstance(second, SentReply)
        assert review.visible_texts() == [SECOND]


@pytest.mark.parametrize("review", AUTHOR_UNKNOWN, indirect=True)
def test_a_reply_of_an_unknown_author_is_never_replaced(
    review: AnswerableReview,
) -> None:
    assert isinstance(review.reply(OWNER_REPLY), SentReply)
    for own_replies in ((), (TEXT,)):
        rejection = review.reply(SECOND, "rep_2", own_replies)
        assert isinstance(rejection, Rejection)
        assert (rejection.reason, review.visible_texts()) == ("already_answered", [OWNER_REPLY])


@pytest.mark.parametrize(
    "review",
    [name for name in AUTHOR_UNKNOWN if load(name).capabilities.replaces_reply],
    indirect=True,
)
def test_a_reply_that_the_owner_wrote_after_ours_is_never_replaced(
    review: AnswerableReview,
) -> None:
    assert isinstance(review.reply(), SentReply)
    owner_reply = review.reply(OWNER_REPLY, "at the platform", own_replies=(TEXT,))
    assert isinstance(owner_reply, SentReply)
    rejection = review.reply(SECOND, "rep_2", own_replies=(TEXT,))
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, review.visible_texts()) == ("already_answered", [OWNER_REPLY])


@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_reply_that_was_applied_without_a_response_is_reported_as_maybe_applied_and_can_be_found(
    review: AnswerableReview, mode: FaultMode
) -> None:
    review.add_fault(mode)
    with pytest.raises(PlatformUnavailable) as fault:
        review.reply()
    assert fault.value.maybe_applied
    assert isinstance(review.find_reply(), SentReply) == review.can_find_reply
    assert len(review.visible_texts()) == 1


def test_a_reply_that_failed_before_it_was_applied_is_absent_and_can_be_sent_again(
    review: AnswerableReview,
) -> None:
    review.add_fault(FaultMode.FAIL_BEFORE)
    with pytest.raises(PlatformUnavailable):
        review.reply()
    assert review.find_reply() is (
        ReplyLookup.ABSENT if review.can_find_reply else ReplyLookup.CANNOT_TELL
    )
    assert isinstance(review.reply(), SentReply)
    assert len(review.visible_texts()) == 1


def test_a_rate_limited_reply_was_certainly_not_applied(review: AnswerableReview) -> None:
    review.add_fault(FaultMode.RATE_LIMITED, seconds=7)
    with pytest.raises(PlatformUnavailable) as fault:
        review.reply()
    assert not fault.value.maybe_applied
    assert fault.value.retry_after is None or fault.value.retry_after in range(1, 3_600)
    assert review.visible_texts() == []


def test_a_permanent_refusal_is_returned_as_a_rejection_and_not_raised(
    review: AnswerableReview,
) -> None:
    review.add_fault(FaultMode.REJECT, times=None)
    assert isinstance(review.reply(), Rejection)
    assert review.visible_texts() == []


def test_while_a_platform_is_down_searching_and_replying_raise_platform_unavailable(
    review: AnswerableReview,
) -> None:
    review.add_fault(FaultMode.DOWN, times=None)
    if review.can_find_reply:
        with pytest.raises(PlatformUnavailable):
            review.find_reply()
    with pytest.raises(PlatformUnavailable):
        review.reply()


def test_a_reply_over_the_platforms_limit_is_rejected_and_never_cut(
    review: AnswerableReview,
) -> None:
    limit = review.connection.connector.capabilities.reply_limit
    rejection = review.reply("a" * (limit + 1))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"
    assert review.visible_texts() == []


@pytest.mark.parametrize("review", WITH_CREDENTIALS, indirect=True)
def test_without_credentials_a_reply_is_rejected_and_nothing_is_posted(
    review: AnswerableReview,
) -> None:
    without_credentials = replace(review, connection=replace(review.connection, credentials={}))
    assert isinstance(without_credentials.reply(), Rejection)
    assert not isinstance(without_credentials.find_reply(), SentReply)
    assert review.visible_texts() == []


def test_a_revoked_access_token_is_renewed_and_the_reply_is_posted_once(
    review: AnswerableReview,
) -> None:
    review.find_reply()
    review.connection.simulator.revoke_tokens()
    assert isinstance(review.reply(), SentReply)
    assert len(review.visible_texts()) == 1


def test_a_sent_reply_is_pending_only_where_the_platform_moderates(
    review: AnswerableReview,
) -> None:
    connection = review.connection
    sent = review.reply()
    assert isinstance(sent, SentReply)
    result = connection.connector.moderation(
        review.target, sent.native_id, TEXT, connection.account
    )
    if connection.connector.capabilities.moderated:
        assert result.status in {ModerationStatus.PENDING, ModerationStatus.PUBLISHED}
    else:
        assert result.status is ModerationStatus.PUBLISHED


@pytest.mark.parametrize("review", CAN_FETCH, indirect=True)
def test_fetching_a_review_returns_the_same_review_that_arrived(review: AnswerableReview) -> None:
    connection = review.connection
    event = connection.connector.fetch(review.event.native_id, connection.account)
    assert isinstance(event, ReviewEvent)
    same = ("native_id", "native_thread", "content")
    assert [getattr(event, name) for name in same] == [getattr(review.event, name) for name in same]
    assert event.author.id == review.event.author.id
