"""Chooses the engine: the one that a setting names, and its fallback where it cannot judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from heard.assessment.engines.engine import Engine, Scores, scores_of_all
from heard.assessment.engines.weights import WeightsMissing
from heard.errors import BadRequest

EMBEDDED_ENGINES: Final = ("accurate", "quick")
"""The engines that ship with Heard, the better one first."""


class EngineChain:
    """Engines in order; the first that has scores for a text gives them.

    Each is loaded when it is first needed. One that cannot be loaded has no scores.
    """

    def __init__(self, engines: Sequence[Callable[[], Engine | None]]) -> None:
        self._engines = tuple(engines)

    @property
    def model(self) -> str:
        """The model of the first engine that can be loaded; `none` if none can."""
        return next((engine.model for load in self._engines if (engine := load())), "none")

    def scores(self, text: str) -> Scores | None:
        """The first scores that an engine has for the text; None if no engine has any."""
        for load in self._engines:
            engine = load()
            scores = engine.scores(text) if engine else None
            if scores is not None:
                return scores
        return None

    def scores_of_all(self, texts: Sequence[str]) -> list[Scores | None]:
        """The first scores that an engine has for each text."""
        known: dict[str, Scores] = {}
        for load in self._engines:
            pending = [text for text in dict.fromkeys(texts) if text not in known]
            engine = load() if pending else None
            if engine:
                pairs = zip(pending, scores_of_all(engine, pending), strict=True)
                known |= {text: scores for text, scores in pairs if scores is not None}
        return [known.get(text) for text in texts]


class CachedEngine:
    """An engine whose scores are kept, because they may cost time and money.

    A text is judged once, however often the same step is tried.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cache: dict[str, Scores | None] = {}

    @property
    def model(self) -> str:
        """The model of the engine."""
        return self._engine.model

    def scores(self, text: str) -> Scores | None:
        """The scores that the engine first gave."""
        if text not in self._cache:
            self._cache[text] = self._engine.scores(text)
        return self._cache[text]

    def scores_of_all(self, texts: Sequence[str]) -> list[Scores | None]:
        """The scores that the engine first gave for each text; new ones are judged together."""
        pending = [text for text in dict.fromkeys(texts) if text not in self._cache]
        if pending:
            new_scores = scores_of_all(self._engine, pending)
            self._cache.update(zip(pending, new_scores, strict=True))
        return [self._cache[text] for text in texts]


def embedded_engine(name: str) -> EngineChain:
    """The embedded engine of this name (`accurate` or `quick`), with the other as its fallback.

    An engine is skipped if its weights or numpy are not installed. If that leaves none, rules and
    ratings decide alone, and the assessment's `model` shows it. Raises BadRequest for another name.
    """
    if name not in EMBEDDED_ENGINES:
        raise BadRequest(f'There is no engine "{name[:40]}"; use {" or ".join(EMBEDDED_ENGINES)}.')
    return EngineChain(
        [load_accurate, load_quick] if name == "accurate" else [load_quick, load_accurate]
    )


@cache
def load_accurate() -> Engine | None:
    """The engine `accurate`, loaded once a process; None where it is not installed."""
    # Imported here, because only a process that judges texts needs numpy.
    from heard.assessment.engines.accurate import AccurateEngine  # noqa: PLC0415

    try:
        return AccurateEngine.load()
    except (ImportError, WeightsMissing):
        return None


@cache
def load_quick() -> Engine | None:
    """The engine `quick`, loaded once a process; None where it is not installed."""
    from heard.assessment.engines.quick import QuickEngine  # noqa: PLC0415

    try:
        return QuickEngine.load()
    except (ImportError, WeightsMissing):
        return None
