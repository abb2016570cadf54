"""Files of rated reviews: what a row means, and what is said of one that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heard.assessment import Severity
from heard.reviews import Channel
from heard_cli.assess.label_files import LabelFile, read_labels
from heard_cli.assess.labelled_reviews import LabelledReview, ReviewLabel

SECRET = "a secret of a customer"


def json_lines(*rows: Any) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def read_table(text: str, name: str = "rated.csv") -> LabelFile:
    return read_labels(text.encode(), name)


def test_a_row_needs_text_and_severity_and_may_say_more() -> None:
    labels = read_labels(
        json_lines(
            {"text": "so bad", "severity": "High"},
            {
                "id": 7,
                "text": "help",
                "title": "Hm",
                "rating": 1,
                "language": "deu",
                "channel": "social",
                "platform": "yelp",
                "severity": "critical",
                "needs_person": True,
                "agenda": "answer",
                "flags": ["safety"],
                "nonsense": 1,
            },
        ),
        "rated.jsonl",
    )
    assert labels.errors == []
    assert labels.reviews == [
        LabelledReview("line 1", "so bad", ReviewLabel(Severity.HIGH)),
        LabelledReview(
            "7",
            "help",
            ReviewLabel(Severity.CRITICAL, True, "answer", ("safety",)),
            title="Hm",
            rating=1,
            language="de",
            channel=Channel.SOCIAL,
            platform="yelp",
        ),
    ]


def test_the_first_of_two_raters_is_the_truth() -> None:
    row = {
        "id": "x",
        "lang": "nl",
        "text": "slecht",
        "a": {"severity": "high", "needs_person": True, "agenda": "audience", "flags": ["churn"]},
        "b": {"severity": "medium", "needs_person": False, "agenda": "other", "flags": []},
    }
    (review,) = read_labels(json_lines(row), "rated.jsonl").reviews
    assert review.label == ReviewLabel(Severity.HIGH, True, "audience", ("churn",))
    assert review.second == ReviewLabel(Severity.MEDIUM, False, "other", ())
    assert review.language == "nl"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_any_separator_and_with_texts_of_many_lines(separator: str) -> None:
    rows = [
        ["Severity", "text", "rating", "needs_person", "flags", "notes"],
        ["critical", '"line one\nline ""two"", and; more\t"', "1", "yes", "safety legal", "x"],
        ["praise", "nice", "", "", "", ""],
    ]
    labels = read_table("\ufeff" + "\r\n".join(separator.join(row) for row in rows) + "\r\n")
    assert labels.errors == []
    assert labels.reviews == [
        LabelledReview(
            "line 2",
            'line one\nline "two", and; more\t',
            ReviewLabel(Severity.CRITICAL, True, None, ("safety", "legal")),
            rating=1,
        ),
        LabelledReview("line 4", "nice", ReviewLabel(Severity.PRAISE, flags=())),
    ]


@pytest.mark.parametrize(
    ("content", "name", "ids"),
    [
        (b'{"id": "1", "text": "x", "severity": "low"}', "-", ["1"]),
        (b"id,text,severity\n2,x,low\n", "-", ["2"]),
        (b"id\ttext\tseverity\n3\tx\tlow\n", "rated.TSV", ["3"]),
        (b'\xef\xbb\xbf{"id": "4", "text": "x", "severity": "low"}\n\n', "rated", ["4"]),
        (b"", "rated.csv", []),
    ],
)
def test_the_name_or_the_first_sign_says_what_a_file_holds(
    content: bytes, name: str, ids: list[str]
) -> None:
    labels = read_labels(content, name)
    assert labels.errors == []
    assert [review.id for review in labels.reviews] == ids


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{oops", "line 2: it is not JSON. Write one JSON object per line."),
        ("[1]", "line 2: it is not a JSON object."),
        ({"text": SECRET}, "line 2: `severity` is missing. Give one of critical, high, medium,"),
        ({"text": SECRET, "severity": None}, "line 2: `severity` is missing."),
        ({"text": SECRET, "severity": SECRET}, "line 2: `severity` has a wrong value. Give one of"),
        ({"severity": "low"}, "line 2: `text` is missing. Give the words of the review."),
        ({"text": " ", "severity": "low"}, "line 2: `text` is empty. Give the words"),
        ({"text": [SECRET], "severity": "low"}, "line 2: `text` has a wrong value."),
        ({"text": "x", "severity": "low", "rating": 6}, "line 2: `rating` has a wrong value. Give"),
        ({"text": "x", "severity": "low", "channel": "pigeon"}, "line 2: `channel` has a wrong"),
        ({"text": "x", "severity": "low", "agenda": SECRET}, "line 2: `agenda` has a wrong value."),
        ({"text": "x", "severity": "low", "flags": [SECRET]}, "line 2: `flags` has a wrong value."),
        (
            {"text": "x", "severity": "low", "needs_person": SECRET},
            "line 2: `needs_person` has a wrong value. Give true or false, or leave it out.",
        ),
        ({"text": "x", "severity": "low", "language": 4}, "line 2: `language` has a wrong value."),
        ({"text": "x", "severity": "low", "id": [SECRET]}, "line 2: `id` has a wrong value."),
        ({"text": "x", "severity": "low", "id": "1"}, "line 2: `id` is that of line 1, too."),
        ({"text": "x", "a": {"agenda": "answer"}}, "line 2: `a.severity` is missing. Give one of"),
        ({"text": "x", "a": SECRET}, "line 2: `a` has a wrong value. Give an object with"),
        (
            {"text": "x", "severity": "low", "b": {"severity": SECRET}},
            "line 2: `b.severity` has a wrong value.",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_what_is_wrong_and_how_to_mend_it(
    row: Any, message: str
) -> None:
    labels = read_labels(
        json_lines({"id": "1", "text": "fine", "severity": "low"}, row), "rated.jsonl"
    )
    (error,) = labels.errors
    assert error.startswith(message)
    assert SECRET not in error
    assert "pigeon" not in error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,text\n1,x\n", "line 1: there is no column `severity`. Name the columns"),
        ("text,text,severity\nx,y,low\n", "line 1: the column `text` is there twice."),
        ("text,severity\nx,low\none, two,low\n", "line 3: it has 3 cells, and the first line has"),
        ('text,severity\n"x\ny",low\nx\n', "line 4: it has 1 cell, and the first line has 2."),
        ('text,severity\nx,low\n"never closed,low\n', "line 3: it is no CSV ("),
        ("text,severity\nx,\n", "line 2: `severity` is missing."),
        ("text,severity,rating\nx,low,many\n", "line 2: `rating` has a wrong value."),
    ],
)
def test_a_table_that_cannot_be_read_is_named_by_the_line_where_the_row_begins(
    text: str, message: str
) -> None:
    (error,) = read_table(text).errors
    assert error.startswith(message)


def test_other_bytes_than_utf_8_are_named_by_their_line() -> None:
    rows = json_lines({"text": "x", "severity": "low"}) + b'{"text": "\xe9", "severity": "low"}\n'
    (error,) = read_labels(rows, "rated.jsonl").errors
    assert error == "line 2: it is not UTF-8. Save the file as UTF-8."
    (error,) = read_labels(b"text,severity\nx,low\ncaf\xe9,low\n", "rated.csv").errors
    assert error == "line 3: it is not UTF-8. Save the file as UTF-8."
