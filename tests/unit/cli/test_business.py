from __future__ import annotations

from datetime import UTC, datetime, timedelta

from heard import clock
from heard.connectors import Connection
from heard.policy import default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.setup import Business
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand


def test_adding_and_showing(heard: HeardCommand, stack: Stack) -> None:
    heard.run_ok("business", "add", "cafe-2", "--name", "Café Nº 2")

    details = heard.run_ok("business", "show", "cafe-2", "--json").json

    assert (details["id"], details["name"], details["connections"], details["policy"]["own"]) == (
        "cafe-2",
        "Café Nº 2",
        0,
        False,
    )
    assert details["policy"]["hash"] == default_policy().hash
    assert "Café Nº 2" in heard.run_ok("business", "show", "cafe-2").stdout


def test_all_businesses_can_be_listed(heard: HeardCommand, stack: Stack) -> None:
    heard.run_ok("business", "add", "cafe-2", "--name", "Café Nº 2")
    heard.run_ok("connect", "add", "feedback_form", "--business", "acme")

    assert stack.setup.businesses() == ["acme", "cafe-2"]


def test_a_new_name_reaches_the_connections_and_keeps_the_policy(
    heard: HeardCommand, stack: Stack
) -> None:
    stack.setup.put_business(Business("acme", "Acme Bakery", {"name": "ours"}))
    id = heard.run_ok("connect", "add", "feedback_form", "--business", "acme", "--json").json["id"]

    heard.run_ok("business", "add", "acme", "--name", "Acme & Daughters")

    connection = stack.setup.connection(id)
    assert connection
    assert connection.business_name == "Acme & Daughters"
    assert (stack.business("acme").name, stack.business("acme").policy) == (
        "Acme & Daughters",
        {"name": "ours"},
    )
    assert heard.run_ok("business", "show", "acme", "--json").json["policy"]["name"] == "ours"


def test_places_are_added_changed_listed_and_removed(heard: HeardCommand, stack: Stack) -> None:
    id = heard.run_ok("connect", "add", "feedback_form", "--business", "acme", "--json").json["id"]
    add = ("business", "places", "add", "acme")
    airport = (*add, "airport", "--name", "Acme Airport", "--connection", id)

    assert "outcomes say unknown" in heard.run_ok("business", "places", "list", "acme").stderr
    assert "Added airport" in heard.run_ok(*airport).stdout
    heard.run_ok(*add, "mitte", "--name", "Acme", "--subject", "Mitte*", "--subject", "loc-17")
    changed = (*add, "mitte", "--name", "Acme Mitte", "--subject", "Mitte*")
    assert "Changed mitte" in heard.run_ok(*changed).stdout
    heard.run_ok("business", "add", "acme", "--name", "Acme & Daughters")

    assert heard.run_ok("business", "places", "list", "acme", "--json").json == [
        {"code": "airport", "name": "Acme Airport", "connections": [id], "subjects": []},
        {"code": "mitte", "name": "Acme Mitte", "connections": [], "subjects": ["Mitte*"]},
    ]
    assert "Acme Mitte" in heard.run_ok("business", "places", "list", "acme").stdout
    assert heard.run_ok("business", "show", "acme", "--json").json["places"] == ["airport", "mitte"]
    heard.run_ok("business", "places", "remove", "acme", "airport")
    heard.run_ok("business", "places", "remove", "acme", "mitte")
    assert stack.business("acme").places == ()


