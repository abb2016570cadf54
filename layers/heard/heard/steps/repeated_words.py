"""What a review repeats of ours beside its text, and what of the rest is to be assessed.

A mail repeats the mails before it, and a post the post that it answers. What we sent is known here,
so it is taken out. What remains may be the author's: words that they typed into our reply or below
it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from heard.errors import DamagedText, NotFound
from heard.replies.own_words import OwnWords, find_own_words
from heard.reviews import normalize_text
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.reviews import ReviewEvent
    from heard.storage.case_store import CaseStore
    from heard.storage.replies import Reply

_WORD: Final = re.compile(r"[^\W_]")
_DATE_OR_ADDRESS: Final = re.compile(r"[@\d]")
_ATTRIBUTION_LINES: Final = 4
"""Mail programs break the line that says who wrote a mail, and when, into up to so many."""


@dataclass(frozen=True, slots=True)
class RepeatedWords:
    """What stands beside a text, where that repeats words of ours.

    `quoted` and `below` are what remains of an event's fields of these names without our words, and
    without the reviews that our words answered. Each is None if it holds no words of ours.
    """

    quoted: str | None
    below: str | None


def find_repeated_words(
    event: ReviewEvent, sent: Sequence[Reply], case_store: CaseStore
) -> RepeatedWords:
    """What a review repeats beside its text of these replies of ours."""
    texts = [reply.text for reply in sent]
    quoted, below = (find_own_words(text or "", texts) for text in (event.quoted, event.below))
    if not quoted.share and not below.share:
        return RepeatedWords(None, None)
    answered_texts = _answered_texts(event, sent, case_store)
    return RepeatedWords(
        _rest(_without_attributions(quoted.rest), answered_texts) if quoted.share else None,
        _rest(below.rest, answered_texts) if below.share else None,
    )


def events_to_assess(
    event: ReviewEvent, own_words: OwnWords, repeated_words: RepeatedWords
) -> tuple[ReviewEvent, ...]:
    """The events to assess: what arrived, and what its author added to words of ours.

    `own_words` is what the text itself has of ours.
    """
    # Quoted words that are not ours may be the author's, as may words below a mail of ours.
    doubtful_words = (event.below if repeated_words.below is None else None, repeated_words.quoted)
    received_event = replace(
        event,
        quoted=event.quoted if repeated_words.quoted is None else None,
        below=normalize_text("\n\n".join(part for part in doubtful_words if part)),
    )
    if not own_words.share and not repeated_words.below:
        return (received_event,)
    added_words = "\n\n".join(part for part in (own_words.rest, repeated_words.below) if part)
    return received_event, replace(received_event, text=normalize_text(added_words))


def _answered_texts(event: ReviewEvent, sent: Sequence[Reply], case_store: CaseStore) -> list[str]:
    """The author's own reviews that these replies answered: they were assessed when they came."""
    texts: list[str] = []
    for review_id in dict.fromkeys(reply.review for reply in sent):
        with suppress(Erased, DamagedText, NotFound):
            review = case_store.find_review(review_id)
            answered_event = case_store.revision(review).event if review else None
            if (
                answered_event
                and answered_event.author.id == event.author.id
                and answered_event.text
            ):
                texts.append(answered_event.text)
    return texts


def _rest(text: str, answered_texts: Sequence[str]) -> str:
    rest = find_own_words(text, answered_texts).rest
    return rest if _WORD.search(rest) else ""


def _without_attributions(quotation: str) -> str:
    """A quotation without the lines that say whose it is, and when it was written."""
    lines = quotation.split("\n")
    for index in range(min(_ATTRIBUTION_LINES, len(lines))):
        if lines[index].rstrip().endswith((":", "：")) and any(
            _DATE_OR_ADDRESS.search(line) for line in lines[: index + 1]
        ):
            lines = lines[index + 1 :]
            break
    return "\n".join(
        line
        for line in lines
        if not (line.rstrip().endswith((":", "：")) and _DATE_OR_ADDRESS.search(line))
    )
