"""The text of HTML, without its tags: customers' words as they would read them.

Owns which tags end a line, and which hold no words. Total, and linear in the length of the text,
because customers' HTML is any text at all. The standard library's parser is neither (400 kB of
`<a<a<a` take it minutes). The result is text and no safe HTML: escape it wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from heard.reviews import normalize_text

# Possessive: a tag that nobody closed is scanned once, not once for each of its characters.
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*+)[^<>]*+>|<[!?][^<>]*+>", re.IGNORECASE)
_INVALID_REFERENCE: Final = re.compile(r"&#[0-9]{8,}")
_BLOCK_NAMES: Final = (
    "address article aside blockquote caption center details dialog div dl fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol optgroup option p "
    "pre section summary table tbody textarea tfoot thead tr ul"
)
_BLOCK_TAGS: Final = frozenset(_BLOCK_NAMES.split())
_CELL_TAGS: Final = frozenset({"button", "dd", "dt", "input", "label", "td", "th"})
"""Tags that end a cell: the words of two cells are never one word."""
_HIDDEN_TAGS: Final = frozenset({"script", "style", "head", "title", "template"})


def html_to_text(html: str | None, *, quote: str = "", keep_line_feeds: bool = False) -> str | None:
    """The text of HTML, a line for each block; None if there is none.

    Text without any markup stays as it is. `quote` is put before each line of a blockquote. With
    `keep_line_feeds` a line feed ends a line too, for typed texts that may hold markup. In HTML a
    line feed is a blank.
    """
    if html is None or not _TAG.search(html):
        return normalize_text(unescape_html(html)) if html else None
    lines: list[list[str]] = [[]]
    quote_depth, hidden_depth = 0, 0
    for text, is_closing, tag in _tokens(without_comments(html)):
        if text and not hidden_depth:
            for index, line in enumerate(text.split("\n") if keep_line_feeds else [text]):
                if index:
                    lines.append([])
                line_text = re.sub(r"\s+", " ", line)
                if quote_depth and quote and line_text.strip() and not lines[-1]:
                    lines[-1] += [quote, line_text.lstrip()]
                elif line_text:
                    lines[-1].append(line_text)
        if tag in _HIDDEN_TAGS:
            hidden_depth = max(0, hidden_depth - 1) if is_closing else hidden_depth + 1
        elif tag in _CELL_TAGS:
            if lines[-1] and not lines[-1][-1].endswith(" "):
                lines[-1].append(" ")
        elif tag in _BLOCK_TAGS or tag in {"br", "body"}:
            # A browser ends an unclosed head where the first block begins, and shows the rest.
            hidden_depth = hidden_depth if is_closing else 0
            lines.append([])
        if tag == "blockquote":
            quote_depth = max(0, quote_depth - 1) if is_closing else quote_depth + 1
    # Breaks and paragraphs both end lines. One blank line between two lines is enough.
    return normalize_text(
        re.sub(r"\n{2,}", "\n", "\n".join("".join(line).strip() for line in lines))
    )


def unescape_html(text: str) -> str:
    """Text without the escapes of HTML.

    A numeric reference to no character becomes U+FFFD, however many digits it has.
    """
    return unescape(_INVALID_REFERENCE.sub("&#1114112", text))


def _tokens(text: str) -> Iterator[tuple[str, bool, str]]:
    """The text before each tag, whether the tag is a closing one, and the tag's name.

    The text after the last tag comes with an empty name.
    """
    position = 0
    for match in _TAG.finditer(text):
        yield (
            unescape_html(text[position : match.start()]),
            bool(match[1]),
            (match[2] or "").lower(),
        )
        position = match.end()
    yield unescape_html(text[position:]), False, ""


def without_comments(text: str) -> str:
    """HTML without its comments. A comment that has no end stays."""
    first, *sections = text.split("<!--")
    chunks = [first]
    for section in sections:
        _, end, after = section.partition("-->")
        chunks.append(after if end else "<!--" + section)
    return "".join(chunks)
