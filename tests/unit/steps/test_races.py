"""Two runs at once: one comes first, the other notices, and nothing is overwritten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from heard.assessment import Severity
from heard.cases import has_open_follow_up
from heard.connectors import HttpResponse
from heard.errors import ConflictError, Fault
from heard.follow_ups import Action, ConflictCode, Status, TakeoverReason
from heard.outcomes import Kind
from heard.reviews import EventKind, review_id
from heard.steps import desk, notes
from heard.steps.notes import NoteRequest
from heard.steps.reply import carry_out
from heard.storage.case_store import CaseStore
from tests.unit.backend import (
    BUSINESS,
    Backend,
    InterceptedClient,
    complaint,
    praise,
    review_event,
)

_numbers = count(1)


@contextmanager
def act_before_call(
    backend: Backend, call: int, competing_step: Callable[[], object]
) -> Iterator[list[int]]:
    """Let a rival act before one call to DynamoDB. Yields the calls counted so far."""
    dynamodb, calls = backend.dynamodb, [0]

    def before(_: str) -> None:
        calls[0] += 1
        if calls[0] == call:
            backend.dynamodb = dynamodb
            try:
                competing_step()
            finally:
                backend.dynamodb = intercepted

    backend.dynamodb = intercepted = InterceptedClient(dynamodb, before)
    try:
        yield calls
    finally:
        backend.dynamodb = dynamodb


def race_at_every_call(
    backend: Backend,
    step: Callable[[], object],
    competing_step: Callable[[], object],
    check: Callable[[], None],
    *,
    every: int = 1,
) -> None:
    """Let the rival act before each of the step's calls in turn (or some of them), and check."""
    restore = backend.snapshot()
    for call in count(1, every):
        restore()
        with act_before_call(backend, call, lambda: run_tolerant(competing_step)) as calls:
            run_tolerant(step)
        if calls[0] < call:
            assert call > 3
            return
        backend.run_workflows()
        backend.check_invariants()
        check()


def run_tolerant(step: Callable[[], object]) -> None:
    """Run a step that may lose a race by a conflict or a fault."""
    with suppress(ConflictError, Fault):
        step()


def accept_reply(method: str, _url: str, **_sent: Any) -> HttpResponse:
    """A platform that accepts every reply."""
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    for name in ("Ana", "Ben"):
        backend.add_person(name)
    return backend


@dataclass(frozen=True)
class ClaimedFollowUp:
    """A follow-up that Ana has claimed, in a thread of its own."""

    thread: str
    follow_up: str
    fence: int
    reviews: tuple[str, ...]


def claimed_follow_up(
    shop: Backend, *, reviews: int = 1, thread: str = "t-1", claimed: bool = True
) -> ClaimedFollowUp:
    review_ids = tuple(
        shop.deliver(complaint(f"{thread}-{number}", thread=thread)) for number in range(reviews)
    )
    follow_up = shop.case(review_ids[0]).follow_up
    assert follow_up is not None
    fence = (
        desk.claim(shop.add_person("Ana"), follow_up.id, shop.desk, shop.clock()).fence
        if claimed
        else 0
    )
    return ClaimedFollowUp(thread, follow_up.id, fence, review_ids)


def resolve(shop: Backend, follow_up: ClaimedFollowUp, action: Action = Action.REPLY) -> None:
    number = next(_numbers)
    text = (
        " ".join(f"word{number}{letter}" for letter in "abcdefghijklmnopqrst")
        if action is Action.REPLY
        else None
    )
    request = desk.ResolutionRequest(
        f"resolution-{number}",
        action,
        follow_up.fence,
        text=text,
        fix="refunded",
        root_cause="double-charge",
    )
    desk.resolve(shop.add_person("Ana"), follow_up.follow_up, request, shop.desk, shop.clock())


def withdraw(shop: Backend, thread: str, number: int = 0) -> None:
    shop.triage(
        shop.queue_message(
            review_event(
                f"{thread}-{number}", kind=EventKind.WITHDRAWN, revision="~", thread=thread
            )
        )
    )


