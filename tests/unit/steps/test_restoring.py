"""What a backup gives back: all that was lost, and nothing that came or went since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from heard.clock import format_time
from heard.follow_ups import Action
from heard.outcomes import Kind
from heard.reviews import EventKind, author_id, review_id
from heard.steps.consistency import ConsistencyPorts, Disagreement, find_disagreements
from heard.steps.erasing import DataSubject, erase, erase_again
from heard.steps.restoring import RestorePorts, RestoreReport, Verdict, put_back
from heard.storage.backups import OUTCOME_KEY, BackupTable, WholeTables
from heard.storage.erasures import Erasures
from heard.storage.quarantine import QuarantinedDelivery
from tests.unit.backend import BUSINESS, Backend, complaint, praise, review_event
from tests.unit.steps.canaries import accept_reply, deliver, resolve

TABLES = {"SetupTable": ("pk", "sk"), "CasesTable": ("pk", "sk"), "OutcomesTable": OUTCOME_KEY}
NEWS = "The staff were rude to my mother, and the bread was full of mould. I want my money back."
_numbers = count(1)


class Restore:
    """A backup of a business at one moment, and the commands of an operator."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        name = f"copy-{next(_numbers)}"
        setup, cases, outcomes = (
            BackupTable(backend.plain_dynamodb, table, f"{table}-{name}", TABLES[logical])
            for logical, table in backend.tables.items()
            if logical in TABLES
        )
        self.copies = (setup, cases, outcomes)
        for copy in self.copies:
            assert copy.begin(None)
            assert not copy.begin(None)
            assert copy.status() == "ACTIVE"

    def put_back(self, **options: bool) -> RestoreReport:
        backend = self.backend
        erasures = Erasures(backend.dynamodb, backend.tables["SetupTable"])
        ports = RestorePorts(*self.copies, backend.cases, backend.outcome_log, erasures)
        return put_back(ports, backend.clock(), **options)


def problems(backend: Backend) -> list[Disagreement]:
    tables = backend.tables
    ports = ConsistencyPorts(
        WholeTables(backend.dynamodb, tables["CasesTable"], tables["OutcomesTable"]),
        backend.cases,
        backend.outcome_log,
        backend.setup_store,
        backend.polls,
        Erasures(backend.dynamodb, tables["SetupTable"]),
        backend.ingest_ports.quarantine,
    )
    return list(find_disagreements(ports))


def erase_author(backend: Backend, native_author: str) -> None:
    author = author_id(BUSINESS, "standard", native_author)
    erase(
        DataSubject(BUSINESS, author, (native_author,)),
        backend.erasure_ports,
        backend.clock(),
        actor="op",
    )


def stored(backend: Backend) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (table, str(item[pk]), str(item[sk])): item
        for table, (pk, sk) in TABLES.items()
        for item in backend.stored_items(table)
    }


def lose(backend: Backend, item: Mapping[str, Any], table: str) -> None:
    pk, sk = TABLES[table]
    sort = {"N": str(item[sk])} if table == "OutcomesTable" else {"S": item[sk]}
    backend.plain_dynamodb.delete_item(
        TableName=backend.tables[table], Key={pk: {"S": item[pk]}, sk: sort}
    )


def open_shop(backend: Backend) -> None:
    """A business before the backup: thanked, answered, waiting, in one thread, in quarantine."""
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.connect("google_play")
    backend.http = accept_reply
    for number, event in enumerate(
        (
            praise("r-praise", author="cus-1"),
            complaint("r-answered", author="cus-2"),
            complaint("r-waiting", author="cus-3"),
            complaint("r-erased-later", author="cus-4"),
            complaint("r-edited-later", author="cus-5"),
            review_event("r-thread-a", "It was closed. Where can I complain?", 1, thread="t-1"),
            review_event("r-thread-b", NEWS, 1, thread="t-1", author="cus-6"),
        )
    ):
        backend.clock.advance(minutes=number)
        deliver(backend, event)
    answer = {"text": "We are sorry, Zelda.", "fix": "refunded", "root_cause": "double-charge"}
    resolve(backend, review_id(BUSINESS, "standard", "r-answered"), Action.REPLY, **answer)
    backend.run_workflows()
    backend.ingest_ports.quarantine.keep(
        QuarantinedDelivery(
            *("dlv-1", BUSINESS, "con-1", "standard", format_time(backend.clock())),
            *("why", "POST", "", b"words"),
        )
    )


