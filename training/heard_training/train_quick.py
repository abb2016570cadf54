"""Trains the `quick` engine: `python -m heard_training.train_quick [--data FOLDER] [--out FILE]`.

Needs scipy, 2 GB and five minutes. In three steps:

1. The unhappiness of a text is learned from all sets whose licences let weights ship (stars,
   sentiment, complaint portals), and from our own examples and phrases, which carry the model into
   languages that no set is in.
2. The heads (severity, needs a person, question, abuse, spam) are learned on top of that, from
   texts that people labelled, each once as it is and once with typos, capitals and the like. Each
   text is scored by a first step that did not see it.
3. The heads are calibrated on a tenth of the labelled texts, chosen by a hash of their ids, from
   which nothing else learns.

Every solver is deterministic, and nothing is random: the same texts give the same file on the same
machine.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray

from heard.assessment import Agenda, Severity
from heard.assessment.engines import ngrams, quick
from heard.assessment.sentences import sentences_for_engine
from heard_cli import show
from heard_cli.assess.perturbations import perturb
from heard_training import corpus
from heard_training.corpus import Label, Row
from heard_training.packages import import_package
from heard_training.regression import fit_platt

sparse = import_package("scipy.sparse", "scipy")
optimize = import_package("scipy.optimize", "scipy")

type Vector = NDArray[np.float64]
type Matrix = Any
"""A sparse matrix: a row for each text, a column for each n-gram."""

_PHRASES: Final = 1.0
"""Weight of all our phrases of praise and displeasure, relative to all other texts."""

_GRAVE: Final = 0.2
"""Weight of all our phrases of failures and dangers. They show less how people complain."""

_MIN_TEXTS: Final = 3
"""An n-gram gets a weight only if it is in so many texts."""

_RATED, _WRITTEN = 2.0, 1.0
"""The weight in calibration of a customer's text, and of one that we wrote."""

_PENALTY: Final = 1e-5
_MIN_TILT: Final = 0.02

_FOLDS: Final = 5
_STEPS: Final = 60
_SHIPPED: Final = Path(__file__).parents[2] / "layers" / "judgement" / quick.WEIGHTS_FILE
_KEPT_QUANTILE: Final = 0.9998
"""Share of the weights that fit between -127 and 127 as whole numbers. Larger ones are cut."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a head is learned.

    `tilted` makes the penalty lighter for n-grams that one class has more often. `leans` adds the
    unhappiness of a text. `phrases` is the weight of all our phrases, and `offensive` is the weight
    of all tweets with no other label than "offensive". `happy` is the weight of a sample of happy
    texts that nobody rated: few of them are a disaster. All are relative to all texts that people
    labelled.
    """

    penalty: float
    tilted: bool = False
    leans: bool = True
    phrases: float = 0.0
    offensive: float = 0.0
    happy: float = 0.0


