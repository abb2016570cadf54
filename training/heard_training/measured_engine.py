"""The engine that an evaluation measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from heard.assessment import Engine
from heard.assessment.engines.weights import WeightsMissing


@dataclass(frozen=True, slots=True)
class MeasuredEngine:
    """An engine by name (`quick` or `accurate`), with the weights that ship or those of a file.

    It has no fallback: the other engine may have learned from the very texts that are measured.
    """

    name: str
    weights: Path | None = None

    def load(self) -> Engine:
        """The engine.

        Raises WeightsMissing if it or numpy is not installed, or if the file has no such weights.
        """
        try:
            return self._load_quick() if self.name == "quick" else self._load_accurate()
        except ImportError as error:
            raise WeightsMissing(f"{error.name} is not installed") from error

    def _load_quick(self) -> Engine:
        from heard.assessment.engines import quick  # noqa: PLC0415

        if self.weights is None:
            return quick.QuickEngine.load()
        return quick.QuickEngine(quick.read(self.weights)[0])

    def _load_accurate(self) -> Engine:
        from heard.assessment.engines.accurate import AccurateEngine  # noqa: PLC0415

        if self.weights is None:
            return AccurateEngine.load()
        return AccurateEngine.of(self.weights)
