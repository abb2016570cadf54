"""What an auditor's page costs in read units and queries, while the same business's log grows
tenfold.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import batched
from statistics import mean
from typing import Any

from heard.outcomes import Fact, Kind, Outcome, Subject, chain, first_link
from heard.reviews import review_id
from heard.storage.outcome_log import Log, Question, appends
from heard_cli.local.stack import LocalStack
from tests.benchmarks.figures import Board, Part
from tests.benchmarks.metering import Meter

FEW, MANY = 4_000, 40_000
PAGES, PAGE = 10, 100
FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 10
FACTS = (
    Fact(
        Kind.ACCEPTED,
        {
            "revision": "000000000001",
            "digest": "d" * 64,
            "rating": 5,
            "severity": "praise",
            "agenda": "praise",
            "flags": [],
            "model": "quick-1",
            "route": "acknowledge",
            "rules": ["praise"],
            "policy": "p" * 64,
        },
    ),
    Fact(
        Kind.ACKNOWLEDGED, {"reply": "rep_" + "r" * 24, "native": "4711", "variant": "thanks-en-1"}
    ),
)


def outcomes(business: str, start: int, end: int) -> Iterator[Outcome]:
    """The business's outcomes from number `start` to `end`.

    The first `FEW` fill one day, and the others that day and nine more.
    """
    for number in range(start // 2, end // 2):
        native = f"review-{number}"
        review = review_id(business, "standard", native)
        if number < FEW // 2:
            at = FIRST_DAY + timedelta(days=1) * (number / (FEW // 2))
        else:
            at = FIRST_DAY + timedelta(days=DAYS) * ((number - FEW // 2) / ((MANY - FEW) // 2))
        subject = Subject(review, business, "standard", "review_site", "praise")
        yield from chain(
            subject,
            FACTS,
            sequence=0,
            head=first_link(review),
            at=at,
            actor="heard",
            delivery="dlv_" + "0" * 16 + ".0",
        )


def write(stack: LocalStack, found: Iterator[Outcome]) -> None:
    """Write outcomes as storage's own items, in bulk."""
    client, table = stack.client("dynamodb"), stack.outputs["OutcomesTableName"]

    def put(some: tuple[Outcome, ...]) -> None:
        items = [
            {"PutRequest": {"Item": each["Put"]["Item"]}}
            for each in appends(table, some)
            if "Put" in each
        ]
        assert not client.batch_write_item(RequestItems={table: items})["UnprocessedItems"]

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(put, batched(found, 25, strict=False)))


def pages(
    log: Log, meter: Meter, business: str, first: datetime, days: int, count: int
) -> list[tuple[float, int, int]]:
    """Read units, queries and outcomes of successive pages."""
    found: list[tuple[float, int, int]] = []
    after: str | None = None
    for _ in range(count):
        with meter.counting() as units:
            page = log.page(
                Question(business, first, first + timedelta(days=days)), limit=PAGE, after=after
            )
        found.append((units.read, units.calls["Query"], len(page.outcomes)))
        if (after := page.next) is None:
            break
    return found


def test_a_page_costs_the_same_however_long_the_log_is(stack: LocalStack, board: Board) -> None:
    business = f"bench-{secrets.token_hex(4)}"
    client: Any = stack.client("dynamodb")
    meter, log = (
        Meter(client, stack.client("dynamodb")),
        Log(client, stack.outputs["OutcomesTableName"]),
    )
    costs: dict[int, float] = {}
    written = 0
    for size in (FEW, MANY):
        write(stack, outcomes(business, written, size))
        written = size
        found = pages(log, meter, business, FIRST_DAY, DAYS, PAGES)
        assert all(count == PAGE for _, _, count in found)
        costs[size] = mean(read for read, _, _ in found)
        queries = mean(queries for _, queries, _ in found)
        told = f"mean of {PAGES} pages ({min(read for read, _, _ in found):g} to {max(read for read, _, _ in found):g}), {queries:g} queries"
        board.note(Part.PAGE, f"read units at {size:,} outcomes", costs[size], "", note=told)
    board.note(
        Part.PAGE,
        "growth",
        costs[MANY] / costs[FEW],
        "x",
        budget=1.1,
        note="equal but for how evenly four shards fill a page",
    )
    empty = pages(log, meter, business, FIRST_DAY + timedelta(days=100), 90, 1)
    board.note(
        Part.PAGE,
        "a quarter in which nothing happened",
        empty[0][0],
        "",
        note=f"read units; {empty[0][1]} queries, one after the other",
    )
