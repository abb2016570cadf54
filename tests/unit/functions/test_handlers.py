"""The handlers behind the queue and the door, with the events that AWS really sends."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from heard import clock
from heard.errors import Fault
from heard.follow_ups import Action
from heard.messaging import Queue
from heard.outcomes import Kind
from heard.steps import desk
from heard_simulator.server import Platforms
from tests.unit.backend import COMPLAINT, SECRET, House, complaint, praise, said
from tests.unit.functions.conftest import Call, Context, Deployed
from tests.unit.signed import standard

HOOK = "con-standard-bus_bakery"
REVIEW: dict[str, Any] = {
    "type": "review.created",
    "timestamp": "2026-03-17T11:59:00Z",
    "data": {"id": "r-1", "text": COMPLAINT, "rating": 1},
}


def post(
    call: Call, body: str, *, secret: str = SECRET, connection: str = HOOK, **more: Any
) -> Any:
    headers = standard(body.encode("utf-8", "surrogatepass"), secret, clock.now()).headers
    shown = {
        "Webhook-Id": headers["webhook-id"],
        **{name: value for name, value in headers.items() if name != "webhook-id"},
    }
    return call(
        "ingest",
        "POST",
        f"/hooks/{connection}",
        body=body,
        headers=shown,
        parameters={"connection": connection},
        **more,
    )


# The door


def test_a_webhook_is_taken_whatever_the_case_of_its_headers(house: House, call: Call) -> None:
    assert post(call, json.dumps(REVIEW)).status == 202
    assert [message["event"]["text"] for message in house.queued()] == [COMPLAINT]


def test_a_body_that_api_gateway_encoded_is_decoded_before_it_is_checked(
    house: House, call: Call
) -> None:
    body = json.dumps(REVIEW)
    headers = standard(body.encode(), SECRET, clock.now()).headers
    encoded = base64.b64encode(body.encode()).decode()
    parameters = {"connection": HOOK}
    answer = call(
        "ingest",
        "POST",
        f"/hooks/{HOOK}",
        body=encoded,
        headers=headers,
        parameters=parameters,
        isBase64Encoded=True,
    )

    assert answer.status == 202
    assert len(house.queued()) == 1


@pytest.mark.parametrize("body", ["", "\ud800", "\x00", "\U0001f600" * 10])
def test_any_body_gets_an_answer(house: House, call: Call, body: str) -> None:
    answer = call("ingest", "POST", f"/hooks/{HOOK}", body=body, parameters={"connection": HOOK})

    assert (answer.status, answer.json["reason"]) == (401, "signature_missing")
    assert house.queued() == []


def test_refusals_at_the_door_are_problems_that_say_nothing_of_what_is_behind_it(
    house: House, call: Call
) -> None:
    unknown, forged = (
        post(call, "{}", connection="con-unknown"),
        post(call, "{}", secret="whsec_" + base64.b64encode(b"x" * 32).decode()),
    )
    large = post(call, "x" * 300_000)
    house.setup.remove_connection(HOOK)
    removed = post(call, "{}")

    assert [answer.status for answer in (unknown, forged, removed, large)] == [404, 401, 404, 413]
    assert unknown.body == removed.body
    assert {
        answer.headers["content-type"].partition(";")[0] for answer in (unknown, forged, large)
    } == {"application/problem+json"}
    assert all(answer.headers["cache-control"] == "no-store" for answer in (unknown, forged, large))


def test_the_form_is_a_page_that_runs_nothing(house: House, call: Call) -> None:
    connection = house.connect("feedback_form").id
    page = call("ingest", "GET", f"/hooks/{connection}", parameters={"connection": connection})

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


# The page with our answer


def test_what_people_wrote_is_text_on_the_answers_page_and_nothing_else(
    house: House, call: Call
) -> None:
    house.connect("feedback_form")
    evil = '<script>alert(1)</script> & "quotes" <img src=x onerror=alert(2)> I waited an hour and nobody helped, want my money back.'
    house.route(house.message(said("f-1", evil, 1), "feedback_form"))
    address = {"connection": "con-feedback_form-bus_bakery", "review": "f-1"}
    page = call("feedback_page", "GET", "/feedback/x/f-1", parameters=address)

    assert page.status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page.body
    assert "<script" not in page.body
    assert "<img" not in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (
        call("feedback_page", "GET", "/feedback/x/f-2", parameters={**address, "review": "f-2"}).status
        == 404
    )


# The queue's reader


def batch(house: House, bodies: list[str]) -> dict[str, Any]:
    """The queue's messages as Lambda hands them over."""
    for body in bodies:
        house.sqs.send_message(QueueUrl=house.queue_url, MessageBody=body)
    received = house.sqs.receive_message(
        QueueUrl=house.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )["Messages"]
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:reviews",
                "awsRegion": "eu-central-1",
            }
            for message in received
        ]
    }


