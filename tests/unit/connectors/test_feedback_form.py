"""The feedback form: what its page shows, and what becomes of a submission."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from heard.connectors import (
    Connection,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
    load,
)
from heard.connectors.feedback_pages import texts
from heard.connectors.platforms.feedback_form import sign_token
from tests.unit.signed import refuse_http

SECRETS = ("newest secret", "older secret")
NONCE = "A1b2C3d4E5f6G7h8I9j0K_"
FORM = load("feedback_form")

type Connect = Callable[..., Connection]


class Page(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, page: WebhookResponse | None) -> None:
        super().__init__()
        assert page is not None
        assert page.content_type == "text/html; charset=utf-8"
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        (result,) = [a for t, a in self.elements if t == tag and attributes.items() <= a.items()]
        return result


def submit(form: dict[str, str], language: str = "en") -> WebhookRequest:
    return WebhookRequest("POST", {"accept-language": language}, urlencode(form).encode())


def token(connection: Connection, issued: datetime, secret: str = SECRETS[0]) -> str:
    return sign_token(secret, connection.id, NONCE, int(issued.timestamp()))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("ja, fr;q=0.4, it;q=0.5", "it"),
        ("nl;q=0, pt", "pt"),
        ("es", "es"),
        ("*;q=0.5", "en"),
    ],
)
def test_the_page_speaks_the_readers_language_and_labels_every_field(
    accepted: str, language: str, connect: Connect, now: datetime
) -> None:
    connection = connect("feedback_form")
    page = Page(
        FORM.handshake(
            WebhookRequest("GET", {"accept-language": accepted}, b""), connection, SECRETS, now
        )
    )
    assert page.one("html")["lang"] == language
    assert {a["value"] for t, a in page.elements if t == "input" and a.get("type") == "radio"} == {
        "1",
        "2",
        "3",
        "4",
        "5",
    }
    for field in (page.one("textarea"), page.one("input", id="name")):
        assert page.one("label", **{"for": str(field["id"])})
    assert page.one("textarea")["maxlength"] == "5000"
    assert connection.business_name in page.text
    assert not any(
        name.startswith("on") or tag == "script"
        for tag, attributes in page.elements
        for name in attributes
    )
    assert "default-src 'none'" in str(
        page.one("meta", **{"http-equiv": "Content-Security-Policy"})["content"]
    )


def test_every_language_has_all_words_and_every_file_is_a_language() -> None:
    files = (Path(texts.__file__).parent / "words").glob("*.txt")
    assert sorted(file.stem for file in files) == sorted(texts.LANGUAGES)
    for language in texts.LANGUAGES:
        words = texts.page_texts(language)
        assert "{business}" in words.title
        assert "{business}" in words.intro
        assert len(set(words.stars)) == 5


def test_a_form_is_one_review_however_often_it_is_sent(connect: Connect, now: datetime) -> None:
    connection = connect("feedback_form")
    page = Page(FORM.handshake(WebhookRequest("GET", {}, b""), connection, SECRETS, now))
    issued = str(page.one("input", name="token")["value"])
    request = submit(
        {"token": issued, "rating": "2", "text": "Cold soup\r\n", "name": " Jo ", "website": ""}
    )
    assert FORM.handshake(request, connection, SECRETS, now) is None
    assert FORM.verify(request, connection, ("rotated", *SECRETS), now, refuse_http) is None
    (first,), (again,) = (
        FORM.parse(request, connection, now + timedelta(seconds=s)).events for s in (1, 2)
    )
    assert (first.native_id, first.content) == (again.native_id, again.content)
    assert (first.native_id, first.native_thread, first.rating, first.text, first.author.name) == (
        issued[:22],
        issued[:22],
        2,
        "Cold soup",
        "Jo",
    )
    thanks = Page(
        FORM.delivery_response(
            request, connection, FORM.parse(request, connection, now), refuse_http
        )
    )
    assert thanks.one("a")["href"] == f"../feedback/{connection.id}/{first.native_id}"


def test_an_empty_submission_gets_the_form_again_with_what_was_entered(
    connect: Connect, now: datetime
) -> None:
    connection = connect("feedback_form")
    request = submit({"token": token(connection, now), "text": "  ", "name": '"><script>x'}, "fr")
    response = FORM.handshake(request, connection, SECRETS, now)
    page = Page(response)
    assert response is not None
    assert response.status == 422
    assert page.one("p", role="alert") is not None
    assert page.one("input", id="name")["value"] == '"><script>x'
    assert page.one("input", name="token")["value"] == token(connection, now)


def test_a_form_older_than_a_day_comes_back_with_its_words_and_a_fresh_token(
    connect: Connect, now: datetime
) -> None:
    connection = connect("feedback_form")
    request = submit(
        {
            "token": token(connection, now - timedelta(days=2)),
            "rating": "1",
            "text": "\nIt took </textarea> a while",
        }
    )
    failure = FORM.verify(request, connection, SECRETS, now, refuse_http)
    assert failure is not None
    assert failure.reason is SignatureFailureReason.STALE
    page = Page(FORM.handshake(request, connection, SECRETS, now))
    assert "It took </textarea> a while" in page.text
    assert "checked" in page.one("input", type="radio", value="1")
    fresh = str(page.one("input", name="token")["value"])
    assert (
        FORM.verify(submit({"token": fresh, "rating": "1"}), connection, SECRETS, now, refuse_http)
        is None
    )


@pytest.mark.parametrize(
    ("altered", "reason"),
    [
        (lambda t: "", SignatureFailureReason.SIGNATURE_MISSING),
        (lambda t: t[:-1], SignatureFailureReason.SIGNATURE_MALFORMED),
        (lambda t: "B" + t[1:], SignatureFailureReason.SIGNATURE_WRONG),
        (lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), SignatureFailureReason.SIGNATURE_WRONG),
        (
            lambda t: re.sub(r"\.(\d+)\.", lambda m: f".{int(m[1]) + 1}.", t),
            SignatureFailureReason.SIGNATURE_WRONG,
        ),
    ],
    ids=["none", "cut", "another nonce", "another mac", "another time"],
)
def test_a_token_that_was_not_issued_here_is_refused(
    altered: Callable[[str], str], reason: SignatureFailureReason, connect: Connect, now: datetime
) -> None:
    connection = connect("feedback_form")
    request = submit({"token": altered(token(connection, now)), "rating": "5"})
    failure = FORM.verify(request, connection, SECRETS, now, refuse_http)
    assert isinstance(failure, SignatureFailure)
    assert failure.reason is reason
    another = replace(connection, id="decaf")
    assert (
        FORM.verify(
            submit({"token": token(connection, now), "rating": "5"}),
            another,
            SECRETS,
            now,
            refuse_http,
        )
        is not None
    )


def test_a_submission_that_fills_in_the_hidden_field_is_no_review(
    connect: Connect, now: datetime
) -> None:
    connection = connect("feedback_form")
    request = submit(
        {"token": token(connection, now), "text": "Buy my pills", "website": "http://pills.example"}
    )
    assert FORM.handshake(request, connection, SECRETS, now) is None
    assert FORM.verify(request, connection, SECRETS, now, refuse_http) is None
    assert FORM.parse(request, connection, now).events == ()
