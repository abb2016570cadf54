"""How much of the processor something takes, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

TURNS, BATCHES = 500, 9


def cpu_ms(run: Callable[[], object], turns: int = TURNS) -> float:
    """CPU milliseconds of one run: the median of batches, after a warm-up."""
    for _ in range(turns // 5):
        run()
    batches: list[float] = []
    for _ in range(BATCHES):
        began = time.process_time()
        for _ in range(turns):
            run()
        batches.append(1000 * (time.process_time() - began) / turns)
    return median(batches)
