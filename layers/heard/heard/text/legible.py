"""A text as a person reads it, for judging only: nothing in it that nobody sees, no odd letters.

A soft hyphen, a joiner or a stroke inside a word hides the word from rules and engines, but not
from a person; so does a Cyrillic letter in a Latin word. What is stored or shown keeps them. The
time is linear in the text.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from heard.text.unicode_form import in_form

_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
"""Soft hyphens, joiners, marks of direction, fillers, selectors of variants, and tags."""

_STROKES: Final = "\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb"
"""Marks that strike a letter through."""

_HIDDEN: Final = re.compile(f"[{_INVISIBLE}{_STROKES}]+")

_STACKED_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Marks on Latin, Greek and Cyrillic letters that no composed letter takes up."""

LINE_START: Final = "\v"
"""What a line break becomes that its author meant, and that no program put there."""

_ENTITY: Final = re.compile(r"&#?\w{2,8};")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,200}+>")
_PAUSE: Final = re.compile(r"(?:\.{2,3}|…)[^\S\n]*(?=([^\W\d_]))")
"""Dots behind which the sentence may go on."""

_LINE_END: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028]")
_PARAGRAPH_END: Final = re.compile(r"\u2029|\n(?:[^\S\n]*\n)+")
_UNSPACED_LETTER: Final = re.compile("[\u0e00-\u0e7f\u3040-\u9fff]")

_SOFT_BREAK: Final = re.compile("(?:\u00ad[^\\S\\n]*|(?<=\\w)=)\\n(?=\\w)")
"""A line break within a word, where a program put it: behind a soft hyphen, or a sign for it."""

_SPACED_SIGNS: Final = re.compile(
    "(?<!\\w)(?<!\\b\\w )[\u3040-\u9fff](?: [\u3040-\u9fff](?!\\w)){2,}+"
)
"""Signs that stand apart, as people stress a word and as other programs copy it."""

_BROKEN_WORD: Final = re.compile(r"[^\W\d_][-\u2010]$")
"""How a line ends whose last word goes on in the next line: self-harm stays self-harm."""

_MIN_WRAPPED_LINE: Final = 40
"""Characters of the shortest line that a mail program may have wrapped."""

_LATIN: Final = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_GREEK: Final = "\u0370-\u03ff\u1f00-\u1fff"
_CYRILLIC: Final = "\u0400-\u052f"
_FOREIGN_LETTER: Final = re.compile(f"[{_GREEK}{_CYRILLIC}\u0250-\u02af\u1d00-\u1d7f\ua730-\ua731]")
_LETTERS: Final = re.compile(f"[{_LATIN}{_GREEK}{_CYRILLIC}]+")
_SCRIPTS: Final = tuple(re.compile(f"[{script}]") for script in (_LATIN, _GREEK, _CYRILLIC))

_MAX_MIXED_WORD: Final = 60
"""Letters of the longest word whose letters are compared with those of another script."""

_SMALL_LETTERS: Final = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡɩ", "abcdefghijklmnoprstuvwyzagi")
"""Small capitals and phonetic letters that are written for their Latin look-alikes."""