@pytest.fixture(scope="module")
def day(module_backend: Backend) -> tuple[Restore, Callable[[], None], datetime]:
    """The backup with what came and went after it, how to go back to that, and its time."""
    shop = module_backend.reset()
    open_shop(shop)
    restore = Restore(shop)
    shop.clock.advance(hours=1)
    deliver(shop, praise("r-new", author="cus-7"))
    edit = review_event(
        *("r-edited-later", NEWS, 1),
        kind=EventKind.EDITED,
        revision=2,
        author="cus-5",
        occurred_at=shop.clock(),
    )
    deliver(shop, edit)
    erase_author(shop, "cus-4")
    (entry,) = shop.ingest_ports.quarantine.of_business(BUSINESS)
    shop.ingest_ports.quarantine.remove(entry)
    assert problems(shop) == []
    return restore, shop.snapshot(), shop.clock()


@pytest.fixture
def since(day: tuple[Restore, Callable[[], None], datetime]) -> Restore:
    """The same day for each test."""
    restore, go_back, at = day
    go_back()
    restore.backend.clock.now = at
    return restore


def test_what_came_and_went_since_stays_as_it_is(since: Restore) -> None:
    before = stored(since.backend)

    report = since.put_back(repair=True)

    assert stored(since.backend) == before
    assert report.behind == {}
    assert report.damaged == []


def test_each_lost_item_comes_back_or_is_reported(since: Restore) -> None:
    backend = since.backend
    before = stored(backend)
    changed_since = {
        review_id(BUSINESS, "standard", name) for name in ("r-edited-later", "r-erased-later")
    }
    come_back = 0
    for (table, _, _), item in before.items():
        if table == "SetupTable":
            continue
        lose(backend, item, table)
        report = since.put_back()
        after = stored(backend)
        key = (table, *(str(item[name]) for name in TABLES[table]))
        others = {name: value for name, value in after.items() if name != key}
        assert others == {name: value for name, value in before.items() if name != key}
        if after.get(key) == item:
            come_back += 1
        elif key in after:
            # What only counts may be older. Its key is the same.
            assert key[2] in {"AUTHOR", "LAST_VARIANT"}
            assert after[key].get("key") == item.get("key")
        else:
            # It is newer than the backup, or its review is.
            restored = [pair.restored for copy in since.copies for pair in copy.differences()]
            is_old = any(all(item[k] == one.get(k) for k in TABLES[table]) for one in restored)
            is_tombstone = "erased_at" in item  # another test
            assert is_tombstone or not is_old or report.behind.keys() & changed_since, item
        backend.plain_dynamodb.put_item(TableName=backend.tables[table], Item=_attributes(item))
    assert come_back > len(before) / 2


def test_a_lost_table_comes_back_and_what_is_newer_is_named(since: Restore) -> None:
    backend = since.backend
    before = stored(backend)
    for (table, _, _), item in before.items():
        if table != "SetupTable":
            lose(backend, item, table)

    report = since.put_back()

    # Their outcomes of since are lost too, so the backup is all that anybody knows of them.
    assert report.behind == {}
    erased = review_id(BUSINESS, "standard", "r-erased-later")
    assert {(problem.check, problem.id) for problem in problems(backend)} == {
        ("erasure", author_id(BUSINESS, "standard", "cus-4")),
        ("texts", erased),
    }
    erase_again(BUSINESS, backend.erasure_ports, backend.clock(), actor="op")
    assert problems(backend) == []
    assert backend.kinds(erased)[-1] is Kind.TEXTS_ERASED
    assert {key for key in before if "fup_" in key[1]} <= stored(backend).keys()


def test_a_review_that_went_on_is_not_put_back_to_an_old_state(since: Restore) -> None:
    backend = since.backend
    edited = review_id(BUSINESS, "standard", "r-edited-later")
    item = stored(backend)["CasesTable", edited.removeprefix("rev_"), "STATE"]
    lose(backend, item, "CasesTable")

    report = since.put_back()

    (last,) = (outcome.at for outcome in backend.outcome_log.of_review(edited)[-1:])
    assert report.behind == {edited: last}
    assert [problem.id for problem in problems(backend) if problem.check == "log"] == [edited]


