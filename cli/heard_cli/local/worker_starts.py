"""How many functions the emulator starts at once: as many as this machine has processors.

MiniStack 1.5.33 starts a worker for each call that finds none free. Sixteen webhooks at once then
start sixteen processes that import the same modules on two processors, and the first answer comes
when nearly all have started. On AWS each of them has a processor of its own. Here few start at
once, and a call takes the first worker that is free: a new one, or one whose call has ended.

Nothing can wait for itself: a start ends without any other call, so there is always a next one.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Final, cast

_CHECK_AGAIN_SECONDS: Final = 1.0
"""After this time a waiting call looks by itself: the emulator may have dropped a worker."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of a function, as MiniStack names it to its pool of workers."""

    key: str
    arguments: tuple[Any, ...]


class _Starts:
    """Starts workers in threads of their own. `pool` and `runtime` are modules of MiniStack."""

    def __init__(self, pool: Any, runtime: Any, limit: int) -> None:
        self._pool, self._runtime = pool, runtime
        self._acquire, self._release = pool.acquire_worker, pool.release_worker
        self._limit = limit
        self._changed = Condition()
        self._waiting, self._starting = Counter[str](), Counter[str]()

    def acquire(
        self,
        function: str,
        config: dict[str, Any],
        code: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> tuple[Any, str]:
        """Lease a worker that has started. Waits until there is one."""
        version = _Version(
            self._runtime._worker_key(function, config, qualifier),
            (function, config, code, qualifier, max_concurrency),
        )
        with self._changed:
            self._waiting[version.key] += 1
            try:
                while not self._is_free(version.key):
                    self._start_if_needed(version)
                    self._changed.wait(_CHECK_AGAIN_SECONDS)
                return self._acquire(*version.arguments)
            finally:
                self._waiting[version.key] -= 1

    def release(self, worker: Any) -> None:
        """Return a worker, for whoever waits."""
        self._release(worker)
        with self._changed:
            self._changed.notify_all()

    def _is_free(self, key: str) -> bool:
        with self._runtime._lock:
            return any(not worker.in_use for worker in self._runtime._workers.get(key, ()))

    def _start_if_needed(self, version: _Version) -> None:
        if (
            self._starting.total() < self._limit
            and self._starting[version.key] < self._waiting[version.key]
        ):
            self._starting[version.key] += 1
            worker, _ = self._acquire(*version.arguments)
            # MiniStack keeps the account and the region in the context.
            context = copy_context()
            Thread(target=context.run, args=(self._start, version.key, worker), daemon=True).start()

    def _start(self, key: str, worker: Any) -> None:
        # A worker that did not start is tried again by the call that gets it, which says why.
        with suppress(Exception):
            self._pool.ensure_spawned(worker)
        with self._changed:
            self._starting[key] -= 1
        self.release(worker)


def start_few_at_once(limit: int | None = None) -> None:
    """Wrap MiniStack's pool of workers in this process.

    At most `limit` workers start at once; without it, one for each processor.
    """
    # MiniStack reads its settings from the environment when it is imported.
    from ministack.core import lambda_runtime  # noqa: PLC0415
    from ministack.services import lambda_svc  # noqa: PLC0415

    pool = cast("Any", lambda_svc)
    starts = _Starts(pool, cast("Any", lambda_runtime), limit or os.process_cpu_count() or 1)
    pool.acquire_worker, pool.release_worker = starts.acquire, starts.release
