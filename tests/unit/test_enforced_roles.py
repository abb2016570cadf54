"""The unit tests enforce the roles of the template: a step with a call too many fails."""

from __future__ import annotations

import pytest

from heard.storage.backups import OUTCOME_KEY, BackupTable, ItemPair
from heard.storage.case_store import CaseStore
from heard.storage.tables import attributes, values
from tests.unit import roles
from tests.unit.backend import BUSINESS, Backend, complaint

AUTHOR = "aut_" + "a" * 24


def put_as_ingest(backend: Backend, pk: str) -> None:
    """Stands for the handler of a function."""
    item = attributes({"pk": pk, "sk": "x"})
    backend.dynamodb.put_item(TableName=backend.tables["CasesTable"], Item=item)


def test_a_call_outside_of_the_role_of_its_function_fails(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_as_ingest(backend, AUTHOR)  # as a test
    steps = {(__file__, "put_as_ingest"): "IngestFunction"}
    monkeypatch.setattr(roles, "entries", lambda: steps)
    monkeypatch.setattr(roles, "is_not_a_function", lambda _: False)

    put_as_ingest(backend, f"QUARANTINE#{BUSINESS}")
    for pk in (AUTHOR, "a" * 24, "RETENTION#x"):
        with pytest.raises(roles.Denied, match="the role of IngestFunction"):
            put_as_ingest(backend, pk)


def test_what_the_policy_of_a_table_denies_fails_in_commands_too(backend: Backend) -> None:
    backend.deliver(complaint("r-1"))
    (item, *_) = backend.plain_dynamodb.scan(TableName=backend.tables["OutcomesTable"])["Items"]
    copy = BackupTable(backend.plain_dynamodb, backend.tables["OutcomesTable"], "copy", OUTCOME_KEY)
    same = ItemPair(values(item), values(item), item)

    assert copy.put_back(same)
    with pytest.raises(roles.Denied, match="the policy of OutcomesTable denies"):
        CaseStore(backend.plain_dynamodb, backend.tables["OutcomesTable"]).list_review("a", "b")


def test_every_function_with_a_table_has_steps() -> None:
    with_tables = {name for name, grants in roles.grants().items() if grants}

    assert with_tables <= set(roles.entries().values())
    assert len(with_tables) == 11
