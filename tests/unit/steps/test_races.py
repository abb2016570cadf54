"""Two at once.

Whoever comes first has it, whoever comes second finds that out, and nothing is written over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import Conflict, Fault
from heard.follow_ups import Action, Refusal, Status
from heard.outcomes import Kind
from heard.reviews import EventKind, review_id
from heard.steps import desk
from heard.steps.reply import carry_out
from heard.storage.case_store import Work
from tests.unit.backend import BUSINESS, House, Watched, complaint, praise, said

_numbers = count(1)


@contextmanager
def interrupted_before(house: House, call: int, rival: Callable[[], object]) -> Iterator[list[int]]:
    """Before the given call to DynamoDB somebody else acts. Yields the calls counted so far."""
    dynamodb, calls = house.dynamodb, [0]

    def before(_: str) -> None:
        calls[0] += 1
        if calls[0] == call:
            house.dynamodb = dynamodb
            try:
                rival()
            finally:
                house.dynamodb = watched

    house.dynamodb = watched = Watched(dynamodb, before)
    try:
        yield calls
    finally:
        house.dynamodb = dynamodb


def at_every_moment(
    house: House,
    step: Callable[[], object],
    rival: Callable[[], object],
    check: Callable[[], None],
    *,
    every: int = 1,
) -> None:
    """Let the rival act before each of the step's calls in turn (or before some of them), and check
    what came of it.
    """
    restore = house.snapshot()
    for call in count(1, every):
        restore()
        with interrupted_before(house, call, lambda: tolerated(rival)) as calls:
            tolerated(step)
        if calls[0] < call:
            assert call > 3
            return
        house.turn()
        house.check()
        check()


def tolerated(step: Callable[[], object]) -> None:
    """A refusal and a fault are ways to lose a race."""
    with suppress(Conflict, Fault):
        step()


def taken(method: str, _url: str, **_sent: Any) -> HttpAnswer:
    """A platform that takes every reply."""
    return HttpAnswer(201, {}, b"{}") if method == "POST" else HttpAnswer(404, {}, b"")


@pytest.fixture
def shop(house: House) -> House:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = taken
    for name in ("Ana", "Ben"):
        house.person(name)
    return house


@dataclass(frozen=True)
class InHand:
    """A follow-up that Ana has claimed, in a thread of its own."""

    thread: str
    follow_up: str
    fence: int
    reviews: tuple[str, ...]


def in_hand(shop: House, *, reviews: int = 1, thread: str = "t-1", claimed: bool = True) -> InHand:
    said_ = tuple(
        shop.say(complaint(f"{thread}-{number}", thread=thread)) for number in range(reviews)
    )
    task = shop.case(said_[0]).task
    assert task is not None
    fence = desk.claim(shop.person("Ana"), task.id, shop.desk, shop.clock()).fence if claimed else 0
    return InHand(thread, task.id, fence, said_)


def answer(shop: House, work: InHand, action: Action = Action.REPLY) -> None:
    number = next(_numbers)
    text = (
        " ".join(f"word{number}{letter}" for letter in "abcdefghijklmnopqrst")
        if action is Action.REPLY
        else None
    )
    request = desk.AnswerRequest(
        f"answer-{number}",
        action,
        work.fence,
        text=text,
        resolution="refunded",
        root_cause="double-charge",
    )
    desk.answer(shop.person("Ana"), work.follow_up, request, shop.desk, shop.clock())


def withdrawal(shop: House, thread: str, number: int = 0) -> None:
    shop.triage(
        shop.message(
            said(f"{thread}-{number}", kind=EventKind.WITHDRAWN, revision="~", thread=thread)
        )
    )


def test_two_deliveries_of_one_review_are_one_review_and_a_duplicate(shop: House) -> None:
    review = review_id(BUSINESS, "standard", "r-1")

    def deliver() -> None:
        shop.triage(shop.message(complaint("r-1")))

    def check() -> None:
        assert shop.kinds(review) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, Kind.DUPLICATE]

    at_every_moment(shop, deliver, deliver, check)


def test_two_reviews_of_one_thread_open_one_follow_up(shop: House) -> None:
    def deliver(number: int) -> None:
        shop.triage(shop.message(complaint(f"r-{number}", thread="t-1")))

    def check() -> None:
        (task,) = shop.open_tasks()
        assert len(task.reviews) == 2

    at_every_moment(shop, lambda: deliver(1), lambda: deliver(2), check, every=2)


def test_two_acknowledgements_do_not_share_the_last_slot(shop: House) -> None:
    first = shop.say(praise("r-0", thread="t-1"))

    def deliver(number: int) -> None:
        shop.route(shop.message(praise(f"r-{number}", thread="t-1")))

    def check() -> None:
        ends = [
            shop.case(review_id(BUSINESS, "standard", f"r-{number}")).review.closed
            for number in range(3)
        ]
        assert sorted(end or "" for end in ends) == [
            Kind.ACKNOWLEDGED,
            Kind.ACKNOWLEDGED,
            Kind.IGNORED,
        ]
        assert shop.case(first).thread.public_replies == 2

    at_every_moment(shop, lambda: deliver(1), lambda: deliver(2), check, every=2)


def test_an_answer_and_an_acknowledgement_do_not_share_the_last_slot(shop: House) -> None:
    first = shop.say(praise("t-1-9", thread="t-1"))

    def check() -> None:
        assert shop.case(first).thread.public_replies == 2
        assert shop.case(first).thread.public_replies == len(shop.case(first).thread.slots)

    at_every_moment(
        shop,
        lambda: shop.route(shop.message(praise("t-1-8", thread="t-1"))),
        lambda: answer(shop, in_hand(shop)),
        check,
        every=5,
    )


def test_of_two_agents_one_has_the_claim(shop: House) -> None:
    work = in_hand(shop, claimed=False)

    def claim(name: str) -> None:
        desk.claim(shop.person(name), work.follow_up, shop.desk, shop.clock())

    def check() -> None:
        task = shop.work.follow_up(work.follow_up)
        assert (task.fence, task.claimed_by) in {(1, "sub-ana"), (1, "sub-ben")}

    at_every_moment(shop, lambda: claim("Ana"), lambda: claim("Ben"), check)


def test_of_two_answers_one_counts(shop: House) -> None:
    work = in_hand(shop, reviews=2)

    def check() -> None:
        assert [kind for kind in shop.kinds(work.reviews[0]) if kind is Kind.ANSWER_GIVEN] == [
            Kind.ANSWER_GIVEN
        ]
        assert {shop.case(review).review.closed for review in work.reviews} in (
            {Kind.ANSWERED},
            {Kind.RESOLVED_WITHOUT_REPLY},
        )

    at_every_moment(
        shop,
        lambda: answer(shop, work),
        lambda: answer(shop, work, Action.RESOLVE_WITHOUT_REPLY),
        check,
        every=5,
    )


@pytest.mark.parametrize("number", [0, 1])
def test_a_withdrawal_at_any_moment_of_an_answer_ends_that_review_once_and_leaves_the_other_to_the_answer(
    shop: House, number: int
) -> None:
    work = in_hand(shop, reviews=2)

    def step() -> None:
        answer(shop, work)
        shop.turn()

    def check() -> None:
        if shop.work.follow_up(work.follow_up).status is Status.OPEN:
            step()
        assert shop.case(work.reviews[number]).review.closed in {Kind.WITHDRAWN, Kind.ANSWERED}
        assert shop.case(work.reviews[1 - number]).review.closed is Kind.ANSWERED
        shop.check()

    at_every_moment(shop, step, lambda: withdrawal(shop, work.thread, number), check, every=7)


def test_a_review_that_joins_at_any_moment_of_an_answer_is_answered_by_it_or_in_hand(
    shop: House,
) -> None:
    work, late = in_hand(shop), review_id(BUSINESS, "standard", "t-1-5")

    def step() -> None:
        answer(shop, work)
        shop.turn()

    def check() -> None:
        case = shop.case(late)
        assert shop.case(work.reviews[0]).review.closed is Kind.ANSWERED
        assert case.review.closed is Kind.ANSWERED or (
            case.task is not None and case.review.id in case.task.reviews
        )

    at_every_moment(
        shop,
        step,
        lambda: shop.route(shop.message(complaint("t-1-5", thread="t-1"))),
        check,
        every=7,
    )


def test_a_withdrawal_while_the_reply_is_under_way_does_not_close_the_review_twice(
    shop: House,
) -> None:
    work = in_hand(shop)
    answer(shop, work)

    def overtaken(*args: Any, **kwargs: Any) -> HttpAnswer:
        withdrawal(shop, work.thread)
        return taken(*args, **kwargs)

    shop.http = overtaken
    carry_out(work.follow_up, shop.ports, shop.reach, shop.clock())
    shop.check()

    (review,) = work.reviews
    assert shop.kinds(review)[-2:] == [Kind.WITHDRAWN, Kind.REPLY_SENT]
    assert shop.case(review).thread.public_replies == 1


def test_nobody_answers_what_was_withdrawn_between_reading_it_and_answering(shop: House) -> None:
    """The leader of a follow-up changes between the two reads that find its case.

    The answer must not land in the wrong chain.
    """
    work = in_hand(shop, reviews=2)
    reads = count(1)

    def before(operation: str) -> None:
        if operation == "get_item" and next(reads) == 2:
            shop.dynamodb = shop.raw
            withdrawal(shop, work.thread)

    watched = Work(
        Watched(shop.raw, before), shop.tables["WorkTable"], shop.tables["OutcomesTable"]
    )

    assert watched.case_of_follow_up(work.follow_up).case.review.id == work.reviews[1]


# Many at once, with real threads. moto is handed one call at a time, as a database would take them.


class OneByOne:
    """A client that several threads may use at once."""

    def __init__(self, real: Any) -> None:
        self._real, self._lock = real, threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return found(*args, **kwargs)

        return found if name == "get_paginator" else call


def all_at_once(step: Callable[[int], object], times: int) -> list[object]:
    """What came of the step in each of so many threads, which start together.

    A fault is tried again, as a queue would.
    """
    together = threading.Barrier(times)

    def run(number: int) -> object:
        together.wait()
        for _ in range(20):
            try:
                return step(number)
            except Conflict as conflict:
                return conflict.reason
            except Fault:
                continue
        raise AssertionError("the fault does not pass")

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def test_many_agents_claim_and_one_holds(shop: House) -> None:
    work = in_hand(shop, claimed=False)
    people = [shop.person(f"Agent{number}") for number in range(6)]
    shop.dynamodb = OneByOne(shop.raw)
    told = all_at_once(
        lambda number: desk.claim(people[number], work.follow_up, shop.desk, shop.clock()).fence, 6
    )

    assert sorted(map(str, told)) == ["1", *[Refusal.CLAIMED_BY_OTHER] * 5]


def test_many_reviews_of_one_thread_share_two_slots_and_one_review_many_deliveries(
    shop: House,
) -> None:
    shop.dynamodb = OneByOne(shop.raw)
    all_at_once(lambda number: shop.route(shop.message(praise(f"r-{number % 3}", thread="t-1"))), 6)
    shop.check()

    ends = [shop.case(review_id(BUSINESS, "standard", f"r-{number}")).review for number in range(3)]
    assert sorted(end.closed or "" for end in ends) == [
        Kind.ACKNOWLEDGED,
        Kind.ACKNOWLEDGED,
        Kind.IGNORED,
    ]
    assert [shop.kinds(end.id).count(Kind.ACCEPTED) for end in ends] == [1, 1, 1]
