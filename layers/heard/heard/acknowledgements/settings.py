"""What a business decides about its acknowledgements. The settings are part of its policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Voice:
    """How the business sounds.

    `fallback_language` is used where the review's language is unknown or has no wordings. `name`
    and `signature` are None where the business's own name is used. `formality` is `formal` or
    `informal` by language.
    """

    fallback_language: str = "en"
    name: str | None = None
    signature: str | None = None
    formality: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class OwnVariant:
    """A business's own wording for some kinds of acknowledgement: a template by language."""

    name: str
    kinds: tuple[str, ...]
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """The business's own wordings, and how many seconds acknowledgements wait."""

    delay: int = 0
    variants: tuple[OwnVariant, ...] = ()


class AcknowledgementSettings(Protocol):
    """The part of a policy that acknowledgements need."""

    @property
    def voice(self) -> Voice:
        """How the business sounds."""
        ...

    @property
    def acknowledgements(self) -> Acknowledgements:
        """The business's own wordings."""
        ...