_LATIN_OF_CYRILLIC: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХѴԌԚԜЗаеѕіјорсухѵԁһԛԝѡвкмнтгпилзьӏ",
        "ABESIJKMHOPCTYXVGQWZaesijopcyxvdhqwwbkmhtrnulzbl",
        strict=True,
    )
)
_LATIN_OF_GREEK: Final = dict(
    zip(
        "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχϲϳω",
        "ABEZHIKMNOPTYXabeikvoptuxcjw",
        strict=True,
    )
)
_CYRILLIC_OF_LATIN: Final = dict(
    zip("ABEKMHOPCTYXIJSaceopxyijsvk", "АВЕКМНОРСТУХІЈЅасеорхуіјѕѵк", strict=True)
)
_GREEK_OF_LATIN: Final = dict(
    zip("ABEZHIKMNOPTYXabeikovptuxw", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικονρτυχω", strict=True)
)
"""What a letter of one script is read as in a word of another, if the two look alike."""


def legible_text(text: str) -> str:
    """A text without what nobody sees, in composed form, with the letters that are meant.

    Letters of another script are replaced only inside words that mix scripts, so no word of a real
    language changes.
    """
    text = _SOFT_BREAK.sub("", text)
    if text.isascii():
        return text
    text = _HIDDEN.sub("", text)
    if not _FOREIGN_LETTER.search(text):
        return text
    return _LETTERS.sub(_read_one_script, text.translate(_SMALL_LETTERS))


def without_markup(text: str) -> str:
    """A legible text without the HTML that some platforms leave in it, escaped once or twice."""
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    text = _TAG.sub(" ", text) if "<" in text else text
    return legible_text(text)


def matchable_form(text: str) -> str:
    """A legible text in compatibility form (NFKC), with lines joined to sentences.

    A single line break becomes a blank, or `LINE_START` where the author meant it, or nothing
    between letters that are written without blanks. An empty line remains as one line break, which
    ends a sentence. A word that a line break behind a hyphen cuts in two is one word, and so are
    Chinese and Japanese signs that stand apart. Dots in the middle of a sentence become
    `LINE_START`.
    """
    if ".." in text or "…" in text:
        text = _PAUSE.sub(_pause_or_end, text)
    if not text.isascii():
        text = legible_text(in_form("NFKC", text))
        text = _STACKED_MARKS.sub("", text)
        text = _SPACED_SIGNS.sub(lambda word: word[0].replace(" ", ""), text)
    if "\n" not in text and text.isprintable():
        return text
    paragraphs = _PARAGRAPH_END.split(_LINE_END.sub("\n", text))
    return "\n".join(map(_join_lines, paragraphs))


def _pause_or_end(match: re.Match[str]) -> str:
    return match.group() if match[1].isupper() else LINE_START


def _join_lines(paragraph: str) -> str:
    if "\n" not in paragraph:
        return paragraph
    lines = [line.strip() for line in paragraph.split("\n")]
    parts = [lines[0]]
    for before, line in pairwise(lines):
        parts += (_line_break(before, line), line)
    return "".join(parts)


def _line_break(before: str, line: str) -> str:
    if _UNSPACED_LETTER.match(before[-1:]) and _UNSPACED_LETTER.match(line):
        return ""
    if _BROKEN_WORD.search(before) and line[:1].islower():
        return ""
    is_wrapped = len(before) >= _MIN_WRAPPED_LINE and line[:1].islower()
    return " " if is_wrapped else LINE_START


def _read_one_script(match: re.Match[str]) -> str:
    word = match.group()
    if word.isascii() or len(word) > _MAX_MIXED_WORD:
        return word
    return _in_one_script(word)


@lru_cache(maxsize=4_096)
def _in_one_script(word: str) -> str:
    """A word that mixes Latin letters with Greek or Cyrillic ones, in the script it is meant in.

    It is meant in the script that has letters like no other, else in the one with more letters. A
    word with such letters in both is really mixed, and stays.
    """
    latin, greek, cyrillic = (len(script.findall(word)) for script in _SCRIPTS)
    if not latin or not (greek or cyrillic):
        return word
    to_latin = {**_LATIN_OF_GREEK, **_LATIN_OF_CYRILLIC}
    from_latin = _GREEK_OF_LATIN if greek > cyrillic else _CYRILLIC_OF_LATIN
    is_latin = all(c in to_latin or _SCRIPTS[0].match(c) for c in word)
    is_foreign = all(c in from_latin or not _SCRIPTS[0].match(c) for c in word)
    if is_latin and (latin >= greek + cyrillic or not is_foreign):
        return "".join(to_latin.get(c, c) for c in word)
    if is_foreign:
        return "".join(from_latin.get(c, c) for c in word)
    return word
