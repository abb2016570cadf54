"""What we say back: automatic acknowledgements, the lint of what people write, and how they sign it.

Acknowledgements never pretend to be a person, promise or admit anything (R03, R11); people work off-script and
are only held back where a reply would do harm (R10, R12, R13). Knows no platform: limits are arguments. Who may
reply at all (the cap's two slots) is decided where the slots are kept.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from heard import reply_wording as wording
from heard.assessment import Assessment, Severity
from heard.assessment.phrases import END, Hit, Lexicon, considered, tokens
from heard.reply_length import length
from heard.reviews import Channel, ReviewEvent, Stage

if TYPE_CHECKING:
    from heard.connectors import Unit

ACKNOWLEDGEMENT_LIMIT: Final = 280
"""Characters no acknowledgement exceeds: what the narrowest platform (X) takes."""

TOO_LIKE: Final = 0.8
"""Share of common three-word runs (Jaccard) from which a reply counts as pasted (R10)."""

BUSINESS_NAME_CHARACTERS: Final = 60
SUBJECT_CHARACTERS: Final = 40
MOST_RECENT: Final = 100
SHINGLE_WORDS: Final = 3

type Fingerprint = frozenset[int]
"""The runs of words of a text, as CRC-32: enough to compare, too little to read."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An automatic first answer. `variant` names the wording (`en-praise-2`) so that variants can be compared (R27)."""

    text: str
    variant: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a reply. `code` and `rule` may be logged; `explanation` says how to mend it and quotes no customer."""

    code: str
    rule: str
    severity: Literal["block", "warn"]
    explanation: str


def acknowledgement(
    event: ReviewEvent,
    assessment: Assessment,
    business_name: str,
    variant_seed: str,
    language: str | None,
    *,
    channel: Channel = Channel.REVIEW_SITE,
    person_follows: bool = False,
) -> Acknowledgement:
    """The automatic first answer to a review, at most `ACKNOWLEDGEMENT_LIMIT` characters.

    It speaks `language` (ISO 639-1; English when we have no words in it, or it is None) and carries a detail of the
    review: what it is about, else the product, else the stars (R10). The same `variant_seed`, for example the
    review's id, always gets the same wording. `person_follows` says that a person will read the message: set it
    only where a follow-up is really opened (the route `both`).
    """
    spoken = language if language in wording.ACKNOWLEDGEMENTS else "en"
    kind = _kind(assessment, channel, person_follows)
    variants = wording.ACKNOWLEDGEMENTS[spoken][kind]
    number = int.from_bytes(hashlib.sha256(variant_seed.encode("utf-8", "surrogatepass")).digest()[:8]) % len(variants)
    name = _line(business_name, BUSINESS_NAME_CHARACTERS)
    text = variants[number].format(about=_about(event, assessment, spoken, message=channel.stage is Stage.OFFSTAGE), business=name)
    if len(text) > ACKNOWLEDGEMENT_LIMIT:
        text = variants[number].format(about="", business=name)
    return Acknowledgement(text, f"{spoken}-{kind}-{number + 1}")


def lint(
    text: str, *, public: bool, limit: int | None, unit: Unit = "characters", recent: Sequence[Fingerprint] = ()
) -> tuple[Finding, ...]:
    """What is wrong with a reply before it is sent; only findings of severity `block` refuse it. Total.

    `limit` is the platform's, counted in `unit`; `recent` are the `fingerprint`s of the business's last replies by people,
    newest first, of which `MOST_RECENT` are compared. Codes: empty, too_long, excuse, blame, arguing, marketing, incentive,
    admission, card_number, account_number, copy_paste. Tone that only onlookers would punish (blame, arguing)
    blocks in public and warns in private.
    """
    if not any(character.isalnum() for character in text):
        return (Finding("empty", "R01", "block", "There is nothing to read in this reply. Write what you want the customer to know."),)
    findings: list[Finding] = []
    if limit is not None and (size := length(text, unit)) > limit:
        findings.append(
            Finding("too_long", "R04", "block", f"The platform takes {limit} {unit}; this reply has {size}. Shorten it by {size - limit}.")
        )
    findings.extend(_tone(text, public=public))
    if public:
        findings.extend(_private_numbers(text))
    if _pasted(text, recent):
        findings.append(
            Finding(
                "copy_paste",
                "R10",
                "block",
                "This is nearly word for word a recent reply. Say it afresh, about what this customer told you.",
            )
        )
    return tuple(findings)


def sign_off(text: str, agent_first_name: str, business_name: str) -> str:
    """`text` signed by the agent and the business (R11); a text whose last line already names both is returned as it is."""
    agent, business = _line(agent_first_name, BUSINESS_NAME_CHARACTERS), _line(business_name, BUSINESS_NAME_CHARACTERS)
    body = text.rstrip()
    last = body.rpartition("\n")[2].casefold()
    if _stands_alone(agent, last) and _stands_alone(business, last):
        return text
    return f"{body}\n\n— {agent}, {business}"


def _kind(assessment: Assessment, channel: Channel, person_follows: bool) -> str:
    if person_follows:
        return "person"
    if assessment.severity is Severity.PRAISE:
        return "praise"
    if channel.stage is Stage.OFFSTAGE:
        return "private"
    return "thanks" if assessment.severity is Severity.LOW else "complaint"


def _about(event: ReviewEvent, assessment: Assessment, language: str, *, message: bool) -> str:
    """What the review is about, as words that follow "your review"; empty when nothing is known of it."""
    topic = next((wording.TOPIC_NAMES[topic] for topic in assessment.topics if topic in wording.TOPIC_NAMES), None)
    if topic is not None:
        return wording.ABOUT_TOPIC[language].format(detail=topic[language])
    subject = _line(event.subject or "", SUBJECT_CHARACTERS)
    # A subject comes from outside: one that carries an address is not repeated under the business's name.
    if subject and not re.search(r"[@/<>{}]|\bwww\.|\.[a-z]{2,6}\b", subject, re.IGNORECASE):
        table = wording.ABOUT_SUBJECT_OF_A_MESSAGE if message else wording.ABOUT_SUBJECT
        return table[language].format(detail=subject)
    if event.rating is not None and 2 <= event.rating <= 5:
        return wording.ABOUT_RATING[language].format(rating=event.rating)
    return ""


def _line(text: str, most: int) -> str:
    """A text on one line, cut with an ellipsis at `most` characters."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _stands_alone(name: str, line: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", line) is not None


