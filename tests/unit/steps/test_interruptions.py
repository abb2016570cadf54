"""A function may be stopped anywhere, and a platform may fail in any way.

A reply goes out once, or a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import Busy, Fault, NotFound, NotSettled
from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import ReviewEvent
from heard.steps import desk
from heard.steps.reply import carry_out
from heard_simulator.server import Calls, Mode
from tests.unit.backend import COMPLAINT, PRAISE, House, Killed, Watched, said

pytestmark = [pytest.mark.loopback, pytest.mark.faults]

PLATFORMS = ("standard", "discourse", "twilio_sms")
ANSWER = "I found both payments and paid one of them back this morning; the bank needs two days."
_numbers = count(9000)


def written(platform: str, text: str) -> ReviewEvent:
    """A new review, in a thread of its own."""
    number = next(_numbers)
    match platform:
        case "discourse":
            return said(
                f"{number}0",
                text,
                thread=str(number),
                reply_to={"topic_id": str(number), "post_number": "1"},
            )
        case "twilio_sms":
            customer, ours = f"+1202555{number}", "+447700900123"
            return said(
                f"SM{number}",
                text,
                thread=f"{customer} {ours}",
                author=customer,
                reply_to={"to": customer, "from": ours},
            )
        case _:
            return said(f"r-{number}", text)


def learn(house: House, event: ReviewEvent) -> None:
    """Let the forum have the review's topic; the other platforms take a reply to anything."""
    post = {"id": int(event.native_id), "post_number": 1, "username": "zelda", "raw": event.text}
    house.platforms.knows("discourse", event.native_thread, {"title": "Bread", "posts": [post]})


@contextmanager
def stopped_after(house: House, calls: int) -> Iterator[None]:
    """The function is stopped once so many of its calls took effect, be it at DynamoDB or at the
    platform.

    To stop between two reads is to stop after the write before them.
    """
    dynamodb, http, left = house.dynamodb, house.http, calls

    def one_less(operation: str) -> None:
        nonlocal left
        left -= operation not in {"get_item", "query"}
        if left == 0:
            raise Killed

    def sent(*args: Any, **kwargs: Any) -> HttpAnswer:
        answer = http(*args, **kwargs)
        one_less("http")
        return answer

    house.dynamodb, house.http = Watched(dynamodb, lambda _: None, one_less), sent
    try:
        yield
    finally:
        house.dynamodb, house.http = dynamodb, http


def wherever_it_stops(
    house: House, event: ReviewEvent, step: Callable[[], object], check: Callable[[], None]
) -> int:
    """Stop `step` after each call that takes effect, run it again as the queue or the workflow
    would, and check; how many there are.
    """
    restore = house.snapshot()
    for calls in count(1):
        restore()
        house.platforms.reset()
        if "discourse" in house.connections:
            learn(house, event)
        try:
            with stopped_after(house, calls):
                step()
        except Killed:
            house.clock.pass_(minutes=1)
            step()
            check()
            house.check(COMPLAINT, PRAISE, ANSWER)
        else:
            check()
            return calls
    raise AssertionError


def replies(house: House, event: ReviewEvent) -> list[str]:
    return [
        reply.text for reply in house.platforms.replies() if reply.thread == event.native_thread
    ]


def test_triage_that_is_stopped_anywhere_is_finished_by_the_next_delivery(connected: House) -> None:
    connected.connect("standard")
    event = written("standard", COMPLAINT)
    message = connected.message(event)

    def check() -> None:
        steps = connected.triage(message)
        assert (steps["route"], "flow" in steps) == ("follow_up", True)
        assert connected.kinds(steps["review"]) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]

    assert wherever_it_stops(connected, event, lambda: connected.triage(message), check) > 2


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_acknowledgement_that_is_stopped_anywhere_goes_out_once(
    connected: House, platform: str
) -> None:
    connected.connect(platform)
    event = written(platform, PRAISE)
    message = connected.message(event, platform)

    def check() -> None:
        steps = connected.triage(message)
        assert steps["route"] == "nothing"
        assert connected.kinds(steps["review"]) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
        assert len(replies(connected, event)) == 1

    assert wherever_it_stops(connected, event, lambda: connected.route(message), check) > 4


