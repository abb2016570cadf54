"""The words of a text, in the form in which phrases are compared with them.

The only regular expressions that read a customer's text cut it into words, links and sentences. So
the time is linear in the text, whatever it holds.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final, NamedTuple

from heard.text import grammar
from heard.text.legible import legible_text, matchable_form, without_markup
from heard.text.unicode_form import in_form

END: Final = "."
"""The token of a sentence's end."""

UNSPACED: Final = frozenset({"ja", "zh", "ar", "hi", "ko", "he", "th"})
"""Languages whose phrases are compared sign by sign and not word by word.

They write no spaces between words, or they write articles and endings into the word.
"""

CACHE_SIZE: Final = 20_000
"""Words in the cache of folded words, and in that of each lexicon. Any text can fill them."""

HEAD_CHARACTERS: Final = 20_000
TAIL_CHARACTERS: Final = 5_000
"""Characters that are read of a longer text, at its beginning and at its end: customers put what
matters there.
"""

_CUT: Final = "\n\n"
"""What stands where the middle of a text was: the end of a sentence."""

_WORDS: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:…\n。！？؟।]+")
_LINKS: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>]{0,500}[^\s<>.,;:!?…。！？]",
    re.IGNORECASE,
)
"""A link, without the signs that end its sentence."""

_BLANKS: Final = re.compile(r"[^\S\n]+")
_SENTENCE_END: Final = re.compile("[.!?;…\\n。！？؟।]")

_LETTERS: Final = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "œ": "oe", "æ": "ae"})
"""Letters whose accent is part of the letter in Unicode."""

_VOWEL_MARKS: Final = (
    *range(0x064B, 0x0653),
    0x0670,
    *range(0x05B0, 0x05BD),
    0x05BF,
    0x05C1,
    0x05C2,
)
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("*_~", " "),
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ة": "ه",
        "ـ": None,
        "\u093c": None,
        "\u200c": None,
        "\u200d": None,
        **{chr(point): None for point in _VOWEL_MARKS},
    }
)
"""Spellings of one letter become one letter. Vowel marks and joiners are removed.

Signs of emphasis, as in *this*, become blanks.
"""


class Token(NamedTuple):
    """One folded word, or `END`, and where it stands in the text (in characters)."""

    word: str
    start: int
    end: int


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written as running text."""
    return frozenset(words.split())


class MatchablePart(NamedTuple):
    """The part of a text that phrases are looked for in, and whether there is more of it."""

    text: str
    is_cut: bool


def matchable_part(text: str) -> MatchablePart:
    """A text in matchable form and without links, or its beginning and its end in that form.

    A text is cut before it is brought into the form, which bounds the work, and after it, because
    the form may be longer: of one Arabic sign it makes 18.
    """
    legible = without_markup(legible_text(text))
    part = _ends_of(legible)
    form = matchable_form(_LINKS.sub(" ", part))
    short_form = _ends_of(form)
    return MatchablePart(short_form, len(part) < len(legible) or len(short_form) < len(form))


def matchable_text(text: str) -> str:
    """The text of `matchable_part`, for texts that are known to be short."""
    return matchable_part(text).text


def _ends_of(text: str) -> str:
    if len(text) <= HEAD_CHARACTERS + len(_CUT) + TAIL_CHARACTERS:
        return text
    return text[:HEAD_CHARACTERS] + _CUT + text[-TAIL_CHARACTERS:]


def count_links(text: str) -> int:
    """The number of links in the first 20,000 characters."""
    return len(_LINKS.findall(text[:HEAD_CHARACTERS]))


def tokens(text: str) -> list[Token]:
    """The words of a text and the ends of its sentences, in order."""
    result: list[Token] = []
    for match in _WORDS.finditer(text):
        word, start = match.group(), match.start()
        if not word[0].isalnum():
            result.append(Token(END, start, match.end()))
            continue
        folded = fold_word(word)
        if "'" in folded:
            head, _, rest = folded.partition("'")
            if (len(head) == 1 and head != "i") or head in _elisions():
                result.append(Token(head, start, start + len(head)))
                result.append(Token(rest.replace("'", ""), start + len(head) + 1, match.end()))
                continue
            folded = folded.replace("'", "")
        result.append(Token(folded, start, match.end()))
    return result


@lru_cache(maxsize=CACHE_SIZE)
def fold_word(word: str) -> str:
    """A word without case and accents. Words of phrases and of texts are compared in this form."""
    if word.isascii():
        return word.lower()
    folded = word.casefold().replace("’", "'").translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def letters_worth(text: str) -> int:
    """The length of a text in letters: a Han, Kana or Hangul sign says about as much as two."""
    return len(text) + sum("\u3040" <= sign <= "\ud7af" for sign in text)


def fold_signs(text: str) -> str:
    """A text without case and vowel marks, and with single blanks.

    Phrases of unspaced languages are compared with a text in this form.
    """
    return _BLANKS.sub(" ", in_form("NFKC", text).casefold().translate(_SIGNS))


def sentence_end(text: str, start: int, stop: int) -> int:
    """Where the sentence ends that goes on at `start`: at most at `stop` or at the text's end."""
    stop = min(stop, len(text))
    match = _SENTENCE_END.search(text, start, stop)
    return match.start() if match else stop


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; some may be empty."""
    return _SENTENCE_END.split(text)


def last_sentence(text: str) -> str:
    """The part of a text behind the last end of a sentence in it."""
    return _SENTENCE_END.split(text)[-1]


@cache
def _elisions() -> frozenset[str]:
    """Words that lose their last letter before an apostrophe."""
    return frozenset(grammar.words_of_all_languages("elision"))
