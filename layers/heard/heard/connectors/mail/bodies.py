"""Which words of a mail are its text, where it holds them more than once.

Most mails come as plain text and as HTML. The plain text is taken, unless it lacks words: some
programs write only that the mail is HTML, or a picture's name. If each says something that the
other does not, both are the text. A few words that only one has, and words that HTML hides, are
kept apart: they are judged, and nothing is lost. Total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from heard.connectors.mail.html_text import read_html

CONTENT_LIMIT: Final = 700_000
"""Bytes of a part, and characters of its HTML, that are read. A longer one is cut, and says so."""

_TEXT_LIMIT: Final = 200_000
"""Characters of a body that are read. More than are kept of any review with all that it quotes."""

_EMBEDDED_FILE: Final = re.compile(rb"(?<=[\"'(=])data:[^\"'<>\s]{1000,}+")
"""A picture that stands in the HTML itself."""

_WORD: Final = re.compile(r"[^\W_\u2e80-\uffff]+|[\u2e80-\uffff]")
_NO_WORDS: Final = re.compile(
    r"https?://\S+|\[(?:image|cid|bild|imagen?|obraz)\s*:[^\]\n]*\]", re.IGNORECASE
)
_HTML_START: Final = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_PLACEHOLDER_WORD: Final = "html"
_NOTICE_WORDS: Final = 40
"""Plain text that says no more than that the mail is HTML has this word in every language."""

_TOLERATED_LOSS: Final = 0.2
"""Plain text that lacks a larger share of the HTML's words is not the same text."""


@dataclass(frozen=True, slots=True)
class Body:
    """A mail's text as its reader sees it, and the other words in it.

    `unread` says that it has words which were not read.
    """

    text: str = ""
    other_text: str = ""
    unread: bool = False


def limit_content(content: bytes) -> bytes:
    """The bytes of a part without the pictures in it, and no more than can be read."""
    if len(content) > CONTENT_LIMIT:
        content = _EMBEDDED_FILE.sub(b"", content)
    return content[: CONTENT_LIMIT + 1]


def body_of_text(text: str) -> Body:
    """The body that plain text is; some programs call HTML so."""
    if _HTML_START.match(text):
        return body_of_html(text)
    return Body(text[:_TEXT_LIMIT], unread=len(text) > _TEXT_LIMIT)


def body_of_html(html: str) -> Body:
    """The body that HTML is."""
    words = read_html(html[:CONTENT_LIMIT])
    return Body(
        words.visible[:_TEXT_LIMIT],
        words.hidden[:_TEXT_LIMIT],
        len(html) > CONTENT_LIMIT or len(words.visible) > _TEXT_LIMIT,
    )


def choose_body(plain: Body, html: Body) -> Body:
    """The body of a mail that comes as plain text and as HTML."""
    plain_words, html_words = _words_of(plain.text), _words_of(html.text)
    lacks_words = len(html_words - plain_words) > _TOLERATED_LOSS * len(html_words)
    has_more = len(plain_words - html_words) > _TOLERATED_LOSS * len(plain_words)
    if not html_words or (plain_words and not lacks_words):
        chosen, ignored = plain, html
    elif not has_more or (_PLACEHOLDER_WORD in plain_words and len(plain_words) <= _NOTICE_WORDS):
        chosen, ignored = html, plain
    else:
        chosen, ignored = join_bodies((plain, html)), Body()
    known_words = _words_of(chosen.text)
    return Body(
        chosen.text,
        _join(
            [
                *(_lines_with_more(text, known_words) for text in (ignored.text, html.other_text)),
                plain.other_text,
            ]
        ),
        plain.unread or html.unread,
    )


def join_bodies(bodies: Iterable[Body]) -> Body:
    """The body of a mail that consists of parts, one after another."""
    parts = list(bodies)
    return Body(
        _join(part.text for part in parts),
        _join(part.other_text for part in parts),
        any(part.unread for part in parts),
    )


def _join(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text.strip())[:_TEXT_LIMIT]


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(_NO_WORDS.sub(" ", text).casefold()))


def _lines_with_more(text: str, known_words: set[str]) -> str:
    """The lines of a text that have words which are not known."""
    return "\n".join(line for line in text.split("\n") if _words_of(line) - known_words)
