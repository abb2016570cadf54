"""How long a run waits when other runs change the same thing: ever longer, and by chance.

Runs that wait equally long meet again. So each wait is any time up to a limit, and the limit grows
("full jitter"). Whoever calls says how long the waits may last in all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import SystemRandom
from typing import Final

FIRST_WAIT: Final = 0.5
"""The limit of the first wait, in seconds: many times what a transaction takes.

With a fifth of it, 64 runs at once tried 1.4 times as many transactions (simulated).
"""
GROWTH: Final = 2.0
LONGEST_WAIT: Final = 8.0
LAST_WAIT: Final = 0.1
"""With less time than this left, nothing is tried any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a wait is made of: `sleep` for seconds, `chance` in [0, 1), a `clock` in seconds."""

    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = SystemRandom().random
    clock: Callable[[], float] = time.monotonic

    def tries(self, seconds: float) -> Iterator[int]:
        """The numbers of the tries, from 1. Between two of them it waits.

        It ends when `seconds` are nearly over. The first try begins always.
        """
        deadline = self.clock() + seconds
        limit, number = FIRST_WAIT, 1
        while True:
            yield number
            seconds_left = deadline - self.clock()
            if seconds_left < LAST_WAIT:
                return
            # Not until the deadline: all that began together would meet there.
            self.sleep(self.chance() * min(limit, seconds_left))
            limit, number = min(limit * GROWTH, LONGEST_WAIT), number + 1
