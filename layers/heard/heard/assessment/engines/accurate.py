"""The `accurate` engine.

A multilingual encoder, adapted to reviews, and small heads on what it makes of a text.

Owns the file of adapters and heads, which `training/heard_training/train_accurate.py` writes; knows
nothing of ratings, channels or businesses. One text takes tens of milliseconds; loading takes a
third of a second and about 150 MB.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from heard.assessment.engines.encoder import Encoder, LowRank, gelu
from heard.assessment.engines.engine import Scores
from heard.assessment.engines.quick import QuickEngine
from heard.assessment.engines.weights import WeightsMissing, find_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.assessment.engines.encoder import Floats

MODEL: Final = "accurate-1"
"""Changes with the heads, the adapters, and how a text is read."""

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
)
"""The rows of the heads' weights."""

WEIGHTS_FILE: Final = Path("heard_models", "accurate.bin")
"""Where a folder of packages holds the heads and adapters."""


QUICK_WEIGHT: Final = 0.3
"""How much of the log-odds of `quick` is added: what it errs in is something else."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What the features of a text say of it.

    Linear heads, plus what hidden units that all heads share add to them.

    Features are the means over a text's pieces after the layers named by `layers` (counted from 0),
    one after the other. `weight` is (heads, features), `bias` (heads), `inner` (units, features),
    `inner_bias` (units), `outer` (heads, units).
    """

    layers: tuple[int, ...]
    weight: Floats
    bias: Floats
    inner: Floats
    inner_bias: Floats
    outer: Floats

    def logits(self, features: Floats) -> Floats:
        """What each head says, (…, heads), of features (…, features)."""
        import numpy as np  # noqa: PLC0415

        hidden = gelu(np.add(features @ self.inner.T, self.inner_bias, dtype=np.float32))
        return np.add(features @ self.weight.T + hidden @ self.outer.T, self.bias, dtype=np.float32)

    def probabilities(self, layer_means: Floats) -> Mapping[str, float]:
        """The calibrated probability of each head, from the means after every layer, (12, 384)."""
        import numpy as np  # noqa: PLC0415

        logits = np.clip(self.logits(layer_means[list(self.layers)].ravel()), -30, 30)
        probabilities: list[float] = (1 / (1 + np.exp(-logits))).tolist()
        return dict(zip(HEADS, probabilities, strict=True))


@dataclass(frozen=True, slots=True)
class AccurateEngine:
    """Judges a text in any of the hundred languages of its vocabulary."""

    encoder: Encoder
    heads: Heads
    quick: QuickEngine

    @staticmethod
    @cache
    def load() -> AccurateEngine:
        """The engine that ships, loaded once a process.

        Raises NoWeights where the encoder's weights are not installed.
        """
        heads, changes, _ = read(find_weights(WEIGHTS_FILE))
        return AccurateEngine(Encoder.load(changes=changes), heads, QuickEngine.load())

    @property
    def model(self) -> str:
        """The engine's name and version."""
        return MODEL

    def scores(self, text: str) -> Scores | None:
        """The scores of a text.

        None of one that is empty, or mostly of characters the vocabulary does not have.
        """
        token_ids = self.encoder.tokenize(text)
        if not self.encoder.covers(token_ids):
            return None
        probabilities = self.heads.probabilities(self.encoder.embed(token_ids))
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
        )

    @staticmethod
    def _needs_person(probabilities: Mapping[str, float], quick_scores: Scores | None) -> float:
        """Two heads that were taught by different labels (people's, and stars), and how the words
        themselves feel, as one.
        """
        odds = (_logit(probabilities["needs_person"]) + _logit(probabilities["negative"])) / 2
        if quick_scores is not None:
            odds += QUICK_WEIGHT * _logit((1 - quick_scores.sentiment) / 2)
        return 1 / (1 + math.exp(-odds))


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def read(path: Path) -> tuple[Heads, dict[str, LowRank], dict[str, Any]]:
    """Heads, changes of the encoder by matrix, and how they were trained, from a file of training.
    Raises NoWeights for any other.
    """
    import numpy as np  # noqa: PLC0415

    try:
        with np.load(path, allow_pickle=False) as arrays:
            contents: dict[str, Any] = {name: arrays[name] for name in arrays.files}
        floats = {
            name: array.astype(np.float32)
            for name, array in contents.items()
            if array.dtype.kind == "f"
        }
        about: dict[str, Any] = json.loads(contents["about"].tobytes())
        matrices = sorted(name.removesuffix("/down") for name in contents if name.endswith("/down"))
        changes = {name: LowRank(floats[f"{name}/down"], floats[f"{name}/up"]) for name in matrices}
        heads = Heads(
            tuple(contents["layers"].tolist()),
            *(floats[name] for name in ("weight", "bias", "inner", "inner_bias", "outer")),
        )
        return heads, changes, about
    except (KeyError, OSError, TypeError, ValueError, BadZipFile) as unfit:
        raise WeightsMissing(f"{path} is damaged, or of another version than this code") from unfit


def write(
    path: Path, heads: Heads, changes: Mapping[str, LowRank], about: Mapping[str, Any]
) -> None:
    """Writes what `read` reads, in half precision and without anything that would be run when it is
    read.
    """
    import numpy as np  # noqa: PLC0415

    arrays: dict[str, Any] = {
        "layers": np.array(heads.layers),
        "bias": heads.bias,
        "inner_bias": heads.inner_bias,
    }
    arrays |= {
        name: getattr(heads, name).astype(np.float16) for name in ("weight", "inner", "outer")
    }
    for name, change in changes.items():
        arrays |= {
            f"{name}/down": change.down.astype(np.float16),
            f"{name}/up": change.up.astype(np.float16),
        }
    arrays["about"] = np.frombuffer(json.dumps(about, indent=1).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
