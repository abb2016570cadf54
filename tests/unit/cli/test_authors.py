"""`heard authors`: the author that triage stored, their value, and their erasure."""

from __future__ import annotations

import json
import zipfile
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from heard import clock
from heard.clock import format_time
from heard.connectors import Connection
from heard.connectors.parsing import author_id_from_email
from heard.reviews import author_id, review_id
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.vault import Erased
from heard_cli.stack import Stack, StackOptions
from tests.unit.backend import COMPLAINT, NOON, complaint
from tests.unit.cli.conftest import HeardCommand, process_queue

AT: Final = ("--business", "acme", "--platform", "standard")


@pytest.fixture
def author(heard: HeardCommand, stack: Stack) -> str:
    """An author who complained."""
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
    stack.queue.send([queued | {"event": complaint("r-1", author="cus-77").normalize().to_json()}])
    assert process_queue(stack) == 1
    return "cus-77"


def test_an_author_is_shown_with_what_triage_stored(
    heard: HeardCommand, stack: Stack, author: str
) -> None:
    details = heard.run_ok("authors", "show", author, *AT, "--json").json

    assert details == {
        "author": author_id("acme", "standard", author),
        "complaints": 1,
        "value": None,
        "last_variant": None,
        "has_key": True,
        "automatic_replies": [],
        "reviews": [review_id("acme", "standard", "r-1")],
        "erased_at": None,
    }
    assert "Zelda" not in heard.run_ok("authors", "show", author, *AT).stdout


def test_a_value_is_stored_and_deleted(heard: HeardCommand, stack: Stack, author: str) -> None:
    heard.run_ok("authors", "value", author, "80", *AT)
    assert heard.run_ok("authors", "show", author, *AT, "--json").json["value"] == 80
    assert heard.run_ok("authors", "value", author, "--none", *AT, "--json").json["value"] is None
    assert stack.cases.vault.author_record(author_id("acme", "standard", author)).value is None


@pytest.mark.parametrize(
    "words",
    [
        (*AT, "--", "cus-77", "-1"),
        ("cus-77", "101", *AT),
        ("cus-77", *AT),
        ("cus-77", "50", "--none", *AT),
    ],
)
def test_an_invalid_value_is_refused(
    heard: HeardCommand, stack: Stack, words: tuple[str, ...]
) -> None:
    result = heard("authors", "value", *words)

    assert (result.exit_code, "VALUE" in result.stderr) == (2, True)
    assert stack.cases.vault.author_record(author_id("acme", "standard", "cus-77")).value is None


def test_texts_of_an_erased_author_are_unreadable_and_the_log_stays(
    heard: HeardCommand, stack: Stack, author: str
) -> None:
    review = stack.cases.open_follow_ups("acme", limit=1)[0][0].reviews[0]
    assert COMPLAINT in str(stack.cases.revision(stack.cases.case(review).case.review))
    result = heard.run_ok("authors", "erase", author, *AT, stdin="y\n")

    assert "Erasure of aut_" in result.stdout
    assert "1 reviews with 1 texts" not in result.stdout
    assert "1 review with 1 text" in result.stdout
    assert "Standard Webhooks itself shows or stores" in result.stdout
    later = Stack(StackOptions())  # the first one may cache the key for some seconds
    with pytest.raises(Erased):
        later.cases.revision(stack.cases.case(review).case.review)
    assert [outcome.kind for outcome in stack.log.of_review(review)] == [
        "accepted",
        "follow_up_opened",
        "texts_erased",
    ]
    assert heard.run_ok("audit", "verify", "--business", "acme").exit_code == 0
    assert heard.run_ok("authors", "show", author, *AT).stdout.count("erased") == 1


def test_a_restored_backup_is_erased_again(heard: HeardCommand, stack: Stack, author: str) -> None:
    id = author_id("acme", "standard", author)
    nothing = heard.run_ok("authors", "erase-again", "--business", "acme")
    assert "nothing to erase" in nothing.stdout + nothing.stderr
    table: Any = {"TableName": stack.outputs["CasesTableName"]}
    backup = stack.dynamodb.scan(**table)["Items"]
    heard.run_ok("authors", "erase", author, *AT, "--yes")
    for item in backup:
        stack.dynamodb.put_item(**table, Item=item)
    # Both tables are restored to the same second.
    (review,) = stack.cases.reviews_of_author(id)
    last: Any = {"review": {"S": review}, "sequence": {"N": "3"}}
    stack.dynamodb.delete_item(TableName=stack.outputs["OutcomesTableName"], Key=last)
    later = Stack(StackOptions())
    assert later.cases.vault.author_record(id).has_key

    (report,) = heard.run_ok("authors", "erase-again", "--business", "acme", "--json").json
    assert (report["author"], report["erased"], len(report["reviews"])) == (id, True, 1)
    assert not Stack(StackOptions()).cases.vault.author_record(id).has_key