def answered(
    house: House, event: ReviewEvent, platform: str, action: Action = Action.REPLY
) -> tuple[str, list[str]]:
    """A follow-up about two reviews of a thread, whose answer waits to be carried out.

    Its id, its reviews.
    """
    if platform == "discourse":
        learn(house, event)
    other = replace(event, native_id=f"{event.native_id}1")
    reviews = [house.route(house.message(said, platform))["review"] for said in (event, other)]
    (task,) = house.open_tasks()
    ana = house.person("Ana")
    claimed = desk.claim(ana, task.id, house.desk, house.clock())
    text = ANSWER if action is Action.REPLY else None
    request = desk.AnswerRequest(
        "answer-1",
        action,
        claimed.fence,
        text=text,
        resolution="refunded",
        root_cause="double-charge",
    )
    desk.answer(ana, task.id, request, house.desk, house.clock())
    return task.id, reviews


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_answer_that_is_stopped_anywhere_is_carried_out_once_for_all_its_reviews(
    connected: House, platform: str
) -> None:
    connected.connect(platform)
    event = written(platform, COMPLAINT)
    task, reviews = answered(connected, event, platform)

    def check() -> None:
        assert connected.work.follow_up(task).status is Status.CLOSED
        assert [connected.case(review).review.closed for review in reviews] == [
            Kind.ANSWERED,
            Kind.ANSWERED,
        ]
        assert len(replies(connected, event)) == 1

    def step() -> None:
        carry_out(task, connected.ports, connected.reach, connected.clock())

    assert wherever_it_stops(connected, event, step, check) > 4


def test_a_resolution_that_is_stopped_anywhere_closes_every_review_once(connected: House) -> None:
    connected.connect("standard")
    event = written("standard", COMPLAINT)
    task, reviews = answered(connected, event, "standard", Action.RESOLVE_WITHOUT_REPLY)

    def check() -> None:
        assert [connected.case(review).review.closed for review in reviews] == [
            Kind.RESOLVED_WITHOUT_REPLY
        ] * 2

    assert (
        wherever_it_stops(
            connected,
            event,
            lambda: carry_out(task, connected.ports, connected.reach, connected.clock()),
            check,
        )
        > 2
    )


def known(house: House, platform: str) -> ReviewEvent:
    """A happy review, which is acknowledged, on a platform that knows it."""
    event = written(platform, PRAISE)
    if platform == "discourse":
        learn(house, event)
    return event


def until_done(step: Callable[[], object], house: House) -> int:
    """Run a step as the queue would until it has no fault any more; how often it took."""
    for times in range(1, 6):
        try:
            step()
        except Fault:
            house.clock.pass_(minutes=1)
        else:
            return times
    raise AssertionError("the fault does not pass")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "mode", [Mode.FAIL_AFTER, Mode.DROP, Mode.FAIL_BEFORE, Mode.RATE_LIMITED, Mode.SLOW]
)
def test_a_reply_is_never_doubled_however_the_platform_fails(
    connected: House, platform: str, mode: Mode
) -> None:
    connected.connect(platform)
    event = known(connected, platform)
    message = connected.message(event, platform)
    connected.platforms.fault(platform, mode, seconds=1.6 if mode is Mode.SLOW else None)

    assert until_done(lambda: connected.route(message), connected) == 2
    assert len(replies(connected, event)) == 1
    assert connected.kinds(connected.triage(message)["review"]) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
    ]
    connected.check()


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("mode", [Mode.FAIL_AFTER, Mode.DROP])
def test_where_the_platform_cannot_tell_a_person_decides(
    connected: House, platform: str, mode: Mode
) -> None:
    connected.connect(platform)
    event = known(connected, platform)
    message = connected.message(event, platform)
    connected.platforms.fault(platform, mode)
    connected.platforms.fault(platform, Mode.REJECT, calls=Calls.LOOK)
    until_done(lambda: connected.route(message), connected)
    review = connected.triage(message)["review"]

    assert len(replies(connected, event)) == 1
    assert connected.kinds(review) == [Kind.ACCEPTED, Kind.REPLY_UNKNOWN, Kind.FOLLOW_UP_OPENED]
    assert [(task.reviews, task.why) for task in connected.open_tasks()] == [
        ((review,), "reply_unknown")
    ]
    connected.check()


