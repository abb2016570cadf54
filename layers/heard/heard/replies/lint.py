"""Lints what people write to customers, and signs it.

People use their own words. The lint holds a reply back only where it would do harm (R10, R12, R13).
Automatic replies pass the same lint (`heard.acknowledgements`). Knows no platform: limits are
arguments. Whether a reply has a slot in its thread is decided in `heard.threads`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from heard.replies.length import text_length
from heard.replies.private_numbers import has_bank_account, has_card_number
from heard.text.lexicon import Hit, Lexicon
from heard.text.one_line import one_line
from heard.text.phrase_files import PhraseFolder
from heard.text.words import END, matchable_text, tokens

if TYPE_CHECKING:
    from heard.replies.length import Unit

MAX_SIMILARITY: Final = 0.8
"""Share of common three-word runs (Jaccard) from which a reply counts as copied (R10)."""

BUSINESS_NAME_CHARACTERS: Final = 60
MAX_RECENT: Final = 100
"""Recent replies that a reply is compared with."""

SHINGLE_WORDS: Final = 3

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl")
"""Languages in which replies are searched for what they should not say."""

FINDINGS: Final = ("excuse", "blame", "arguing", "marketing", "incentive", "admission", "reward")
"""The phrases that are looked for.

To ask for another review is an incentive together with a reward (R13), and only unwise without.
"""

_SIGNATURE_START: Final = "\n\n— "
"""What stands between a reply and the names that sign it."""

_FOLDER: Final = PhraseFolder(Path(__file__).with_name("phrases"))

type Fingerprint = frozenset[int]
"""The three-word runs of a text, as CRC-32: enough to compare texts, too little to read one."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One problem of a reply. `code` and `rule` may be logged.

    `explanation` says how to fix it and quotes no customer. A finding of severity `block` stops the
    reply.
    """

    code: str
    rule: str
    severity: Literal["block", "warn"]
    explanation: str


_EMPTY: Final = LintFinding(
    "empty",
    "R01",
    "block",
    "There is nothing to read in this reply. Write what you want the customer to know.",
)
_CARD_NUMBER: Final = LintFinding(
    "card_number",
    "R06",
    "block",
    "This shows what looks like a card number in public. Take it out.",
)
_ACCOUNT_NUMBER: Final = LintFinding(
    "account_number",
    "R06",
    "block",
    "This shows what looks like a bank account (IBAN) in public. Take it out.",
)
_COPY_PASTE: Final = LintFinding(
    "copy_paste",
    "R10",
    "block",
    "This is nearly the same as a recent reply. Write it again in other words, about what this "
    "customer wrote.",
)
_TONE: Final[Mapping[str, tuple[str, str]]] = {
    "excuse": (
        "R12",
        "This reads as an excuse. Say what happened and what comes next, and not whose fault it "
        "was.",
    ),
    "blame": (
        "R12",
        "This blames the customer. Say what you will do, and leave out what they should have done.",
    ),
    "arguing": (
        "R12",
        "This argues with the customer, and other readers side with the customer. Say what you "
        "understood, and continue in private.",
    ),
    "marketing": (
        "R12",
        "This advertises. A person who complained wants an answer and not an offer. Leave it out.",
    ),
    "incentive": (
        "R13",
        "Never offer a reward for a review, and never ask to change one: platforms and laws forbid "
        "it. Fix what went wrong instead.",
    ),
    "admission": (
        "R03",
        "This admits liability in writing. Say that you are sorry for what the customer went "
        "through. Only the people responsible for it should speak about liability.",
    ),
}


def lint(
    text: str,
    *,
    public: bool,
    limit: int | None,
    unit: Unit = "characters",
    recent: Sequence[Fingerprint] = (),
    names: Sequence[str] = (),
) -> tuple[LintFinding, ...]:
    """The problems of a reply before it is sent. Total: it raises nothing for any text.

    `limit` is the platform's, counted in `unit`. `recent` are the fingerprints of the business's
    last replies by people, newest first, of which `MAX_RECENT` are compared. `names` are the
    agent's and the business's; a reply that holds only names is empty. Codes: empty, too_long,
    excuse, blame, arguing, marketing, incentive, admission, card_number, account_number,
    copy_paste. Blame and arguing block in public, where others read them, and only warn in private.
    """
    if not any(character.isalnum() for character in _remove_names(names, text)):
        return (_EMPTY,)
    findings: list[LintFinding] = []
    if limit is not None and (size := text_length(text, unit)) > limit:
        findings.append(_too_long(size, limit, unit))
    findings.extend(_tone_findings(text, public=public))
    if public and has_card_number(text):
        findings.append(_CARD_NUMBER)
    if public and has_bank_account(text):
        findings.append(_ACCOUNT_NUMBER)
    if _is_copy(text, names, recent):
        findings.append(_COPY_PASTE)
    return tuple(findings)


def sign_off(text: str, agent_first_name: str, business_name: str) -> str:
    """`text` signed by the agent and the business (R11).

    A text whose last line already names both is returned as it is.
    """
    agent = one_line(agent_first_name, BUSINESS_NAME_CHARACTERS)
    business = one_line(business_name, BUSINESS_NAME_CHARACTERS)
    body = text.rstrip()
    last_line = body.rpartition("\n")[2].casefold()
    if _contains_name(agent, last_line) and _contains_name(business, last_line):
        return text
    return f"{body}{_SIGNATURE_START}{agent}, {business}"


def signed_names(text: str) -> str:
    """The names with which `sign_off` signed a text, in one line; empty if it is not signed so."""
    _, start, names = text.rpartition(_SIGNATURE_START)
    return names if start and "\n" not in names else ""


def is_signed_copy(signed: str, text: str) -> bool:
    """Whether `signed` is `text` as `sign_off` returned it, under whatever names."""
    ending = signed.removeprefix(text.rstrip())
    return signed.startswith(text.rstrip()) and (
        not ending.strip()
        or (
            ending.startswith(_SIGNATURE_START)
            and "\n" not in ending.removeprefix(_SIGNATURE_START)
        )
    )


def fingerprint(text: str, names: Sequence[str] = ()) -> Fingerprint:
    """What is needed to find out later that another reply is nearly the same (R10).

    It does not hold the words. `names` (of the agent and the business) are left out, because a text
    signed by somebody else is the same text.
    """
    words = [token.word for token in tokens(matchable_text(_remove_names(names, text)))]
    words = [word for word in words if word != END]
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1))
    runs = (" ".join(words[start : start + SHINGLE_WORDS]) for start in starts)
    return frozenset(zlib.crc32(run.encode("utf-8", "replace")) for run in runs)


def _contains_name(name: str, line: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", line) is not None


def _too_long(size: int, limit: int, unit: Unit) -> LintFinding:
    return LintFinding(
        "too_long",
        "R04",
        "block",
        f"The platform takes {limit} {unit}; this reply has {size}. Shorten it by {size - limit}.",
    )


def _tone_findings(text: str, *, public: bool) -> list[LintFinding]:
    codes = {hit.code for hit in _unsuitable_phrases(text)}
    findings: list[LintFinding] = []
    for code, (rule, explanation) in _TONE.items():
        if code not in codes:
            continue
        if code == "incentive":
            blocks = "reward" in codes
        else:
            blocks = public and code in {"blame", "arguing"}
        findings.append(LintFinding(code, rule, "block" if blocks else "warn", explanation))
    return findings


def _unsuitable_phrases(text: str) -> list[Hit]:
    """The phrases of `FINDINGS` in a text, without negated ones: "not your fault" blames nobody."""
    matchable = matchable_text(text)
    words = tokens(matchable)
    hits = (hit for lexicon in _lexicons() for hit in lexicon.find(matchable, words))
    return [hit for hit in hits if not hit.negated]


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    return tuple(
        Lexicon(language, {finding: _FOLDER.phrases(finding, language) for finding in FINDINGS})
        for language in LANGUAGES
    )


def _remove_names(names: Sequence[str], text: str) -> str:
    for name in names:
        line = one_line(name, BUSINESS_NAME_CHARACTERS)
        text = re.sub(rf"(?<!\w){re.escape(line)}(?!\w)", "", text)
    return text


def _is_copy(text: str, names: Sequence[str], recent: Sequence[Fingerprint]) -> bool:
    own = fingerprint(text, names)
    return any(
        len(own & other) / len(own | other) >= MAX_SIMILARITY
        for other in recent[:MAX_RECENT]
        if other
    )
