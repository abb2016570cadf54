"""Booking.com: two texts and a score of ten in, one review with a rating of five out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import (
    Connection,
    ModerationStatus,
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
from heard.connectors.parsing import Fields
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent
from heard_simulator.platforms.booking_com import SimulatedBookingCom
from heard_simulator.server import CallKind, FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

BOOKING: Any = load("booking_com")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
NOWHERE = PlatformAccount(
    Connection("c0ffee", "bus_1", "booking_com", ""), {}, cast("Any", lambda *_, **__: None)
)
ID, TEXT = "Qr-j8xe_5As", "Thank you for your visit, John. The lift runs again since Monday."


def entry(**changes: object) -> Json:
    """A review in the documented shape, with our own words."""
    return {
        "created_timestamp": "2026-03-13T12:16:33Z",
        "last_change_timestamp": "2026-03-13T12:16:33Z",
        "content": {
            "language_code": "en-gb",
            "headline": "A room on the canal",
            "positive": "Quiet, and a good bed.",
            "negative": "The lift was out of order.",
        },
        "reservation_id": 87654321,
        "scoring": {"review_score": 7.5, "clean": 10, "staff": 7.5, "value": None},
        "reviewer": {"name": "John", "country_code": "fr", "is_genius": False},
        **changes,
    }


def read(**changes: object) -> ReviewEvent:
    event = BOOKING.review(Fields({**entry(), "review_id": ID, **changes}), NOWHERE)
    assert isinstance(event, ReviewEvent)
    return event


@dataclass(frozen=True)
class Property:
    """A property at the simulated Booking.com, and Heard's way to it."""

    connection: SimulatedConnection

    @property
    def account(self) -> PlatformAccount:
        connection = self.connection
        return PlatformAccount(connection.connection, connection.credentials, connection.http)

    @property
    def platform(self) -> SimulatedBookingCom:
        return cast("SimulatedBookingCom", self.connection.simulator.get("booking_com"))

    def set_review(self, native_id: str = ID, **changes: object) -> None:
        self.connection.simulator.set_resource("booking_com", native_id, entry(**changes))

    def recent(self, cursor: str | None = None, now: datetime = NOW) -> ReviewPage:
        page = BOOKING.recent(cursor, self.account, now)
        assert isinstance(page, ReviewPage)
        return page

    def reply(self, *own_replies: str) -> SentReply | Rejection:
        return BOOKING.reply(ReplyTarget(ID, ID, {}, None, own_replies), TEXT, "r1", self.account)

    def moderation(self) -> ModerationStatus:
        return BOOKING.moderation(ReplyTarget(ID, ID, {}), ID, TEXT, self.account).status


@pytest.fixture
def hotel() -> Iterator[Property]:
    with SimulatedPlatforms(clock=lambda: NOW) as simulator:
        yield Property(connect_to_simulator("booking_com", simulator))


def test_what_was_liked_and_disliked_is_one_text_that_tells_which_is_which() -> None:
    event = read()
    assert event.title == "A room on the canal"
    assert event.text == "+ Quiet, and a good bed.\n\n- The lift was out of order."
    assert (event.author.id, event.author.name) == (f"anonymous:{ID}", "John")
    assert (event.native_thread, event.language) == (ID, "en-gb")
    only_disliked = {"headline": None, "positive": "", "negative": "The lift."}
    assert read(content=only_disliked).text == "- The lift."
    assert read(content=None, reviewer=None).text is None


@given(st.one_of(st.integers(1, 10), st.floats(1, 10)))
def test_a_score_of_one_to_ten_becomes_a_rating_of_one_to_five(score: float) -> None:
    rating = read(scoring={"review_score": score}).rating
    assert rating is not None
    assert rating - 1 < score / 2 <= rating


@pytest.mark.parametrize("score", [None, 0, -1, 11, 10**400, True, "good", [9]])
def test_a_score_that_makes_no_sense_costs_only_the_rating(score: object) -> None:
    assert read(scoring={"review_score": score}).rating is None


def test_an_edit_is_a_later_revision_and_a_review_without_a_date_has_none() -> None:
    edited = read(last_change_timestamp="2026-03-14 08:00:00")
    assert edited.revision > read().revision
    assert edited.occurred_at == datetime(2026, 3, 14, 8, tzinfo=UTC)
    assert read(last_change_timestamp=None).revision == read().revision
    with pytest.raises(Unparseable, match="created_timestamp"):
        read(last_change_timestamp=None, created_timestamp=None)


