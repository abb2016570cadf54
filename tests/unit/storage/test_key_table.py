"""The key table in the docstring of `heard.storage` is what the code writes and the stack has."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import heard.storage
from heard.clock import format_time
from heard.connectors import ReplyTarget
from heard.holds import Hold, HoldReason
from heard.notes import Draft, Note
from heard.replies.lint import fingerprint
from heard.retention import Retention
from heard.storage.departures import Departure
from heard.storage.engine_budget import EngineBudget
from heard.storage.erasures import ErasureRecord, Erasures
from heard.storage.policies import Policies
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.replies import Reply
from heard.threads import Purpose
from tests.static.cloudformation import resources
from tests.unit.backend import BUSINESS, NOON, Backend, complaint, praise

STORAGE = Path(heard.storage.__file__).parent


def table_rows(columns: int) -> list[list[str]]:
    """The rows of the table with this many columns, without its head and without backticks."""
    lines = (heard.storage.__doc__ or "").splitlines()
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) == columns][2:]


def key_pattern(key: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", key)
    return re.compile(
        "".join("[^#]*" if part.startswith("{") else re.escape(part) for part in parts)
    )


def store_one_of_everything(backend: Backend) -> None:
    table = backend.tables["CasesTable"]
    backend.add_person("Ana")
    backend.connect("google_play")
    backend.polls.remember("con-google_play-" + BUSINESS, {}, 0)
    Policies(backend.dynamodb, backend.tables["SetupTable"]).publish(
        BUSINESS, {"caps": {"public_replies": 1}}, source="", published_by="sub-ana", now=NOON
    )
    backend.deliver(praise("r-1", thread="t-1"))
    review = backend.deliver(complaint("r-2"))
    case = backend.case(review)
    assert case.follow_up is not None
    backend.cases.put_note(case.follow_up.id, "sub-ana/a-1", case.review.author, {"note": "x"})
    note = Note("note-0001", "sub-ana", "x", format_time(NOON))
    stored = backend.cases.stored_follow_up(case.follow_up.id)
    backend.cases.add_note(stored, case.review.author, note, lambda before: before, NOON)
    backend.cases.put_draft(
        case.follow_up.id, "sub-ana", case.review.author, Draft("x", format_time(NOON)), NOON
    )
    backend.desk.settings.put_preferences("sub-ana", {"language": "de"})
    backend.desk.settings.put_later("sub-ana", case.follow_up.id, NOON)
    reply = Reply(
        "rep_1",
        case.thread.id,
        review,
        case.review.author,
        BUSINESS,
        case.review.connection,
        Purpose.RESOLUTION,
        True,
        "Sorry.",
        ReplyTarget("r-2", "r-2", {}),
        at="2026-03-17T12:00:00.000Z",
    )
    backend.cases.put_reply(reply)
    backend.cases.put_wording(reply, fingerprint(reply.text, ("Ana",)))
    EngineBudget(backend.dynamodb, table).take("comprehend", NOON.date(), 1, 10)
    backend.ingest_ports.quarantine.keep(
        QuarantinedDelivery(
            "dlv-1", BUSINESS, "con-1", "standard", format_time(NOON), "why", "POST", "", b""
        )
    )
    backend.ingest_ports.deliveries.note("con-1", "refused", "signature", 0, NOON)
    backend.clock.now += timedelta(minutes=1)
    Erasures(backend.dynamodb, backend.tables["SetupTable"]).record(
        ErasureRecord(BUSINESS, "aut_1", NOON)
    )
    backend.retention.retentions.put(BUSINESS, Retention(12))
    backend.holds.holds.put(
        Hold("hld_1", BUSINESS, HoldReason.LAWSUIT, "legal", NOON, NOON.date(), author="aut_1")
    )
    backend.cases.move_retention_position(BUSINESS, None, NOON.date())
    backend.cases.put_departure(Departure(BUSINESS, review, "aut_1", NOON))


def stored_keys(backend: Backend) -> set[tuple[str, str, str]]:
    keys: set[tuple[str, str, str]] = set()
    for table, (pk, sk) in {
        "Setup": ("pk", "sk"),
        "Cases": ("pk", "sk"),
        "Outcomes": ("review", "sequence"),
    }.items():
        for item in backend.stored_items(f"{table}Table"):
            keys.add((table, str(item[pk]), str(item[sk])))
    return keys


def test_every_stored_item_has_its_row_in_the_key_table_and_every_row_its_item(
    backend: Backend,
) -> None:
    store_one_of_everything(backend)
    rows = table_rows(4)
    used: set[int] = set()
    for table, pk, sk in stored_keys(backend):
        matches = {
            number
            for number, row in enumerate(rows)
            if row[0] == table
            and key_pattern(row[2]).fullmatch(pk)
            and key_pattern(row[3]).fullmatch(sk)
        }
        assert len(matches) == 1, f"{table} {pk} {sk}: {[rows[number] for number in matches]}"
        used |= matches

    assert [row for number, row in enumerate(rows) if number not in used] == []


def test_every_prefix_of_a_key_in_the_code_is_in_the_key_table() -> None:
    prefixes = {
        prefix for row in table_rows(4) for prefix in re.findall(r"[A-Z_]+#", " ".join(row))
    }
    used: set[str] = set()
    for module in STORAGE.glob("*.py"):
        tree = ast.parse(module.read_text())
        documentation = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node not in documentation
            ):
                used |= set(re.findall(r"^[A-Z_]+#", node.value))

    assert used == prefixes


def test_the_indexes_are_those_of_the_template() -> None:
    indexes: list[tuple[Any, ...]] = []
    for table, properties in resources("AWS::DynamoDB::Table").items():
        for index in properties.get("GlobalSecondaryIndexes", ()):
            keys = {key["KeyType"]: key["AttributeName"] for key in index["KeySchema"]}
            name = table.removesuffix("Table")
            indexes.append((index["IndexName"], name, keys["HASH"], keys["RANGE"]))

    assert sorted(indexes) == sorted(tuple(row[:4]) for row in table_rows(5))
