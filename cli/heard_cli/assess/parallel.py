"""Assesses many reviews with several processes, in order.

Each process loads the engine once and calculates on one core, because more threads for one text
only slow down the others. Reviews are read no further ahead than processes can take them.
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
from typing import Final, Protocol

from heard.assessment import Assessment, Engine, History, assess
from heard.assessment.engines.chain import EngineChain, embedded_engine
from heard.reviews import Channel, ReviewEvent

BATCH: Final = 32
"""Reviews that a process gets at a time: about a second of the slowest engine."""

_BATCHES_A_PROCESS: Final = 2
"""One that it assesses, and one that waits."""

_THREAD_VARIABLES: Final = (
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


class EngineChoice(Protocol):
    """Which engine to use. It is sent to other processes, which load the engine once for it.

    Two equal choices have the same hash.
    """

    def __hash__(self) -> int: ...

    def load(self) -> Engine:
        """The engine."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """An engine that ships with Heard, with the other one as its fallback."""

    name: str

    def load(self) -> Engine:
        """The engine. Raises BadRequest for an unknown name."""
        return embedded_engine(self.name)


@dataclass(frozen=True, slots=True)
class RulesAlone:
    """No engine: rules and ratings decide alone."""

    def load(self) -> Engine:
        """An engine that has no scores for any text."""
        return EngineChain([])


class _LastScoresEngine:
    """An engine that keeps its last scores: a text may come twice, with its rating and without."""

    def __init__(self, engine: Engine) -> None:
        self.model = engine.model
        self.scores = lru_cache(maxsize=1)(engine.scores)


def assess_all(
    requests: Iterable[AssessmentRequest], choice: EngineChoice, jobs: int
) -> Iterator[Assessment]:
    """The assessment of each review by the chosen engine, in order.

    One batch is assessed in this process; more than one by `jobs` processes, unless `jobs` is 1.
    Raises what `choice.load` raises.
    """
    batches = batched(requests, BATCH, strict=False)
    first = next(batches, ())
    second = next(batches, None)
    if jobs == 1 or second is None:
        engine = shared_engine(choice)
        for batch in chain([first], [] if second is None else [second], batches):
            yield from _assess_batch(batch, engine)
        return
    # A forked process would inherit locks that a thread of the progress bar may hold.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start_worker)
    waiting: deque[Future[list[Assessment]]] = deque()
    try:
        for batch in chain([first, second], batches):
            waiting.append(pool.submit(_assess_in_worker, batch, choice))
            if len(waiting) >= jobs * _BATCHES_A_PROCESS:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def shared_engine(choice: EngineChoice) -> Engine:
    """The chosen engine, loaded once per process. Raises what `choice.load` raises."""
    return _LastScoresEngine(choice.load())


def use_one_core() -> None:
    """Lets numpy use one core in this process, if it is not imported yet."""
    for name in _THREAD_VARIABLES:
        os.environ[name] = "1"


def _assess_batch(batch: Sequence[AssessmentRequest], engine: Engine) -> Iterator[Assessment]:
    return (assess(request.event, request.channel, request.history, engine) for request in batch)


def _assess_in_worker(batch: Sequence[AssessmentRequest], choice: EngineChoice) -> list[Assessment]:
    return list(_assess_batch(batch, shared_engine(choice)))


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C, once
    use_one_core()