def test_a_later_backup_has_it(since: Restore) -> None:
    backend = since.backend
    later = Restore(backend)
    before = stored(backend)
    edited = review_id(BUSINESS, "standard", "r-edited-later")
    lose(backend, before["CasesTable", edited.removeprefix("rev_"), "STATE"], "CasesTable")

    assert later.put_back().behind == {}
    assert stored(backend) == before


def test_the_sweep_goes_on_with_what_came_back(since: Restore) -> None:
    backend = since.backend
    waiting = backend.case(review_id(BUSINESS, "standard", "r-waiting")).follow_up
    assert waiting is not None
    before = stored(backend)
    for sk in ("FOLLOW_UP", "TOKEN"):
        lose(backend, before["CasesTable", waiting.id, sk], "CasesTable")
    backend.step_functions.executions.clear()
    assert problems(backend) != []

    since.put_back()

    assert problems(backend) == []
    backend.clock.advance(days=3)
    assert backend.sweep().restarted
    backend.process_queue()
    assert any(name.startswith(waiting.id) for name in backend.step_functions.executions)


@pytest.mark.parametrize("repair", [False, True])
def test_what_does_not_fit_its_chain_is_replaced_only_on_request(
    since: Restore, *, repair: bool
) -> None:
    backend = since.backend
    before = stored(backend)
    review = review_id(BUSINESS, "standard", "r-answered")
    outcome = before["OutcomesTable", review, "1"]
    state = before["CasesTable", review.removeprefix("rev_"), "STATE"]
    for table, damaged in (
        ("OutcomesTable", {**outcome, "severity": "praise"}),
        ("CasesTable", {**state, "review": {**state["review"], "closing_kind": "ignored"}}),
    ):
        backend.plain_dynamodb.put_item(TableName=backend.tables[table], Item=_attributes(damaged))
    assert {problem.check for problem in problems(backend)} == {"log"}

    report = since.put_back(repair=repair)

    assert review in report.damaged
    assert (stored(backend) == before) is repair


def test_an_erased_author_never_comes_back(since: Restore) -> None:
    """Not even when the tombstone is lost too."""
    backend = since.backend
    author = author_id(BUSINESS, "standard", "cus-4")
    lose(backend, stored(backend)["CasesTable", author, "AUTHOR"], "CasesTable")

    since.put_back()

    assert not backend.cases.vault.has_key(author)
    assert [problem.check for problem in problems(backend)] == ["erasure"]
    assert backend.kinds(review_id(BUSINESS, "standard", "r-erased-later"))[-1] in {
        Kind.TEXTS_ERASED
    }


def test_a_connection_that_was_removed_comes_back_only_on_request(since: Restore) -> None:
    backend = since.backend
    connection = backend.connections["google_play"].id
    backend.setup_store.remove_connection(connection)

    report = since.put_back()
    assert any(connection in item for item in report.removed)
    assert backend.setup_store.connection(connection) is None

    since.put_back(with_setup=True)
    assert backend.setup_store.connection(connection) is not None
    assert backend.polls.state(connection) is not None


def test_somebody_who_was_removed_since_is_in_no_repair_lists(since: Restore) -> None:
    people = since.backend.people
    before = people.colleagues(BUSINESS).people
    assert before
    for each in before:
        since.backend.store_person(each.subject.removeprefix("sub-"), {})

    report = since.put_back(with_setup=True)
    assert report.counts["setup"][Verdict.APART] == len(before)
    assert people.colleagues(BUSINESS).people == ()
    assert people.wrongly_listed() == []


def test_a_comparison_writes_nothing(since: Restore) -> None:
    backend = since.backend
    waiting = review_id(BUSINESS, "standard", "r-waiting").removeprefix("rev_")
    lose(backend, stored(backend)["CasesTable", waiting, "STATE"], "CasesTable")
    before = stored(backend)

    planned = since.put_back(write=False)

    assert stored(backend) == before
    assert planned.to_json() == since.put_back().to_json()
    assert stored(backend) != before


def test_the_copies_are_removed(since: Restore) -> None:
    copies = Restore(since.backend).copies

    assert [copy.remove() for copy in copies] == [True] * 3
    assert [copy.remove() for copy in copies] == [False] * 3
    assert copies[0].status() == ""


def _attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    from heard.storage.tables import attributes

    return dict(attributes(item))
