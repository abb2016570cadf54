"""A function may stop anywhere, and a platform may fail in any way.

Still a reply is sent once, or a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import Busy, Fault, NotFound
from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import ReviewEvent
from heard.steps import desk
from heard.steps.reply import carry_out
from heard_simulator.server import CallKind, FaultMode
from tests.unit.asl import ENDED, WAITING
from tests.unit.backend import (
    COMPLAINT,
    MAX_TRIES,
    PRAISE,
    Backend,
    FunctionStopped,
    InterceptedClient,
    review_event,
)

pytestmark = [pytest.mark.loopback, pytest.mark.faults]

PLATFORMS = ("standard", "discourse", "twilio_sms")
REPLY_TEXT = (
    "I found both payments and paid one of them back this morning; the bank needs two days."
)
_numbers = count(9000)


def new_review(platform: str, text: str) -> ReviewEvent:
    """A new review, in a thread of its own."""
    number = next(_numbers)
    match platform:
        case "discourse":
            return review_event(
                f"{number}0",
                text,
                thread=str(number),
                reply_to={"topic_id": str(number), "post_number": "1"},
            )
        case "twilio_sms":
            customer, business_number = f"+1202555{number}", "+447700900123"
            return review_event(
                f"SM{number}",
                text,
                thread=f"{customer} {business_number}",
                author=customer,
                reply_to={"to": customer, "from": business_number},
            )
        case _:
            return review_event(f"r-{number}", text)


def create_topic(backend: Backend, event: ReviewEvent) -> None:
    """Create the review's topic in the forum; other platforms accept a reply to anything."""
    post = {"id": int(event.native_id), "post_number": 1, "username": "zelda", "raw": event.text}
    backend.platforms.set_resource(
        "discourse", event.native_thread, {"title": "Bread", "posts": [post]}
    )


@contextmanager
def stop_after_calls(backend: Backend, calls: int) -> Iterator[None]:
    """Stop the function after so many calls that took effect, at DynamoDB or at the platform.

    A stop between two reads is the same as a stop after the write before them.
    """
    dynamodb, http, remaining = backend.dynamodb, backend.http, calls

    def count_call(operation: str) -> None:
        nonlocal remaining
        remaining -= operation not in {"get_item", "query"}
        if remaining == 0:
            raise FunctionStopped

    def send(*args: Any, **kwargs: Any) -> HttpResponse:
        response = http(*args, **kwargs)
        count_call("http")
        return response

    backend.dynamodb, backend.http = InterceptedClient(dynamodb, lambda _: None, count_call), send
    try:
        yield
    finally:
        backend.dynamodb, backend.http = dynamodb, http


def stop_everywhere(
    backend: Backend, event: ReviewEvent, step: Callable[[], object], check: Callable[[], None]
) -> int:
    """Stop `step` after each call that takes effect, run it again, and check.

    Returns how many such calls there are.
    """
    restore = backend.snapshot()
    for calls in count(1):
        restore()
        backend.platforms.reset()
        if "discourse" in backend.connections:
            create_topic(backend, event)
        try:
            with stop_after_calls(backend, calls):
                step()
        except FunctionStopped:
            backend.clock.advance(minutes=1)
            step()
            check()
            backend.check_invariants(COMPLAINT, PRAISE, REPLY_TEXT)
        else:
            check()
            return calls
    raise AssertionError


def replies(backend: Backend, event: ReviewEvent) -> list[str]:
    return [
        reply.text for reply in backend.platforms.replies() if reply.thread == event.native_thread
    ]


