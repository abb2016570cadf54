"""A follow-up's clock, and the sweep that winds it up again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import NotFound, PlatformUnavailable
from heard.follow_ups import Action, Status
from heard.messaging import RESCHEDULED, SEND_REPLY
from heard.outcomes import Kind
from heard.reviews import EventKind
from heard.steps import desk
from heard.steps.feedback_page import answers
from heard.steps.sweep import Swept
from tests.unit.backend import COMPLAINT, NOON, House, complaint, praise, said

TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."


def taken(method: str, _url: str, **_: Any) -> HttpAnswer:
    return HttpAnswer(201, {}, b"{}") if method == "POST" else HttpAnswer(404, {}, b"")


def away(*_: Any, **__: Any) -> HttpAnswer:
    raise PlatformUnavailable("down", maybe_applied=False)


@pytest.fixture
def shop(house: House) -> House:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = taken
    return house


@pytest.fixture
def told(shop: House) -> Any:
    """What is published on the bus, as a subscriber's queue receives it."""
    queue = shop.sqs.create_queue(QueueName=f"told-{shop.bus}")["QueueUrl"]
    arn = shop.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    shop.events.put_rule(
        Name="all", EventBusName=shop.bus, EventPattern=json.dumps({"source": ["heard"]})
    )
    shop.events.put_targets(Rule="all", EventBusName=shop.bus, Targets=[{"Id": "1", "Arn": arn}])

    def read() -> list[tuple[str, dict[str, Any]]]:
        found = shop.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        events = [json.loads(message["Body"]) for message in found]
        return [(event["detail-type"], event["detail"]) for event in events]

    return read


def answer(shop: House, action: Action, **fields: Any) -> None:
    (task,) = shop.open_tasks()
    ana = shop.person("Ana")
    fence = desk.claim(ana, task.id, shop.desk, shop.clock()).fence
    codes = {"resolution": "refunded", "root_cause": "double-charge"}
    desk.answer(
        ana,
        task.id,
        desk.AnswerRequest("answer-1", action, fence, **codes, **fields),
        shop.desk,
        shop.clock(),
    )


def states(shop: House) -> list[str]:
    return [execution.state for execution in shop.step_functions.executions.values()]


def test_an_answer_ends_the_workflow_that_waits_for_it(shop: House) -> None:
    shop.say(complaint("r-1"))
    assert states(shop) == ["waiting"]
    answer(shop, Action.REPLY, text=TEXT)
    assert [told for _, told in shop.step_functions.told] == ["success"]
    shop.turn()

    assert states(shop) == ["ended"]
    assert shop.open_tasks() == []


@pytest.mark.parametrize(
    ("action", "fields", "woken_by", "status"),
    [
        (Action.INVITE_PRIVATE, {"text": TEXT}, SEND_REPLY, Status.INVITED),
        (
            Action.PROMISE,
            {"text": TEXT, "promised_for": NOON + timedelta(days=2)},
            SEND_REPLY,
            Status.PROMISED,
        ),
        (Action.PROMISE, {"promised_for": NOON + timedelta(days=2)}, RESCHEDULED, Status.PROMISED),
    ],
)
def test_an_answer_that_closes_nothing_sets_the_clock_anew(
    shop: House, action: Action, fields: dict[str, Any], woken_by: str, status: Status
) -> None:
    shop.say(complaint("r-1"))
    answer(shop, action, **fields)
    assert [told for _, told in shop.step_functions.told] == [woken_by]
    shop.turn()
    (task,) = shop.open_tasks()
    (execution,) = shop.step_functions.executions.values()

    assert (task.status, execution.state) == (status, "waiting")
    assert abs(execution.rings_at - NOON - timedelta(seconds=task.wait_seconds(NOON))) < timedelta(
        seconds=2
    )


def test_an_answer_that_comes_before_the_workflow_waits_is_found_by_it(shop: House) -> None:
    shop.route(shop.message(complaint("r-1")))
    answer(shop, Action.REPLY, text=TEXT)
    assert shop.step_functions.told == []
    shop.turn()

    assert states(shop) == ["ended"]


def test_what_nobody_answers_escalates_level_by_level_and_expires(shop: House, told: Any) -> None:
    review = shop.say(complaint("r-1"))
    seen = told()
    for _ in range(60):
        (execution,) = shop.step_functions.executions.values()
        if execution.state == "ended":
            break
        shop.clock.now = max(shop.clock.now, execution.rings_at)
        shop.ring()
        seen += told()
    kinds = shop.kinds(review)
    levels = [detail["level"] for kind, detail in seen if kind == "follow_up.escalated"]

    assert (kinds[:2], kinds[-1]) == ([Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED], Kind.EXPIRED)
    assert set(kinds[2:-1]) == {Kind.ESCALATED}
    assert levels == list(range(1, kinds.count(Kind.ESCALATED) + 1))
    assert shop.clock.now >= NOON + timedelta(days=30)
    assert COMPLAINT not in json.dumps(seen)
    shop.check(COMPLAINT)


