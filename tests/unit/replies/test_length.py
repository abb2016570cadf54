"""Lengths in the units that platforms count in. Those of X follow the examples of its library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.replies.length import has_url, text_length
from tests.unit.work import grows_with_length_only

FAMILY = "👨‍👩‍👧‍👦"

# github.com/twitter/twitter-text, conformance/validate.yml,
# WeightedTweetsWithDiscountedEmojiCounterTest (config v3), and the table of
# docs.x.com/fundamentals/counting-characters.
DOCUMENTED = {
    "a": 1,
    "Hi http://test.co": 26,
    "http://test.co": 23,
    "https://www.twitter.com/aloha " * 10: 240,
    "故人西辞黄鹤楼，烟花三月下扬州。" * 10: 320,
    "😷" * 160: 320,
    "A\u0301B": 2,  # composed first
    "A\ufb2c": 4,  # composed form of three
    f"H🐱☺{FAMILY}": 7,
    "😷👾😡🔥💩": 10,
    "🙋🏽👨‍🎤": 4,
    FAMILY * 140: 280,
    "1⃣": 2,
    "Unicode 10.0 emoji: 🤪; 🧕; 🧕🏾; 🏴󠁧󠁢󠁥󠁮󠁧󠁿": 34,
    "Unicode 9.0 emoji: 🤠; 💃; 💃🏾": 29,
    "ABC\u202a\uffffABC\ufffe": 12,
    "\u2066\u202ahttp://foobar.پاکستان/\u202c\u2069": 31,
    "randomurl" * 7 + "s.com": 68,  # a label of 64 characters is no domain's
    "あいうえおかきくけこ" * 12 + " http://" + "あいうえおかきくけこ" * 5 + "あいう.com": 358,
    "あいうえおかきくけこ" * 12 + " http://" + "あいうえおかきくけこ" * 5 + "あい.com": 264,
    "caf\u00e9": 4,
    "cafe\u0301": 4,
    "https://example.com/very/long/path": 23,
}


@pytest.mark.parametrize("text", DOCUMENTED)
def test_the_documented_examples_of_x_have_their_documented_length(text: str) -> None:
    assert text_length(text, "weighted") == DOCUMENTED[text]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Write to example.com, please", 9 + 23 + 8),
        ("See www.example.co.uk/a/rather/long/path?with=a&query=too.", 4 + 23 + 1),
        ("Mail ida@example.com", 20),
        ("(https://example.com/menu)", 1 + 23 + 1),
        ("見てexample.comね", 4 + 23 + 2),
        ("https://example.comです", 23 + 4),
        ("http://localhost is none", 24),
        ("It cost 4.50, e.g. here", 23),
    ],
)
def test_only_an_address_counts_23_with_or_without_a_scheme(text: str, weight: int) -> None:
    assert text_length(text, "weighted") == weight


def test_two_sentences_without_a_space_between_them_are_never_counted_too_low() -> None:
    assert text_length("internationalization.Unfortunately", "weighted") == 34
    assert text_length("Sorry.Thanks", "weighted") == 23


@pytest.mark.parametrize(
    ("text", "weight"),
    [("ក្រុម", 10), ("ﾊﾞ", 4), ("か\u309a", 4), ("क्षमा", 5), ("n\u0303o", 2), ("☝🏽", 2), ("©️", 2)],
)
def test_only_an_emoji_counts_two_for_all_its_code_points(text: str, weight: int) -> None:
    assert text_length(text, "weighted") == weight


def test_the_length_is_exact_around_the_limit_of_280() -> None:
    assert [text_length("x" * count, "weighted") for count in (280, 281)] == [280, 281]
    assert [text_length("語" * count, "weighted") for count in (140, 141)] == [280, 282]


def test_each_unit_gives_its_own_length_for_the_same_text() -> None:
    text = f"é{FAMILY}e\u0301"
    assert {
        unit: text_length(text, unit) for unit in ("characters", "bytes", "graphemes", "utf16")
    } == {
        "characters": 10,
        "bytes": 30,
        "graphemes": 3,
        "utf16": 14,
    }


def test_a_grapheme_is_one_character_as_readers_see_it() -> None:
    assert [text_length(text, "graphemes") for text in ("🇩🇪🇫🇷", "क्षि", "한국", "\r\n", "")] == [
        2,
        1,
        2,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("see https://example.com", True), ("example.org", True), ("no address. None", False)],
)
def test_an_address_in_a_text_is_found(text: str, expected: bool) -> None:
    assert has_url(text) is expected


@given(text=st.text(max_size=300))
def test_any_text_has_a_length_in_every_unit(text: str) -> None:
    for unit in ("characters", "bytes", "utf16", "graphemes", "weighted"):
        assert text_length(text, unit) >= (1 if text and unit != "weighted" else 0)
    assert text_length(text, "graphemes") <= len(text) <= text_length(text, "bytes")


@pytest.mark.parametrize(
    "text", ["a.", "a-", "https://a.", "a.b/(", "x" * 9, "é", "éa-", "http://a-", "語.", "_a_."]
)
def test_the_work_to_count_a_text_grows_with_its_length_only(text: str) -> None:
    assert grows_with_length_only(
        lambda long_text: text_length(long_text, "weighted"), text, 30_000
    )
