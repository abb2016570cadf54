"""The schema that anybody can send: published, tested against the parser, and strict (R01)."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from heard.connectors import Connection, ParsedDelivery, WebhookRequest, load
from heard.connectors.http import HttpClient
from heard.errors import Unparseable
from heard.reviews import EventKind
from tests.unit.connectors.conftest import NOW

STANDARD = load("standard")
CONNECTION = Connection("c", "b", "standard", "https://api.example.com/hooks/c", {})
SCHEMA: Final[dict[str, Any]] = json.loads(
    resources.files("heard.connectors").joinpath("standard.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
DATA: Final[dict[str, Any]] = {"id": "r-1", "text": "A child was hurt on the swing.", "rating": 1}
TIMES = st.datetimes(min_value=NOW.replace(tzinfo=None)).map(lambda at: at.isoformat() + "Z")
IDS = st.integers(0, 10**12) | st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=40
).filter(lambda text: text not in {".", ".."})
TEXTS = st.none() | st.text(max_size=40)
VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "thread_id": st.none() | IDS,
    "revision": st.none() | st.integers(0, 10**12 - 1),
    "created_at": st.none() | TIMES,
    "updated_at": st.none() | TIMES,
    "rating": st.none() | st.integers(1, 5),
    "score": st.none() | st.integers(0, 10),
    "title": TEXTS,
    "text": TEXTS,
    "language": st.none() | st.sampled_from(["en", "pt-BR"]),
    "author": st.none() | st.fixed_dictionaries({}, optional={"id": IDS, "name": TEXTS}),
    "subject": TEXTS,
    "link": st.none() | st.sampled_from(["https://shop.example/r/1", "http://a.example"]),
    "by_business": st.none() | st.booleans(),
    "metadata": st.none() | st.dictionaries(st.text(max_size=9), st.integers()),
}


def request_of(document: object) -> WebhookRequest:
    return WebhookRequest("POST", {}, json.dumps(document).encode())


def parse(document: object) -> ParsedDelivery:
    return STANDARD.parse(request_of(document), CONNECTION, NOW)


def response_to(document: object) -> tuple[int, str]:
    try:
        parsed = parse(document)
    except Unparseable as error:
        parsed = ParsedDelivery(problems=(error.detail,))
    response = STANDARD.delivery_response(request_of(document), CONNECTION, parsed, HttpClient())
    return response.status, response.body


def event(kind: str = "review.created", **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": {**DATA, **data}}


def test_the_schema_is_a_schema_and_the_document_is_the_same() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = Path(__file__).parents[3] / "docs" / "standard.schema.json"
    assert json.loads(document.read_text("utf-8")) == SCHEMA
    assert set(VALUES) | {"id"} == set(SCHEMA["properties"]["data"]["properties"])


@given(
    kind=st.sampled_from(["review.created", "review.edited", "review.withdrawn", "review.replied"]),
    data=st.fixed_dictionaries({"id": IDS}, optional=VALUES),
    timestamp=st.none() | TIMES,
)
def test_what_the_schema_allows_is_read_without_a_problem(
    kind: str, data: dict[str, Any], timestamp: str | None
) -> None:
    document = {"type": kind, "timestamp": timestamp, "data": data, "metadata": {"any": 1}}
    assert VALIDATOR.is_valid(document)
    parsed = parse(document)
    assert parsed.problems == ()
    assert len(parsed.events) == 1


@given(name=st.from_regex(r"[a-z_]{1,15}", fullmatch=True), place=st.sampled_from("eda"))
def test_a_field_of_another_name_is_refused_by_the_schema_and_named_by_the_parser(
    name: str, place: str
) -> None:
    document = event(author={"id": "u1"})
    target = {"e": document, "d": document["data"], "a": document["data"]["author"]}[place]
    if name in {*target, *SCHEMA["properties"], *VALUES, "id", "name"}:
        return
    target[name] = "x"
    assert not VALIDATOR.is_valid(document)
    parsed = parse(document)
    assert [each.kind for each in parsed.events] == [EventKind.CREATED]
    (problem,) = parsed.problems
    assert f"unknown field `{name}`" in problem
    status, body = response_to(document)
    assert status == 202
    assert name in body


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("stars", "rating"), ("ratting", "rating"), ("Rating", "rating"), ("nps", "score"),
        ("body", "text"), ("comment", "text"), ("content", "text"), ("message", "text"),
        ("txt", "text"), ("titel", "title"), ("headline", "title"), ("user", "author"),
        ("customer", "author"), ("autor", "author"), ("url", "link"), ("locale", "language"),
        ("product", "subject"), ("threadId", "thread_id"), ("createdAt", "created_at"),
        ("updatedat", "updated_at"), ("byBusiness", "by_business"), ("version", "revision"),
    ],
)  # fmt: skip
def test_a_misspelt_field_is_named_with_the_one_that_is_meant(wrong: str, meant: str) -> None:
    (problem,) = parse(event(**{wrong: "x"})).problems
    assert problem.endswith(f"unknown field `{wrong}`: did you mean `{meant}`?")


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("review.updated", "review.edited"), ("Review.Created", "review.created"),
        ("review.deleted", "review.withdrawn"), ("review_created", "review.created"),
        ("REVIEW.EDITED", "review.edited"), ("review.create", "review.created"),
        ("reviews.created", "review.created"), ("review.removed", "review.withdrawn"),
        ("review.reply", "review.replied"), ("review/new", "review.created"),
        (" review.created", "review.created"), ("Test", "test"),
    ],
)  # fmt: skip
def test_an_unknown_type_is_refused_with_the_one_that_is_meant(kind: str, meant: str) -> None:
    assert not VALIDATOR.is_valid(event(kind))
    with pytest.raises(Unparseable, match=f"did you mean `{meant}`"):
        parse(event(kind))
    status, body = response_to(event(kind))
    assert status == 422
    assert meant in body
    assert "quarantine" in body


@pytest.mark.parametrize(
    "document",
    [
        {"data": DATA},
        {"type": None, "data": DATA},
        {"type": ["review.created"], "data": DATA},
        {"type": "review.created"},
        {"type": "review.created", "data": [DATA]},
        {"type": "review.created", "data": {"text": "x"}},
        {"event": "review.created", "payload": DATA},
        {"type": "x" * 10_000, "data": DATA},
        {"type": "Meine Hand ist verbrannt", "data": DATA},
    ],
)
def test_what_is_no_event_is_refused_and_kept(document: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(Unparseable):
        parse(document)
    status, body = response_to(document)
    assert status == 422
    assert len(body) < 1_000
    assert "verbrannt" not in body


def test_other_names_for_the_envelope_are_named() -> None:
    with pytest.raises(Unparseable, match="`event`: did you mean `type`"):
        parse({"event": "review.created", "data": DATA})


def test_a_field_name_that_is_no_name_is_not_repeated() -> None:
    (problem,) = parse(event(**{"my hand is burnt": 1})).problems
    assert problem == "data of the body has an unknown field"


def test_a_test_needs_nothing_else() -> None:
    assert VALIDATOR.is_valid({"type": "test"})
    (test,) = parse({"type": "test", "data": {"anything": 1}}).events
    assert test.kind is EventKind.TEST


@pytest.mark.parametrize(("rating", "score", "meant"), [(5, 0, 1), (1, 10, 1), (4, 9, 4)])
def test_of_a_rating_and_a_score_the_worse_counts(rating: int, score: int, meant: int) -> None:
    (only,) = parse(event(rating=rating, score=score)).events
    assert only.rating == meant


@pytest.mark.parametrize("field", ["created_at", "updated_at", "timestamp"])
def test_a_clock_that_is_ahead_does_not_make_later_edits_look_old(field: str) -> None:
    first = event()
    (first if field == "timestamp" else first["data"])[field] = "2999-01-01T00:00:00Z"
    later = event("review.edited", updated_at=NOW.isoformat())
    (created,), (edited,) = parse(first).events, parse(later).events
    assert created.revision < edited.revision


@pytest.mark.parametrize("other", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_of_the_other_name_beside_a_complete_set_does_no_harm(other: str) -> None:
    secret = STANDARD.scheme.new_secret() if STANDARD.scheme else ""
    signed = STANDARD.sign(request_of(event()), CONNECTION.url, secret, NOW)
    headers = {name.replace("webhook-", "svix-"): value for name, value in signed.headers.items()}
    request = WebhookRequest("POST", {**headers, other: "x"}, signed.body)
    assert STANDARD.verify(request, CONNECTION, (secret,), NOW, HttpClient()) is None
    incomplete = {name: value for name, value in headers.items() if name != "svix-signature"}
    request = WebhookRequest("POST", {**incomplete, other: "x"}, signed.body)
    failure = STANDARD.verify(request, CONNECTION, (secret,), NOW, HttpClient())
    assert failure
    assert "svix-signature" in failure.detail


@pytest.mark.parametrize("prefix", ["webhook-", "svix-"])
def test_both_sets_of_header_names_are_taken(prefix: str) -> None:
    secret = STANDARD.scheme.new_secret() if STANDARD.scheme else ""
    signed = STANDARD.sign(request_of(event()), CONNECTION.url, secret, NOW)
    headers = {name.replace("webhook-", prefix): value for name, value in signed.headers.items()}
    request = WebhookRequest("POST", headers, signed.body)
    assert STANDARD.verify(request, CONNECTION, (secret,), NOW, HttpClient()) is None
    changed = WebhookRequest("POST", headers, signed.body + b" ")
    assert STANDARD.verify(changed, CONNECTION, (secret,), NOW, HttpClient()) is not None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("null", None), ("undefined", None), ("None", None), ("N/A", None), ("n/a", None),
        ("undefined undefined", None), ("(null)", None), ("Ana null", "Ana"),
        ("undefined Kovács", "Kovács"), ("Jennifer Null", "Jennifer Null"), ("Nan", "Nan"),
        ("Ana \u202egnp.exe", "Ana gnp.exe"), ("\u2067دانا\u2069", "دانا"), ("\u200f", None),
        ("Zoë O'Brien", "Zoë O'Brien"), ("👩\u200d🍳", "👩\u200d🍳"),
    ],
)  # fmt: skip
def test_a_name_that_may_be_shown_is_a_name(name: str, shown: str | None) -> None:
    (parsed,) = parse(event(author={"id": "u1", "name": name}, subject=name)).events
    assert (parsed.normalize().author.name, parsed.normalize().subject) == (shown, shown)
