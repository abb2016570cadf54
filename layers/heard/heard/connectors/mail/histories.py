"""What the sender of a mail wrote now, and the earlier mails below it.

Only what is proven to be an earlier mail is taken out: the mail says in its headers that it answers
one, and the words are quoted: behind ">", below a line that says who wrote them, or below the
header lines of a mail program. A mail without such headers must quote a mail that came from an
address of ours. A mail that answers nothing, or that passes another one on, is left whole: a
complaint may stand below the From and To of a booking, behind ">", or below "-- ".

Nothing is lost: what is taken out is returned too. If it is everything, the whole text counts as
written now.

Sources: RFC 3676 (4.5: quotations), and what mail programs write (`words/`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from heard.connectors.mail.languages import header_labels, line_patterns, separators
from heard.reviews import normalize_text

_DIRECTION_MARKS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DATE: Final = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}")
_TIME: Final = re.compile(r"\d{1,2}[:.]\d{2}\b")
_YEAR: Final = re.compile(r"\b(?:19|20)\d{2}\b|年")
_ANY_ADDRESS: Final = re.compile(r"[^\s@<>()\[\]\"',;:]{1,64}@[^\s@<>()\[\]\"',;:]{1,253}")
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\]]@[^\s@<>()\[\]]")
_BRACKETED_ADDRESS: Final = re.compile(
    r"[<(\[](?:mailto:)?[^\s@<>()\[\]]{1,64}@[^\s@<>()\[\]]{1,253}"
)
_HEAD: Final = re.compile(r"[^@]*@[^\s@<>()\[\]]{1,253}[^@:：]{0,80}[:：]")
"""The part of a line that may be the end of an attribution: up to the colon behind an address."""

_SENTENCE_END: Final = re.compile(r"[.!?。！？]\s")
_BROKEN_ADDRESS: Final = re.compile(r"(<[^\s@<>]{1,64}@[^\s@<>]{1,253})\n(>)")
"""An attribution that was broken before the bracket: its second line looks like a quotation."""

_SEPARATOR: Final = re.compile(r"\s*[-_=–—*]{3,}\s*")
_DASHES: Final = re.compile(r"[-_=–—*]{2,}")
_FRAME_START: Final = re.compile(r"[\s>]*+[-_=–—*]{2,}+\s*+")
_FRAME_SIGNS: Final = "-_=–—*"
_COLONS: Final = (":", "：")

_ATTRIBUTION_LINES: Final = 4
_ATTRIBUTION_CHARACTERS: Final = 400
"""Mail programs break an attribution into up to so many lines and characters."""

_UNDATED_CHARACTERS: Final = 80
"""An attribution without time and address is no longer. So a sentence is not mistaken for one."""

_DATED_CHARACTERS: Final = 120
"""A line with time and year is one in any language, also in one that no file has words of."""

_FRAME_CHARACTERS: Final = 200
_LABEL_CHARACTERS: Final = 30
_BLOCK_LINES: Final = 14
_MIN_LABELS: Final = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a mail answers another.

    `answers` says that its headers name that mail, `seems_reply` that its subject begins like that
    of a reply. `subject` is the subject without such beginnings, case-folded. `own_addresses` are
    the business's: where its mails come from, and where this mail was sent.
    """

    answers: bool = False
    seems_reply: bool = False
    subject: str = ""
    own_addresses: frozenset[str] = frozenset()


class SeparateWords(NamedTuple):
    """The words of a mail: what its sender wrote now, and the earlier mails in it.

    `quoted` are marked lines, and the lines that say whose they are. `below` is what stands below
    such lines without a mark: the earlier mail, and perhaps new words in it.
    """

    text: str | None
    quoted: str | None = None
    below: str | None = None


