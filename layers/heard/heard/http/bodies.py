"""What callers of the desk may send: one model for each request body."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from heard.clock import format_time
from heard.follow_ups import Action, TakeoverReason
from heard.notes import MAX_MENTIONS, MAX_NOTE_CHARACTERS, Draft
from heard.remedies import Grant
from heard.steps.desk import ResolutionRequest
from heard.steps.notes import NoteRequest

_OWN_ID: Final = "^[A-Za-z0-9_-]{8,64}$"
"""An id that the client chose, so that what it sends twice is one thing."""
type Subject = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]
"""A person's id at the identity provider."""


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
    `seen_revision` is the follow-up's `revision` that was read: nothing newer is resolved.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=_OWN_ID)
    action: Action
    fence: int
    seen_revision: str | None = Field(default=None, pattern=r"^[0-9]{1,9}\.[0-9]{1,9}$")
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


class TakeoverBody(BaseModel):
    """Which claim a lead takes over, and why."""

    model_config = ConfigDict(extra="forbid")

    fence: int
    reason: TakeoverReason


class NoteBody(BaseModel):
    """A note without an answer. `id` is the client's own: sending it twice is writing one note."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=_OWN_ID)
    text: str = Field(min_length=1, max_length=MAX_NOTE_CHARACTERS)
    mentions: list[Subject] = Field(default_factory=list[Subject], max_length=MAX_MENTIONS)

    @property
    def request(self) -> NoteRequest:
        """The note as the desk takes it."""
        return NoteRequest(self.id, self.text, tuple(self.mentions))


class DraftRemedy(BaseModel):
    """A remedy that is half filled in."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=60)
    amount: str = Field(default="", max_length=20)
    currency: str = Field(default="", max_length=3)


class DraftFields(BaseModel):
    """What of a resolution is filled in beside its text. Nothing of it is checked yet."""

    model_config = ConfigDict(extra="forbid")

    fix: str | None = Field(default=None, max_length=40)
    root_cause: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=40)
    note: str | None = Field(default=None, max_length=20_000)
    evidence: str | None = Field(default=None, max_length=20_000)
    promised_for: str | None = Field(default=None, max_length=40)
    remedy: DraftRemedy | None = None
    own_contacts: bool | None = None


class DraftBody(BaseModel):
    """What an agent has begun to write."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=20_000)
    action: Action | None = None
    fields: DraftFields = Field(default_factory=DraftFields)

    def draft(self, now: datetime) -> Draft:
        """The draft as it is stored, with the fields that have a value."""
        action = self.action.value if self.action else None
        return Draft(self.text, format_time(now), action, self.fields.model_dump(exclude_none=True))


class LaterBody(BaseModel):
    """Until when a follow-up is hidden from the caller's own view."""

    model_config = ConfigDict(extra="forbid")

    until: AwareDatetime


class SavedView(BaseModel):
    """A list that somebody asks for often: its name, and the query of its address.

    A query holds codes and no words of a search, so that no customer's name is kept here.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=40)
    query: str = Field(max_length=120, pattern="^[A-Za-z0-9_.,=&-]*$")


class PreferencesBody(BaseModel):
    """What somebody set for their own desk. What is left out is as the page has it."""

    model_config = ConfigDict(extra="forbid")

    views: list[SavedView] = Field(default_factory=list[SavedView], max_length=8)
    language: str | None = Field(default=None, pattern="^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
    theme: Literal["light", "dark", "system"] | None = None
    density: Literal["comfortable", "compact"] | None = None
    keys: bool | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """What was stored, without what this release does not take: another one wrote it."""
        fields: dict[str, Any] = {}
        for name, value in stored.items():
            with suppress(ValidationError):
                cls.model_validate({name: value})
                fields[name] = value
        return cls.model_validate(fields)