def test_two_deliveries_of_one_review_are_one_review_and_a_duplicate(shop: Backend) -> None:
    review = review_id(BUSINESS, "standard", "r-1")

    def deliver() -> None:
        shop.triage(shop.queue_message(complaint("r-1")))

    def check() -> None:
        assert shop.kinds(review) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, Kind.DUPLICATE]

    race_at_every_call(shop, deliver, deliver, check)


def test_two_reviews_of_one_thread_open_one_follow_up(shop: Backend) -> None:
    def deliver(number: int) -> None:
        shop.triage(shop.queue_message(complaint(f"r-{number}", thread="t-1")))

    def check() -> None:
        (follow_up,) = shop.open_follow_ups()
        assert len(follow_up.reviews) == 2

    race_at_every_call(shop, lambda: deliver(1), lambda: deliver(2), check, every=2)


def test_two_acknowledgements_do_not_share_the_last_slot(shop: Backend) -> None:
    first = shop.deliver(praise("r-0", thread="t-1", author="cus-0"))

    def deliver(number: int) -> None:
        event = praise(f"r-{number}", thread="t-1", author=f"cus-{number}")
        shop.run_route_workflow(shop.queue_message(event))

    def check() -> None:
        closing_kinds = [
            shop.case(review_id(BUSINESS, "standard", f"r-{number}")).review.closing_kind
            for number in range(3)
        ]
        assert sorted(end or "" for end in closing_kinds) == [
            Kind.ACKNOWLEDGED,
            Kind.ACKNOWLEDGED,
            Kind.IGNORED,
        ]
        assert shop.case(first).thread.public_replies == 2

    race_at_every_call(shop, lambda: deliver(1), lambda: deliver(2), check, every=2)


def test_two_reviews_of_one_author_do_not_share_the_last_automatic_reply(shop: Backend) -> None:
    shop.deliver(praise("r-0"))

    def deliver(number: int) -> None:
        shop.run_route_workflow(shop.queue_message(praise(f"r-{number}")))

    def check() -> None:
        reviews = [
            shop.case(review_id(BUSINESS, "standard", f"r-{number}")).review for number in range(3)
        ]
        assert sorted(review.closing_kind or "" for review in reviews) == [
            Kind.ACKNOWLEDGED,
            Kind.ACKNOWLEDGED,
            Kind.IGNORED,
        ]
        author = shop.cases.vault.author_record(reviews[0].author)
        assert len(author.automatic_replies) == 2

    race_at_every_call(shop, lambda: deliver(1), lambda: deliver(2), check, every=2)


def test_two_acknowledgements_on_one_page_have_different_wordings(shop: Backend) -> None:
    def deliver(number: int) -> None:
        event = praise(f"r-{number}", author=f"cus-{number}")
        shop.run_route_workflow(shop.queue_message(event))

    def variants() -> list[str]:
        facts = (outcome for outcome in shop.outcomes() if outcome.kind is Kind.ACKNOWLEDGED)
        return [fact.detail["variant"] for fact in facts]

    # Two reviews that get the same wording when each is alone on the page.
    restore, numbers_by_variant = shop.snapshot(), dict[str, list[int]]()
    for number in range(4):
        deliver(number)
        numbers_by_variant.setdefault(variants()[0], []).append(number)
        restore()
    one, another = next(pair for pair in numbers_by_variant.values() if len(pair) > 1)[:2]

    def check() -> None:
        first, second = variants()
        assert first != second

    race_at_every_call(shop, lambda: deliver(one), lambda: deliver(another), check)


def test_a_resolution_and_an_acknowledgement_do_not_share_the_last_slot(shop: Backend) -> None:
    first = shop.deliver(praise("t-1-9", thread="t-1"))

    def check() -> None:
        assert shop.case(first).thread.public_replies == 2
        assert shop.case(first).thread.public_replies == len(shop.case(first).thread.slots)

    race_at_every_call(
        shop,
        lambda: shop.run_route_workflow(shop.queue_message(praise("t-1-8", thread="t-1"))),
        lambda: resolve(shop, claimed_follow_up(shop)),
        check,
        every=5,
    )


