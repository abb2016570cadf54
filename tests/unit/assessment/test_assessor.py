"""What the assessment of a review says: tables of cases, and properties of any review."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, History, Severity, assess, vocabulary
from heard.assessment.engines.chain import embedded_engine
from heard.reviews import Author, Channel, EventKind, ReviewEvent
from heard.text.sign_phrases import SignRun

CRITICAL, HIGH, MEDIUM, LOW, PRAISE = Severity


def review(
    text: str | None = None,
    rating: int | None = None,
    *,
    language: str | None = None,
    title: str | None = None,
) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        "000000000001",
        Author("a"),
        rating=rating,
        text=text,
        title=title,
        language=language,
    )


def assess_text(
    text: str | None = None,
    rating: int | None = None,
    *,
    language: str | None = None,
    channel: Channel = Channel.REVIEW_SITE,
) -> Assessment:
    return assess(
        review(text, rating, language=language), channel, History(), embedded_engine("accurate")
    )


CONCLUSIONS = [
    # The rating alone.
    (None, 5, PRAISE, ()),
    (None, 4, LOW, ()),
    (None, 3, MEDIUM, ()),
    (None, 2, MEDIUM, ()),
    (None, 1, MEDIUM, ()),
    (None, None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("   \n", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    # One star is high only with a reason in words.
    ("Terrible.", 1, MEDIUM, ()),
    ("Terrible. The soup was cold.", 1, HIGH, ()),
    ("asdfghjkl", 1, MEDIUM, ()),
    ("Great service, love it", 1, MEDIUM, (Flag.RATING_WORDS_DISAGREE,)),
    # The worse of rating and words.
    (
        "The fish made my son sick, we spent the night in hospital.",
        5,
        CRITICAL,
        (Flag.RATING_WORDS_DISAGREE, Flag.SAFETY),
    ),
    ("They gave me food poisoning.", 5, CRITICAL, (Flag.RATING_WORDS_DISAGREE, Flag.SAFETY)),
    ("Good food but slow.", 3, MEDIUM, ()),
    ("The room was nice. Breakfast could be better.", 4, LOW, ()),
    ("It broke after two days.", 2, HIGH, ()),
    ("Best stay ever!", 5, PRAISE, ()),
    # Little text, but each word is praise.
    ("Great", None, PRAISE, ()),
    ("👍👍", None, PRAISE, ()),
    # Too little text to be sure that somebody is content.
    ("Great 🙃", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("Well, well", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("👍👍", 5, PRAISE, ()),
    ("😡", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("I was charged twice and nobody answers the phone.", None, HIGH, ()),
    # Severe words, meant seriously.
    ("My lawyer will contact you.", None, CRITICAL, (Flag.LEGAL,)),
    ("The toaster caught fire.", 1, CRITICAL, (Flag.SAFETY,)),
    ("The driver assaulted my wife.", None, CRITICAL, (Flag.SAFETY,)),
    (
        "Not only did they discriminate against me, they laughed.",
        None,
        CRITICAL,
        (Flag.DISCRIMINATION,),
    ),
    ("My card details were stolen and used.", None, CRITICAL, (Flag.PRIVACY, Flag.FRAUD)),
    ("I will go to the press with this.", 2, CRITICAL, (Flag.PRESS,)),
    ("After this support call I want to kill myself.", None, CRITICAL, (Flag.SELF_HARM,)),
    ("The cleaner stole my money.", None, CRITICAL, (Flag.FRAUD,)),
    # The same words, harmless.
    ("The food was to die for!", 5, PRAISE, ()),
    ("The new beat is fire", 5, PRAISE, ()),
    ("The Fire TV works and everything is great.", 5, PRAISE, ()),
    ("Not dangerous at all, felt very safe", 5, PRAISE, ()),
    ("No problems at all, would recommend", 5, PRAISE, ()),
    ("I lost weight with this app!", 5, PRAISE, ()),
    ("Nothing stolen, nothing broken, all fine", 5, PRAISE, ()),
    # Many languages, none of them claimed by the platform.
    ("Ich hatte nach dem Essen eine Lebensmittelvergiftung.", None, CRITICAL, (Flag.SAFETY,)),
    ("Ich gehe mit der Sache zum Anwalt.", 5, CRITICAL, (Flag.RATING_WORDS_DISAGREE, Flag.LEGAL)),
    ("Nie wieder! Das Personal war unverschämt.", 1, HIGH, (Flag.CHURN,)),
    ("Alles super, sehr gut!", None, PRAISE, ()),
    ("On a été victimes d'une intoxication alimentaire.", None, CRITICAL, (Flag.SAFETY,)),
    ("Le serveur était très impoli.", 2, HIGH, ()),
    ("Me cobraron dos veces y no me devuelven el dinero.", 2, HIGH, ()),
    ("Nos atacó un camarero, fue una agresión.", None, CRITICAL, (Flag.SAFETY,)),
    ("Ho dovuto chiamare i carabinieri.", None, CRITICAL, (Flag.LEGAL,)),
    ("Vou ao Procon, não devolvem meu dinheiro.", None, CRITICAL, (Flag.LEGAL,)),
    ("Mijn pakket is nooit aangekomen.", None, HIGH, ()),
    ("Er was brand en ik ging naar het ziekenhuis.", None, CRITICAL, (Flag.SAFETY,)),
    ("Zatrucie pokarmowe po obiedzie", None, CRITICAL, (Flag.SAFETY,)),
    ("Yemekten zehirlendik", 1, CRITICAL, (Flag.SAFETY,)),
    ("食中毒になりました", 5, CRITICAL, (Flag.RATING_WORDS_DISAGREE, Flag.SAFETY)),
    ("我要报警", None, CRITICAL, (Flag.LEGAL,)),
    ("أصبت بتسمم من الطعام", None, CRITICAL, (Flag.SAFETY,)),
    ("खाने से फूड पॉइजनिंग हो गई", None, CRITICAL, (Flag.SAFETY,)),
    # No word that any rule knows.
    ("Ужасный сервис, всё очень плохо", None, MEDIUM, ()),
    ("Ужасный сервис", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("Ужасный сервис", 5, MEDIUM, (Flag.RATING_WORDS_DISAGREE,)),
    ("საშინელი მომსახურება", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    # Letters that no engine reads: the rating decides, or a person.
    ("𓀀𓀁𓂀𓃀𓄀𓅀𓆀𓇀𓈀𓉀𓊀𓋀𓌀𓍀𓎀𓏀", None, MEDIUM, (Flag.CANNOT_JUDGE,)),
    ("𓀀𓀁𓂀𓃀𓄀𓅀𓆀𓇀𓈀𓉀𓊀𓋀𓌀𓍀𓎀𓏀", 5, PRAISE, ()),
]


@pytest.mark.parametrize(("text", "rating", "severity", "flags"), CONCLUSIONS)
def test_the_severity_is_the_worse_of_rating_and_text_and_a_flag_marks_a_contradiction(
    text: str | None, rating: int | None, severity: Severity, flags: tuple[Flag, ...]
) -> None:
    assessment = assess_text(text, rating)
    assert assessment.severity is severity
    assert set(flags) == set(assessment.flags)


@pytest.mark.parametrize(
    "text",
    [
        "This queue is killing me, but the staff are great",
        "They fired the manager, good.",
        "Not bad at all",
    ],
)
def test_severe_words_in_a_harmless_sentence_raise_no_alarm(text: str) -> None:
    assert assess_text(text, 4).severity not in {HIGH, CRITICAL}
    assert not set(assess_text(text, 4).flags) & set(vocabulary.CRITICAL)


def test_a_bad_text_with_five_stars_is_a_complaint_and_is_flagged() -> None:
    assessment = assess_text("This was the worst, most disgusting hotel of my life.", 5)

    assert assessment.severity in {MEDIUM, HIGH}
    assert Flag.RATING_WORDS_DISAGREE in assessment.flags


@pytest.mark.parametrize(
    ("text", "rating", "channel", "agenda"),
    [
        ("Is there parking at the hotel?", None, Channel.REVIEW_SITE, Agenda.QUESTION),
        ("how do i cancel my plan", None, Channel.SOCIAL, Agenda.QUESTION),
        ("Kann man bei euch mit Karte zahlen?", None, Channel.SOCIAL, Agenda.QUESTION),
        ("¿A qué hora abren?", None, Channel.MESSAGING, Agenda.QUESTION),
        ("営業時間は何時ですか", None, Channel.SOCIAL, Agenda.QUESTION),
        ("Lovely evening, thank you!", 5, Channel.REVIEW_SITE, Agenda.PRAISE),
        ("Avoid this place, the worst.", 1, Channel.REVIEW_SITE, Agenda.AUDIENCE),
        ("Finger weg, nie wieder!", 1, Channel.REVIEW_SITE, Agenda.AUDIENCE),
        ("Please refund my order, you sent the wrong one.", 1, Channel.REVIEW_SITE, Agenda.ANSWER),
        ("Avoid this place, the worst.", 1, Channel.EMAIL, Agenda.ANSWER),
        ("You are all idiots and morons", None, Channel.SOCIAL, Agenda.ABUSE),
        ("You idiots charged me twice", None, Channel.SOCIAL, Agenda.AUDIENCE),
        (
            "Earn money now! Visit my site www.spam.example bitcoin",
            None,
            Channel.REVIEW_SITE,
            Agenda.SPAM,
        ),
        ("asdfghjkl qwertyuiop zxcvbnm", None, Channel.REVIEW_SITE, Agenda.SPAM),
        # A stranger's advert does not hide that somebody was hurt.
        (
            "Food poisoning! Visit my site www.spam.example bitcoin",
            None,
            Channel.REVIEW_SITE,
            Agenda.AUDIENCE,
        ),
        # Random keys with a rating count as the rating alone.
        ("asdfghjkl qwertyuiop", 1, Channel.REVIEW_SITE, Agenda.AUDIENCE),
    ],
)
def test_the_agenda_follows_from_text_and_stage(
    text: str, rating: int | None, channel: Channel, agenda: Agenda
) -> None:
    assessment = assess_text(text, rating, channel=channel)
    assert assessment.agenda is agenda
    assert (Flag.QUESTION in assessment.flags) == (agenda is Agenda.QUESTION)


@pytest.mark.parametrize(
    ("claimed", "text", "language"),
    [
        ("en-US", "Great", "en"),
        ("deu", "Super", "de"),
        ("pt_BR", "Bom", "pt"),
        ("und", "Die Lieferung war schnell und gut", "de"),
        ("english", "The delivery was quick and it is good", "en"),
        (None, "La comida estaba muy buena y el personal amable", "es"),
        (None, "Le service était très bien et la chambre propre", "fr"),
        (None, "Il cibo era molto buono e il personale gentile", "it"),
        (None, "De kamer was schoon en het eten was lekker", "nl"),
        (None, "O quarto não estava limpo e a comida era ruim", "pt"),
        (None, "とても良いです", "ja"),
        (None, "服务很好", "zh"),
        (None, "아주 좋아요", "ko"),
        (None, "خدمة ممتازة", "ar"),
        (None, "Xyzzy", None),
        (None, "12345 !!!", None),
    ],
)
def test_the_language_is_the_platforms_claim_if_plausible_else_the_detected_one_else_none(
    claimed: str | None, text: str, language: str | None
) -> None:
    assert assess_text(text, language=claimed).language == language


def test_an_author_with_earlier_complaints_is_flagged_only_if_the_review_is_a_complaint() -> None:
    earlier_history = History(earlier_complaints=1)
    assert (
        Flag.REPEAT_COMPLAINER
        in assess(review("The heater is broken again.", 2), Channel.EMAIL, earlier_history).flags
    )
    assert (
        Flag.REPEAT_COMPLAINER
        not in assess(review("Lovely, thank you!", 5), Channel.EMAIL, earlier_history).flags
    )
    assert Flag.REPEAT_COMPLAINER not in assess_text("The heater is broken again.", 2).flags


def test_the_title_counts_towards_the_severity() -> None:
    assert (
        assess(
            review("See above.", 3, title="Food poisoning"), Channel.REVIEW_SITE, History()
        ).severity
        is CRITICAL
    )


def test_reason_codes_hold_no_text_of_the_customer_and_evidence_quotes_it() -> None:
    reasons = {
        reason.code: reason.evidence
        for reason in assess_text("They gave me Food  Poisoning and charged twice", 1).reasons
    }
    assert reasons["critical_safety"] == "Food  Poisoning"
    assert reasons["failure_money"] == "charged twice"
    assert all(code.replace("_", "").isalnum() and len(code) <= 40 for code in reasons)


def test_topics_are_sorted_by_how_often_the_review_names_them() -> None:
    topics = assess_text("The courier lost the parcel and the delivery staff shrugged", 2).topics
    assert topics[:2] == ("delivery", "staff")
    assert "cleanliness" in assess_text("Das Zimmer war nicht sauber", 2).topics


@pytest.mark.parametrize(
    "unit",
    [
        "I was charged twice. ",
        "a",
        "TERRIBLE!!! ",
        "😡",
        "?",
        "很",
        "never ",
        "'",
        "a'",
        "but good ",
        "\u202eabc ",
        "http://a.example/ ",
        "e\u0301",
    ],
)
def test_very_long_texts_of_any_shape_are_assessed(unit: str) -> None:
    # The test needs no clock, because the engines read a limited number of characters.
    assessment = assess_text(unit * (100_000 // len(unit)), 3)
    assert assessment.severity.rank >= MEDIUM.rank


def test_a_danger_at_the_end_of_a_long_text_is_found() -> None:
    assert (
        assess_text("It was fine. " * 8_000 + "Then the boiler exploded.", 3).severity is CRITICAL
    )


VOCABULARY = (
    "I you never again good bad not killing me fire police? ! . great food poisoning nie wieder "
    "refund www.a.example 👍 死 تسمم"
)
words = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(VOCABULARY.split()),
        max_size=30,
    ).map(" ".join),
)
events = st.builds(
    ReviewEvent,
    kind=st.sampled_from(EventKind),
    native_id=st.just("1"),
    native_thread=st.just("1"),
    revision=st.just("000000000001"),
    author=st.just(Author("a")),
    rating=st.none() | st.integers(-1, 9),
    title=st.none() | words,
    text=st.none() | words,
    language=st.none()
    | st.sampled_from(["en", "de-DE", "xx", "", "zh-Hant", "ar"])
    | st.text(max_size=5),
    occurred_at=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
)
histories = st.builds(History, earlier_complaints=st.integers(0, 3))


@settings(max_examples=300, deadline=None)
@given(events, st.sampled_from(Channel), histories)
def test_any_event_gets_the_same_assessment_each_time_and_it_survives_json(
    event: ReviewEvent, channel: Channel, history: History
) -> None:
    assessment = assess(event, channel, history)
    assert assess(event, channel, history) == assessment
    assert Assessment.from_json(assessment.to_json()) == assessment
    assert assessment.sentiment is None or -1 <= assessment.sentiment <= 1
    if Flag.CANNOT_JUDGE in assessment.flags:
        assert assessment.severity is MEDIUM


@settings(max_examples=200, deadline=None)
@given(
    events,
    st.sampled_from(["They gave me food poisoning.", "I was charged twice.", "そして食中毒"]),
)
def test_adding_a_worse_sentence_never_lowers_the_severity(event: ReviewEvent, worse: str) -> None:
    before = assess(event, Channel.REVIEW_SITE, History())
    after = assess(
        review(
            f"{event.text or ''}\n. {worse}",
            event.rating,
            language=event.language,
            title=event.title,
        ),
        Channel.SOCIAL,
        History(),
    )
    if worse != "I was charged twice.":
        assert after.severity is CRITICAL
        assert after.agenda is not Agenda.SPAM
    # Without a known language, phrases of all languages count; with one, only its own.
    if before.language is not None or after.language is None:
        assert after.severity.rank >= before.severity.rank


@settings(max_examples=100, deadline=None)
@given(words, st.integers(1, 4))
def test_one_star_less_never_lowers_the_severity(text: str, stars: int) -> None:
    fewer_stars, more_stars = (
        assess(review(text, rating), Channel.REVIEW_SITE, History(), embedded_engine("quick"))
        for rating in (stars, stars + 1)
    )

    assert fewer_stars.severity.rank >= more_stars.severity.rank


QUOTES_OF_DANGER = (
    "I was poisoned there and spent two days in hospital.",
    "Ich habe mir in Ihrem Laden den Arm gebrochen.",
    "Mon avocat vous écrira demain.",
    "Me robaron la cartera en su hotel.",
    "My son had an allergic reaction to your cake.",
)


@pytest.mark.parametrize("quote", QUOTES_OF_DANGER)
def test_an_alarming_quotation_goes_to_a_person_and_is_not_the_authors(quote: str) -> None:
    praise = "Nonsense, the staff are lovely and the food is wonderful. We will come again!"
    plain = assess(review(praise, 5), Channel.FORUM, History())
    event = replace(review(praise, 5), quoted=quote)
    quoting = assess(event, Channel.FORUM, History())

    assert (plain.needs_person, plain.severity) == (False, PRAISE)
    assert (quoting.needs_person, quoting.severity) == (True, PRAISE)
    assert Flag.CANNOT_JUDGE in quoting.flags
    assert "alarming_quote" in {reason.code for reason in quoting.reasons}


WORDS_BELOW = (
    "Dear Kim, thank you for your visit.\n\nThe soup was cold and the waiter was slow.",
    "Dear Kim, see you soon.\n\nAre you open on Sunday?",
    "Chère Kim, merci.\n\nLa chambre était sale.",
    "Liebe Kim, danke.\n\nDas Essen war kalt und die Bedienung langsam.",
)


@pytest.mark.parametrize("below", WORDS_BELOW)
def test_who_complains_or_asks_below_an_earlier_mail_gets_a_person(below: str) -> None:
    event = review("Lovely place, wonderful staff and great food!", 5)
    assessment = assess(replace(event, below=below), Channel.EMAIL, History())

    assert (assessment.needs_person, assessment.severity) == (True, PRAISE)
    assert "words_below" in {reason.code for reason in assessment.reasons}


def test_a_friendly_mail_below_changes_nothing() -> None:
    event = review("Lovely place, wonderful staff and great food!", 5)
    answering = replace(event, below="Dear Kim, thank you for your visit. See you soon. Acme")

    assert assess(answering, Channel.EMAIL, History()) == assess(event, Channel.EMAIL, History())


def test_words_that_nobody_read_go_to_a_person() -> None:
    event = replace(review("Lovely place, wonderful staff and great food!", 5), unread=True)
    assessment = assess(event, Channel.EMAIL, History())

    assert (assessment.needs_person, assessment.severity) == (True, PRAISE)
    assert "unread" in {reason.code for reason in assessment.reasons}


def test_a_harmless_quotation_changes_nothing() -> None:
    event = review("Lovely place, wonderful staff and great food!", 5)
    quoting = replace(event, quoted="See you on Sunday at noon. Kind regards, Acme")

    assert assess(quoting, Channel.EMAIL, History()) == assess(event, Channel.EMAIL, History())


@pytest.mark.parametrize("field", ["text", "title"])
def test_a_text_that_could_not_be_decoded_goes_to_a_person(field: str) -> None:
    event = review("Lovely place, wonderful staff and great food!", 5)
    garbled = replace(event, **{field: "Lovely place, wonderful staff \N{REPLACEMENT CHARACTER}!"})
    assessment = assess(garbled, Channel.EMAIL, History())

    assert assessment.needs_person
    assert "garbled" in {reason.code for reason in assessment.reasons}


FILLER = "The bread was lovely and the staff were kind. "
DANGER = " My daughter had food poisoning and is in hospital. "
ADVERT = "Buy cheap watches now at http://cheap.example, best prices, order now! "


def hidden_in(filler: str, danger: str = DANGER) -> str:
    """A text of which rules read the beginning and the end, with a danger in its middle."""
    half = filler * (30_000 // len(filler))
    return half + danger + half


@pytest.mark.parametrize(
    "event",
    [
        review(hidden_in(FILLER), 5),
        review(hidden_in(FILLER)),
        review(hidden_in("Thanks! "), 5),
        review(hidden_in("\ufdfa"), 5),
        review("\ufdfa" * 2_000 + DANGER + "\ufdfa" * 2_000, 5),
        review(hidden_in(ADVERT), 5),
        review(hidden_in("asdfg ")),
        review("Lovely!", 5, title=hidden_in(FILLER)),
        replace(review("Lovely!", 5), below=hidden_in(FILLER)),
        replace(review("Lovely!", 5), quoted=hidden_in(FILLER)),
        review(FILLER + "wonderful " * 15_000 + DANGER, 5),
        replace(review("Lovely!", 5), title="good " * 30_000 + DANGER),
        replace(review("Lovely!", 5), quoted="good " * 12_000 + DANGER),
    ],
)
@pytest.mark.parametrize("engine", [None, "quick"])
def test_what_is_cut_away_sends_a_review_to_a_person(
    event: ReviewEvent, engine: str | None
) -> None:
    result = assess(
        event.normalize(),
        Channel.REVIEW_SITE,
        History(),
        embedded_engine(engine) if engine else None,
    )
    assert result.needs_person
    assert result.agenda is not Agenda.SPAM


@pytest.mark.parametrize("unit", ["ا", "א", "غ", "과", "过敏", "ก", "ا ل", "ア", "क"])
def test_not_all_phrases_that_begin_with_a_sign_are_tried_where_it_stands(unit: str) -> None:
    """A sign begins hundreds of phrases. To compare each took seconds for a text of that sign."""
    text = unit * 300
    comparisons = 0

    def count_comparisons(frame: FrameType, event: str, _: object) -> None:
        nonlocal comparisons
        comparisons += event == "call" and frame.f_code is SignRun.end.__code__

    sys.setprofile(count_comparisons)
    try:
        assess(review(text), Channel.REVIEW_SITE, History(), None)
    finally:
        sys.setprofile(None)
    assert comparisons <= 5 * len(text)