def test_triage_stopped_anywhere_is_finished_by_the_next_delivery(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("standard")
    event = new_review("standard", COMPLAINT)
    message = simulated_backend.queue_message(event)

    def check() -> None:
        steps = simulated_backend.triage(message)
        assert (steps["route"], "execution_name" in steps) == ("follow_up", True)
        assert simulated_backend.kinds(steps["review"]) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]

    assert (
        stop_everywhere(simulated_backend, event, lambda: simulated_backend.triage(message), check)
        > 2
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_acknowledgement_stopped_anywhere_is_sent_once(
    simulated_backend: Backend, platform: str
) -> None:
    simulated_backend.connect(platform)
    event = new_review(platform, PRAISE)
    message = simulated_backend.queue_message(event, platform)

    def check() -> None:
        steps = simulated_backend.triage(message)
        assert steps["route"] == "nothing"
        assert simulated_backend.kinds(steps["review"]) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
        assert len(replies(simulated_backend, event)) == 1

    assert (
        stop_everywhere(
            simulated_backend, event, lambda: simulated_backend.run_route_workflow(message), check
        )
        > 4
    )


def follow_up_with_resolution(
    backend: Backend, event: ReviewEvent, platform: str, action: Action = Action.REPLY
) -> tuple[str, list[str]]:
    """A follow-up about two reviews of a thread, with a resolution that is not carried out yet.

    Returns its id and its reviews.
    """
    if platform == "discourse":
        create_topic(backend, event)
    other_event = replace(event, native_id=f"{event.native_id}1")
    review_ids = [
        backend.run_route_workflow(backend.queue_message(arriving, platform))["review"]
        for arriving in (event, other_event)
    ]
    (follow_up,) = backend.open_follow_ups()
    ana = backend.add_person("Ana")
    claim = desk.claim(ana, follow_up.id, backend.desk, backend.clock())
    text = REPLY_TEXT if action is Action.REPLY else None
    request = desk.ResolutionRequest(
        "resolution-1",
        action,
        claim.fence,
        text=text,
        fix="refunded",
        root_cause="double-charge",
    )
    desk.resolve(ana, follow_up.id, request, backend.desk, backend.clock())
    return follow_up.id, review_ids


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_reply_resolution_stopped_anywhere_is_carried_out_once_for_all_reviews(
    simulated_backend: Backend, platform: str
) -> None:
    simulated_backend.connect(platform)
    event = new_review(platform, COMPLAINT)
    follow_up_id, reviews = follow_up_with_resolution(simulated_backend, event, platform)

    def check() -> None:
        assert simulated_backend.cases.follow_up(follow_up_id).status is Status.CLOSED
        assert [simulated_backend.case(review).review.closing_kind for review in reviews] == [
            Kind.ANSWERED,
            Kind.ANSWERED,
        ]
        assert len(replies(simulated_backend, event)) == 1

    def step() -> None:
        carry_out(
            follow_up_id,
            simulated_backend.store_ports,
            simulated_backend.platform_ports,
            simulated_backend.clock(),
        )

    assert stop_everywhere(simulated_backend, event, step, check) > 4


def test_a_resolution_stopped_anywhere_closes_every_review_once(simulated_backend: Backend) -> None:
    simulated_backend.connect("standard")
    event = new_review("standard", COMPLAINT)
    follow_up_id, reviews = follow_up_with_resolution(
        simulated_backend, event, "standard", Action.RESOLVE_WITHOUT_REPLY
    )

    def check() -> None:
        assert [simulated_backend.case(review).review.closing_kind for review in reviews] == [
            Kind.RESOLVED_WITHOUT_REPLY
        ] * 2

    assert (
        stop_everywhere(
            simulated_backend,
            event,
            lambda: carry_out(
                follow_up_id,
                simulated_backend.store_ports,
                simulated_backend.platform_ports,
                simulated_backend.clock(),
            ),
            check,
        )
        > 2
    )


def praise_on_platform(backend: Backend, platform: str) -> ReviewEvent:
    """Praise, which is acknowledged, on a platform that knows the review."""
    event = new_review(platform, PRAISE)
    if platform == "discourse":
        create_topic(backend, event)
    return event


def retry_until_done(step: Callable[[], object], backend: Backend) -> int:
    """Run a step as the queue does, until it ends without a fault. Returns how often it ran."""
    for attempts in range(1, 6):
        try:
            step()
        except Fault:
            backend.clock.advance(minutes=1)
        else:
            return attempts
    raise AssertionError("the fault does not pass")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "mode",
    [
        FaultMode.FAIL_AFTER,
        FaultMode.DROP,
        FaultMode.FAIL_BEFORE,
        FaultMode.RATE_LIMITED,
        FaultMode.SLOW,
    ],
)
def test_a_reply_is_never_sent_twice_however_the_platform_fails(
    simulated_backend: Backend, platform: str, mode: FaultMode
) -> None:
    simulated_backend.connect(platform)
    event = praise_on_platform(simulated_backend, platform)
    message = simulated_backend.queue_message(event, platform)
    simulated_backend.platforms.add_fault(
        platform, mode, seconds=1.6 if mode is FaultMode.SLOW else None
    )

    steps = simulated_backend.triage(message)

    assert retry_until_done(lambda: simulated_backend.acknowledge(steps), simulated_backend) == 2
    assert len(replies(simulated_backend, event)) == 1
    simulated_backend.run_route_workflow(message)
    assert len(replies(simulated_backend, event)) == 1
    assert simulated_backend.kinds(steps["review"]) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
    ]
    simulated_backend.check_invariants()


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("mode", [FaultMode.FAIL_AFTER, FaultMode.DROP])
def test_a_person_decides_where_the_platform_cannot_find_the_reply(
    simulated_backend: Backend, platform: str, mode: FaultMode
) -> None:
    simulated_backend.connect(platform)
    event = praise_on_platform(simulated_backend, platform)
    message = simulated_backend.queue_message(event, platform)
    simulated_backend.platforms.add_fault(platform, mode)
    simulated_backend.platforms.add_fault(platform, FaultMode.REJECT, call_kind=CallKind.READ)
    retry_until_done(lambda: simulated_backend.run_route_workflow(message), simulated_backend)
    review = simulated_backend.triage(message)["review"]

    assert len(replies(simulated_backend, event)) == 1
    assert simulated_backend.kinds(review) == [
        Kind.ACCEPTED,
        Kind.REPLY_UNKNOWN,
        Kind.FOLLOW_UP_OPENED,
    ]
    assert [
        (follow_up.reviews, follow_up.why) for follow_up in simulated_backend.open_follow_ups()
    ] == [((review,), "reply_unknown")]
    simulated_backend.check_invariants()


