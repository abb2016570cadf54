"""A follow-up's workflow, and the sweep that restarts it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import NotFound, PlatformUnavailable
from heard.follow_ups import Action, Status
from heard.messaging import RESCHEDULED
from heard.outcomes import Kind
from heard.reviews import EventKind
from heard.steps import desk
from heard.steps.feedback_page import feedback_page
from heard.steps.sweep import SweepReport
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    COMPLAINT,
    NOON,
    Backend,
    complaint,
    praise,
    review_event,
)

TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


def fail_unavailable(*_: Any, **__: Any) -> HttpResponse:
    raise PlatformUnavailable("down", maybe_applied=False)


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


@pytest.fixture
def read_events(shop: Backend) -> Any:
    """What is published on the bus, as a subscriber's queue receives it."""
    queue = shop.sqs.create_queue(QueueName=f"events-{shop.bus_name}")["QueueUrl"]
    arn = shop.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    shop.events.put_rule(
        Name="all", EventBusName=shop.bus_name, EventPattern=json.dumps({"source": ["heard"]})
    )
    shop.events.put_targets(
        Rule="all", EventBusName=shop.bus_name, Targets=[{"Id": "1", "Arn": arn}]
    )

    def receive() -> list[tuple[str, dict[str, Any]]]:
        shop.relay()
        messages = shop.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get(
            "Messages", []
        )
        events = [json.loads(message["Body"]) for message in messages]
        return [(event["detail-type"], event["detail"]) for event in events]

    return receive


def resolve(shop: Backend, action: Action, **fields: Any) -> None:
    (follow_up,) = shop.open_follow_ups()
    ana = shop.add_person("Ana")
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    codes = {"fix": "refunded", "root_cause": "double-charge"}
    desk.resolve(
        ana,
        follow_up.id,
        desk.ResolutionRequest("resolution-1", action, fence, **codes, **fields),
        shop.desk,
        shop.clock(),
    )


def execution_states(shop: Backend) -> list[str]:
    return [execution.state for execution in shop.step_functions.executions.values()]


def test_a_resolution_ends_the_waiting_workflow(shop: Backend) -> None:
    shop.deliver(complaint("r-1"))
    assert execution_states(shop) == ["waiting"]
    resolve(shop, Action.REPLY, text=TEXT)
    assert [result for _, result in shop.step_functions.token_reports] == ["success"]
    shop.run_workflows()

    assert execution_states(shop) == ["ended"]
    assert shop.open_follow_ups() == []


@pytest.mark.parametrize(
    ("policy", "hours"),
    [
        ({}, 5.5),  # until five o'clock, and from nine on the next day
        ({"calendar": {"hours": {"mon-sun": "00:00-24:00"}}}, 21.5),
    ],
)
@pytest.mark.parametrize(
    ("action", "fields", "kind"),
    [
        (Action.REPLY, {"text": TEXT}, Kind.ANSWERED),
        (Action.INVITE_PRIVATE, {"text": TEXT}, Kind.INVITED_PRIVATE),
        (Action.RESOLVE_WITHOUT_REPLY, {}, Kind.RESOLVED_WITHOUT_REPLY),
        (Action.PROMISE, {"promised_for": NOON + timedelta(days=9)}, Kind.PROMISED),
    ],
)
def test_what_a_person_decides_says_how_much_working_time_it_took(
    shop: Backend,
    action: Action,
    fields: dict[str, Any],
    kind: Kind,
    policy: dict[str, Any],
    hours: float,
) -> None:
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
    review = shop.deliver(complaint("r-1"))
    shop.clock.advance(hours=21, minutes=30)
    resolve(shop, action, **fields)
    shop.run_workflows()

    (decided,) = (outcome for outcome in shop.outcome_log.of_review(review) if outcome.kind is kind)
    assert decided.detail["waited_s"] == hours * 3600
    assert type(decided.detail["waited_s"]) is int


@pytest.mark.parametrize(
    ("action", "fields", "report", "status"),
    [
        (Action.INVITE_PRIVATE, {"text": TEXT}, "success", Status.INVITED),
        (
            Action.PROMISE,
            {"text": TEXT, "promised_for": NOON + timedelta(days=2)},
            "success",
            Status.PROMISED,
        ),
        (Action.PROMISE, {"promised_for": NOON + timedelta(days=2)}, RESCHEDULED, Status.PROMISED),
    ],
)
def test_a_resolution_that_closes_nothing_sets_a_new_timer(
    shop: Backend, action: Action, fields: dict[str, Any], report: str, status: Status
) -> None:
    shop.deliver(complaint("r-1"))
    resolve(shop, action, **fields)
    assert [result for _, result in shop.step_functions.token_reports] == [report]
    shop.run_workflows()
    (follow_up,) = shop.open_follow_ups()
    *earlier, execution = shop.step_functions.executions.values()

    assert [run.state for run in earlier] == ["ended"] * len(earlier)
    assert (follow_up.status, execution.state) == (status, "waiting")
    assert abs(
        execution.timer_due_at - NOON - timedelta(seconds=follow_up.wait_seconds(NOON))
    ) < timedelta(seconds=2)


def test_a_workflow_finds_a_resolution_given_before_it_waits(shop: Backend) -> None:
    shop.run_route_workflow(shop.queue_message(complaint("r-1")))
    resolve(shop, Action.REPLY, text=TEXT)
    assert shop.step_functions.token_reports == []
    shop.run_workflows()

    assert execution_states(shop) == ["ended"]


