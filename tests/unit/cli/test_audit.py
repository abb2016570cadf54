from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from heard import clock
from heard.connectors import Connection
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, verify_chain
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.keys import partition_key
from heard.storage.outcome_log import append_writes
from heard.storage.setup import Business
from heard.storage.tables import attributes
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand, store_person


def receive(stack: Stack, native: str, text: str, rating: int, *, business: str = "acme") -> str:
    """Take one review to its decision; returns its id."""
    event = ReviewEvent(
        EventKind.CREATED,
        native,
        native,
        number_revision(1),
        Author("u1", "Ana"),
        rating=rating,
        text=text,
    )
    message = QueuedReview(
        f"dlv_{native}",
        event,
        connection="con_1",
        business=business,
        platform="standard",
        channel=Channel.REVIEW_SITE,
    )
    triage(
        message,
        StorePorts(stack.setup, stack.cases),
        PlatformPorts(stack.secrets, no_platform),
        clock.now(),
    )
    return review_id(business, "standard", native)


def no_platform(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing here may call a platform")


@pytest.fixture
def reviews(stack: Stack) -> list[str]:
    """Three reviews of acme; the first two go to a person."""
    for business in ("acme", "zenith"):
        stack.setup.put_business(Business(business, business.title()))
        stack.setup.put_connection(
            Connection(
                "con_1",
                business,
                "standard",
                "https://api.example/hooks/con_1",
                has_credentials=True,
            ),
            clock.now(),
        )
    texts = [
        ("r1", "I was charged twice and nobody answers me. Awful.", 1),
        ("r2", "Can I bring my dog?", 3),
        ("r3", "Lovely!", 5),
    ]
    receive(stack, "r9", "Somebody else's business.", 2, business="zenith")
    return [receive(stack, *fields) for fields in texts]


def tamper(stack: Stack, review: str, sequence: int, **changed: Any) -> None:
    """Change an outcome, which no function may do, with an administrator's credentials."""
    stack.dynamodb.update_item(
        TableName="OutcomesTable",
        Key=attributes({"review": review, "sequence": sequence}),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        ExpressionAttributeNames={f"#{name}": name for name in changed},
        ExpressionAttributeValues=attributes(
            {f":{name}": value for name, value in changed.items()}
        ),
    )


def test_it_lists_a_businesss_outcomes_newest_first(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    entries = heard.run_ok("audit", "list", "--business", "acme", "--json").json

    assert {entry["review"] for entry in entries} == set(reviews)
    assert [entry["at"] for entry in entries] == sorted(
        (entry["at"] for entry in entries), reverse=True
    )
    assert all(Outcome.from_json(entry).to_json() == entry for entry in entries)
    table = heard.run_ok("audit", "list", "--business", "acme").stdout
    assert all(review in table for review in reviews)
    assert len(table.strip().splitlines()) == 2 + len(entries), "one line for each outcome"
    assert not re.search(r"[0-9a-f]{64}", table), "hashes are for programs"


def test_the_newest_outcomes_of_a_long_period_come_first(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    newest = heard.run_ok(
        "audit", "list", "--business", "acme", "--from", "3650d", "--limit", "2", "--json"
    ).json

    every = heard.run_ok("audit", "list", "--business", "acme", "--json").json
    assert newest == every[:2]
    rest = heard.run_ok(
        "audit", "list", "--business", "acme", "--to", newest[-1]["at"], "--json"
    ).json
    assert [outcome for outcome in every if outcome["at"] < newest[-1]["at"]] == rest


def test_people_are_named_in_the_table_and_not_in_the_log(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    store_person(stack, "c0ffee00-0000-4000-8000-000000000001", "Ana")
    last = stack.log.of_review(reviews[0])[-1]
    (fact,) = chain_facts(
        OutcomeSubject(last.review, last.business, last.platform, last.channel, last.severity),
        [Fact(Kind.RESOLUTION_GIVEN, {"action": "reply"})],
        sequence=last.sequence,
        head=last.hash,
        at=clock.now(),
        actor="c0ffee00-0000-4000-8000-000000000001",
        delivery=None,
    )
    stack.dynamodb.transact_write_items(TransactItems=append_writes("OutcomesTable", [fact]))

    table = heard.run_ok("audit", "list", "--review", reviews[0]).stdout
    assert "Ana" in table
    assert "c0ffee00" not in table
    entries = heard.run_ok("audit", "list", "--review", reviews[0], "--json").json
    assert entries[-1]["actor"] == "c0ffee00-0000-4000-8000-000000000001"


def test_it_narrows_by_kind_severity_channel_and_time(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    def calls(*words: str) -> list[Any]:
        return heard.run_ok("audit", "list", "--business", "acme", "--json", *words).json

    assert {
        entry["kind"] for entry in calls("--kind", "accepted", "--kind", "follow_up_opened")
    } == {
        "accepted",
        "follow_up_opened",
    }
    assert {entry["review"] for entry in calls("--severity", "praise")} == {reviews[2]}
    assert calls("--channel", "email") == []
    assert calls("--to", "1h") == []
    assert (
        len(calls("--from", clock.format_time(clock.now() - timedelta(days=3)), "--limit", "2"))
        == 2
    )
    assert (
        "more than 2" in heard.run_ok("audit", "list", "--business", "acme", "--limit", "2").stderr
    )


def test_a_review_is_listed_by_its_id(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    entries = heard.run_ok("audit", "list", "--review", reviews[0], "--json").json

    assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
    assert heard("audit", "list", "--review", reviews[0], "--business", "zenith").exit_code == 1
    assert heard("audit", "list", "--review", "rev_nothing").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--business", "acme", "--from", "yesterday"),
        ("--business", "acme", "--from", "1h", "--to", "2h"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(
    heard: HeardCommand, stack: Stack, words: tuple[str, ...]
) -> None:
    assert heard("audit", "list", *words).exit_code == 2


def test_untouched_chains_verify(heard: HeardCommand, stack: Stack, reviews: list[str]) -> None:
    result = heard.run_ok("audit", "verify", "--business", "acme", "--json").json

    assert (result["verified"], result["reviews"], result["broken"]) == (True, 3, [])
    assert result["outcomes"] == sum(len(stack.log.of_review(review)) for review in reviews)
    assert heard.run_ok("audit", "verify", reviews[0], reviews[1], "--json").json["reviews"] == 2
    assert "Verified: 3 reviews" in heard.run_ok("audit", "verify", "--business", "acme").stdout


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "ignored"}, "content"),
        ({"previous": "0" * 64}, "follow"),
        ({"severity": "low"}, "content"),
    ],
)
def test_a_changed_outcome_is_found(
    heard: HeardCommand, stack: Stack, reviews: list[str], changed: dict[str, Any], why: str
) -> None:
    tamper(stack, reviews[1], 2, **changed)

    result = heard("audit", "verify", "--business", "acme", "--json")

    assert result.exit_code == 1
    (broken,) = result.json["broken"]
    assert (broken["review"], broken["broken_at"]) == (reviews[1], 2)
    assert why in broken["why"]
    output = heard("audit", "verify", reviews[1])
    assert (output.exit_code, "BROKEN" in output.stdout) == (1, True)


def test_a_change_with_a_valid_hash_is_found_through_the_stored_head(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    (first, last) = stack.log.of_review(reviews[1])
    subject = OutcomeSubject(last.review, last.business, last.platform, last.channel, last.severity)
    fact = Fact(Kind.IGNORED, {"reason": "spam"})
    (forged,) = chain_facts(
        subject,
        [fact],
        sequence=1,
        head=first.hash,
        at=clock.now(),
        actor="heard",
        delivery=last.delivery,
    )
    assert verify_chain(
        reviews[1], [first, forged], expected_sequence=None, expected_head=None
    ).verified
    stored_fields = {
        name: getattr(forged, name)
        for name in ("kind", "at", "actor", "detail", "previous", "hash")
    }
    tamper(stack, reviews[1], 2, **stored_fields)

    assert heard("audit", "verify", reviews[1]).exit_code == 1


def test_removed_outcomes_are_found(heard: HeardCommand, stack: Stack, reviews: list[str]) -> None:
    stack.dynamodb.delete_item(
        TableName="OutcomesTable", Key=attributes({"review": reviews[1], "sequence": 2})
    )
    assert heard("audit", "verify", "--business", "acme").exit_code == 1

    stack.dynamodb.delete_item(
        TableName="OutcomesTable", Key=attributes({"review": reviews[1], "sequence": 1})
    )
    assert heard("audit", "verify", reviews[1]).exit_code == 1
    assert heard("audit", "verify", "--business", "acme").exit_code == 1
    in_log = heard.run_ok("audit", "verify", "--business", "acme", "--log-only", "--json").json
    assert in_log["reviews"] == 2, "as --help says"


@pytest.mark.parametrize("field", ["business_day", "at_id"])
@pytest.mark.parametrize("sequences", [(1, 2), (2,)])
def test_outcomes_that_were_moved_in_the_lists_are_found(
    heard: HeardCommand, stack: Stack, reviews: list[str], field: str, sequences: tuple[int, ...]
) -> None:
    moved = {"business_day": "acme#2020-01-01#0", "at_id": "2020-01-01T00:00:00.000Z#out_1"}
    for sequence in sequences:
        tamper(stack, reviews[1], sequence, **{field: moved[field]})

    result = heard("audit", "verify", "--business", "acme", "--json")

    assert result.exit_code == 1
    (broken,) = result.json["broken"]
    assert (broken["review"], broken["broken_at"]) == (reviews[1], sequences[0])
    assert "lists" in broken["why"]
    assert heard("audit", "verify", reviews[1]).exit_code == 1


def test_a_review_without_its_state_is_found(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    key = {"pk": partition_key(reviews[1]), "sk": "STATE"}
    stack.dynamodb.delete_item(TableName="CasesTable", Key=attributes(key))

    result = heard("audit", "verify", "--business", "acme", "--json")

    assert (result.exit_code, result.json["reviews"]) == (1, 3)
    (broken,) = result.json["broken"]
    assert (broken["review"], "no state" in broken["why"]) == (reviews[1], True)


def test_what_does_not_exist_cannot_be_verified(heard: HeardCommand, stack: Stack) -> None:
    assert heard("audit", "verify", "rev_nothing").exit_code == 1
    assert heard("audit", "verify").exit_code == 2
    assert heard("audit", "verify", "rev_1", "--business", "acme").exit_code == 2
    result = heard.run_ok("audit", "verify", "--business", "acme", "--json").json
    assert (result["reviews"], result["verified"]) == (0, True)


def test_an_unknown_review_cannot_be_verified_and_the_error_says_where_ids_are(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard("audit", "verify", "rev_nonsense")

    assert result.exit_code == 1
    assert "rev_nonsense" in result.stderr
    assert "heard reviews list --business BUSINESS" in result.stderr
