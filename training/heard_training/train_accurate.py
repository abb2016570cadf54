"""Trains the `accurate` engine.

`python -m heard_cli.assess.train_accurate [--data FOLDER] [--out FILE]`.

Needs what `requirements/train.in` names, 6 GB, and half an hour of one core that multiplies in
bfloat16. In three steps:

1. Low-rank changes of the encoder's upper half are learned on all heads at once (`adapters`). Texts are drawn so that each source and class
   has its share whatever its size, and texts that people judged come often.
2. The heads are learned anew on what the changed encoder makes of the same texts: half of each is a logistic regression with a strong
   penalty, the other half a few hidden units that all heads share, learned with much dropout. Where one fails on a source that neither
   saw, the other often does not.
3. The sum is calibrated on what heads that were learned without a fifth of the sources say of these.

Only sets whose licences let weights ship are read, our own ratings of them, and our own examples;
never a text of the validation set. The same texts, seed and versions give the same file on the same
machine.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray

from heard.assessment.engines import accurate
from heard.assessment.engines.accurate import HEADS, MODEL, Heads
from heard.assessment.engines.encoder import WEIGHTS_SHA256, Encoder, Floats
from heard_cli import show
from heard_training import corpus
from heard_training.adapters import (
    BATCH_SIZE,
    BatchEncoder,
    LinearHeads,
    Schedule,
    Tick,
    TrainingData,
)
from heard_training.corpus import Row

torch: Any = importlib.import_module("torch")

LAYERS: Final = (8, 9, 10, 11)
"""Where features are taken from: words of feeling are clearest below the last layer."""

PENALTY: Final = 0.01
"""Of the heads' squared weights, beside the mean loss of a text."""

_EXAMPLES: Final = "examples"
"""The source of our own examples."""

_SHIPPED: Final = Path(__file__).parents[3] / "layers" / "judgement" / accurate.WEIGHTS_FILE
_RATED, _WRITTEN = 4.0, 2.0
"""What a text counts that we rated, or wrote.

One whose stars speak for it counts at most about 1.
"""

_LARGEST: Final = 1_500
_TYPICAL: Final = 600
"""Texts of a class from which a source counts no more, and of a class whose texts count 1 each."""

_OFFENSIVE: Final = 150.0
"""What the offensive tweets of a source, and the others, count together.

They insult anybody, seldom the staff.
"""

IMPORTANCE: Final = np.array([0.5, 1.0, 0.7, 0.7, 1.0, 0.5, 0.5, 0.3, 1.0], np.float32)
"""What each head counts where all are learned at once, in the order of `HEADS`."""

NETS: Final = 2
UNITS: Final = 128
FOLDS: Final = 5

_RATE, _STEPS, _BATCH, _SMOOTHING = 1e-3, 1_000, 128, 0.03
_LABELLED_SHARE: Final = 0.3
"""Share of judged texts among those that nets learn from."""


