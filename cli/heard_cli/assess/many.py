"""Many texts judged by several processes at once.

In order, and no further ahead than there are processes to judge them.

Each process loads the engine once and calculates on one core: more threads for one text would only
be in the way of the others.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import batched, chain
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from heard.assessment import Assessment, Engine, History, assess
from heard.assessment.engines.chain import embedded_engine
from heard.assessment.engines.weights import WeightsMissing
from heard.reviews import Channel, ReviewEvent

BATCH: Final = 32
"""Reviews handed to a process at a time: about a second of the slowest engine."""

_AHEAD: Final = 2
"""Batches a process, one of which waits."""

_THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass(frozen=True, slots=True)
class AssessmentRequest:
    """One review to be assessed, as `heard.assessment.assess` takes it."""

    event: ReviewEvent
    channel: Channel
    history: History


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An embedded engine by name, with its own weights or with those of a file.

    `alone` if the other must not stand in for it.

    Whoever measures an engine asks for it alone: what it cannot judge, the other may have been
    trained on.
    """

    name: str
    weights: Path | None = None
    alone: bool = False


class _LastAnswerEngine:
    """An engine that remembers its last answer.

    The same text is asked about with its rating and without.
    """

    def __init__(self, engine: Engine) -> None:
        self.model = engine.model
        self.scores = lru_cache(maxsize=1)(engine.scores)


def assess_all(
    requests: Iterable[AssessmentRequest], choice: EngineChoice, jobs: int
) -> Iterator[Assessment]:
    """What the chosen engine makes of each, in order.

    What fits into one batch is judged here, the rest by `jobs` processes if that is more than one.
    Raises what `engine` raises.
    """
    batches = batched(requests, BATCH, strict=False)
    first = next(batches, ())
    second = next(batches, None)
    if jobs == 1 or second is None:
        judge = shared_engine(choice)
        for batch in chain([first], [] if second is None else [second], batches):
            yield from _assess_batch(batch, judge)
        return
    # Forked, they would inherit locks that a thread of the progress bar may hold.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start_worker)
    waiting: deque[Future[list[Assessment]]] = deque()
    try:
        for batch in chain([first, second], batches):
            waiting.append(pool.submit(_assess_in_worker, batch, choice))
            if len(waiting) >= jobs * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def shared_engine(choice: EngineChoice) -> Engine:
    """The chosen engine, loaded once a process. Raises BadRequest.

    NoWeights if it was chosen alone or with weights.
    """
    return _LastAnswerEngine(
        load_engine(choice) if choice.alone or choice.weights else embedded_engine(choice.name)
    )


def load_engine(choice: EngineChoice) -> Engine:
    """The chosen engine alone.

    Raises NoWeights where it, or its arithmetic, is not installed, or a file of another kind was
    given.
    """
    try:
        if choice.name == "quick":
            from heard.assessment.engines import quick  # noqa: PLC0415

            return (
                quick.QuickEngine(quick.read(choice.weights)[0])
                if choice.weights
                else quick.QuickEngine.load()
            )
        from heard.assessment.engines import accurate, quick  # noqa: PLC0415
        from heard.assessment.engines.encoder import Encoder  # noqa: PLC0415

        if choice.weights is None:
            return accurate.AccurateEngine.load()
        heads, _ = accurate.read(choice.weights)
        return accurate.AccurateEngine(Encoder.load(), heads, quick.QuickEngine.load())
    except ImportError as missing:
        raise WeightsMissing(f"{missing.name} is not installed") from missing


def single_threaded() -> None:
    """Let numpy, where it is not loaded yet, use one core in this process."""
    for name in _THREADS:
        os.environ[name] = "1"


def _assess_batch(batch: Sequence[AssessmentRequest], judge: Engine) -> Iterator[Assessment]:
    return (assess(each.event, each.channel, each.history, judge) for each in batch)


def _assess_in_worker(batch: Sequence[AssessmentRequest], choice: EngineChoice) -> list[Assessment]:
    return list(_assess_batch(batch, shared_engine(choice)))


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, once
    single_threaded()