def test_an_unresolved_follow_up_escalates_level_by_level_and_expires(
    shop: Backend, read_events: Any
) -> None:
    review = shop.deliver(complaint("r-1"))
    events = read_events()
    for _ in range(60):
        (execution,) = shop.step_functions.executions.values()
        if execution.state == "ended":
            break
        shop.clock.now = max(shop.clock.now, execution.timer_due_at)
        shop.fire_timers()
        events += read_events()
    kinds = shop.kinds(review)
    levels = [detail["level"] for kind, detail in events if kind == "outcome.escalated"]

    assert (kinds[:2], kinds[-1]) == ([Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED], Kind.EXPIRED)
    assert set(kinds[2:-1]) == {Kind.ESCALATED}
    assert levels == list(range(1, kinds.count(Kind.ESCALATED) + 1))
    assert shop.clock.now >= NOON + timedelta(days=30)
    assert COMPLAINT not in json.dumps(events)
    shop.check_invariants(COMPLAINT)


def test_a_follow_up_is_announced_once_however_often_it_is_opened(
    shop: Backend, read_events: Any
) -> None:
    shop.deliver(complaint("r-1"))
    shop.clock.advance(days=1)
    shop.fire_timers()

    assert [kind for kind, _ in read_events()] == [
        "outcome.follow_up_opened",
        "follow_up.opened",
        "outcome.escalated",
        "follow_up.escalated",
    ]


def test_a_withdrawn_reviews_workflow_ends_when_its_timer_fires(shop: Backend) -> None:
    shop.deliver(complaint("r-1"))
    shop.deliver(review_event("r-1", kind=EventKind.WITHDRAWN, revision="~"))
    shop.clock.advance(days=1)
    shop.fire_timers()

    assert execution_states(shop) == ["ended"]


# The sweep


def test_the_sweep_changes_nothing_where_nothing_is_stuck(shop: Backend) -> None:
    shop.deliver(praise("r-1"))
    shop.deliver(complaint("r-2"))
    shop.clock.advance(minutes=30)

    assert shop.sweep() == SweepReport()
    assert shop.queued_messages() == []


def test_the_sweep_finishes_a_review_that_nothing_closed(shop: Backend) -> None:
    message = shop.queue_message(praise("r-1"))
    review = shop.triage(message)["review"]
    assert shop.sweep() == SweepReport()
    shop.clock.advance(minutes=16)
    assert shop.sweep() == SweepReport(resumed=1)
    shop.process_queue()

    assert shop.case(review).review.closing_kind is Kind.ACKNOWLEDGED
    assert shop.sweep() == SweepReport()


def test_the_sweep_finds_a_stuck_review_until_it_is_closed(
    shop: Backend,
) -> None:
    review = shop.triage(shop.queue_message(praise("r-1")))["review"]
    shop.http = fail_unavailable
    for _ in range(3):
        shop.clock.advance(days=20)
        assert shop.sweep() == SweepReport(resumed=1)
        shop.process_queue()
        shop.check_invariants()
    shop.http = accept_reply
    shop.clock.advance(minutes=1)
    shop.process_queue()

    assert shop.case(review).review.closing_kind is Kind.ACKNOWLEDGED


def test_a_follow_up_whose_workflow_was_never_started_gets_one(shop: Backend) -> None:
    steps = shop.triage(shop.queue_message(complaint("r-1")))
    shop.clock.advance(days=1, minutes=20)
    assert shop.sweep() == SweepReport(restarted=1)
    shop.process_queue()
    shop.run_workflows()

    assert execution_states(shop) == ["waiting"]
    assert list(shop.step_functions.executions) != [steps["execution_name"]]


def test_a_resolution_needs_no_workflow(shop: Backend) -> None:
    review = shop.deliver(complaint("r-1"))
    for execution in shop.step_functions.executions.values():
        execution.state = "lost"
    resolve(shop, Action.REPLY, text=TEXT)
    shop.process_queue()

    assert execution_states(shop) == ["lost"]
    assert shop.case(review).review.closing_kind is Kind.ANSWERED
    shop.check_invariants()


def test_a_follow_up_whose_timer_did_not_fire_is_woken(shop: Backend) -> None:
    review = shop.deliver(complaint("r-1"))
    shop.clock.advance(days=1, minutes=20)
    assert shop.sweep() == SweepReport(woken=1)
    shop.run_workflows()

    assert shop.kinds(review)[-1] is Kind.ESCALATED
    assert shop.sweep() == SweepReport()


# The feedback page


def test_a_feedback_page_shows_sent_replies_only(shop: Backend) -> None:
    connection = shop.connect("feedback_form")
    shop.deliver(complaint("f-1"), "feedback_form")
    ana = shop.add_person("Ana")
    (follow_up,) = shop.open_follow_ups()
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    codes: dict[str, Any] = {"fix": "refunded", "root_cause": "double-charge", "text": TEXT}
    desk.resolve(
        ana,
        follow_up.id,
        desk.ResolutionRequest("resolution-1", Action.REPLY, fence, **codes),
        shop.desk,
        shop.clock(),
    )
    before = feedback_page(connection.id, "f-1", shop.setup_store, shop.cases)
    shop.run_workflows()
    after = feedback_page(connection.id, "f-1", shop.setup_store, shop.cases)

    assert before[1:] == (COMPLAINT, [])
    assert after[1] == COMPLAINT
    assert [text.startswith(TEXT) for text in after[2]] == [True]


@pytest.mark.parametrize(
    ("connection", "native_id"),
    [("con-feedback_form-bus_bakery", "f-2"), ("con-standard-bus_bakery", "f-1"), ("con-x", "f-1")],
)
def test_no_other_address_shows_a_feedback_page(
    shop: Backend, connection: str, native_id: str
) -> None:
    shop.connect("feedback_form")
    shop.deliver(complaint("f-1"), "feedback_form")

    with pytest.raises(NotFound):
        feedback_page(connection, native_id, shop.setup_store, shop.cases)
