"""What confirms a severe phrase: the engine, a sentence alone, or a strong complaint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from heard.assessment import Agenda, Assessment, Flag, History, Severity, assess
from heard.assessment.engines.engine import Scores
from heard.assessment.thresholds import COMPLAINING_THRESHOLD, KIND_THRESHOLD, THRESHOLDS
from heard.reviews import Author, Channel, EventKind, ReviewEvent

ABOVE = 0.01
BELOW = -0.001
CONFIRMING = THRESHOLDS["accurate"].confirming
CONFIRMING_SENTENCE = THRESHOLDS["accurate"].confirming_sentence


class FixedEngine:
    """An engine that gives every text a fixed probability of critical, and some texts others."""

    def __init__(
        self,
        critical: float,
        others: Mapping[str, float] | None = None,
        *,
        high: float = 0.1,
        model: str = "accurate-0",
    ) -> None:
        self._critical, self._others = critical, others or {}
        self._high = high
        self.model = model
        self.texts: list[str] = []

    def scores(self, text: str) -> Scores | None:
        self.texts.append(text)
        critical = self._others.get(text, self._critical)
        # Nothing else asks for a person.
        high = max(self._high, critical)
        severity = (max(0.5, high), max(0.2, high), high, critical)
        return Scores(severity, 0.1, 0.0, 0.0, 0.0, 0.9, self.model)


def assess_text(
    text: str, engine: FixedEngine | None, *, language: str = "en", rating: int | None = None
) -> Assessment:
    event = ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        "000000000001",
        Author("a"),
        rating=rating,
        text=text,
        language=language,
    )
    return assess(event, Channel.REVIEW_SITE, History(), engine)


def codes(assessment: Assessment) -> set[str]:
    return {reason.code for reason in assessment.reasons}


STOLEN = "My bike was stolen at the station and your shop lent me another one."


def test_without_an_engine_every_severe_phrase_counts() -> None:
    assert assess_text(STOLEN, None).severity is Severity.CRITICAL


def test_the_engine_confirms_a_severe_phrase() -> None:
    assessment = assess_text(STOLEN, FixedEngine(CONFIRMING + ABOVE))

    assert assessment.severity is Severity.CRITICAL
    assert Flag.FRAUD in assessment.flags


@pytest.mark.parametrize("rating", [None, 3, 4, 5])
def test_what_nothing_confirms_is_in_the_evidence_and_a_person_reads_it(rating: int | None) -> None:
    engine = FixedEngine(CONFIRMING + BELOW)

    assessment = assess_text(STOLEN, engine, rating=rating)

    assert assessment.severity is not Severity.CRITICAL
    assert Flag.FRAUD not in assessment.flags
    assert "unconfirmed_fraud" in codes(assessment)
    assert assessment.needs_person


def test_a_severe_sentence_confirms_where_the_whole_text_hides_it() -> None:
    danger = "The waiter stole my purse."
    text = f"Lovely evening with friends. {danger} The cake was divine."
    engine = FixedEngine(0.001, {danger.rstrip("."): CONFIRMING_SENTENCE + ABOVE})

    assert assess_text(text, engine).severity is Severity.CRITICAL
    assert len(engine.texts) > 1


COMPLAINT = COMPLAINING_THRESHOLD + ABOVE


def test_a_strong_complaint_confirms_what_is_no_theft() -> None:
    text = "They took half my deposit and my lawyer will write to you."
    engine = FixedEngine(CONFIRMING + BELOW, high=COMPLAINT)

    assessment = assess_text(text, engine)

    assert assessment.severity is Severity.CRITICAL
    assert Flag.LEGAL in assessment.flags


def test_a_strong_complaint_does_not_confirm_a_theft() -> None:
    engine = FixedEngine(CONFIRMING + BELOW, high=COMPLAINT)

    assessment = assess_text(STOLEN, engine)

    assert assessment.severity is not Severity.CRITICAL
    assert "unconfirmed_fraud" in codes(assessment)
    assert assessment.needs_person


@pytest.mark.parametrize("model", ["comprehend-1", "other"])
def test_an_engine_that_nobody_measured_confirms_every_phrase(model: str) -> None:
    assert assess_text(STOLEN, FixedEngine(0.0, model=model)).severity is Severity.CRITICAL


FOREIGN = [
    ("es", "La música molesta un poco, pero la comida muy rica y el servicio de diez."),
    ("nl", "Leuke winkel, want die mevrouw is zo aardig en het is er altijd heel gezellig."),
]


@pytest.mark.parametrize(("language", "text"), FOREIGN)
def test_english_phrases_say_nothing_in_another_language(language: str, text: str) -> None:
    assessment = assess_text(text, FixedEngine(0.001), language=language)

    assert not [code for code in codes(assessment) if code.startswith(("critical", "unconf"))]
    assert not assessment.needs_person


def test_english_words_count_in_another_language_if_the_engine_confirms_them() -> None:
    text = "Nach dem Essen hatten wir alle food poisoning, drei Tage lang, ganz furchtbar."

    confirmed = assess_text(text, FixedEngine(0.9), language="de")

    assert confirmed.severity is Severity.CRITICAL
    assert Flag.SAFETY in confirmed.flags


def test_a_concrete_danger_is_no_abuse() -> None:
    assert assess_text(STOLEN, FixedEngine(0.9)).agenda is not Agenda.ABUSE


SHARED = [
    ("de", "Der Chef dort ist homophob, das hat mir meine Nachbarin neulich so erzählt."),
    ("nl", "Mijn broer is journalist en hij vond het hier ook erg gezellig en lekker."),
]


@pytest.mark.parametrize(("language", "text"), SHARED)
def test_a_word_of_the_text_s_own_language_stays_even_if_english_has_it(
    language: str, text: str
) -> None:
    assessment = assess_text(text, FixedEngine(0.001), language=language)

    assert [code for code in codes(assessment) if code.startswith("unconfirmed_")]
    assert assessment.needs_person


class KindEngine(FixedEngine):
    """An engine that sees nothing critical, but what the phrase names."""

    def __init__(self, flag: str, probability: float) -> None:
        super().__init__(CONFIRMING + BELOW)
        self._flags = {flag: probability}

    def scores(self, text: str) -> Scores | None:
        scores = super().scores(text)
        return scores and replace(scores, flags=self._flags)


@pytest.mark.parametrize(("flag", "confirms"), [("fraud", True), ("privacy", False)])
def test_the_engine_confirms_by_what_the_phrase_names(flag: str, *, confirms: bool) -> None:
    assessment = assess_text(STOLEN, KindEngine(flag, KIND_THRESHOLD + ABOVE))

    assert (assessment.severity is Severity.CRITICAL) is confirms


@pytest.mark.parametrize(
    ("text", "confirms"),
    [("Food poisoning!", True), ("Last year I had food poisoning in another town.", False)],
)
def test_a_phrase_with_next_to_nothing_beside_it_confirms_itself(
    text: str, *, confirms: bool
) -> None:
    assessment = assess_text(text, FixedEngine(CONFIRMING + BELOW))

    assert (assessment.severity is Severity.CRITICAL) is confirms


def test_nothing_needs_to_confirm_self_harm() -> None:
    text = "The refund never came and honestly I want to kill myself because of all this."

    assert assess_text(text, FixedEngine(0.0)).severity is Severity.CRITICAL


def test_a_text_in_capitals_is_read_in_small_letters() -> None:
    engine = FixedEngine(0.0)

    assess_text("YOUR BOILER WENT OFF NEXT TO MY SON", engine)
    assess_text("The BBC and the NHS know of it", engine)

    assert engine.texts[0] == "your boiler went off next to my son"
    assert "BBC" in engine.texts[-1]


@pytest.mark.parametrize(
    "text",
    [
        "Toller Abend mit Freunden, ich bin aber suicidal und keiner merkt es hier",
        "We wszystkim dobrze obsłużeni, dziękuję bardzo za miły wieczór, suicidal",
        "Desde que cerraron la tienda solo pienso en esto: end my life, la comida muy rica",
    ],
)
def test_english_words_of_self_harm_in_another_language_reach_a_person(text: str) -> None:
    language = {"T": "de", "W": "pl", "D": "es"}[text[0]]

    assessment = assess_text(text, FixedEngine(0.01), language=language, rating=5)

    assert assessment.needs_person
    assert "unconfirmed_self_harm" in {reason.code for reason in assessment.reasons}


def test_dutch_words_that_look_like_english_ones_name_no_self_harm() -> None:
    text = "Wij bestellen hier altijd de pizza, want die is heerlijk en snel klaar."

    assessment = assess_text(text, FixedEngine(0.01), language="nl")

    assert not {reason.code for reason in assessment.reasons} & {
        "unconfirmed_self_harm",
        "critical_self_harm",
    }


def test_signs_that_say_as_much_as_two_letters_may_make_a_phrase_harmless() -> None:
    text = "讲座很好，我们学会了怎么预防食物中毒，推荐给大家"

    assessment = assess_text(text, FixedEngine(0.01), language="zh")

    assert assessment.severity is not Severity.CRITICAL
    assert assessment.needs_person


def test_a_sentence_is_read_alone_however_its_phrase_is_written() -> None:
    """A vowel mark stands in the text, and not in the words of the phrase that was found."""
    text = "المطعم جميل والخدمة ممتازة. أصبنا جميعا بتسمّم غذائي بعد العشاء عندكم."
    engine = FixedEngine(0.01)

    assess_text(text, engine, language="ar")

    assert "أصبنا جميعا بتسمّم غذائي بعد العشاء عندكم" in engine.texts[1:]


@pytest.mark.parametrize("rating", [2, 3])
def test_three_stars_do_not_hide_a_mild_complaint(rating: int) -> None:
    text = "Nice enough here, but the breakfast was cold and nobody cleared the tables."

    assert assess_text(text, FixedEngine(0.01), rating=rating).needs_person
