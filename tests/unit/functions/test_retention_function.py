"""The function that deletes at night, with its settings and its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.errors import Fault
from heard.outcomes import Kind
from heard.retention import Retention
from tests.unit.backend import BUSINESS, NOON, PRAISE, Backend, InterceptedClient, praise
from tests.unit.functions.conftest import FunctionLoader, LogLines
from tests.unit.gateway import LambdaContext


class TimedContext(LambdaContext):
    """What Lambda says about the time that is left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.fixture
def review(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> str:
    backend.connect("standard")
    id = backend.deliver(praise("r-1", no_review="automatic_reply"))
    backend.retention.retentions.put(BUSINESS, Retention(1))
    backend.cases.move_retention_position(BUSINESS, None, NOON.date() - timedelta(days=1))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=60))
    return id


def run(load_function: FunctionLoader, milliseconds: int = 900_000) -> dict[str, Any]:
    return load_function("retention").handler({}, TimedContext(milliseconds))


def test_the_function_deletes_and_logs_only_numbers(
    backend: Backend, load_function: FunctionLoader, log_lines: LogLines, review: str
) -> None:
    assert run(load_function) == {
        "reviews": 1,
        "texts": 1,
        "authors": 0,
        "kept": 0,
        "tampered": 0,
        "skipped": 0,
        "unfinished": 0,
        "failed": 0,
    }
    assert backend.kinds(review)[-1] is Kind.TEXTS_DELETED
    (line,) = [line for line in log_lines.of("retention") if "business" in line]
    assert (line["business"], line["reviews"]) == (BUSINESS, 1)
    assert PRAISE not in repr(log_lines.lines)


def test_without_time_nothing_is_begun(
    backend: Backend, load_function: FunctionLoader, review: str
) -> None:
    assert run(load_function, 59_000)["unfinished"] == 1
    assert Kind.TEXTS_DELETED not in backend.kinds(review)


def test_a_business_that_fails_stops_no_other_one(
    backend: Backend, load_function: FunctionLoader, review: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.retention.retentions.put("bus_a", Retention(1))
    yesterday = NOON.date() - timedelta(days=1)
    backend.cases.move_retention_position("bus_a", None, yesterday)
    has_moved = False

    def move_meanwhile(operation: str) -> None:
        nonlocal has_moved
        if operation == "put_item" and not has_moved:
            has_moved = True
            backend.cases.move_retention_position("bus_a", yesterday, NOON.date())

    module = load_function("retention")
    client = InterceptedClient(backend.plain_dynamodb, move_meanwhile)
    monkeypatch.setattr(module, "dynamodb", lambda: client)
    with pytest.raises(Fault):
        run(load_function)
    assert backend.kinds(review)[-1] is Kind.TEXTS_DELETED
