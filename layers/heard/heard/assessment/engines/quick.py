"""The `quick` engine: a linear model on a text's hashed n-grams, a tenth of a millisecond a review.

Owns the file of its weights, which `training/heard_training/train_quick.py` writes. Knows nothing
of ratings, channels or businesses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from heard.assessment.engines import ngrams
from heard.assessment.engines.engine import Scores
from heard.assessment.engines.weights import WeightsMissing, find_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

MODEL: Final = "quick-2"
"""The engine's name and version. It changes with the weights, and with how a text is read."""

HEADS: Final = (
    "at_least_low",
    "at_least_medium",
    "at_least_high",
    "critical",
    "needs_person",
    "question",
    "abuse",
    "spam",
)
"""The columns of the table of heads."""

UNHAPPY_BITS: Final = 20
"""How many of a hash's upper bits name a row of the table of unhappiness."""

HEADS_BITS: Final = 18
"""How many of a hash's upper bits name a row of the table of heads."""

WEIGHTS_FILE: Final = Path("heard_models", "quick.bin")
"""Where a folder of packages holds the weights."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned.

    `unhappy` has one weight for each of 2^20 rows, `heads` eight for each of 2^18. The sums over a
    text's n-grams are divided by the root of their number and multiplied by `unhappy_scale` and
    `heads_scale`: these are logits. To the logits of the heads, `lean` times the unhappiness of the
    text and `bias` are added. `sentiment` is slope and offset from unhappiness to the logit of a
    complaint. `known` says for each run of 128 characters of Unicode whether training saw enough of
    it.
    """

    unhappy: NDArray[np.int8]
    heads: NDArray[np.int8]
    unhappy_scale: float
    heads_scale: NDArray[np.float32]
    lean: NDArray[np.float32]
    bias: NDArray[np.float32]
    sentiment: NDArray[np.float32]
    known: NDArray[np.bool_]

    def logits(self, hashes: ngrams.Hashes) -> tuple[float, NDArray[np.float32]]:
        """The unhappiness of a text with these n-grams (at least one), and eight logits."""
        import numpy as np  # noqa: PLC0415

        rows = (hashes >> np.uint64(64 - UNHAPPY_BITS)).astype(np.intp)
        root = float(len(rows)) ** 0.5
        unhappy = float(self.unhappy.take(rows).sum(dtype=np.int32)) * self.unhappy_scale / root
        # A product adds four times faster than a sum of bytes does. It is as exact: no sum of a
        # text has more than 24 bits.
        addends = self.heads.take(rows >> (UNHAPPY_BITS - HEADS_BITS), axis=0).astype(np.float32)
        own = np.ones(len(rows), np.float32) @ addends
        return unhappy, own * (self.heads_scale / root) + unhappy * self.lean + self.bias


@dataclass(frozen=True, slots=True)
class QuickEngine:
    """Gives scores for a text in any language, except in scripts that training did not see."""

    weights: Weights

    @staticmethod
    @cache
    def load() -> QuickEngine:
        """The engine that ships, loaded once a process.

        Raises WeightsMissing, and ImportError without numpy.
        """
        return QuickEngine(read(find_weights(WEIGHTS_FILE))[0])

    @property
    def model(self) -> str:
        """The engine's name and version."""
        return MODEL

    def scores(self, text: str) -> Scores | None:
        """The scores of a text.

        None for a blank text, and for one whose letters are mostly of scripts that training did not
        see.
        """
        signs = ngrams.fold(text)
        hashes = ngrams.hashes_of(signs)
        if not len(hashes) or not (text.isascii() or self._knows_script(signs)):
            return None
        unhappy, logits = self.weights.logits(hashes)
        slope, offset = self.weights.sentiment.tolist()
        complaint, *heads = map(_probability, (slope * unhappy + offset, *logits.tolist()))
        probabilities = dict(zip(HEADS, heads, strict=True))
        low = probabilities["at_least_low"]
        medium = min(low, probabilities["at_least_medium"])
        high = min(medium, probabilities["at_least_high"])
        return Scores(
            severity=(low, medium, high, min(high, probabilities["critical"])),
            needs_person=probabilities["needs_person"],
            question=probabilities["question"],
            abuse=probabilities["abuse"],
            spam=probabilities["spam"],
            sentiment=1 - 2 * complaint,
            model=MODEL,
        )

    def _knows_script(self, signs: ngrams.Signs) -> bool:
        blocks = ngrams.blocks_of(signs)
        return 2 * int(self.weights.known[blocks].sum()) >= len(blocks)


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-min(max(logit, -30.0), 30.0)))


def read(path: Path) -> tuple[Weights, dict[str, Any]]:
    """The weights of a file that `write` wrote, and how they were trained.

    Raises WeightsMissing for any other file.
    """
    import numpy as np  # noqa: PLC0415

    try:
        with np.load(path, allow_pickle=False) as arrays:
            contents: dict[str, Any] = {name: arrays[name] for name in arrays.files}
        about: dict[str, Any] = json.loads(contents.pop("about").tobytes())
        scale = float(contents.pop("unhappy_scale"))
        return Weights(unhappy_scale=scale, **contents), about
    except (KeyError, OSError, TypeError, ValueError, BadZipFile) as error:
        raise WeightsMissing(f"{path} is damaged, or of another version than this code") from error


def write(path: Path, weights: Weights, about: Mapping[str, Any]) -> None:
    """Writes the file that `read` reads. It holds arrays and no code."""
    import numpy as np  # noqa: PLC0415

    arrays: dict[str, Any] = {name: getattr(weights, name) for name in Weights.__slots__}
    arrays["unhappy_scale"] = np.float32(weights.unhappy_scale)
    arrays["about"] = np.frombuffer(json.dumps(about, indent=1, sort_keys=True).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
