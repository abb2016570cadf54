"""The training of the accurate engine: what it learns from, and that it learns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from heard.assessment import Agenda, Severity
from heard.assessment.engines.accurate import FLAG_HEADS, HEADS
from heard.reviews import Channel
from heard_training.corpus import Label, Row, Use
from heard_training.targets import Targets, calibrate

PROGRAM = Path(__file__).with_name("learn_a_few_texts.py")


def labelled(id: str, label: Label | None, polarity: int | None = None) -> Row:
    return Row(id, "shop", Use.SHIP, "en", Channel.REVIEW_SITE, "x", polarity=polarity, label=label)


def test_what_a_person_said_counts_before_stars() -> None:
    label = Label(Severity.PRAISE, Severity.PRAISE, False, None)

    targets = Targets([labelled("1", label, polarity=1), labelled("2", None, polarity=1)])

    needs_person, negative = HEADS.index("needs_person"), HEADS.index("negative")
    assert targets.values[:, needs_person].tolist() == [0, 1]
    assert (targets.counts[:, needs_person] > 0).all()
    assert targets.values[:, negative].tolist() == [1, 1]


def test_flags_are_known_of_labelled_texts_alone() -> None:
    label = Label(Severity.CRITICAL, Severity.CRITICAL, True, Agenda.ANSWER, ("safety", "sarcasm"))

    targets = Targets([labelled("1", label), labelled("2", None, polarity=1)])

    columns = [HEADS.index(flag) for flag in FLAG_HEADS]
    known = [
        flag for flag, value in zip(FLAG_HEADS, targets.values[0, columns], strict=True) if value
    ]
    assert known == ["safety", "sarcasm"]
    assert (targets.counts[0, columns] > 0).all()
    assert not targets.counts[1, columns].any()


def test_calibrated_logits_say_how_often_they_are_right() -> None:
    random_source = np.random.default_rng(5)
    labels = [
        Label(severity, severity, severity.rank > 1, None) for severity in list(Severity) * 200
    ]
    targets = Targets([labelled(str(number), label) for number, label in enumerate(labels)])
    # Four times too sure, and wrong in a tenth of the cases.
    wrong = random_source.random(targets.values.shape) < 0.1
    logits = np.where((targets.values > 0.5) ^ wrong, 8.0, -8.0).astype(np.float32)

    slopes, offsets = calibrate(logits, targets)

    probabilities = 1 / (1 + np.exp(-(logits * slopes + offsets)))
    head = HEADS.index("at_least_high")
    assert probabilities[:, head].max() == pytest.approx(0.9, abs=0.05)


def test_a_few_texts_are_learned_and_training_can_be_resumed() -> None:
    """In a process of its own: jax has threads, and other tests fork."""
    result = subprocess.run(
        [sys.executable, PROGRAM], check=True, capture_output=True, text=True, timeout=600
    )

    figures = json.loads(result.stdout)
    assert figures["losses"][-1] < figures["losses"][0] / 2
    # numpy gives what jax learned, so what ships judges as what was trained.
    assert figures["difference"] < 0.01
    assert figures["right"] == 1.0
    assert figures["resumed_difference"] < 1e-4
