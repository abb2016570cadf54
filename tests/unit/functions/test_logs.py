"""The log lines of all functions name a review by our id, and never quote its text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.addresses import AddressLock, token_digest
from heard.outcomes import Kind
from heard.reviews import review_id
from heard_simulator.server import SimulatedPlatforms
from tests.static.repository import HANDLERS
from tests.unit.backend import BUSINESS, COMPLAINT, SECRET, Backend, complaint, moto_client
from tests.unit.functions.conftest import (
    ApiCall,
    FunctionLoader,
    LogLines,
    sqs_event,
)
from tests.unit.functions.test_poll import CONNECTION, GOOGLE, NAME, write_review
from tests.unit.gateway import LambdaContext
from tests.unit.signed import sign_standard

AUTHOR = "Zelda Quint"
REPLY = "I found both payments and paid one of them back this morning; the bank needs two days."
REVIEW = review_id(BUSINESS, "standard", "r-1")


ADDRESS = "con-standard-bus_bakery"
TOKEN = "canary" + "2" * 26
"""The secret part of a whole address."""


def send_webhook(call_api: ApiCall, *native_ids: str, address: str = ADDRESS) -> None:
    """One delivery for each review."""
    for native_id in native_ids:
        body = json.dumps(
            {
                "type": "review.created",
                "timestamp": "2026-03-17T11:59:00Z",
                "data": {
                    "id": native_id,
                    "text": COMPLAINT,
                    "rating": 1,
                    "author": {"id": "cus-1", "name": AUTHOR},
                },
            }
        )
        headers = sign_standard(body.encode(), SECRET, clock.now()).headers
        response = call_api(
            "ingest",
            "POST",
            f"/hooks/{address}",
            body=body,
            headers=headers,
            parameters={"connection": address},
        )
        assert response.status == 202


def send_what_is_refused(call_api: ApiCall) -> list[int]:
    """A wrong token, a wrong signature, and a delivery that nobody can read."""
    whole = f"{ADDRESS}.{TOKEN}"
    unreadable = sign_standard(b"unreadable", SECRET, clock.now()).headers
    requests = [(whole[:-1] + "3", unreadable), (whole, {}), (whole, unreadable)]
    return [
        call_api(
            "ingest",
            "POST",
            f"/hooks/{address}",
            body="unreadable",
            headers=headers,
            parameters={"connection": address},
        ).status
        for address, headers in requests
    ]


def all_that_is_kept(backend: Backend) -> str:
    """What lies in tables, queues, inputs of workflows and names of parameters."""
    names = [item["Name"] for item in moto_client("ssm").describe_parameters()["Parameters"]]
    executions = list(backend.step_functions.executions.values())
    tables = [backend.stored_items(table) for table in backend.tables]
    return repr((names, executions, tables, backend.queued_messages(), backend.stream_records()))


def test_every_function_is_covered_by_these_tests() -> None:
    assert set(HANDLERS) == {
        "audit",
        "desk",
        "feedback_page",
        "follow_up",
        "ingest",
        "intake",
        "poll",
        "relay",
        "reply",
        "retention",
        "seal",
        "sweep",
        "triage",
        "web",
    }


@pytest.mark.loopback
def test_a_review_has_one_id_in_the_lines_of_every_function_from_webhook_to_closing(
    backend: Backend,
    load_function: FunctionLoader,
    call_api: ApiCall,
    log_lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the address of the webhook is a secret that nothing says."""

    def invoke(function: str, event: dict[str, Any]) -> Any:
        return load_function(function).handler(event, LambdaContext())

    with SimulatedPlatforms() as platforms:
        connection = backend.connect("standard", reply_url=platforms.url("standard"))
        locked = replace(connection, lock=AddressLock(token_digest(TOKEN)))
        backend.setup_store.put_connection(locked, clock.now())
        send_webhook(call_api, "r-1", address=f"{ADDRESS}.{TOKEN}")
        event = sqs_event(backend.sqs, backend.queue_url)
        invoke("intake", event)
        steps = invoke("triage", json.loads(event["Records"][0]["body"]))
        follow_up = steps["starts"][0]["follow_up"]
        invoke(
            "follow_up", {"step": "await_resolution", "follow_up": follow_up, "token": "token-1"}
        )
        backend.add_person("Ana")
        path = f"/api/desk/follow-ups/{follow_up}"
        call_api("desk", "GET", path, subject="sub-ana")
        fence = call_api("desk", "POST", f"{path}/claim", subject="sub-ana").json["fence"]
        invoke(
            "follow_up",
            {"step": "check_follow_up", "follow_up": follow_up, "carry_out_failed": False},
        )
        resolution = {
            "id": "answer-1",
            "action": "reply",
            "fence": fence,
            "text": REPLY,
            "fix": "refunded",
            "root_cause": "double-charge",
        }
        resolved = call_api(
            "desk", "POST", f"{path}/resolution", subject="sub-ana", body=resolution
        )
        assert resolved.status == 200
        invoke("reply", {"step": "carry_out", "follow_up": follow_up})
    invoke("relay", {"Records": backend.stream_records()})
    backend.add_person("Ida", "auditor")
    call_api("audit", "GET", f"/api/audit/reviews/{REVIEW}", subject="sub-ida")
    assert send_what_is_refused(call_api) == [404, 401, 422]
    for function in ("poll", "sweep", "retention", "seal"):
        invoke(function, {})
    address = {"connection": ADDRESS, "review": "r-1"}
    call_api("feedback_page", "GET", f"/feedback/{ADDRESS}/r-1", parameters=address)

    output = capsys.readouterr()
    said = output.out + output.err + json.dumps(log_lines.lines) + all_that_is_kept(backend)
    # A retention with nothing to delete logs nothing, and the page knows no review.
    silent = {"retention", "web"}
    assert {line["service"] for line in log_lines.lines} >= set(HANDLERS) - silent
    assert "webhooks_quarantined" in said, "no metrics were captured"
    assert token_digest(TOKEN) in said, "no stored item was captured"
    assert TOKEN not in said
    assert backend.kinds(REVIEW)[-1] is Kind.ANSWERED
    for function in ("ingest", "intake", "triage", "follow_up", "desk", "reply", "relay", "audit"):
        lines = log_lines.of(function)
        assert any(line.get("reviews") == [REVIEW] for line in lines), function
    follow_up_lines = [line for line in log_lines.lines if line.get("follow_up") == follow_up]
    assert {line["service"] for line in follow_up_lines} == {"triage", "follow_up", "desk", "reply"}
    assert all(line["reviews"] == [REVIEW] for line in follow_up_lines)
    deliveries = {line["delivery"] for line in log_lines.of("intake") if "delivery" in line}
    assert deliveries == {line["delivery"] for line in log_lines.of("triage")}


