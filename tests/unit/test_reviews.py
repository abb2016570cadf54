"""Reviews: text in normal form, cut to what fits, and ids that follow only from what they name."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.reviews import (
    MAX_COMBINING_MARKS,
    TEXT_LIMIT_BYTES,
    TOMBSTONE,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    Stage,
    author_id,
    follow_up_id,
    normalize_text,
    number_revision,
    reply_id,
    review_id,
    thread_id,
    time_revision,
    truncate_text,
)

anything = st.text(st.characters(exclude_categories=()), max_size=200)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
events = st.builds(
    ReviewEvent,
    kind=st.sampled_from(EventKind),
    native_id=st.text(min_size=1, max_size=20),
    native_thread=st.text(min_size=1, max_size=20),
    revision=st.integers(0, 10**11).map(number_revision) | st.just(TOMBSTONE),
    author=st.builds(Author, st.text(min_size=1, max_size=10), st.none() | anything),
    rating=st.none() | st.integers(1, 5),
    title=st.none() | anything,
    text=st.none() | anything,
    language=st.none() | st.just("de"),
    occurred_at=st.none()
    | times.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    subject=st.none() | st.text(max_size=20),
    link=st.none() | st.just("https://example.com/1"),
    reply_to=st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=2),
)


@given(anything)
def test_normal_text_is_nfc_and_printable_and_normalising_again_changes_nothing(text: str) -> None:
    once = normalize_text(text)

    assert normalize_text(once) == once
    if once is not None:
        assert unicodedata.is_normalized("NFC", once)
        assert once.encode().decode() == once.strip()
        assert not [c for c in once if unicodedata.category(c) == "Cc" and c not in "\n\t"]


def test_normalising_keeps_every_script_and_drops_what_breaks_consoles() -> None:
    assert (
        normalize_text("e\u0301 \u05e9\u05dc\u05d5\u05dd\r\n\U0001f600\x00\x1b[31m\ud800")
        == "\u00e9 \u05e9\u05dc\u05d5\u05dd\n\U0001f600[31m\ufffd"
    )
    assert normalize_text("\ud83d\ude00") == "\U0001f600"
    assert normalize_text(" \x00\n") is None
    assert normalize_text(None) is None


@given(st.text(max_size=50), st.integers(0, 3))
def test_a_text_is_cut_only_when_it_is_too_long_and_says_how_long_it_was(
    piece: str, times: int
) -> None:
    text = piece + "x€\U0001f600\n"[times] * 40_000 * times
    cut_text, length = truncate_text(text)

    assert cut_text is not None
    assert text.startswith(cut_text)
    assert len(json.dumps(cut_text, ensure_ascii=False).encode()) <= TEXT_LIMIT_BYTES
    if length is None:
        assert cut_text == text
    else:
        assert length == len(text.encode())
        assert (
            len(json.dumps(text[: len(cut_text) + 1], ensure_ascii=False).encode())
            > TEXT_LIMIT_BYTES
        )


@given(events)
def test_an_event_survives_json(event: ReviewEvent) -> None:
    normal = event.normalize()

    assert ReviewEvent.from_json(json.loads(json.dumps(normal.to_json()))) == normal
    assert normal.normalize() == normal


@given(
    st.lists(times, min_size=2, max_size=2),
    st.lists(st.integers(0, 10**12 - 1), min_size=2, max_size=2),
)
def test_revisions_sort_like_their_times_and_numbers_and_before_the_tombstone(
    at: list[datetime], numbers: list[int]
) -> None:
    apart = abs(at[0] - at[1]) >= timedelta(milliseconds=1)

    assert not apart or (time_revision(at[0]) < time_revision(at[1])) == (at[0] < at[1])
    assert (number_revision(numbers[0]) < number_revision(numbers[1])) == (numbers[0] < numbers[1])
    assert max(time_revision(at[0]), number_revision(numbers[0])) < TOMBSTONE


def test_combining_marks_are_cut_to_what_a_language_may_need() -> None:
    zalgo = "a" + "\u0301\u0316" * 50_000 + "b"
    cut_text = normalize_text(zalgo)
    assert cut_text is not None
    assert len(cut_text) <= MAX_COMBINING_MARKS + 2
    assert cut_text.endswith("b")
    assert normalize_text("Cafe\u0301 \u0e17\u0e35\u0e48") == "Caf\u00e9 \u0e17\u0e35\u0e48"


@given(events, events)
def test_equal_digests_mean_equal_words_and_rating(one: ReviewEvent, other: ReviewEvent) -> None:
    one, other = one.normalize(), other.normalize()

    assert (one.digest == other.digest) == (
        (one.rating, one.title, one.text) == (other.rating, other.title, other.text)
    )


@given(st.lists(st.text(max_size=6), min_size=6, max_size=6))
def test_ids_follow_only_from_what_they_name(parts: list[str]) -> None:
    one, other = tuple(parts[:3]), tuple(parts[3:])
    for id in (review_id, thread_id, author_id, reply_id):
        assert (id(*one) == id(*other)) == ("\x1f".join(one) == "\x1f".join(other))
    assert follow_up_id("thr_1", 1) != follow_up_id("thr_1", 2)


@pytest.mark.parametrize("channel", Channel)
def test_a_channel_is_onstage_where_anybody_can_read(channel: Channel) -> None:
    onstage = {"review_site", "social", "forum", "app_store"}

    assert channel.stage is (Stage.ONSTAGE if channel.value in onstage else Stage.OFFSTAGE)
