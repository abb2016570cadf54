"""Whether a severe phrase means here what it says: "stolen" by a waiter, or by strangers elsewhere.

A phrase of the vocabulary is a candidate. It makes a review critical if something confirms it: the
engine's probability of critical for the whole text or for a sentence with the phrase, its
probability of what the phrase names, or that the text is a strong complaint. A phrase of self-harm
needs nothing, and neither does one that stands nearly alone. If nothing confirms a phrase, it stays
in the evidence as unconfirmed, and a person reads the review: what a rule names is never lowered
silently.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from heard.assessment.engines.engine import asks_service, scores_of_all
from heard.assessment.sentences import sentences_for_engine
from heard.assessment.thresholds import (
    COMPLAINING_THRESHOLD,
    KIND_THRESHOLD,
    MAX_BESIDE_PHRASE,
    thresholds_of,
)
from heard.text.words import fold_signs, letters_worth

if TYPE_CHECKING:
    from heard.assessment.engines.engine import Engine, Scores
    from heard.text.lexicon import Hit

CRITICAL: Final = "critical_"
UNCONFIRMED: Final = "unconfirmed_"
"""What stands before the name of a flag in the codes of phrases."""

_SEVERE: Final = (CRITICAL, "alarm")

_BEYOND_DOUBT: Final = frozenset({"critical_self_harm"})
"""Kinds that nothing needs to confirm: a miss would cost too much, and the idioms are listed."""

_MAX_SENTENCES: Final = 8
"""Sentences with a severe phrase that an engine reads alone, some milliseconds each."""

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

    Without scores all of them count, because nobody can say otherwise. They do so too with an
    engine of which nobody has measured what it confirms. `foreign` are phrases of a language that
    the text does not seem to be in. What is severe in another language may be harmless in this one,
    so those that nothing confirms are left out, except for self-harm: a person reads it in any
    language.
    """
    severe = [hit for hit in hits if hit.code.startswith(_SEVERE)]
    kinds = {hit.code for hit in severe if hit.code.startswith(CRITICAL) and hit not in foreign}
    if scores is None or not (kinds or any(hit in foreign for hit in severe)):
        return tuple(hits)
    if not kinds.isdisjoint(_BEYOND_DOUBT) or _is_all_there_is(text, severe):
        return tuple(hits)
    if _engine_confirms(scores, kinds):
        return tuple(hits)
    if engine is not None and _sentence_confirms(engine, text, severe):
        return tuple(hits)
    return tuple(
        replace(hit, code=UNCONFIRMED + hit.code.removeprefix(CRITICAL))
        if hit.code.startswith(CRITICAL)
        else hit
        for hit in hits
        if not (hit in foreign and hit.code.startswith(_SEVERE) and hit.code not in _BEYOND_DOUBT)
    )


def _engine_confirms(scores: Scores, kinds: Collection[str]) -> bool:
    """Whether the engine sees something critical, what the phrase names, or a strong complaint."""
    _, _, high, critical = scores.severity
    if critical >= thresholds_of(scores).confirming:
        return True
    if any(scores.flags.get(kind.removeprefix(CRITICAL), 0.0) >= KIND_THRESHOLD for kind in kinds):
        return True
    return high >= COMPLAINING_THRESHOLD and any(kind not in _OF_STRANGERS for kind in kinds)


def _is_all_there_is(text: str, severe: Sequence[Hit]) -> bool:
    """Whether a text is so short beside its severe phrase that nothing in it can say otherwise."""
    longest = max(letters_worth(hit.words) for hit in severe)
    return letters_worth(text.strip()) - longest <= MAX_BESIDE_PHRASE


def _sentence_confirms(engine: Engine, text: str, severe: Sequence[Hit]) -> bool:
    """Whether a sentence with a severe phrase is critical alone: the rest of the text may hide it.

    Not asked of an engine that asks a service, because each sentence would cost time and money.
    """
    if asks_service(engine):
        return False
    # The words of a hit are not always as the text has them: marks and line breaks may be gone.
    phrases = {fold_signs(hit.words) for hit in severe}
    candidates = [
        sentence
        for sentence in sentences_for_engine(text, limit=None)
        if any(map(fold_signs(sentence).__contains__, phrases))
    ]
    return any(
        scores is not None and scores.severity[3] >= thresholds_of(scores).confirming_sentence
        for scores in scores_of_all(engine, candidates[:_MAX_SENTENCES])
    )
