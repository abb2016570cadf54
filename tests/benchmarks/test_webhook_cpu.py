"""CPU of one webhook in a warm function, in three circles.

The step, the handler around it, and botocore's own work for the queue.

The network is never touched. In the first two circles the boto clients answer from memory, so that
botocore is left out; in the third a real SQS client does everything but send.
"""

from __future__ import annotations

import io
import json
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
from tests.benchmarks.figures import Board, Part
from tests.benchmarks.processor import cpu_ms
from tests.benchmarks.webhooks import Hook, hook
from tests.static.repository import FUNCTIONS

BUDGET_MS = 0.5


def step_ms(hook: Hook) -> float:
    """The step alone."""

    def once() -> None:
        assert ingest(hook.request, hook.connection.id, hook.door, hook.at).result in {
            "accepted",
            "handshake",
        }

    return cpu_ms(once)


def test_a_signed_kilobyte(board: Board) -> None:
    one = hook("standard", 1024)
    assert len(one.request.body) == 1024
    note = "steps.ingest; network and botocore left out"
    board.note(
        Part.WEBHOOK, "standard, signed, 1 KB", step_ms(one), "ms", budget=BUDGET_MS, note=note
    )
    board.note(
        Part.WEBHOOK, "  … with the handler: log line, metrics, answer", _handler_ms(one), "ms"
    )
    board.note(
        Part.WEBHOOK,
        "  … and botocore's work for one SendMessageBatch",
        _handler_ms(_with_botocore(one)),
        "ms",
        note="all but the sending",
    )


@pytest.mark.parametrize("platform", ["trustpilot", "discourse", "twilio_sms", "feedback_form"])
def test_each_platform(platform: str, board: Board) -> None:
    one = hook(platform)
    size = len(one.request.body)
    board.note(
        Part.WEBHOOK,
        f"{platform}, its sample of {size:,} bytes",
        step_ms(one),
        "ms",
        budget=BUDGET_MS,
        note="steps.ingest",
    )


def _handler_ms(hook: Hook) -> float:
    spec = spec_from_file_location("benchmarked_ingest", FUNCTIONS / "ingest" / "app.py")
    assert spec
    assert spec.loader
    app: Any = module_from_spec(spec)
    sys.modules["benchmarked_ingest"] = app
    output = io.StringIO()
    with redirect_stdout(output):
        spec.loader.exec_module(app)
        app.door = lambda: hook.door
        event = {
            "requestContext": {"http": {"method": hook.request.method}},
            "headers": dict(hook.request.headers),
            "pathParameters": {"connection": hook.connection.id},
            "body": hook.request.body.decode(),
            "isBase64Encoded": False,
        }

        def once() -> None:
            assert app.handler(event, None)["statusCode"] == 202
            output.seek(0)
            output.truncate()

        return cpu_ms(once)


def _with_botocore(hook: Hook) -> Hook:
    """The same hook, with an SQS client that does all its work and then reads its answer from
    memory.
    """
    client: Any = boto3.client(
        "sqs",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        endpoint_url="http://127.0.0.1:1",
    )
    answer = json.dumps(
        {"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "0" * 32}], "Failed": []}
    ).encode()

    class Raw(io.BytesIO):
        def stream(self) -> Any:
            yield self.read()

    def answered(request: Any, **_: Any) -> AWSResponse:
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, Raw(answer))

    client.meta.events.register("before-send.sqs", answered)
    door = replace(hook.door, queue=Queue(client, "http://127.0.0.1:1/queue"))
    return Hook(hook.connection, door, hook.memory, hook.request, clock.now())
