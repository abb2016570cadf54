"""Text messages: what a message without words was, and what is no message."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from heard.connectors import Connection, WebhookRequest, load
from heard.reviews import EventKind, ReviewEvent
from tests.unit.connectors.conftest import NOW


def sms(**fields: str) -> ReviewEvent:
    form = {"MessageSid": "SM1", "From": "+4915112345678", "To": "+4930123456", **fields}
    connection = Connection("c", "b", "twilio_sms", "https://api.example.com/hooks/c", {})
    request = WebhookRequest("POST", {}, urlencode(form).encode())
    (event,) = load("twilio_sms").parse(request, connection, NOW).events
    return event


def test_only_a_reaction_that_whatsapp_names_is_no_review_whatever_it_quotes() -> None:
    event = sms(Body="👍", MessageType="reaction")
    assert (event.kind, event.text, event.no_review) == (EventKind.CREATED, "👍", "reaction")
    for text in ("Liked “We have your message.”", "Disliked “your soup”", "Liked it"):
        assert sms(Body=text).no_review is None


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
        ({"MessageType": "order"}, "[order]"),
        ({"MessageType": "unheard_of"}, "[message that cannot be shown]"),
        (
            {"MessageType": "interactive", "FlowData": '{"what": "Ich bin krank", "when": [2]}'},
            "Ich bin krank",
        ),
        ({"InteractiveData": '{"a": {"b": ["My hand", "is burnt"]}}'}, "My hand\nis burnt"),
        ({"Body": "Sent", "FlowData": '{"a": "My hand is burnt"}'}, "Sent\nMy hand is burnt"),
        ({"MessageType": "interactive", "FlowData": "no JSON"}, "[list]"),
        ({"MessageType": "text"}, None),
        ({}, None),
    ],
)
def test_a_message_without_words_says_what_it_was(fields: dict[str, str], text: str | None) -> None:
    assert sms(**{"Body": "", **fields}).text == text


@pytest.mark.parametrize("text", ["Yes", "yes please, my hand hurts", "JA", "start over"])
def test_an_answer_that_twilio_takes_for_an_opt_in_is_a_message(text: str) -> None:
    assert sms(Body=text, OptOutType="START").text == text


def test_words_that_come_as_a_reaction_are_a_message() -> None:
    assert sms(Body="My hand is burnt", MessageType="reaction").no_review is None


@pytest.mark.parametrize("status", ["delivered", "failed", "read", "sent", "receiving"])
def test_a_report_is_no_message(status: str) -> None:
    form = {"MessageSid": "SM1", "From": "+1", "To": "+2", "Body": "x", "SmsStatus": status}
    connection = Connection("c", "b", "twilio_sms", "https://api.example.com/hooks/c", {})
    request = WebhookRequest("POST", {}, urlencode(form).encode())
    assert load("twilio_sms").parse(request, connection, NOW).events == ()


def test_a_status_that_nobody_knows_loses_no_message() -> None:
    assert sms(Body="My hand is burnt", SmsStatus="arrived").text == "My hand is burnt"
