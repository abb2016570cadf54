"""What the sender of a mail wrote now: without quoted mails, and without the signature.

If that leaves nothing, the whole text counts: a complaint must not be lost.

Sources: RFC 3676 (4.3: the signature behind "-- "); the wordings of mail programs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from heard.reviews import normalize_text

_ATTRIBUTION_LINE: Final = re.compile(
    r"(?:on|am|le|el|em|il|op|den|dnia|w dniu|em|pada|tarihinde|на|在)\b.{0,300}"
    r"(?:wrote|schrieb\b.{0,80}|a écrit|escribió|escreveu|ha scritto|schreef\b.{0,80}"
    r"|skrev\b.{0,80}|napisał(?:\(a\))?|menulis|şunu yazdı|написал|写道)\s*[:：]",
    re.IGNORECASE | re.DOTALL,
)
"""The line above a quoted mail that says who wrote it, and when."""

_ORIGINAL_MESSAGE_LINE: Final = re.compile(
    r"\s*-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande"
    r"|wiadomość oryginalna)\s*-{2,}\s*",
    re.IGNORECASE,
)
_HEADER_LINE: Final = re.compile(
    r"\*{0,2}(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para"
    r"|asunto|assunto|da|inviato|a|oggetto|van|verzonden|aan|onderwerp)\s?:\*{0,2}\s?.+",
    re.IGNORECASE,
)
_MIN_HEADER_LINES: Final = 4
_HEADER_BLOCK_LINES: Final = 6
_MAX_ATTRIBUTION_LINES: Final = 3
"""Mail programs break the attribution into up to so many lines."""


def new_text(text: str | None, *, forwarded: bool = False) -> str | None:
    """What the sender of a mail wrote now; the whole text if nothing else is left.

    Lines that begin with ">" are dropped, with the line that introduces them. So is everything from
    an "Original Message" line, or from a block of From, Sent, To and Subject, to the end. A
    forwarded mail keeps its quoted text, which is what the mail is about.
    """
    full_text = normalize_text(text)
    if full_text is None or forwarded:
        return full_text
    lines = full_text.split("\n")
    lines = _without_quotes(lines[: _quote_start(lines)])
    end = max((index for index, line in enumerate(lines) if line == "-- "), default=len(lines))
    remaining = normalize_text("\n".join(lines[:end]))
    has_words = bool(remaining) and any(character.isalnum() for character in remaining)
    return remaining if has_words else full_text


def _quote_start(lines: Sequence[str]) -> int:
    """The index of the line where a mail program put the quoted mail; the end if it put none."""
    for index, line in enumerate(lines):
        if "--" in line and _ORIGINAL_MESSAGE_LINE.fullmatch(line):
            return index
        if ":" in line and _HEADER_LINE.fullmatch(line.strip()):
            block = lines[index : index + _HEADER_BLOCK_LINES]
            header_count = sum(
                1 for block_line in block if _HEADER_LINE.fullmatch(block_line.strip())
            )
            if header_count >= _MIN_HEADER_LINES:
                return index
    return len(lines)


def _without_quotes(lines: Sequence[str]) -> list[str]:
    own_lines: list[str] = []
    for line, line_below in zip(lines, _next_nonblank(lines), strict=True):
        if line.startswith(">"):
            continue
        own_lines.append(line)
        if line.strip() and line_below.startswith(">"):
            _drop_attribution(own_lines)
    return own_lines


def _drop_attribution(lines: list[str]) -> None:
    """Remove the lines at the end that say who wrote the quoted mail, if they do."""
    for start in range(len(lines) - 1, max(-1, len(lines) - 1 - _MAX_ATTRIBUTION_LINES), -1):
        if _ATTRIBUTION_LINE.fullmatch(" ".join(line.strip() for line in lines[start:])):
            del lines[start:]
            return


def _next_nonblank(lines: Sequence[str]) -> list[str]:
    """For each line, the next line below it that is not blank; "" if there is none."""
    next_lines, line_below = [""] * len(lines), ""
    for index in range(len(lines) - 1, -1, -1):
        next_lines[index] = line_below
        line_below = lines[index] if lines[index].strip() else line_below
    return next_lines