def test_a_place_that_cannot_be_is_refused_with_the_fix(heard: HeardCommand, stack: Stack) -> None:
    add = ("business", "places", "add", "acme")
    heard.run_ok(*add, "mitte", "--name", "Mitte", "--subject", "Mitte*")
    refused = [
        ((*add, "Mitte 2", "--name", "x", "--subject", "x"), 2, "small letters"),
        ((*add, "unknown", "--name", "x", "--subject", "x"), 2, "is not unknown"),
        ((*add, "other", "--name", "x"), 2, "needs a connection or a subject"),
        ((*add, "other", "--name", "x", "--subject", "MITTE*"), 2, "belongs to mitte already"),
        (
            (*add, "other", "--name", "x", "--connection", "con_1"),
            1,
            "connect list --business acme",
        ),
        (("business", "places", "remove", "acme", "other"), 1, "business places list acme"),
        (("business", "places", "list", "nobody"), 1, "business list"),
    ]

    for arguments, exit_code, advice in refused:
        result = heard(*arguments)
        assert result.exit_code == exit_code
        assert advice in " ".join(result.stderr.replace("│", " ").split())
    assert [place.code for place in stack.business("acme").places] == ["mitte"]


def test_ids_take_lower_case_letters_digits_and_hyphens(heard: HeardCommand, stack: Stack) -> None:
    for id in ("Acme", "a#b", "-a", "a b", ""):
        assert heard("business", "add", id, "--name", "x").exit_code == 2
    result = heard("business", "show", "nobody")
    assert (result.exit_code, "heard business list" in result.stderr) == (1, True)


def test_businesses_are_listed_and_a_typo_names_the_one_that_looks_alike(
    heard: HeardCommand, stack: Stack
) -> None:
    heard.run_ok("business", "add", "bakery", "--name", "Blue Door Bakery")

    assert heard.run_ok("business", "list", "--json").json == [
        {"id": "acme", "name": "Acme Bakery"},
        {"id": "bakery", "name": "Blue Door Bakery"},
    ]
    assert "Blue Door Bakery" in heard.run_ok("business", "list").stdout
    for id in ("bakry", "", "../x"):
        result = heard("reviews", "list", "--business", id)
        assert (result.exit_code, "heard business list" in result.stderr) == (1, True)
        assert ("Did you mean bakery?" in result.stderr) is (id == "bakry")


def test_without_businesses_the_list_says_how_to_add_one(heard: HeardCommand, stack: Stack) -> None:
    stack.dynamodb.delete_item(
        TableName=stack.outputs["SetupTableName"],
        Key={"pk": {"S": "BUSINESS#acme"}, "sk": {"S": "PROFILE"}},
    )

    assert "heard business add BUSINESS" in heard.run_ok("business", "list").stderr
    assert "heard business add BUSINESS" in heard("business", "show", "acme").stderr


def test_follow_ups_are_listed_by_due_time(heard: HeardCommand, stack: Stack) -> None:
    stack.setup.put_connection(
        Connection("con_1", "acme", "standard", "https://api.example/hooks/con_1"), clock.now()
    )
    for days, native in ((1, "r1"), (10, "r2"), (5, "r3")):
        event = ReviewEvent(
            EventKind.CREATED,
            native,
            native,
            number_revision(1),
            Author(native),
            rating=1,
            text="Nobody answers. Awful.",
        )
        message = QueuedReview(
            f"dlv_{native}",
            event,
            connection="con_1",
            business="acme",
            platform="standard",
            channel=Channel.REVIEW_SITE,
        )
        triage(
            message,
            StorePorts(stack.setup, stack.cases),
            PlatformPorts(stack.secrets, lambda *_, **__: None),
            clock.now() - timedelta(days=days),
        )  # type: ignore[arg-type,return-value]

    entries = heard.run_ok("follow-ups", "list", "--business", "acme", "--json").json

    assert [entry["due_at"] for entry in entries] == sorted(entry["due_at"] for entry in entries)
    assert len(entries) == 3
    now = clock.format_time(datetime.now(UTC))
    assert [entry["overdue"] for entry in entries] == [entry["due_at"] < now for entry in entries]
    assert entries[0]["overdue"]
    table = heard.run_ok("follow-ups", "list", "--business", "acme", "--limit", "2")
    assert (
        entries[0]["id"] in table.stdout,
        entries[2]["id"] in table.stdout,
        "overdue" in table.stdout,
    ) == (
        True,
        False,
        True,
    )
    assert "more than 2" in table.stderr
