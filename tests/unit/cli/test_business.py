from __future__ import annotations

from datetime import UTC, datetime, timedelta

from heard import clock
from heard.connectors import Connection
from heard.policy import default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.setup import Business
from heard_cli.stack import Stack
from tests.unit.cli.conftest import Heard


def test_adding_and_showing(heard: Heard, stack: Stack) -> None:
    heard.well("business", "add", "cafe-2", "--name", "Café Nº 2")

    shown = heard.well("business", "show", "cafe-2", "--json").json

    assert (shown["id"], shown["name"], shown["connections"], shown["policy"]["own"]) == (
        "cafe-2",
        "Café Nº 2",
        0,
        False,
    )
    assert shown["policy"]["hash"] == default_policy().hash
    assert "Café Nº 2" in heard.well("business", "show", "cafe-2").out


def test_a_new_name_reaches_the_connections_and_keeps_the_policy(
    heard: Heard, stack: Stack
) -> None:
    stack.setup.put_business(Business("acme", "Acme Bakery", {"name": "ours"}))
    id = heard.well("connect", "add", "feedback_form", "--business", "acme", "--json").json["id"]

    heard.well("business", "add", "acme", "--name", "Acme & Daughters")

    connection = stack.setup.connection(id)
    assert connection
    assert connection.business_name == "Acme & Daughters"
    assert (stack.business("acme").name, stack.business("acme").policy) == (
        "Acme & Daughters",
        {"name": "ours"},
    )
    assert heard.well("business", "show", "acme", "--json").json["policy"]["name"] == "ours"


def test_ids_are_plain(heard: Heard, stack: Stack) -> None:
    for id in ("Acme", "a#b", "-a", "a b", ""):
        assert heard("business", "add", id, "--name", "x").code == 2
    said = heard("business", "show", "nobody")
    assert (said.code, "heard business add nobody" in said.err) == (1, True)


def test_follow_ups_are_listed_by_due_time(heard: Heard, stack: Stack) -> None:
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
        message = Message(
            f"dlv_{native}",
            event,
            connection="con_1",
            business="acme",
            platform="standard",
            channel=Channel.REVIEW_SITE,
        )
        triage(
            message,
            Ports(stack.setup, stack.work),
            Reach(stack.secrets, lambda *_, **__: None),
            clock.now() - timedelta(days=days),
        )  # type: ignore[arg-type,return-value]

    listed = heard.well("follow-ups", "list", "--business", "acme", "--json").json

    assert [each["due_at"] for each in listed] == sorted(each["due_at"] for each in listed)
    assert len(listed) == 3
    now = clock.stamp(datetime.now(UTC))
    assert [each["overdue"] for each in listed] == [each["due_at"] < now for each in listed]
    assert listed[0]["overdue"]
    table = heard.well("follow-ups", "list", "--business", "acme", "--limit", "2")
    assert (listed[0]["id"] in table.out, listed[2]["id"] in table.out, "overdue" in table.out) == (
        True,
        False,
        True,
    )
    assert "more than 2" in table.err
