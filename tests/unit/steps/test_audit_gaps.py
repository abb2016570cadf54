"""The gaps of a business: what they name, how much they read, and of whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard.clock import format_time
from heard.errors import Forbidden, NotFound
from heard.outcomes import Fact, Kind, OutcomeSubject, chain_facts
from heard.policy import default_policy
from heard.reviews import EventKind, review_id
from heard.steps.audit_gaps import DAYS, GapPorts, find_gaps
from heard.steps.audit_people import list_people
from heard.steps.audit_policies import find_policy
from heard.steps.caller import Caller
from heard.storage import outcome_log
from heard.storage.outcome_log import MAX_QUERIES, append_writes
from heard.storage.policies import Policies
from heard.storage.sweep_index import SWEEP_SHARDS
from tests.unit.backend import (
    BUSINESS,
    OTHER_BUSINESS,
    PRAISE,
    Backend,
    InterceptedClient,
    complaint,
    review_event,
)


@pytest.fixture
def ida(backend: Backend) -> Caller:
    return backend.add_person("Ida", "auditor")


def gaps(backend: Backend, caller: Caller, business: str = BUSINESS) -> dict[str, Any]:
    ports = GapPorts(backend.cases, backend.outcome_log, backend.setup_store)
    return find_gaps(caller, business, ports, backend.clock())


def test_where_nothing_is_missing_nothing_is_named(backend: Backend, ida: Caller) -> None:
    backend.deliver(complaint("r-1"))
    backend.connect("standard")
    backend.deliver(complaint("r-2", kind=EventKind.EDITED, revision=2))
    found = gaps(backend, ida)

    assert found["unowned"] == {"complete": True, "reviews": []}
    assert found["overdue"] == {"complete": True, "follow_ups": []}
    assert found["closed_twice"] == []
    assert found["silent"] == []
    assert found["log"] == {"complete": True, "days": DAYS, "first_day": "2026-03-04"}


def test_what_is_late_is_named_with_its_review(backend: Backend, ida: Caller) -> None:
    review = backend.deliver(complaint("r-1"))
    (follow_up,) = backend.open_follow_ups()
    backend.clock.advance(days=3)
    (late,) = gaps(backend, ida)["overdue"]["follow_ups"]

    assert (late["follow_up"], late["review"]) == (follow_up.id, review)
    assert late["due_at"] == backend.open_follow_ups()[0].due_at < format_time(backend.clock())
    assert late["reviews_count"] == 1


def test_a_review_in_nobodys_hands_is_named_in_its_own_business_alone(
    backend: Backend, ida: Caller
) -> None:
    backend.connect("standard")
    lost = review_id(BUSINESS, "standard", "r-1")
    # Its acknowledgement is decided, and nobody sends it.
    backend.triage(backend.queue_message(review_event("r-1", PRAISE, 5)))
    assert gaps(backend, ida)["unowned"]["reviews"] == []
    backend.clock.advance(minutes=16)
    (named,) = gaps(backend, ida)["unowned"]["reviews"]

    assert named["review"] == lost
    oda = backend.add_person("Oda", "auditor", business=OTHER_BUSINESS)
    assert gaps(backend, oda, OTHER_BUSINESS)["unowned"]["reviews"] == []


def test_a_review_that_was_closed_twice_is_named(backend: Backend, ida: Caller) -> None:
    review = backend.deliver(complaint("r-1"))
    last = backend.outcome_log.of_review(review)[-1]
    subject = OutcomeSubject(review, BUSINESS, last.platform, last.channel, last.severity)
    facts = [Fact(Kind.ANSWERED), Fact(Kind.EXPIRED)]
    links = chain_facts(
        subject,
        facts,
        sequence=last.sequence,
        head=last.hash,
        at=backend.clock(),
        actor="heard",
        delivery=None,
    )
    backend.plain_dynamodb.transact_write_items(
        TransactItems=append_writes(backend.tables["OutcomesTable"], links)
    )
    (twice,) = gaps(backend, ida)["closed_twice"]

    assert twice["review"] == review
    assert (twice["first"]["kind"], twice["second"]["kind"]) == ("answered", "expired")


def test_a_platform_that_stopped_speaking_is_named(backend: Backend, ida: Caller) -> None:
    backend.connect("standard")
    backend.connect("feedback_form")
    for number in range(5):
        backend.deliver(complaint(f"r-{number}"))
        backend.clock.advance(hours=5)
    backend.clock.advance(hours=30)
    by_platform = {each["platform"]: each for each in gaps(backend, ida)["silent"]}

    assert by_platform["standard"]["arrivals"] == 5
    assert by_platform["standard"]["longest_gap_s"] == 5 * 3600
    assert by_platform["feedback_form"]["last_at"] is None


def test_what_is_read_is_bounded_and_what_was_not_read_is_said(
    backend: Backend, ida: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.connect("standard")
    for number in range(3):
        backend.deliver(complaint(f"r-{number}"))
    calls: list[str] = []
    backend.dynamodb = InterceptedClient(backend.plain_dynamodb, calls.append)
    assert gaps(backend, ida)["log"]["complete"]
    # The index of the sweep, what is late, and four for each day of the log.
    assert calls.count("query") == SWEEP_SHARDS + 1 + 4 * DAYS
    assert 4 * DAYS <= MAX_QUERIES

    monkeypatch.setattr(outcome_log, "MAX_QUERIES", 6)
    calls.clear()
    log = gaps(backend, ida)["log"]
    assert log == {"complete": False, "days": 1, "first_day": "2026-03-17"}
    assert calls.count("query") == SWEEP_SHARDS + 1 + 6
    monkeypatch.setattr(outcome_log, "MAX_QUERIES", 3)
    assert gaps(backend, ida)["log"] == {"complete": False, "days": 0, "first_day": None}
    assert gaps(backend, ida)["silent"] == []


def ask_each(backend: Backend, caller: Caller, business: str) -> list[Any]:
    policies = Policies(backend.dynamodb, backend.tables["SetupTable"])
    hash = default_policy().hash
    return [
        lambda: gaps(backend, caller, business),
        lambda: list_people(caller, business, backend.people),
        lambda: find_policy(caller, business, hash, policies, backend.setup_store),
    ]


def test_of_another_business_nothing_is_read(backend: Backend, ida: Caller) -> None:
    ana = backend.add_person("Ana")
    calls: list[str] = []
    backend.dynamodb = InterceptedClient(backend.plain_dynamodb, calls.append)
    for ask in ask_each(backend, ida, OTHER_BUSINESS):
        with pytest.raises(NotFound):
            ask()
    for ask in ask_each(backend, ana, BUSINESS):
        with pytest.raises(Forbidden):
            ask()

    assert calls == []


def test_an_auditor_reads_who_the_people_are(backend: Backend, ida: Caller) -> None:
    backend.add_person("Ana")
    backend.add_person("Eve", business=OTHER_BUSINESS)
    people = list_people(ida, BUSINESS, backend.people)

    assert people == {
        "people": [
            {"subject": "sub-ana", "name": "Ana", "roles": ["agent"]},
            {"subject": "sub-ida", "name": "Ida", "roles": ["auditor"]},
        ],
        "complete": True,
    }


def test_an_outcomes_policy_is_found_by_its_hash(backend: Backend, ida: Caller) -> None:
    policies = Policies(backend.plain_dynamodb, backend.tables["SetupTable"])

    def find(hash: str) -> dict[str, Any]:
        return find_policy(ida, BUSINESS, hash, policies, backend.setup_store)

    unpublished = find(default_policy().hash)
    assert unpublished["number"] is None
    assert unpublished["document"]["rules"]
    version = policies.publish(
        BUSINESS,
        {"contacts": ["@bakery.example"]},
        source="contacts: ['@bakery.example']\n",
        published_by="Lee",
        now=backend.clock(),
    )
    assert version is not None
    published = find(version.hash)
    assert (published["number"], published["published_by"]) == (2, "Lee")
    assert published["source"].startswith("contacts:")
    assert published["document"]["contacts"] == ["@bakery.example"]
    # What was followed before is a version now.
    assert find(default_policy().hash)["number"] == 1
    with pytest.raises(NotFound):
        find("0" * 64)


def test_old_policies_are_not_looked_for_without_end(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = Policies(backend.plain_dynamodb, backend.tables["SetupTable"])
    for number in range(8):
        policies.publish(
            BUSINESS,
            {"contacts": [f"@bakery-{number}.example"]},
            source="# " + "x" * 300_000,
            published_by="Lee",
            now=backend.clock() + timedelta(minutes=number),
        )
    first = policies.version(BUSINESS, 1)
    assert first is not None
    assert policies.with_hash(BUSINESS, first.hash) == first
    # Some megabyte, and no more.
    monkeypatch.setattr("heard.storage.policies.MAX_PAGES", 1)

    assert policies.with_hash(BUSINESS, first.hash) is None
