"""Finding phrases in running text: how tables of words are written, compiled and matched.

A table is text, phrases parted by commas. In a phrase `word*` matches a word that begins so, `*word` one
that ends so, `a|b` either word, and `..` up to three words that may stand between. `a + b` is the phrase `a` with
`b` near it in the same sentence, before or after; here `b|c d` is either of two phrases. Words are compared
without case, accents and apostrophes, and a phrase never crosses the end of a sentence.

Languages without spaces (and those whose words carry their articles) are matched as plain pieces of text instead,
except for what is written in Latin letters. There `..` are up to twelve signs, and `_` is where a word begins or ends.

There are no regular expressions over customers' text beyond cutting it into words, and gaps are bounded,
so that the time is linear in the text whatever it holds. Knows nothing of reviews.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from heard.assessment import negation


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as running text."""
    return frozenset(words.split())


END: Final = "."
"""The token of a sentence's end."""

UNSPACED: Final = frozenset({"ja", "zh", "ar", "hi", "ko", "he", "th"})
"""Languages whose phrases are matched as pieces of text, not as words."""

GAP: Final = 3
"""Words that `..` may stand for."""

NEAR: Final = 8
"""Words that may part the two sides of `+`."""

_GAP_SIGNS: Final = 12
_NEAR_SIGNS: Final = 30
_SHORTEST_STEM: Final = 3
_MOST_KNOWN: Final = 20_000
"""Words remembered for each language and for folding; a customer who invents more only makes us forget."""

_HEAD: Final = 20_000
_TAIL: Final = 5_000

_WORDS: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:…\n。！？؟।]+")
_LINKS: Final = re.compile(r"(?:https?://|www\.)[^\s<>]{1,500}", re.IGNORECASE)
_PLAIN: Final = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "œ": "oe", "æ": "ae"})
_ELISIONS: Final = listed("un dell all nell sull dall quell qu gl anch jusqu lorsqu puisqu quest")

_SCRIPTS: Final = re.compile(
    "[\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]"
)
"""The letters of the unspaced languages."""

_ENDS: Final = re.compile("[.!?;…\\n。！？؟।]")
_CLAUSES: Final = re.compile("[.!?;…\\n。！？؟।,،、，]")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ة": "ه",
        "ـ": None,
        "\u093c": None,
        "\u200c": None,
        "\u200d": None,
        **{
            chr(point): None
            for point in (
                *range(0x064B, 0x0653),
                0x0670,
                *range(0x05B0, 0x05BD),
                0x05BF,
                0x05C1,
                0x05C2,
            )
        },
    }
)
"""Spellings of one letter as one; marks of vowels, and joiners, as none."""

_NOT_ONLY: Final = listed(
    "only just merely nur seulement solo solamente soltanto apenas so alleen tylko sadece"
)
"""After a negator these turn the negation into its opposite."""


class Token(NamedTuple):
    """One word, folded, and where it stands in the text; or `END`."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of table `code` that stands in the text.

    `at` and `to` count tokens (of `a + b` those of `a`); both are 0 for a piece of an unspaced language. `start` and `end`
    count characters, of a piece those of the text as pieces are compared.
    """

    code: str
    at: int
    to: int
    words: str
    negated: bool
    start: int
    end: int


def considered(text: str) -> str:
    """The part of a text that is matched, in compatibility form and without links: its first 20,000 and last 5,000 characters.

    Customers put what matters at either end; a text longer than that is not read word by word.
    """
    if len(text) > _HEAD + _TAIL:
        text = text[:_HEAD] + "\n" + text[-_TAIL:]
    return unicodedata.normalize("NFKC", _LINKS.sub(" ", text))


def links(text: str) -> int:
    """How many links the first 20,000 characters hold."""
    return len(_LINKS.findall(text[:_HEAD]))


