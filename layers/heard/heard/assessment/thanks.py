"""A bare thank-you: words that only thank, and want no answer."""

from __future__ import annotations

from heard.assessment.courtesies import count_phrases


def is_bare_thanks(text: str) -> bool:
    """Whether a text says thanks, and nothing more than courtesy beside it.

    One sign of approval without words, such as a thumb, is thanks too. Total: it raises nothing for
    any text.
    """
    counts = count_phrases(text, ("thanks", "filler", "sign"))
    return counts is not None and bool(counts["thanks"] or counts["sign"])
