"""`heard retention` and `heard holds`, and what a hold does to `heard authors erase`."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from heard import clock
from heard.connectors import Connection
from heard.reviews import author_id, review_id
from heard.steps.retention import run_retention
from heard_cli.stack import Stack
from tests.unit.backend import NOON, PRAISE, complaint, praise
from tests.unit.cli.conftest import HeardCommand, process_queue

BUSINESS: Final = ("--business", "acme")
AT: Final = (*BUSINESS, "--platform", "standard")
HOLD: Final = (*BUSINESS, "--reason", "lawsuit", "--contact", "legal@acme.example")
AUTHOR: Final = author_id("acme", "standard", "cus-77")


@pytest.fixture(autouse=True)
def reviews(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An open complaint, and a praise that is ignored: both of one author."""
    stack.setup.put_connection(
        Connection(
            "con_1", "acme", "standard", "https://api.example/hooks/con_1", {}, False, "Acme Bakery"
        ),
        NOON,
    )
    queued = {
        "delivery": "dlv_1.0",
        "connection": "con_1",
        "business": "acme",
        "platform": "standard",
        "channel": "review_site",
    }
    own_words = praise("r-2", author="cus-77", no_review="automatic_reply")
    for event in (complaint("r-1", author="cus-77"), own_words):
        stack.queue.send([queued | {"event": event.normalize().to_json()}])
    assert process_queue(stack) == 2
    # An earlier run is done with the days before. It would take long to read them in each test.
    day = datetime.now(UTC).date() - timedelta(days=1)
    stack.cases.move_retention_position("acme", None, day)
    later = datetime.now(UTC) + timedelta(days=100)
    monkeypatch.setattr(clock, "now", lambda: later)
    return [review_id("acme", "standard", native_id) for native_id in ("r-1", "r-2")]


def run_retention_now(stack: Stack) -> Any:
    return run_retention("acme", stack.retention, clock.now())


