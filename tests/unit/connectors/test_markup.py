"""Customers' words survive when HTML is turned into text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors.mail.html_text import read_html
from heard.connectors.markup import html_to_text
from heard.reviews import normalize_text
from tests.unit.work import grows_with_length_only


@pytest.mark.parametrize(
    ("html", "text"),
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
def test_tags_are_removed_and_text_stays(html: str | None, text: str | None) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>{}</td><td>{}</td></tr></table>",
        "<tr><th>{}</th><td>{}</td></tr>",
        "<table><caption>{}</caption><tr><td>{}</td></tr></table>",
        "<dl><dt>{}</dt><dd>{}</dd></dl>",
        "<select><option>{}</option><option>{}</option></select>",
        "<button>{}</button><button>{}</button>",
        "<label>{}</label>{}",
        "{}<input type=radio>{}",
        "<section>{}</section><section>{}</section>",
        "<article>{}</article>{}",
        "<details><summary>{}</summary>{}</details>",
        "<fieldset><legend>{}</legend>{}</fieldset>",
        "<figure><figcaption>{}</figcaption></figure>{}",
        "<address>{}</address>{}",
        "<aside>{}</aside>{}",
        "<header>{}</header>{}",
        "<form>{}</form>{}",
        "<textarea>{}</textarea>{}",
        "<ul><li>{}<li>{}</ul>",
        "<TD>{}</TD><TD>{}</TD>",
    ],
)
def test_the_words_of_two_parts_of_a_page_are_never_one_word(html: str) -> None:
    page = html.format("order", "77")
    assert (html_to_text(page) or "").split() == ["order", "77"]
    assert read_html(page).visible.split() == ["order", "77"]


def test_tags_inside_a_word_do_not_part_it() -> None:
    page = "<p>not<b>hing</b> w<i>or</i>ks, H<sub>2</sub>O, a<wbr>long</p>"
    assert html_to_text(page) == read_html(page).visible == "nothing works, H2O, along"


@given(st.text())
def test_any_text_is_read_and_text_without_markup_stays_as_it_is(text: str) -> None:
    plain_text = html_to_text(text)
    assert "<" in text or "&" in text or plain_text == normalize_text(text)


@pytest.mark.parametrize(
    "part",
    ["<a", "a", "a<b>", "<a ", "&#1", "&", "<!--", "<!", "<blockquote>a<p>", "</", "<b", "\n "],
)
def test_the_work_to_read_a_text_grows_with_its_length_only(part: str) -> None:
    assert grows_with_length_only(lambda text: html_to_text("<" + text, quote="> "), part, 200_000)


def test_a_reference_to_no_character_is_replaced_however_long_it_is() -> None:
    assert html_to_text("a&#" + "1" * 5_000 + ";b") == "a\ufffdb"
    assert html_to_text("<p>&#65;&#x41;&#0065;&#" + "9" * 8 + ";") == "AAA\ufffd"