def test_reviews_of_an_older_release_are_listed(
    heard: HeardCommand, stack: Stack, author: str
) -> None:
    id = author_id("acme", "standard", author)
    (review,) = stack.cases.reviews_of_author(id)
    stack.cases.unlist_review(id, review)

    assert heard.run_ok("authors", "backfill", "--json").json == {"reviews": 1}
    assert stack.cases.reviews_of_author(id) == [review]
    assert "1 review listed" in heard.run_ok("authors", "backfill").stdout


def test_a_person_gets_all_that_is_stored_of_them(
    heard: HeardCommand, stack: Stack, author: str, tmp_path: Path
) -> None:
    (review,) = stack.cases.reviews_of_author(author_id("acme", "standard", author))
    case = stack.cases.case(review).case
    assert case.follow_up
    stack.cases.put_note(case.follow_up.id, "sub/1", case.review.author, {"note": "He is <right>"})
    output = tmp_path / "person.zip"
    words = ("authors", "export", author, *AT, "-o", str(output))
    assert heard.run_ok(*words, "--json").json["reviews"] == 1
    with zipfile.ZipFile(output) as archive:
        document = json.loads(archive.read("person.json"))
        page = archive.read("person.html").decode()

    (entry,) = document["reviews"]
    assert (output.stat().st_mode & 0o777, entry["id"]) == (0o600, review)
    assert entry["revisions"][0]["event"]["text"] == COMPLAINT
    assert entry["revisions"][0]["assessment"]["reasons"]
    assert [event["what"] for event in entry["what_happened"]] == ["accepted", "follow_up_opened"]
    assert "He is" not in page
    assert "withheld" in entry["notes"]
    assert COMPLAINT in unescape(page)
    refused = heard(*words)
    assert (refused.exit_code, "exists already" in refused.stderr) == (1, True)
    output.unlink()
    heard.run_ok(*words, "--with-notes")
    with zipfile.ZipFile(output) as archive:
        assert "He is &lt;right&gt;" in archive.read("person.html").decode()


def test_an_export_names_the_unread_requests_that_mention_the_author(
    heard: HeardCommand, stack: Stack, author: str, tmp_path: Path
) -> None:
    for id, body in (("dlv-q", b'{"author": "cus-77"}'), ("dlv-other", b'{"author": "cus-9"}')):
        stack.quarantine.keep(
            QuarantinedDelivery(
                id, "acme", "con_1", "standard", format_time(clock.now()), "why", "POST", "", body
            )
        )
    output = tmp_path / "person.zip"
    heard.run_ok("authors", "export", author, *AT, "-o", str(output))
    with zipfile.ZipFile(output) as archive:
        document = json.loads(archive.read("person.json"))
        page = archive.read("person.html").decode()

    assert [entry["id"] for entry in document["unread_requests"]] == ["dlv-q"]
    assert "dlv-q" in page
    assert document["recipients"] == ["acme", "Amazon Web Services (storage)"]


def test_an_erased_person_gets_what_happened_and_no_words(
    heard: HeardCommand, stack: Stack, author: str, tmp_path: Path
) -> None:
    heard.run_ok("authors", "erase", author, *AT, "--yes")
    output = tmp_path / "person.zip"
    result = heard.run_ok("authors", "export", author, *AT, "-o", str(output))

    assert "0 reviews written" in result.stdout
    assert "Their data was erased at" in result.stderr
    with zipfile.ZipFile(output) as archive:
        assert COMPLAINT not in archive.read("person.json").decode()


def test_nothing_is_erased_without_confirmation_or_yes_option(
    heard: HeardCommand, stack: Stack, author: str
) -> None:
    refused = heard("authors", "erase", author, *AT, stdin="n\n")

    assert (refused.exit_code, "Nothing was erased" in refused.stderr) == (1, True)
    assert heard.run_ok("authors", "erase", author, *AT, "--yes", "--json").json["erased"] is True
    again = heard.run_ok("authors", "erase", author, *AT, "--yes", "--json")
    assert (again.json["erased"], "Nothing is stored" in again.stderr) == (False, True)


def test_an_author_with_an_e_mail_address_as_id_is_found_by_it(
    heard: HeardCommand, stack: Stack
) -> None:
    known = author_id("acme", "postmark", author_id_from_email("zoe@shop.example"))
    words = ("--business", "acme", "--platform", "postmark", "--email")

    assert heard.run_ok("authors", "value", "Zoe@Shop.example", "9", *words, "--json").json == {
        "author": known,
        "value": 9,
    }
    assert heard("authors", "show", "zoe", *words).exit_code == 2


@pytest.mark.parametrize(("place", "code"), [(("acme", "nowhere"), 2), (("nobody", "standard"), 1)])
def test_an_unknown_business_or_platform_is_refused(
    heard: HeardCommand, stack: Stack, place: tuple[str, str], code: int
) -> None:
    for words in (("show", "cus-77"), ("value", "cus-77", "5"), ("erase", "cus-77", "--yes")):
        assert (
            heard("authors", *words, "--business", place[0], "--platform", place[1]).exit_code
            == code
        )


def test_an_unknown_author_is_shown_as_unknown(heard: HeardCommand, stack: Stack) -> None:
    result = heard.run_ok(
        "authors", "show", "nobody", "--business", "acme", "--platform", "standard"
    )

    assert "Nothing is stored for" in result.stderr
