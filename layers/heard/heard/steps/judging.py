"""Has the texts of a batch judged together, before its messages are triaged.

One pass of the encoder reads the texts, another the sentences of those that seem harmless.

What is judged here is what triage will most likely ask for. If it asks for another text, because
the platform said something else or a figure of speech was replaced, that one is judged by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from heard.assessment.analysis import text_for_engine, text_for_rules
from heard.assessment.engines.chain import CachedEngine
from heard.assessment.engines.engine import Engine, Scores, asks_service
from heard.assessment.sentences import sentences_for_engine
from heard.reviews import EventKind, ReviewEvent

_WITH_WORDS: Final = frozenset({EventKind.CREATED, EventKind.EDITED})
_HARMLESS: Final = 0.02
"""Probability of high below which, most likely, each sentence of a review will be read alone."""

_MAX_CHARACTERS: Final = 5_000
"""A longer review is left to itself: preparing its text takes longer than judging it."""


def judge_together(engine: Engine, messages: Sequence[Mapping[str, Any]]) -> Engine:
    """An engine for this batch, which knows the scores of its texts.

    One text alone, and an engine that asks a service, are left to each review.
    """
    events: list[ReviewEvent] = []
    for message in messages:
        # A message that cannot be read fails alone, when it is triaged.
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            event = ReviewEvent.from_json(message["event"])
            is_short = len(event.title or "") + len(event.text or "") <= _MAX_CHARACTERS
            if event.kind in _WITH_WORDS and is_short and text_for_engine(event):
                events.append(event)
    if len(events) < 2 or asks_service(engine):
        return engine
    judge = CachedEngine(engine)
    judge.scores_of_all([text_for_engine(event) for event in events])
    judge.scores_of_all(
        [
            sentence
            for event in events
            # Praise may hide a danger, so its sentences will be read one by one, most likely.
            if _seems_harmless(judge.scores(text_for_engine(event)))
            for sentence in sentences_for_engine(text_for_rules(event)[0])
        ]
    )
    return judge


def _seems_harmless(scores: Scores | None) -> bool:
    return scores is not None and scores.severity[2] < _HARMLESS
