"""Polling on real storage.

What a platform has is queued once, and one platform's fault is nobody else's.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from heard.cases import Case
from heard.clock import format_time
from heard.connectors import HttpResponse, PlatformAccount, ReviewPage, load, platform_names
from heard.outcomes import Kind
from heard.polling import MAX_SUSPECTS, PollState, SeenReview
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.erasing import DataSubject, erase
from heard.steps.poll import (
    MAX_FAILING,
    POLL_SECONDS,
    PollPorts,
    PollReport,
    dispatch,
    poll,
)
from heard.storage.polls import PollLease
from heard.storage.setup import SetupStore
from heard.storage.tables import attributes
from heard_simulator.server import CallKind, FaultMode
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    MILD_COMPLAINT,
    NOON,
    OTHER_BUSINESS,
    PRAISE,
    Backend,
    InterceptedClient,
)

PLATFORM = "google_business"
POLLED_PLATFORMS = [
    platform for platform in platform_names() if load(platform).capabilities.poll_seconds
]
CONNECTION = f"con-{PLATFORM}-{BUSINESS}"
LOCATION = "accounts/100000000000000000001/locations/20000000000000000001"

pytestmark = pytest.mark.loopback


@pytest.fixture
def shop(simulated_backend: Backend) -> Backend:
    simulated_backend.connect(PLATFORM)
    return simulated_backend


def review_name(review: str) -> str:
    return f"{LOCATION}/reviews/{review}"


def write_review(
    backend: Backend,
    review: str,
    text: str = PRAISE,
    stars: str = "FIVE",
    *,
    at: datetime | None = None,
    created: datetime | None = None,
) -> None:
    """Somebody writes or edits a review at Google."""
    at = at or backend.clock()
    assert backend.platforms is not None
    resource = {
        "starRating": stars,
        "comment": text,
        "createTime": format_time(created or at),
        "updateTime": format_time(at),
        "reviewer": {"displayName": "Zelda Quint"},
    }
    backend.platforms.set_resource(PLATFORM, review_name(review), resource)


def delete_review(backend: Backend, review: str) -> None:
    assert backend.platforms is not None
    backend.platforms.set_resource(PLATFORM, review_name(review), None)


def run_poll(backend: Backend, connection: str = CONNECTION) -> PollReport:
    return poll(connection, backend.poller)


def poll_state(backend: Backend, connection: str = CONNECTION) -> PollState:
    state = backend.polls.state(connection)
    assert state is not None
    return state


def review_case(backend: Backend, review: str) -> Case:
    return backend.case(review_id(BUSINESS, PLATFORM, review_name(review)))


def review_kinds(backend: Backend, review: str) -> list[Kind]:
    return backend.kinds(review_id(BUSINESS, PLATFORM, review_name(review)))


def poll_and_process(backend: Backend) -> list[PollReport | str]:
    """A minute: what is due is queued, looked at, and its reviews are worked on."""
    backend.clock.advance(minutes=15)
    dispatch(backend.polls, backend.poll_queue, backend.clock())
    results = backend.process_poll_queue()
    backend.process_queue()
    backend.run_workflows()
    return results


# From the platform to the person


def test_polled_reviews_are_processed_once_and_edits_and_deletions_follow(
    shop: Backend,
) -> None:
    write_review(shop, "r-1")
    write_review(shop, "r-2", COMPLAINT, "ONE")
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=2, queued=2)]
    assert review_kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert review_kinds(shop, "r-2") == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]

    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=2)]
    created = shop.clock()
    write_review(shop, "r-1", COMPLAINT, "ONE", created=created - timedelta(hours=1))
    delete_review(shop, "r-2")
    assert poll_and_process(shop) == [
        PollReport(CONNECTION, PLATFORM, listed=1, queued=1, withdrawn=1)
    ]
    assert review_kinds(shop, "r-1")[2:] == [Kind.REVISED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert review_kinds(shop, "r-2")[-1] is Kind.WITHDRAWN
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=1)]
    shop.check_invariants(PRAISE, COMPLAINT)


def erase_author_of(backend: Backend, review: str) -> None:
    person = DataSubject(BUSINESS, review_case(backend, review).review.author)
    erase(person, backend.erasure_ports, backend.clock(), actor="operator")


@pytest.mark.parametrize("forgets", [False, True], ids=["", "connected again"])
def test_a_poll_does_not_bring_an_erased_authors_words_back(
    shop: Backend, *, forgets: bool
) -> None:
    write_review(shop, "r-1", COMPLAINT, "ONE")
    poll_and_process(shop)
    shop.clock.advance(hours=1)
    erase_author_of(shop, "r-1")
    memory, _ = shop.polls.memory(CONNECTION)
    assert [(seen.state_hash, seen.erased) for seen in memory.values()] == [("", True)]
    if forgets:
        shop.setup_store.remove_connection(CONNECTION)
        shop.setup_store.put_connection(shop.connections[PLATFORM], shop.clock())
    reports = [poll_and_process(shop) for _ in range(3)]

    assert [report.queued for (report,) in reports if isinstance(report, PollReport)] == [0, 0, 0]
    assert review_kinds(shop, "r-1")[-1] is Kind.TEXTS_ERASED
    assert not [item for item in shop.stored_items() if item["sk"].startswith("REVISION#")]
    shop.check_invariants(COMPLAINT)


def test_an_edit_that_an_erased_author_makes_later_is_polled(shop: Backend) -> None:
    created = shop.clock()
    write_review(shop, "r-1", PRAISE, "FIVE")
    poll_and_process(shop)
    shop.clock.advance(hours=1)
    erase_author_of(shop, "r-1")
    shop.clock.advance(hours=1)
    write_review(shop, "r-1", COMPLAINT, "ONE", created=created)
    poll_and_process(shop)

    assert shop.cases.revision(review_case(shop, "r-1").review).event.text == COMPLAINT
    assert review_case(shop, "r-1").follow_up is not None


def test_a_memory_of_an_older_release_stays_valid_and_gets_hashes_with_a_key(
    shop: Backend,
) -> None:
    write_review(shop, "r-1", COMPLAINT, "ONE")
    poll_and_process(shop)
    ((id, seen),) = shop.polls.memory(CONNECTION)[0].items()
    account = PlatformAccount(
        shop.connections[PLATFORM], shop.secrets.credentials(CONNECTION), shop.http
    )
    page = load(PLATFORM).recent(None, account, shop.clock())
    assert isinstance(page, ReviewPage)
    (listed_event,) = page.events
    event = listed_event.normalize()
    digest = hashlib.sha256(event.content.encode()).hexdigest()
    plain = hashlib.sha256("\x1f".join((event.revision, digest, "said")).encode()).hexdigest()[:16]
    _, version = shop.polls.memory(CONNECTION)
    assert shop.polls.remember(CONNECTION, {id: replace(seen, state_hash=plain)}, version)

    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=1)]
    assert shop.polls.memory(CONNECTION)[0] == {id: seen}


def test_reviews_long_before_the_connection_are_skipped(shop: Backend) -> None:
    write_review(shop, "old", COMPLAINT, "ONE", at=NOON - timedelta(days=2))
    write_review(shop, "recent", COMPLAINT, "ONE", at=NOON - timedelta(hours=20))
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=2, queued=1)]

    shop.setup_store.remove_connection(CONNECTION)
    shop.setup_store.put_connection(
        shop.connections[PLATFORM], shop.clock(), since=NOON - timedelta(days=9)
    )
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=2, queued=1)]


def test_a_review_from_a_webhook_is_not_queued_again(shop: Backend) -> None:
    write_review(shop, "r-1")
    connector, connection = load(PLATFORM), shop.connections[PLATFORM]
    event = connector.fetch(
        review_name("r-1"),
        PlatformAccount(connection, shop.secrets.credentials(connection.id), shop.http),
    )
    assert event is not None
    shop.deliver(event, PLATFORM)  # type: ignore[arg-type]

    assert run_poll(shop) == PollReport(CONNECTION, PLATFORM, listed=1)
    assert review_kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=3)])
def test_a_withdrawn_complaint_that_reappears_opens_a_follow_up(
    ahead: timedelta, shop: Backend
) -> None:
    at = shop.clock() + ahead
    write_review(shop, "r-1", COMPLAINT, "ONE", at=at)
    poll_and_process(shop)
    delete_review(shop, "r-1")
    poll_and_process(shop)
    assert review_kinds(shop, "r-1")[-1] is Kind.WITHDRAWN

    write_review(shop, "r-1", COMPLAINT, "ONE", at=at)
    poll_and_process(shop)
    assert review_kinds(shop, "r-1")[3:] == [Kind.REVISED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=1)]
    shop.clock.advance(hours=3)
    delete_review(shop, "r-1")
    poll_and_process(shop)
    assert review_case(shop, "r-1").review.withdrawn
    shop.check_invariants(COMPLAINT)


@pytest.mark.parametrize("words", [PRAISE, MILD_COMPLAINT, "Nice.", "Fine bread!"])
def test_an_undated_edit_supersedes_what_triage_has_though_no_poll_saw_it(
    words: str, simulated_backend: Backend
) -> None:
    """Apple's reviews keep their date.

    Of two texts with one date, either may have the greater digest.
    """
    connection = simulated_backend.connect("app_store")
    assert simulated_backend.platforms is not None

    def set_review(text: str, stars: int) -> None:
        assert simulated_backend.platforms is not None
        resource = {
            "rating": stars,
            "title": "Bread",
            "body": text,
            "reviewerNickname": "zelda",
            "createdDate": format_time(NOON),
            "territory": "USA",
        }
        simulated_backend.platforms.set_resource("app_store", "r-1", resource)

    set_review(words, 5)
    event = load("app_store").fetch(
        "r-1",
        PlatformAccount(
            connection, simulated_backend.secrets.credentials(connection.id), simulated_backend.http
        ),
    )
    assert isinstance(event, ReviewEvent)
    review = simulated_backend.deliver(event, "app_store")
    set_review(COMPLAINT, 1)
    for _ in range(2):
        poll_and_process(simulated_backend)
        assert simulated_backend.case(review).review.rating == 1
    assert simulated_backend.kinds(review)[-3:] == [
        Kind.REVISED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    simulated_backend.check_invariants(words, COMPLAINT)


def test_a_poll_stopped_anywhere_can_be_repeated(shop: Backend) -> None:
    class PollStopped(BaseException):
        pass

    write_review(shop, "r-1", PRAISE, "FIVE")
    for operation, number in (("update_item", 1), ("put_item", 1)):
        remaining = [number]

        def stop(name: str, operation: str = operation, remaining: list[int] = remaining) -> None:
            remaining[0] -= name == operation
            if remaining[0] == 0:
                raise PollStopped

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, stop)
        with pytest.raises(PollStopped):
            run_poll(shop)
        shop.dynamodb = shop.plain_dynamodb
    assert run_poll(shop).queued == 1
    deliveries = [message["delivery"] for message in shop.queued_messages()]
    assert len(deliveries) == 3
    assert len(set(deliveries)) == 1

    shop.process_queue()
    assert review_kinds(shop, "r-1") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert run_poll(shop).queued == 0


def test_a_polled_event_is_not_fetched_again(shop: Backend) -> None:
    write_review(shop, "r-1", COMPLAINT, "ONE")
    run_poll(shop)
    (message,) = shop.queued_messages()
    assert message["verified"] is True
    assert message["received_at"] == format_time(shop.clock())
    shop.http = None  # whoever asked would fail
    shop.run_route_workflow(message)

    assert not review_case(shop, "r-1").review.unverified


# Faults


def test_a_platforms_fault_is_recorded_at_its_connection_and_delays_no_other(
    shop: Backend,
) -> None:
    shop.connect("reddit")
    assert shop.platforms is not None
    shop.platforms.add_fault("reddit", FaultMode.DOWN, times=None)
    write_review(shop, "r-1")
    results = {
        each.platform: each for each in poll_and_process(shop) if isinstance(each, PollReport)
    }
    assert results[PLATFORM].queued == 1
    assert results["reddit"].error.startswith("platform_unavailable: ")

    state = poll_state(shop, f"con-reddit-{BUSINESS}")
    assert (state.failures, state.last_failure is not None) == (1, True)
    assert poll_state(shop).failures == 0


def test_a_rate_limited_platform_is_not_polled_early_even_by_hand(shop: Backend) -> None:
    assert shop.platforms is not None
    shop.platforms.add_fault(
        PLATFORM, FaultMode.RATE_LIMITED, seconds=7200, call_kind=CallKind.READ
    )
    assert "platform_unavailable" in run_poll(shop).error
    shop.clock.advance(minutes=119)
    assert run_poll(shop).error.startswith("asked_to_wait: ")
    assert dispatch(shop.polls, shop.poll_queue, shop.clock()).queued == 0
    shop.clock.advance(minutes=2)
    write_review(shop, "r-1")
    assert poll_and_process(shop) == [PollReport(CONNECTION, PLATFORM, listed=1, queued=1)]
    assert poll_state(shop).failures == 0


def test_a_connectors_error_names_the_place_and_not_the_data(shop: Backend) -> None:
    def raise_key_error(*_: Any, **__: Any) -> HttpResponse:
        raise KeyError("I found a mouse in my soup")

    shop.http = raise_key_error
    result = run_poll(shop)
    mistake = "internal: A mistake of Heard's own: KeyError in raise_key_error"
    assert result.error.startswith(mistake)
    assert "mouse" not in json.dumps(shop.stored_items("SetupTable"), default=str)


def test_a_poll_that_cannot_queue_a_review_stores_nothing(shop: Backend) -> None:
    write_review(shop, "r-1")
    before = shop.stored_items("SetupTable")

    class FailingQueue:
        def send(self, _: object) -> None:
            raise ConnectionError

    poller = shop.poller
    with pytest.raises(ConnectionError):
        poll(
            CONNECTION,
            PollPorts(
                poller.store_ports,
                poller.platform_ports,
                poller.polls,
                FailingQueue(),
                poller.clock,
            ),
        )  # type: ignore[arg-type]
    assert shop.stored_items("SetupTable") == before
    assert run_poll(shop).queued == 1


def test_a_poll_stays_within_its_request_limit(shop: Backend) -> None:
    for number in range(40):
        write_review(shop, f"r-{number:02d}", at=shop.clock() + timedelta(seconds=number))
    shop.clock.advance(minutes=5)
    assert run_poll(shop).queued == 40
    for number in range(30):
        delete_review(shop, f"r-{number + 5:02d}")
    urls: list[str] = []
    send = shop.http

    def count_request(method: str, url: str, **options: Any) -> HttpResponse:
        urls.append(url)
        return send(method, url, **options)

    shop.http = count_request
    withdrawn_counts = []
    while sum(withdrawn_counts) < 30:
        urls.clear()
        withdrawn_counts.append(run_poll(shop).withdrawn)
        assert len(urls) <= 21  # and the sign-in
    assert withdrawn_counts[0] >= MAX_SUSPECTS


def slow_down(backend: Backend, seconds: float) -> list[float]:
    """Let each request take some seconds. The list gets the seconds after which each one began."""
    begins: list[float] = []
    send, started_at = backend.http, backend.clock()

    def send_slowly(method: str, url: str, **options: Any) -> HttpResponse:
        begins.append((backend.clock() - started_at).total_seconds())
        response = send(method, url, **options)
        backend.clock.advance(seconds=seconds)
        return response

    backend.http = send_slowly
    return begins


@pytest.mark.parametrize("platform", POLLED_PLATFORMS)
@pytest.mark.parametrize("seconds", [POLL_SECONDS, POLL_SECONDS / 2])
def test_after_its_time_a_poll_begins_no_request_on_any_platform(
    simulated_backend: Backend, platform: str, seconds: float
) -> None:
    connection = simulated_backend.connect(platform).id
    begins = slow_down(simulated_backend, seconds)
    run_poll(simulated_backend, connection)

    assert begins == [number * seconds for number in range(len(begins))]
    assert 0 < len(begins) <= POLL_SECONDS / seconds


def test_a_list_that_is_slower_than_a_poll_is_read_over_several_polls(
    simulated_backend: Backend,
) -> None:
    """Booking.com's list runs oldest first, and its newest reviews are on the last page."""
    connection = simulated_backend.connect("booking_com").id
    written_at = simulated_backend.clock() - timedelta(hours=2)
    ids = [f"r-{number}" for number in range(5)]

    def send(_method: str, url: str, **_: Any) -> HttpResponse:
        place = int(url.partition("&cursor=")[2] or 0)
        reviews = [
            {
                "review_id": id,
                "created_timestamp": f"{written_at + timedelta(minutes=number):%F %T}",
                "content": {"headline": f"Page {number}"},
            }
            for number, id in enumerate(ids)
        ][place : place + 1]
        meta = {"next_page": f"/reviews?cursor={place + 1}"}
        body = {"data": {"reviews": reviews}, "meta": meta, "jwt": "token"}
        return HttpResponse(200, {}, json.dumps(body).encode())

    simulated_backend.http = send
    begins = slow_down(simulated_backend, 25)
    reports: list[PollReport] = []
    while sum(report.queued for report in reports) < len(ids) and len(reports) < len(ids):
        reports.append(run_poll(simulated_backend, connection))
        simulated_backend.clock.advance(minutes=15)

    assert [report.error for report in reports] == [""] * len(reports)
    queued = [message["event"]["native_id"] for message in simulated_backend.queued_messages()]
    assert sorted(queued) == ids
    assert [report.queued for report in reports] == [2, 3]
    assert len(begins) <= 3 * len(reports)