def test_of_two_agents_one_has_the_claim(shop: Backend) -> None:
    follow_up = claimed_follow_up(shop, claimed=False)

    def claim(name: str) -> None:
        desk.claim(shop.add_person(name), follow_up.follow_up, shop.desk, shop.clock())

    def check() -> None:
        stored = shop.cases.follow_up(follow_up.follow_up)
        assert (stored.fence, stored.claimed_by) in {(1, "sub-ana"), (1, "sub-ben")}

    race_at_every_call(shop, lambda: claim("Ana"), lambda: claim("Ben"), check)


def test_of_two_resolutions_one_counts(shop: Backend) -> None:
    follow_up = claimed_follow_up(shop, reviews=2)

    def check() -> None:
        assert [
            kind for kind in shop.kinds(follow_up.reviews[0]) if kind is Kind.RESOLUTION_GIVEN
        ] == [Kind.RESOLUTION_GIVEN]
        assert {shop.case(review).review.closing_kind for review in follow_up.reviews} in (
            {Kind.ANSWERED},
            {Kind.RESOLVED_WITHOUT_REPLY},
        )

    race_at_every_call(
        shop,
        lambda: resolve(shop, follow_up),
        lambda: resolve(shop, follow_up, Action.RESOLVE_WITHOUT_REPLY),
        check,
        every=5,
    )


@pytest.mark.parametrize("number", [0, 1])
def test_a_withdrawal_during_a_resolution_closes_that_review_once_and_not_the_other(
    shop: Backend, number: int
) -> None:
    follow_up = claimed_follow_up(shop, reviews=2)

    def step() -> None:
        resolve(shop, follow_up)
        shop.run_workflows()

    def check() -> None:
        if shop.cases.follow_up(follow_up.follow_up).status is Status.OPEN:
            step()
        assert shop.case(follow_up.reviews[number]).review.closing_kind in {
            Kind.WITHDRAWN,
            Kind.ANSWERED,
        }
        assert shop.case(follow_up.reviews[1 - number]).review.closing_kind is Kind.ANSWERED
        shop.check_invariants()

    race_at_every_call(shop, step, lambda: withdraw(shop, follow_up.thread, number), check, every=7)


def test_a_review_that_joins_during_a_resolution_is_answered_or_in_the_follow_up(
    shop: Backend,
) -> None:
    follow_up, late_review = claimed_follow_up(shop), review_id(BUSINESS, "standard", "t-1-5")

    def step() -> None:
        resolve(shop, follow_up)
        shop.run_workflows()

    def check() -> None:
        case = shop.case(late_review)
        assert shop.case(follow_up.reviews[0]).review.closing_kind is Kind.ANSWERED
        assert case.review.closing_kind is Kind.ANSWERED or (
            case.follow_up is not None and case.review.id in case.follow_up.reviews
        )

    race_at_every_call(
        shop,
        step,
        lambda: shop.run_route_workflow(shop.queue_message(complaint("t-1-5", thread="t-1"))),
        check,
        every=7,
    )


def test_a_worse_edit_during_a_resolution_stays_with_a_person(shop: Backend) -> None:
    follow_up = claimed_follow_up(shop)
    edit = review_event(
        "t-1-0",
        "My daughter is in hospital with food poisoning from your bread.",
        1,
        kind=EventKind.EDITED,
        revision=2,
        thread="t-1",
    )

    def step() -> None:
        resolve(shop, follow_up)
        shop.run_workflows()

    def check() -> None:
        case = shop.case(follow_up.reviews[0])
        assert case.review.severity is Severity.CRITICAL
        assert case.review.closing_kind is None
        assert has_open_follow_up(case)

    race_at_every_call(
        shop, step, lambda: shop.run_route_workflow(shop.queue_message(edit)), check, every=5
    )


