"""A mail's HTML as its reader sees it: visible words, quotations marked, hidden words apart.

Mails hide words (a preview line for the list of mails), quote others in blockquotes, and use the
same tag to indent. `heard.connectors.markup` knows none of that, and other platforms need none of
it. Total, and linear in the length of the text: see there. The result is text and no safe HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from heard.connectors.markup import unescape_html

QUOTE_MARK: Final = "> "
"""What is put before each line of a quotation, as mails without HTML do."""

# Possessive: a tag that nobody closed is scanned once, not once for each of its characters.
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9:]*+)([^<>]*+)>|<[!?][^<>]*+>", re.IGNORECASE)
_BLANKS: Final = re.compile(r"\s+")
_META_CHARSET: Final = re.compile(
    rb"<meta[^<>]*?charset\s*+=\s*+[\"']?\s*+([\w.:-]{1,40})", re.IGNORECASE
)
_META_BYTES: Final = 4_096
_TAG_LIMIT: Final = 150_000
"""So many tags shape the text. Those behind them only separate words: that keeps the time short."""

_BLOCK_NAMES: Final = (
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol optgroup "
    "option p pre section summary table tbody textarea tfoot thead tr ul"
)
_BLOCK_TAGS: Final = frozenset(_BLOCK_NAMES.split())
_CELL_TAGS: Final = frozenset({"button", "input", "label", "td", "th"})
_WORDLESS_TAGS: Final = frozenset({"script", "style", "head", "title", "template"})
_VOID_NAMES: Final = "area base br col embed hr img input link meta source wbr"
_VOID_TAGS: Final = frozenset(_VOID_NAMES.split())

_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:[;\"'!]|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:[;\"'!]|$)|opacity\s*:\s*0\s*(?:[;\"'!]|$)|(?:^|\s)hidden(?:\s|=|/|$)",
    re.IGNORECASE,
)
_OUTLOOK_HISTORY: Final = re.compile(
    r"divRplyFwdMsg|OLK_SRC_BODY_SECTION|mail-editor-reference-message"
    r"|border-top\s*+:\s*+(?:solid\s*+)?#(?:e1e1e1|b5c4df)",
    re.IGNORECASE,
)
"""How Outlook marks where the earlier mail begins."""

_LINE: Final = "_" * 32
"""A line across the page, as Outlook writes it into plain text."""

_CITATION: Final = re.compile(r"\bcite\b|quote|border-left", re.IGNORECASE)
_INDENTATION: Final = re.compile(r"margin|padding|indent|border\s*:\s*(?:none|0)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The words of a mail's HTML: those that its reader sees, and those that are hidden."""

    visible: str = ""
    hidden: str = ""


def read_html(html: str) -> HtmlText:
    """The words of HTML, a line for each block; lines of quotations begin with `QUOTE_MARK`."""
    reader = _Reader()
    for text, is_closing, tag, attributes in _tokens(_without_comments(html)):
        reader.add_text(text)
        reader.add_tag(tag, attributes, is_closing=is_closing)
    return reader.result()


def find_meta_charset(content: bytes) -> str | None:
    """The encoding that an HTML document itself names at its start."""
    match = _META_CHARSET.search(content[:_META_BYTES])
    return match[1].decode("ascii") if match else None


@dataclass(slots=True)
class _Reader:
    lines: list[list[str]] = field(default_factory=lambda: [[]])
    hidden: list[str] = field(default_factory=list[str])
    quotes: list[bool] = field(default_factory=list[bool])
    """For each open blockquote, whether it is a quotation."""
    quotation_count: int = 0
    wordless_depth: int = 0
    hidden_tag: str = ""
    hidden_depth: int = 0

    def add_text(self, text: str) -> None:
        if not text or self.wordless_depth:
            return
        words = _BLANKS.sub(" ", text)
        if self.hidden_tag:
            self.hidden.append(words)
            return
        line = self.lines[-1]
        if not line and self.quotation_count and words.strip():
            line += [QUOTE_MARK, words.lstrip()]
        elif line or words.strip():
            line.append(words)

    def add_tag(self, tag: str, attributes: str, *, is_closing: bool) -> None:
        if tag in _WORDLESS_TAGS:
            self.wordless_depth = (
                max(0, self.wordless_depth - 1) if is_closing else self.wordless_depth + 1
            )
        elif tag in _BLOCK_TAGS:
            # A browser ends an unclosed head where the first block begins, and shows the rest.
            self.wordless_depth = self.wordless_depth if is_closing else 0
        if self.hidden_tag:
            if tag == self.hidden_tag:
                self.hidden_depth += -1 if is_closing else 1
                self.hidden_tag = self.hidden_tag if self.hidden_depth else ""
            self.hidden.append(" ")
            return
        if tag in _BLOCK_TAGS:
            self.lines.append([])
        elif tag in _CELL_TAGS:
            self.add_text(" ")
        if tag == "blockquote":
            self._add_blockquote(attributes, is_closing=is_closing)
        is_history = tag == "div" and attributes and _OUTLOOK_HISTORY.search(attributes)
        if is_history or tag == "hr":
            self.lines += [[_LINE], []]
        if not is_closing and tag not in _VOID_TAGS and attributes and _HIDDEN.search(attributes):
            self.hidden_tag, self.hidden_depth = tag, 1

    def _add_blockquote(self, attributes: str, *, is_closing: bool) -> None:
        if not is_closing:
            is_indentation = _INDENTATION.search(attributes) and not _CITATION.search(attributes)
            self.quotes.append(not is_indentation)
            self.quotation_count += not is_indentation
        elif self.quotes:
            self.quotation_count -= self.quotes.pop()

    def result(self) -> HtmlText:
        lines = (_BLANKS.sub(" ", "".join(line)).strip() for line in self.lines)
        return HtmlText(
            "\n".join(line for line in lines if line), " ".join("".join(self.hidden).split())
        )


def _tokens(text: str) -> Iterator[tuple[str, bool, str, str]]:
    """The text before each tag, whether the tag is a closing one, its name and its attributes.

    Behind the last tag that counts, the words come in one piece.
    """
    position = 0
    for match in islice(_TAG.finditer(text), _TAG_LIMIT):
        yield (
            unescape_html(text[position : match.start()]),
            bool(match[1]),
            (match[2] or "").lower(),
            match[3] or "",
        )
        position = match.end()
    rest = text[position:]
    yield unescape_html(_TAG.sub(" ", rest) if len(rest) > 1 else rest), False, "", ""


def _without_comments(text: str) -> str:
    first, *sections = text.split("<!--")
    chunks = [first]
    for section in sections:
        _, end, after = section.partition("-->")
        chunks.append(after if end else "<!--" + section)
    return "".join(chunks)
