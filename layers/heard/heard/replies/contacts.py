"""Telephone numbers, mail addresses and streets in a reply, and whether they are the business's.

A business invites a customer to a private talk with its own contacts (R09). All others are a
person's until somebody says otherwise (R06).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from heard.replies.tone import FOLDER, LANGUAGES
from heard.text.lexicon import Lexicon
from heard.text.unicode_form import in_form
from heard.text.words import fold_word, tokens

REFERENCE: Final = "reference"
"""Phrases that name an order, a booking or another thing: a number behind one is no telephone."""
TELEPHONE: Final = "telephone"
"""Phrases that a telephone number follows."""
STREET: Final = "street"
"""Words for streets, by where they stand (`_STREET_FORMS`).

`counts` are beginnings of words that are counted: "Weg 20 Minuten" is no street.
"""

_MAIL: Final = re.compile(
    r"(?<![\w.+@-])[\w.+-]{1,64}(?:@| ?[(\[] ?(?:at|@|arroba) ?[)\]] ?)[\w-]{1,63}"
    r"(?:(?:\.| ?[(\[] ?(?:dot|punkt|punto|point|ponto) ?[)\]] ?)[\w-]{1,63}){1,4}(?!\w)"
    r"|(?<![\w@])[\w+-]{1,64}(?: (?:dot|punto|ponto) [\w-]{1,63}){0,2} (?:at|arroba) [\w-]{1,63}"
    r"(?: (?:dot|punto|ponto) [\w-]{1,63}){1,3}(?!\w)",
    re.IGNORECASE,
)
"""A mail address, perhaps in words. "@ana@social.example" is the name of an account and none."""
_DIGITS: Final = re.compile(r"(?<![\w.,+])(?:\+|\(\+?)?\d(?:[ \u00a0./()–-]{0,3}\d){6,16}(?![\w])")
_DATES: Final = re.compile(
    r"(?<![\d./-])\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![./-]?\d)"
    r"|(?<![\d.])[0-2]?\d[.:hH][0-5]\d(?![.\d]?\d)"
)
_AMOUNTS: Final = re.compile(
    r"(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF|PLN|BRL)) ?\d[\d .,']{0,15}"
    r"|\d[\d .,']{0,15}(?:[€$£¥%]|\b(?:EUR|USD|GBP|CHF|PLN|zł|km|kg|euro?s?)\b)"
)
_GROUPED: Final = re.compile(
    r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{3,4}|\(\d{2,4}\) ?\d[\d -]{5,9}|\d{2,3} \d{3} \d{2} \d{2}"
    r"|\d{3}[ .-]\d{6,7}"
)
_A_DIGIT: Final = re.compile(r"\d")
_NUMBER_SIZES: Final = range(7, 16)
"""Digits of a telephone number (E.164 allows 15)."""

_DISTANCE: Final = 25
"""Characters that may stand between a phrase and the number that it speaks of."""

_NAME: Final = r"[^\W\d_a-zà-ÿ][\w'’.-]{0,30}"
_SMALL_WORDS: Final = r"(?:[\w'’.-]{1,30} ){0,4}?"
_HOUSE: Final = r"(?<!\d)\d{1,4}(?: ?[a-eA-E](?!\w))?(?:[-/]\d{1,4})?(?![\d.:,]?\d)"
_NO_COUNT: Final = r"(?! ?(?:[%€$£°]|(?i:{counts})))"
_STREET_FORMS: Final = {
    "number name street": r"(?<!\d)\d{1,5}[A-Za-z]?,? (?:" + _NAME + r" ){1,3}(?:{words})\b",
    "number street name": (_HOUSE + r"(?: (?:bis|ter))?,? (?:{words}) " + _SMALL_WORDS + _NAME),
    "street name number": (
        r"(?<!\w)(?:{words})\.? " + _SMALL_WORDS + _NAME + r"(?: [^\W\d][\w'’.-]{0,30}){0,4}"
        r",? (?:(?i:n|nr|no|núm|num|numer)\.?[ºo°]? ?)?" + _HOUSE + _NO_COUNT
    ),
    "ending and number": r"(?<!\w)[^\W\d_][\w-]{0,30}(?:{words})\.? " + _HOUSE + _NO_COUNT,
    "name street and number": r"(?<!\w)" + _NAME + r" (?:{words})\.? " + _HOUSE + _NO_COUNT,
}
_MASK: Final = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u2060\ufeff")


def foreign_contacts(text: str, own_contacts: Sequence[str] = ()) -> Iterator[str]:
    """The codes of the contacts in a text that are not among the business's own.

    `own_contacts` are texts that name them, such as "+49 30 1234567, Lange Straße 5". The domain of
    a mail address or a site there makes all mail addresses of that domain the business's own.
    """
    plain = in_form("NFKC", text).translate(_MASK)
    own_text = in_form("NFKC", "\n".join(own_contacts)).casefold()
    if any(not _is_own_mail(mail, own_text) for mail in _MAIL.findall(plain)):
        yield "email_address"
    own_numbers = [_digits(match) for match in _DIGITS.findall(own_text)]
    if any(
        not any(_is_same_number(number, own) for own in own_numbers)
        for number in _telephone_numbers(_MAIL.sub(" ", plain))
    ):
        yield "telephone_number"
    own_letters = _letters(own_text)
    if _A_DIGIT.search(plain) and any(
        _letters(match.group()) not in own_letters
        for form in _street_forms()
        for match in form.finditer(plain)
    ):
        yield "street_address"


def _is_own_mail(mail: str, own_text: str) -> bool:
    compact = re.sub(r"[(\[] ?(?:at|arroba|@) ?[)\]]", "@", mail.casefold())
    compact = re.sub(r"[(\[] ?(?:dot|punkt|punto|point|ponto) ?[)\]]", ".", compact)
    compact = re.sub(r" (?:at|arroba) ", "@", compact)
    compact = re.sub(r" (?:dot|punto|ponto) ", ".", compact)
    compact = compact.replace(" ", "")
    domain = compact.partition("@")[2]
    own = re.escape(domain)
    return (
        re.search(rf"(?<![\w.+-]){re.escape(compact)}(?![\w-])", own_text) is not None
        # A domain counts where it stands alone: with "ana@mail.example" not all of mail.example.
        or re.search(rf"(?<![\w.+@-])(?:@|www\.|https?://(?:www\.)?)?{own}(?![\w-])", own_text)
        is not None
    )


def _telephone_numbers(text: str) -> Iterator[str]:
    """The digits of each telephone number in a text."""
    visible = _AMOUNTS.sub(_blank, _DATES.sub(_blank, text))
    matches = list(_DIGITS.finditer(visible))
    if not matches:
        return
    words = tokens(visible)
    hits = [hit for lexicon in _lexicons() for hit in lexicon.find(visible, words)]
    for match in matches:
        number = match.group()
        digits = _digits(number)
        if len(digits) not in _NUMBER_SIZES or len(set(digits)) == 1:
            continue
        cues = [hit for hit in hits if 0 <= match.start() - hit.end <= _DISTANCE]
        cue = max(cues, key=lambda hit: hit.end).code if cues else None
        is_plain = number.startswith(("0", "(0")) or _GROUPED.fullmatch(number) is not None
        if number.startswith(("+", "(+")) or cue == TELEPHONE or (is_plain and cue != REFERENCE):
            yield digits


def _blank(match: re.Match[str]) -> str:
    return "\n" * len(match.group())


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _is_same_number(number: str, own: str) -> bool:
    """Whether two numbers are the same, one perhaps with the prefix of its country."""
    shorter, longer = sorted((number.lstrip("0"), own.lstrip("0")), key=len)
    return len(shorter) >= _NUMBER_SIZES.start - 1 and longer.endswith(shorter)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold_word(text.casefold())))


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(
        Lexicon(language, {cue: FOLDER.phrases(cue, language) for cue in (REFERENCE, TELEPHONE)})
        for language in LANGUAGES
    )


@cache
def _street_forms() -> tuple[re.Pattern[str], ...]:
    """How streets with a house number are written in each language."""
    patterns: list[re.Pattern[str]] = []
    for language in LANGUAGES:
        words = FOLDER.entries(STREET, language)
        counts = "|".join(map(re.escape, words.pop("counts", "").split())) or "(?!)"
        patterns.extend(
            re.compile(
                _STREET_FORMS[form]
                .replace("{words}", _either_case(streets))
                .replace("{counts}", counts)
            )
            for form, streets in words.items()
        )
    return tuple(patterns)


def _either_case(words: str) -> str:
    """An expression for each of these words, with a capital or a small letter in front."""
    return "|".join(
        f"[{word[0].upper()}{word[0]}]{re.escape(word[1:])}"
        for word in sorted(words.split(), key=len, reverse=True)
    )