# Whose turn it is


def test_each_connection_is_polled_once_in_its_interval(shop: Backend) -> None:
    def dispatch_now() -> int:
        return dispatch(shop.polls, shop.poll_queue, shop.clock()).queued

    assert [dispatch_now(), dispatch_now()] == [1, 0]
    shop.clock.advance(minutes=14)
    assert dispatch_now() == 0
    shop.clock.advance(minutes=1)
    assert dispatch_now() == 1
    assert len(shop.process_poll_queue()) == 2


def test_a_queued_poll_is_skipped_after_a_newer_one(shop: Backend) -> None:
    dispatch(shop.polls, shop.poll_queue, shop.clock())
    shop.clock.advance(seconds=5)
    run_poll(shop)
    assert shop.process_poll_queue() == [PollReport(CONNECTION, PLATFORM, skipped=True)]


def test_of_two_concurrent_dispatchers_one_queues_the_poll(shop: Backend) -> None:
    (due,) = shop.polls.due(
        shop.clock(), on_unreadable=lambda _connection, error: pytest.fail(str(error))
    )
    later = shop.clock() + timedelta(minutes=15)
    leases = [shop.polls.lease(due, later), shop.polls.lease(due, later)]
    assert leases == [PollLease(BUSINESS), None]


def poll_groups(backend: Backend) -> list[str]:
    """The groups of the queued polls, for SQS. The polls are taken from the queue."""
    groups: list[str] = []
    while messages := backend.sqs.receive_message(
        QueueUrl=backend.poll_queue_url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["MessageGroupId"],
    ).get("Messages"):
        groups += [message["Attributes"]["MessageGroupId"] for message in messages]
    return groups


