"""CPU time of a call, which other load on the machine changes little."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

RUNS_PER_BATCH, BATCHES = 500, 9


def cpu_ms(run: Callable[[], object], runs: int = RUNS_PER_BATCH) -> float:
    """CPU milliseconds of one call: the median of batches, after a warm-up."""
    for _ in range(runs // 5):
        run()
    batches: list[float] = []
    for _ in range(BATCHES):
        start = time.process_time()
        for _ in range(runs):
            run()
        batches.append(1000 * (time.process_time() - start) / runs)
    return median(batches)
