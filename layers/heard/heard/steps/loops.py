"""Whether a revision continues a conversation of machines: what the guards of R04 ask about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.assessment.reactions import is_reaction
from heard.assessment.thanks import is_bare_thanks
from heard.automatic_replies import (
    AutomaticReply,
    MachineSign,
    find_machine_sign,
    recent_replies,
)
from heard.cases import has_open_follow_up
from heard.errors import NotFound
from heard.policy import NoAnswer
from heard.replies.lint import signed_names
from heard.replies.own_words import OwnWords, find_own_words, text_words
from heard.reviews import Stage, normalize_text
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.cases import Case
    from heard.reviews import ReviewEvent
    from heard.storage.case_store import CaseStore
    from heard.storage.replies import Reply
    from heard.storage.vault import AuthorRecord

_LOWEST_HAPPY_RATING: Final = 4

_WORD: Final = re.compile(r"[^\W_]")
_DATE_OR_ADDRESS: Final = re.compile(r"[@\d]")
_ATTRIBUTION_LINES: Final = 4
"""Mail programs break the line that says who wrote a mail, and when, into up to so many."""

_MAX_REPLIES_READ: Final = 3
"""How many of our latest replies a text is compared with."""


@dataclass(frozen=True, slots=True)
class LoopFacts:
    """What is known of a conversation's course.

    `context` are the fields of `Context` that the guards against endless answers ask. `judged` are
    the events to assess: what arrived, without our own words beside the text, and where the author
    added something to words of ours, what is the author's alone.
    """

    context: Mapping[str, Any]
    judged: tuple[ReviewEvent, ...]


def find_loop_facts(
    case: Case, event: ReviewEvent, author: AuthorRecord, case_store: CaseStore, now: datetime
) -> LoopFacts:
    """Whether a revision continues a conversation with a machine, or only closes one.

    Our earlier replies are read only where this author, or this thread, has had one. An edit shows
    no sign of a machine: it gets no automatic reply anyway.
    """
    review, thread = case.review, case.thread
    recent = recent_replies(author.automatic_replies, now, other_than=review.id)
    in_thread = tuple(reply for reply in recent if reply.thread == thread.id)
    # In private, an answer to one reply may come as a new conversation.
    answered = in_thread if review.channel.stage is Stage.ONSTAGE else recent
    sent = _sent_replies(case, answered, case_store)
    texts = [reply.text for reply in sent]
    own_words = find_own_words(event.text or "", texts)
    repeated = _repeated_words(event, texts)
    no_answer = _no_answer(case, event, sent, own_words, repeated)
    return LoopFacts(
        {
            "automatic_replies": len(recent),
            "thread_automatic_replies": len(in_thread),
            "machine": _machine_sign(case, event, answered, sent, own_words, now),
            "no_answer": no_answer,
        },
        _judged_events(event, own_words, repeated) if no_answer is None else (event,),
    )


@dataclass(frozen=True, slots=True)
class _RepeatedWords:
    """What a text has beside it, where that repeats words of ours.

    `quoted` and `below` are what remains of them without our words, None if they have none of ours.
    """

    quoted: str | None
    below: str | None


def _repeated_words(event: ReviewEvent, sent: Sequence[str]) -> _RepeatedWords:
    quoted, below = (find_own_words(text or "", sent) for text in (event.quoted, event.below))
    rest = _without_attributions(quoted.rest)
    return _RepeatedWords(
        (rest if _WORD.search(rest) else "") if quoted.share else None,
        (below.rest if _WORD.search(below.rest) else "") if below.share else None,
    )


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


def _judged_events(
    event: ReviewEvent, own_words: OwnWords, repeated: _RepeatedWords
) -> tuple[ReviewEvent, ...]:
    # What stands behind a mark and is not ours may be the author's, as below a mail of ours.
    doubtful = (event.below if repeated.below is None else None, repeated.quoted)
    arrived = replace(
        event,
        quoted=event.quoted if repeated.quoted is None else None,
        below=normalize_text("\n\n".join(part for part in doubtful if part)),
    )
    if not own_words.share and not repeated.below:
        return (arrived,)
    added = "\n\n".join(part for part in (own_words.rest, repeated.below) if part)
    return arrived, replace(arrived, text=normalize_text(added))


def _sent_replies(
    case: Case, answered: Sequence[AutomaticReply], case_store: CaseStore
) -> list[Reply]:
    """Our latest replies in the thread and to its author, the thread's last one first."""
    last_reply = case.thread.last_reply
    places = [(case.thread.id, last_reply.reply)] if last_reply else []
    places += [(reply.thread, reply.reply) for reply in reversed(answered)]
    replies: list[Reply] = []
    for thread, reply in list(dict.fromkeys(places))[:_MAX_REPLIES_READ]:
        with suppress(Erased, NotFound):
            replies.append(case_store.reply(thread, reply))
    return replies


def _machine_sign(
    case: Case,
    event: ReviewEvent,
    answered: Sequence[AutomaticReply],
    sent: list[Reply],
    own_words: OwnWords,
    now: datetime,
) -> MachineSign | None:
    review, last_reply = case.review, case.thread.last_reply
    if review.revision:
        return None
    sent_at = [reply.at for reply in answered]
    if last_reply and any(
        reply.id == last_reply.reply and _is_to_author(case, reply) for reply in sent
    ):
        sent_at.append(last_reply.at)
    return find_machine_sign(
        written_at=event.occurred_at or now,
        words=text_words(event.title, event.text) if answered else frozenset(),
        sent_at=sent_at,
        answered=answered,
        own_share=own_words.share,
        suspected=review.author in case.thread.machines,
    )


def _no_answer(
    case: Case,
    event: ReviewEvent,
    sent: list[Reply],
    own_words: OwnWords,
    repeated: _RepeatedWords,
) -> NoAnswer | None:
    """Why the words want no answer, if they do not; their thread goes on without them.

    Never for a review that a person works on, nor for one with few stars or a title.
    """
    is_unhappy = event.rating is not None and event.rating < _LOWEST_HAPPY_RATING
    if is_unhappy or event.title or not event.text or has_open_follow_up(case):
        return None
    if own_words.share and is_reaction(own_words.rest):
        return NoAnswer.OWN_WORDS
    last_reply = case.thread.last_reply
    answer = next((reply for reply in sent if last_reply and reply.id == last_reply.reply), None)
    if answer is None:
        return None
    if repeated.quoted or repeated.below or (event.below and repeated.below is None):
        return None
    if event.quoted and repeated.quoted is None and repeated.below is None:
        return None
    names = f"{event.author.name or ''} {signed_names(answer.text)}"
    words = _without_names(own_words.rest, names)
    return NoAnswer.THANKS if is_bare_thanks(words) else None


def _without_names(text: str, names: str) -> str:
    """A text without the words of these names: people address us, and sign what they write."""
    for name in set(re.findall(r"\w{2,}", names)):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _is_to_author(case: Case, reply: Reply) -> bool:
    """Whether a reply was for the author of this review: in private each reply of the thread is."""
    return case.review.channel.stage is Stage.OFFSTAGE or reply.author == case.review.author