def tokens(text: str) -> list[Token]:
    """The words of a text and the ends of its sentences, in order."""
    found: list[Token] = []
    for match in _WORDS.finditer(text):
        piece, start = match.group(), match.start()
        if not piece[0].isalnum():
            found.append(Token(END, start, match.end()))
            continue
        folded = fold(piece)
        if "'" in folded:
            head, _, rest = folded.partition("'")
            if (len(head) == 1 and head != "i") or head in _ELISIONS:
                found.append(Token(head, start, start + len(head)))
                found.append(Token(rest.replace("'", ""), start + len(head) + 1, match.end()))
                continue
            folded = folded.replace("'", "")
        found.append(Token(folded, start, match.end()))
    return found


@lru_cache(maxsize=_MOST_KNOWN)
def fold(word: str) -> str:
    """A word without case and accents, as tables and texts are compared."""
    if word.isascii():
        return word.lower()
    folded = word.casefold().replace("’", "'").translate(_PLAIN)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


type _Words = frozenset[str]
type _Element = tuple[_Words, tuple[str, ...], tuple[str, ...]]
"""Words in full, beginnings, endings."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    code: str
    elements: tuple[_Element | None, ...]
    """None is a gap."""
    beside: tuple[tuple[_Element | None, ...], ...] = ()
    """Phrases of which one must stand near."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of text, and whether it must stand where a word begins or ends."""

    signs: str
    opens: bool
    closes: bool

    def end(self, text: str, at: int) -> int | None:
        """Where the piece ends if it stands at `at`."""
        end = at + len(self.signs)
        if not text.startswith(self.signs, at):
            return None
        if (self.opens and at > 0 and text[at - 1].isalnum()) or (
            self.closes and end < len(text) and text[end].isalnum()
        ):
            return None
        return end


@dataclass(frozen=True, slots=True)
class _Pieces:
    code: str
    parts: tuple[_Piece, ...]
    beside: tuple[_Piece, ...] = ()


class Lexicon:
    """The phrases of one language, of any number of tables."""

    def __init__(self, language: str, tables: Mapping[str, str]) -> None:
        self._negation = Negation.of(language)
        self._pieces: defaultdict[str, list[_Pieces]] = defaultdict(list)
        self._full: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._begins: defaultdict[str, list[tuple[str, _Phrase]]] = defaultdict(list)
        self._ends: list[tuple[str, _Phrase]] = []
        self._known: dict[str, tuple[_Phrase, ...]] = {}
        for code, table in tables.items():
            for written in table.replace("\n", " ").split(","):
                if language in UNSPACED and not written.isascii():
                    pieces = _pieces(code, written)
                    self._pieces[pieces.parts[0].signs[0]].append(pieces)
                elif written.strip():
                    self._add(_phrase(code, written))
        self._endings = tuple(ending for ending, _ in self._ends)

    def _add(self, phrase: _Phrase) -> None:
        first = phrase.elements[0]
        if first is None:
            raise ValueError("a phrase cannot begin with a gap")
        words, begins, ends = first
        for word in words:
            self._full[word].append(phrase)
        for stem in begins:
            self._begins[stem[:_SHORTEST_STEM]].append((stem, phrase))
        self._ends.extend((ending, phrase) for ending in ends)

    def find(self, text: str, words: list[Token]) -> list[Hit]:
        """Every phrase that stands in the text, in the order of the text; pieces before words."""
        hits = self._find_pieces(text) if self._pieces and _SCRIPTS.search(text) else []
        if not self._full and not self._begins and not self._ends:
            return hits
        for at, token in enumerate(words):
            word = token.word
            candidates = self._known.get(word)
            if candidates is None:
                candidates = self._beginning_with(word)
            for phrase in candidates:
                to = _reach(phrase.elements, 1, words, at + 1)
                if to is None:
                    continue
                first, last = at, to
                if phrase.beside:
                    found = _beside(phrase.beside, words, at, to)
                    if found is None:
                        continue
                    first, last = min(at, found[0]), max(to, found[1])
                quoted = text[words[first].start : words[last - 1].end]
                negated = self._negation.of_words(text, words, at, to)
                hits.append(
                    Hit(phrase.code, at, to, quoted[:80], negated, token.start, words[to - 1].end)
                )
        return hits

    def _beginning_with(self, word: str) -> tuple[_Phrase, ...]:
        """The phrases that may begin with a word; remembered, since most words come again and begin none."""
        candidates = [*self._full.get(word, ())]
        candidates += (
            phrase
            for stem, phrase in self._begins.get(word[:_SHORTEST_STEM], ())
            if word.startswith(stem)
        )
        if self._endings and word.endswith(self._endings):
            candidates += (phrase for ending, phrase in self._ends if word.endswith(ending))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        found = self._known[word] = tuple(candidates)
        return found

    def _find_pieces(self, text: str) -> list[Hit]:
        plain = _plain(text)
        hits: list[Hit] = []
        for at, sign in enumerate(plain):
            for pieces in self._pieces.get(sign, ()):
                end = _piece_end(pieces.parts, plain, at)
                if end is None:
                    continue
                if pieces.beside and not _piece_beside(pieces.beside, plain, at, end):
                    continue
                negated = self._negation.of_signs(plain, at, end)
                hits.append(Hit(pieces.code, 0, 0, plain[at:end], negated, at, end))
        return hits