_TONE: Final[Mapping[str, tuple[str, str]]] = {
    "excuse": ("R12", "This reads as an excuse. Say what happened and what comes next, without whose fault it was."),
    "blame": ("R12", "This puts the blame on the customer. Say what you will do, and leave out what they should have done."),
    "arguing": (
        "R12",
        "This argues with the customer, and onlookers side with them. Say what you heard, and take the rest to a private talk.",
    ),
    "marketing": ("R12", "This advertises. A person who complained wants an answer, not an offer: leave it out."),
    "incentive": (
        "R13",
        "Never tie a reward to a review or ask to change it: platforms and laws forbid it. Put right what went wrong instead.",
    ),
    "admission": (
        "R03",
        "This admits liability in writing. Regret what the customer went through; let whoever is responsible speak of liability.",
    ),
}


def _tone(text: str, *, public: bool) -> list[Finding]:
    found = {hit.code for hit in _unsuited(text)}
    rewarded = "reward" in found
    findings: list[Finding] = []
    for code, (rule, explanation) in _TONE.items():
        if code in found:
            blocks = rewarded if code == "incentive" else public and code in {"blame", "arguing"}
            findings.append(Finding(code, rule, "block" if blocks else "warn", explanation))
    return findings


def _unsuited(text: str) -> list[Hit]:
    read = considered(text)
    words = tokens(read)
    # "It is not your fault" blames nobody: a negated phrase is left out.
    return [hit for lexicon in _lexicons() for hit in lexicon.find(read, words) if not hit.negated]


@cache
def _lexicons() -> tuple[Lexicon, ...]:
    tables = {**wording.UNSUITED, "reward": wording.REWARDS}
    return tuple(
        Lexicon(language, {code: table[language] for code, table in tables.items() if language in table})
        for language in wording.ACKNOWLEDGEMENTS
    )


_DIGIT_RUNS: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_ACCOUNTS: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")


def _private_numbers(text: str) -> list[Finding]:
    """Card and account numbers; telephone and e-mail stay allowed, since a business invites to its own in public (R09)."""
    findings: list[Finding] = []
    if any(_is_card(match.group()) for match in _DIGIT_RUNS.finditer(text)):
        findings.append(Finding("card_number", "R06", "block", "This shows what looks like a card number in public. Take it out."))
    if any(_is_account(match.group()) for match in _ACCOUNTS.finditer(text)):
        findings.append(
            Finding("account_number", "R06", "block", "This shows what looks like a bank account (IBAN) in public. Take it out.")
        )
    return findings


def _is_card(written: str) -> bool:
    """Whether digits pass the Luhn check (ISO/IEC 7812-1) and are not all the same."""
    digits = [int(character) for character in written if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _is_account(written: str) -> bool:
    """Whether a text begins with an IBAN by its check digits (ISO 13616); the words behind it may run into the match."""
    compact = written.replace(" ", "")
    return any(_checks(compact[:length]) for length in range(15, min(len(compact), 34) + 1))


def _checks(account: str) -> bool:
    return int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1


def fingerprint(text: str) -> Fingerprint:
    """How a reply is worded, without its words: what it takes to tell later that another is too like it (R10)."""
    words = [token.word for token in tokens(considered(text)) if token.word != END]
    runs = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return frozenset(zlib.crc32(" ".join(words[at : at + SHINGLE_WORDS]).encode("utf-8", "replace")) for at in runs)


def _pasted(text: str, recent: Sequence[Fingerprint]) -> bool:
    mine = fingerprint(text)
    return any(len(mine & other) / len(mine | other) >= TOO_LIKE for other in recent[:MOST_RECENT] if other)
