"""Which language a review is in: the platform's claim when it can be one, else what the text says.

Its letters decide where a script is one language's. Languages in Latin letters are told apart by a
model of hashed pieces, which `training/heard_training/train_language.py` writes, and by function words
where the model or numpy is not installed or knows too little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heard.assessment import vocabulary
from heard.assessment.engines import ngrams
from heard.assessment.engines.weights import WeightsMissing, find_weights
from heard.assessment.phrases import END, Token, fold, listed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE: Final = Path("heard_models", "language.bin")
"""Where a folder of packages holds the model."""

HASH_BITS: Final = 15
"""How many of a hash's upper bits name a row of the model."""

MAX_NGRAM: Final = 4
"""Characters of the longest piece."""

READ: Final = 300
"""Characters of a text that are enough to tell its language."""

MIN_LETTERS: Final = 15
"""Letters below which function words alone decide.

There is too little to tell noise from a language.
"""

_MIN_MARGIN: Final = 1.5
"""How far the best language must be ahead of the next, in nats over the root of the number of
pieces.
"""

_CODES: Final = listed(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi "
    "fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv "
    "kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm "
    "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to "
    "tr ts tt tw ty ug uk ur uz ve vi vo wa "
    "wo xh yi yo za zh zu"
)
_ALIASES: Final = {
    pair.partition(":")[0]: pair.partition(":")[2]
    for pair in listed(
        "eng:en deu:de ger:de fra:fr fre:fr spa:es ita:it por:pt nld:nl dut:nl pol:pl tur:tr "
        "swe:sv dan:da nor:no nob:nb fin:fi ces:cs "
        "cze:cs ron:ro rum:ro hun:hu ind:id jpn:ja zho:zh chi:zh cmn:zh kor:ko ara:ar hin:hi "
        "rus:ru ukr:uk ell:el gre:el heb:he tha:th "
        "vie:vi bul:bg hrv:hr srp:sr slk:sk slo:sk slv:sl cat:ca eus:eu glg:gl fas:fa per:fa "
        "urd:ur ben:bn tam:ta tel:te iw:he in:id "
        "afr:af swa:sw swh:sw arb:ar amh:am yor:yo hau:ha zul:zu xho:xh"
    )
}
_THREE_LETTER_CODES: Final = listed(
    "fil pcm yue ceb haw hmn nds gsw sco ast kab bho mai war ilo tzm zgh chr ckb"
)
"""ISO 639-3 codes that platforms send for languages without a two-letter code."""

_CLAIM: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")

_MAX_TOKENS: Final = 400
"""More function words than this change nothing."""


def language_code(claim: str | None) -> str | None:
    """The ISO 639 code a claim names.

    Two letters where there are, three where not, None for `und`, nonsense and nothing.
    """
    match = _CLAIM.fullmatch(claim.strip()) if claim else None
    if match is None:
        return None
    code = match.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if code in _CODES or code in _THREE_LETTER_CODES else None


def detect(text: str, words: list[Token]) -> str | None:
    """The language that letters, pieces or function words give away; None for none, or for two."""
    script = _script(text)
    if script is not None:
        return script or None
    model = _model()
    if model is None or sum(map(str.isalpha, text[:READ])) < MIN_LETTERS:
        return _by_function_words(words)
    nearest, is_certain = model.best_match(text)
    return nearest if is_certain or nearest == _by_function_words(words) else None