@dataclass(frozen=True, slots=True)
class Negation:
    """How a language says that something is not so."""

    before: frozenset[str]
    after: frozenset[str]
    signs_before: tuple[str, ...]
    signs_after: tuple[str, ...]

    @classmethod
    @cache
    def of(cls, language: str) -> Negation:
        """The negation of a language: what all know, and its own."""
        own = listed(fold(negation.BEFORE.get(language, "")))
        after = listed(fold(negation.AFTER.get(language, "")))
        signs_before, signs_after = (
            tuple(
                _plain(part.strip()) for part in table.get(language, "").split(",") if part.strip()
            )
            for table in (negation.SIGNS_BEFORE, negation.SIGNS_AFTER)
        )
        return cls(own | listed(negation.EVERYWHERE), after, signs_before, signs_after)

    def of_words(self, text: str, words: Sequence[Token], at: int, to: int) -> bool:
        """Whether a negator stands one or two words before, or where the language puts it behind; "not only" is none.

        A comma parts it from what it negates.
        """
        for back in (1, 2):
            if (
                at < back
                or words[at - back].word == END
                or "," in text[words[at - back].end : words[at - back + 1].start]
            ):
                break
            if words[at - back].word in self.before:
                return words[at - back + 1].word not in _NOT_ONLY
        if self.after:
            for word in words[to : to + 2]:
                if word.word == END:
                    return False
                if word.word in self.after:
                    return True
        return False

    def of_signs(self, text: str, at: int, end: int) -> bool:
        """The same for a piece: a negator right before it, or soon behind it."""
        before = text[max(0, at - 8) : at].rstrip()
        if self.signs_before and before.endswith(self.signs_before):
            return True
        after = _CLAUSES.split(text[end : end + 8], maxsplit=1)[0]
        return any(sign in after for sign in self.signs_after)


def without(hits: Iterable[Hit], masks: str) -> list[Hit]:
    """The hits that do not overlap one of table `masks` (idioms), without the masks themselves."""
    known = list(hits)
    # Pieces count the signs of a text of their own, so the two kinds never mask each other.
    covered = {
        (hit.to > 0, index)
        for hit in known
        if hit.code == masks
        for index in range(hit.start, hit.end)
    }
    if not covered:
        return known
    return [
        hit
        for hit in known
        if hit.code != masks
        and covered.isdisjoint((hit.to > 0, index) for index in range(hit.start, hit.end))
    ]


def _reach(
    elements: tuple[_Element | None, ...], index: int, words: list[Token], at: int
) -> int | None:
    """The token after the phrase's last, when its elements from `index` on stand at `at`; None when they do not."""
    if index == len(elements):
        return at
    element = elements[index]
    if element is None:
        for skipped in range(GAP + 1):
            to = _reach(elements, index + 1, words, at + skipped)
            if to is not None:
                return to
            if at + skipped >= len(words) or words[at + skipped].word == END:
                return None
        return None
    if at >= len(words) or not _stands(element, words[at].word):
        return None
    return _reach(elements, index + 1, words, at + 1)