def test_a_receiver_that_lists_no_replies_makes_the_reply_unknown(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("standard")
    send = simulated_backend.http
    simulated_backend.http = lambda method, url, **sent: (
        HttpResponse(405, {}, b"") if method == "GET" else send(method, url, **sent)
    )
    event = new_review("standard", COMPLAINT)
    follow_up_id, (review, _) = follow_up_with_resolution(simulated_backend, event, "standard")
    simulated_backend.platforms.add_fault("standard", FaultMode.DROP)
    retry_until_done(
        lambda: carry_out(
            follow_up_id,
            simulated_backend.store_ports,
            simulated_backend.platform_ports,
            simulated_backend.clock(),
        ),
        simulated_backend,
    )

    follow_up = simulated_backend.cases.follow_up(follow_up_id)
    assert (follow_up.status, follow_up.why, follow_up.resolution) == (
        Status.OPEN,
        "reply_unknown",
        None,
    )
    assert len(replies(simulated_backend, event)) == 1
    assert simulated_backend.case(review).thread.public_replies == 1
    simulated_backend.check_invariants()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_reply_the_platform_rejects_goes_to_a_person_and_frees_its_slot(
    simulated_backend: Backend, platform: str
) -> None:
    simulated_backend.connect(platform)
    event = new_review(platform, COMPLAINT)
    follow_up_id, reviews = follow_up_with_resolution(simulated_backend, event, platform)
    simulated_backend.platforms.add_fault(platform, FaultMode.REJECT)
    result = carry_out(
        follow_up_id,
        simulated_backend.store_ports,
        simulated_backend.platform_ports,
        simulated_backend.clock(),
    )
    assert result["reopened"]

    follow_up = simulated_backend.cases.follow_up(follow_up_id)
    assert (follow_up.status, follow_up.why, list(follow_up.reviews)) == (
        Status.OPEN,
        "reply_rejected",
        reviews,
    )
    assert [simulated_backend.case(review).review.closing_kind for review in reviews] == [
        None,
        None,
    ]
    assert not [text for text in replies(simulated_backend, event) if REPLY_TEXT in text]
    assert simulated_backend.case(reviews[0]).thread.public_replies == 0
    simulated_backend.check_invariants()


def test_a_platform_that_stays_down_sends_the_follow_up_back_to_a_person(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("standard")
    simulated_backend.platforms.add_fault("standard", FaultMode.DOWN, times=None)
    event = new_review("standard", COMPLAINT)
    follow_up_id, (review, _) = follow_up_with_resolution(simulated_backend, event, "standard")
    for _ in range(MAX_TRIES - 1):
        simulated_backend.run_workflows()
        simulated_backend.clock.advance(minutes=1)
    assert simulated_backend.cases.follow_up(follow_up_id).status is Status.RESOLVING
    simulated_backend.run_workflows()

    follow_up = simulated_backend.cases.follow_up(follow_up_id)
    assert (follow_up.status, follow_up.resolution, follow_up.why) == (
        Status.OPEN,
        None,
        "reply_unknown",
    )
    assert simulated_backend.kinds(review)[-1] is Kind.REPLY_UNKNOWN
    assert replies(simulated_backend, event) == []
    assert simulated_backend.queued_messages() == []
    first, second = simulated_backend.step_functions.executions.values()
    assert (first.state, second.state) == (ENDED, WAITING)
    simulated_backend.check_invariants()


def test_two_runs_do_not_send_one_reply_at_once(simulated_backend: Backend) -> None:
    simulated_backend.connect("standard")
    event = praise_on_platform(simulated_backend, "standard")
    steps = simulated_backend.triage(simulated_backend.queue_message(event))
    send = simulated_backend.http
    busy_errors: list[type[Exception]] = []

    def send_slowly(*args: Any, **kwargs: Any) -> HttpResponse:
        simulated_backend.http = send
        try:
            simulated_backend.acknowledge(steps)
        except Busy as busy:
            busy_errors.append(type(busy))
        return send(*args, **kwargs)

    simulated_backend.http = send_slowly
    simulated_backend.acknowledge(steps)

    assert busy_errors == [Busy]
    assert len(replies(simulated_backend, event)) == 1


def test_reviews_of_a_removed_connection_go_to_a_person(simulated_backend: Backend) -> None:
    connection = simulated_backend.connect("standard")
    steps = simulated_backend.triage(
        simulated_backend.queue_message(praise_on_platform(simulated_backend, "standard"))
    )
    simulated_backend.setup_store.remove_connection(connection.id)
    next_steps = simulated_backend.acknowledge(steps)

    assert next_steps["route"] == "follow_up"
    assert simulated_backend.kinds(steps["review"]) == [
        Kind.ACCEPTED,
        Kind.REPLY_REJECTED,
        Kind.FOLLOW_UP_OPENED,
    ]
    with pytest.raises(NotFound):
        simulated_backend.triage(
            simulated_backend.queue_message(praise_on_platform(simulated_backend, "standard"))
        )
