"""More than any platform sends: the rest is not read, and somebody hears of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from heard.connectors import Connection, WebhookRequest, load
from heard.connectors.mail.histories import Evidence, separate_history
from heard.connectors.parsing import Fields, parse_page

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@pytest.mark.parametrize("entry", [{}, 1, None, {"id": "a"}])
def test_a_page_of_a_million_entries_is_not_read_to_its_end(entry: object) -> None:
    reads = 0

    def count_reads(fields: Fields) -> None:
        nonlocal reads
        reads += 1
        fields.id("id")

    page = parse_page([entry] * 1_000_000, "review", count_reads)

    assert reads <= 20_000
    assert len(page.problems) <= 20_001
    assert page.problems[-1] == "review 20000 and those behind it were not read"


@pytest.mark.parametrize("field", ["Headers", "Attachments"])
def test_a_mail_with_more_headers_and_files_than_any_is_read_and_goes_to_a_person(
    field: str,
) -> None:
    document = {
        "MessageID": "m1",
        "From": "kim@customer.example",
        "TextBody": "Lovely soup.",
        field: [1] * 100_000,
    }
    request = WebhookRequest("POST", {}, json.dumps(document).encode())
    settings = {"from_address": "hello@acme.example"}
    connection = Connection("con_1", "acme", "postmark", "https://x.example/", settings)
    parsed = load("postmark").parse(request, connection, NOW)

    assert parsed.events[0].text == "Lovely soup."
    assert len(parsed.problems) <= 1_001


@pytest.mark.parametrize(
    ("line", "is_frame"),
    [
        ("---- Original Message ----", True),
        ("> -- Original Message --", True),
        ("***** Original Message *****", True),
        ("- Original Message -", False),
        ("-- Original Message -", False),
    ],
)
def test_words_between_dashes_are_a_frame(line: str, is_frame: bool) -> None:
    text = f"It was cold.\n{line}\nFrom: Kim\nSent: 1 Jan 2026\nTo: Acme\nSubject: Hi\n\nThe words"
    words = separate_history(text, Evidence(answers=True, seems_reply=True))
    assert (words.quoted is not None) is is_frame
