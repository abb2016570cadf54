"""Normal forms of Unicode: no text makes them slow, whatever it hides its marks in."""

from __future__ import annotations

import ast
import itertools
import sys
import unicodedata
from pathlib import Path

import pytest

import heard
from heard.reviews import normalize_text
from heard.text.legible import without_markup
from heard.text.unicode_form import DISGUISED_MARKS, MAX_MARKS, in_form
from heard.text.words import HEAD_CHARACTERS, TAIL_CHARACTERS, fold_signs, matchable_part

NORMALIZING = {
    "text/unicode_form.py",
    "text/words.py",  # one word, in which no mark stands
    "replies/own_words.py",  # one character
    "assessment/engines/ngrams.py",  # one character of each script
}


def longest_run(text: str) -> int:
    """How many combining marks stand in a row at most: what normalising sorts."""
    runs = itertools.groupby(text, key=lambda sign: unicodedata.combining(sign) > 0)
    return max((len(list(run)) for is_mark, run in runs if is_mark), default=0)


def test_the_characters_that_become_marks_are_known() -> None:
    disguised = [
        sign
        for sign in map(chr, range(sys.maxunicode + 1))
        if not unicodedata.combining(sign)
        and unicodedata.combining(unicodedata.normalize("NFKD", sign)[0])
    ]
    assert "".join(disguised) == DISGUISED_MARKS


MARKS = [
    "\u0301\u0327",
    "\u0650\u064b",
    "\u05b0\u05c1",
    "\u0f73",
    "\u0f73\u0f81",
    "\uff9e\u0301",
    "&#769;&#807;",
    "&#x650;&#x64b;",
    "&amp;#1616;&amp;#1611;",
    "&#3955;",
    "\u0650\u064b" * 15 + "\u200b",
    "\u0650\u064b" * 15 + "\ufe0f",
    "\u0650\u064b" * 15 + "&shy;",
]


@pytest.mark.parametrize("marks", MARKS)
def test_marks_are_limited_however_they_are_hidden(marks: str) -> None:
    """The library sorts a run of marks by insertion: 40,000 of them took five seconds."""
    text = normalize_text("a" + marks * 400) or ""
    assert longest_run(unicodedata.normalize("NFKD", text)) <= 3 * MAX_MARKS + 3
    matchable, _ = matchable_part(text)
    assert longest_run(unicodedata.normalize("NFKD", matchable)) <= 3 * MAX_MARKS + 3
    for form in ("NFC", "NFKC"):
        assert longest_run(in_form(form, without_markup(text))) <= 3 * MAX_MARKS + 3
    assert longest_run(fold_signs(without_markup(text))) <= 3 * MAX_MARKS + 3


def test_only_one_module_normalises_texts() -> None:
    root = Path(heard.__file__).parent
    callers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "unicodedata.normalize"
    }
    assert callers == NORMALIZING


@pytest.mark.parametrize("unit", ["\ufdfa", "\ufdfb ", "\u33ff", "e\u0301", "a", "\u1100\u1161"])
def test_a_text_is_cut_also_after_it_became_longer(unit: str) -> None:
    """Of one U+FDFA compatibility form makes 18 letters."""
    text, is_cut = matchable_part(unit * 30_000)
    assert is_cut
    assert len(text) <= HEAD_CHARACTERS + TAIL_CHARACTERS + 2
    assert matchable_part(unit * 1_000).is_cut is False