def test_a_withdrawal_while_the_reply_is_sent_does_not_close_the_review_twice(
    shop: Backend,
) -> None:
    follow_up = claimed_follow_up(shop)
    resolve(shop, follow_up)

    def withdraw_then_accept(*args: Any, **kwargs: Any) -> HttpResponse:
        withdraw(shop, follow_up.thread)
        return accept_reply(*args, **kwargs)

    shop.http = withdraw_then_accept
    carry_out(follow_up.follow_up, shop.store_ports, shop.platform_ports, shop.clock())
    shop.check_invariants()

    (review,) = follow_up.reviews
    assert shop.kinds(review)[-2:] == [Kind.WITHDRAWN, Kind.REPLY_SENT]
    assert shop.case(review).thread.public_replies == 1


def test_a_resolution_skips_a_review_withdrawn_between_the_two_reads(shop: Backend) -> None:
    """The first review of a follow-up changes between the two reads that load its case.

    The resolution must not be written to the wrong chain.
    """
    follow_up = claimed_follow_up(shop, reviews=2)
    reads = count(1)

    def before(operation: str) -> None:
        if operation == "get_item" and next(reads) == 2:
            shop.dynamodb = shop.plain_dynamodb
            withdraw(shop, follow_up.thread)

    store = CaseStore(
        InterceptedClient(shop.plain_dynamodb, before),
        shop.tables["CasesTable"],
        shop.tables["OutcomesTable"],
    )

    assert store.case_of_follow_up(follow_up.follow_up).case.review.id == follow_up.reviews[1]


def take_over(shop: Backend, follow_up: ClaimedFollowUp, name: str = "Lee") -> None:
    request = desk.TakeoverRequest(follow_up.fence, TakeoverReason.ABSENT)
    lead = shop.add_person(name, "lead")
    desk.take_over_and_describe(lead, follow_up.follow_up, request, shop.desk, shop.clock())


def kinds_of_follow_up(shop: Backend, follow_up: ClaimedFollowUp) -> list[Kind]:
    return [kind for review in follow_up.reviews for kind in shop.kinds(review)]


@pytest.mark.parametrize("first", [0, 1])
def test_of_a_takeover_and_the_resolution_of_whoever_loses_it_one_counts(
    shop: Backend, first: int
) -> None:
    follow_up = claimed_follow_up(shop)

    def check() -> None:
        kinds = kinds_of_follow_up(shop, follow_up)
        stored = shop.cases.follow_up(follow_up.follow_up)
        assert kinds.count(Kind.TAKEN_OVER) + kinds.count(Kind.RESOLUTION_GIVEN) == 1
        if Kind.TAKEN_OVER in kinds:
            assert (stored.claimed_by, stored.fence) == ("sub-lee", follow_up.fence + 1)
        else:
            assert stored.status is Status.CLOSED

    steps = [lambda: resolve(shop, follow_up), lambda: take_over(shop, follow_up)]
    race_at_every_call(shop, steps[first], steps[1 - first], check, every=2)


@pytest.mark.parametrize("first", [0, 1])
def test_of_a_takeover_and_a_release_nobody_loses_what_they_have(shop: Backend, first: int) -> None:
    follow_up = claimed_follow_up(shop)

    def release() -> None:
        ana = shop.add_person("Ana")
        desk.release(ana, follow_up.follow_up, follow_up.fence, shop.desk, shop.clock())

    def check() -> None:
        stored = shop.cases.follow_up(follow_up.follow_up)
        was_taken = Kind.TAKEN_OVER in kinds_of_follow_up(shop, follow_up)
        # Released first, there was nothing to take.
        assert stored.claimed_by == ("sub-lee" if was_taken else None)

    steps = [release, lambda: take_over(shop, follow_up)]
    race_at_every_call(shop, steps[first], steps[1 - first], check)


