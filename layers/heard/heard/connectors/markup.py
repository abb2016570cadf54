"""What HTML says, without its tags.

Customers' words as they would read them, whatever their platform wraps around them.

Owns which tags end a line and which hold no words. Total and linear in the length of the text,
since HTML of customers is any text at all; the standard library's parser is neither (400 kB of
`<a<a<a` take it minutes). Nothing here makes HTML safe to show: what comes out is text, to be
escaped again wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from heard.reviews import clean

# Possessive: a tag that nobody closed is looked through once, not once for each of its characters.
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*+)[^<>]*+>|<[!?][^<>]*+>", re.IGNORECASE)
_NO_CHARACTER: Final = re.compile(r"&#[0-9]{8,}")
_BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "li",
        "blockquote",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "ul",
        "ol",
        "hr",
    }
)
_WORDLESS: Final = frozenset({"script", "style", "head", "title", "template"})


def plain(marked_up: str | None, *, quote: str = "", line_feeds: bool = False) -> str | None:
    """The text of HTML, a line for each block, or None if there is none.

    Text without any markup stays as it is.

    `quote` is put before each line of a blockquote. `line_feeds` says that a line feed ends a line
    as well, for texts that are typed and may hold markup; in HTML it is a blank.
    """
    if marked_up is None or not _TAG.search(marked_up):
        return clean(unescaped(marked_up)) if marked_up else None
    lines: list[list[str]] = [[]]
    depth, wordless = 0, 0
    for words, closes, tag in _tokens(_without_comments(marked_up)):
        if words and not wordless:
            for number, line in enumerate(words.split("\n") if line_feeds else [words]):
                if number:
                    lines.append([])
                said = re.sub(r"\s+", " ", line)
                if depth and quote and said.strip() and not lines[-1]:
                    lines[-1] += [quote, said.lstrip()]
                elif said:
                    lines[-1].append(said)
        if tag in _WORDLESS:
            wordless = max(0, wordless - 1) if closes else wordless + 1
        elif tag in _BLOCKS or tag in {"br", "body"}:
            # Browsers end a head that nobody closed where the first block begins, and show what
            # follows.
            wordless = wordless if closes else 0
            lines.append([])
        if tag == "blockquote":
            depth = max(0, depth - 1) if closes else depth + 1
    # A break is a line of its own, and so is a paragraph: one blank line between two is enough.
    return clean(re.sub(r"\n{2,}", "\n", "\n".join("".join(line).strip() for line in lines)))


def unescaped(text: str) -> str:
    """Text without the escapes of HTML.

    A number that no character has stays none, however many digits it has.
    """
    return unescape(_NO_CHARACTER.sub("&#1114112", text))


def _tokens(text: str) -> Iterator[tuple[str, bool, str]]:
    """The words before each tag, whether that closes, and its name.

    The words after the last one with no name.
    """
    at = 0
    for found in _TAG.finditer(text):
        yield unescaped(text[at : found.start()]), bool(found[1]), (found[2] or "").lower()
        at = found.end()
    yield unescaped(text[at:]), False, ""


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    kept = [first]
    for other in others:
        _, end, after = other.partition("-->")
        kept.append(after if end else "<!--" + other)
    return "".join(kept)
