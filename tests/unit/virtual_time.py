"""Many runs at once without a wait: threads that share a time of their own, and take turns.

Only one of them works at any moment. It gives way when it calls AWS or sleeps, and goes on when its
time has come. So a test of a thousand runs at once is the same each time, and takes no longer than
their work.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from heard.waiting import Waiting
from tests.unit.backend import InterceptedClient

CALL_SECONDS: Final = 0.01
"""How long a call to AWS takes on average: half as long, up to half as long again."""

_STACK_BYTES: Final = 1 << 20


@dataclass(slots=True)
class _Run:
    """One of the runs, and where its result comes to."""

    step: Callable[[], object]
    turn: threading.Event = field(default_factory=threading.Event)
    result: object = None


class VirtualTime:
    """A time in which runs call, sleep and meet. `calls` counts calls to AWS by operation."""

    def __init__(self, seed: int = 1) -> None:
        self.now = 0.0
        self.calls: dict[str, int] = {}
        self._random = Random(seed)
        self._queue: list[tuple[float, int, _Run]] = []
        self._number = 0
        self._current: _Run | None = None
        self._gave_way = threading.Event()

    @property
    def waiting(self) -> Waiting:
        """How the runs wait for each other."""
        return Waiting(self.sleep, self._random.random, lambda: self.now)

    def client(self, client: Any) -> Any:
        """The client, whose calls take time. What a call changes, it changes at its end."""

        def before(operation: str) -> None:
            self.calls[operation] = self.calls.get(operation, 0) + 1
            self.sleep(CALL_SECONDS * (0.5 + self._random.random()))

        return InterceptedClient(client, before)

    def sleep(self, seconds: float) -> None:
        """Let the others go on. Outside of `run_together` only the time passes."""
        run = self._current
        if run is None:
            self.now += seconds
            return
        self._put(run, self.now + seconds)
        self._gave_way.set()
        run.turn.wait()
        run.turn.clear()

    def run_together(self, steps: Sequence[Callable[[], object]]) -> list[object]:
        """What each step returned, or the exception that ended it. All begin at the same time."""
        runs = [_Run(step) for step in steps]
        stack_before = threading.stack_size(_STACK_BYTES)
        try:
            threads = [threading.Thread(target=self._work, args=(run,)) for run in runs]
            for run, thread in zip(runs, threads, strict=True):
                self._put(run, self.now)
                thread.start()
        finally:
            threading.stack_size(stack_before)
        while self._queue:
            self.now, _, self._current = heapq.heappop(self._queue)
            self._gave_way.clear()
            self._current.turn.set()
            self._gave_way.wait()
        self._current = None
        for thread in threads:
            thread.join()
        return [run.result for run in runs]

    def _put(self, run: _Run, at: float) -> None:
        self._number += 1
        heapq.heappush(self._queue, (at, self._number, run))

    def _work(self, run: _Run) -> None:
        run.turn.wait()
        run.turn.clear()
        try:
            run.result = run.step()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            run.result = error
        self._gave_way.set()
