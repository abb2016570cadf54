"""Others' words in a text: quotes are taken out, so that only the author's own words are judged.

A quote is a `<blockquote>` or an `<aside class="quote">` in HTML, a `[quote]` of a forum, or lines
that begin with `>` in Markdown. Only a quote with an end is one: if its mark is never closed, the
words stay the author's, because a complaint that is read for nothing costs less than one that is
missed. For the same reason these lines are the author's own: one without `>` below a quoted one,
an emoticon (`>:(`), a number (`>3 weeks`), a spoiler (`>!…!<`) and code. Nothing is lost: what is
no own word is a quoted one. Total, and linear in the length of the text. Knows no platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from heard.connectors.markup import html_to_text, without_comments
from heard.reviews import normalize_text

_TAG: Final = re.compile(r"<(/?)(blockquote|aside)\b([^<>]*+)>", re.IGNORECASE)
_QUOTE_CLASS: Final = re.compile(
    r"""\bclass\s*+=\s*+(["']?)(?:[^"'<>]{0,100}\s)?quote(?![\w-])""", re.I
)
_BBCODE: Final = re.compile(r"\[(/?)(quote)(?:=[^\]\n]*+)?\]", re.IGNORECASE)
_QUOTE_LINE: Final = re.compile(r" {0,3}((?:> ?)++)(.*)")
_OWN_LINE: Final = re.compile(
    r" {0,3}>(?:[:;=][-'^o]?[()\[\]/\\|<{}@3CcDPpOo]|[._-][_.]?[<>.]|=|!|\d)"
)
_FENCE: Final = re.compile(r" {0,3}(?:```|~~~)")
_EMPTY_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n?")


class SplitText(NamedTuple):
    """An author's own words, and the words that they quote. None where there are none."""

    own: str | None
    quoted: str | None


def split_html(html: str | None, *, keep_line_feeds: bool = False) -> SplitText:
    """The own and the quoted words of HTML, as `html_to_text` reads it."""
    if not html or "<" not in html:
        return SplitText(html_to_text(html, keep_line_feeds=keep_line_feeds), None)
    markup = without_comments(html)
    spans = list(_outermost(_closed_spans(markup, _TAG)))
    own, quoted = _cut(markup, spans, "<br>")
    return SplitText(
        html_to_text(own, keep_line_feeds=keep_line_feeds),
        html_to_text("<br>".join(quoted), keep_line_feeds=keep_line_feeds) if quoted else None,
    )


def split_markdown(text: str | None) -> SplitText:
    """The own and the quoted words of Markdown, with a forum's `[quote]` and HTML's quotes."""
    if not text:
        return SplitText(None, None)
    spans = list(
        _outermost([*_closed_spans(text, _BBCODE), *_closed_spans(text, _TAG)])
        if "[" in text or "<" in text
        else ()
    )
    own, quoted = _cut(text, spans, "\n")
    quoted = [_BBCODE.sub("", html_to_text(part, keep_line_feeds=True) or "") for part in quoted]
    own_lines, quoted_lines = _split_lines(own)
    if quoted or quoted_lines:
        own = _EMPTY_LINES.sub("\n\n", "\n".join(own_lines))
        quoted.append("\n".join(quoted_lines))
    return SplitText(
        normalize_text(own), normalize_text("\n\n".join(part for part in quoted if part.strip()))
    )


def split_lines(text: str | None) -> SplitText:
    """The own words of a text and its lines that begin with `>`, for chats."""
    if not text:
        return SplitText(None, None)
    own_lines, quoted_lines = _split_lines(text)
    if not quoted_lines:
        return SplitText(normalize_text(text), None)
    return SplitText(
        normalize_text(_EMPTY_LINES.sub("\n\n", "\n".join(own_lines))),
        normalize_text("\n".join(quoted_lines)),
    )


def _split_lines(text: str) -> tuple[list[str], list[str]]:
    own: list[str] = []
    quoted: list[str] = []
    in_code = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        match = None if in_code or _OWN_LINE.match(line) else _QUOTE_LINE.fullmatch(line)
        if match is None:
            own.append(line)
        else:
            quoted.append(match[2])
    return own, quoted if any(line.strip() for line in quoted) else []


def _closed_spans(text: str, mark: re.Pattern[str]) -> Iterator[tuple[int, int, int, int]]:
    """Each quote that has an end: where it begins and ends, and where its words begin and end."""
    open_marks: dict[str, list[tuple[int, int, bool]]] = {}
    for match in mark.finditer(text):
        name = match[2].lower()
        if not match[1]:
            is_quote = name != "aside" or bool(_QUOTE_CLASS.search(match[3]))
            open_marks.setdefault(name, []).append((match.start(), match.end(), is_quote))
        elif open_marks.get(name):
            start, words_start, is_quote = open_marks[name].pop()
            if is_quote:
                yield start, match.end(), words_start, match.start()


def _outermost(
    spans: Iterator[tuple[int, int, int, int]] | list[tuple[int, int, int, int]],
) -> Iterator[tuple[int, int, int, int]]:
    """The spans in the order of the text, without those that begin inside another one."""
    end = -1
    for span in sorted(spans):
        if span[0] >= end:
            yield span
            end = span[1]


def _cut(text: str, spans: list[tuple[int, int, int, int]], gap: str) -> tuple[str, list[str]]:
    """The text without its quotes, a gap in the place of each, and the words of the quotes."""
    own: list[str] = []
    position = 0
    for start, end, _, _ in spans:
        own.append(text[position:start])
        position = end
    own.append(text[position:])
    return gap.join(own), [text[words:words_end] for _, _, words, words_end in spans]
