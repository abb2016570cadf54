"""What an engine costs: time for a review, time to load, memory.

Measured in a process of its own, on one core, as processor time.

Processor time does not see what else the machine does, but for what is shared (caches, clock
speed): the fastest of some rounds counts.
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
from heard_cli.assess.many import EngineChoice, load_engine, single_threaded

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

    `reviews_a_second` are whole assessments of 40 words, rules and all; the others are the engine
    alone: milliseconds for a short text and for one of 300 characters, and to load; memory is what
    the process grew by, in MB.
    """

    engine: str
    model: str
    reviews_a_second: float
    forty_words_ms: float
    short_ms: float
    long_ms: float
    load_ms: float
    memory_mb: float


def cost(choice: EngineChoice) -> Cost:
    """The cost of an engine. Raises what `loaded` raises."""
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=single_threaded
    ) as pool:
        return pool.submit(_measure, choice).result()


def _measure(choice: EngineChoice) -> Cost:
    before, began = _memory(), time.process_time()
    engine = load_engine(choice)
    engine.scores(SHORT)
    load = time.process_time() - began
    engine.scores(LONG)
    memory_growth = _memory() - before
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", number_revision(1), Author(""), None, None, FORTY_WORDS
    )
    many = 100 if choice.name == "quick" else 8
    whole = _seconds(lambda: assess(event, Channel.REVIEW_SITE, History(), engine), many)
    forty, short, long = (
        1000 * _seconds(lambda text=text: engine.scores(text), many)
        for text in (FORTY_WORDS, SHORT, LONG)
    )
    return Cost(
        choice.name, engine.model, 1 / whole, forty, short, long, 1000 * load, memory_growth
    )


def _seconds(once: Callable[[], object], times: int) -> float:
    """Processor time of one call: of several rounds the fastest."""

    def run_round() -> float:
        began = time.process_time()
        for _ in range(times):
            once()
        return (time.process_time() - began) / times

    return min(run_round() for _ in range(_ROUNDS))


def _memory() -> float:
    """What this process holds in memory, in MB.

    Where the system does not tell, the most that it has held.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS
