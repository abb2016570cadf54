"""Remedies: what an agent may grant with a resolution, and when a lead must approve it (R28).

Pure. A grant says what the business owes the customer. Heard pays nothing out.
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
    """A remedy that was granted.

    `amount` is in units of `currency` (ISO 4217), which is empty until the policy says which one it
    is. `resolution_key` is the key of the resolution that announces it to the customer. It is empty
    when the reply of that resolution did not arrive.
    """

    name: str
    amount: Decimal
    currency: str = ""
    resolution_key: str = ""

    @property
    def detail(self) -> dict[str, str]:
        """What outcomes say of it. The amount is a decimal as text, without trailing zeros."""
        return {
            "remedy": self.name,
            "amount": format_amount(self.amount),
            "currency": self.currency,
        }

    def matches(self, other: Grant | None) -> bool:
        """Whether both grant the same; a grant without a currency matches any currency."""
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
    """The policy's remedy for a grant; None when there is none, or several in other currencies."""
    matches = [
        remedy
        for remedy in remedies
        if remedy.name == grant.name and grant.currency in {"", remedy.currency}
    ]
    return matches[0] if len(matches) == 1 else None


def needs_lead(grant: Grant, limit: float, grants: Sequence[Grant]) -> bool:
    """Whether a lead must approve a grant: with `grants` of the same kind it is over the limit.

    `grants` are those of the same follow-up. A pending grant is not granted again.
    """
    if pending_grant(grant, grants):
        return False
    earlier_amount = sum(
        (
            earlier.amount
            for earlier in grants
            if (earlier.name, earlier.currency) == (grant.name, grant.currency)
        ),
        Decimal(0),
    )
    return earlier_amount + grant.amount > Decimal(str(limit))


def pending_grant(grant: Grant, grants: Iterable[Grant]) -> Grant | None:
    """An equal grant that no resolution has announced to the customer yet."""
    return next(
        (earlier for earlier in grants if not earlier.resolution_key and earlier.matches(grant)),
        None,
    )


def with_grant(grant: Grant, grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """The grants including this one; an equal pending grant is replaced, not added to."""
    pending = pending_grant(grant, grants)
    if pending is None:
        return (*grants, grant)
    index = list(grants).index(pending)
    return (*grants[:index], grant, *grants[index + 1 :])


def unannounced(resolution_key: str | None, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants after the resolution with this key did not arrive: what it granted is pending."""
    return tuple(
        replace(grant, resolution_key="") if grant.resolution_key == resolution_key else grant
        for grant in grants
    )


def describe_remedies(remedies: Sequence[Remedy]) -> str:
    """The remedies of a policy in words."""
    return ", ".join(
        f"{remedy.name} up to {format_amount(remedy.limit)} {remedy.currency}"
        for remedy in remedies
    )
