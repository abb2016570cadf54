"""CPU of one webhook in a warm function: the step, the handler around it, and botocore.

Nothing is sent. For the step and the handler the clients answer from memory, so botocore's work is
not counted. For the third figure a real SQS client does everything except sending.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from heard import clock
from heard.messaging import Queue
from heard.steps.ingest import ingest
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.processor import cpu_ms
from tests.benchmarks.webhooks import WebhookCase, webhook_case
from tests.static.repository import FUNCTIONS

BUDGET_MS = 0.5


def step_ms(case: WebhookCase) -> float:
    """The step alone."""

    def run_once() -> None:
        assert ingest(case.request, case.connection.id, case.ports, case.at).result in {
            "accepted",
            "handshake",
        }

    return cpu_ms(run_once)


def test_a_signed_kilobyte(report: BenchmarkReport) -> None:
    case = webhook_case("standard", 1024)
    assert len(case.request.body) == 1024
    note = "steps.ingest without network and botocore"
    report.add_figure(
        Section.WEBHOOK, "standard, signed, 1 KB", step_ms(case), "ms", budget=BUDGET_MS, note=note
    )
    report.add_figure(
        Section.WEBHOOK,
        "  … with the handler: log line, metrics, response",
        _handler_ms(case),
        "ms",
    )
    report.add_figure(
        Section.WEBHOOK,
        "  … and botocore's work for one SendMessageBatch",
        _handler_ms(_with_botocore(case)),
        "ms",
        note="all but the sending",
    )


@pytest.mark.parametrize("platform", ["trustpilot", "discourse", "twilio_sms", "feedback_form"])
def test_each_platform(platform: str, report: BenchmarkReport) -> None:
    case = webhook_case(platform)
    size = len(case.request.body)
    report.add_figure(
        Section.WEBHOOK,
        f"{platform}, its sample of {size:,} bytes",
        step_ms(case),
        "ms",
        budget=BUDGET_MS,
        note="steps.ingest",
    )


def _handler_ms(case: WebhookCase) -> float:
    spec = spec_from_file_location("benchmarked_ingest", FUNCTIONS / "ingest" / "app.py")
    assert spec
    assert spec.loader
    app: Any = module_from_spec(spec)
    sys.modules["benchmarked_ingest"] = app
    output = io.StringIO()
    os.environ["STACK"] = "heard"
    with redirect_stdout(output):
        spec.loader.exec_module(app)
        app.ports = lambda: case.ports
        event = {
            "requestContext": {"http": {"method": case.request.method}},
            "headers": dict(case.request.headers),
            "pathParameters": {"connection": case.connection.id},
            "body": case.request.body.decode(),
            "isBase64Encoded": False,
        }

        def run_once() -> None:
            assert app.handler(event, None)["statusCode"] == 202
            output.seek(0)
            output.truncate()

        return cpu_ms(run_once)


def _with_botocore(case: WebhookCase) -> WebhookCase:
    """The same webhook, with an SQS client that does all its work but reads the response from
    memory.
    """
    client: Any = boto3.client(
        "sqs",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        endpoint_url="http://127.0.0.1:1",
    )
    response_body = json.dumps(
        {"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "0" * 32}], "Failed": []}
    ).encode()

    class RawBody(io.BytesIO):
        def stream(self) -> Any:
            yield self.read()

    def fake_response(request: Any, **_: Any) -> AWSResponse:
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, RawBody(response_body))

    client.meta.events.register("before-send.sqs", fake_response)
    ports = replace(case.ports, queue=Queue(client, "http://127.0.0.1:1/queue"))
    return WebhookCase(case.connection, ports, case.aws, case.request, clock.now())
