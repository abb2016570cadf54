"""The language model: tells languages in Latin letters apart by the n-grams of a text.

Owns the file of its weights, which `training/heard_training/train_language.py` writes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heard.assessment.engines import ngrams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE: Final = Path("heard_models", "language.bin")
"""Where a folder of packages holds the model."""

HASH_BITS: Final = 15
"""How many of a hash's upper bits name a row of the model."""

MAX_NGRAM: Final = 4
"""Characters of the longest n-gram."""

MAX_CHARACTERS: Final = 300
"""Characters of a text that are read: enough to tell its language."""

_MIN_MARGIN: Final = 1.5
"""How far the best language must be ahead of the next.

In nats, divided by the root of the number of n-grams.
"""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """How much each n-gram of a text speaks for each language.

    `table` (rows, languages) times `scale` is in nats, compared with what all languages have in
    common. `min_fit` (languages) is the mean that nearly all texts of a language reach. A text
    below it is in no language that the model knows.
    """

    codes: tuple[str, ...]
    table: NDArray[np.int8]
    scale: float
    min_fit: NDArray[np.float32]

    def fits(self, text: str) -> NDArray[np.float64]:
        """How much the n-grams of a text speak for each language, on average (languages)."""
        return self._mean_fits(ngram_rows(text))

    def best_match(self, text: str) -> tuple[str, bool]:
        """The language that fits best, and whether it fits well and clearly better than others."""
        rows = ngram_rows(text)
        fits = self._mean_fits(rows)
        second, best = (int(at) for at in fits.argsort()[-2:])
        margin = float(fits[best] - fits[second]) * len(rows) ** 0.5
        return self.codes[best], bool(fits[best] >= self.min_fit[best] and margin >= _MIN_MARGIN)

    def best_matches(self, text: str, count: int) -> tuple[str, ...]:
        """The languages that fit best, the best one first; a short text may be in any of them."""
        return tuple(self.codes[int(at)] for at in self.fits(text).argsort()[: -count - 1 : -1])

    def _mean_fits(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        total = self.table.take(rows, axis=0).sum(axis=0, dtype="int32")
        return total * (self.scale / max(1, len(rows)))


def ngram_rows(text: str) -> NDArray[np.intp]:
    """The rows of the model for the first `MAX_CHARACTERS` characters of a text."""
    import numpy as np  # noqa: PLC0415

    hashes = ngrams.ngram_hashes(text[:MAX_CHARACTERS], MAX_NGRAM)
    return (hashes >> np.uint64(64 - HASH_BITS)).astype(np.intp)


def read_model(path: Path) -> LanguageModel:
    """The model from a file that `write_model` wrote."""
    import numpy as np  # noqa: PLC0415

    with np.load(path, allow_pickle=False) as arrays:
        contents: dict[str, Any] = {name: arrays[name] for name in arrays.files}
    return LanguageModel(
        tuple(json.loads(contents["codes"].tobytes())),
        contents["table"],
        float(contents["scale"]),
        contents["enough"],
    )


def write_model(path: Path, model: LanguageModel) -> None:
    """Writes the file that `read_model` reads. It holds arrays and no code."""
    import numpy as np  # noqa: PLC0415

    codes = np.frombuffer(json.dumps(model.codes).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            codes=codes,
            table=model.table,
            scale=np.float32(model.scale),
            enough=model.min_fit,
        )
