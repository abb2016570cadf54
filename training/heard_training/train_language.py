"""Trains the language model.

`python -m heard_cli.assess.train_language [--data FOLDER] [--out FILE]`, a quarter of a minute.

Counts the pieces of texts by language, naive Bayes without a prior: sentences of the set of
languages, reviews of sets whose licences let weights ship, our own examples and phrases. One text
in five is not counted, by its digest: how well a language's own texts fit is measured on these, and
so is how well the model tells languages apart (`heard assess evaluate`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from heard.assessment import language, vocabulary
from heard_cli import show
from heard_training import corpus

_SHIPPED: Final = Path(__file__).parents[3] / "layers" / "judgement" / language.WEIGHTS_FILE

_SMOOTH: Final = 0.1
"""Weight of what all languages have in common in each language's shares."""

_MAX_NATS: Final = 4.0
"""No piece speaks for or against a language by more than this (nats)."""

_REJECTED_SHARE: Final = 0.03
"""Share of a language's own texts that are taken for none of it.

The price of not taking noise for a language.
"""

_MIN_TEXTS: Final = 20
_FIRST_WORDS: Final = 6


def train(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the labelled sets; HEARD_DATA or ../shared/data if not said."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = _SHIPPED,
) -> None:
    """Train the language model and write it."""
    texts = material(corpus.folder(data))
    model = train_model(
        {code: [text for text in each if not is_held_out(text)] for code, each in texts.items()},
        texts,
    )
    language.write(out, model)
    show.note(f"{out}: {out.stat().st_size:,} bytes, {len(model.codes)} languages.")


def material(data: Path) -> dict[str, list[str]]:
    """Texts by language, of the languages that letters alone do not tell apart."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, sentences in corpus.sentences(data).items():
        found[code].extend(sentences)
    for row in [*corpus.rows(data), *corpus.examples(), *corpus.phrases()]:
        # Complaints without their small words, and Pidgin, are no fair samples of English.
        if row.use.trains and row.language and row.source not in {"cfpb_1k", "afrisenti_pcm"}:
            found[row.language].append(row.text[: language.READ])
    for code in vocabulary.LANGUAGES:
        if words := vocabulary.phrases("function_word", code):
            found[code].append(" ".join(words))
    return {code: found[code] for code in sorted(found) if _latin(found[code])}


def is_held_out(text: str) -> bool:
    """Whether the text is one of the fifth that is not counted."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 5 == 0


def train_model(
    counted: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]
) -> language.LanguageDetector:
    """The model of the texts counted.

    How well a language must fit is measured on the known texts that were not counted.
    """
    codes = tuple(counted)
    shares = np.stack([_shares(counted[code]) for code in codes], axis=1)
    common = shares.mean(axis=1, keepdims=True) + 1e-9
    ratios = np.log((shares + _SMOOTH * common) / ((1 + _SMOOTH) * common)).clip(
        -_MAX_NATS, _MAX_NATS
    )
    scale = _MAX_NATS / 127
    model = language.LanguageDetector(
        codes, np.rint(ratios / scale).astype(np.int8), scale, np.zeros(len(codes), np.float32)
    )
    min_fits = np.array(
        [_enough(model, at, known[code]) for at, code in enumerate(codes)], np.float32
    )
    min_fits[np.isnan(min_fits)] = np.nanmedian(min_fits)
    return language.LanguageDetector(codes, model.table, scale, min_fits)


def _shares(texts: Iterable[str]) -> NDArray[np.float64]:
    counts = np.zeros(1 << language.HASH_BITS)
    for text in texts:
        np.add.at(counts, language.ngram_rows(text), 1)
    return counts / max(1.0, counts.sum())


def _enough(model: language.LanguageDetector, at: int, texts: Sequence[str]) -> float:
    """The fit that all but a few of a language's own texts reach, whole and their first words.

    NaN where there are too few to say.
    """
    fits: list[float] = []
    for text in texts:
        if is_held_out(text) and len(text) >= language.MIN_LETTERS:
            for excerpt in (text, " ".join(text.split()[:_FIRST_WORDS])):
                fits.append(float(model.fits(excerpt)[at]))
    return float(np.quantile(fits, _REJECTED_SHARE)) if len(fits) >= _MIN_TEXTS else float("nan")


def _latin(texts: Sequence[str]) -> bool:
    letters = [letter for text in texts[:50] for letter in text if letter.isalpha()]
    return sum(
        letter <= "\u1eff" and not "\u0370" <= letter <= "\u1dff" for letter in letters
    ) * 2 > len(letters)


if __name__ == "__main__":
    typer.run(train)
