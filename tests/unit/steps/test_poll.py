"""Polling on real storage.

What a platform has is queued once, and one platform's fault is nobody else's.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from heard.cases import Case
from heard.clock import stamp
from heard.connectors import HttpAnswer, load
from heard.outcomes import Kind
from heard.polling import SUSPECTS, Poll, Seen
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.poll import FAILING, Polled, Poller, dispatch, poll
from heard.storage.setup import Setup
from heard_simulator.server import Calls, Mode
from tests.unit.backend import BUSINESS, COMPLAINT, ELSEWHERE, MILD, NOON, PRAISE, House, Watched

GOOGLE = "google_business"
CONNECTION = f"con-{GOOGLE}-{BUSINESS}"
LOCATION = "accounts/100000000000000000001/locations/20000000000000000001"

pytestmark = pytest.mark.loopback


@pytest.fixture
def shop(connected: House) -> House:
    connected.connect(GOOGLE)
    return connected


def name(review: str) -> str:
    return f"{LOCATION}/reviews/{review}"


def writes(
    house: House,
    review: str,
    text: str = PRAISE,
    stars: str = "FIVE",
    *,
    at: datetime | None = None,
    created: datetime | None = None,
) -> None:
    """Somebody writes or edits a review at Google."""
    at = at or house.clock()
    assert house.platforms is not None
    shown = {
        "starRating": stars,
        "comment": text,
        "createTime": stamp(created or at),
        "updateTime": stamp(at),
        "reviewer": {"displayName": "Zelda Quint"},
    }
    house.platforms.knows(GOOGLE, name(review), shown)


def deletes(house: House, review: str) -> None:
    assert house.platforms is not None
    house.platforms.knows(GOOGLE, name(review), None)


def look(house: House, connection: str = CONNECTION) -> Polled:
    return poll(connection, house.poller)


def stands(house: House, connection: str = CONNECTION) -> Poll:
    found = house.polls.poll(connection)
    assert found is not None
    return found


def case(house: House, review: str) -> Case:
    return house.case(review_id(BUSINESS, GOOGLE, name(review)))


def kinds(house: House, review: str) -> list[Kind]:
    return house.kinds(review_id(BUSINESS, GOOGLE, name(review)))


def turn(house: House) -> list[Polled | str]:
    """A minute: what is due is queued, looked at, and its reviews are worked on."""
    house.clock.pass_(minutes=15)
    dispatch(house.polls, house.looks, house.clock())
    done = house.look()
    house.resume()
    house.turn()
    return done


# From the platform to the person


def test_a_platforms_reviews_go_their_way_once_and_edits_and_deletions_follow_them(
    shop: House,
) -> None:
    writes(shop, "r-1")
    writes(shop, "r-2", COMPLAINT, "ONE")
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=2, queued=2)]
    assert kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert kinds(shop, "r-2") == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]

    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=2)]
    created = shop.clock()
    writes(shop, "r-1", COMPLAINT, "ONE", created=created - timedelta(hours=1))
    deletes(shop, "r-2")
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=1, queued=1, withdrawn=1)]
    assert kinds(shop, "r-1")[2:] == [Kind.REVISED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert kinds(shop, "r-2")[-1] is Kind.WITHDRAWN
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=1)]
    shop.check(PRAISE, COMPLAINT)


def test_what_was_there_long_before_the_connection_is_passed_over(shop: House) -> None:
    writes(shop, "old", COMPLAINT, "ONE", at=NOON - timedelta(days=2))
    writes(shop, "recent", COMPLAINT, "ONE", at=NOON - timedelta(hours=20))
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=2, queued=1)]

    shop.setup.remove_connection(CONNECTION)
    shop.setup.put_connection(
        shop.connections[GOOGLE], shop.clock(), since=NOON - timedelta(days=9)
    )
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=2, queued=1)]


def test_what_a_webhook_brought_is_not_queued_again(shop: House) -> None:
    writes(shop, "r-1")
    connector, connection = load(GOOGLE), shop.connections[GOOGLE]
    event = connector.fetch(
        name("r-1"), connection, shop.secrets.credentials(connection.id), shop.http
    )
    assert event is not None
    shop.say(event, GOOGLE)  # type: ignore[arg-type]

    assert look(shop) == Polled(CONNECTION, GOOGLE, found=1)
    assert kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=3)])
def test_a_complaint_that_was_taken_down_and_is_shown_again_is_work_again(
    ahead: timedelta, shop: House
) -> None:
    at = shop.clock() + ahead
    writes(shop, "r-1", COMPLAINT, "ONE", at=at)
    turn(shop)
    deletes(shop, "r-1")
    turn(shop)
    assert kinds(shop, "r-1")[-1] is Kind.WITHDRAWN

    writes(shop, "r-1", COMPLAINT, "ONE", at=at)
    turn(shop)
    assert kinds(shop, "r-1")[3:] == [Kind.REVISED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=1)]
    shop.clock.pass_(hours=3)
    deletes(shop, "r-1")
    turn(shop)
    assert case(shop, "r-1").review.withdrawn
    shop.check(COMPLAINT)


@pytest.mark.parametrize("words", [PRAISE, MILD, "Nice.", "Fine bread!"])
def test_what_triage_has_is_followed_by_an_edit_that_nothing_dates_though_no_look_remembers_it(
    words: str, connected: House
) -> None:
    """Apple's reviews keep their date.

    Of two texts with one date, either may have the greater digest.
    """
    connection = connected.connect("app_store")
    assert connected.platforms is not None

    def shows(text: str, stars: int) -> None:
        assert connected.platforms is not None
        said = {
            "rating": stars,
            "title": "Bread",
            "body": text,
            "reviewerNickname": "zelda",
            "createdDate": stamp(NOON),
            "territory": "USA",
        }
        connected.platforms.knows("app_store", "r-1", said)

    shows(words, 5)
    event = load("app_store").fetch(
        "r-1", connection, connected.secrets.credentials(connection.id), connected.http
    )
    assert isinstance(event, ReviewEvent)
    review = connected.say(event, "app_store")
    shows(COMPLAINT, 1)
    for _ in range(2):
        turn(connected)
        assert connected.case(review).review.rating == 1
    assert connected.kinds(review)[-3:] == [Kind.REVISED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    connected.check(words, COMPLAINT)


def test_a_run_that_dies_anywhere_is_repeated_without_a_trace(shop: House) -> None:
    class Killed(BaseException):
        pass

    writes(shop, "r-1", PRAISE, "FIVE")
    for operation, number in (("update_item", 1), ("put_item", 1)):
        left = [number]

        def die(called: str, operation: str = operation, left: list[int] = left) -> None:
            left[0] -= called == operation
            if left[0] == 0:
                raise Killed

        shop.dynamodb = Watched(shop.raw, die)
        with pytest.raises(Killed):
            look(shop)
        shop.dynamodb = shop.raw
    assert look(shop).queued == 1
    deliveries = [message["delivery"] for message in shop.queued()]
    assert len(deliveries) == 3
    assert len(set(deliveries)) == 1

    shop.resume()
    assert kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert look(shop).queued == 0


def test_a_polled_event_was_read_at_the_platform_and_is_not_read_again(shop: House) -> None:
    writes(shop, "r-1", COMPLAINT, "ONE")
    look(shop)
    (message,) = shop.queued()
    assert message["confirmed"] is True
    shop.http = None  # whoever asked would fail
    shop.route(message)

    assert not case(shop, "r-1").review.unproven


# Faults


def test_a_platforms_fault_is_written_down_with_its_connection_and_delays_no_other(
    shop: House,
) -> None:
    shop.connect("reddit")
    assert shop.platforms is not None
    shop.platforms.fault("reddit", Mode.DOWN, times=None)
    writes(shop, "r-1")
    done = {each.platform: each for each in turn(shop) if isinstance(each, Polled)}
    assert done[GOOGLE].queued == 1
    assert done["reddit"].error.startswith("platform_unavailable: ")

    trouble = stands(shop, f"con-reddit-{BUSINESS}")
    assert (trouble.failures, trouble.trouble is not None) == (1, True)
    assert stands(shop).failures == 0


def test_a_platform_that_asks_us_to_wait_is_not_asked_before_even_by_hand(shop: House) -> None:
    assert shop.platforms is not None
    shop.platforms.fault(GOOGLE, Mode.RATE_LIMITED, seconds=7200, calls=Calls.LOOK)
    assert "platform_unavailable" in look(shop).error
    shop.clock.pass_(minutes=119)
    assert look(shop).error.startswith("asked_to_wait: ")
    assert dispatch(shop.polls, shop.looks, shop.clock()) == 0
    shop.clock.pass_(minutes=2)
    writes(shop, "r-1")
    assert turn(shop) == [Polled(CONNECTION, GOOGLE, found=1, queued=1)]
    assert stands(shop).failures == 0


def test_a_connector_that_stumbles_tells_where_and_not_over_what(shop: House) -> None:
    def nonsense(*_: Any, **__: Any) -> HttpAnswer:
        raise KeyError("I found a mouse in my soup")

    shop.http = nonsense
    told = look(shop)
    assert told.error.startswith("internal: A mistake of Heard's own: KeyError in nonsense")
    assert "mouse" not in json.dumps(shop.items("SetupTable"), default=str)


def test_when_the_queue_does_not_take_a_review_nothing_is_remembered(shop: House) -> None:
    writes(shop, "r-1")
    before = shop.items("SetupTable")

    class Full:
        def send(self, _: object) -> None:
            raise ConnectionError

    poller = shop.poller
    with pytest.raises(ConnectionError):
        poll(CONNECTION, Poller(poller.ports, poller.reach, poller.polls, Full(), poller.clock))  # type: ignore[arg-type]
    assert shop.items("SetupTable") == before
    assert look(shop).queued == 1


def test_a_look_stays_within_its_requests(shop: House) -> None:
    for number in range(40):
        writes(shop, f"r-{number:02d}", at=shop.clock() + timedelta(seconds=number))
    shop.clock.pass_(minutes=5)
    assert look(shop).queued == 40
    for number in range(30):
        deletes(shop, f"r-{number + 5:02d}")
    asked: list[str] = []
    real = shop.http

    def counting(method: str, url: str, **more: Any) -> HttpAnswer:
        asked.append(url)
        return real(method, url, **more)

    shop.http = counting
    withdrawn = []
    while sum(withdrawn) < 30:
        asked.clear()
        withdrawn.append(look(shop).withdrawn)
        assert len(asked) <= 21  # and the sign-in
    assert withdrawn[0] >= SUSPECTS


# Whose turn it is


def test_each_connection_has_its_turn_once_in_its_interval(shop: House) -> None:
    def due() -> int:
        return dispatch(shop.polls, shop.looks, shop.clock())

    assert [due(), due()] == [1, 0]
    shop.clock.pass_(minutes=14)
    assert due() == 0
    shop.clock.pass_(minutes=1)
    assert due() == 1
    assert len(shop.look()) == 2


def test_a_look_that_was_overtaken_is_skipped(shop: House) -> None:
    dispatch(shop.polls, shop.looks, shop.clock())
    shop.clock.pass_(seconds=5)
    look(shop)
    assert shop.look() == [Polled(CONNECTION, GOOGLE, skipped=True)]


def test_of_two_dispatchers_at_once_one_queues_the_look(shop: House) -> None:
    (due,) = shop.polls.due(shop.clock())
    later = shop.clock() + timedelta(minutes=15)
    assert [shop.polls.lease(due, later), shop.polls.lease(due, later)] == [True, False]


def test_few_connections_of_a_platform_that_is_down_are_tried_at_once(connected: House) -> None:
    for number in range(FAILING + 2):
        id = connected.connect("reddit", business=f"{ELSEWHERE}-{number}").id
        assert connected.platforms is not None
        connected.platforms.fault("reddit", Mode.DOWN, times=None)
        look(connected, id)
    connected.connect(GOOGLE)
    connected.clock.pass_(hours=2)

    assert dispatch(connected.polls, connected.looks, connected.clock()) == FAILING + 1


def test_of_two_runs_at_once_the_state_of_one_stands(shop: House) -> None:
    before = stands(shop)
    writes(shop, "r-1")
    look(shop)
    after = shop.items("SetupTable")

    assert not shop.polls.finish(before, before)
    assert not shop.polls.remember(CONNECTION, {}, 0)
    assert shop.items("SetupTable") == after


# The connection's life


def polled_items(house: House) -> list[str]:
    return [item["sk"] for item in house.items("SetupTable") if item["sk"] in {"POLL", "SEEN"}]


def test_a_connection_is_polled_for_as_long_as_it_is_there(shop: House) -> None:
    shop.connect("feedback_form")
    writes(shop, "r-1")
    look(shop)
    seen = stands(shop)
    shop.setup.put_connection(shop.connections[GOOGLE], shop.clock())
    assert stands(shop) == seen
    assert polled_items(shop) == ["POLL", "SEEN"]

    shop.setup.remove_connection(CONNECTION)
    assert polled_items(shop) == []


def test_a_run_that_outlives_its_connection_leaves_nothing(shop: House) -> None:
    writes(shop, "r-1")
    real = shop.http

    def removing(method: str, url: str, **more: Any) -> HttpAnswer:
        shop.setup.remove_connection(CONNECTION)
        return real(method, url, **more)

    shop.http = removing
    look(shop)
    assert polled_items(shop) == []
    assert look(shop).error.startswith("not_polled: ")


def test_a_connection_that_is_stored_again_while_a_look_gives_it_up_is_polled_on(
    shop: House,
) -> None:
    shop.setup.remove_connection(CONNECTION)
    left = [1]

    def store(called: str) -> None:
        left[0] -= called == "delete_item"
        if left[0] == 0:
            Setup(shop.raw, shop.tables["SetupTable"]).put_connection(
                shop.connections[GOOGLE], shop.clock()
            )

    shop.dynamodb = Watched(shop.raw, store)
    look(shop)
    shop.dynamodb = shop.raw
    assert polled_items(shop) == ["POLL"]


def test_an_old_reading_of_a_connection_gives_nothing_up(shop: House) -> None:
    """An eventually consistent reading right after `connect` may not find it."""
    writes(shop, "r-1")
    look(shop)
    kept = shop.items("SetupTable")

    class Lagging:
        def __getattr__(self, called: str) -> Any:
            return getattr(shop.raw, called)

        def get_item(self, **asked: Any) -> Any:
            old = asked["Key"]["sk"]["S"] == "PROFILE" and not asked.get("ConsistentRead")
            return {} if old else shop.raw.get_item(**asked)

    shop.dynamodb = Lagging()
    assert look(shop).skipped
    shop.dynamodb = shop.raw
    assert shop.items("SetupTable") == kept


def test_without_credentials_nobody_is_asked(shop: House) -> None:
    from dataclasses import replace

    shop.setup.put_connection(
        replace(shop.connections[GOOGLE], has_credentials=False), shop.clock()
    )
    assert polled_items(shop) == []
    assert look(shop).skipped


def test_what_is_remembered_is_read_as_it_was_kept(shop: House) -> None:
    memory = {
        "plain": Seen("0123456789abcdef", "2026-03-17T12:00:00.000Z"),
        "\ud800 \u2028 \U0001f600": Seen("m", "a", thread="t", noted=True, gone=True, undated=True),
    }
    assert shop.polls.remember(CONNECTION, memory, 0)
    assert shop.polls.memory(CONNECTION) == (memory, 1)


def test_a_silent_edit_is_found_by_reading_again(connected: House) -> None:
    """Reddit says nothing of edits, and lists by when things were written."""
    connected.connect("reddit")
    assert connected.platforms is not None
    thing = {
        "author": "Zelda_Quint",
        "title": "Cold bread",
        "selftext": MILD,
        "created_utc": NOON.timestamp(),
    }
    connected.platforms.knows("reddit", "t3_abc", thing)
    first = look(connected, f"con-reddit-{BUSINESS}")
    assert (first.queued, first.error) == (1, "")
    connected.clock.pass_(minutes=5)
    connected.platforms.knows(
        "reddit", "t3_abc", {**thing, "selftext": COMPLAINT, "edited": NOON.timestamp() + 60}
    )
    assert look(connected, f"con-reddit-{BUSINESS}").queued == 1
    connected.platforms.knows("reddit", "t3_abc", None)
    assert look(connected, f"con-reddit-{BUSINESS}").withdrawn == 1
    assert [message["event"]["kind"] for message in connected.queued()][
        -1
    ] == EventKind.WITHDRAWN.value