@pytest.mark.parametrize("first", [0, 1])
def test_of_a_takeover_and_a_renewed_claim_the_lead_has_it(shop: Backend, first: int) -> None:
    follow_up = claimed_follow_up(shop)

    def renew() -> None:
        desk.claim(shop.add_person("Ana"), follow_up.follow_up, shop.desk, shop.clock())

    def check() -> None:
        stored = shop.cases.follow_up(follow_up.follow_up)
        assert (stored.claimed_by, stored.fence) == ("sub-lee", follow_up.fence + 1)
        assert kinds_of_follow_up(shop, follow_up).count(Kind.TAKEN_OVER) == 1

    steps = [renew, lambda: take_over(shop, follow_up)]
    race_at_every_call(shop, steps[first], steps[1 - first], check)


@pytest.mark.parametrize("rival", ["Lou", "Lee"])
def test_of_two_leads_one_takes_it_over_and_a_repetition_takes_nothing_more(
    shop: Backend, rival: str
) -> None:
    follow_up = claimed_follow_up(shop)

    def check() -> None:
        stored = shop.cases.follow_up(follow_up.follow_up)
        assert (stored.claimed_by, stored.fence) in {
            ("sub-lee", follow_up.fence + 1),
            ("sub-lou", follow_up.fence + 1),
        }
        assert kinds_of_follow_up(shop, follow_up).count(Kind.TAKEN_OVER) == 1

    race_at_every_call(
        shop,
        lambda: take_over(shop, follow_up),
        lambda: take_over(shop, follow_up, rival),
        check,
        every=2,
    )


@pytest.mark.parametrize("rival", [0, 1])
def test_a_note_that_comes_twice_at_once_is_one_and_is_not_lost_to_a_claim(
    shop: Backend, rival: int
) -> None:
    follow_up = claimed_follow_up(shop, claimed=False)
    request = NoteRequest("note-0001", "Please look.", ("sub-ana",))

    def write() -> None:
        notes.add_note(
            shop.add_person("Ben"), follow_up.follow_up, request, shop.desk, shop.clock()
        )

    def check() -> None:
        (note,) = shop.cases.notes(follow_up.follow_up)
        assert note["note"] == "Please look."
        assert shop.cases.follow_up(follow_up.follow_up).mentioned == ("sub-ana",)

    cat = shop.add_person("Cat")
    rivals: list[Callable[[], object]] = [
        write,
        lambda: desk.claim(cat, follow_up.follow_up, shop.desk, shop.clock()),
    ]
    race_at_every_call(shop, write, rivals[rival], check)


# Many runs at once, in real threads. moto gets one call at a time, as a database does.


def run_in_threads(step: Callable[[int], object], times: int) -> list[object]:
    """The results of a step in so many threads, which start together.

    A step with a fault is tried again, as a queue does.
    """
    barrier = threading.Barrier(times)

    def run(number: int) -> object:
        barrier.wait()
        for _ in range(20):
            try:
                return step(number)
            except ConflictError as conflict:
                return conflict.reason
            except Fault:
                continue
        raise AssertionError("the fault does not pass")

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def test_of_many_agents_one_gets_the_claim(shop: Backend) -> None:
    follow_up = claimed_follow_up(shop, claimed=False)
    people = [shop.add_person(f"Agent{number}") for number in range(6)]
    results = run_in_threads(
        lambda number: (
            desk.claim(people[number], follow_up.follow_up, shop.desk, shop.clock()).fence
        ),
        6,
    )

    assert sorted(map(str, results)) == ["1", *[ConflictCode.CLAIMED_BY_OTHER] * 5]


def test_many_reviews_of_one_thread_share_two_slots_and_one_review_many_deliveries(
    shop: Backend,
) -> None:
    run_in_threads(
        lambda number: shop.run_route_workflow(
            shop.queue_message(praise(f"r-{number % 3}", thread="t-1", author=f"cus-{number % 3}"))
        ),
        6,
    )
    shop.check_invariants()

    reviews = [
        shop.case(review_id(BUSINESS, "standard", f"r-{number}")).review for number in range(3)
    ]
    assert sorted(end.closing_kind or "" for end in reviews) == [
        Kind.ACKNOWLEDGED,
        Kind.ACKNOWLEDGED,
        Kind.IGNORED,
    ]
    assert [shop.kinds(end.id).count(Kind.ACCEPTED) for end in reviews] == [1, 1, 1]