def separate_history(text: str | None, evidence: Evidence) -> SeparateWords:
    """What the sender of a mail wrote now, and the earlier mails in it."""
    full_text = normalize_text(text)
    if full_text is None:
        return SeparateWords(None)
    lines = _BROKEN_ADDRESS.sub(r"\1\2", full_text).split("\n")
    start = _history_start(lines, evidence)
    own_lines, quoted_lines = _separate_quotes(lines[:start], evidence)
    if len(own_lines) < len(lines):
        _move_sent_with(own_lines, quoted_lines)
    own_text = normalize_text("\n".join(own_lines))
    if not has_words(own_text) or not (quoted_lines or start < len(lines)):
        return SeparateWords(full_text)
    head, rest = _split_head(lines[start:])
    marked_lines = [line.lstrip("> ") for line in rest if line.startswith(">")]
    return SeparateWords(
        own_text,
        normalize_text("\n".join([*quoted_lines, *head, *marked_lines])),
        normalize_text("\n".join(line for line in rest if not line.startswith(">"))),
    )


def has_words(text: str | None) -> bool:
    """Whether a text says anything. An emoji does."""
    return any(
        character.isalnum() or unicodedata.category(character) == "So" for character in text or ""
    )


def _history_start(lines: Sequence[str], evidence: Evidence) -> int:
    """The index where an earlier mail begins that is not marked with ">"; the end if none does."""
    for index, line in enumerate(lines):
        if not line or line.isspace() or line.startswith(">"):
            continue
        words = _framed_words(line)
        if words in separators("forwarded"):
            return len(lines)  # what is below is what the mail is about
        is_original = words in separators("original") or _is_framed_attribution(words, line)
        if is_original and _is_history_below(lines, index, evidence):
            return _with_separator(lines, index)
        if (":" in line or _COLONS[1] in line) and (
            _is_header_block(lines, index, evidence) and not _is_forward_above(lines, index)
        ):
            return _with_separator(lines, index)
        if "@" in line and (start := _unmarked_attribution(lines, index, evidence)) is not None:
            return start
    return len(lines)