@dataclass(frozen=True, slots=True)
class LanguageDetector:
    """How much each piece of a text speaks for each language.

    A row of `table` times `scale` is in nats, against what all have in common.

    `enough` is the mean that nearly all texts of a language reach: below it a text is in none that
    the model knows.
    """

    codes: tuple[str, ...]
    table: NDArray[np.int8]
    scale: float
    min_fit: NDArray[np.float32]

    def fits(self, text: str) -> NDArray[np.float64]:
        """How much the pieces of a text speak for each language, on average."""
        return self._means(ngram_rows(text))

    def _means(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        return self.table.take(rows, axis=0).sum(axis=0, dtype="int32") * (
            self.scale / max(1, len(rows))
        )

    def best_match(self, text: str) -> tuple[str, bool]:
        """The language that fits best, and whether it fits well enough and clearly better than the
        next.
        """
        rows = ngram_rows(text)
        fits = self._means(rows)
        second, best = (int(at) for at in fits.argsort()[-2:])
        margin = float(fits[best] - fits[second]) * len(rows) ** 0.5
        return self.codes[best], bool(fits[best] >= self.min_fit[best] and margin >= _MIN_MARGIN)


def ngram_rows(text: str) -> NDArray[np.intp]:
    """The rows of the model for the first `READ` characters of a text."""
    import numpy as np  # noqa: PLC0415

    return (ngrams.ngram_hashes(text[:READ], MAX_NGRAM) >> np.uint64(64 - HASH_BITS)).astype(
        np.intp
    )


def read(path: Path) -> LanguageDetector:
    """The model from a file that `write` wrote."""
    import numpy as np  # noqa: PLC0415

    with np.load(path, allow_pickle=False) as arrays:
        contents: dict[str, Any] = {name: arrays[name] for name in arrays.files}
    return LanguageDetector(
        tuple(json.loads(contents["codes"].tobytes())),
        contents["table"],
        float(contents["scale"]),
        contents["enough"],
    )


def write(path: Path, model: LanguageDetector) -> None:
    """Writes what `read` reads, without anything that would be run when it is read."""
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


@cache
def _model() -> LanguageDetector | None:
    """The model that ships, read on first use; None where it or numpy is not installed."""
    try:
        return read(find_weights(WEIGHTS_FILE))
    except (ImportError, WeightsMissing):
        return None


def _by_function_words(words: list[Token]) -> str | None:
    votes = _votes(words)
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    count = sum(token.word != END for token in words[:_MAX_TOKENS])
    if not ranked or ranked[0][1] < (2 if count <= 4 else 3) or ranked[0][1] < count / 8:
        return None
    if len(ranked) > 1 and ranked[0][1] < 1.25 * ranked[1][1]:
        return None
    return ranked[0][0]


def _votes(words: Iterable[Token]) -> dict[str, float]:
    """How strongly each Latin language is spoken for.

    A word that only one language has counts twice.
    """
    votes: dict[str, float] = {}
    owners = _word_languages()
    for token in list(words)[:_MAX_TOKENS]:
        speakers = owners.get(token.word, ())
        for language in speakers:
            votes[language] = votes.get(language, 0.0) + (
                2.0 if len(speakers) == 1 else 1.0 / len(speakers)
            )
    return votes


@cache
def _word_languages() -> dict[str, tuple[str, ...]]:
    owners: dict[str, tuple[str, ...]] = {}
    for language in vocabulary.LANGUAGES:
        for word in {fold(word) for word in vocabulary.phrases("function_word", language)}:
            owners[word] = (*owners.get(word, ()), language)
    return owners


def _script(text: str) -> str | None:
    """A language by its letters.

    "" for a script we cannot place, None when the letters are Latin or there are none.
    """
    counts: dict[str, int] = {}
    if text.isascii():
        return None
    for letter in text[:2000]:
        if letter <= "ʯ":
            if letter.isalpha():
                counts["latin"] = counts.get("latin", 0) + 1
            continue
        name = _range(ord(letter))
        if name:
            # One Han or Hangul sign says about as much as two letters.
            counts[name] = counts.get(name, 0) + (2 if name in {"han", "kana", "hangul"} else 1)
    if not counts:
        return None
    letters = sum(counts.values())
    if counts.get("kana", 0) * 10 > letters:
        return "ja"
    top = max(counts, key=lambda name: counts[name])
    if top == "latin":
        return None
    return _LANGUAGE_OF_SCRIPT.get(top) or _among(top, text)


_RANGES: Final = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "arabic"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x3040, 0x30FF, "kana"),
    (0x4E00, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
)
_LANGUAGE_OF_SCRIPT: Final = {
    **{name: name for name in ("el", "hy", "he", "hi", "bn", "ta", "te", "th", "ka", "am")},
    "han": "zh",
    "kana": "ja",
    "hangul": "ko",
}


def _range(point: int) -> str | None:
    return next((name for first, last, name in _RANGES if first <= point <= last), None)


def _among(script: str, text: str) -> str:
    """Which language of a shared script, by the letters only one has; "" when none settles it."""
    letters = set(text[:2000].casefold())
    if script == "cyrillic":
        if letters & set("іїєґ"):
            return "uk"
        return "ru" if letters & set("ыэё") else ""
    if script == "arabic":
        if letters & set("ٹڈےں"):
            return "ur"
        return "fa" if letters & set("پچگژ") else "ar"
    return ""
