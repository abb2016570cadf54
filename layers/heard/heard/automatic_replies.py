"""Automatic replies to one author: how many there may be, and when a machine seems to answer them.

Two machines that answer each other never end (R04). So an author gets one automatic reply in a
thread and a few over all threads, in 24 hours each. What a machine seems to have written gets none.
Pure: the clock and what was sent are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.clock import parse_time

PERIOD: Final = timedelta(hours=24)
"""The time for which automatic replies are counted."""

THREAD_CAP: Final = 1
"""How many automatic replies an author gets in one thread, in `PERIOD`."""

AUTHOR_CAP: Final = 2
"""How many an author gets over all threads in `PERIOD`, where the policy says nothing."""

QUICK: Final = timedelta(seconds=10)
"""Who writes so soon after our reply has not read it."""

IN_A_ROW: Final = timedelta(seconds=30)
"""Who writes again so soon after their own message goes on speaking, and does not answer ours."""

MAX_WORD_RUNS: Final = 32
"""How many word runs are kept of a text: enough to recognise it, and a few bytes."""

SAME_SHARE: Final = 0.8
"""Share of common words from which two texts are the same."""


type Words = frozenset[int]
"""What is kept of a text: some of its word runs as numbers (`heard.replies.own_words`)."""


class MachineSign(StrEnum):
    """Why a machine seems to have written something."""

    QUICK = "quick"
    """It was written within seconds of our reply."""
    REPEATED = "repeated"
    """It says again what we have answered automatically."""
    OWN_WORDS = "own_words"
    """Most of it are our own words."""
    EARLIER = "earlier"
    """Its author has shown a sign in this thread before, and no person has replied since."""


@dataclass(frozen=True, slots=True)
class AutomaticReply:
    """An automatic reply that an author got or is about to get.

    `at` is the time from which it may be sent. `words` are those of the review that it answers,
    without numbers: at most `MAX_WORD_RUNS` runs. `written_at` is when that review was written;
    empty in what earlier versions stored.
    """

    review: str
    thread: str
    reply: str
    at: str
    words: Words
    written_at: str = ""


def recent_replies(
    replies: Iterable[AutomaticReply], now: datetime, *, other_than: str = ""
) -> tuple[AutomaticReply, ...]:
    """Those of the last 24 hours, and those still to come, without that to the review `other_than`.

    A review has one automatic reply at most, so a repeated run of its decision does not count its
    own.
    """
    return tuple(
        reply
        for reply in replies
        if reply.review != other_than and parse_time(reply.at) > now - PERIOD
    )


def is_in_a_row(written_at: datetime, reply: AutomaticReply) -> bool:
    """Whether a message follows its author's own, which `reply` answers, within seconds.

    People send several short messages in a row, and ours comes between them.
    """
    if not reply.written_at:
        return False
    return timedelta(0) <= written_at - parse_time(reply.written_at) < IN_A_ROW


def is_same_text(words: Words, other: Words) -> bool:
    """Whether two texts are the same or nearly the same, by what `text_words` kept of them."""
    if not words or not other:
        return False
    # The smallest runs of both together are a fair sample of them, however long the texts are.
    sample = sorted(words | other)[: max(len(words), len(other))]
    common = sum(run in words and run in other for run in sample)
    return common / len(sample) >= SAME_SHARE


def find_machine_sign(
    *,
    written_at: datetime,
    words: Words,
    sent_at: Collection[str],
    answered: Sequence[AutomaticReply],
    own_share: float,
    suspected: bool,
) -> MachineSign | None:
    """Why a machine seems to have written a message; None if nothing says so.

    `sent_at` are the times of our replies to its author, and `answered` the author's automatic
    replies, both as far as the message can be an answer to them. `own_share` is the share of our
    own words in it, and `suspected` says that its author has shown a sign in the thread before.
    """
    if any(_is_quick(written_at, parse_time(time)) for time in sent_at):
        return MachineSign.QUICK
    if any(is_same_text(words, reply.words) for reply in answered):
        return MachineSign.REPEATED
    if own_share >= SAME_SHARE:
        return MachineSign.OWN_WORDS
    return MachineSign.EARLIER if suspected else None


def _is_quick(written_at: datetime, sent_at: datetime) -> bool:
    # Many platforms give whole seconds: a message of the same second may have come after ours.
    return sent_at.replace(microsecond=0) <= written_at < sent_at + QUICK
