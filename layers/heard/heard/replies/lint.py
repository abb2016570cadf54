"""Lints what people write to customers, and signs it.

People use their own words. The lint holds a reply back only where it would do harm (R06, R10, R12,
R13), and warns where it would be unwise. Automatic replies pass the same lint
(`heard.acknowledgements`). Knows no platform: limits are arguments. Whether a reply has a slot in
its thread is decided in `heard.threads`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heard.replies.contacts import foreign_contacts
from heard.replies.findings import LintFinding, finding
from heard.replies.length import text_length
from heard.replies.markup import has_markup
from heard.replies.placeholders import has_placeholder
from heard.replies.private_numbers import (
    has_bank_account,
    has_card_number,
    has_identity_number,
)
from heard.replies.tone import FINDINGS, REWARD, phrases_in
from heard.text.one_line import one_line
from heard.text.words import END, matchable_text, tokens

if TYPE_CHECKING:
    from heard.replies.length import Unit

MAX_SIMILARITY: Final = 0.8
"""Share of common three-word runs (Jaccard) from which a reply counts as copied (R10)."""

BUSINESS_NAME_CHARACTERS: Final = 60
MAX_RECENT: Final = 100
"""Recent replies that a reply is compared with."""

SHINGLE_WORDS: Final = 3

_SIGNATURE_START: Final = "\n\n— "
"""What stands between a reply and the names that sign it."""

_TAGS: Final = re.compile("<[^<>]*>")

type Fingerprint = frozenset[int]
"""The three-word runs of a text, as CRC-32: enough to compare texts, too little to read one."""


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What the lint must know of a reply besides its words.

    `public`: others read it. `limit` is the platform's, counted in `unit`. `recent` are the
    fingerprints of the business's last replies by people, newest first, of which `MAX_RECENT` are
    compared. `names` are the agent's and the business's; a reply that holds only names is empty,
    and nothing is looked for in them. `language` (ISO 639) is the customer's. `own_contacts` are
    texts that name the business's own contacts; with `contacts_are_own` the writer says that all
    others in the text are, too.
    """

    public: bool
    limit: int | None
    unit: Unit = "characters"
    recent: Sequence[Fingerprint] = ()
    names: Sequence[str] = ()
    language: str | None = None
    own_contacts: Sequence[str] = ()
    contacts_are_own: bool = False


def lint(text: str, context: ReplyContext) -> tuple[LintFinding, ...]:
    """The problems of a reply before it is sent. Total: it raises nothing for any text.

    Codes: empty, too_long, insult, threat, excuse, blame, arguing, marketing, incentive, admission,
    card_number, account_number, identity_number, telephone_number, email_address, street_address,
    markup, placeholder, other_language, copy_paste. Blame, arguing and personal data block in
    public, where others read them, and only warn in private.
    """
    own_words = _remove_names(context.names, text)
    if not any(character.isalnum() for character in _TAGS.sub("", own_words)):
        return (finding("empty", "block"),)
    findings: list[LintFinding] = []
    limit, unit, language = context.limit, context.unit, context.language
    if limit is not None and (size := text_length(text, unit)) > limit:
        findings.append(_too_long(size, limit, unit))
    findings.extend(_tone_findings(own_words, language, public=context.public))
    findings.extend(_personal_data(own_words, context))
    if has_markup(own_words):
        findings.append(finding("markup", "block"))
    if has_placeholder(own_words):
        findings.append(finding("placeholder", "block"))
    if language is not None and _is_other_language(own_words, language):
        findings.append(finding("other_language", "warn"))
    if _is_copy(text, context):
        findings.append(finding("copy_paste", "block"))
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


def _is_other_language(text: str, language: str) -> bool:
    # Imported only where it is used: automatic replies are in the customer's language anyway.
    from heard.replies.other_language import is_other_language  # noqa: PLC0415

    return is_other_language(text, language)


def _tone_findings(text: str, language: str | None, *, public: bool) -> Iterator[LintFinding]:
    codes = phrases_in(text, language)
    for code in FINDINGS:
        if code not in codes:
            continue
        match code:
            case "insult" | "threat":
                blocks = True
            case "incentive":
                blocks = REWARD in codes
            case "blame" | "arguing":
                blocks = public
            case _:
                blocks = False
        yield finding(code, "block" if blocks else "warn")


def _personal_data(text: str, context: ReplyContext) -> Iterator[LintFinding]:
    severity = "block" if context.public else "warn"
    if has_card_number(text):
        yield finding("card_number", severity)
    if has_bank_account(text):
        yield finding("account_number", severity)
    if has_identity_number(text):
        yield finding("identity_number", severity)
    for code in foreign_contacts(text, context.own_contacts):
        yield finding(code, "warn" if context.contacts_are_own else severity)


def _remove_names(names: Sequence[str], text: str) -> str:
    for name in names:
        line = one_line(name, BUSINESS_NAME_CHARACTERS)
        text = re.sub(rf"(?<!\w){re.escape(line)}(?!\w)", "", text)
    return text


def _is_copy(text: str, context: ReplyContext) -> bool:
    own = fingerprint(text, context.names)
    return any(
        len(own & other) / len(own | other) >= MAX_SIMILARITY
        for other in context.recent[:MAX_RECENT]
        if other
    )