def until(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_a_retention_is_previewed_set_shown_and_removed(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    shown = heard.run_ok("retention", "show", *BUSINESS, "--json").json
    assert (shown["business"], shown["texts_months"]) == ("acme", None)
    preview = heard.run_ok("retention", "preview", *BUSINESS, "--texts-months", "2", "--json").json
    counts = {name: preview[name] for name in ("reviews", "authors", "kept", "open")}
    assert counts == {"reviews": 1, "authors": 0, "kept": 0, "open": 1}
    assert (
        "1 review" in heard.run_ok("retention", "preview", *BUSINESS, "--texts-months", "2").stdout
    )
    assert stack.retention.retentions.of_business("acme").texts_months is None
    result = heard.run_ok("retention", "set", *BUSINESS, "--texts-months", "2", stdin="y\n")
    assert "those of 1 review?" not in result.stderr
    assert "those of 1 review." in result.stderr
    assert run_retention_now(stack).reviews == [reviews[1]]
    shown = heard.run_ok("retention", "show", *BUSINESS, "--json").json
    assert shown["texts_months"] == 2
    assert until(-63) < shown["deleted_until"] < until(-58)
    assert "2 months after" in heard.run_ok("retention", "show", *BUSINESS).stdout
    heard.run_ok("retention", "set", *BUSINESS, "--keep")
    assert heard.run_ok("retention", "show", *BUSINESS, "--json").json["texts_months"] is None


def test_what_is_handed_out_to_a_person_says_for_how_long_it_is_kept(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    def kept(file: str) -> str:
        heard.run_ok("authors", "export", "cus-77", *AT, "-o", str(tmp_path / file))
        with zipfile.ZipFile(tmp_path / file) as archive:
            document = json.loads(archive.read("person.json"))
        return document["kept"]["your words, our replies, notes"]

    assert kept("1.zip") == "until you ask us to erase them"
    heard.run_ok("retention", "set", *BUSINESS, "--texts-months", "24", "--yes")
    assert "at most 24 months" in kept("2.zip")
    assert "law" not in kept("3.zip")
    scope = ("--author", "cus-1", "--platform", "standard")
    heard.run_ok("holds", "add", *HOLD, "--until", until(30), *scope)
    assert "longer while the law" in kept("4.zip")


def test_a_retention_is_not_set_without_a_yes(heard: HeardCommand, stack: Stack) -> None:
    refused = heard("retention", "set", *BUSINESS, "--texts-months", "2", stdin="n\n")

    assert (refused.exit_code, "Nothing was changed" in refused.stderr) == (1, True)
    assert heard("retention", "set", *BUSINESS, "--texts-months", "2").exit_code == 1
    assert stack.retention.retentions.businesses() == []


@pytest.mark.parametrize(
    "words",
    [(), ("--texts-months", "0"), ("--texts-months", "2", "--keep"), ("--texts-months", "x")],
)
def test_a_retention_needs_months_or_the_word_keep(
    heard: HeardCommand, words: tuple[str, ...]
) -> None:
    assert heard("retention", "set", *BUSINESS, *words, "--yes").exit_code == 2


def test_setting_a_retention_lists_the_reviews_of_older_releases_first(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    """Else an author whose other reviews are not listed would lose the key of them."""
    for review in reviews:
        stack.cases.unlist_review(AUTHOR, review)
    heard.run_ok("retention", "set", *BUSINESS, "--texts-months", "2", "--yes")
    assert stack.cases.reviews_of_author(AUTHOR) == sorted(reviews)
    assert run_retention_now(stack).reviews == [reviews[1]]
    assert stack.cases.reviews_of_author(AUTHOR) == [reviews[0]]


@pytest.mark.parametrize(
    "scope",
    [
        ("--author", "cus-77", "--platform", "standard"),
        ("--review", review_id("acme", "standard", "r-2")),
        ("--from", "2020-01-01", "--to", "2099-12-31"),
    ],
)
def test_a_hold_stops_erase_and_retention_and_names_whom_to_ask(
    heard: HeardCommand, stack: Stack, reviews: list[str], scope: tuple[str, ...]
) -> None:
    hold = heard.run_ok("holds", "add", *HOLD, "--until", until(30), *scope, "--json").json["id"]
    refused = heard("authors", "erase", "cus-77", *AT, "--yes")
    assert refused.exit_code == 1
    assert all(word in refused.stderr for word in (hold, "lawsuit", "legal@acme.example"))
    as_json = heard("authors", "erase", "cus-77", *AT, "--yes", "--json")
    assert (as_json.exit_code, as_json.json["holds"]) == (1, [hold])
    assert as_json.json["reason"] == "on_hold"
    assert stack.erasure_ports.erasures.of_business("acme") == []
    heard.run_ok("retention", "set", *BUSINESS, "--texts-months", "2", "--yes")
    assert run_retention_now(stack).kept == [reviews[1]]
    (row,) = heard.run_ok("holds", "list", *BUSINESS, "--json").json
    assert (row["id"], row["reason"], row["contact"]) == (hold, "lawsuit", "legal@acme.example")
    assert hold in heard.run_ok("holds", "list", *BUSINESS).stdout
    assert heard("holds", "lift", hold, *BUSINESS, stdin="n\n").exit_code == 1
    heard.run_ok("holds", "lift", hold, *BUSINESS, stdin="y\n")
    assert heard.run_ok("holds", "list", *BUSINESS, "--json").json == []
    (row,) = heard.run_ok("holds", "list", *BUSINESS, "--ended", "--json").json
    assert row["lifted_at"] is not None
    assert run_retention_now(stack).reviews == [reviews[1]]
    heard.run_ok("authors", "erase", "cus-77", *AT, "--yes")


def test_erasing_again_names_what_a_hold_keeps(heard: HeardCommand, stack: Stack) -> None:
    table: Any = {"TableName": stack.outputs["CasesTableName"]}
    backup = stack.dynamodb.scan(**table)["Items"]
    heard.run_ok("authors", "erase", "cus-77", *AT, "--yes")
    outcomes: Any = {"TableName": stack.outputs["OutcomesTableName"]}
    for outcome in stack.dynamodb.scan(**outcomes)["Items"]:
        if outcome["kind"]["S"] == "texts_erased":
            key = {name: outcome[name] for name in ("review", "sequence")}
            stack.dynamodb.delete_item(**outcomes, Key=key)
    for item in backup:
        stack.dynamodb.put_item(**table, Item=item)
    scope = ("--author", "cus-77", "--platform", "standard")
    hold = heard.run_ok("holds", "add", *HOLD, "--until", until(30), *scope, "--json").json["id"]

    assert hold in heard.run_ok("authors", "erase-again", *BUSINESS).stdout
    (report,) = heard.run_ok("authors", "erase-again", *BUSINESS, "--json").json
    assert (report["erased"], report["holds"]) == (False, [hold])
    heard.run_ok("holds", "lift", hold, *BUSINESS, "--yes")
    (report,) = heard.run_ok("authors", "erase-again", *BUSINESS, "--json").json
    assert report["erased"] is True
    assert PRAISE not in repr(stack.cases.reviews_of_author(AUTHOR))


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("--until", "2099-01-01"), 2),
        (("--until", "2099-01-01", "--author", "cus-77", "--from", "2026-01-01"), 2),
        (("--until", "2099-01-01", "--from", "2026-01-01"), 2),
        (("--until", "2099-01-01", "--from", "2026-02-01", "--to", "2026-01-01"), 2),
        (("--until", "2020-01-01", "--author", "cus-77", "--platform", "standard"), 2),
        (("--until", "soon", "--author", "cus-77", "--platform", "standard"), 2),
        (("--until", "2099-01-01", "--author", "cus-77", "--platform", "nowhere"), 2),
        (("--until", "2099-01-01", "--review", "rev_unknown"), 1),
        (("--until", "2099-01-01", "--contact", " ", "--review", "rev_unknown"), 2),
    ],
)
def test_a_hold_that_keeps_nothing_certain_is_refused(
    heard: HeardCommand, stack: Stack, words: tuple[str, ...], exit_code: int
) -> None:
    assert heard("holds", "add", *HOLD, *words).exit_code == exit_code
    assert stack.holds.holds.of_business("acme") == []


def test_an_unknown_hold_cannot_be_lifted(heard: HeardCommand) -> None:
    result = heard("holds", "lift", "hld_0", *BUSINESS, "--yes")

    assert (result.exit_code, "heard holds list" in result.stderr) == (1, True)
