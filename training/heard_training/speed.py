"""What an engine costs: time for a review, time to load, and memory.

It is measured in a process of its own, on one core, as processor time. Other work of the machine
affects processor time only through what is shared (caches, clock speed). So the fastest of some
rounds counts.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from heard.assessment import History, assess
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli.assess.parallel import use_one_core
from heard_training.measured_engine import MeasuredEngine

SHORT: Final = "Nobody answered, and my room was cold."
FORTY_WORDS: Final = (
    "We booked two nights by telephone and paid in advance. When we arrived nobody knew our name, "
    "the room was given away, "
    "and the manager only shrugged. We want our money back this week, and an honest explanation of "
    "it."
)
LONG: Final = (
    "The parcel was promised for Monday and came on Friday, open, with half of the cups broken. I "
    "wrote to your service twice and was told "
    "to wait. Yesterday somebody called, took my number, and hung up on me. I have ordered from "
    "you for years and liked it, but this time "
    "I want my money back, and soon."
)
"""300 characters."""

_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time and memory of one engine.

    `reviews_a_second` are whole assessments of 40 words, with rules. The others are the engine
    alone: milliseconds for 40 words, for a short text, for one of 300 characters, and to load.
    `memory_mb` is the growth of the process.
    """

    engine: str
    model: str
    reviews_a_second: float
    forty_words_ms: float
    short_ms: float
    long_ms: float
    load_ms: float
    memory_mb: float


def cost(choice: MeasuredEngine) -> Cost:
    """The cost of an engine. Raises what `choice.load` raises."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=use_one_core) as pool:
        return pool.submit(_measure, choice).result()


def _measure(choice: MeasuredEngine) -> Cost:
    memory_before, start = _memory(), time.process_time()
    engine = choice.load()
    engine.scores(SHORT)
    load = time.process_time() - start
    engine.scores(LONG)
    memory_growth = _memory() - memory_before
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", number_revision(1), Author(""), None, None, FORTY_WORDS
    )
    repeats = 100 if choice.name == "quick" else 8
    whole = _seconds(lambda: assess(event, Channel.REVIEW_SITE, History(), engine), repeats)
    forty, short, long = (
        1000 * _seconds(lambda text=text: engine.scores(text), repeats)
        for text in (FORTY_WORDS, SHORT, LONG)
    )
    return Cost(
        choice.name, engine.model, 1 / whole, forty, short, long, 1000 * load, memory_growth
    )


def _seconds(once: Callable[[], object], times: int) -> float:
    """The processor time of one call, in the fastest of several rounds."""

    def run_round() -> float:
        start = time.process_time()
        for _ in range(times):
            once()
        return (time.process_time() - start) / times

    return min(run_round() for _ in range(_ROUNDS))


def _memory() -> float:
    """The memory of this process in MB, or its highest value where the system does not say more."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS
