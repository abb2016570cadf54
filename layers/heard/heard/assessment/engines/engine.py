"""What every engine of assessment answers: scores for one text.

What they mean for a business, `judgement` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scores:
    """What an engine makes of one text alone.

    Every number is a probability from 0 to 1 and calibrated as well as we can.

    `severity` is the probability of at least low, medium, high and critical, in this order, each at
    most the one before; `needs_person` that a careful business would have a person answer;
    `sentiment` runs from -1 to 1. `model` names engine and version.
    """

    severity: tuple[float, float, float, float]
    needs_person: float
    question: float
    abuse: float
    spam: float
    sentiment: float
    model: str


class Engine(Protocol):
    """A way to judge texts."""

    @property
    def model(self) -> str:
        """The engine's name and version; changes with anything that can change a score."""
        ...

    def scores(self, text: str) -> Scores | None:
        """The scores of a text in any language, None when the engine knows no way to judge it.

        Raises nothing for any text.
        """
        ...
