"""Finding phrases in running text: how tables of words are written, compiled and matched.

A table is text, phrases parted by commas. In a phrase `word*` matches a word that begins so, `*word` one
that ends so, `a|b` either word, and `..` up to three words that may stand between. Words are compared
without case, accents and apostrophes, and a phrase never crosses the end of a sentence. Languages without
spaces (and those whose words carry their articles) are matched as plain pieces of text instead.

There are no regular expressions over customers' text beyond cutting it into words, and gaps are bounded,
so that the time is linear in the text whatever it holds. Knows nothing of reviews.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as running text."""
    return frozenset(words.split())


END: Final = "."
"""The token of a sentence's end."""

UNSPACED: Final = frozenset({"ja", "zh", "ar", "hi"})
"""Languages whose phrases are matched as pieces of text, not as words."""

GAP: Final = 3
_SHORTEST_STEM: Final = 3
_HEAD: Final = 20_000
_TAIL: Final = 5_000

_WORDS: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:…\n。！？؟।]+")
_LINKS: Final = re.compile(r"(?:https?://|www\.)[^\s<>]{1,500}", re.IGNORECASE)
_PLAIN: Final = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "œ": "oe", "æ": "ae"})
_ELISIONS: Final = listed("un dell all nell sull dall quell qu gl anch jusqu lorsqu puisqu quest")

_NEGATORS: Final = listed(
    "no not never without nor dont didnt doesnt wasnt isnt arent werent cant couldnt wont wouldnt hasnt havent hadnt aint none "
    "kein keine keinen keinem keiner nicht nie ohne weder ne pas jamais sans aucun aucune nunca sin ningun ninguna tampoco jamas "
    "nothing nichts rien nada niente nulla niets niks nic hic non mai senza nessun nessuna nao sem nenhum nenhuma geen niet nooit zonder "
    "bez"
)
_NOT_ONLY: Final = listed("only just merely nur seulement solo solamente soltanto apenas so alleen tylko sadece")
"""After a negator these turn the negation into its opposite."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, folded, and where it stands in the text; or `END`."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of table `code` that stands in the text; `at` and `to` count tokens (both 0 in an unspaced language)."""

    code: str
    at: int
    to: int
    words: str
    negated: bool


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


class Lexicon:
    """The phrases of one language, of any number of tables."""

    def __init__(self, language: str, tables: Mapping[str, str]) -> None:
        self._pieces: list[tuple[str, str]] = []
        self._full: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._begins: defaultdict[str, list[tuple[str, _Phrase]]] = defaultdict(list)
        self._ends: list[tuple[str, _Phrase]] = []
        for code, table in tables.items():
            for written in table.replace("\n", " ").split(","):
                if language in UNSPACED:
                    if piece := " ".join(written.split()):
                        self._pieces.append((code, piece.casefold()))
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
        """Every phrase that stands in the text, in the order of the text (pieces: of the table)."""
        hits: list[Hit] = []
        if self._pieces:
            lowered = text.casefold()
            hits.extend(Hit(code, 0, 0, piece, negated=False) for code, piece in self._pieces if piece in lowered)
        for at, token in enumerate(words):
            word = token.word
            if word == END:
                continue
            candidates = self._full.get(word, ())
            stems = self._begins.get(word[:_SHORTEST_STEM])
            if stems:
                candidates = [*candidates, *(phrase for stem, phrase in stems if word.startswith(stem))]
            if self._endings and word.endswith(self._endings):
                candidates = [*candidates, *(phrase for ending, phrase in self._ends if word.endswith(ending))]
            for phrase in candidates:
                to = _reach(phrase.elements, 1, words, at + 1)
                if to is not None:
                    quoted = text[token.start : words[to - 1].end]
                    hits.append(Hit(phrase.code, at, to, quoted[:80], _negated(words, at)))
        return hits


def without(hits: Iterable[Hit], masks: str) -> list[Hit]:
    """The hits that do not overlap one of table `masks` (idioms), without the masks themselves."""
    known = list(hits)
    covered = {index for hit in known if hit.code == masks for index in range(hit.at, hit.to)}
    return [hit for hit in known if hit.code != masks and covered.isdisjoint(range(hit.at, hit.to))]


def blanked(text: str, words: Sequence[Token], hits: Iterable[Hit]) -> str:
    """The text without the words of the hits."""
    kept: list[str] = []
    at = 0
    for hit in sorted(hits, key=lambda hit: hit.at):
        kept.append(text[at : max(at, words[hit.at].start)])
        at = max(at, words[hit.to - 1].end)
    return " ".join([*kept, text[at:]])


def _reach(elements: tuple[_Element | None, ...], index: int, words: list[Token], at: int) -> int | None:
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
    return word in full or (bool(begins) and word.startswith(begins)) or (bool(ends) and word.endswith(ends))


def _negated(words: list[Token], at: int) -> bool:
    """Whether a negator stands one or two words before; "not only" is none."""
    for back in (1, 2):
        if at < back or words[at - back].word == END:
            return False
        if words[at - back].word in _NEGATORS:
            return words[at - back + 1].word not in _NOT_ONLY
    return False


def _phrase(code: str, written: str) -> _Phrase:
    elements = tuple(None if element == ".." else _element(element) for element in written.split())
    return _Phrase(code, elements)


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
