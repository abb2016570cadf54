"""What customers said is left of HTML, and nothing of it is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors.markup import html_to_text
from heard.reviews import normalize_text


@pytest.mark.parametrize(
    ("marked_up", "said"),
    [
        ("<p>Cold &amp; late.<br>Again.</p><p>Refund?</p>", "Cold & late.\nAgain.\nRefund?"),
        ("<div><div>Nested\nlines</div></div>", "Nested lines"),
        ("<style>p{}</style><script>alert(1)</script><p>Words</p>", "Words"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("two\nlines", "two\nlines"),
        ("I &lt;3 you", "I <3 you"),
        ("<![x[ my complaint", "<![x[ my complaint"),
        ("<p></p>", None),
        ("", None),
        (None, None),
    ],
)
def test_tags_go_and_words_stay(marked_up: str | None, said: str | None) -> None:
    assert html_to_text(marked_up) == said


@given(st.text())
def test_any_text_is_read_and_what_holds_no_markup_stays_as_it_is(text: str) -> None:
    said = html_to_text(text)
    assert "<" in text or "&" in text or said == normalize_text(text)


@pytest.mark.parametrize(
    "part",
    ["<a", "a", "a<b>", "<a ", "&#1", "&", "<!--", "<!", "<blockquote>a<p>", "</", "<b", "\n "],
)
def test_however_long_a_text_is_reading_it_takes_no_longer_than_its_length(part: str) -> None:
    began = time.process_time()
    html_to_text("<" + part * (400_000 // len(part)), quote="> ")
    assert time.process_time() - began < 60  # quadratic time takes far longer


def test_a_number_that_no_character_has_is_none_however_long() -> None:
    assert html_to_text("a&#" + "1" * 5_000 + ";b") == "a\ufffdb"
    assert html_to_text("<p>&#65;&#x41;&#0065;&#" + "9" * 8 + ";") == "AAA\ufffd"
