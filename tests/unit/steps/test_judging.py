"""The texts of a batch are judged in one pass, and each as if it were alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from heard.assessment import Engine, History, Scores, assess
from heard.assessment.engines.chain import embedded_engine
from heard.reviews import Channel, EventKind, ReviewEvent
from heard.steps.judging import judge_together
from tests.unit.backend import review_event

SCORES = Scores((0.01, 0.01, 0.001, 0.001), 0.01, 0.01, 0.01, 0.01, 0.9, "noted-1")
TEXTS = (
    "Wonderful evening, the staff could not have been kinder. The soup was hot. We come again!",
    "They charged my card twice and nobody answers the phone. I want my money back.",
    "Two hours after the meal our whole table was vomiting. The staff was friendly, though.",
    "Das Gerät war nach zwei Tagen kaputt, und der Händler meldet sich nicht.",
    "Service impeccable, je recommande les yeux fermés. Un employé a frappé mon fils au visage.",
    "とても美味しくて、店員さんも親切でした。",
    "Do you open on Sundays?",
    "ok",
    "It was a killer party, we died laughing, to die for. " * 12,
)


@dataclass
class NotedEngine:
    """An engine that notes which texts it was asked for together."""

    model: str = "noted-1"
    asked: list[list[str]] = field(default_factory=list[list[str]])

    def scores(self, text: str) -> Scores | None:
        return self.scores_of_all([text])[0]

    def scores_of_all(self, texts: Sequence[str]) -> list[Scores | None]:
        self.asked.append(list(texts))
        return [SCORES for _ in texts]


def message(event: ReviewEvent) -> dict[str, Any]:
    return {"business": "bus_a", "delivery": "d", "event": event.to_json()}


def new_review(text: str, rating: int = 5) -> ReviewEvent:
    return review_event("r-1", text, rating)


def assessment(event: ReviewEvent, engine: Engine) -> Any:
    return assess(event, Channel.REVIEW_SITE, History(), engine)


@pytest.mark.parametrize("name", ["accurate", "quick"])
@pytest.mark.parametrize("rating", [1, 5])
def test_a_review_in_a_batch_is_assessed_as_it_is_alone(name: str, rating: int) -> None:
    events = [new_review(text, rating) for text in TEXTS]
    judge = judge_together(embedded_engine(name), [message(event) for event in events])

    for event in events:
        together, alone = assessment(event, judge), assessment(event, embedded_engine(name))
        for what in ("severity", "agenda", "needs_person", "flags", "reasons", "language", "model"):
            assert getattr(together, what) == getattr(alone, what), event.text
        assert together.confidence == pytest.approx(alone.confidence, abs=2e-4)
        assert together.sentiment == pytest.approx(alone.sentiment, abs=2e-4)


def test_the_texts_of_a_batch_are_one_pass_and_their_sentences_another() -> None:
    engine = NotedEngine()
    other = "Thank you for the friendly help. We found what we wanted at once."
    events = [new_review("The soup was hot and good."), new_review(TEXTS[0]), new_review(other)]
    judge = judge_together(engine, [message(event) for event in events])
    for event in events:
        assessment(event, judge)

    whole_texts, sentences = engine.asked
    assert whole_texts == [event.text for event in events]
    assert len(sentences) == 5


def test_the_sentences_of_one_review_are_one_pass() -> None:
    engine = NotedEngine()
    assessment(new_review(TEXTS[0]), engine)

    assert [len(texts) for texts in engine.asked] == [1, 3]


def test_what_is_no_text_of_a_customer_is_not_judged_and_fails_nothing() -> None:
    engine = NotedEngine()
    judge = judge_together(
        engine,
        [
            message(new_review("The soup was hot.")),
            message(new_review("The soup was cold.")),
            message(review_event("r-2", "Gone.", 5, kind=EventKind.WITHDRAWN)),
            message(review_event("r-3", "", 5)),
            message(new_review("word " * 2_000)),
            {"business": "bus_a", "delivery": "d", "resume": "rev_1"},
            {"business": "bus_a", "delivery": "d", "event": "?"},
            {"business": "bus_a", "delivery": "d", "event": {"kind": "?"}},
        ],
    )

    assert judge is not engine
    assert engine.asked == [["The soup was hot.", "The soup was cold."]]


def test_one_text_and_an_engine_that_asks_a_service_are_left_to_each_review() -> None:
    service = NotedEngine("accurate-1+service")
    messages = [message(new_review("The soup was hot.")), message(new_review("Cold."))]

    assert judge_together(service, messages) is service
    engine = NotedEngine()
    assert judge_together(engine, messages[:1]) is engine
    assert service.asked == engine.asked == []
