"""The handlers of the webhook, the queue and the steps, with events as AWS sends them."""

from __future__ import annotations

import base64
import json
import os
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard import clock
from heard.errors import Fault
from heard.follow_ups import Action
from heard.messaging import Queue, retry_delay_with_chance
from heard.outcomes import Kind
from heard.steps import desk
from heard_simulator.server import SimulatedPlatforms
from tests.unit.backend import (
    COMPLAINT,
    SECRET,
    Backend,
    complaint,
    praise,
    review_event,
    stream_record,
)
from tests.unit.functions.conftest import (
    ApiCall,
    FunctionLoader,
    LogLines,
    sqs_event,
)
from tests.unit.gateway import LambdaContext
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
    request_headers = {
        "Webhook-Id": headers["webhook-id"],
        **{name: value for name, value in headers.items() if name != "webhook-id"},
    }
    return call_api(
        "ingest",
        "POST",
        f"/hooks/{connection}",
        body=body,
        headers=request_headers,
        parameters={"connection": connection},
        **more,
    )


# Kept awake


@pytest.mark.parametrize("folder", ["ingest", "desk"])
def test_a_ping_is_no_request(
    folder: str, load_function: FunctionLoader, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads no setting, reaches no service and counts nothing."""
    module = load_function(folder)
    capsys.readouterr()

    assert not module.handler({"ping": True}, LambdaContext())

    assert module.ports.cache_info().currsize == 0
    assert "_aws" not in capsys.readouterr().out


# Ingest


def test_a_webhook_is_accepted_whatever_the_case_of_its_header_names(
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
    response = call_api(
        "ingest",
        "POST",
        f"/hooks/{HOOK}",
        body=encoded,
        headers=headers,
        parameters=parameters,
        isBase64Encoded=True,
    )

    assert response.status == 202
    assert len(backend.queued_messages()) == 1


@pytest.mark.parametrize("body", ["", "\ud800", "\x00", "\U0001f600" * 10])
def test_any_body_without_a_signature_gets_401(
    backend: Backend, call_api: ApiCall, body: str
) -> None:
    response = call_api(
        "ingest", "POST", f"/hooks/{HOOK}", body=body, parameters={"connection": HOOK}
    )

    assert (response.status, response.json["reason"]) == (401, "signature_missing")
    assert backend.queued_messages() == []


def test_a_refused_webhook_gets_a_problem_that_does_not_tell_a_removed_from_an_unknown_connection(
    backend: Backend, call_api: ApiCall
) -> None:
    unknown_connection, wrong_secret = (
        post(call_api, "{}", connection="con-unknown"),
        post(call_api, "{}", secret="whsec_" + base64.b64encode(b"x" * 32).decode()),
    )
    too_large = post(call_api, "x" * 300_000)
    backend.setup_store.remove_connection(HOOK)
    removed_connection = post(call_api, "{}")

    assert [
        response.status
        for response in (unknown_connection, wrong_secret, removed_connection, too_large)
    ] == [404, 401, 404, 413]
    assert unknown_connection.body == removed_connection.body
    assert {
        response.headers["content-type"].partition(";")[0]
        for response in (unknown_connection, wrong_secret, too_large)
    } == {"application/problem+json"}
    assert all(
        response.headers["cache-control"] == "no-store"
        for response in (unknown_connection, wrong_secret, too_large)
    )


def test_the_form_is_a_page_whose_headers_forbid_scripts(
    backend: Backend, call_api: ApiCall
) -> None:
    connection = backend.connect("feedback_form").id
    page = call_api("ingest", "GET", f"/hooks/{connection}", parameters={"connection": connection})

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


# The feedback page


def test_markup_in_a_review_is_shown_as_text_on_the_feedback_page(
    backend: Backend, call_api: ApiCall
) -> None:
    backend.connect("feedback_form")
    markup = (
        '<script>alert(1)</script> & "quotes" <img src=x onerror=alert(2)> '
        "I waited an hour and nobody helped, want my money back."
    )
    backend.run_route_workflow(
        backend.queue_message(review_event("f-1", markup, 1), "feedback_form")
    )
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


# The function `intake`


def batch(backend: Backend, bodies: list[str]) -> dict[str, Any]:
    """Messages of the review queue as Lambda hands them over."""
    for body in bodies:
        backend.sqs.send_message(QueueUrl=backend.queue_url, MessageBody=body)
    return sqs_event(backend.sqs, backend.queue_url)


def test_the_messages_of_a_batch_are_one_run_of_the_route_workflow(
    backend: Backend, load_function: FunctionLoader
) -> None:
    bodies = [json.dumps(backend.queue_message(praise(f"r-{number}"))) for number in range(3)]
    response = load_function("intake").handler(batch(backend, bodies), LambdaContext())

    assert response == {"batchItemFailures": []}
    ((_, name, run_input),) = backend.step_functions.sync_executions
    messages = json.loads(run_input)["messages"]
    assert sorted(messages, key=repr) == sorted(map(json.loads, bodies), key=repr)
    assert name.startswith(messages[0]["delivery"])


def test_only_the_failed_message_of_a_batch_is_retried_soon(
    backend: Backend, load_function: FunctionLoader
) -> None:
    valid_body, invalid_body = json.dumps(backend.queue_message(praise("r-1"))), "not JSON"
    event = batch(backend, [valid_body, invalid_body])
    intake = load_function("intake")
    copies: list[dict[str, Any]] = []
    intake.ports().queue._client.meta.events.register(
        "provide-client-params.sqs.SendMessage", lambda params, **_: copies.append(params)
    )

    assert intake.handler(event, LambdaContext()) == {"batchItemFailures": []}
    (copy,) = copies
    assert (copy["QueueUrl"], copy["MessageBody"]) == (backend.queue_url, invalid_body)
    assert copy["DelaySeconds"] in range(2, 9)


def test_a_message_without_a_copy_stays_in_the_queue_and_brings_back_no_other(
    backend: Backend, load_function: FunctionLoader
) -> None:
    event = batch(backend, [json.dumps(backend.queue_message(praise("r-1"))), "not JSON"])
    backend.sqs.delete_queue(QueueUrl=backend.queue_url)
    response = load_function("intake").handler(event, LambdaContext())

    failed = [record["messageId"] for record in event["Records"] if record["body"] == "not JSON"]
    assert [entry["itemIdentifier"] for entry in response["batchItemFailures"]] == failed


def test_the_sweep_counts_what_it_skips_and_logs_no_words(
    backend: Backend, load_function: FunctionLoader, log_lines: LogLines
) -> None:
    at = clock.format_time(clock.now())
    item = {"pk": "abc", "sk": "OF_TOMORROW", "sweep_bucket": "shard#0", "sweep_at": at}
    backend.plain_dynamodb.put_item(
        TableName=backend.tables["CasesTable"],
        Item={name: {"S": value} for name, value in item.items()},
    )
    assert load_function("sweep").handler({}, LambdaContext())["skipped"] == 1
    (line,) = [line for line in log_lines.of("sweep") if line["message"] == "skipped"]
    assert line["items"] == [{"key": "abc/OF_TOMORROW", "why": "ValueError"}]


def test_a_workflow_run_that_times_out_fails_its_message(
    backend: Backend, load_function: FunctionLoader
) -> None:
    backend.step_functions.express_status = "TIMED_OUT"
    event = batch(
        backend, [json.dumps(backend.queue_message(praise(f"r-{number}"))) for number in range(2)]
    )

    intake = load_function("intake")
    assert intake.handler(event, LambdaContext()) == {"batchItemFailures": []}
    counts = backend.sqs.get_queue_attributes(
        QueueUrl=backend.queue_url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert counts["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "2", "their copies"


def test_the_wait_of_a_message_grows_with_each_try_up_to_fifteen_minutes() -> None:
    class Sqs:
        waits: list[int] = []  # noqa: RUF012

        def send_message(self, *, DelaySeconds: int, **_: Any) -> None:  # noqa: N803
            self.waits.append(DelaySeconds)

    queue = Queue(Sqs(), "https://queue")  # type: ignore[arg-type]
    for tries in (1, 2, 3, 4, 5, 6, 7, 50):
        queue.try_again("{}", group="bus", tries=tries, waits=0, chance=lambda: 0.5)

    assert Sqs.waits == [5, 15, 45, 135, 405, 900, 900, 900]


def test_messages_that_failed_together_do_not_come_back_together() -> None:
    waits = {retry_delay_with_chance(3, tenth / 10) for tenth in range(10)}

    assert len(waits) == 10
    assert (min(waits), max(waits)) == (22, 63)


# The steps


@pytest.mark.loopback
def test_the_handlers_acknowledge_one_review_and_answer_another_through_a_person(
    backend: Backend, load_function: FunctionLoader
) -> None:
    with SimulatedPlatforms() as platforms:
        backend.connect("standard", reply_url=platforms.url("standard"))
        messages = [backend.queue_message(event) for event in (praise("r-1"), complaint("r-2"))]
        steps = load_function("triage").handler({"messages": messages}, LambdaContext())
        assert (len(steps["replies"]), steps["failed"]) == (1, [])
        steps = load_function("reply").handler({"step": "acknowledge", **steps}, LambdaContext())
        assert [reply.review for reply in platforms.replies()] == ["r-1"]

        (start,) = steps["starts"]
        follow_up = start["follow_up"]
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
        resolution = desk.ResolutionRequest(
            "answer-1",
            Action.REPLY,
            fence,
            text=text,
            fix="refunded",
            root_cause="double-charge",
        )
        desk.resolve(ana, follow_up, resolution, backend.desk, clock.now())
        payload = {"follow_up": follow_up, "fence": str(fence)}
        result = load_function("reply").handler(payload | {"step": "carry_out"}, LambdaContext())
        assert "execution_name" not in result

        (review,) = backend.cases.follow_up(follow_up).reviews
        assert backend.kinds(review)[-1] is Kind.ANSWERED
        assert [reply.review for reply in platforms.replies()] == ["r-1", "r-2"]
        follow_up_check = load_function("follow_up").handler(
            {"step": "check_follow_up", "follow_up": follow_up, "carry_out_failed": False},
            LambdaContext(),
        )
        assert follow_up_check["wait_seconds"] >= 1
        result = load_function("reply").handler(payload | {"step": "hand_back"}, LambdaContext())
        assert "execution_name" not in result
        assert load_function("sweep").handler({}, LambdaContext()) == {
            "resumed": 0,
            "woken": 0,
            "restarted": 0,
            "carry_outs": 0,
            "moderation_checks": 0,
            "skipped": 0,
        }


def test_triage_resumes_a_review_by_its_id(backend: Backend, load_function: FunctionLoader) -> None:
    message = backend.queue_message(praise("r-1"))
    steps = backend.triage(message)
    resumed = load_function("triage").handler(
        {"resume": steps["review"], "delivery": "swp_1"}, LambdaContext()
    )

    (reply,) = resumed["replies"]
    assert reply["reply"] == steps["reply"]


def test_the_relay_publishes_what_the_stream_brings_and_logs_what_it_skips_by_its_key(
    backend: Backend,
    load_function: FunctionLoader,
    log_lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backend.run_route_workflow(backend.queue_message(complaint("r-1")))
    (follow_up,) = backend.open_follow_ups()
    records = backend.stream_records()
    poison = stream_record(records[0]["dynamodb"]["NewImage"] | {"kind": {"S": COMPLAINT}})
    load_function("relay").handler({"Records": [poison, *records]}, LambdaContext())
    skipped, relayed = log_lines.of("relay")
    (metric,) = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line
    ]

    assert skipped["outcome"] == f"{follow_up.reviews[0]}/1"
    assert skipped["why"] == "Tampered"
    assert (relayed["reviews"], relayed["published"]) == ([follow_up.reviews[0]], 2)
    assert (metric["notices_published"], metric["outcomes_skipped"]) == ([2.0], [1.0])
    assert COMPLAINT not in json.dumps([skipped, relayed])


@pytest.mark.parametrize("event_name", ["MODIFY", "REMOVE"])
def test_the_relay_tells_of_a_tampered_outcome_even_if_the_bus_is_not_there(
    backend: Backend,
    load_function: FunctionLoader,
    log_lines: LogLines,
    capsys: pytest.CaptureFixture[str],
    event_name: str,
) -> None:
    backend.run_route_workflow(backend.queue_message(complaint("r-1")))
    (follow_up,) = backend.open_follow_ups()
    inserted = backend.stream_records()
    key = inserted[0]["dynamodb"]["Keys"]
    new_image = {"NewImage": inserted[0]["dynamodb"]["NewImage"]} if event_name == "MODIFY" else {}
    tampering = {"eventName": event_name, "dynamodb": {"Keys": key, **new_image}}
    relay = load_function("relay")
    relay.handler({"Records": [tampering]}, LambdaContext())
    backend.events.delete_event_bus(Name=backend.bus_name)
    with pytest.raises((Fault, ClientError)):
        relay.handler({"Records": [*inserted, tampering]}, LambdaContext())
    lines = [line for line in log_lines.of("relay") if line["message"] == "tampered"]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]

    assert [line["outcome"] for line in lines] == [f"{follow_up.reviews[0]}/1"] * 2
    assert [metric["outcomes_tampered"] for metric in metrics] == [[1.0], [1.0]]
    assert metrics[0]["notices_published"] == [0.0], "a change is told to nobody on the bus"
    assert COMPLAINT not in json.dumps(log_lines.lines)


def test_a_failed_workflow_raises_a_fault(backend: Backend) -> None:
    from heard.messaging import Workflows

    backend.step_functions.express_status = "FAILED"
    with pytest.raises(Fault):
        Workflows(backend.step_functions).run_route("arn", "name", "{}")  # type: ignore[arg-type]


def test_what_failed_before_is_run_at_once_whatever_the_machine(
    backend: Backend, load_function: FunctionLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda shows two processors: threads by their number would make two waves of them."""
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2)
    all_there = threading.Barrier(10)
    answer = backend.step_functions.start_sync_execution

    def answer_when_all_are_there(**request: Any) -> Any:
        all_there.wait(timeout=30)
        return answer(**request)

    monkeypatch.setattr(backend.step_functions, "start_sync_execution", answer_when_all_are_there)
    intake = load_function("intake")
    bodies = [json.dumps(backend.queue_message(praise(f"r-{number}"))) for number in range(10)]

    event = batch(backend, bodies)
    for record in event["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = "2"

    assert intake.handler(event, LambdaContext()) == {"batchItemFailures": []}


@pytest.mark.parametrize(("tries", "failing"), [(2, 0), (3, 1)])
def test_a_review_that_fails_often_is_counted(
    backend: Backend,
    load_function: FunctionLoader,
    capsys: pytest.CaptureFixture[str],
    tries: int,
    failing: int,
) -> None:
    """The age of the queue leaves it out."""
    event = batch(backend, ["not JSON"])
    event["Records"][0]["messageAttributes"] = {"tries": {"stringValue": str(tries)}}

    load_function("intake").handler(event, LambdaContext())

    (counts,) = (
        line
        for text in capsys.readouterr().out.splitlines()
        if "_aws" in (line := json.loads(text))
    )
    assert counts["reviews_failing"] == [failing]
    assert (counts["service"], counts["stack"]) == ("intake", "heard")
