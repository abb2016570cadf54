"""Trains the `accurate` engine: tunes the encoder, with heads on it, and calibrates the heads.

`python -m heard_training.train_accurate [--data FOLDER] [--out FILE]`. It needs jax and optax, and
runs on processors and accelerators alike. An epoch of thirteen thousand texts takes half an hour on
two cores. After each epoch the state is kept beside the file, and `--resume` goes on from it.

1. Low-rank changes of all layers of the encoder are learned together with linear heads on its
   output (`tuning`). A part of the rated texts is read with typos, capitals and the like.
2. The heads are calibrated on a tenth of the texts of every source, chosen by a hash of their ids,
   from which nothing else learns.

Only sets whose licences let weights ship are read, our own ratings of them, and our own examples;
never a text of the validation set, nor one of `never_train.txt`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from heard.assessment.engines import accurate
from heard.assessment.engines.accurate import HEADS, MODEL, Heads
from heard.assessment.engines.changes import RANK
from heard.assessment.engines.encoder import WEIGHTS_SHA256, Encoder, Floats
from heard_cli import show
from heard_cli.assess.perturbations import perturb
from heard_training import corpus, tuning
from heard_training.corpus import Row
from heard_training.targets import Targets, calibrate
from heard_training.tuning import jax, jnp, optax

LAYERS: Final = (8, 9, 10, 11)
"""The layers that give features. Feelings are clearest below the last layer."""

_SHIPPED: Final = Path(__file__).parents[2] / "layers" / "judgement" / accurate.WEIGHTS_FILE


@dataclass
class Material:
    """Texts to learn from: their rows, their tokens, and the right outputs of the heads."""

    rows: list[Row]
    token_ids: list[list[int]]
    targets: Targets

    @staticmethod
    def of(rows: list[Row], encoder: Encoder) -> Material:
        return Material(rows, [encoder.tokenize(row.text) for row in rows], Targets(rows))

    def token_ids_of(self, epoch: int, encoder: Encoder) -> list[list[int]]:
        """The tokens as an epoch reads them: some rated texts with typos, capitals and the like."""
        random_source = np.random.default_rng(epoch)
        is_perturbed = random_source.random(len(self.rows)) < tuning.PERTURBED
        return [
            encoder.tokenize(perturb(row.text, f"{epoch} {row.id}"))
            if perturbed and row.label
            else token_ids
            for row, token_ids, perturbed in zip(
                self.rows, self.token_ids, is_perturbed, strict=True
            )
        ]


class Tuner:
    """Learns changes of an encoder's layers and heads on it, batch after batch."""

    def __init__(self, encoder: Encoder, material: Material, epochs: int) -> None:
        self._encoder, self._material = encoder, material
        self._weights = jax.tree.map(jnp.asarray, tuning.starting_weights(encoder))
        count = sum(1 for _ in tuning.batches(self._lengths(), np.random.default_rng(0)))
        self.steps = count * epochs
        rates = optax.warmup_cosine_decay_schedule(
            0.0, tuning.RATE, max(1, self.steps // 16), self.steps, tuning.RATE / 50
        )
        self._optimizer: Any = optax.chain(
            optax.clip_by_global_norm(1.0), optax.adamw(rates, b2=0.98, weight_decay=0.01)
        )
        self._step = jax.jit(self._learn)
        self.key = jax.random.PRNGKey(tuning.SEED)
        self.epoch, self.learnt = 0, self._start()
        self._state = self._optimizer.init(self.learnt)

    def _lengths(self) -> list[int]:
        return [len(token_ids) for token_ids in self._material.token_ids]

    def _start(self) -> Any:
        """No changes, and heads that know nothing: they learn faster than the layers below them."""
        heads = (
            np.zeros((len(LAYERS) * 384, len(HEADS)), np.float32),
            np.zeros(len(HEADS), np.float32),
        )
        changes = tuning.no_changes(tuning.starting_weights(self._encoder))
        start = {"changes": changes, "weight": heads[0], "bias": heads[1]}
        return jax.tree.map(jnp.asarray, start)

    def _loss(self, learnt: Any, batch: Any, key: Any) -> Any:
        states, mask, values, counts = batch
        weights = tuning.changed_weights(self._weights, learnt["changes"])
        means = tuning.layer_means(weights, states, mask, key, tuning.DROPOUT)[jnp.array(LAYERS)]
        features = means.transpose(1, 0, 2).reshape(states.shape[0], -1)
        logits = (features @ learnt["weight"] + learnt["bias"]) * tuning.HEADS_SCALE
        losses = optax.sigmoid_binary_cross_entropy(logits, values) * counts
        return losses.sum() / (4.0 * states.shape[0])

    def _learn(self, learnt: Any, state: Any, batch: Any, key: Any) -> Any:
        loss, gradient = jax.value_and_grad(self._loss)(learnt, batch, key)
        updates, state = self._optimizer.update(gradient, state, learnt)
        return optax.apply_updates(learnt, updates), state, loss

    def run_epoch(self, tick: Callable[[], None] = lambda: None) -> float:
        """Reads every text once; the mean loss of a batch."""
        token_ids = self._material.token_ids_of(self.epoch, self._encoder)
        targets, total, number = self._material.targets, 0.0, 0
        order = np.random.default_rng(100 + self.epoch)
        for length, numbers in tuning.batches([len(ids) for ids in token_ids], order):
            size = tuning.TOKENS // length
            states, mask = tuning.padded_inputs(
                self._encoder, [token_ids[text] for text in numbers], length, size
            )
            values = np.zeros((size, targets.values.shape[1]), np.float32)
            counts = np.zeros_like(values)
            values[: len(numbers)] = targets.values[numbers]
            counts[: len(numbers)] = targets.counts[numbers]
            self.key, key = jax.random.split(self.key)
            batch = (states, mask, values, counts)
            self.learnt, self._state, loss = self._step(self.learnt, self._state, batch, key)
            total, number = total + float(loss), number + 1
            tick()
        self.epoch += 1
        return total / max(1, number)

    def save(self, path: Path) -> None:
        parts = (self.epoch, self.key, self.learnt, self._state)
        path.write_bytes(pickle.dumps(jax.tree.map(np.asarray, parts)))

    def resume(self, path: Path) -> None:
        self.epoch, self.key, self.learnt, self._state = pickle.loads(path.read_bytes())  # noqa: S301
        self.epoch = int(self.epoch)

    def changes(self) -> dict[str, Floats]:
        """The changes of the encoder's layers as learned so far."""
        return jax.tree.map(np.asarray, self.learnt["changes"])

    def features(self, material: Material) -> Floats:
        """The features of each text by the encoder as changed so far, (texts, features)."""
        weights = tuning.changed_weights(self._weights, self.learnt["changes"])
        return tuning.read_features(self._encoder, weights, material.token_ids, LAYERS)

    def heads(self) -> Heads:
        """The heads as learned so far."""
        scale = np.float32(tuning.HEADS_SCALE)
        weight: Floats = np.asarray(self.learnt["weight"], np.float32).T * scale
        bias: Floats = np.asarray(self.learnt["bias"], np.float32) * scale
        return Heads(LAYERS, weight, bias)

    def calibrated_heads(self, kept_back: Material) -> Heads:
        """The heads as learned so far, calibrated on texts that nothing learned from."""
        heads = self.heads()
        slopes, offsets = calibrate(heads.logits(self.features(kept_back)), kept_back.targets)
        return Heads(LAYERS, heads.weight * slopes[:, None], heads.bias * slopes + offsets)


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the labelled sets; HEARD_DATA or ../shared/data without this option."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the engine's file goes.")] = _SHIPPED,
    epochs: Annotated[int, typer.Option(help="How often each text is read.")] = 3,
    without: Annotated[
        list[str] | None, typer.Option(help="A source to leave out, to measure on it.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on behind the last whole epoch.")] = False,
) -> None:
    """Train the accurate engine and write its file."""
    rows = corpus.training_rows(data, set(without or ()))
    encoder = Encoder.load()
    learning = Material.of([row for row in rows if not corpus.is_kept_back(row)], encoder)
    kept_back = Material.of([row for row in rows if corpus.is_kept_back(row)], encoder)
    tuner = Tuner(encoder, learning, epochs)
    checkpoint = out.with_suffix(".state")
    if resume:
        tuner.resume(checkpoint)
    with show.progress() as bar:
        bar_task = bar.add_task("Tuning", total=tuner.steps * (epochs - tuner.epoch) // epochs)
        while tuner.epoch < epochs:
            loss = tuner.run_epoch(lambda: bar.advance(bar_task))
            tuner.save(checkpoint)
            show.note(f"Epoch {tuner.epoch} of {epochs}: mean loss {loss:.4f}.")
    sources = {source: str(use) for source, use in sorted({(row.source, row.use) for row in rows})}
    about = {
        "model": MODEL,
        "encoder": WEIGHTS_SHA256,
        "rank": RANK,
        "epochs": epochs,
        "inputs": corpus.fingerprint(rows),
        "rows": len(rows),
        "sources": sources,
    }
    accurate.write(out, tuner.calibrated_heads(kept_back), tuner.changes(), about)
    checkpoint.unlink()
    show.note(
        f"{out}: {out.stat().st_size:,} bytes, from {len(rows):,} texts of {len(sources)} sources."
    )


if __name__ == "__main__":
    typer.run(train)
