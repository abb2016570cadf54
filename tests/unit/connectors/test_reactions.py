"""A telephone's reaction to a message of ours is no review; everything else is one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors import Connection, WebhookRequest, load, reactions
from heard.connectors.reactions import LANGUAGES, is_reaction
from heard.reviews import EventKind, ReviewEvent
from heard.text import grammar
from heard.text.phrase_files import PhraseFolder
from tests.unit.connectors.conftest import NOW

FOLDER = Path(reactions.__file__).parent
REACTIONS = [
    "Liked “We have your message.”",
    'Loved "We have your message."',
    "Laughed at ‘We have your message.’",
    "Emphasized “Two lines\nof ours”",
    "Questioned “Are you there?”",
    "Disliked “We don’t open on Sundays”",
    "Reacted 😮 to “We said “sorry” twice”",
    "Removed a heart from “Thank you”",
    "Removed an exclamation from “Thank you”",
    "❤️ to “Thank you”",
    "\u200a\u200b👍\u200b\u200a to “Thank you”",
    "LIKED “THANK YOU”",
    "Liked “A long message that the telephone cut off…",
    "Loved an image",
    "Liked a movie",
    "Gefällt „Ihre Nachricht ist da.“",
    "Reagierte mit 🙏🏽 auf „Danke“",
    "A aimé « Votre message est arrivé. »",
    "A réagi avec 👩‍🍳 à « Merci »",
    "Le encantó “Gracias”",
    "Exclamó por “Gracias”",
    "Ha messo “Mi piace” a “Grazie”",
    "Gostou de “Obrigado”",
    "Vindt ‘Bedankt’ leuk",
    "Gillade ”Tack”",
    "Понравилось «Спасибо»",
    "Szívecske erre: „Köszönjük”",
    "“ありがとう”に“いいね”と言いました",
    "喜欢“谢谢”",
    "“감사합니다”을(를) 강조함",
    "أحب “شكرا”",
    "تفاعل بـ ❤️ مع “شكرا”",
]
REVIEWS = [
    "Liked “the soup” but hated “the wait”",
    'Loved "the starter" and "the view"',
    "Liked “the soup”. Then I was ill.",
    "I liked “the soup”",
    "Liked the soup",
    "Loved an image of the place, not the place",
    "“Thank you” is not enough",
    "👍",
    "👍 to your team",
    "Gefällt mir nicht, „frisch“ war das nie",
    "Le gustó “la sopa” a mi marido y acabó en el hospital",
    "“”",
    "Liked “”",
    "{quote}",
    "Liked {quote}",
    "",
]


@pytest.mark.parametrize("text", REACTIONS)
def test_a_reaction_that_quotes_us_is_known(text: str) -> None:
    assert is_reaction(text)


@pytest.mark.parametrize("text", REVIEWS)
def test_a_message_of_a_persons_own_is_none(text: str) -> None:
    assert not is_reaction(text)


@pytest.mark.parametrize("text", REACTIONS)
def test_words_beside_a_reaction_make_it_a_message(text: str) -> None:
    for message in (f"{text} My hand is burnt.", f"My hand is burnt. {text}"):
        assert not is_reaction(message)


@given(st.text(max_size=60).filter(lambda text: not any(mark in text for mark in "“”„«»\"'‘’")))
def test_whatever_is_quoted_counts_as_quoted(quoted: str) -> None:
    assert is_reaction(f"Liked “{quoted}x”")
    assert is_reaction(f"Gefällt „{quoted}x“")


@given(st.text(st.sampled_from("\"“”'‘’«» ab…👍"), max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_reaction(text) in {True, False}


def test_every_language_that_we_speak_has_forms() -> None:
    folder = PhraseFolder(FOLDER)
    assert set(LANGUAGES) == set(grammar.LANGUAGES)
    for language in LANGUAGES:
        forms = folder.lines("form", language)
        assert len(forms) >= 10, language
        assert sum("{sign}" in form for form in forms) >= 3, language
        for form in forms:
            assert form.count("{quote}") + form.count("{thing}") == 1, form
            assert "{thing}" not in form or folder.lines("thing", language), form
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.txt")}
    assert {name.partition("/")[0] for name in files} == {"form", "thing"}
    assert {name.partition("/")[2].removesuffix(".txt") for name in files} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_found_as_a_telephone_would_write_it(language: str) -> None:
    folder = PhraseFolder(FOLDER)
    things = folder.lines("thing", language) or ("",)
    for form in folder.lines("form", language):
        text = form.replace("{sign}", "😡").replace("{thing}", things[0])
        assert is_reaction(text.replace("{quote}", "“Well, it’s nothing”")), form


def sms(**fields: str) -> ReviewEvent:
    form = {"MessageSid": "SM1", "From": "+4915112345678", "To": "+4930123456", **fields}
    connection = Connection("c", "b", "twilio_sms", "https://api.example.com/hooks/c", {})
    request = WebhookRequest("POST", {}, urlencode(form).encode())
    (event,) = load("twilio_sms").parse(request, connection, NOW).events
    return event


def test_a_reaction_by_text_message_is_kept_and_is_no_review() -> None:
    event = sms(Body="Reacted 👍 to “We have your message about the food poisoning.”")
    assert (event.kind, event.no_review) == (EventKind.CREATED, "reaction")
    assert event.text is not None
    assert sms(Body="Liked it").no_review is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Latitude": "53.55", "Longitude": "9.99"}, "[location: 53.55 9.99]"),
        (
            {"Latitude": "1", "Longitude": "2", "Label": "The broken stairs", "Address": "Kai 1"},
            "[location: The broken stairs, Kai 1, 1 2]",
        ),
        (
            {"Body": "Here I fell", "Latitude": "1", "Longitude": "2"},
            "Here I fell\n[location: 1 2]",
        ),
        ({"ButtonText": "Cancel my order", "ButtonPayload": "c1"}, "Cancel my order"),
        ({"ListTitle": "Ich bin krank geworden", "ListId": "2"}, "Ich bin krank geworden"),
        ({"ButtonPayload": "complain"}, "complain"),
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg"}, "[photo]"),
        ({"NumMedia": "1", "MediaContentType0": "image/webp", "Body": "Schimmel"}, "Schimmel"),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg; codecs=opus"}, "[audio]"),
        (
            {"NumMedia": "2", "MediaContentType0": "video/mp4", "MediaContentType1": "text/vcard"},
            "[video]\n[contact]",
        ),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, "[file]"),
        ({"NumMedia": "1"}, "[file]"),
        ({"MessageType": "sticker"}, "[sticker]"),
        ({"MessageType": "unsupported"}, "[message that cannot be shown]"),
        ({"MessageType": "text"}, None),
        ({}, None),
    ],
)
def test_a_message_without_words_says_what_it_was(fields: dict[str, str], text: str | None) -> None:
    assert sms(**{"Body": "", **fields}).text == text


@pytest.mark.parametrize("status", ["delivered", "failed", "read", "sent", "receiving"])
def test_a_report_is_no_message(status: str) -> None:
    form = {"MessageSid": "SM1", "From": "+1", "To": "+2", "Body": "x", "SmsStatus": status}
    connection = Connection("c", "b", "twilio_sms", "https://api.example.com/hooks/c", {})
    request = WebhookRequest("POST", {}, urlencode(form).encode())
    assert load("twilio_sms").parse(request, connection, NOW).events == ()


def test_a_status_that_nobody_knows_loses_no_message() -> None:
    assert sms(Body="My hand is burnt", SmsStatus="arrived").text == "My hand is burnt"
