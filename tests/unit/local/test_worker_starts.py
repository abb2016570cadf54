"""How the emulator starts functions: few at once, and nobody waits for a start without need."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from heard_cli.local.worker_starts import start_few_at_once

AT_ONCE = 16


def function(name: str) -> dict[str, str]:
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    return {"FunctionName": name, "FunctionArn": arn, "Runtime": "python3.13"}


DOOR = function("door")


class Starts:
    """Workers that start when the test says so. It counts how many start, and start at once."""

    def __init__(self) -> None:
        self.may_end, self.began = Event(), Event()
        self.total = self.at_once = self.most_at_once = 0
        self._lock = Lock()

    def start(self, _worker: Any) -> None:
        with self._lock:
            self.total += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.set()
        assert self.may_end.wait(30)
        with self._lock:
            self.at_once -= 1


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starts]:
    result = Starts()
    monkeypatch.setattr(lambda_runtime, "_workers", {})
    for name in ("acquire_worker", "release_worker"):
        monkeypatch.setattr(lambda_svc, name, getattr(lambda_runtime, name))
    monkeypatch.setattr(lambda_svc, "ensure_spawned", result.start)
    start_few_at_once(limit=2)
    yield result
    result.may_end.set()


def call(config: dict[str, str] = DOOR) -> Any:
    """One call of a function, which ends at once. Returns its worker."""
    worker, _ = lambda_svc.acquire_worker(config["FunctionName"], config, b"")
    assert worker
    lambda_svc.release_worker(worker)
    return worker


def test_calls_at_once_start_few_workers_and_share_them(starts: Starts) -> None:
    with ThreadPoolExecutor(AT_ONCE) as callers:
        calls = [callers.submit(call) for _ in range(AT_ONCE)]
        assert starts.began.wait(30)
        starts.may_end.set()
        results = [each.result(30) for each in calls]

    assert starts.most_at_once <= 2
    assert len(set(results)) <= starts.total
    assert len(results) == AT_ONCE


def test_calls_that_all_last_get_a_worker_each_a_few_at_a_time(starts: Starts) -> None:
    starts.may_end.set()
    all_hold_one = Barrier(AT_ONCE)

    def hold() -> None:
        worker, _ = lambda_svc.acquire_worker("door", DOOR, b"")
        all_hold_one.wait(30)
        lambda_svc.release_worker(worker)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        for each in [callers.submit(hold) for _ in range(AT_ONCE)]:
            each.result(30)

    assert starts.total >= AT_ONCE
    assert starts.most_at_once <= 2


def test_a_worker_that_becomes_free_serves_whoever_waits_for_a_start(starts: Starts) -> None:
    starts.may_end.set()
    worker, _ = lambda_svc.acquire_worker("door", DOOR, b"")
    starts.may_end.clear()
    starts.began.clear()
    with ThreadPoolExecutor(1) as callers:
        waiting = callers.submit(call)
        assert starts.began.wait(30)
        lambda_svc.release_worker(worker)

        assert waiting.result(30) is worker
        assert starts.at_once == 1, "the other start still lasts"
        starts.may_end.set()


def test_a_start_that_fails_gives_its_turn_back(
    starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_worker: Any) -> None:
        raise RuntimeError("no such handler")

    monkeypatch.setattr(lambda_svc, "ensure_spawned", fail)
    names = [f"function-{number}" for number in range(4)]

    assert len({call(function(name)) for name in names}) == 4
    assert starts.total == 0
