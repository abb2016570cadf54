"""How many reviews one core assesses and decides in a second, by CPU time."""

from __future__ import annotations

from heard import clock
from heard.assessment import History, assess
from heard.assessment.engines.chain import embedded
from heard.policy import Context, decide, default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from tests.benchmarks.figures import Board, Part
from tests.benchmarks.processor import cpu_ms
from tests.benchmarks.webhooks import COMPLAINT, FORTY_WORDS


def event(text: str, rating: int) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        number_revision(1),
        Author("a", "Kim"),
        rating=rating,
        text=text,
    )


def test_assessment_and_policy(board: Board) -> None:
    assert len(FORTY_WORDS.split()) == len(COMPLAINT.split()) == 40
    policy, now = default_policy(), clock.now()
    quick = embedded("quick")
    for name, text, rating in (("praise", FORTY_WORDS, 5), ("complaint", COMPLAINT, 1)):
        said = event(text, rating)
        per_second = 1000 / cpu_ms(
            lambda said=said: assess(said, Channel.REVIEW_SITE, History(), quick), 300
        )
        board.note(
            Part.JUDGEMENT,
            f"assess with `quick`, 40 words of {name}",
            per_second,
            "reviews/s",
            budget=5000,
            at_least=True,
        )
        alone = 1000 / cpu_ms(lambda said=said: quick.scores(said.text or ""), 300)
        board.note(
            Part.JUDGEMENT, f"the engine `quick` alone, 40 words of {name}", alone, "texts/s"
        )
    accurate, words = embedded("accurate"), FORTY_WORDS * 2
    long = cpu_ms(lambda: accurate.scores(words[:300]), 20)
    board.note(Part.JUDGEMENT, "the engine `accurate`, 300 characters", long, "ms", budget=100)
    board.note(
        Part.JUDGEMENT,
        "the engine `accurate`, 40 characters",
        cpu_ms(lambda: accurate.scores(words[:40]), 20),
        "ms",
    )
    judged = assess(event(COMPLAINT, 1), Channel.REVIEW_SITE, History(), quick)
    context = Context(Channel.REVIEW_SITE, "standard", 1, has_text=True, public_replies_left=2)
    board.note(
        Part.JUDGEMENT,
        "decide",
        1000 / cpu_ms(lambda: decide(judged, context, policy, now), 300),
        "decisions/s",
    )
