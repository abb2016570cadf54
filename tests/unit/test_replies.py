"""What we say back: acknowledgements that are honest, a lint that mends, a signature that tells who speaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard import reply_wording as wording
from heard.assessment import Agenda, Assessment, Severity
from heard.replies import ACKNOWLEDGEMENT_LIMIT, TOO_LIKE, Acknowledgement, acknowledgement, fingerprint, lint, sign_off
from heard.reviews import Author, Channel, EventKind, ReviewEvent

AUTOMATIC = {
    "en": "automatic",
    "de": "automatisch",
    "fr": "automatique",
    "es": "automática",
    "it": "automatica",
    "pt": "automática",
    "nl": "automatisch",
}
KINDS = ("praise", "thanks", "complaint", "private", "person")


def review(**fields: Any) -> ReviewEvent:
    return ReviewEvent(EventKind.CREATED, "1", "1", "000000000001", Author("a"), **fields)


def assessed(severity: Severity = Severity.LOW, *topics: str) -> Assessment:
    return Assessment(severity, Agenda.PRAISE, None, None, topics, (), (), "test")


def acknowledged(
    kind: str, language: str | None, seed: str, event: ReviewEvent, *topics: str, business: str = "Hotel Sol"
) -> Acknowledgement:
    severity = {"praise": Severity.PRAISE, "thanks": Severity.LOW}.get(kind, Severity.MEDIUM)
    channel = Channel.EMAIL if kind in {"private", "person"} else Channel.REVIEW_SITE
    return acknowledgement(event, assessed(severity, *topics), business, seed, language, channel=channel, person_follows=kind == "person")


@pytest.mark.parametrize("language", wording.ACKNOWLEDGEMENTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("detail", ["topic", "subject", "rating", "nothing"])
def test_every_wording_says_it_is_automatic_carries_the_detail_and_passes_our_own_lint(kind: str, language: str, detail: str) -> None:
    event = review(subject="Blue Lamp" if detail == "subject" else None, rating=4 if detail == "rating" else None)
    topics = ("delivery",) if detail == "topic" else ()
    answers = {answer.variant: answer.text for seed in range(60) for answer in [acknowledged(kind, language, str(seed), event, *topics)]}
    assert len(answers) == len(wording.ACKNOWLEDGEMENTS[language][kind]) >= 2
    carried = {"topic": wording.TOPIC_NAMES["delivery"][language], "subject": "Blue Lamp", "rating": "4", "nothing": "Hotel Sol"}[detail]
    for text in answers.values():
        assert AUTOMATIC[language] in text.casefold()
        assert "Hotel Sol" in text
        assert carried in text
        assert not any(stray in text for stray in ("{", "}", "  "))
        assert lint(text, public=True, limit=ACKNOWLEDGEMENT_LIMIT) == ()


def test_the_same_seed_gets_the_same_wording_and_other_seeds_vary() -> None:
    variants = [acknowledged("praise", "en", f"rev_{number}", review()).variant for number in range(200)]
    assert variants == [acknowledged("praise", "en", f"rev_{number}", review()).variant for number in range(200)]
    assert {variants.count(variant) > 40 for variant in set(variants)} == {True}


@pytest.mark.parametrize("language", ["ja", "xx", "", None])
def test_a_language_without_words_is_answered_in_english(language: str | None) -> None:
    assert acknowledged("thanks", language, "s", review()).variant.startswith("en-")


def test_only_a_message_that_a_person_gets_says_that_one_will_read_it() -> None:
    for language, kinds in wording.ACKNOWLEDGEMENTS.items():
        reader = {"en": "person", "de": "mensch", "nl": "mens", "fr": "personne", "es": "persona", "it": "persona", "pt": "pessoa"}[
            language
        ]
        for kind, variants in kinds.items():
            assert all((reader in variant.casefold().split()) == (kind == "person") for variant in variants)


def test_a_subject_with_an_address_is_not_repeated_in_our_name() -> None:
    for subject in ("Win at www.spam.example", "mail a@b.example", "cheap-pills.com", "{business}"):
        text = acknowledged("thanks", "en", "s", review(subject=subject)).text
        assert subject not in text


@settings(max_examples=200)
@given(
    st.text(max_size=200),
    st.text(max_size=200),
    st.none() | st.integers(-1, 9),
    st.sampled_from([*wording.ACKNOWLEDGEMENTS, None]),
    st.text(),
)
def test_whatever_names_come_the_answer_is_short_and_on_one_line(
    business: str, subject: str, rating: int | None, language: str | None, seed: str
) -> None:
    answer = acknowledged("complaint", language, seed, review(subject=subject, rating=rating), business=business)
    assert len(answer.text) <= ACKNOWLEDGEMENT_LIMIT
    assert "\n" not in answer.text


@pytest.mark.parametrize(
    ("text", "public", "code", "severity"),
    [
        ("", True, "empty", "block"),
        (" \n…!", False, "empty", "block"),
        ("You should have read the manual.", True, "blame", "block"),
        ("You should have read the manual.", False, "blame", "warn"),
        ("Das ist Ihre eigene Schuld.", True, "blame", "block"),
        ("Vous auriez dû nous appeler.", True, "blame", "block"),
        ("That is not true.", True, "arguing", "block"),
        ("Usted se equivoca.", True, "arguing", "block"),
        ("This was out of our control.", True, "excuse", "warn"),
        ("Das lag am Personalmangel.", True, "excuse", "warn"),
        ("Check out our new menu!", True, "marketing", "warn"),
        ("We'll send a voucher if you change your review.", False, "incentive", "block"),
        ("Wir geben einen Gutschein, wenn Sie die Bewertung ändern.", True, "incentive", "block"),
        ("Recibirá un descuento si modifica su reseña.", True, "incentive", "block"),
        ("We hope that you will reconsider your review.", True, "incentive", "warn"),
        ("We were negligent.", True, "admission", "warn"),
        ("Your card 4111 1111 1111 1111 was charged.", True, "card_number", "block"),
        ("We paid to DE89 3704 0044 0532 0130 00 today.", True, "account_number", "block"),
    ],
)
def test_what_harms_is_held_back_and_what_is_unwise_is_pointed_out(text: str, public: bool, code: str, severity: str) -> None:
    findings = {finding.code: finding for finding in lint(text, public=public, limit=None)}
    assert findings[code].severity == severity
    assert findings[code].rule.startswith("R")
    assert findings[code].explanation.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "Hello Maria, I am sorry the soup was cold. I spoke with the kitchen today, and they now check each bowl before it leaves.",
        "I am sorry. It was not your fault. Please write to help@hotelsol.example or call +34 600 123 456, and I will look at it with you.",
        "Your order 1234567890123 is with me; please call me on 030 1234567.",
        "Es tut mir leid, dass Sie warten mussten. Ich rufe Sie gern an: 030 1234567.",
        "Nous vous remercions et je vous appelle demain au sujet de la commande.",
        "ありがとうございます。担当の田中です。",
    ],
)
def test_a_plain_human_answer_passes(text: str) -> None:
    assert lint(text, public=True, limit=1000) == ()


def test_private_replies_may_carry_numbers() -> None:
    assert lint("Your card 4111 1111 1111 1111 was charged.", public=False, limit=None) == ()


def test_length_is_counted_as_the_platform_counts_it() -> None:
    assert lint("é" * 350, public=True, limit=350, unit="characters") == ()
    (finding,) = lint("é" * 350, public=True, limit=350, unit="bytes")
    assert (finding.code, finding.severity) == ("too_long", "block")
    assert "350" in finding.explanation


def test_a_reply_pasted_with_a_name_changed_is_held_back_and_one_said_afresh_is_not() -> None:
    long = "thank you for writing to us about the evening of the storm and the broken heater in your room we replaced it the next morning"
    pasted = f"Dear Anna, {long}. We hope to see you again soon, and that the next stay is warmer for you and for your family."
    other = pasted.replace("Anna", "Ben")
    recent = [fingerprint("Hello"), fingerprint(pasted)]
    assert [finding.code for finding in lint(other, public=False, limit=None, recent=recent)] == ["copy_paste"]
    assert lint("Ben, the heater in 12 is new since Tuesday. Call me if it sulks.", public=False, limit=None, recent=recent) == ()
    assert 0 < TOO_LIKE < 1


@settings(max_examples=200)
@given(
    st.text(max_size=300),
    st.booleans(),
    st.none() | st.integers(0, 400),
    st.sampled_from(["characters", "bytes"]),
    st.lists(st.text(max_size=60), max_size=3),
)
def test_any_text_is_linted_without_exceptions(text: str, public: bool, limit: int | None, unit: Any, recent: list[str]) -> None:
    known = [fingerprint(each) for each in recent]
    findings = lint(text, public=public, limit=limit, unit=unit, recent=known)
    assert len({finding.code for finding in findings}) == len(findings)
    assert findings == lint(text, public=public, limit=limit, unit=unit, recent=known)


def test_a_human_reply_is_signed_by_who_is_signed_in() -> None:
    assert sign_off("I will call you.", "Ana", "Hotel Sol") == "I will call you.\n\n— Ana, Hotel Sol"
    assert sign_off("I will call you.\nAna from Hotel Sol", "Ana", "Hotel Sol") == "I will call you.\nAna from Hotel Sol"
    # A name inside another word, or of another agent, signs nothing.
    assert sign_off("Bananas are back at Hotel Sol", "Ana", "Hotel Sol").endswith("— Ana, Hotel Sol")
    assert sign_off("Bye\nBen, Hotel Sol", "Ana", "Hotel Sol").endswith("— Ana, Hotel Sol")


@given(st.text(max_size=100), st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_signing_twice_is_signing_once(text: str, agent: str, business: str) -> None:
    once = sign_off(text, agent, business)
    assert sign_off(once, agent, business) == once
