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
_ATTRIBUTION: Final = re.compile(
    r"\A(?:[^\n]*\n){0,3}?[^\n]*[:：][ \t]*$|^[^\n]*[@\d][^\n]*[:：][ \t]*$", re.MULTILINE
)
"""The lines above a quotation that say who wrote it, and when."""

_MAX_REPLIES_READ: Final = 3
"""How many of our latest replies a text is compared with."""


@dataclass(frozen=True, slots=True)
class LoopFacts:
    """What is known of a conversation's course.

    `context` are the fields of `Context` that the guards against endless answers ask. `judged` are
    the events to assess: what arrived, without our own words beside the text, and where the author
    added something to words of ours, that alone.
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
    """What a text has beside it, without the words of ours that it repeats (`has_ours`).

    `below` is what its author added to ours where nothing marks whose a line is.
    """

    has_ours: bool
    quoted: str
    below: str


def _repeated_words(event: ReviewEvent, sent: Sequence[str]) -> _RepeatedWords:
    quoted, below = (find_own_words(text or "", sent) for text in (event.quoted, event.below))
    rest = _ATTRIBUTION.sub("", quoted.rest) if quoted.share else ""
    return _RepeatedWords(
        has_ours=bool(quoted.share or below.share),
        quoted=rest if _WORD.search(rest) else "",
        below=below.rest if below.share and _WORD.search(below.rest) else "",
    )


def _judged_events(
    event: ReviewEvent, own_words: OwnWords, repeated: _RepeatedWords
) -> tuple[ReviewEvent, ...]:
    arrived = event
    if repeated.has_ours:
        # Behind a mark too, what we did not send may be the author's.
        arrived = replace(event, quoted=None, below=repeated.quoted or None)
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
    repeats_more = repeated.quoted or repeated.below
    if repeats_more or ((event.quoted or event.below) and not repeated.has_ours):
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