def test_the_polls_of_one_business_are_one_group_so_that_they_hold_up_no_other(
    simulated_backend: Backend,
) -> None:
    for platform in ("google_play", "reddit", "booking_com"):
        simulated_backend.connect(platform)
    simulated_backend.connect("reddit", business=OTHER_BUSINESS)
    dispatch(simulated_backend.polls, simulated_backend.poll_queue, simulated_backend.clock())

    assert sorted(poll_groups(simulated_backend)) == [BUSINESS] * 3 + [OTHER_BUSINESS]


def test_a_poll_state_of_an_earlier_release_gets_its_business_at_the_next_poll(
    shop: Backend,
) -> None:
    shop.plain_dynamodb.update_item(
        TableName=shop.tables["SetupTable"],
        Key=attributes({"pk": f"CONNECTION#{CONNECTION}", "sk": "POLL"}),
        UpdateExpression="REMOVE business",
    )
    groups: list[str] = []
    for _ in range(2):
        dispatch(shop.polls, shop.poll_queue, shop.clock())
        groups += poll_groups(shop)
        run_poll(shop)
        shop.clock.advance(minutes=15)

    assert groups == [CONNECTION, BUSINESS]


def test_only_a_few_connections_of_a_failing_platform_are_polled_at_once(
    simulated_backend: Backend,
) -> None:
    for number in range(MAX_FAILING + 2):
        id = simulated_backend.connect("reddit", business=f"{OTHER_BUSINESS}-{number}").id
        assert simulated_backend.platforms is not None
        simulated_backend.platforms.add_fault("reddit", FaultMode.DOWN, times=None)
        run_poll(simulated_backend, id)
    simulated_backend.connect(PLATFORM)
    simulated_backend.clock.advance(hours=2)

    assert (
        dispatch(
            simulated_backend.polls, simulated_backend.poll_queue, simulated_backend.clock()
        ).queued
        == MAX_FAILING + 1
    )


