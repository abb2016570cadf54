"""Questions go to a person in every language, with or without a mark (R23); statements do not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, History, assess, vocabulary
from heard.policy import Context, Policy, decide, default_policy, load_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def read_texts(name: str) -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    return [(language, text) for language, _, text in parts]


QUESTIONS = read_texts("questions.txt")
STATEMENTS = read_texts("statements.txt")

POLICIES = [
    default_policy(),
    *(
        load_policy({"rules": [{"id": "mine", "when": when, "then": then}]})
        for when, then in (
            ({"has_text": True}, {"route": "acknowledge"}),
            ({"stage": ["onstage", "offstage"]}, {"route": "nothing", "reason": "quiet"}),
            ({"rating_min": 4}, {"route": "acknowledge"}),
            ({"agenda": ["praise", "question"]}, {"route": "acknowledge"}),
            ({"needs_person": False}, {"route": "nothing", "reason": "quiet"}),
        )
    ),
]


def assess_text(
    text: str,
    language: str | None,
    rating: int | None = None,
    channel: Channel = Channel.REVIEW_SITE,
) -> Assessment:
    event = ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        "000000000001",
        Author("a"),
        text=text,
        language=language,
        rating=rating,
    )
    return assess(event, channel, History())


def test_questions_and_statements_are_known_in_every_language() -> None:
    for texts in (QUESTIONS, STATEMENTS):
        counts = Counter(language for language, _ in texts)
        assert counts.keys() == set(vocabulary.LANGUAGES)
        assert min(counts.values()) >= 5
        assert all(
            counts[language] >= 10 for language in ("de", "en", "es", "fr", "it", "nl", "pt")
        )


@pytest.mark.parametrize(("language", "text"), QUESTIONS)
def test_a_question_is_flagged(language: str, text: str) -> None:
    assessment = assess_text(text, language)
    assert Flag.QUESTION in assessment.flags
    assert assessment.agenda is not Agenda.PRAISE
    assert assessment.needs_person


@pytest.mark.parametrize(("language", "text"), STATEMENTS)
def test_a_statement_asks_nothing(language: str, text: str) -> None:
    assert Flag.QUESTION not in assess_text(text, language).flags


@given(
    st.sampled_from(QUESTIONS),
    st.sampled_from(["", "👍 ", "5/5! ", "❤️❤️\n", "OK, ", "Super! 😍 "]),
    st.sampled_from(["", " ", "?", " ?", "？", "؟", "??", "?!", " 🙏", "❓"]),
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.sampled_from([None, 1, 2, 3, 4, 5]),
    st.sampled_from(list(Channel)),
    st.sampled_from(POLICIES),
)
def test_no_praise_case_stars_channel_or_policy_keeps_a_question_from_a_person(
    question: tuple[str, str],
    before: str,
    after: str,
    recase: type[str],
    rating: int | None,
    channel: Channel,
    policy: Policy,
) -> None:
    language, text = question
    assessment = assess_text(f"{before}{recase(text)}{after}", language, rating, channel)
    assert Flag.QUESTION in assessment.flags
    context = Context(channel, "yelp", rating, has_text=True, public_replies_left=2)
    decision = decide(assessment, context, policy, NOW)
    assert decision.route.follows_up


# Without "¿": it opens a question, so the sentence behind it is the one that asks.
@given(
    st.sampled_from([text.rstrip(".!?？؟;。") for _, text in STATEMENTS]),
    st.sampled_from(["Lovely", "Schön", "とても良い", "رائع", "Bardzo fajnie"]),
    st.sampled_from("?？؟❓❔‽⁉⁇"),
)
def test_every_question_mark_asks(statement: str, praise: str, mark: str) -> None:
    assert Flag.QUESTION in assess_text(f"{praise} zzz{mark}\n{statement}.", None).flags


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Έχετε κουπόνια;", True),
        ("Πολύ καλό; ευχαριστώ", True),
        ("Πολύ καλό ;)", False),
        ("Very good; thank you", False),
        ("Դուք բա՞ց եք կիրակի", True),
    ],
)
def test_marks_of_single_languages_ask(text: str, asks: bool) -> None:
    assert (Flag.QUESTION in assess_text(text, None).flags) == asks


def test_a_rhetorical_question_hides_no_other_question() -> None:
    rhetorical = "What more could you want?"
    assert Flag.QUESTION not in assess_text(f"Lovely. {rhetorical}", "en", 5).flags
    for question in ("Do you deliver?", "do you deliver", "Vegan options?"):
        assert Flag.QUESTION in assess_text(f"{rhetorical} {question}", "en", 5).flags
        assert Flag.QUESTION in assess_text(f"{question}\n{rhetorical}", "en", 5).flags


def test_a_verb_behind_a_subordinate_clause_asks_nothing() -> None:
    for text in (
        "Wenn man gut essen will, ist das der Ort.",
        "Als wir kamen, ist es voll gewesen.",
    ):
        assert Flag.QUESTION not in assess_text(text, "de").flags
    assert Flag.QUESTION in assess_text("Sehr gut, habt ihr auch Torten", "de").flags


def test_a_bad_rating_with_a_question_stays_a_complaint() -> None:
    assessment = assess_text("Why is the soup always cold? Disappointing.", "en", 2)
    assert Flag.QUESTION in assessment.flags
    assert assessment.is_complaint


@given(st.text(st.sampled_from("?؟;,. \n¿who neds it do you what more could"), max_size=200))
def test_any_text_asks_or_does_not(text: str) -> None:
    for language in ("en", "el", "ar", None):
        assess_text(text, language)


def test_many_marks_and_phrases_take_linear_time() -> None:
    # Each of these is as long as a text that is read whole; a quadratic search would take minutes.
    for text in ("a? " * 8000, "who needs it, do you " * 1000, "what more? " * 2000, "?" * 24000):
        assess_text(text, "en")