class Targets:
    """What each head should say of each text.

    `values` (texts, heads), and how much that counts, 0 where nobody knows.
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
                self._set(
                    "abuse",
                    self._numbers(group),
                    group[0].offensive,
                    min(1.0, _OFFENSIVE / len(group)),
                )

    @property
    def known(self) -> Floats:
        """1 where there is a target, else 0."""
        return (self.counts > 0).astype(np.float32)

    def task(self) -> TrainingData:
        """The texts to learn from, in pools.

        By their polarity, offensive or not, rated, written.
        """
        weight, judged = (
            self.counts.max(axis=1),
            np.array([row.label is not None for row in self.rows]),
        )
        polar, written = (
            self.counts[:, HEADS.index("negative")] > 0,
            np.array([row.source == _EXAMPLES for row in self.rows]),
        )
        pools = [
            (18, weight * (polar & ~judged)),
            (3, weight * (~polar & ~judged)),
            (5, 1.0 * (judged & ~written)),
            (6, 1.0 * (judged & written)),
        ]
        used_pools = [
            (places, np.flatnonzero(shares), shares[shares > 0] / shares.sum(dtype=np.float64))
            for places, shares in pools
            if shares.any()
        ]
        return TrainingData(self.values, self.known, IMPORTANCE, used_pools)

    def shares(self, counts: Floats) -> NDArray[np.float64]:
        """How often each text is drawn where all heads are learned at once from the texts that
        count; the sum is 1.
        """
        weight = counts.max(axis=1).astype(np.float64)
        judged = np.array([row.label is not None for row in self.rows])
        seldom, often = (
            np.where(judged, 0, weight),
            np.where(judged & (weight > 0), np.where(weight == _RATED, 1.0, 0.7), 0),
        )
        return (1 - _LABELLED_SHARE) * seldom / seldom.sum() + _LABELLED_SHARE * often / often.sum()

    def _add_label(self, number: int, row: Row) -> None:
        label = row.label
        assert label  # noqa: S101 - asked by the caller
        counts = _WRITTEN if row.source == _EXAMPLES else _RATED
        rank = label.text_severity.rank
        for above, head in enumerate(HEADS[:4]):
            self._set(head, [number], rank > above, counts)
        # Where stars made it worse, who needs a person was said of both together; the engine knows
        # the words alone.
        self._set(
            "needs_person",
            [number],
            label.needs_person if label.severity is label.text_severity else rank >= 2,
            counts,
        )
        for head in ("question", "abuse", "spam"):
            self._set(head, [number], label.agenda == head, counts)
        if row.polarity is None and rank in {0, 3, 4}:
            self._set("negative", [number], rank >= 3, counts / 2)

    def _add_polarity(self, group: Sequence[Row]) -> None:
        unhappy, numbers = bool(group[0].polarity), self._numbers(group)
        counts = (min(len(group), _LARGEST) * _TYPICAL) ** 0.5 / len(group)
        for head in ("negative", "needs_person", "at_least_medium"):
            self._set(head, numbers, unhappy, counts)
        if unhappy:
            self._set("at_least_low", numbers, True, counts)
        else:
            # Four or five stars are seldom for a disaster, but sometimes they are.
            self._set("at_least_high", numbers, False, counts / 4)
            self._set("critical", numbers, False, counts / 4)

    def _numbers(self, group: Sequence[Row]) -> list[int]:
        wanted = {row.id for row in group}
        return [
            number
            for number, row in enumerate(self.rows)
            if row.id in wanted and row.source == group[0].source
        ]

    def _set(self, head: str, numbers: Sequence[int], value: bool | None, counts: float) -> None:
        """What was said first, by a person, stays."""
        column = HEADS.index(head)
        free = [number for number in numbers if not self.counts[number, column]]
        self.values[free, column] = bool(value)
        self.counts[free, column] = counts


def straight(features: Floats, targets: Targets, counts: Floats) -> LinearHeads:
    """Heads by logistic regression on standardised features."""
    mean, spread = features.mean(axis=0), features.std(axis=0) * (features.shape[1] / 384) ** 0.5
    standard = torch.from_numpy((features - mean) / spread)
    return LinearHeads(mean, spread, *_regressions(standard, targets.values, counts))


def heads(features: Floats, targets: Targets, counts: Floats, seed: int) -> Heads:
    """Heads from the texts that count.

    The mean of logistic regressions and of nets with hidden units.
    """
    linear = straight(features, targets, counts)
    mean, spread = features.mean(axis=0), features.std(axis=0)
    standard = torch.from_numpy((features - mean) / spread)
    nets = [_fit_net(standard, targets, counts, seed + number) for number in range(NETS)]
    weight = linear.weight / linear.spread / 2
    bias = (
        linear.bias / 2
        - weight @ linear.mean
        + np.mean([net.outer_bias for net in nets], axis=0) / 2
    )
    inner = np.concatenate([net.inner for net in nets]) / spread
    inner_bias = np.concatenate([net.inner_bias for net in nets]) - inner @ mean
    outer = np.concatenate([net.outer for net in nets], axis=1) / (2 * NETS)
    return Heads(
        LAYERS, *(part.astype(np.float32) for part in (weight, bias, inner, inner_bias, outer))
    )


def calibrate(
    fitted_heads: Heads, features: Floats, targets: Targets, seed: int, tick: Tick
) -> Heads:
    """The same heads, stretched and moved so that probabilities hold for sources and languages that
    they have not seen.
    """
    groups = [
        f"{row.source} {row.language}" if row.source == _EXAMPLES else row.source
        for row in targets.rows
    ]
    names = sorted(set(groups))
    folds = dict(
        zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS, strict=True)
    )
    fold = np.array([folds[group] for group in groups])
    unseen: Floats = np.zeros_like(targets.values)
    for number in range(FOLDS):
        in_fold = fold == number
        unseen[in_fold] = heads(features, targets, targets.counts * ~in_fold[:, None], seed).logits(
            features[in_fold]
        )
        tick()
    stretch, move = _platt(unseen, targets.values, targets.counts)
    tall = stretch[:, None]
    return replace(
        fitted_heads,
        weight=fitted_heads.weight * tall,
        outer=fitted_heads.outer * tall,
        bias=fitted_heads.bias * stretch + move,
    )


@dataclass(frozen=True, slots=True)
class _Net:
    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats


def _fit_net(standard: Any, targets: Targets, counts: Floats, seed: int) -> _Net:
    """A net with one hidden layer on standardised features, learned on all heads at once."""
    f, layers = torch.nn.functional, torch.nn
    torch.manual_seed(seed)
    inner, outer = layers.Linear(standard.shape[1], UNITS), layers.Linear(UNITS, len(HEADS))
    weights = [*inner.parameters(), *outer.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=1.0)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_STEPS, pct_start=0.1)
    shares = torch.from_numpy(targets.shares(counts))
    values = torch.from_numpy(targets.values * (1 - 2 * _SMOOTHING) + _SMOOTHING)
    known, importance = (
        torch.from_numpy((counts > 0).astype(np.float32)),
        torch.from_numpy(IMPORTANCE),
    )
    for _ in range(_STEPS):
        sample = torch.multinomial(shares, _BATCH, replacement=True)
        hidden = f.dropout(f.gelu(inner(f.dropout(standard[sample], 0.4)), approximate="tanh"), 0.5)
        losses = f.binary_cross_entropy_with_logits(outer(hidden), values[sample], reduction="none")
        known_rows = known[sample]
        loss = ((losses * known_rows).sum(0) / known_rows.sum(0).clamp(min=4) * importance).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        pace.step()
    return _Net(*(tensor.detach().numpy() for tensor in weights))


def _regressions(standard: Any, values: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Weight and bias of a logistic regression for each head, all in one solver, since they share
    the reading of features.
    """
    outputs, shares = torch.from_numpy(values), torch.from_numpy(counts / counts.sum(axis=0))
    weight, bias = (
        torch.zeros(shape, requires_grad=True)
        for shape in ((len(HEADS), standard.shape[1]), (len(HEADS),))
    )
    solver = torch.optim.LBFGS(
        [weight, bias], max_iter=150, history_size=20, line_search_fn="strong_wolfe"
    )

    def loss() -> Any:
        solver.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            standard @ weight.T + bias, outputs, reduction="none"
        )
        total = (shares * losses).sum() + PENALTY * weight.square().sum()
        total.backward()
        return total

    solver.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


