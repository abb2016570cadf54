"""Reviews: text is normalized and cut to the limit, and ids follow only from their parts."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.reviews import (
    FINAL_REVISION,
    QUOTE_LIMIT_BYTES,
    TEXT_LIMIT_BYTES,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    Stage,
    author_id,
    follow_up_id,
    normalize_name,
    normalize_text,
    number_revision,
    reply_id,
    review_id,
    thread_id,
    time_revision,
    truncate_text,
)
from heard.text.unicode_form import MAX_MARKS

anything = st.text(st.characters(exclude_categories=()), max_size=200)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
events = st.builds(
    ReviewEvent,
    kind=st.sampled_from(EventKind),
    native_id=st.text(min_size=1, max_size=20),
    native_thread=st.text(min_size=1, max_size=20),
    revision=st.integers(0, 10**11).map(number_revision) | st.just(FINAL_REVISION),
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
    normalized = normalize_text(text)

    assert normalize_text(normalized) == normalized
    if normalized is not None:
        assert unicodedata.is_normalized("NFC", normalized)
        assert normalized.encode().decode() == normalized.strip()
        assert not [c for c in normalized if unicodedata.category(c) == "Cc" and c not in "\n\t"]


def test_normalising_keeps_every_script_and_drops_control_characters() -> None:
    assert (
        normalize_text("e\u0301 \u05e9\u05dc\u05d5\u05dd\r\n\U0001f600\x00\x1b[31m\ud800")
        == "\u00e9 \u05e9\u05dc\u05d5\u05dd\n\U0001f600[31m\ufffd"
    )
    assert normalize_text("\ud83d\ude00") == "\U0001f600"
    assert normalize_text(" \x00\n") is None
    assert normalize_text(None) is None


@given(st.text(max_size=50), st.integers(0, 3))
def test_a_text_is_cut_only_over_the_limit_and_its_original_length_is_returned(
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
    normalized = event.normalize()

    assert ReviewEvent.from_json(json.loads(json.dumps(normalized.to_json()))) == normalized
    assert normalized.normalize() == normalized


@given(
    st.lists(times, min_size=2, max_size=2),
    st.lists(st.integers(0, 10**12 - 1), min_size=2, max_size=2),
)
def test_revisions_sort_like_their_times_and_numbers_and_before_the_final_one(
    at: list[datetime], numbers: list[int]
) -> None:
    differ = abs(at[0] - at[1]) >= timedelta(milliseconds=1)

    assert not differ or (time_revision(at[0]) < time_revision(at[1])) == (at[0] < at[1])
    assert (number_revision(numbers[0]) < number_revision(numbers[1])) == (numbers[0] < numbers[1])
    assert max(time_revision(at[0]), number_revision(numbers[0])) < FINAL_REVISION


def test_combining_marks_are_limited_to_what_a_language_may_need() -> None:
    text_with_marks = "a" + "\u0301\u0316" * 50_000 + "b"
    cut_text = normalize_text(text_with_marks)
    assert cut_text is not None
    assert len(cut_text) <= MAX_MARKS + 2
    assert cut_text.endswith("b")
    assert normalize_text("Cafe\u0301 \u0e17\u0e35\u0e48") == "Caf\u00e9 \u0e17\u0e35\u0e48"


@given(events, events)
def test_digests_are_equal_exactly_if_rating_title_and_text_are(
    first: ReviewEvent, second: ReviewEvent
) -> None:
    first, second = first.normalize(), second.normalize()

    assert (first.content == second.content) == (
        (first.rating, first.title, first.text) == (second.rating, second.title, second.text)
    )


@given(st.lists(st.text(max_size=6), min_size=6, max_size=6))
def test_ids_are_equal_exactly_if_their_parts_are(parts: list[str]) -> None:
    first, second = tuple(parts[:3]), tuple(parts[3:])
    for id in (review_id, thread_id, author_id, reply_id):
        assert (id(*first) == id(*second)) == ("\x1f".join(first) == "\x1f".join(second))
    assert follow_up_id("thr_1", 1) != follow_up_id("thr_1", 2)


@pytest.mark.parametrize("channel", Channel)
def test_a_channel_is_onstage_exactly_if_the_public_can_read_it(channel: Channel) -> None:
    onstage = {"review_site", "social", "forum", "app_store"}

    assert channel.stage is (Stage.ONSTAGE if channel.value in onstage else Stage.OFFSTAGE)


def test_a_quotation_is_cut_and_counts_for_the_digest() -> None:
    event = ReviewEvent(
        EventKind.CREATED,
        "r-1",
        "r-1",
        number_revision(1),
        Author("a"),
        text="Fine now, thank you.",
    )
    quoting = replace(event, quoted="\N{GRINNING FACE}" * 40_000).normalize()

    assert quoting.quoted is not None
    assert len(json.dumps(quoting.quoted, ensure_ascii=False).encode()) <= QUOTE_LIMIT_BYTES
    assert quoting.content != event.normalize().content
    assert ReviewEvent.from_json(quoting.to_json()) == quoting


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Smith, null", "Smith"),
        ("null, null", None),
        ("(none) Müller", "Müller"),
        ("[object Object]", None),
        ("{{ customer.name }}", None),
        ("Ida {{last_name}}", "Ida"),
        ("${name}", None),
        ("%s", None),
        ("#REF!", None),
        ("NaN", None),
        ("Nan Goldin", "Nan Goldin"),
        ("Jennifer Null", "Jennifer Null"),
        ("Null, Christopher", "Null, Christopher"),
        ('"undefined"', None),
        ("n.a.", None),
        ("-", None),
        ("???", None),
        ("🦄", "🦄"),
        ("x", "x"),
        ("李", "李"),
        ("O&#39;Brien", "O'Brien"),
        ("O&amp;#39;Brien", "O'Brien"),
        ("J&uuml;rgen", "Jürgen"),
        ("Ana &amp; Ben", "Ana & Ben"),
        ("AT&T", "AT&T"),
        ("&#8238;Ana", "Ana"),
        ("\u202egnp.exe", "gnp.exe"),
        ("A\u200bn\u2060a\u00ad", "Ana"),
        ("n\u200bull", None),
        ("\u3164", None),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("Ida\x00 Quint", "Ida Quint"),
    ],
)
def test_a_name_is_shown_as_its_owner_would_write_it_or_not_at_all(
    name: str, shown: str | None
) -> None:
    assert normalize_name(name) == shown


@given(st.text(st.sampled_from("&;#39ampnul{}%s ,()") | st.characters(), max_size=40))
def test_a_name_in_normal_form_stays_as_it_is(name: str) -> None:
    shown = normalize_name(name)
    assert shown is None or (shown and normalize_name(shown) == shown)


def test_without_words_nothing_of_the_author_is_left() -> None:
    fields = {field.name for field in dataclasses.fields(ReviewEvent)}
    kept = {
        "kind",
        "native_id",
        "native_thread",
        "revision",
        "occurred_at",
        "original_bytes",
        "partial",
        "unread",
        "no_review",
    }
    event = ReviewEvent(
        EventKind.WITHDRAWN,
        "r-1",
        "t-1",
        "1",
        Author("a", "Zelda"),
        rating=1,
        title="x",
        text="x",
        language="en",
        subject="x",
        link="https://shop.example/x",
        reply_to={"to": "x"},
        quoted="x",
        below="x",
    ).without_words()

    emptied = {name: getattr(event, name) for name in fields - kept}
    assert emptied.pop("author") == Author("")
    assert emptied.pop("reply_to") == {}
    assert set(emptied.values()) == {None}, "a new field of an event: does it hold words?"


@pytest.mark.parametrize(
    ("title", "text", "line"),
    [
        ("Broken, and then silence", "Two plates", "Broken, and then silence – Two plates"),
        ("Never again!", "Two plates", "Never again! Two plates"),
        ("“Never again.”", "Two plates", "“Never again.” Two plates"),
        ("最悪。", "皿が二枚", "最悪。 皿が二枚"),
        ("لماذا؟", "طبقان", "لماذا؟ طبقان"),
        ("Broken \n", "Two plates", "Broken – Two plates"),
        ("Broken", None, "Broken"),
        ("Broken", "", "Broken"),
        (None, "Two plates", "Two plates"),
        ("\u200f", "Two plates", "Two plates"),
        (None, None, None),
    ],
)
def test_a_title_and_its_text_are_parted_on_one_line(
    title: str | None, text: str | None, line: str | None
) -> None:
    event = ReviewEvent(
        EventKind.CREATED, "r-1", "r-1", "1", Author("cus-1"), title=title, text=text
    )

    assert event.first_words(100) == line
