"""Whether a revision continues a conversation of machines: what the guards of R04 ask about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heard.acknowledgements.recognition import ends_automatically
from heard.assessment import asks_or_complains
from heard.assessment.courtesy import is_bare_thanks
from heard.assessment.reactions import find_quotations
from heard.automatic_replies import (
    AutomaticReply,
    MachineSign,
    find_machine_sign,
    is_in_a_row,
    recent_replies,
)
from heard.cases import has_open_follow_up
from heard.errors import DamagedText, NotFound
from heard.policy import NoAnswer
from heard.replies.lint import signed_names
from heard.replies.own_words import OwnWords, find_own_words, is_own_quotation, text_words
from heard.reviews import Channel, Stage
from heard.steps.repeated_words import RepeatedWords, events_to_assess, find_repeated_words
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.cases import Case
    from heard.reviews import ReviewEvent
    from heard.storage.case_store import CaseStore
    from heard.storage.replies import Reply
    from heard.storage.vault import AuthorRecord

_LOWEST_HAPPY_RATING: Final = 4

_MAX_REPLIES_READ: Final = 3
"""How many of our latest replies a text is compared with."""

_LEADING_LINE: Final = 80
"""A longer line is not one that only says whose words follow."""

_CHAT_CHANNELS: Final = frozenset({Channel.MESSAGING, Channel.SOCIAL})
"""Where people send several short messages in a row."""

_MARKS_OF_QUOTATION: Final = re.compile(r"[\s>|*_.,:;…\-–—\"'“”„‟‘’‚‛«»‹›「」『』《》＂()\[\]]*")

_QUESTION: Final = re.compile(r"[?？؟](?!\S{0,500}[=&/])")
"""A question mark in a reply of ours, but not one in a Web address."""


@dataclass(frozen=True, slots=True)
class LoopFacts:
    """What is known of a conversation's course.

    `context` are the fields of `Context` that the guards against endless answers ask. `events` are
    those to assess: what arrived, without our own words beside the text; and, where the author
    added something to words of ours, the author's words alone.
    """

    context: Mapping[str, Any]
    events: tuple[ReviewEvent, ...]


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
    own_words = find_own_words(event.text or "", [reply.text for reply in sent])
    repeated_words = find_repeated_words(event, sent, case_store)
    no_answer = _no_answer(case, event, sent, own_words, repeated_words, case_store)
    return LoopFacts(
        {
            "automatic_replies": len(recent),
            "thread_automatic_replies": len(in_thread),
            "machine": _machine_sign(case, event, answered, sent, own_words, now),
            "no_answer": no_answer,
        },
        events_to_assess(event, own_words, repeated_words) if no_answer is None else (event,),
    )


def _sent_replies(
    case: Case, answered: Sequence[AutomaticReply], case_store: CaseStore
) -> list[Reply]:
    """Our latest replies in the thread and to its author, the thread's last one first."""
    last_reply = case.thread.last_reply
    places = [(case.thread.id, last_reply.reply)] if last_reply else []
    places += [(reply.thread, reply.reply) for reply in reversed(answered)]
    replies: list[Reply] = []
    for thread, reply in list(dict.fromkeys(places))[:_MAX_REPLIES_READ]:
        # What was damaged earlier must not stop new words.
        with suppress(Erased, DamagedText, NotFound):
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
    written_at = event.occurred_at or now
    replies_in_a_row = {
        reply.reply
        for reply in answered
        if review.channel in _CHAT_CHANNELS
        and reply.thread == case.thread.id
        and is_in_a_row(written_at, reply)
    }
    sent_at = [reply.at for reply in answered if reply.reply not in replies_in_a_row]
    if (
        last_reply
        and last_reply.reply not in replies_in_a_row
        and any(reply.id == last_reply.reply and _is_to_author(case, reply) for reply in sent)
    ):
        sent_at.append(last_reply.at)
    return find_machine_sign(
        written_at=written_at,
        words=text_words(event.title, event.text) if answered else frozenset(),
        sent_at=sent_at,
        answered=answered,
        own_share=own_words.share,
        suspected=review.author in case.thread.machines,
    )


def _no_answer(
    case: Case,
    event: ReviewEvent,
    sent: Sequence[Reply],
    own_words: OwnWords,
    repeated_words: RepeatedWords,
    case_store: CaseStore,
) -> NoAnswer | None:
    """Why the words want no answer, if they do not; their thread goes on without them.

    Never for a review that a person works on, nor for one with few stars or a title.
    """
    is_unhappy = event.rating is not None and event.rating < _LOWEST_HAPPY_RATING
    if is_unhappy or event.title or not event.text or has_open_follow_up(case):
        return None
    is_echo = own_words.share and _MARKS_OF_QUOTATION.fullmatch(own_words.rest)
    if is_echo or _is_reaction_to_us(case, event.text, sent, case_store):
        return NoAnswer.OWN_WORDS
    last_reply = case.thread.last_reply
    answer = next((reply for reply in sent if last_reply and reply.id == last_reply.reply), None)
    if answer is None:
        return None
    if repeated_words.below or (event.below and repeated_words.below is None):
        return None
    if repeated_words.quoted and not _only_says_whose_it_is(event, repeated_words.quoted):
        return None
    if event.quoted and repeated_words.quoted is None and repeated_words.below is None:
        return None
    names = f"{event.author.name or ''} {signed_names(answer.text)}"
    words = _without_names(own_words.rest, names)
    answers_question = _QUESTION.search(answer.text) is not None
    return NoAnswer.THANKS if is_bare_thanks(words, answers_question=answers_question) else None


def _is_reaction_to_us(case: Case, text: str, sent: Sequence[Reply], case_store: CaseStore) -> bool:
    """Whether a text is what a telephone writes when somebody reacts to a message of ours.

    People react to older messages too, so all replies of the thread are read, but only for a text
    of such a form. A friendly reaction may also quote an automatic message of another system. A
    reaction to any other words is the author's own.
    """
    quotations = find_quotations(text)
    if not quotations:
        return False
    replies = list(sent)
    with suppress(Erased):
        replies += case_store.replies(case.thread.id)
    texts = list(dict.fromkeys(reply.text for reply in replies))
    return any(
        is_own_quotation(quotation.words, texts, is_cut=quotation.is_cut)
        or (quotation.is_friendly and ends_automatically(quotation.words))
        for quotation in quotations
    )


def _only_says_whose_it_is(event: ReviewEvent, rest: str) -> bool:
    """Whether what a quotation of ours has beside our words only leads to them: "We wrote:".

    Other words may be the author's, marked as quoted by mistake: thanks must not hide them.
    """
    lines = [line.rstrip() for line in rest.split("\n") if re.search(r"[^\W_]", line)]
    leads = len(lines) == 1 and lines[0].endswith((":", "：")) and len(lines[0]) <= _LEADING_LINE
    return leads and not asks_or_complains(event, rest)


def _without_names(text: str, names: str) -> str:
    """A text without the words of these names: people address us, and sign what they write."""
    for name in set(re.findall(r"\w{2,}", names)):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _is_to_author(case: Case, reply: Reply) -> bool:
    """Whether a reply was for the author of this review: in private each reply of the thread is."""
    return case.review.channel.stage is Stage.OFFSTAGE or reply.author == case.review.author