_RECIPES: Final = {
    "at_least_low": Recipe(1e-4),
    "at_least_medium": Recipe(1e-4),
    "at_least_high": Recipe(1e-4, phrases=0.3),
    "critical": Recipe(1e-6, leans=False, happy=0.3),
    "needs_person": Recipe(1e-4),
    "question": Recipe(1e-5, tilted=True),
    "abuse": Recipe(1e-5, tilted=True, phrases=3.0, offensive=0.5),
    "spam": Recipe(1e-4),
}


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A weight for each n-gram, a bias, and `lean`: the weight of one more column."""

    weight: Vector
    bias: float
    lean: float = 0.0

    def logits(self, ngram_counts: Matrix, extra: Vector | None = None) -> Vector:
        """The logit of each text."""
        logits = ngram_counts @ self.weight + self.bias
        return logits if extra is None else logits + self.lean * extra

    def calibrated(self, slope: float, offset: float) -> LinearModel:
        """The same model with logits that are `slope` times the old ones plus `offset`."""
        return LinearModel(self.weight * slope, self.bias * slope + offset, self.lean * slope)


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the labelled sets; HEARD_DATA or ../shared/data without this option."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the weights go.")] = _SHIPPED,
) -> None:
    """Train the quick engine and write its weights."""
    folder = corpus.folder(data)
    rows = [row for row in corpus.rows(folder) if row.use.trains]
    material = corpus.refuse([*rows, *corpus.examples(), *corpus.phrases()], folder)
    weights = train_weights(material)
    about = {
        "model": quick.MODEL,
        "sources": dict(sorted(Counter(row.source for row in material).items())),
        "texts": hashlib.sha256(
            "\n".join(sorted(f"{row.id} {row.text}" for row in material)).encode()
        ).hexdigest(),
    }
    quick.write(out, weights, about)
    show.note(f"{out}: {out.stat().st_size:,} bytes, from {len(material):,} texts.")


def train_weights(material: Sequence[Row]) -> quick.Weights:
    """The weights that are learned from these rows.

    The tenth that is kept back calibrates the heads and teaches nothing. Phrases are all learned.
    """
    is_kept_back = [row.source != "phrases" and corpus.is_kept_back(row) for row in material]
    learning = [row for row, kept in zip(material, is_kept_back, strict=True) if not kept]
    kept_back = [row for row, kept in zip(material, is_kept_back, strict=True) if kept]
    with show.progress() as bar:
        bar_task = bar.add_task("Training quick", total=2 + _FOLDS + len(quick.HEADS))
        ngram_counts = matrix([row.text for row in learning], quick.UNHAPPY_BITS)
        bar.advance(bar_task)
        polarity = np.array([_polarity(row) for row in learning])
        weights = _weights(learning, polarity)

        def fit_part(chosen: NDArray[np.bool_]) -> LinearModel:
            bar.advance(bar_task)
            return scaled_fit(ngram_counts[chosen], polarity[chosen], weights[chosen], _PENALTY)

        unhappy = fit_part(weights > 0)
        # The first step has learned its own texts by heart, so the heads get scores of models that
        # did not see them.
        leaning, parts = np.zeros(len(learning)), np.array([_part(row) for row in learning])
        for part in range(_FOLDS):
            model = fit_part((weights > 0) & (parts != part))
            leaning[parts == part] = model.logits(ngram_counts[parts == part])
        happy = _happy_sample(material)
        index = [
            at
            for at, row in enumerate(learning)
            if row.label or row.offensive is not None or (row.source, row.id) in happy
        ]
        rows, leaning = [learning[at] for at in index], leaning[index]
        texts = HeadTexts.of(rows, leaning).with_copies()
        calibrating = _calibrating_texts(
            [row for row in kept_back if is_rated(row) or (row.source, row.id) in happy], unhappy
        )
        heads: list[LinearModel] = []
        for name in quick.HEADS:
            heads.append(_fit_head(name, texts, calibrating))
            bar.advance(bar_task)
    return _quantise(unhappy, heads, _sentiment(rows, leaning), _known_blocks(learning))


@dataclass(frozen=True, slots=True)
class HeadTexts:
    """Texts for the heads: their rows, the counts of their n-grams, and their unhappiness."""

    rows: list[Row]
    ngram_counts: Matrix
    unhappy: Vector

    @staticmethod
    def of(rows: list[Row], unhappy: Vector) -> HeadTexts:
        return HeadTexts(rows, matrix([row.text for row in rows], quick.HEADS_BITS), unhappy)

    def with_copies(self) -> HeadTexts:
        """These texts, and the rated ones once more with typos, capitals and the like.

        Of happy texts each sentence too, because an assessment also reads sentences alone.
        """
        copies: list[Row] = []
        unhappy: list[float] = []
        for row, leaning in zip(self.rows, self.unhappy.tolist(), strict=True):
            parts = [perturb(row.text, row.id)] if is_rated(row) else []
            parts += sentences_for_engine(row.text) if is_happy(row) else []
            copies += [replace(row, text=part) for part in parts]
            unhappy += [leaning] * len(parts)
        return HeadTexts(
            [*self.rows, *copies],
            sparse.vstack(
                [self.ngram_counts, matrix([row.text for row in copies], quick.HEADS_BITS)]
            ).tocsr(),
            np.concatenate([self.unhappy, unhappy]),
        )


def is_rated(row: Row) -> bool:
    """Whether a whole text was rated: one of a set, or an example."""
    return row.label is not None and row.source != "phrases"


def is_happy(row: Row) -> bool:
    """Whether stars or sentiment say that a text that nobody rated is happy."""
    return row.label is None and row.polarity == 0


def _happy_sample(material: Sequence[Row]) -> set[tuple[str, str]]:
    """Source and id of some happy texts of each source that nobody rated."""
    happy = sorted(
        (row for row in material if is_happy(row)),
        key=lambda row: hashlib.sha256(row.id.encode()).digest(),
    )
    groups = corpus.group_rows(happy, "source").values()
    return {(row.source, row.id) for group in groups for row in group[: corpus.SAMPLE]}


def _calibrating_texts(rows: list[Row], unhappy: LinearModel) -> HeadTexts:
    if not rows:
        return HeadTexts([], None, np.zeros(0))
    leaning = unhappy.logits(matrix([row.text for row in rows], quick.UNHAPPY_BITS))
    return HeadTexts.of(rows, leaning)


def matrix(texts: Iterable[str], bits: int) -> Matrix:
    """Texts as rows of counts of their n-grams, divided by the root of the number of n-grams."""
    columns: list[NDArray[np.int32]] = []
    values: list[NDArray[np.float32]] = []
    ends = [0]
    for text in texts:
        hashes = ngrams.ngram_hashes(text)
        row_columns, counts = np.unique(
            (hashes >> np.uint64(64 - bits)).astype(np.int32), return_counts=True
        )
        columns.append(row_columns)
        values.append((counts / max(1, len(hashes)) ** 0.5).astype(np.float32))
        ends.append(ends[-1] + len(row_columns))
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(columns), np.array(ends)),
        shape=(len(ends) - 1, 1 << bits),
    )


def scaled_fit(
    ngram_counts: Matrix,
    labels: Vector,
    weights: Vector,
    penalty: float,
    *,
    tilted: bool = True,
    extra: Vector | None = None,
) -> LinearModel:
    """A logistic regression with a lighter penalty for some n-grams.

    These are rare n-grams and, if `tilted`, n-grams that one class has more often. Wang and Manning
    (2012) scale by how much more often one class has an n-gram. We take the root of that, times the
    inverse document frequency. On sources that training had not seen, the product was better than
    each factor alone. `extra` is one more column, without a penalty.
    """
    frequency = np.bincount(ngram_counts.indices, minlength=ngram_counts.shape[1])
    kept_columns = np.flatnonzero(frequency >= _MIN_TEXTS)
    known = ngram_counts[:, kept_columns].tocsr()
    scale = np.log(len(labels) / frequency[kept_columns]).clip(0.1) / 5
    if tilted:
        scale *= np.sqrt(_tilt(known, labels, weights))
    columns = [known @ sparse.diags(scale)] + (
        [] if extra is None else [sparse.csr_matrix(extra[:, None])]
    )
    model = logistic(
        sparse.hstack(columns).tocsr(), labels, weights, penalty, free=len(columns) - 1
    )
    weight = np.zeros(ngram_counts.shape[1])
    weight[kept_columns] = model.weight[: len(kept_columns)] * scale
    return LinearModel(weight, model.bias, float(model.weight[-1]) if extra is not None else 0.0)


def _tilt(ngram_counts: Matrix, labels: Vector, weights: Vector) -> Vector:
    presence = ngram_counts.copy()
    presence.data = np.ones_like(presence.data)
    share = weights / weights.sum() * len(labels)
    bad = presence.T @ (share * (labels == 1)) + 1
    good = presence.T @ (share * (labels == 0)) + 1
    return np.abs(np.log((bad / bad.sum()) / (good / good.sum()))) + _MIN_TILT


def logistic(
    ngram_counts: Matrix, labels: Vector, weights: Vector, penalty: float, free: int = 0
) -> LinearModel:
    """A logistic regression by L-BFGS; the last `free` columns and the bias have no penalty."""
    share = weights / weights.sum()
    sign = 2 * labels - 1
    transposed = ngram_counts.T.tocsr()
    strength = np.full(ngram_counts.shape[1], penalty)
    strength[ngram_counts.shape[1] - free :] = 0

    def loss(at: Vector) -> tuple[float, Vector]:
        margin = -sign * (ngram_counts @ at[:-1] + at[-1])
        pull = -sign * share / (1 + np.exp(-margin))
        value = float((share * np.logaddexp(0, margin)).sum() + (strength * at[:-1] ** 2).sum() / 2)
        return value, np.append(transposed @ pull + strength * at[:-1], pull.sum())

    result = optimize.minimize(
        loss,
        np.zeros(ngram_counts.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "maxcor": 6},
    )
    return LinearModel(result.x[:-1], float(result.x[-1]))


def _polarity(row: Row) -> float:
    """1 for an unhappy author, 0 for a happy one, NaN if the row does not say.

    A person's label counts before stars and sentiment.
    """
    if row.label and row.source != "phrases":
        rank = row.label.text_severity.rank
        return float("nan") if rank == Severity.LOW.rank else float(rank > Severity.LOW.rank)
    return float("nan") if row.polarity is None else float(row.polarity)


def _part(row: Row) -> int:
    return hashlib.sha256(row.id.encode()).digest()[0] % _FOLDS


def _weights(material: Sequence[Row], polarity: Vector) -> Vector:
    """The weight of each row; 0 for a row without polarity.

    A source weighs as much as the root of its size, and both classes of a source weigh the same.
    Our phrases have their own shares.
    """
    has_polarity = ~np.isnan(polarity)
    counts = Counter(
        (row.source, label)
        for row, label, known in zip(material, polarity, has_polarity, strict=True)
        if known
    )
    weights = np.array(
        [
            counts[row.source, label] ** -0.5 if known else 0.0
            for row, label, known in zip(material, polarity, has_polarity, strict=True)
        ]
    )
    kinds = np.array([_kind(row) for row in material])
    others = weights[kinds == "set"].sum()
    for kind, share in (("phrase", _PHRASES), ("grave", _GRAVE)):
        for label in (0, 1):
            selected = (kinds == kind) & (polarity == label)
            if selected.any():
                weights[selected] = share / 2 * others / selected.sum()
    return weights


def _kind(row: Row) -> str:
    if row.source != "phrases":
        return "set"
    return "grave" if row.label and row.label.severity.rank >= Severity.HIGH.rank else "phrase"


def _fit_head(name: str, texts: HeadTexts, calibrating: HeadTexts) -> LinearModel:
    """A head, calibrated on labelled texts that it did not learn from."""
    recipe = _RECIPES[name]
    answers = [_label_for(name, row) for row in texts.rows]
    labels = np.array([bool(answer) for answer in answers], float)
    weights = _head_weights(
        recipe, texts.rows, labels, np.array([answer is not None for answer in answers])
    )
    index = np.flatnonzero(weights)
    head = scaled_fit(
        texts.ngram_counts[index],
        labels[index],
        weights[index],
        recipe.penalty,
        tilted=recipe.tilted,
        extra=texts.unhappy[index] if recipe.leans else None,
    )
    truth = [_label_for(name, row) for row in calibrating.rows]
    known = np.array([at for at, answer in enumerate(truth) if answer is not None], np.intp)
    if not len(known):
        return head
    is_written = np.array([row.source == "examples" for row in calibrating.rows])
    slope, offset = fit_platt(
        head.logits(calibrating.ngram_counts, calibrating.unhappy)[known],
        np.array([bool(answer) for answer in truth], float)[known],
        np.where(is_written, _WRITTEN, _RATED)[known],
    )
    return head.calibrated(slope, offset)


def _is_customer_label(row: Row) -> bool:
    """Whether people labelled the row and a customer wrote it."""
    return row.label is not None and row.source not in {"examples", "phrases"}


def _label_for(name: str, row: Row) -> bool | None:
    """The label of a row for a head, None if it has none."""
    label = row.label
    if label is None:
        if name == "critical" and row.polarity == 0:
            return False
        return row.offensive if name == "abuse" else None
    if row.source == "phrases" and not _RECIPES[name].phrases:
        return None
    rank = label.text_severity.rank
    match name:
        case "needs_person":
            return _needs_person(label)
        case "question":
            return label.agenda is Agenda.QUESTION or "question" in label.flags
        case "abuse":
            return label.agenda is Agenda.ABUSE
        case "spam":
            return label.agenda is Agenda.SPAM
        case "critical":
            return label.text_severity is Severity.CRITICAL
        case _:
            return rank >= {"at_least_low": 1, "at_least_medium": 2, "at_least_high": 3}[name]


def _needs_person(label: Label) -> bool:
    """Whether the words alone need a person. The label is about words and rating together."""
    if label.severity is label.text_severity:
        return label.needs_person
    return label.text_severity.rank >= Severity.MEDIUM.rank


def _head_weights(
    recipe: Recipe, rows: Sequence[Row], labels: Vector, use: NDArray[np.bool_]
) -> Vector:
    """The weight of each row; each kind of row has its share.

    Within a kind, a row of the rarer class weighs more than another row, but the rarer class as a
    whole weighs less.
    """
    kinds = np.array([_head_kind(row) for row in rows])
    judged = float(((kinds == "judged") & use).sum())
    weights = np.zeros(len(rows))
    for kind, share in (
        ("judged", 1.0),
        ("phrases", recipe.phrases),
        ("offensive", recipe.offensive),
        ("happy", recipe.happy),
    ):
        selected = (kinds == kind) & use
        count = selected.sum()
        for label in (0.0, 1.0):
            part = selected & (labels == label)
            if part.any():
                weights[part] = share * judged / count * (count / 2 / part.sum()) ** 0.5
    return weights


def _head_kind(row: Row) -> str:
    if row.source == "phrases":
        return "phrases"
    if row.label:
        return "judged"
    return "happy" if row.offensive is None else "offensive"


def _sentiment(rows: Sequence[Row], unhappy: Vector) -> tuple[float, float]:
    """Slope and offset from the unhappiness of a text to the logit that it complains."""
    is_usable = np.array(
        [
            _is_customer_label(row)
            and row.label is not None
            and row.label.text_severity is not Severity.LOW
            for row in rows
        ]
    )
    complains = np.array(
        [row.label is not None and row.label.text_severity is not Severity.PRAISE for row in rows],
        float,
    )
    return fit_platt(unhappy[is_usable], complains[is_usable])


def _quantise(
    unhappy: LinearModel,
    heads: Sequence[LinearModel],
    sentiment: tuple[float, float],
    known: NDArray[np.bool_],
) -> quick.Weights:
    whole, scale = _int8(unhappy.weight)
    tables = [_int8(head.weight) for head in heads]
    slope, offset = sentiment
    return quick.Weights(
        unhappy=whole,
        heads=np.ascontiguousarray(np.stack([table for table, _ in tables], axis=1)),
        unhappy_scale=scale,
        heads_scale=np.array([scale for _, scale in tables], np.float32),
        lean=np.array([head.lean for head in heads], np.float32),
        bias=np.array([head.bias + head.lean * unhappy.bias for head in heads], np.float32),
        sentiment=np.array([slope, offset + slope * unhappy.bias], np.float32),
        known=known,
    )


def _int8(weight: Vector) -> tuple[NDArray[np.int8], float]:
    size = np.abs(weight[weight != 0])
    scale = float(np.quantile(size, _KEPT_QUANTILE)) / 127 if len(size) else 1.0
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), scale


def _known_blocks(material: Sequence[Row]) -> NDArray[np.bool_]:
    counts = np.zeros(512, np.int64)
    for row in material:
        counts[np.unique(ngrams.unicode_blocks(row.text))] += 1
    return counts >= 20


if __name__ == "__main__":
    typer.run(train)
