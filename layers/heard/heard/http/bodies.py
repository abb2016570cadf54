"""What callers of the desk may send: one model for each request body."""

from __future__ import annotations

from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from heard.follow_ups import Action
from heard.remedies import Grant
from heard.steps.desk import ResolutionRequest


class RemedyBody(BaseModel):
    """What is granted to the customer.

    `currency` may be left out if the policy has this remedy in one currency only.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=60)
    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=3)
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")


class ResolutionBody(BaseModel):
    """An agent's resolution. `id` is the client's own: sending it twice is resolving once.

    Any whole number is a `fence`. The desk answers `not_claimed` or `claim_lost` to a wrong one.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern="^[A-Za-z0-9_-]{8,64}$")
    action: Action
    fence: int
    text: str | None = Field(default=None, max_length=20_000)
    note: str | None = Field(default=None, max_length=20_000)
    fix: str | None = Field(default=None, max_length=40)
    root_cause: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=40)
    evidence: str | None = Field(default=None, max_length=20_000)
    promised_for: AwareDatetime | None = None
    remedy: RemedyBody | None = None
    own_contacts: bool = False

    @property
    def request(self) -> ResolutionRequest:
        """The resolution as the desk takes it."""
        remedy = (
            Grant(self.remedy.name, self.remedy.amount, self.remedy.currency)
            if self.remedy
            else None
        )
        return ResolutionRequest(**self.model_dump(exclude={"remedy"}), remedy=remedy)


class LintBody(BaseModel):
    """A text that an agent wants to send."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(max_length=20_000)
    own_contacts: bool = False


class ReleaseBody(BaseModel):
    """Which claim is given back."""

    model_config = ConfigDict(extra="forbid")

    fence: int


class ApprovalBody(BaseModel):
    """A lead's decision about a resolution that takes two people.

    `digest` is that of the `pending_resolution` that the lead has read.
    """

    model_config = ConfigDict(extra="forbid")

    approved: bool
    digest: str = Field(pattern="^[0-9a-f]{32}$")
