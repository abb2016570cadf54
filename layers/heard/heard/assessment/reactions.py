"""A reaction to words: what a telephone writes around the words that somebody liked."""

from __future__ import annotations

from heard.assessment.courtesies import count_phrases


def is_reaction(rest: str) -> bool:
    """Whether the rest of a text, without the words that it quotes, only says how it quotes them.

    True for an empty rest. Signs other than friendly ones are not understood.
    """
    return count_phrases(rest, ("reaction", "sign")) is not None
