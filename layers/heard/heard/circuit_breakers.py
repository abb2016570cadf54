"""Circuit breakers: a platform that does not answer is left alone for a while.

Each connection has its own, in the memory of one process. It opens when a call fails, for 15 s,
then for 45, 135 … 900 s. After that one call is a trial: if it succeeds, the breaker closes. So a
platform that hangs costs each process one wait now and then, however many reviews need it.

Nothing is shared between processes. A shared state would cost every review a read, and nothing is
gained: each process gives up as small a part of its time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(minutes=15)
LIMIT: Final = 1_000
"""How many breakers a process keeps open. The oldest failure is forgotten first."""
LONGEST_TRIAL: Final = timedelta(seconds=60)
"""After this time a trial of which nothing was heard is over: its process was stopped."""
TRIAL_PAUSE: Final = timedelta(seconds=5)
"""How long others wait while a trial is under way. Its result is there before that, or soon after:
they need not wait as long as a platform that is known to fail."""


@dataclass(frozen=True, slots=True)
class _OpenBreaker:
    failures: int
    opened_at: datetime
    until: datetime
    is_tried: bool = False


class CircuitBreakers:
    """The breakers of a process, by connection."""

    def __init__(self) -> None:
        self._open: dict[str, _OpenBreaker] = {}

    def seconds_to_wait(self, connection: str, now: datetime) -> float:
        """How long the connection's platform is to be left alone; 0 if it may be called now.

        Whoever is told 0 while a breaker is open makes the trial, and must report its result.
        """
        breaker = self._open.get(connection)
        if breaker is None:
            return 0
        if now < breaker.until:
            pause = breaker.until - now
            return (min(pause, TRIAL_PAUSE) if breaker.is_tried else pause).total_seconds()
        self._open[connection] = replace(breaker, until=now + LONGEST_TRIAL, is_tried=True)
        return 0

    def record_success(self, connection: str) -> None:
        """The platform answered."""
        self._open.pop(connection, None)

    def end_trial(self, connection: str, now: datetime) -> None:
        """A call ended that tells nothing of the platform. If it was the trial, the next one is."""
        breaker = self._open.get(connection)
        if breaker and breaker.is_tried:
            self._open[connection] = replace(breaker, until=now, is_tried=False)

    def record_failure(self, connection: str, began_at: datetime, now: datetime) -> None:
        """The platform did not answer a call that began at `began_at`.

        Calls that were on their way when the breaker opened are the same failure.
        """
        before = self._open.get(connection)
        if before and began_at < before.opened_at:
            return
        self._open.pop(connection, None)
        if len(self._open) >= LIMIT:
            del self._open[next(iter(self._open))]
        failures = before.failures + 1 if before else 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** min(failures - 1, 8))
        self._open[connection] = _OpenBreaker(failures, now, now + pause)