def test_a_receiver_that_shows_no_replies_is_one_that_cannot_tell(connected: House) -> None:
    connected.connect("standard")
    reach = connected.http
    connected.http = lambda method, url, **sent: (
        HttpAnswer(405, {}, b"") if method == "GET" else reach(method, url, **sent)
    )
    event = written("standard", COMPLAINT)
    task, (review, _) = answered(connected, event, "standard")
    connected.platforms.fault("standard", Mode.DROP)
    with pytest.raises(NotSettled):
        until_done(
            lambda: carry_out(task, connected.ports, connected.reach, connected.clock()), connected
        )

    after = connected.work.follow_up(task)
    assert (after.status, after.why, after.answer) == (Status.OPEN, "reply_unknown", None)
    assert len(replies(connected, event)) == 1
    assert connected.case(review).thread.public_replies == 1
    connected.check()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_platform_refuses_for_good_goes_to_a_person_and_gives_the_slot_back(
    connected: House, platform: str
) -> None:
    connected.connect(platform)
    event = written(platform, COMPLAINT)
    task, reviews = answered(connected, event, platform)
    connected.platforms.fault(platform, Mode.REJECT)
    with pytest.raises(NotSettled):
        carry_out(task, connected.ports, connected.reach, connected.clock())

    after = connected.work.follow_up(task)
    assert (after.status, after.why, list(after.reviews)) == (
        Status.OPEN,
        "reply_rejected",
        reviews,
    )
    assert [connected.case(review).review.closed for review in reviews] == [None, None]
    assert not [text for text in replies(connected, event) if ANSWER in text]
    assert connected.case(reviews[0]).thread.public_replies == 0
    connected.check()


def test_a_platform_that_stays_away_hands_the_answer_back_to_a_person(connected: House) -> None:
    connected.connect("standard")
    connected.platforms.fault("standard", Mode.DOWN, times=None)
    event = written("standard", COMPLAINT)
    task, (review, _) = answered(connected, event, "standard")
    for _ in range(4):
        connected.turn()
        connected.clock.pass_(minutes=1)

    after = connected.work.follow_up(task)
    assert (after.status, after.answer, after.why) == (Status.OPEN, None, "reply_unknown")
    assert connected.kinds(review)[-1] is Kind.REPLY_UNKNOWN
    assert replies(connected, event) == []
    connected.check()


def test_two_runs_do_not_send_one_reply_at_once(connected: House) -> None:
    connected.connect("standard")
    event = known(connected, "standard")
    steps = connected.triage(connected.message(event))
    really = connected.http
    refused: list[type[Exception]] = []

    def slowly(*args: Any, **kwargs: Any) -> HttpAnswer:
        connected.http = really
        try:
            connected.acknowledge(steps)
        except Busy as busy:
            refused.append(type(busy))
        return really(*args, **kwargs)

    connected.http = slowly
    connected.acknowledge(steps)

    assert refused == [Busy]
    assert len(replies(connected, event)) == 1


def test_a_connection_that_was_removed_leaves_its_reviews_to_a_person(connected: House) -> None:
    connection = connected.connect("standard")
    steps = connected.triage(connected.message(known(connected, "standard")))
    connected.setup.remove_connection(connection.id)
    after = connected.acknowledge(steps)

    assert after["route"] == "follow_up"
    assert connected.kinds(steps["review"]) == [
        Kind.ACCEPTED,
        Kind.REPLY_REJECTED,
        Kind.FOLLOW_UP_OPENED,
    ]
    with pytest.raises(NotFound):
        connected.triage(connected.message(known(connected, "standard")))