def test_the_pages_of_two_weeks_come_oldest_first(hotel: Property) -> None:
    for number in range(230):
        at = (NOW - timedelta(minutes=number)).isoformat()
        hotel.set_review(f"r{number}", created_timestamp=at, last_change_timestamp=at)
    old = (NOW - timedelta(days=30)).isoformat()
    hotel.set_review("old", created_timestamp=old, last_change_timestamp=old)
    pages = [hotel.recent()]
    # A poll that goes on the next day still reads the list that it began.
    while cursor := pages[-1].next_cursor:
        pages.append(hotel.recent(cursor, NOW + timedelta(days=1)))
    ids = [event.native_id for page in pages for event in page.events]
    assert ids == [f"r{number}" for number in reversed(range(230))]
    assert [len(page.events) for page in pages] == [100, 100, 30, 0]
    assert all(page.oldest_first and page.problems == () for page in pages)


def test_one_review_is_read_by_its_id_and_one_that_was_taken_back_is_gone(hotel: Property) -> None:
    hotel.set_review()
    assert BOOKING.fetch(ID, hotel.account) == hotel.recent().events[0]
    hotel.connection.simulator.set_resource("booking_com", ID, None)
    assert BOOKING.fetch(ID, hotel.account) is ReviewGone.GONE


def test_a_review_in_a_list_of_one_is_read_too() -> None:
    response = Fields({"data": {"reviews": [{"review_id": ID}]}})
    assert BOOKING.unwrap_review(response).values == {"review_id": ID}


def test_a_reply_waits_for_moderation_until_the_review_shows_it(hotel: Property) -> None:
    hotel.set_review()
    hotel.platform.moderation_delay = timedelta(hours=1)
    assert hotel.reply() == SentReply(ID)
    assert hotel.moderation() is ModerationStatus.PENDING
    lookup = BOOKING.find_reply(ReplyTarget(ID, ID, {}), TEXT, "r1", hotel.account)
    assert lookup is ReplyLookup.CANNOT_TELL
    hotel.platform.resources[ID]["published_at"] = NOW
    assert hotel.moderation() is ModerationStatus.PUBLISHED


def test_a_second_reply_is_never_sent(hotel: Property) -> None:
    hotel.set_review()
    hotel.platform.moderation_delay = timedelta(hours=1)
    assert isinstance(hotel.reply(), SentReply)
    hotel.connection.simulator.add_fault("booking_com", FaultMode.DOWN, call_kind=CallKind.REPLY)
    second = hotel.reply("Our first reply, which nobody sees yet.")
    assert isinstance(second, Rejection)
    assert second.reason == "already_answered"


@pytest.mark.parametrize("content", [None, {"language_code": "en", "positive": "  "}])
def test_a_review_without_words_takes_no_reply(hotel: Property, content: Json | None) -> None:
    hotel.set_review(content=content)
    rejection = hotel.reply()
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not_allowed"
    assert hotel.connection.simulator.replies() == []


def test_errors_are_rejections_with_booking_coms_own_words(hotel: Property) -> None:
    hotel.set_review()
    hotel.connection.simulator.add_fault("booking_com", FaultMode.REJECT)
    rejection = hotel.reply()
    assert isinstance(rejection, Rejection)
    assert rejection.detail.endswith("It says: The reply cannot be taken.")


@pytest.mark.parametrize("errors", [["No."], [{"message": "No."}], [{"message": None}, "No."]])
def test_errors_count_in_a_response_with_status_200_too(
    platform: Any, hotel: Property, errors: list[object]
) -> None:
    settings = {"api_base": platform.url, "property_id": "7", "token_url": f"{platform.url}/t"}
    connection = Connection("c", "b", "booking_com", "", settings)
    account = PlatformAccount(connection, hotel.connection.credentials, hotel.connection.http)
    platform.respond_with(
        (200, {}, json.dumps({"jwt": "t"}).encode()),
        (200, {}, json.dumps({"errors": errors}).encode()),
    )
    rejection = BOOKING.recent(None, account, NOW)
    assert isinstance(rejection, Rejection)
    assert rejection.detail.endswith(": No.")


def test_an_access_token_is_asked_for_once_an_hour_and_again_when_it_is_refused(
    hotel: Property,
) -> None:
    hotel.set_review()
    hotel.recent()
    hotel.connection.simulator.add_fault(
        "booking_com", FaultMode.DOWN, times=None, call_kind=CallKind.SIGN_IN
    )
    assert hotel.recent().events
    hotel.connection.simulator.revoke_tokens()
    with pytest.raises(PlatformUnavailable):
        hotel.recent()


def test_nothing_is_pushed() -> None:
    request = WebhookRequest("POST", {}, json.dumps({"data": {"reviews": [entry()]}}).encode())
    assert BOOKING.parse(request, NOWHERE.connection, NOW).events == ()
