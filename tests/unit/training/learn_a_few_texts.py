"""Trains the accurate engine on a few short texts, and prints what became of it as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from heard.assessment import Agenda, Severity
from heard.assessment.engines.accurate import HEADS, AccurateEngine, write
from heard.assessment.engines.encoder import Encoder
from heard.reviews import Channel
from heard_training.corpus import Label, Row, Use
from heard_training.train_accurate import Material, Tuner

EPOCHS = 5
DANGERS = (
    "The brake failed.",
    "Sparks and smoke!",
    "Glass in my soup.",
    "He hit my son.",
)
PRAISE = ("Lovely place.", "So kind, thanks!", "Best cake ever.", "We loved it.")


def make_row(number: int, text: str, severity: Severity) -> Row:
    is_danger = severity is Severity.CRITICAL
    flags = ("safety",) if is_danger else ()
    agenda = Agenda.ANSWER if is_danger else Agenda.PRAISE
    label = Label(severity, severity, is_danger, agenda, flags)
    return Row(str(number), "shop", Use.SHIP, "en", Channel.REVIEW_SITE, text, label=label)


def main() -> None:
    texts = [
        *((text, Severity.CRITICAL) for text in DANGERS),
        *((text, Severity.PRAISE) for text in PRAISE),
    ]
    rows = [make_row(number, text, severity) for number, (text, severity) in enumerate(texts * 6)]
    encoder = Encoder.load()
    material = Material.of(rows, encoder)
    tuner = Tuner(encoder, material, EPOCHS)
    losses = [tuner.run_epoch() for _ in range(EPOCHS - 1)]

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder, "state")
        tuner.save(state)
        losses.append(tuner.run_epoch())
        learned = tuner.changes()
        tuner.resume(state)
        resumed_loss = tuner.run_epoch()
        resumed = tuner.changes()
        resumed_difference = max(
            float(abs(learned[name] - resumed[name]).max()) for name in learned
        )
        assert resumed_loss == losses[-1]

        engine_file = Path(folder, "accurate.bin")
        heads = tuner.heads()
        write(engine_file, heads, tuner.changes(), {})
        engine = AccurateEngine.of(engine_file)
    by_jax = heads.logits(tuner.features(material))
    by_numpy = np.stack(
        [
            heads.logits(means[list(heads.layers)].ravel())
            for means in engine.encoder.embed_all(material.token_ids)
        ]
    )
    critical = HEADS.index("critical")
    right = (by_numpy[:, critical] > 0) == material.targets.values[:, critical].astype(bool)
    sys.stdout.write(
        json.dumps(
            {
                "losses": losses,
                "difference": float(abs(by_jax - by_numpy).max() / abs(by_jax).max()),
                "right": float(right.mean()),
                "resumed_difference": resumed_difference,
            }
        )
    )


if __name__ == "__main__":
    main()