def test_of_two_concurrent_runs_one_stores_its_state(shop: Backend) -> None:
    before = poll_state(shop)
    write_review(shop, "r-1")
    run_poll(shop)
    after = shop.stored_items("SetupTable")

    assert not shop.polls.save_state(before, before)
    assert not shop.polls.remember(CONNECTION, {}, 0)
    assert shop.stored_items("SetupTable") == after


# The connection's life


def poll_sort_keys(backend: Backend) -> list[str]:
    return [
        item["sk"] for item in backend.stored_items("SetupTable") if item["sk"] in {"POLL", "SEEN"}
    ]


def test_a_connection_is_polled_until_it_is_removed(shop: Backend) -> None:
    shop.connect("feedback_form")
    write_review(shop, "r-1")
    run_poll(shop)
    state = poll_state(shop)
    shop.setup_store.put_connection(shop.connections[PLATFORM], shop.clock())
    assert poll_state(shop) == state
    assert poll_sort_keys(shop) == ["POLL", "SEEN"]

    shop.setup_store.remove_connection(CONNECTION)
    assert poll_sort_keys(shop) == []


def test_a_poll_whose_connection_is_removed_stores_nothing(shop: Backend) -> None:
    write_review(shop, "r-1")
    send = shop.http

    def remove_then_send(method: str, url: str, **options: Any) -> HttpResponse:
        shop.setup_store.remove_connection(CONNECTION)
        return send(method, url, **options)

    shop.http = remove_then_send
    run_poll(shop)
    assert poll_sort_keys(shop) == []
    assert run_poll(shop).error.startswith("not_polled: ")