def _split_head(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The lines that say whose an earlier mail is, and those of that mail."""
    has_labels = is_framed = False
    for index, line in enumerate(lines):
        if not line.strip():
            if has_labels:
                return lines[:index], lines[index:]
        elif _label_of(line):
            has_labels = True
        elif _SEPARATOR.fullmatch(line[:_FRAME_CHARACTERS]) or _framed_words(line):
            is_framed = True
        elif has_labels or is_framed:
            return lines[:index], lines[index:]
        elif index >= _ATTRIBUTION_LINES:
            break
        elif head := _HEAD.match(line[: 2 * _ATTRIBUTION_CHARACTERS]):
            return [*lines[:index], head[0]], [line[head.end() :], *lines[index + 1 :]]
    return (lines, []) if has_labels or is_framed else ([], lines)


def _framed_words(line: str) -> str:
    """The words between the dashes of a line, or a line that ends with a colon; case-folded."""
    if len(line) > _FRAME_CHARACTERS:
        return ""
    words = _framed(line)
    if not words and line.rstrip().endswith(_COLONS):
        words = line.strip()[:-1]
    return words.strip(" :：").casefold()


def _framed(line: str) -> str:
    """The words between two dashes or more on either side, perhaps behind ">"; "" without them."""
    start = _FRAME_START.match(line)
    if start is None:
        return ""
    rest = line[start.end() :].rstrip()
    words = rest.rstrip(_FRAME_SIGNS)
    return words.rstrip() if len(rest) - len(words) >= 2 else ""


def _is_framed_attribution(words: str, line: str) -> bool:
    """Whether a line of dashes says who wrote the earlier mail, and when."""
    is_framed = line.lstrip().startswith("--") and _DATE.search(words) is not None
    return is_framed and _BRACKETED_ADDRESS.search(words) is not None and _is_attribution(words)


def _is_history_below(lines: Sequence[str], index: int, evidence: Evidence) -> bool:
    return evidence.answers or _names_business(lines[index : index + _BLOCK_LINES], evidence)


def _names_business(lines: Sequence[str], evidence: Evidence) -> bool:
    """Whether an address of the business stands in some lines."""
    return any(
        address.lower().strip(".") in evidence.own_addresses
        for line in lines
        for address in _ANY_ADDRESS.findall(line)
    )


def _move_sent_with(own_lines: list[str], quoted_lines: list[str]) -> None:
    """Move what a mail program wrote about itself below the new words to the quoted lines."""
    has_moved = False
    while (last := _last_nonblank(own_lines)) >= 0:
        line = own_lines[last].strip()
        if len(line) > _UNDATED_CHARACTERS:
            return
        is_dashed = has_moved and _DASHES.fullmatch(line) is not None
        if not is_dashed and not _matches_pattern(line.rstrip(".").casefold(), "sent_with"):
            return
        has_moved = True
        quoted_lines.insert(0, line)
        del own_lines[last:]


def _is_forward_above(lines: Sequence[str], index: int) -> bool:
    return any(
        _framed_words(line) in separators("forwarded") for line in lines[max(0, index - 2) : index]
    )


def _with_separator(lines: Sequence[str], index: int) -> int:
    """The index of the blank lines and lines of dashes that stand just above a line."""
    while index and (
        not (above := lines[index - 1][:_FRAME_CHARACTERS].strip())
        or _SEPARATOR.fullmatch(above)
        or above.casefold() in separators("original")
    ):
        index -= 1
    return index


# Header lines


def _is_header_block(lines: Sequence[str], index: int, evidence: Evidence) -> bool:
    """Whether the header lines of an earlier mail begin here.

    They are From, Sent, To and Subject in one language, in any order that begins with one of the
    first two. A booking has such lines too. So they must name an address, repeat the subject, or
    stand below a line of dashes.
    """
    first_label = _label_of(lines[index])
    if not first_label or not any(kind in {"from", "sent"} for _, kind in first_label[0]):
        return False
    kinds: dict[str, set[str]] = {}
    values: dict[str, str] = {}
    unlabelled = 0
    for line in lines[index : index + _BLOCK_LINES]:
        if not line.strip():
            continue
        if (label := _label_of(line)) is None:
            unlabelled += 1
            if unlabelled > 2:  # a long list of recipients
                break
            continue
        for language, kind in label[0]:
            kinds.setdefault(language, set()).add(kind)
            values.setdefault(kind, label[1])
    is_block = any(
        "from" in found_kinds and "sent" in found_kinds and len(found_kinds - {"cc"}) >= _MIN_LABELS
        for found_kinds in kinds.values()
    )
    if not is_block:
        return False
    is_dashed = _is_dashed(lines, index)
    if not evidence.answers:
        is_ours = _names_business([values["from"]], evidence)
        return is_ours and (evidence.seems_reply or is_dashed)
    return bool(
        _ADDRESS.search(values["from"])
        or _ADDRESS.search(values.get("to", ""))
        or (evidence.subject and evidence.subject in values.get("subject", "").casefold())
        or is_dashed
    )


def _is_dashed(lines: Sequence[str], index: int) -> bool:
    above = [line for line in lines[max(0, index - 3) : index] if line.strip()]
    line = above[-1][:_FRAME_CHARACTERS] if above else ""
    return bool(_SEPARATOR.fullmatch(line.lstrip("> ")) or _framed(line))


def _label_of(line: str) -> tuple[tuple[tuple[str, str], ...], str] | None:
    """What the label of a header line may mean, and what stands behind it; None without a label."""
    start = _DIRECTION_MARKS.sub("", line[: 2 * _LABEL_CHARACTERS]).replace("：", ":")
    label, colon, _ = start.partition(":")
    meanings = header_labels().get(label.strip("*_ \t\u00a0").casefold())
    if not colon or not meanings:
        return None
    value = _DIRECTION_MARKS.sub("", line).replace("：", ":").partition(":")[2]
    return meanings, value.strip("*_ \t\u00a0")


# Attribution lines and marked quotations


def _separate_quotes(lines: Sequence[str], evidence: Evidence) -> tuple[list[str], list[str]]:
    """The lines that the sender wrote, and the quoted ones with the lines that introduce them."""
    own_lines: list[str] = []
    quoted_lines: list[str] = []
    is_proven = False
    for index, line in enumerate(lines):
        if not line.startswith(">"):
            if line.strip() or (own_lines and own_lines[-1].strip()):
                own_lines.append(line)
            continue
        if index == 0 or not lines[index - 1].startswith(">"):
            introduction = _introduction(own_lines)
            is_proven = evidence.answers or (
                _names_business(introduction, evidence)
                and _DATE.search(_joined(introduction)) is not None
            )
            if is_proven and introduction:
                del own_lines[_last_nonblank(own_lines) + 1 - len(introduction) :]
                quoted_lines += introduction
        if is_proven:
            quoted_lines.append(line.lstrip("> "))
        else:
            own_lines.append(line)
    return own_lines, quoted_lines


def _last_nonblank(lines: Sequence[str]) -> int:
    index = len(lines) - 1
    while index >= 0 and not lines[index].strip():
        index -= 1
    return index


def _introduction(lines: Sequence[str]) -> list[str]:
    """The last lines, if they say who wrote what is quoted below them; else none."""
    end = _last_nonblank(lines) + 1
    undated: list[str] = []
    for start in range(end - 1, max(-1, end - 1 - _ATTRIBUTION_LINES), -1):
        if not lines[start].strip() or lines[start].startswith(">"):
            break
        candidate = list(lines[start:end])
        joined = _joined(candidate)
        if len(joined) > _ATTRIBUTION_CHARACTERS or not joined.endswith(_COLONS):
            break
        is_dated = bool(_DATE.search(joined))
        if is_dated and (
            _BRACKETED_ADDRESS.search(joined)
            or _is_attribution(joined)
            or (_TIME.search(joined) and _YEAR.search(joined) and len(joined) <= _DATED_CHARACTERS)
        ):
            begins_with_address = candidate[0].lstrip().startswith(("<", "(", "["))
            has_name_above = begins_with_address and start > 0 and bool(lines[start - 1].strip())
            return list(lines[start - has_name_above : end])
        if not undated and _is_attribution(joined) and _is_short(joined):
            undated = candidate
    return undated


def _unmarked_attribution(lines: Sequence[str], index: int, evidence: Evidence) -> int | None:
    """Where an attribution begins that ends on a line, and that no ">" follows; None if none does.

    It must name date and address, because nothing else shows that what follows is a mail. Some
    programs write the first words of the mail behind it.
    """
    head = _HEAD.match(lines[index][: 2 * _ATTRIBUTION_CHARACTERS])
    if head is None:
        return None
    below = index + 1
    while below < len(lines) and not lines[below].strip():
        below += 1
    has_text_behind = bool(lines[index][head.end() :].strip())
    if not has_text_behind and (below == len(lines) or lines[below].startswith(">")):
        return None
    for start in range(index, max(-1, index - _ATTRIBUTION_LINES), -1):
        if not lines[start].strip():
            break
        joined = _joined([*lines[start:index], head[0]])
        if len(joined) > _ATTRIBUTION_CHARACTERS:
            break
        is_history = (
            _DATE.search(joined) and _BRACKETED_ADDRESS.search(joined) and _is_attribution(joined)
        )
        is_proven = evidence.answers or (
            evidence.seems_reply and _names_business([joined], evidence)
        )
        if is_history and is_proven:
            return start
    return None


def _joined(lines: Sequence[str]) -> str:
    return _DIRECTION_MARKS.sub("", " ".join(line.strip() for line in lines)).strip()


def _is_short(joined: str) -> bool:
    return len(joined) <= _UNDATED_CHARACTERS and not _SENTENCE_END.search(joined)


def _is_attribution(joined: str) -> bool:
    """Whether some mail program introduces a quotation like that."""
    text = joined.rstrip(" :：").casefold()
    return _matches_pattern(text, "attribution")


def _matches_pattern(text: str, kind: str) -> bool:
    return any(_has_pieces(text, pieces) for pieces in line_patterns(kind))


def _has_pieces(text: str, pieces: Sequence[str]) -> bool:
    first, *middle, last = pieces
    if not text.startswith(first) or not text.endswith(last):
        return False
    if first and text[len(first) : len(first) + 1].isalnum() and first.isascii():
        return False
    if last and text[: -len(last)][-1:].isalnum() and last.isascii():
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        position = text.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return position <= end
