"""A batch of messages in one run of the route workflow ends as they end one by one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import PlatformUnavailable, Untried
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.batch import Steps, triage_each
from tests.unit.asl import TaskFailed
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    OTHER_BUSINESS,
    PRAISE,
    Backend,
    complaint,
    praise,
    review_event,
)


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def kinds(shop: Backend, native_id: str) -> list[Kind]:
    return shop.kinds(review_id(BUSINESS, "standard", native_id))


def queue_all(shop: Backend, *events: ReviewEvent) -> list[dict[str, Any]]:
    return [shop.queue_message(event) for event in events]


def test_a_batch_acknowledges_praise_and_gives_complaints_to_a_person(shop: Backend) -> None:
    praises = [praise(f"r-{number}", author=f"cus-{number}") for number in range(6)]
    complaints = [complaint(f"r-1{number}", author=f"cus-1{number}") for number in range(4)]
    assert shop.run_batch(queue_all(shop, *praises, *complaints)) == []

    assert all(kinds(shop, each.native_id)[-1] is Kind.ACKNOWLEDGED for each in praises)
    assert all(kinds(shop, each.native_id)[-1] is Kind.FOLLOW_UP_OPENED for each in complaints)
    assert len(shop.step_functions.executions) == len(complaints)
    shop.check_invariants(COMPLAINT, PRAISE)


def test_a_message_that_cannot_be_processed_costs_the_others_nothing(shop: Backend) -> None:
    messages = queue_all(shop, praise("r-1", author="a"), praise("r-2", author="b"), complaint("3"))
    messages[1]["channel"] = "of_tomorrow"
    assert shop.run_batch(messages) == [{"number": 1, "code": "ValueError"}]

    assert kinds(shop, "r-1")[-1] is Kind.ACKNOWLEDGED
    assert kinds(shop, "3")[-1] is Kind.FOLLOW_UP_OPENED
    assert kinds(shop, "r-2") == []
    shop.check_invariants()


def test_a_reply_that_fails_fails_its_message_and_the_next_run_sends_it(shop: Backend) -> None:
    posts: list[str] = []

    def fail_first(method: str, url: str, **sent: Any) -> HttpResponse:
        if method == "POST" and not posts:
            posts.append(url)
            raise PlatformUnavailable("down", maybe_applied=False)
        return accept_reply(method, url, **sent)

    shop.http = fail_first
    messages = queue_all(shop, *(praise(f"r-{number}", author=str(number)) for number in range(3)))
    (failed,) = shop.run_batch(messages)
    assert failed["code"] == "platform_unavailable"
    assert sum(kinds(shop, f"r-{number}")[-1] is Kind.ACKNOWLEDGED for number in range(3)) == 2
    assert shop.run_batch([messages[failed["number"]]]) == []

    assert all(
        kinds(shop, f"r-{number}") == [Kind.ACCEPTED, Kind.ACKNOWLEDGED] for number in range(3)
    )
    shop.check_invariants()


def test_the_replies_of_a_batch_go_out_at_once(shop: Backend) -> None:
    """The first waits until the last is being sent: one slow platform delays nobody's reply."""
    all_began = threading.Barrier(3, timeout=30)

    def wait_for_all(method: str, url: str, **sent: Any) -> HttpResponse:
        if method == "POST":
            all_began.wait()
        return accept_reply(method, url, **sent)

    shop.http = wait_for_all
    messages = queue_all(shop, *(praise(f"r-{number}", author=str(number)) for number in range(3)))

    assert shop.run_batch(messages) == []


def test_duplicates_edits_and_a_withdrawal_in_one_batch_end_as_one_by_one(
    shop: Backend,
) -> None:
    """`intake` gives each a run of its own. If they share one, their order counts."""
    events = [
        complaint("r-1"),
        complaint("r-1"),
        review_event("r-1", f"{COMPLAINT} Still!", 1, kind=EventKind.EDITED, revision=2),
        review_event("r-1", kind=EventKind.WITHDRAWN, revision=3),
    ]
    messages = queue_all(shop, *events)
    restore = shop.snapshot()
    for message in messages:
        shop.run_batch([message])
    one_by_one = kinds(shop, "r-1")
    assert one_by_one[-1] is Kind.WITHDRAWN
    restore()
    assert shop.run_batch(messages) == []

    assert kinds(shop, "r-1") == one_by_one
    shop.check_invariants()


def test_a_batch_that_is_delivered_again_changes_nothing(shop: Backend) -> None:
    messages = queue_all(shop, praise("r-1", author="a"), complaint("r-2", author="b"))
    shop.run_batch(messages)
    before = shop.case_items()
    assert shop.run_batch(messages) == []

    assert [item for item in shop.case_items() if item.get("sk") == "STATE"] == [
        item for item in before if item.get("sk") == "STATE"
    ]
    assert (kinds(shop, "r-1"), len(shop.step_functions.executions)) == (
        [Kind.ACCEPTED, Kind.ACKNOWLEDGED],
        1,
    )


def test_a_message_of_an_earlier_releases_reader_fails_its_whole_run(shop: Backend) -> None:
    """That reader does not read which messages failed, and would take this one for done."""
    (message,) = queue_all(shop, praise("r-1"))
    with pytest.raises(TaskFailed) as failure:
        shop.run_as_earlier_release(message | {"channel": "of_tomorrow"})
    assert failure.value.error == "Heard.NotRouted"
    shop.run_as_earlier_release(message)

    assert kinds(shop, "r-1")[-1] is Kind.ACKNOWLEDGED


def test_the_messages_of_a_business_keep_their_order_and_delay_no_other_business() -> None:
    other_has_ended = threading.Event()
    order: list[str] = []

    def step(message: Mapping[str, Any]) -> Steps:
        if message["business"] == OTHER_BUSINESS:
            other_has_ended.set()
        else:
            assert other_has_ended.wait(30), "the other business waits"
            order.append(message["id"])
        return {"route": "nothing"}

    messages = [{"business": BUSINESS, "id": str(number)} for number in range(5)]
    results = triage_each([*messages, {"business": OTHER_BUSINESS}], step, lambda: True)

    assert order == [message["id"] for message in messages]
    assert results == [{"route": "nothing"}] * 6


def test_a_platform_that_did_not_answer_is_asked_once_in_a_batch() -> None:
    asked: list[str] = []

    def step(message: Mapping[str, Any]) -> Steps:
        asked.append(message["connection"])
        if message["connection"] == "slow":
            raise PlatformUnavailable("It does not answer.", maybe_applied=False)
        return {"route": "nothing"}

    names = ("slow", "slow", "quick", "slow")
    messages = [{"business": BUSINESS, "connection": name} for name in names]
    results = triage_each(messages, step, lambda: True)

    assert asked == ["slow", "quick"]
    assert [type(result) for result in results] == [PlatformUnavailable, Untried, dict, Untried]


def test_what_no_time_is_left_for_is_left_untried() -> None:
    messages = [{"business": BUSINESS}, {"business": BUSINESS}, {"business": OTHER_BUSINESS}]
    results = triage_each(messages, lambda _message: {"route": "nothing"}, lambda: False)

    assert [type(result) for result in results] == [dict, Untried, dict]