def test_a_connection_stored_again_while_a_poll_removes_its_state_stays_polled(
    shop: Backend,
) -> None:
    shop.setup_store.remove_connection(CONNECTION)
    remaining = [1]

    def store_connection(operation: str) -> None:
        remaining[0] -= operation == "delete_item"
        if remaining[0] == 0:
            SetupStore(shop.plain_dynamodb, shop.tables["SetupTable"]).put_connection(
                shop.connections[PLATFORM], shop.clock()
            )

    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, store_connection)
    run_poll(shop)
    shop.dynamodb = shop.plain_dynamodb
    assert poll_sort_keys(shop) == ["POLL"]


def test_a_stale_read_of_a_connection_removes_nothing(shop: Backend) -> None:
    """An eventually consistent reading right after `connect` may not find it."""
    write_review(shop, "r-1")
    run_poll(shop)
    items_before = shop.stored_items("SetupTable")

    class StaleReadClient:
        def __getattr__(self, called: str) -> Any:
            return getattr(shop.plain_dynamodb, called)

        def get_item(self, **request: Any) -> Any:
            stale = request["Key"]["sk"]["S"] == "PROFILE" and not request.get("ConsistentRead")
            return {} if stale else shop.plain_dynamodb.get_item(**request)

    shop.dynamodb = StaleReadClient()
    assert run_poll(shop).skipped
    shop.dynamodb = shop.plain_dynamodb
    assert shop.stored_items("SetupTable") == items_before


