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
from heard.assessment.engines.chain import embedded
from heard.assessment.engines.weights import NoWeights
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
class Asked:
    """One review to be assessed, as `heard.assessment.assess` takes it."""

    event: ReviewEvent
    channel: Channel
    history: History


@dataclass(frozen=True, slots=True)
class Chosen:
    """An embedded engine by name, with its own weights or with those of a file.

    `alone` if the other must not stand in for it.

    Whoever measures an engine asks for it alone: what it cannot judge, the other may have been
    trained on.
    """

    name: str
    weights: Path | None = None
    alone: bool = False


class _Lately:
    """An engine that remembers its last answer.

    The same text is asked about with its rating and without.
    """

    def __init__(self, engine: Engine) -> None:
        self.model = engine.model
        self.scores = lru_cache(maxsize=1)(engine.scores)


def assessments(asked: Iterable[Asked], chosen: Chosen, jobs: int) -> Iterator[Assessment]:
    """What the chosen engine makes of each, in order.

    What fits into one batch is judged here, the rest by `jobs` processes if that is more than one.
    Raises what `engine` raises.
    """
    batches = batched(asked, BATCH, strict=False)
    first = next(batches, ())
    second = next(batches, None)
    if jobs == 1 or second is None:
        judge = engine(chosen)
        for batch in chain([first], [] if second is None else [second], batches):
            yield from _assessed(batch, judge)
        return
    # Forked, they would inherit locks that a thread of the progress bar may hold.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)
    waiting: deque[Future[list[Assessment]]] = deque()
    try:
        for batch in chain([first, second], batches):
            waiting.append(pool.submit(_in_process, batch, chosen))
            if len(waiting) >= jobs * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def engine(chosen: Chosen) -> Engine:
    """The chosen engine, loaded once a process. Raises BadRequest.

    NoWeights if it was chosen alone or with weights.
    """
    return _Lately(loaded(chosen) if chosen.alone or chosen.weights else embedded(chosen.name))


def loaded(chosen: Chosen) -> Engine:
    """The chosen engine alone.

    Raises NoWeights where it, or its arithmetic, is not installed, or a file of another kind was
    given.
    """
    try:
        if chosen.name == "quick":
            from heard.assessment.engines.chain import quick  # noqa: PLC0415

            return (
                quick.Quick(quick.read(chosen.weights)[0]) if chosen.weights else quick.Quick.load()
            )
        from heard.assessment.engines.chain import accurate, quick  # noqa: PLC0415
        from heard.assessment.engines.encoder import Encoder  # noqa: PLC0415

        if chosen.weights is None:
            return accurate.Accurate.load()
        heads, changes, _ = accurate.read(chosen.weights)
        return accurate.Accurate(Encoder.load(changes=changes), heads, quick.Quick.load())
    except ImportError as missing:
        raise NoWeights(f"{missing.name} is not installed") from missing


def single_threaded() -> None:
    """Let numpy, where it is not loaded yet, use one core in this process."""
    for name in _THREADS:
        os.environ[name] = "1"


def _assessed(batch: Sequence[Asked], judge: Engine) -> Iterator[Assessment]:
    return (assess(each.event, each.channel, each.history, judge) for each in batch)


def _in_process(batch: Sequence[Asked], chosen: Chosen) -> list[Assessment]:
    return list(_assessed(batch, engine(chosen)))


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, once
    single_threaded()
