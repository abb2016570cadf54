"""What the lint can say about a reply: codes, rules, and how to correct it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

type Severity = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One problem of a reply. `code` and `rule` may be logged.

    `explanation` says how to fix it and quotes no customer. A finding of severity `block` stops the
    reply. One of severity `warn` is shown to whoever writes.
    """

    code: str
    rule: str
    severity: Severity
    explanation: str


EXPLANATIONS: Final[dict[str, tuple[str, str]]] = {
    "empty": (
        "R01",
        "There is nothing to read in this reply. Write what you want the customer to know.",
    ),
    "insult": (
        "R12",
        "This insults the customer, or swears. Other readers will remember that and nothing else. "
        "Say what happened and what you will do.",
    ),
    "threat": (
        "R13",
        "This threatens the customer. Nobody may be frightened out of a review. Take it out. If "
        "the law is really needed, leave that to a lawyer, and not to a reply.",
    ),
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
    "card_number": ("R06", "This shows what looks like a card number. Take it out."),
    "account_number": (
        "R06",
        "This shows what looks like a bank account (IBAN). Take it out.",
    ),
    "identity_number": (
        "R06",
        "This shows what looks like the number of a passport, an identity card, a social security "
        "or a tax record. Take it out.",
    ),
    "telephone_number": (
        "R06",
        "This shows a telephone number that is not among the business's contacts. Take it out if "
        "it is a person's. If it is the business's own, send `own_contacts`: true, or let an "
        "admin add it to `contacts` in the policy.",
    ),
    "email_address": (
        "R06",
        "This shows a mail address that is not among the business's contacts. Take it out if it "
        "is a person's. If it is the business's own, send `own_contacts`: true, or let an admin "
        "add it to `contacts` in the policy.",
    ),
    "street_address": (
        "R06",
        "This shows a street with a house number that is not among the business's contacts. Take "
        "it out if somebody lives there. If it is the business's own, send `own_contacts`: true, "
        "or let an admin add it to `contacts` in the policy.",
    ),
    "markup": (
        "R06",
        "This holds markup (HTML, BBCode or Markdown), which readers would see as signs. Write "
        "plain text.",
    ),
    "placeholder": (
        "R10",
        "This holds a placeholder that nobody filled in. Write the name, date or number itself, "
        "or leave it out.",
    ),
    "other_language": (
        "R03",
        "This is not in the language that the customer wrote in. Write in theirs if you can, or "
        "say in theirs why you do not.",
    ),
    "copy_paste": (
        "R10",
        "This is nearly the same as a recent reply. Write it again in other words, about what this "
        "customer wrote.",
    ),
}
"""Of each code, the rule and how to correct it. The page has words of its own for each."""


def finding(code: str, severity: Severity) -> LintFinding:
    """The finding with this code."""
    rule, explanation = EXPLANATIONS[code]
    return LintFinding(code, rule, severity, explanation)
