"""Whether a severe phrase means here what it says: "stolen" by a waiter, or by strangers elsewhere.

A phrase of the vocabulary is a candidate. It makes a review critical if something confirms it: the
engine's probability of critical for the whole text or for one of its sentences, or that the text is
a strong complaint. If nothing does, the phrase stays in the evidence as unconfirmed, and a person
reads the review: what a rule names is never lowered silently.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from heard.assessment.engines.engine import asks_service, scores_of_all
from heard.assessment.sentences import sentences_for_engine
from heard.assessment.thresholds import COMPLAINING_THRESHOLD, thresholds_of

if TYPE_CHECKING:
    from heard.assessment.engines.engine import Engine, Scores
    from heard.text.lexicon import Hit

CRITICAL: Final = "critical_"
UNCONFIRMED: Final = "unconfirmed_"
"""What stands before the name of a flag in the codes of phrases."""

_SEVERE: Final = (CRITICAL, "alarm")

_OF_STRANGERS: Final = frozenset({"critical_fraud"})
"""Kinds that are often what somebody else did, while the complaint is about something else."""


def confirm(
    hits: Sequence[Hit],
    scores: Scores | None,
    engine: Engine | None,
    text: str,
    *,
    foreign: Collection[Hit] = (),
) -> tuple[Hit, ...]:
    """The hits, with the critical ones that nothing confirms marked as unconfirmed.

    Without scores all of them count, because nobody can say otherwise. They do so too with an engine
    whose probabilities confirm nothing. `foreign` are phrases of a language that the text does not
    seem to be in. What is severe in another language may be harmless in this one, so those that
    nothing confirms are left out.
    """
    severe = [hit for hit in hits if hit.code.startswith(_SEVERE)]
    kinds = {hit.code for hit in severe if hit.code.startswith(CRITICAL) and hit not in foreign}
    if scores is None or not (kinds or any(hit in foreign for hit in severe)):
        return tuple(hits)
    _, _, high, critical = scores.severity
    thresholds = thresholds_of(scores)
    if critical >= thresholds.confirming or _sentence_confirms(
        engine, text, thresholds.confirming_sentence
    ):
        return tuple(hits)
    is_complaint = high >= COMPLAINING_THRESHOLD
    if is_complaint and any(kind not in _OF_STRANGERS for kind in kinds):
        return tuple(hits)
    return tuple(
        replace(hit, code=UNCONFIRMED + hit.code.removeprefix(CRITICAL))
        if hit.code.startswith(CRITICAL)
        else hit
        for hit in hits
        if not (hit in foreign and hit.code.startswith(_SEVERE))
    )


def _sentence_confirms(engine: Engine | None, text: str, threshold: float) -> bool:
    """Whether a sentence of the text alone is critical: the rest of it may hide that."""
    if engine is None or asks_service(engine):
        return False
    return any(
        scores is not None and scores.severity[3] >= threshold
        for scores in scores_of_all(engine, sentences_for_engine(text))
    )