def _stands(element: _Element, word: str) -> bool:
    full, begins, ends = element
    return (
        word in full
        or (bool(begins) and word.startswith(begins))
        or (bool(ends) and word.endswith(ends))
    )


def _beside(
    phrases: tuple[tuple[_Element | None, ...], ...], words: list[Token], at: int, to: int
) -> tuple[int, int] | None:
    """The tokens of the first of these phrases that stands near those from `at` to `to` in their sentence, but not on them."""
    for start in range(to, min(len(words), to + NEAR)):
        if words[start].word == END:
            break
        for elements in phrases:
            end = _reach(elements, 0, words, start)
            if end is not None:
                return start, end
    for start in range(at - 1, max(-1, at - 1 - NEAR), -1):
        if words[start].word == END:
            break
        for elements in phrases:
            end = _reach(elements, 0, words, start)
            if end is not None and end <= at:
                return start, end
    return None


def _piece_end(parts: tuple[_Piece, ...], text: str, at: int) -> int | None:
    """Where a phrase of pieces ends if its first stands at `at`."""
    end = parts[0].end(text, at)
    for part in parts[1:]:
        if end is None:
            return None
        end = next(
            (
                to
                for start in _within(text, end, end + _GAP_SIGNS + 1)
                if (to := part.end(text, start)) is not None
            ),
            None,
        )
    return end


def _piece_beside(parts: tuple[_Piece, ...], text: str, at: int, end: int) -> bool:
    before = text[max(0, at - _NEAR_SIGNS) : at]
    before = _ENDS.split(before)[-1]
    if any(_piece_end(parts, before, start) is not None for start in range(len(before))):
        return True
    return any(
        _piece_end(parts, text, start) is not None
        for start in _within(text, end, end + _NEAR_SIGNS)
    )


def _within(text: str, start: int, stop: int) -> range:
    """The places from `start` to `stop` that are before the end of the sentence."""
    end = _ENDS.search(text, start, min(stop, len(text)))
    return range(start, end.start() if end else min(stop, len(text)))


def _plain(text: str) -> str:
    """A text as pieces are compared with it: without case, marks of vowels, and more than one blank at a time."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS))


def _phrase(code: str, written: str) -> _Phrase:
    head, _, beside = written.partition("+")
    near = [" ".join(phrase.split()) for phrase in beside.split("|")] if beside else []
    words = "|".join(phrase for phrase in near if " " not in phrase)
    phrases = ([words] if words else []) + [phrase for phrase in near if " " in phrase]
    return _Phrase(code, _elements(head), tuple(_elements(phrase) for phrase in phrases))


def _elements(written: str) -> tuple[_Element | None, ...]:
    return tuple(None if word == ".." else _element(word) for word in written.split())


def _pieces(code: str, written: str) -> _Pieces:
    head, _, beside = written.partition("+")
    return _Pieces(code, _parts(head), _parts(beside))


def _parts(written: str) -> tuple[_Piece, ...]:
    parts = [_plain(part.strip()) for part in written.split("..") if part.strip()]
    return tuple(
        _Piece(part.strip("_"), part.startswith("_"), part.endswith("_")) for part in parts
    )


@lru_cache(maxsize=4096)
def _element(written: str) -> _Element:
    full: set[str] = set()
    begins: list[str] = []
    ends: list[str] = []
    for word in written.split("|"):
        folded = fold(word.strip("*")).replace("'", "")
        if word.endswith("*"):
            if len(folded) < _SHORTEST_STEM:
                raise ValueError(f"{word}: a stem needs {_SHORTEST_STEM} letters")
            begins.append(folded)
        elif word.startswith("*"):
            ends.append(folded)
        else:
            full.add(folded)
    return frozenset(full), tuple(begins), tuple(ends)
