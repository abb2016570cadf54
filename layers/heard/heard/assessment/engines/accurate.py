"""The `accurate` engine: a multilingual encoder tuned to reviews, and linear heads on its output.

Owns the file of the heads and of the encoder's changes, which
`training/heard_training/train_accurate.py` writes. Knows nothing of ratings, channels or
businesses. One text takes tens of milliseconds; loading takes a third of a second and about 150 MB.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from heard.assessment.engines.changes import ARRAYS, change
from heard.assessment.engines.encoder import Encoder
from heard.assessment.engines.engine import Scores
from heard.assessment.engines.quick import QuickEngine
from heard.assessment.engines.weights import WeightsMissing, find_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heard.assessment.engines.encoder import Floats

MODEL: Final = "accurate-3"
"""The engine's name and version. It changes with the heads, and with how a text is read."""

FLAG_HEADS: Final = (
    "safety",
    "legal",
    "discrimination",
    "privacy",
    "fraud",
    "press",
    "self_harm",
    "churn",
    "staff_rude",
    "sarcasm",
)
"""The heads that say what a review is about, beside how severe it is."""

HEADS: Final = (
    "at_least_low",
    "at_least_medium",
    "at_least_high",
    "critical",
    "needs_person",
    "question",
    "abuse",
    "spam",
    "negative",
    *FLAG_HEADS,
)
"""The rows of the heads' weights."""

WEIGHTS_FILE: Final = Path("heard_models", "accurate.bin")
"""Where a folder of packages holds the heads and the changes."""

_OF_HEADS: Final = ("layers", "weight", "bias")

QUICK_WEIGHT: Final = 0.3
"""How much of the log-odds of `quick` is added: the two engines err in different texts."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear heads on the features of a text.

    The features of a text are the means of its token vectors after each of `layers` (from 0), end
    to end. `weight` is (heads, features), `bias` (heads).
    """

    layers: tuple[int, ...]
    weight: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """The logit of each head (…, heads) for features (…, features)."""
        import numpy as np  # noqa: PLC0415

        return np.add(features @ self.weight.T, self.bias, dtype=np.float32)

    def probabilities(self, layer_means: Floats) -> Mapping[str, float]:
        """The calibrated probability of each head, from the means after every layer, (12, 384)."""
        import numpy as np  # noqa: PLC0415

        logits = np.clip(self.logits(layer_means[list(self.layers)].ravel()), -30, 30)
        probabilities: list[float] = (1 / (1 + np.exp(-logits))).tolist()
        return dict(zip(HEADS, probabilities, strict=True))


@dataclass(frozen=True, slots=True)
class AccurateEngine:
    """Gives scores for a text in any of the hundred languages of its vocabulary."""

    encoder: Encoder
    heads: Heads
    quick: QuickEngine

    @staticmethod
    @cache
    def load() -> AccurateEngine:
        """The engine that ships, loaded once a process.

        Raises WeightsMissing where the encoder's weights are not installed.
        """
        return AccurateEngine.of(find_weights(WEIGHTS_FILE))

    @staticmethod
    def of(path: Path) -> AccurateEngine:
        """The engine of a file that training wrote. Raises WeightsMissing."""
        heads, changes, _ = read(path)
        return AccurateEngine(change(Encoder.load(), changes), heads, QuickEngine.load())

    @property
    def model(self) -> str:
        """The engine's name and version."""
        return MODEL

    def scores(self, text: str) -> Scores | None:
        """The scores of a text.

        None for an empty text, and for one whose characters are mostly not in the vocabulary.
        """
        (scores,) = self.scores_of_all([text])
        return scores

    def scores_of_all(self, texts: Sequence[str]) -> list[Scores | None]:
        """The scores of each text, in one pass of the encoder."""
        tokens = [self.encoder.tokenize(text) for text in texts]
        covered = [token_ids for token_ids in tokens if self.encoder.covers(token_ids)]
        layer_means = iter(self.encoder.embed_all(covered))
        return [
            self._scores_from(text, next(layer_means)) if self.encoder.covers(token_ids) else None
            for text, token_ids in zip(texts, tokens, strict=True)
        ]

    def _scores_from(self, text: str, layer_means: Floats) -> Scores:
        probabilities = self.heads.probabilities(layer_means)
        low = probabilities["at_least_low"]
        medium = min(low, probabilities["at_least_medium"])
        high = min(medium, probabilities["at_least_high"])
        return Scores(
            severity=(low, medium, high, min(high, probabilities["critical"])),
            needs_person=self._needs_person(probabilities, self.quick.scores(text)),
            question=probabilities["question"],
            abuse=probabilities["abuse"],
            spam=probabilities["spam"],
            sentiment=1 - 2 * probabilities["negative"],
            model=MODEL,
            flags={flag: probabilities[flag] for flag in FLAG_HEADS},
        )

    @staticmethod
    def _needs_person(probabilities: Mapping[str, float], quick_scores: Scores | None) -> float:
        """One probability from two heads and the sentiment of `quick`.

        One head learned from people's labels, the other from stars.
        """
        log_odds = (_logit(probabilities["needs_person"]) + _logit(probabilities["negative"])) / 2
        if quick_scores is not None:
            log_odds += QUICK_WEIGHT * _logit((1 - quick_scores.sentiment) / 2)
        return 1 / (1 + math.exp(-log_odds))


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def read(path: Path) -> tuple[Heads, dict[str, Floats], dict[str, Any]]:
    """The heads and the encoder's changes of a file that training wrote, and how it was trained.

    Raises WeightsMissing for any other file.
    """
    import numpy as np  # noqa: PLC0415

    try:
        with np.load(path, allow_pickle=False) as arrays:
            contents: dict[str, Any] = {name: arrays[name] for name in (*_OF_HEADS, *ARRAYS)}
            about: dict[str, Any] = json.loads(arrays["about"].tobytes())
        weight, bias = (contents.pop(name).astype(np.float32) for name in ("weight", "bias"))
        return Heads(tuple(contents.pop("layers").tolist()), weight, bias), contents, about
    except (KeyError, OSError, TypeError, ValueError, BadZipFile) as error:
        raise WeightsMissing(f"{path} is damaged, or of another version than this code") from error


def write(
    path: Path, heads: Heads, changes: Mapping[str, Floats], about: Mapping[str, Any]
) -> None:
    """Write the file that `read` reads: weights in half precision, and no code."""
    import numpy as np  # noqa: PLC0415

    arrays: dict[str, Any] = {
        "layers": np.array(heads.layers),
        "weight": heads.weight.astype(np.float16),
        "bias": heads.bias,
        "about": np.frombuffer(json.dumps(about, indent=1).encode(), np.uint8),
        **{name: changes[name].astype(np.float16) for name in ARRAYS},
    }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