def _platt(logits: Floats, values: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """The stretch and the move of each head's logits that make probabilities of them."""
    inputs, outputs, shares = (
        torch.from_numpy(logits),
        torch.from_numpy(values),
        torch.from_numpy(counts / counts.sum(axis=0)),
    )
    stretch, move = (
        torch.ones(len(HEADS), requires_grad=True),
        torch.zeros(len(HEADS), requires_grad=True),
    )
    solver = torch.optim.LBFGS([stretch, move], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        solver.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs * stretch + move, outputs, reduction="none"
        )
        total = (shares * losses).sum()
        total.backward()
        return total

    solver.step(loss)
    return stretch.detach().numpy(), move.detach().numpy()


def main(
    data: Annotated[Path | None, typer.Option(help="Folder of the labelled sets.")] = None,
    out: Annotated[Path, typer.Option(help="Where the engine's file goes.")] = _SHIPPED,
    without: Annotated[
        list[str] | None, typer.Option(help="A source to leave out, to measure on it.")
    ] = None,
    steps: Annotated[
        int,
        typer.Option(
            min=0, help="Batches that the encoder's changes are learned from; 0 leaves it as it is."
        ),
    ] = Schedule().steps,
    seed: Annotated[
        int, typer.Option(help="Another one gives other changes and nets, about as good.")
    ] = 0,
) -> None:
    """Train the accurate engine and write its file."""
    torch.manual_seed(seed)
    left_out = set(without or ())
    texts = [
        row
        for row in [*corpus.rows(corpus.folder(data)), *corpus.examples()]
        if row.use.trains and row.source not in left_out
    ]
    known = Targets(texts).counts.any(axis=1)
    targets = Targets([row for row, told in zip(texts, known, strict=True) if told])
    encoder = Encoder.load()
    reader = BatchEncoder(encoder, LAYERS, Schedule(steps=steps))
    with show.progress() as bar:
        task = bar.add_task(
            "Training",
            total=-(-len(targets.rows) // BATCH_SIZE) * (2 + bool(steps)) + steps + FOLDS,
        )

        def tick() -> None:
            bar.advance(task)

        lower = reader.lower([encoder.tokenize(row.text) for row in targets.rows], tick)
        features = reader.features(lower, tick)
        if steps:
            reader.learn(
                lower, targets.task(), straight(features, targets, targets.counts), seed, tick
            )
            features = reader.features(lower, tick)
        trained_heads = calibrate(
            heads(features, targets, targets.counts, seed), features, targets, seed, tick
        )
    sources = {
        source: str(use) for source, use in sorted({(row.source, row.use) for row in targets.rows})
    }
    about = {
        "model": MODEL,
        "encoder": WEIGHTS_SHA256,
        "inputs": hashlib.sha256(
            "\n".join(sorted(f"{row.source} {row.id} {row.text}" for row in targets.rows)).encode()
        ).hexdigest(),
        "rows": len(targets.rows),
        "seed": seed,
        "steps": steps,
        "sources": sources,
    }
    accurate.write(out, trained_heads, reader.changes if steps else {}, about)
    typer.echo(
        f"{out}: {out.stat().st_size:,} bytes, from {len(targets.rows):,} texts of {len(sources)} "
        "sources."
    )


if __name__ == "__main__":
    typer.run(main)