def test_a_connection_without_credentials_is_not_polled(shop: Backend) -> None:
    from dataclasses import replace

    shop.setup_store.put_connection(
        replace(shop.connections[PLATFORM], has_credentials=False), shop.clock()
    )
    assert poll_sort_keys(shop) == []
    assert run_poll(shop).skipped


def test_a_poll_memory_is_read_as_it_was_stored(shop: Backend) -> None:
    memory = {
        "plain": SeenReview("0123456789abcdef", "2026-03-17T12:00:00.000Z"),
        "\ud800 \u2028 \U0001f600": SeenReview(
            "m", "a", thread="t", too_old=True, gone=True, undated=True
        ),
    }
    assert shop.polls.remember(CONNECTION, memory, 0)
    assert shop.polls.memory(CONNECTION) == (memory, 1)


def test_an_unannounced_edit_is_found_by_the_next_poll(simulated_backend: Backend) -> None:
    """Reddit says nothing of edits, and lists by when things were written."""
    simulated_backend.connect("reddit")
    assert simulated_backend.platforms is not None
    post = {
        "author": "Zelda_Quint",
        "title": "Cold bread",
        "selftext": MILD_COMPLAINT,
        "created_utc": NOON.timestamp(),
    }
    simulated_backend.platforms.set_resource("reddit", "t3_abc", post)
    first = run_poll(simulated_backend, f"con-reddit-{BUSINESS}")
    assert (first.queued, first.error) == (1, "")
    simulated_backend.clock.advance(minutes=5)
    simulated_backend.platforms.set_resource(
        "reddit", "t3_abc", {**post, "selftext": COMPLAINT, "edited": NOON.timestamp() + 60}
    )
    assert run_poll(simulated_backend, f"con-reddit-{BUSINESS}").queued == 1
    simulated_backend.platforms.set_resource("reddit", "t3_abc", None)
    assert run_poll(simulated_backend, f"con-reddit-{BUSINESS}").withdrawn == 1
    assert [message["event"]["kind"] for message in simulated_backend.queued_messages()][
        -1
    ] == EventKind.WITHDRAWN.value
