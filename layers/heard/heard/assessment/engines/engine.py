"""What every engine gives: scores for one text. The assessor decides what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Scores:
    """What an engine concludes from one text alone.

    `severity` are the probabilities of at least low, medium, high and critical, in this order; none
    is greater than the one before. `needs_person` is the probability that a careful business would
    have a person answer. These and the others are 0 to 1 and calibrated; `sentiment` is -1 to 1.
    `model` names the engine and its version.
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
        """The scores of a text in any language, None if the engine cannot judge it.

        Raises nothing for any text.
        """
        ...


@runtime_checkable
class ManyTextsEngine(Engine, Protocol):
    """An engine for which many texts at once are less work than one after the other."""

    def scores_of_all(self, texts: Sequence[str]) -> list[Scores | None]:
        """The scores of each text, as `scores` gives them."""
        ...


def scores_of_all(engine: Engine, texts: Sequence[str]) -> list[Scores | None]:
    """The scores that an engine has for each text, at once if it can."""
    if isinstance(engine, ManyTextsEngine):
        return engine.scores_of_all(texts)
    return [engine.scores(text) for text in texts]


def asks_service(engine: Engine) -> bool:
    """Whether an engine asks a service, where each text costs time and money."""
    return "+" in engine.model
