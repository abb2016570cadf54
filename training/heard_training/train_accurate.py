"""Trains the `accurate` engine.

`python -m heard_training.train_accurate [--data FOLDER] [--out FILE]`. The encoder needs about
50 ms a text. In two steps:

1. Each head is a logistic regression on the encoder's output in its upper layers.
2. The heads are calibrated. For this, heads are learned without a fifth of the sources, and score
   the texts of that fifth; five times, so that each text is scored once.

Only sets whose licences let weights ship are read, our own ratings of them, and our own examples;
never a text of the validation set. The same texts and versions give the same file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from heard.assessment.engines import accurate
from heard.assessment.engines.accurate import HEADS, MODEL, Heads
from heard.assessment.engines.encoder import WEIGHTS_SHA256, Encoder, Floats
from heard_cli import show
from heard_training import corpus
from heard_training.corpus import Row
from heard_training.regression import fit_platt, logistic_regression

LAYERS: Final = (8, 9, 10, 11)
"""The layers that give features. Feelings are clearest below the last layer."""

PENALTY: Final = 0.02
"""The factor of half of the heads' squared weights, which is added to the mean loss of a text."""

FOLDS: Final = 5
_FOLD_SEED: Final = 0

_EXAMPLES: Final = "examples"
"""The source of our own examples."""

_SHIPPED: Final = Path(__file__).parents[2] / "layers" / "judgement" / accurate.WEIGHTS_FILE

_RATED, _WRITTEN = 4.0, 2.0
"""The weight of a text that we rated, and of one that we wrote.

A text that has only stars weighs at most about 1.
"""

_MAX_COUNTED: Final = 1_500
"""With more texts of a class than this, a source gets no more weight."""

_TYPICAL: Final = 600
"""A source with this number of texts of a class gives each of them the weight 1."""

_OFFENSIVE: Final = 150.0
"""The weight of all offensive tweets of a source together, and of all its other tweets together.

It is small, because such tweets insult anybody, and seldom the staff.
"""


class Targets:
    """The right output of each head for each text.

    `values` (texts, heads) are 0 or 1. `counts` (texts, heads) are their weights, 0 where the right
    output is not known.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.values: Floats = np.zeros((len(rows), len(HEADS)), np.float32)
        self.counts: Floats = np.zeros((len(rows), len(HEADS)), np.float32)
        for number, row in enumerate(rows):
            if row.label:
                self._add_label(number, row)
        for group in corpus.group_rows(rows, "source", "polarity").values():
            if group[0].polarity is not None:
                self._add_polarity(group)
        for group in corpus.group_rows(rows, "source", "offensive").values():
            if group[0].offensive is not None:
                counts = min(1.0, _OFFENSIVE / len(group))
                self._set("abuse", self._numbers(group), group[0].offensive, counts)

    def _add_label(self, number: int, row: Row) -> None:
        label = row.label
        assert label  # noqa: S101 - the caller asked
        counts = _WRITTEN if row.source == _EXAMPLES else _RATED
        rank = label.text_severity.rank
        for above, head in enumerate(HEADS[:4]):
            self._set(head, [number], rank > above, counts)
        # Where the stars made the severity worse, the label is about stars and words together. But
        # the engine knows the words alone.
        needs_person = label.needs_person if label.severity is label.text_severity else rank >= 2
        self._set("needs_person", [number], needs_person, counts)
        for head in ("question", "abuse", "spam"):
            self._set(head, [number], label.agenda == head, counts)
        if row.polarity is None and rank in {0, 3, 4}:
            self._set("negative", [number], rank >= 3, counts / 2)

    def _add_polarity(self, group: Sequence[Row]) -> None:
        unhappy, numbers = bool(group[0].polarity), self._numbers(group)
        counts = (min(len(group), _MAX_COUNTED) * _TYPICAL) ** 0.5 / len(group)
        for head in ("negative", "needs_person", "at_least_medium"):
            self._set(head, numbers, unhappy, counts)
        if unhappy:
            self._set("at_least_low", numbers, True, counts)
        else:
            # Four or five stars are seldom for a disaster, but sometimes they are.
            self._set("at_least_high", numbers, False, counts / 4)
            self._set("critical", numbers, False, counts / 4)

    def _numbers(self, group: Sequence[Row]) -> list[int]:
        ids = {row.id for row in group}
        return [
            number
            for number, row in enumerate(self.rows)
            if row.id in ids and row.source == group[0].source
        ]

    def _set(self, head: str, numbers: Sequence[int], value: bool | None, counts: float) -> None:
        """Sets targets that are not set yet. A person's label is set first, so it stays."""
        column = HEADS.index(head)
        free = [number for number in numbers if not self.counts[number, column]]
        self.values[free, column] = bool(value)
        self.counts[free, column] = counts


