"""Trains the language model.

`python -m heard_training.train_language [--data FOLDER] [--out FILE]`.
It takes 15 seconds. It counts the n-grams of texts by language (naive Bayes without a prior):
sentences of the set of languages, reviews of sets whose licences let weights ship, our own examples
and phrases. One text in five, by its digest, is not counted. With these texts the program measures
how well a language's own texts fit.
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

from heard.assessment import language_model, vocabulary
from heard.assessment.language import MIN_LETTERS
from heard_cli import show
from heard_training import corpus

_SHIPPED: Final = Path(__file__).parents[2] / "layers" / "judgement" / language_model.WEIGHTS_FILE

_SMOOTH: Final = 0.1
"""Weight of the shares of all languages in the shares of each one."""

_MAX_NATS: Final = 4.0
"""The most that one n-gram counts for or against a language (nats)."""

_REJECTED_SHARE: Final = 0.03
"""Share of a language's own texts that we leave unrecognised, to leave noise unrecognised too."""

_MIN_TEXTS: Final = 20
_FIRST_WORDS: Final = 6


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the labelled sets; HEARD_DATA or ../shared/data without this option."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = _SHIPPED,
) -> None:
    """Train the language model and write it."""
    texts = material(corpus.folder(data))
    model = train_model(
        {
            code: [text for text in code_texts if not is_held_out(text)]
            for code, code_texts in texts.items()
        },
        texts,
    )
    language_model.write_model(out, model)
    show.note(f"{out}: {out.stat().st_size:,} bytes, {len(model.codes)} languages.")


def material(data: Path) -> dict[str, list[str]]:
    """Texts by language, of the languages that are not recognised by their letters."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for code, sentences in corpus.sentences(data).items():
        texts[code].extend(sentences)
    every = [*corpus.rows(data), *corpus.examples(), *corpus.phrases()]
    for row in corpus.refuse(every, data):
        # Two sets are not fair samples of English: complaints without function words, and Pidgin.
        if row.use.trains and row.language and row.source not in {"cfpb_1k", "afrisenti_pcm"}:
            texts[row.language].append(row.text[: language_model.MAX_CHARACTERS])
    for code in vocabulary.LANGUAGES:
        if words := vocabulary.phrases("function_word", code):
            texts[code].append(" ".join(words))
    return {code: texts[code] for code in sorted(texts) if _latin(texts[code])}


def is_held_out(text: str) -> bool:
    """Whether a text is in the fifth that is not counted."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 5 == 0


def train_model(
    counted: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]
) -> language_model.LanguageModel:
    """The model of the counted texts. The minimum fits are measured on known texts not counted."""
    codes = tuple(counted)
    shares = np.stack([_shares(counted[code]) for code in codes], axis=1)
    common = shares.mean(axis=1, keepdims=True) + 1e-9
    ratios = np.log((shares + _SMOOTH * common) / ((1 + _SMOOTH) * common)).clip(
        -_MAX_NATS, _MAX_NATS
    )
    scale = _MAX_NATS / 127
    model = language_model.LanguageModel(
        codes, np.rint(ratios / scale).astype(np.int8), scale, np.zeros(len(codes), np.float32)
    )
    min_fits = np.array(
        [_min_fit(model, at, known[code]) for at, code in enumerate(codes)], np.float32
    )
    min_fits[np.isnan(min_fits)] = np.nanmedian(min_fits)
    return language_model.LanguageModel(codes, model.table, scale, min_fits)


def _shares(texts: Iterable[str]) -> NDArray[np.float64]:
    counts = np.zeros(1 << language_model.HASH_BITS)
    for text in texts:
        np.add.at(counts, language_model.ngram_rows(text), 1)
    return counts / max(1.0, counts.sum())


def _min_fit(model: language_model.LanguageModel, at: int, texts: Sequence[str]) -> float:
    """The fit that nearly all of a language's own texts reach, whole texts and their first words.

    NaN where there are too few texts.
    """
    fits: list[float] = []
    for text in texts:
        if is_held_out(text) and len(text) >= MIN_LETTERS:
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
