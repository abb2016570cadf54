"""The trainer of `quick`: who teaches, who only calibrates, and what is learned twice."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest

from heard.assessment import Agenda, Severity
from heard.assessment.engines.quick import QuickEngine
from heard.reviews import Channel
from heard_training import corpus
from heard_training.corpus import Label, Row, Use

pytest.importorskip("scipy")
train_quick = importlib.import_module("heard_training.train_quick")

DANGERS = ("the brake failed again", "glass in the soup", "sparks came out of the plug")
PRAISE = ("a lovely evening", "kind staff and good cake", "we loved the garden")


def make_row(id: str, text: str, *, critical: bool, source: str = "shop") -> Row:
    severity = Severity.CRITICAL if critical else Severity.PRAISE
    agenda = Agenda.ANSWER if critical else Agenda.PRAISE
    label = Label(severity, severity, critical, agenda)
    return Row(id, source, Use.SHIP, "en", Channel.REVIEW_SITE, text, label=label)


def make_rows() -> list[Row]:
    return [
        make_row(f"{number}-{at}", f"{text} {number}", critical=text in DANGERS)
        for number in range(40)
        for at, text in enumerate((*DANGERS, *PRAISE))
    ]


def test_what_is_critical_is_learned_and_what_is_kept_back_teaches_nothing() -> None:
    rows = make_rows()
    learning = [row for row in rows if not corpus.is_kept_back(row)]
    assert 0 < len(learning) < len(rows)

    weights = train_quick.train_weights(rows)
    without = train_quick.train_weights(learning)

    assert np.array_equal(weights.unhappy, without.unhappy)
    # Calibration changes the size of all logits of a head, which a file keeps apart.
    assert np.array_equal(weights.heads, without.heads)
    scores = QuickEngine(weights).scores("the brake failed on the hill")
    praise = QuickEngine(weights).scores("such a lovely garden")
    assert scores is not None
    assert praise is not None
    assert praise.severity[3] < 0.5 < scores.severity[3]


def test_a_rated_text_is_learned_once_more_with_typos_and_the_like() -> None:
    rated = make_rows()[:6]
    phrase = make_row("en-1", "glass", critical=True, source="phrases")
    texts = train_quick.HeadTexts.of([phrase, *rated], np.arange(7.0))

    learned = texts.with_copies()

    copies = learned.rows[7:]
    assert [(row.id, row.label) for row in copies] == [(row.id, row.label) for row in rated]
    assert [row.text for row in copies] != [row.text for row in rated]
    assert learned.ngram_counts.shape[0] == 13
    assert learned.unhappy.tolist() == [0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]


def test_happy_texts_that_nobody_rated_are_learned_by_sentence_too() -> None:
    happy = replace(
        make_row("1", "We loved the garden. The cake was good.", critical=False),
        label=None,
        polarity=0,
    )

    learned = train_quick.HeadTexts.of([happy], np.array([1.0])).with_copies()

    assert [row.text for row in learned.rows] == [
        "We loved the garden. The cake was good.",
        "We loved the garden",
        "The cake was good",
    ]
