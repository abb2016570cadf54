"""The handlers of ingest and behind the queue, with the events that AWS really sends."""

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
from heard_simulator.server import SimulatedPlatforms
from tests.unit.backend import COMPLAINT, SECRET, Backend, complaint, praise, review_event
from tests.unit.functions.conftest import ApiCall, FunctionLoader, LambdaContext, sqs_event
from tests.unit.signed import sign_standard

HOOK = "con-standard-bus_bakery"
REVIEW: dict[str, Any] = {
    "type": "review.created",
    "timestamp": "2026-03-17T11:59:00Z",
    "data": {"id": "r-1", "text": COMPLAINT, "rating": 1},
}


def post(
    call_api: ApiCall, body: str, *, secret: str = SECRET, connection: str = HOOK, **more: Any
) -> Any:
    headers = sign_standard(body.encode("utf-8", "surrogatepass"), secret, clock.now()).headers
    shown = {
        "Webhook-Id": headers["webhook-id"],
        **{name: value for name, value in headers.items() if name != "webhook-id"},
    }
    return call_api(
        "ingest",
        "POST",
        f"/hooks/{connection}",
        body=body,
        headers=shown,
        parameters={"connection": connection},
        **more,
    )


# Ingest


def test_a_webhook_is_taken_whatever_the_case_of_its_headers(
    backend: Backend, call_api: ApiCall
) -> None:
    assert post(call_api, json.dumps(REVIEW)).status == 202
    assert [message["event"]["text"] for message in backend.queued_messages()] == [COMPLAINT]


def test_a_body_that_api_gateway_encoded_is_decoded_before_it_is_checked(
    backend: Backend, call_api: ApiCall
) -> None:
    body = json.dumps(REVIEW)
    headers = sign_standard(body.encode(), SECRET, clock.now()).headers
    encoded = base64.b64encode(body.encode()).decode()
    parameters = {"connection": HOOK}
    answer = call_api(
        "ingest",
        "POST",
        f"/hooks/{HOOK}",
        body=encoded,
        headers=headers,
        parameters=parameters,
        isBase64Encoded=True,
    )

    assert answer.status == 202
    assert len(backend.queued_messages()) == 1


@pytest.mark.parametrize("body", ["", "\ud800", "\x00", "\U0001f600" * 10])
def test_any_body_gets_an_answer(backend: Backend, call_api: ApiCall, body: str) -> None:
    answer = call_api(
        "ingest", "POST", f"/hooks/{HOOK}", body=body, parameters={"connection": HOOK}
    )

    assert (answer.status, answer.json["reason"]) == (401, "signature_missing")
    assert backend.queued_messages() == []


def test_refusals_at_the_door_are_problems_that_say_nothing_of_what_is_behind_it(
    backend: Backend, call_api: ApiCall
) -> None:
    unknown, forged = (
        post(call_api, "{}", connection="con-unknown"),
        post(call_api, "{}", secret="whsec_" + base64.b64encode(b"x" * 32).decode()),
    )
    large = post(call_api, "x" * 300_000)
    backend.setup_store.remove_connection(HOOK)
    removed = post(call_api, "{}")

    assert [answer.status for answer in (unknown, forged, removed, large)] == [404, 401, 404, 413]
    assert unknown.body == removed.body
    assert {
        answer.headers["content-type"].partition(";")[0] for answer in (unknown, forged, large)
    } == {"application/problem+json"}
    assert all(answer.headers["cache-control"] == "no-store" for answer in (unknown, forged, large))


def test_the_form_is_a_page_that_runs_nothing(backend: Backend, call_api: ApiCall) -> None:
    connection = backend.connect("feedback_form").id
    page = call_api("ingest", "GET", f"/hooks/{connection}", parameters={"connection": connection})

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


# The page with our answer


def test_what_people_wrote_is_text_on_the_answers_page_and_nothing_else(
    backend: Backend, call_api: ApiCall
) -> None:
    backend.connect("feedback_form")
    evil = (
        '<script>alert(1)</script> & "quotes" <img src=x onerror=alert(2)> '
        "I waited an hour and nobody helped, want my money back."
    )
    backend.run_route_workflow(backend.queue_message(review_event("f-1", evil, 1), "feedback_form"))
    address = {"connection": "con-feedback_form-bus_bakery", "review": "f-1"}
    page = call_api("feedback_page", "GET", "/feedback/x/f-1", parameters=address)

    assert page.status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page.body
    assert "<script" not in page.body
    assert "<img" not in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (
        call_api(
            "feedback_page", "GET", "/feedback/x/f-2", parameters={**address, "review": "f-2"}
        ).status
        == 404
    )


# The queue's reader


def batch(backend: Backend, bodies: list[str]) -> dict[str, Any]:
    """Messages of the review queue as Lambda hands them over."""
    for body in bodies:
        backend.sqs.send_message(QueueUrl=backend.queue_url, MessageBody=body)
    return sqs_event(backend.sqs, backend.queue_url)


