"""The function that seals at night: what it queues, what it does with a message, what it counts."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from heard import clock
from heard.outcomes import Kind
from heard.steps.seal import SealPorts
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, Backend
from tests.unit.functions.conftest import FunctionLoader, LogLines
from tests.unit.functions.test_retention_function import TimedContext
from tests.unit.sealing import TODAY, SealBench, at


@pytest.fixture
def bench(seal_bench: SealBench, monkeypatch: pytest.MonkeyPatch) -> SealBench:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    return seal_bench


def call(
    load_function: FunctionLoader,
    monkeypatch: pytest.MonkeyPatch,
    event: dict[str, Any],
    milliseconds: int = 900_000,
) -> dict[str, Any]:
    module = load_function("seal")
    monkeypatch.setattr(module, "SealPorts", partial(SealPorts, first_day=date(2026, 3, 1)))
    return module.handler(event, TimedContext(milliseconds))


def queued(backend: Backend) -> list[dict[str, Any]]:
    response = backend.sqs.receive_message(
        QueueUrl=backend.poll_queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return sorted((json.loads(m["Body"]) for m in response.get("Messages", ())), key=str)


def message(business: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "m-1", "body": json.dumps({"business": business})}]}


def metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """What the function emitted, summed up."""
    found: dict[str, float] = {}
    for line in capsys.readouterr().out.splitlines():
        fields = json.loads(line)
        for directive in fields.get("_aws", {}).get("CloudWatchMetrics", ()):
            for metric in directive["Metrics"]:
                name = metric["Name"]
                found[name] = found.get(name, 0) + sum(fields[name])
    return found


def test_the_scheduled_run_queues_every_business(
    bench: SealBench,
    load_function: FunctionLoader,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench.backend.setup_store.put_business(Business(OTHER_BUSINESS, "Elsewhere"))

    assert call(load_function, monkeypatch, {}) == {"queued": 2, "late": []}
    assert queued(bench.backend) == [{"business": BUSINESS}, {"business": OTHER_BUSINESS}]
    assert metrics(capsys) == {"seals_queued": 2, "seals_late": 0}


def test_a_message_seals_its_business(
    bench: SealBench,
    load_function: FunctionLoader,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = bench.append("r-1", Kind.ACCEPTED, at=at(15))
    bench.remove(made[0])
    bench.append("r-2", Kind.ACCEPTED, at=at(16))
    bench.append("r-3", Kind.ACCEPTED, at=at(16))
    bench.move_head(made[0])

    assert call(load_function, monkeypatch, message(BUSINESS)) == {"batchItemFailures": []}
    assert [each.day for each in bench.seals.versions(BUSINESS)] == ["2026-03-16"]
    assert queued(bench.backend) == []
    assert metrics(capsys) == {"seals_made": 1, "seal_problems": 0}
    (line,) = log_lines.of("seal")
    assert (line["business"], line["days"][0]["outcomes"]) == (BUSINESS, 2)


def test_what_a_run_had_no_time_for_is_queued_again(
    bench: SealBench, load_function: FunctionLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(load_function, monkeypatch, message(BUSINESS), milliseconds=179_000)

    assert list(bench.seals.versions(BUSINESS)) == []
    assert queued(bench.backend) == [{"business": BUSINESS}]


def test_a_business_that_fails_raises_so_that_its_message_comes_again(
    bench: SealBench,
    load_function: FunctionLoader,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: LogLines,
) -> None:
    def refuse(**_: Any) -> Any:
        raise RuntimeError("KMS is down")

    monkeypatch.setattr(bench.kms, "sign", refuse)

    with pytest.raises(RuntimeError):
        call(load_function, monkeypatch, message(BUSINESS))
    assert list(bench.seals.versions(BUSINESS)) == []
    assert [line["business"] for line in log_lines.of("seal")] == [BUSINESS]


def test_a_person_seals_until_a_day_and_gets_the_report(
    bench: SealBench, load_function: FunctionLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.append("r-1", Kind.ACCEPTED, at=TODAY - timedelta(days=4))
    bench.move_head(first[0])
    event = {"business": BUSINESS, "until": "2026-03-14"}

    report = call(load_function, monkeypatch, event)

    assert json.loads(json.dumps(report)) == {
        "business": BUSINESS,
        "days": [
            {"day": "2026-03-13", "outcomes": 1, "late": 0, "problems": 0},
            {"day": "2026-03-14", "outcomes": 0, "late": 0, "problems": 0},
        ],
        "skipped": [],
        "rewritten": [],
        "unwritten": [],
        "is_complete": True,
        "problems": 0,
    }