def test_each_message_is_one_run_of_the_route_workflow(house: House, deployed: Deployed) -> None:
    bodies = [json.dumps(house.message(praise(f"r-{number}"))) for number in range(3)]
    answer = deployed("intake").handler(batch(house, bodies), Context())

    assert answer == {"batchItemFailures": []}
    assert sorted(body for _, _, body in house.step_functions.ran) == sorted(bodies)
    assert {name for _, name, _ in house.step_functions.ran} == {
        json.loads(body)["delivery"] for body in bodies
    }


def test_what_fails_goes_back_alone_and_comes_again_soon(house: House, deployed: Deployed) -> None:
    good, poison = json.dumps(house.message(praise("r-1"))), "not JSON"
    event = batch(house, [good, poison])
    intake = deployed("intake")
    waits: list[int] = []
    intake.ports()[2]._client.meta.events.register(
        "provide-client-params.sqs.ChangeMessageVisibility",
        lambda params, **_: waits.append(params["VisibilityTimeout"]),
    )
    answer = intake.handler(event, Context())

    assert answer == {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record in event["Records"]
            if record["body"] == poison
        ]
    }
    assert waits == [5]


def test_a_run_that_does_not_succeed_fails_its_message(house: House, deployed: Deployed) -> None:
    house.step_functions.express_status = "TIMED_OUT"
    event = batch(house, [json.dumps(house.message(praise(f"r-{number}"))) for number in range(2)])

    assert len(deployed("intake").handler(event, Context())["batchItemFailures"]) == 2


def test_the_wait_grows_with_every_delivery_up_to_a_quarter_of_an_hour() -> None:
    class Sqs:
        waits: list[int] = []  # noqa: RUF012

        def change_message_visibility(self, *, VisibilityTimeout: int, **_: Any) -> None:  # noqa: N803
            self.waits.append(VisibilityTimeout)

    queue = Queue(Sqs(), "https://queue")  # type: ignore[arg-type]
    for received in (1, 2, 3, 4, 5, 6, 7, 50):
        queue.postpone("receipt", received)

    assert Sqs.waits == [5, 15, 45, 135, 405, 900, 900, 900]


# The steps behind it


@pytest.mark.loopback
def test_a_review_goes_its_whole_way_through_the_handlers(house: House, deployed: Deployed) -> None:
    with Platforms() as platforms:
        house.connect("standard", reply_url=platforms.url("standard"))
        steps = deployed("triage").handler(house.message(praise("r-1")), Context())
        assert steps["route"] == "acknowledge"
        done = deployed("reply").handler(
            {"thread": steps["thread"], "reply": steps["reply"]}, Context()
        )
        assert done["route"] == "nothing"
        assert [reply.review for reply in platforms.replies()] == ["r-1"]

        steps = deployed("triage").handler(house.message(complaint("r-2")), Context())
        follow_up = steps["follow_up"]
        assert (
            deployed("follow_up").handler(
                {"step": "open", "follow_up": follow_up, "token": "token-1"}, Context()
            )
            == {}
        )
        ana = house.person("Ana")
        fence = desk.claim(ana, follow_up, house.desk, clock.now()).fence
        text = (
            "I found both payments and paid one of them back this morning; the bank needs two days."
        )
        given = desk.AnswerRequest(
            "answer-1",
            Action.REPLY,
            fence,
            text=text,
            resolution="refunded",
            root_cause="double-charge",
        )
        desk.answer(ana, follow_up, given, house.desk, clock.now())
        deployed("reply").handler({"follow_up": follow_up}, Context())

        assert house.kinds(steps["review"])[-1] is Kind.ANSWERED
        assert [reply.review for reply in platforms.replies()] == ["r-1", "r-2"]
        looked = deployed("follow_up").handler(
            {"step": "look_again", "follow_up": follow_up, "handed_back": False}, Context()
        )
        assert looked["wait_seconds"] >= 1
        assert deployed("sweep").handler({}, Context()) == {
            "resumed": 0,
            "woken": 0,
            "restarted": 0,
            "asked": 0,
        }


def test_a_message_to_resume_a_review_is_one_that_triage_understands(
    house: House, deployed: Deployed
) -> None:
    message = house.message(praise("r-1"))
    review = house.triage(message)["review"]

    assert (
        deployed("triage").handler({"resume": review, "delivery": "swp_1"}, Context())["route"]
        == "acknowledge"
    )


def test_a_bus_and_a_workflow_that_do_not_take_what_they_are_given_are_faults(house: House) -> None:
    from heard.messaging import Bus, Flows

    class Deaf:
        def put_events(self, **_: Any) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}

    with pytest.raises(Fault):
        Bus(Deaf(), "heard").publish("follow_up.opened", {})  # type: ignore[arg-type]
    house.step_functions.express_status = "FAILED"
    with pytest.raises(Fault):
        Flows(house.step_functions).run("arn", "name", "{}")  # type: ignore[arg-type]
