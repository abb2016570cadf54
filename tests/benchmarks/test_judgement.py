"""Reviews that one core assesses and decides in a second of CPU time."""

from __future__ import annotations

from heard import clock
from heard.assessment import History, assess
from heard.assessment.engines.chain import embedded_engine
from heard.policy import Context, decide, default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.processor import cpu_ms
from tests.benchmarks.webhooks import COMPLAINT, PRAISE


def review_event(text: str, rating: int) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        number_revision(1),
        Author("a", "Kim"),
        rating=rating,
        text=text,
    )


def test_assessment_and_policy(report: BenchmarkReport) -> None:
    assert len(PRAISE.split()) == len(COMPLAINT.split()) == 40
    policy, now = default_policy(), clock.now()
    quick = embedded_engine("quick")
    for name, text, rating in (("praise", PRAISE, 5), ("complaint", COMPLAINT, 1)):
        event = review_event(text, rating)
        per_second = 1000 / cpu_ms(
            lambda event=event: assess(event, Channel.REVIEW_SITE, History(), quick), 300
        )
        report.add_figure(
            Section.ASSESSMENT,
            f"assess with `quick`, 40 words of {name}",
            per_second,
            "reviews/s",
            budget=5000,
            at_least=True,
        )
        engine_per_second = 1000 / cpu_ms(lambda event=event: quick.scores(event.text or ""), 300)
        report.add_figure(
            Section.ASSESSMENT,
            f"the engine `quick` alone, 40 words of {name}",
            engine_per_second,
            "texts/s",
        )
    accurate, long_text = embedded_engine("accurate"), PRAISE * 2
    accurate_ms = cpu_ms(lambda: accurate.scores(long_text[:300]), 20)
    report.add_figure(
        Section.ASSESSMENT, "the engine `accurate`, 300 characters", accurate_ms, "ms", budget=100
    )
    report.add_figure(
        Section.ASSESSMENT,
        "the engine `accurate`, 40 characters",
        cpu_ms(lambda: accurate.scores(long_text[:40]), 20),
        "ms",
    )
    assessment = assess(review_event(COMPLAINT, 1), Channel.REVIEW_SITE, History(), quick)
    context = Context(Channel.REVIEW_SITE, "standard", 1, has_text=True, public_replies_left=2)
    report.add_figure(
        Section.ASSESSMENT,
        "decide",
        1000 / cpu_ms(lambda: decide(assessment, context, policy, now), 300),
        "decisions/s",
    )
