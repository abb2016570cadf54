"""Remedies: what an agent may grant with an answer, and from which amount that takes a lead (R28).

Pure. A grant says that the house owes the customer something; paying it out is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from heard.policy.document import Remedy


@dataclass(frozen=True, slots=True)
class Grant:
    """A remedy granted.

    `amount` is in units of `currency` (ISO 4217), which is empty until the policy said which one it
    is.

    `answer` is the key of the answer that tells the customer of it; empty when that answer did not
    arrive.
    """

    name: str
    amount: Decimal
    currency: str = ""
    resolution_key: str = ""

    @property
    def detail(self) -> dict[str, str]:
        """What outcomes say of it; the amount is a decimal as text, without trailing zeros."""
        return {
            "remedy": self.name,
            "amount": format_amount(self.amount),
            "currency": self.currency,
        }

    def matches(self, other: Grant | None) -> bool:
        """Whether both grant the same: a grant that names no currency is the same in any."""
        if other is None or (self.name, self.amount) != (other.name, other.amount):
            return False
        return self.currency == other.currency or not self.currency or not other.currency

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {
            "name": self.name,
            "amount": format_amount(self.amount),
            "currency": self.currency,
            "resolution_key": self.resolution_key,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The grant that `to_json` wrote."""
        return cls(
            fields["name"], Decimal(fields["amount"]), fields["currency"], fields["resolution_key"]
        )


def format_amount(amount: Decimal | float) -> str:
    """An amount as people write it: `50`, `12.5`."""
    return format(Decimal(str(amount)).normalize(), "f")


def find_remedy(grant: Grant, remedies: Iterable[Remedy]) -> Remedy | None:
    """The policy's remedy that a grant is about.

    None when there is none, or several and the currency is not said.
    """
    matches = [
        remedy
        for remedy in remedies
        if remedy.name == grant.name and grant.currency in {"", remedy.currency}
    ]
    return matches[0] if len(matches) == 1 else None


def needs_lead(grant: Grant, limit: float, grants: Sequence[Grant]) -> bool:
    """Whether a grant takes a lead.

    With all of the same kind that was `granted` in the follow-up it is over the limit.

    One that was granted before, and whose answer did not arrive, is not granted anew.
    """
    if pending_grant(grant, grants):
        return False
    earlier_amount = sum(
        (
            each.amount
            for each in grants
            if (each.name, each.currency) == (grant.name, grant.currency)
        ),
        Decimal(0),
    )
    return earlier_amount + grant.amount > Decimal(str(limit))


def pending_grant(grant: Grant, grants: Iterable[Grant]) -> Grant | None:
    """The same grant as one of which no answer has told the customer yet."""
    return next((each for each in grants if not each.resolution_key and each.matches(grant)), None)


def with_grant(grant: Grant, grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """All that is granted once an answer tells of this grant.

    One that was waiting to be told of is not granted twice.
    """
    pending = pending_grant(grant, grants)
    if pending is None:
        return (*grants, grant)
    index = list(grants).index(pending)
    return (*grants[:index], grant, *grants[index + 1 :])


def unannounced(resolution_key: str | None, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """All that is granted when the answer with this key did not arrive.

    What it granted stands, and waits for another to tell of it.
    """
    return tuple(
        replace(each, resolution_key="") if each.resolution_key == resolution_key else each
        for each in grants
    )


def describe_remedies(remedies: Sequence[Remedy]) -> str:
    """The remedies of a policy in words."""
    return ", ".join(
        f"{each.name} up to {format_amount(each.limit)} {each.currency}" for each in remedies
    )
