"""A bare thank-you: words that only thank, and want no answer."""

from __future__ import annotations

from heard.assessment.courtesies import count_phrases
from heard.assessment.courtesy import has_only_marks, has_only_thanks


def is_bare_thanks(text: str) -> bool:
    """Whether a text says thanks, and nothing more than courtesy beside it.

    A greeting may stand beside the thanks ("Thanks for the quick reply. Best regards"). One sign of
    approval without words, such as a thumb, is thanks too. Total: it raises nothing for any text.
    """
    if has_only_thanks(text):
        return True
    if not has_only_marks(text):
        return False
    counts = count_phrases(text, ("thanks", "filler", "sign"))
    return counts is not None and bool(counts["thanks"] or counts["sign"])