def test_a_follow_up_is_announced_once_however_often_it_is_opened(shop: House, told: Any) -> None:
    shop.say(complaint("r-1"))
    shop.clock.pass_(days=1)
    shop.ring()

    assert [kind for kind, _ in told()] == ["follow_up.opened", "follow_up.escalated"]


def test_a_withdrawn_reviews_workflow_ends_when_its_clock_rings(shop: House) -> None:
    shop.say(complaint("r-1"))
    shop.say(said("r-1", kind=EventKind.WITHDRAWN, revision="~"))
    shop.clock.pass_(days=1)
    shop.ring()

    assert states(shop) == ["ended"]


# The sweep


def test_the_sweep_leaves_alone_what_goes_its_way(shop: House) -> None:
    shop.say(praise("r-1"))
    shop.say(complaint("r-2"))
    shop.clock.pass_(minutes=30)

    assert shop.sweep() == Swept()
    assert shop.queued() == []


def test_a_review_that_nothing_closed_is_swept_up_and_finished(shop: House) -> None:
    message = shop.message(praise("r-1"))
    review = shop.triage(message)["review"]
    assert shop.sweep() == Swept()
    shop.clock.pass_(minutes=16)
    assert shop.sweep() == Swept(resumed=1)
    shop.resume()

    assert shop.case(review).review.closed is Kind.ACKNOWLEDGED
    assert shop.sweep() == Swept()


def test_a_review_that_stays_stuck_is_swept_up_again_and_again_and_never_forgotten(
    shop: House,
) -> None:
    review = shop.triage(shop.message(praise("r-1")))["review"]
    shop.http = away
    for _ in range(3):
        shop.clock.pass_(days=20)
        assert shop.sweep() == Swept(resumed=1)
        shop.resume()
        shop.check()
    shop.http = taken
    shop.clock.pass_(minutes=1)
    shop.resume()

    assert shop.case(review).review.closed is Kind.ACKNOWLEDGED


def test_a_follow_up_whose_workflow_was_never_started_gets_one(shop: House) -> None:
    steps = shop.triage(shop.message(complaint("r-1")))
    shop.clock.pass_(days=1, minutes=20)
    assert shop.sweep() == Swept(restarted=1)
    shop.resume()
    shop.turn()

    assert states(shop) == ["waiting"]
    assert list(shop.step_functions.executions) != [steps["flow"]]


def test_a_follow_up_whose_workflow_was_lost_gets_the_next_one_with_its_answer(shop: House) -> None:
    review = shop.say(complaint("r-1"))
    for execution in shop.step_functions.executions.values():
        execution.state = "lost"
    answer(shop, Action.REPLY, text=TEXT)
    shop.clock.pass_(days=2)
    assert shop.sweep().restarted == 1
    shop.resume()
    shop.turn()

    assert states(shop) == ["lost", "ended"]
    assert shop.case(review).review.closed is Kind.ANSWERED
    shop.check()


def test_a_follow_up_whose_clock_did_not_ring_is_woken(shop: House) -> None:
    review = shop.say(complaint("r-1"))
    shop.clock.pass_(days=1, minutes=20)
    assert shop.sweep() == Swept(woken=1)
    shop.turn()

    assert shop.kinds(review)[-1] is Kind.ESCALATED
    assert shop.sweep() == Swept()


# The page on which the author of a feedback form finds our answer


def test_a_forms_author_finds_what_was_answered_and_never_what_was_not(shop: House) -> None:
    connection = shop.connect("feedback_form")
    shop.say(complaint("f-1"), "feedback_form")
    ana = shop.person("Ana")
    (task,) = shop.open_tasks()
    fence = desk.claim(ana, task.id, shop.desk, shop.clock()).fence
    codes: dict[str, Any] = {"resolution": "refunded", "root_cause": "double-charge", "text": TEXT}
    desk.answer(
        ana,
        task.id,
        desk.AnswerRequest("answer-1", Action.REPLY, fence, **codes),
        shop.desk,
        shop.clock(),
    )
    before = answers(connection.id, "f-1", shop.setup, shop.work)
    shop.turn()
    after = answers(connection.id, "f-1", shop.setup, shop.work)

    assert before[1:] == (COMPLAINT, [])
    assert after[1] == COMPLAINT
    assert [text.startswith(TEXT) for text in after[2]] == [True]


@pytest.mark.parametrize(
    ("connection", "native"),
    [("con-feedback_form-bus_bakery", "f-2"), ("con-standard-bus_bakery", "f-1"), ("con-x", "f-1")],
)
def test_no_other_address_shows_anything(shop: House, connection: str, native: str) -> None:
    shop.connect("feedback_form")
    shop.say(complaint("f-1"), "feedback_form")

    with pytest.raises(NotFound):
        answers(connection, native, shop.setup, shop.work)
