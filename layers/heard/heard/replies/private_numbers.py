"""Numbers that a reply should not show: of cards, bank accounts and identity documents (R06)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from heard.replies.tone import FOLDER, LANGUAGES
from heard.text.lexicon import Lexicon
from heard.text.words import matchable_text, tokens

IDENTITY_DOCUMENT: Final = "identity_document"
"""Phrases that name a document or a register. A number right behind one is a person's."""

_DIGIT_RUNS: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")
_SPANISH_IDENTITY: Final = re.compile(r"(?<!\w)([XYZ]?)-?(\d{7,8})-?([A-Z])(?!\w)")
_SPANISH_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_ITALIAN_TAX_CODE: Final = re.compile(
    r"(?<!\w)[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)"
)
_SOCIAL_SECURITY: Final = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-\d{2}-\d{4}(?![\d-])")
_DOCUMENT_NUMBER: Final = re.compile(r"(?<!\w)(?=[A-Z]*\d)[A-Z0-9](?:[ .-]?[A-Z0-9]){5,17}(?!\w)")
_MIN_DIGITS: Final = 5
_CHARACTERS_TO_NUMBER: Final = 30


def has_card_number(text: str) -> bool:
    """Whether a text holds what looks like a card number."""
    return any(_is_card_number(match.group()) for match in _DIGIT_RUNS.finditer(text))


def has_bank_account(text: str) -> bool:
    """Whether a text holds what looks like the number of a bank account (IBAN)."""
    return any(_starts_with_iban(match.group()) for match in _IBAN.finditer(text))


def has_identity_number(text: str) -> bool:
    """Whether a text holds the number of a passport, an identity card or a tax record.

    Some show by their form. The others show by the words before them: "passport no. C01X00T47".
    """
    if _ITALIAN_TAX_CODE.search(text) or _SOCIAL_SECURITY.search(text):
        return True
    if any(_is_spanish_identity(*match.groups()) for match in _SPANISH_IDENTITY.finditer(text)):
        return True
    if sum(map(str.isdigit, text)) < _MIN_DIGITS:
        return False
    matchable = matchable_text(text)
    words = tokens(matchable)
    ends = [
        hit.end
        for lexicon in _lexicons()
        for hit in lexicon.find(matchable, words)
        if not hit.negated
    ]
    return any(
        sum(map(str.isdigit, number.group())) >= _MIN_DIGITS
        for end in ends
        for number in _DOCUMENT_NUMBER.finditer(matchable, end, end + _CHARACTERS_TO_NUMBER)
    )


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(
        Lexicon(language, {IDENTITY_DOCUMENT: FOLDER.phrases(IDENTITY_DOCUMENT, language)})
        for language in LANGUAGES
    )


def _is_spanish_identity(prefix: str, digits: str, letter: str) -> bool:
    """Whether the letter of a DNI (eight digits) or NIE (X, Y or Z and seven) is the right one."""
    number = {"": "", "X": "0", "Y": "1", "Z": "2"}[prefix] + digits
    return len(number) == 8 and _SPANISH_LETTERS[int(number) % 23] == letter


def _is_card_number(text: str) -> bool:
    """Whether digits pass the Luhn check (ISO/IEC 7812-1) and are not all the same."""
    digits = [int(character) for character in text if character.isdigit()]
    luhn_digits = [
        digit * 2 - 9 * (digit > 4) if place % 2 else digit
        for place, digit in enumerate(reversed(digits))
    ]
    return len(set(digits)) > 1 and sum(luhn_digits) % 10 == 0


def _starts_with_iban(text: str) -> bool:
    """Whether a text begins with an IBAN, by its check digits (ISO 13616).

    The words behind the IBAN may be part of the match.
    """
    compact = text.replace(" ", "")
    return any(_is_valid_iban(compact[:length]) for length in range(15, min(len(compact), 34) + 1))


def _is_valid_iban(account: str) -> bool:
    rearranged = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1
