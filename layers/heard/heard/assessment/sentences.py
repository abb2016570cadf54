"""Reads the sentences of a harmless review one by one: praise must not hide a danger.

An engine weighs a text as a whole. There one severe sentence between many happy ones weighs little.
Alone it weighs much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heard.assessment.engines.engine import asks_service, scores_of_all
from heard.assessment.thresholds import thresholds_of
from heard.text.legible import LINE_START
from heard.text.words import sentences

if TYPE_CHECKING:
    from heard.assessment.analysis import TextAnalysis
    from heard.assessment.engines.engine import Engine

_MAX_SENTENCES: Final = 8
"""Sentences of a text that are read alone: an engine takes some milliseconds for each."""

_MIN_CHARACTERS: Final = 12


def has_alarming_sentence(analysis: TextAnalysis, engine: Engine) -> bool:
    """Whether a sentence alone sounds severe. False for a text that is one sentence.

    False too for a text with figures of speech, which an engine takes literally, and for an engine
    that asks a service, because each sentence would cost time and money.
    """
    if asks_service(engine) or analysis.is_short_praise or analysis.has_figures:
        return False
    if not analysis.scores:
        return False
    thresholds = thresholds_of(analysis.scores)
    return any(
        scores is not None
        and (
            scores.severity[2] >= thresholds.sentence_high
            or scores.severity[3] >= thresholds.sentence_critical
        )
        for scores in scores_of_all(engine, sentences_for_engine(analysis.text))
    )


def sentences_for_engine(text: str, limit: int | None = _MAX_SENTENCES) -> list[str]:
    """The sentences that an engine reads alone; none of a text that is one sentence.

    Only the first `limit`, or all of them with None. Very short ones are left out.
    """
    parts = [part.strip(f" {LINE_START}") for part in sentences(text)]
    if sum(map(bool, parts)) < 2:
        return []
    return [part for part in parts if len(part) >= _MIN_CHARACTERS][:limit]
