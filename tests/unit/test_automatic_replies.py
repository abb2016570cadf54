"""How many automatic replies an author gets, and the signs of a machine (R04)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.automatic_replies import (
    AutomaticReply,
    MachineSign,
    find_machine_sign,
    is_same_text,
    recent_replies,
)
from heard.clock import format_time
from heard.replies.own_words import text_words

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
TEXT = "Thank you for your mail. We have opened the ticket 4711 and will answer within two days."


def reply(review: str = "rev_1", at: datetime = NOON, text: str = TEXT) -> AutomaticReply:
    return AutomaticReply(review, "thr_1", f"rep_of_{review}", format_time(at), text_words(text))


def sign(text: str = "Lovely bread!", **changes: Any) -> MachineSign | None:
    inputs: dict[str, Any] = {
        "written_at": NOON,
        "words": text_words(text),
        "sent_at": (),
        "answered": (),
        "own_share": 0.0,
        "suspected": False,
    }
    return find_machine_sign(**inputs | changes)


def test_replies_of_the_last_24_hours_count_and_those_still_to_come() -> None:
    times = [NOON - timedelta(hours=24), NOON - timedelta(hours=23, minutes=59), NOON, NOON]
    times += [NOON + timedelta(hours=8)]
    replies = [reply(f"rev_{number}", at) for number, at in enumerate(times)]

    assert recent_replies(replies, NOON) == tuple(replies[1:])


def test_a_reviews_own_reply_does_not_count_when_it_is_decided_again() -> None:
    replies = (reply("rev_1"), reply("rev_2"))

    assert recent_replies(replies, NOON, other_than="rev_2") == replies[:1]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, None), (0, MachineSign.QUICK), (9.9, MachineSign.QUICK), (10, None), (3600, None)],
)
def test_what_is_written_within_seconds_of_our_reply_is_a_machines(
    seconds: float, expected: MachineSign | None
) -> None:
    sent_at = [
        format_time(NOON - timedelta(seconds=seconds)),
        format_time(NOON - timedelta(days=1)),
    ]

    assert sign(sent_at=sent_at) is expected


def test_a_time_in_whole_seconds_may_be_that_of_our_reply() -> None:
    assert sign(sent_at=[format_time(NOON + timedelta(milliseconds=700))]) is MachineSign.QUICK
    assert sign(sent_at=[format_time(NOON + timedelta(milliseconds=1200))]) is None


@pytest.mark.parametrize(
    "again",
    [
        TEXT,
        TEXT.upper(),
        TEXT.replace("4711", "4712"),
        TEXT.replace(" ", "\n"),
        f"> {TEXT}",
    ],
)
def test_a_text_that_is_repeated_is_a_machines(again: str) -> None:
    assert sign(again, answered=[reply()]) is MachineSign.REPEATED


@pytest.mark.parametrize(
    "other",
    [
        "",
        "4711",
        "👍",
        "Thank you for your mail. My parcel has not arrived and nobody answers the phone.",
        "We have opened the parcel and it is broken. Please answer within two days.",
    ],
)
def test_another_text_is_no_repetition(other: str) -> None:
    assert sign(other, answered=[reply()]) is None


def test_texts_without_words_are_never_the_same() -> None:
    assert not is_same_text(text_words("👍"), text_words("👍"))
    assert sign("12 34", answered=[reply(text="12 34")]) is None


def test_mostly_own_words_and_an_earlier_sign_are_signs() -> None:
    assert sign(own_share=0.8) is MachineSign.OWN_WORDS
    assert sign(own_share=0.79) is None
    assert sign(suspected=True) is MachineSign.EARLIER
    assert sign() is None


@given(st.text(max_size=400), st.text(max_size=400))
def test_similarity_is_symmetric_and_total(one: str, other: str) -> None:
    words, other_words = text_words(one), text_words(other)

    assert is_same_text(words, other_words) == is_same_text(other_words, words)
    assert is_same_text(words, words) == bool(words)
    assert len(words) <= 32
