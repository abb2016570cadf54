"""The training of the accurate engine, on made-up features."""

from __future__ import annotations

import numpy as np

from heard.assessment import Agenda, Severity
from heard.assessment.engines.accurate import HEADS
from heard.reviews import Channel
from heard_training.corpus import Label, Row, Use
from heard_training.train_accurate import LAYERS, Targets, calibrate, fit_heads

FEATURES = 24
"""Fewer than the encoder has: training does not depend on their number."""


def make_row(number: int, severity: Severity, agenda: Agenda | None, source: str) -> Row:
    needs_person = severity.rank >= Severity.MEDIUM.rank
    label = Label(severity, severity, needs_person, agenda)
    return Row(f"{source}-{number}", source, Use.SHIP, "en", Channel.REVIEW_SITE, "x", label=label)


def make_rows(count: int) -> list[Row]:
    agendas = (Agenda.QUESTION, Agenda.ABUSE, Agenda.SPAM, None, None)
    severities = list(Severity)
    return [
        make_row(number, severities[number % 5], agendas[number // 5 % 5], f"set{number // 5 % 10}")
        for number in range(count)
    ]


def test_heads_learn_what_the_labels_say() -> None:
    rows = make_rows(500)
    targets = Targets(rows)
    random = np.random.default_rng(3)
    directions = random.standard_normal((len(HEADS), FEATURES)).astype(np.float32)
    features = (targets.values * 2 - 1) @ directions
    features += 0.1 * random.standard_normal(features.shape).astype(np.float32)
    ticks: list[int] = []

    heads = fit_heads(features, targets, targets.counts)
    heads = calibrate(heads, features, targets, lambda: ticks.append(1))

    probabilities = 1 / (1 + np.exp(-heads.logits(features)))
    known = targets.counts > 0
    right = (probabilities > 0.5) == (targets.values > 0.5)
    assert right[known].mean() > 0.9
    assert len(ticks) == 5
    assert heads.layers == LAYERS
    assert heads.weight.shape == (len(HEADS), FEATURES)


def test_what_a_person_said_counts_before_stars() -> None:
    label = Label(Severity.PRAISE, Severity.PRAISE, False, None)
    rated = Row("1", "shop", Use.SHIP, "en", Channel.REVIEW_SITE, "x", polarity=1, label=label)
    starred = Row("2", "shop", Use.SHIP, "en", Channel.REVIEW_SITE, "y", polarity=1)

    targets = Targets([rated, starred])

    needs_person, negative = HEADS.index("needs_person"), HEADS.index("negative")
    assert targets.values[:, needs_person].tolist() == [0, 1]
    assert (targets.counts[:, needs_person] > 0).all()
    assert targets.values[:, negative].tolist() == [1, 1]