def test_each_message_is_one_run_of_the_route_workflow(
    backend: Backend, load_function: FunctionLoader
) -> None:
    bodies = [json.dumps(backend.queue_message(praise(f"r-{number}"))) for number in range(3)]
    answer = load_function("intake").handler(batch(backend, bodies), LambdaContext())

    assert answer == {"batchItemFailures": []}
    assert sorted(body for _, _, body in backend.step_functions.sync_executions) == sorted(bodies)
    assert {name for _, name, _ in backend.step_functions.sync_executions} == {
        json.loads(body)["delivery"] for body in bodies
    }


def test_what_fails_goes_back_alone_and_comes_again_soon(
    backend: Backend, load_function: FunctionLoader
) -> None:
    good, poison = json.dumps(backend.queue_message(praise("r-1"))), "not JSON"
    event = batch(backend, [good, poison])
    intake = load_function("intake")
    waits: list[int] = []
    intake.ports()[2]._client.meta.events.register(
        "provide-client-params.sqs.ChangeMessageVisibility",
        lambda params, **_: waits.append(params["VisibilityTimeout"]),
    )
    answer = intake.handler(event, LambdaContext())

    assert answer == {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record in event["Records"]
            if record["body"] == poison
        ]
    }
    assert waits == [5]


def test_a_run_that_does_not_succeed_fails_its_message(
    backend: Backend, load_function: FunctionLoader
) -> None:
    backend.step_functions.express_status = "TIMED_OUT"
    event = batch(
        backend, [json.dumps(backend.queue_message(praise(f"r-{number}"))) for number in range(2)]
    )

    assert len(load_function("intake").handler(event, LambdaContext())["batchItemFailures"]) == 2


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
def test_a_review_goes_its_whole_way_through_the_handlers(
    backend: Backend, load_function: FunctionLoader
) -> None:
    with SimulatedPlatforms() as platforms:
        backend.connect("standard", reply_url=platforms.url("standard"))
        steps = load_function("triage").handler(
            backend.queue_message(praise("r-1")), LambdaContext()
        )
        assert steps["route"] == "acknowledge"
        done = load_function("reply").handler(
            {
                "step": "acknowledge",
                "review": steps["review"],
                "thread": steps["thread"],
                "reply": steps["reply"],
            },
            LambdaContext(),
        )
        assert done["route"] == "nothing"
        assert [reply.review for reply in platforms.replies()] == ["r-1"]

        steps = load_function("triage").handler(
            backend.queue_message(complaint("r-2")), LambdaContext()
        )
        follow_up = steps["follow_up"]
        assert (
            load_function("follow_up").handler(
                {"step": "await_resolution", "follow_up": follow_up, "token": "token-1"},
                LambdaContext(),
            )
            == {}
        )
        ana = backend.add_person("Ana")
        fence = desk.claim(ana, follow_up, backend.desk, clock.now()).fence
        text = (
            "I found both payments and paid one of them back this morning; the bank needs two days."
        )
        given = desk.ResolutionRequest(
            "answer-1",
            Action.REPLY,
            fence,
            text=text,
            fix="refunded",
            root_cause="double-charge",
        )
        desk.resolve(ana, follow_up, given, backend.desk, clock.now())
        load_function("reply").handler(
            {"step": "carry_out", "follow_up": follow_up}, LambdaContext()
        )

        assert backend.kinds(steps["review"])[-1] is Kind.ANSWERED
        assert [reply.review for reply in platforms.replies()] == ["r-1", "r-2"]
        looked = load_function("follow_up").handler(
            {"step": "check_follow_up", "follow_up": follow_up, "carry_out_failed": False},
            LambdaContext(),
        )
        assert looked["wait_seconds"] >= 1
        assert load_function("sweep").handler({}, LambdaContext()) == {
            "resumed": 0,
            "woken": 0,
            "restarted": 0,
            "moderation_checks": 0,
        }


def test_a_message_to_resume_a_review_is_one_that_triage_understands(
    backend: Backend, load_function: FunctionLoader
) -> None:
    message = backend.queue_message(praise("r-1"))
    review = backend.triage(message)["review"]

    assert (
        load_function("triage").handler({"resume": review, "delivery": "swp_1"}, LambdaContext())[
            "route"
        ]
        == "acknowledge"
    )


def test_a_bus_and_a_workflow_that_do_not_take_what_they_are_given_are_faults(
    backend: Backend,
) -> None:
    from heard.messaging import EventBus, Workflows

    class Deaf:
        def put_events(self, **_: Any) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}

    with pytest.raises(Fault):
        EventBus(Deaf(), "heard").publish("follow_up.opened", {})  # type: ignore[arg-type]
    backend.step_functions.express_status = "FAILED"
    with pytest.raises(Fault):
        Workflows(backend.step_functions).run("arn", "name", "{}")  # type: ignore[arg-type]