def test_the_line_of_the_sweep_names_the_reviews_that_it_restarts(
    backend: Backend, load_function: FunctionLoader, log_lines: LogLines, call_api: ApiCall
) -> None:
    send_webhook(call_api, "r-1")
    (message,) = backend.queued_messages()
    sweep = load_function("sweep").handler
    sweep({}, LambdaContext())
    assert log_lines.of("sweep")[-1]["reviews"] == []

    backend.clock.now = clock.now() - timedelta(days=3)
    backend.triage(message)  # no workflow was started for its follow-up
    assert backend.open_follow_ups()[0].reviews == (REVIEW,)
    sweep({}, LambdaContext())
    assert log_lines.of("sweep")[-1]["reviews"] == [REVIEW]


@pytest.mark.loopback
def test_the_line_of_a_poll_names_each_review(
    backend: Backend, load_function: FunctionLoader, log_lines: LogLines
) -> None:
    """What is polled goes on as what came by a webhook."""
    with SimulatedPlatforms() as platforms:
        backend.clock.now = clock.now()
        backend.platforms = platforms
        backend.connect(GOOGLE)
        write_review(backend)
        load_function("poll").handler({"connection": CONNECTION}, LambdaContext())

    assert log_lines.of("poll")[-1]["reviews"] == [review_id(BUSINESS, GOOGLE, NAME)]


def test_a_feedback_page_is_logged_by_our_id_and_not_by_its_secret_address(
    backend: Backend, call_api: ApiCall, log_lines: LogLines
) -> None:
    backend.connect("feedback_form")
    secret = "f-3c1f0a9be0d44c6c"
    backend.run_route_workflow(backend.queue_message(complaint(secret), "feedback_form"))
    address = {"connection": "con-feedback_form-bus_bakery", "review": secret}
    assert call_api("feedback_page", "GET", "/feedback/x/y", parameters=address).status == 200

    (line,) = log_lines.of("feedback_page")
    assert line["reviews"] == [review_id(BUSINESS, "feedback_form", secret)]
    assert secret not in json.dumps(line)


def test_a_refused_request_names_its_follow_up_and_the_reason(
    backend: Backend, call_api: ApiCall, log_lines: LogLines
) -> None:
    backend.add_person("Ana")
    body = {"id": "answer-1", "action": "reply", "fence": 1}
    for subject in ("sub-ana", "sub-stranger"):
        path = "/api/desk/follow-ups/fup_neverwasanywhere/resolution"
        call_api("desk", "POST", path, subject=subject, body=body)

    lines = log_lines.of("desk")
    assert [(line["status"], line["code"]) for line in lines] == [
        (404, "not_found"),
        (403, "forbidden"),
    ]
    assert {line["follow_up"] for line in lines} == {"fup_neverwasanywhere"}


def test_keys_of_one_request_are_not_in_the_lines_of_the_next(
    backend: Backend, call_api: ApiCall, log_lines: LogLines
) -> None:
    backend.add_person("Ana")
    call_api("desk", "GET", "/api/desk/follow-ups/fup_neverwasanywhere", subject="sub-ana")
    call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-ana")

    first, second = log_lines.of("desk")
    assert (first["follow_up"], first["code"]) == ("fup_neverwasanywhere", "not_found")
    assert not {"follow_up", "code", "reason"} & second.keys()


def test_every_line_has_its_request_id_and_whether_the_start_was_cold(
    backend: Backend, load_function: FunctionLoader, call_api: ApiCall, log_lines: LogLines
) -> None:
    send_webhook(call_api, "r-1", "r-2")
    load_function("intake").handler(sqs_event(backend.sqs, backend.queue_url), LambdaContext())

    assert len(log_lines.lines) == 5
    assert {line["function_request_id"] for line in log_lines.lines} == {
        LambdaContext.aws_request_id
    }
    assert all(isinstance(line["cold_start"], bool) for line in log_lines.lines)


def test_no_line_holds_the_text_or_the_name_of_a_customer(
    backend: Backend, load_function: FunctionLoader, call_api: ApiCall, log_lines: LogLines
) -> None:
    send_webhook(call_api, "r-1")
    event = sqs_event(backend.sqs, backend.queue_url)
    load_function("intake").handler(event, LambdaContext())
    load_function("triage").handler(json.loads(event["Records"][0]["body"]), LambdaContext())
    text = json.dumps(log_lines.lines)

    assert REVIEW in text
    assert not [word for word in (COMPLAINT, "charged", AUTHOR, "Zelda") if word in text]
