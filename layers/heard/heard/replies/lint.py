"""What people say back: the lint of what they write, and how they sign it.

People work off-script and are only held back where a reply would do harm (R10, R12, R13). Automatic
answers pass the same lint (`heard.acknowledgements`). Knows no platform: limits are arguments. Who
may reply at all (the cap's two slots) is decided where the slots are kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from heard.assessment.phrases import END, Hit, Lexicon, considered, tokens
from heard.phrase_files import PhraseFolder
from heard.replies.length import text_length

if TYPE_CHECKING:
    from heard.replies.length import Unit

MAX_SIMILARITY: Final = 0.8
"""Share of common three-word runs (Jaccard) from which a reply counts as pasted (R10)."""

BUSINESS_NAME_CHARACTERS: Final = 60
MAX_RECENT: Final = 100
SHINGLE_WORDS: Final = 3

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl")
"""Languages in which replies are searched for what they should not say."""

FINDINGS: Final = ("excuse", "blame", "arguing", "marketing", "incentive", "admission", "reward")
"""Codes of what is searched for. With a reward, asking for another review is an incentive (R13);
without, it is only unwise."""

_FOLDER: Final = PhraseFolder(Path(__file__).parents[1] / "reply_phrases")

type Fingerprint = frozenset[int]
"""The runs of words of a text, as CRC-32: enough to compare, too little to read."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing wrong with a reply. `code` and `rule` may be logged.

    `explanation` says how to mend it and quotes no customer.
    """

    code: str
    rule: str
    severity: Literal["block", "warn"]
    explanation: str


def lint(
    text: str,
    *,
    public: bool,
    limit: int | None,
    unit: Unit = "characters",
    recent: Sequence[Fingerprint] = (),
    names: Sequence[str] = (),
) -> tuple[LintFinding, ...]:
    """What is wrong with a reply before it is sent; only findings of severity `block` refuse it.

    Total.

    `limit` is the platform's, counted in `unit`; `recent` are the `fingerprint`s of the business's
    last replies by people, newest first, of which `MOST_RECENT` are compared; `names` are those
    that sign it, which say nothing. Codes: empty, too_long, excuse, blame, arguing, marketing,
    incentive, admission, card_number, account_number, copy_paste. Tone that only onlookers would
    punish (blame, arguing) blocks in public and warns in private.
    """
    if not any(character.isalnum() for character in _remove_names(names, text)):
        return (
            LintFinding(
                "empty",
                "R01",
                "block",
                "There is nothing to read in this reply. Write what you want the customer to know.",
            ),
        )
    findings: list[LintFinding] = []
    if limit is not None and (size := text_length(text, unit)) > limit:
        findings.append(
            LintFinding(
                "too_long",
                "R04",
                "block",
                f"The platform takes {limit} {unit}; this reply has {size}. Shorten it by "
                f"{size - limit}.",
            )
        )
    findings.extend(_tone_findings(text, public=public))
    if public:
        findings.extend(_number_findings(text))
    if _is_copy(text, names, recent):
        findings.append(
            LintFinding(
                "copy_paste",
                "R10",
                "block",
                "This is nearly word for word a recent reply. Say it afresh, about what this "
                "customer told you.",
            )
        )
    return tuple(findings)


def sign_off(text: str, agent_first_name: str, business_name: str) -> str:
    """`text` signed by the agent and the business (R11).

    A text whose last line already names both is returned as it is.
    """
    agent, business = (
        _one_line(agent_first_name, BUSINESS_NAME_CHARACTERS),
        _one_line(business_name, BUSINESS_NAME_CHARACTERS),
    )
    body = text.rstrip()
    last = body.rpartition("\n")[2].casefold()
    if _contains_name(agent, last) and _contains_name(business, last):
        return text
    return f"{body}\n\n— {agent}, {business}"


def _one_line(text: str, max_characters: int) -> str:
    """A text on one line, cut with an ellipsis at `most` characters."""
    line = " ".join(text[: max_characters * 4].split())
    return line if len(line) <= max_characters else line[: max_characters - 1].rstrip() + "…"


def _contains_name(name: str, line: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", line) is not None


_TONE: Final[Mapping[str, tuple[str, str]]] = {
    "excuse": (
        "R12",
        "This reads as an excuse. Say what happened and what comes next, without whose fault it "
        "was.",
    ),
    "blame": (
        "R12",
        "This puts the blame on the customer. Say what you will do, and leave out what they "
        "should have done.",
    ),
    "arguing": (
        "R12",
        "This argues with the customer, and onlookers side with them. Say what you heard, and "
        "take the rest to a private talk.",
    ),
    "marketing": (
        "R12",
        "This advertises. A person who complained wants an answer, not an offer: leave it out.",
    ),
    "incentive": (
        "R13",
        "Never tie a reward to a review or ask to change it: platforms and laws forbid it. Put "
        "right what went wrong instead.",
    ),
    "admission": (
        "R03",
        "This admits liability in writing. Regret what the customer went through; let whoever is "
        "responsible speak of liability.",
    ),
}


def _tone_findings(text: str, *, public: bool) -> list[LintFinding]:
    codes = {hit.code for hit in _unsuitable_phrases(text)}
    has_reward = "reward" in codes
    findings: list[LintFinding] = []
    for code, (rule, explanation) in _TONE.items():
        if code in codes:
            blocks = has_reward if code == "incentive" else public and code in {"blame", "arguing"}
            findings.append(LintFinding(code, rule, "block" if blocks else "warn", explanation))
    return findings


def _unsuitable_phrases(text: str) -> list[Hit]:
    matched_text = considered(text)
    words = tokens(matched_text)
    # "It is not your fault" blames nobody: a negated phrase is left out.
    return [
        hit
        for lexicon in _lexicons()
        for hit in lexicon.find(matched_text, words)
        if not hit.negated
    ]


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(
        Lexicon(
            language, {finding: _FOLDER.phrases(finding, language) for finding in FINDINGS}
        )
        for language in LANGUAGES
    )


_DIGIT_RUNS: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")


def _number_findings(text: str) -> list[LintFinding]:
    """Card and account numbers.

    Telephone and e-mail stay allowed, since a business invites to its own in public (R09).
    """
    findings: list[LintFinding] = []
    if any(_is_card_number(match.group()) for match in _DIGIT_RUNS.finditer(text)):
        findings.append(
            LintFinding(
                "card_number",
                "R06",
                "block",
                "This shows what looks like a card number in public. Take it out.",
            )
        )
    if any(_starts_with_iban(match.group()) for match in _IBAN.finditer(text)):
        findings.append(
            LintFinding(
                "account_number",
                "R06",
                "block",
                "This shows what looks like a bank account (IBAN) in public. Take it out.",
            )
        )
    return findings


def _is_card_number(text: str) -> bool:
    """Whether digits pass the Luhn check (ISO/IEC 7812-1) and are not all the same."""
    digits = [int(character) for character in text if character.isdigit()]
    luhn_digits = [
        digit * 2 - 9 * (digit > 4) if place % 2 else digit
        for place, digit in enumerate(reversed(digits))
    ]
    return len(set(digits)) > 1 and sum(luhn_digits) % 10 == 0


def _starts_with_iban(text: str) -> bool:
    """Whether a text begins with an IBAN by its check digits (ISO 13616).

    The words behind it may run into the match.
    """
    compact = text.replace(" ", "")
    return any(_is_valid_iban(compact[:length]) for length in range(15, min(len(compact), 34) + 1))


def _is_valid_iban(account: str) -> bool:
    return (
        int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1
    )


def fingerprint(text: str, names: Sequence[str] = ()) -> Fingerprint:
    """How a reply is worded, without its words.

    What it takes to tell later that another is too like it (R10).

    `names` (of the agent and the business) are left out, since who signs a text does not make it
    another.
    """
    words = [
        token.word for token in tokens(considered(_remove_names(names, text))) if token.word != END
    ]
    runs = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return frozenset(
        zlib.crc32(" ".join(words[at : at + SHINGLE_WORDS]).encode("utf-8", "replace"))
        for at in runs
    )


def _remove_names(names: Sequence[str], text: str) -> str:
    for name in names:
        text = re.sub(
            rf"(?<!\w){re.escape(_one_line(name, BUSINESS_NAME_CHARACTERS))}(?!\w)", "", text
        )
    return text


def _is_copy(text: str, names: Sequence[str], recent: Sequence[Fingerprint]) -> bool:
    own = fingerprint(text, names)
    return any(
        len(own & other) / len(own | other) >= MAX_SIMILARITY
        for other in recent[:MAX_RECENT]
        if other
    )
