"""Numbers that no public reply should show: of cards and of bank accounts (R06).

Telephone numbers and e-mail addresses are allowed. A business publishes its own to invite a
customer to a private talk (R09).
"""

from __future__ import annotations

import re
from typing import Final

_DIGIT_RUNS: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")


def has_card_number(text: str) -> bool:
    """Whether a text holds what looks like a card number."""
    return any(_is_card_number(match.group()) for match in _DIGIT_RUNS.finditer(text))


def has_bank_account(text: str) -> bool:
    """Whether a text holds what looks like the number of a bank account (IBAN)."""
    return any(_starts_with_iban(match.group()) for match in _IBAN.finditer(text))


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
