"""The lint of replies, and their signature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.replies.lint import MAX_SIMILARITY, fingerprint, is_signed_copy, lint, sign_off


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
def test_a_harmful_text_is_blocked_and_an_unwise_one_gets_a_warning(
    text: str, public: bool, code: str, severity: str
) -> None:
    findings = {finding.code: finding for finding in lint(text, public=public, limit=None)}
    assert findings[code].severity == severity
    assert findings[code].rule.startswith("R")
    assert findings[code].explanation.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "Hello Maria, I am sorry the soup was cold. I spoke with the kitchen today, and they now "
        "check each bowl before it leaves.",
        "I am sorry. It was not your fault. Please write to help@hotelsol.example or call +34 600 "
        "123 456, and I will look at it with you.",
        "Your order 1234567890123 is with me; please call me on 030 1234567.",
        "Es tut mir leid, dass Sie warten mussten. Ich rufe Sie gern an: 030 1234567.",
        "Nous vous remercions et je vous appelle demain au sujet de la commande.",
        "ありがとうございます。担当の田中です。",
        "Es la primera vez que nos pasa; gracias por decirlo. Le llamo mañana.",
    ],
)
def test_a_plain_human_reply_has_no_findings(text: str) -> None:
    assert lint(text, public=True, limit=1000) == ()


def test_a_private_reply_may_contain_a_card_number() -> None:
    assert lint("Your card 4111 1111 1111 1111 was charged.", public=False, limit=None) == ()


def test_the_length_is_counted_in_the_unit_of_the_platform() -> None:
    assert lint("é" * 350, public=True, limit=350, unit="characters") == ()
    (finding,) = lint("é" * 350, public=True, limit=350, unit="bytes")
    assert (finding.code, finding.severity) == ("too_long", "block")
    assert "350" in finding.explanation


def test_a_copied_reply_with_another_name_is_blocked_and_a_new_text_is_not() -> None:
    shared_text = (
        "thank you for writing to us about the evening of the storm and the broken heater in your "
        "room we replaced it the next morning"
    )
    earlier_reply = (
        f"Dear Anna, {shared_text}. We hope to see you again soon, and that the next stay is "
        "warmer for you and for your family."
    )
    pasted_reply = earlier_reply.replace("Anna", "Ben")
    recent = [fingerprint("Hello"), fingerprint(earlier_reply)]
    assert [
        finding.code for finding in lint(pasted_reply, public=False, limit=None, recent=recent)
    ] == ["copy_paste"]
    assert (
        lint(
            "Ben, the heater in 12 is new since Tuesday. Call me if it sulks.",
            public=False,
            limit=None,
            recent=recent,
        )
        == ()
    )
    assert 0 < MAX_SIMILARITY < 1


@settings(max_examples=200)
@given(
    st.text(max_size=300),
    st.booleans(),
    st.none() | st.integers(0, 400),
    st.sampled_from(["characters", "bytes"]),
    st.lists(st.text(max_size=60), max_size=3),
)
def test_any_text_is_linted_without_exceptions(
    text: str, public: bool, limit: int | None, unit: Any, recent: list[str]
) -> None:
    fingerprints = [fingerprint(reply) for reply in recent]
    findings = lint(text, public=public, limit=limit, unit=unit, recent=fingerprints)
    assert len({finding.code for finding in findings}) == len(findings)
    assert findings == lint(text, public=public, limit=limit, unit=unit, recent=fingerprints)


def test_a_reply_is_signed_with_the_name_of_the_agent_unless_it_already_is() -> None:
    assert (
        sign_off("I will call you.", "Ana", "Hotel Sol") == "I will call you.\n\n— Ana, Hotel Sol"
    )
    assert (
        sign_off("I will call you.\nAna from Hotel Sol", "Ana", "Hotel Sol")
        == "I will call you.\nAna from Hotel Sol"
    )
    # A name inside another word, or the name of another agent, is no signature.
    assert sign_off("Bananas are back at Hotel Sol", "Ana", "Hotel Sol").endswith(
        "— Ana, Hotel Sol"
    )
    assert sign_off("Bye\nBen, Hotel Sol", "Ana", "Hotel Sol").endswith("— Ana, Hotel Sol")


@given(st.text(max_size=100), st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_signing_a_signed_reply_changes_nothing(text: str, agent: str, business: str) -> None:
    signed = sign_off(text, agent, business)
    assert sign_off(signed, agent, business) == signed


@given(st.text(max_size=100), st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_a_signed_reply_is_recognised_by_its_text(text: str, agent: str, business: str) -> None:
    assert is_signed_copy(sign_off(text, agent, business), text)


@pytest.mark.parametrize("text", ["I will call you.", "I will", "I will call you.\n\nToday."])
def test_a_shorter_or_another_text_is_no_signed_copy(text: str) -> None:
    signed = sign_off("I will call you.\n\nTomorrow at nine.", "Ana", "Hotel Sol")
    assert not is_signed_copy(signed, text)