def fit_heads(features: Floats, targets: Targets, counts: Floats) -> Heads:
    """Heads by logistic regression on standardised features, from the texts that count."""
    mean = features.mean(axis=0)
    spread = features.std(axis=0) * (features.shape[1] / 384) ** 0.5
    standard = (features - mean) / spread
    weights: list[Floats] = []
    biases: list[float] = []
    for head in range(len(HEADS)):
        known = counts[:, head] > 0
        weight, bias = logistic_regression(
            standard[known],
            targets.values[known, head].astype(np.float64),
            counts[known, head].astype(np.float64),
            PENALTY,
        )
        weight /= spread
        weights.append(weight.astype(np.float32))
        biases.append(bias - float(weight @ mean))
    return Heads(LAYERS, np.stack(weights), np.array(biases, np.float32))


def calibrate(heads: Heads, features: Floats, targets: Targets, tick: Callable[[], None]) -> Heads:
    """The same heads, with probabilities that hold for unseen sources and languages."""
    folds = _folds(targets.rows)
    unseen: Floats = np.zeros_like(targets.values)
    for number in range(FOLDS):
        in_fold = folds == number
        fold_heads = fit_heads(features, targets, targets.counts * ~in_fold[:, None])
        unseen[in_fold] = fold_heads.logits(features[in_fold])
        tick()
    slopes: list[float] = []
    offsets: list[float] = []
    for head in range(len(HEADS)):
        logits, values, counts = (
            array[:, head].astype(np.float64) for array in (unseen, targets.values, targets.counts)
        )
        slope, offset = fit_platt(logits, values, counts)
        slopes.append(slope)
        offsets.append(offset)
    slope_column = np.array(slopes, np.float32)
    return replace(
        heads,
        weight=heads.weight * slope_column[:, None],
        bias=heads.bias * slope_column + np.array(offsets, np.float32),
    )


def _folds(rows: Sequence[Row]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The fold of each row. A source is in one fold, and so is a language of our examples."""
    groups = [
        f"{row.source} {row.language}" if row.source == _EXAMPLES else row.source for row in rows
    ]
    names = sorted(set(groups))
    order = np.random.default_rng(_FOLD_SEED).permutation(len(names)) % FOLDS
    fold_of = dict(zip(names, order.tolist(), strict=True))
    return np.array([fold_of[group] for group in groups])


def read_features(encoder: Encoder, rows: Sequence[Row], tick: Callable[[], None]) -> Floats:
    """The features of each text, (texts, 384 times layers)."""
    features = np.empty((len(rows), 384 * len(LAYERS)), np.float32)
    for number, row in enumerate(rows):
        layer_means = encoder.embed(encoder.tokenize(row.text))
        features[number] = layer_means[list(LAYERS)].ravel()
        tick()
    return features


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the labelled sets; HEARD_DATA or ../shared/data without this option."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the engine's file goes.")] = _SHIPPED,
    without: Annotated[
        list[str] | None, typer.Option(help="A source to leave out, to measure on it.")
    ] = None,
) -> None:
    """Train the accurate engine and write its file."""
    left_out = set(without or ())
    texts = [
        row
        for row in [*corpus.rows(corpus.folder(data)), *corpus.examples()]
        if row.use.trains and row.source not in left_out
    ]
    has_target = Targets(texts).counts.any(axis=1)
    targets = Targets([row for row, known in zip(texts, has_target, strict=True) if known])
    with show.progress() as bar:
        bar_task = bar.add_task("Training", total=len(targets.rows) + FOLDS)

        def tick() -> None:
            bar.advance(bar_task)

        features = read_features(Encoder.load(), targets.rows, tick)
        heads = fit_heads(features, targets, targets.counts)
        heads = calibrate(heads, features, targets, tick)
    sources = {
        source: str(use) for source, use in sorted({(row.source, row.use) for row in targets.rows})
    }
    inputs = "\n".join(sorted(f"{row.source} {row.id} {row.text}" for row in targets.rows))
    about = {
        "model": MODEL,
        "encoder": WEIGHTS_SHA256,
        "inputs": hashlib.sha256(inputs.encode()).hexdigest(),
        "rows": len(targets.rows),
        "sources": sources,
    }
    accurate.write(out, heads, about)
    show.note(
        f"{out}: {out.stat().st_size:,} bytes, from {len(targets.rows):,} texts of {len(sources)} "
        "sources."
    )


if __name__ == "__main__":
    typer.run(train)
