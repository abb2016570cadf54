"""The cost of one page of outcomes in read units and queries, while the log grows tenfold."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import batched
from statistics import mean
from typing import Any

from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.reviews import review_id
from heard.storage.outcome_log import OutcomeCriteria, OutcomeLog, append_writes
from heard_cli.local.stack import EmulatedStack
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.metering import CapacityMeter

SMALL_LOG, LARGE_LOG = 4_000, 40_000
PAGE_COUNT, PAGE_SIZE = 10, 100
FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 10
FACTS = (
    Fact(
        Kind.ACCEPTED,
        {
            "revision": "000000000001",
            "commitment": "2:" + "d" * 64,
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
        Kind.ACKNOWLEDGED,
        {"reply": "rep_" + "r" * 24, "native_id": "4711", "variant": "thanks-en-1"},
    ),
)


def generate_outcomes(business: str, start: int, end: int) -> Iterator[Outcome]:
    """The business's outcomes from number `start` to `end`.

    The first `SMALL_LOG` fill one day. The others fill that day and nine more.
    """
    for number in range(start // 2, end // 2):
        native_id = f"review-{number}"
        review = review_id(business, "standard", native_id)
        if number < SMALL_LOG // 2:
            at = FIRST_DAY + timedelta(days=1) * (number / (SMALL_LOG // 2))
        else:
            at = FIRST_DAY + timedelta(days=DAYS) * (
                (number - SMALL_LOG // 2) / ((LARGE_LOG - SMALL_LOG) // 2)
            )
        subject = OutcomeSubject(review, business, "standard", "review_site", "praise")
        yield from chain_facts(
            subject,
            FACTS,
            sequence=0,
            head=initial_hash(review),
            at=at,
            actor="heard",
            delivery="dlv_" + "0" * 16 + ".0",
        )


def write_outcomes(stack: EmulatedStack, log: Iterator[Outcome]) -> None:
    """Write outcomes as storage's own items, in bulk."""
    client, table = stack.client("dynamodb"), stack.outputs["OutcomesTableName"]

    def put(batch: tuple[Outcome, ...]) -> None:
        items = [
            {"PutRequest": {"Item": write["Put"]["Item"]}}
            for write in append_writes(table, batch)
            if "Put" in write
        ]
        assert not client.batch_write_item(RequestItems={table: items})["UnprocessedItems"]

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(put, batched(log, 25, strict=False)))


def read_pages(
    log: OutcomeLog, meter: CapacityMeter, business: str, first_day: datetime, days: int, count: int
) -> list[tuple[float, int, int]]:
    """Read units, queries and outcomes of successive pages."""
    costs: list[tuple[float, int, int]] = []
    after: str | None = None
    for _ in range(count):
        with meter.counting() as units:
            page = log.page(
                OutcomeCriteria(business, first_day, first_day + timedelta(days=days)),
                limit=PAGE_SIZE,
                after=after,
            )
        costs.append((units.read, units.requests["Query"], len(page.outcomes)))
        if (after := page.next) is None:
            break
    return costs


def test_a_page_costs_the_same_however_long_the_log_is(
    stack: EmulatedStack, report: BenchmarkReport
) -> None:
    business = f"bench-{secrets.token_hex(4)}"
    client: Any = stack.client("dynamodb")
    meter, log = (
        CapacityMeter(client, stack.client("dynamodb")),
        OutcomeLog(client, stack.outputs["OutcomesTableName"]),
    )
    costs: dict[int, float] = {}
    written_count = 0
    for size in (SMALL_LOG, LARGE_LOG):
        write_outcomes(stack, generate_outcomes(business, written_count, size))
        written_count = size
        pages = read_pages(log, meter, business, FIRST_DAY, DAYS, PAGE_COUNT)
        assert all(count == PAGE_SIZE for _, _, count in pages)
        costs[size] = mean(read for read, _, _ in pages)
        queries = mean(queries for _, queries, _ in pages)
        reads = [read for read, _, _ in pages]
        note = f"mean of {PAGE_COUNT} pages ({min(reads):g} to {max(reads):g}), {queries:g} queries"
        report.add_figure(
            Section.AUDIT_PAGE, f"read units at {size:,} outcomes", costs[size], "", note=note
        )
    growth = report.add_figure(
        Section.AUDIT_PAGE,
        "growth",
        costs[LARGE_LOG] / costs[SMALL_LOG],
        "x",
        budget=1.1,
        note="differs only by how evenly four shards fill a page",
    )
    assert growth.within_budget, growth
    empty_pages = read_pages(log, meter, business, FIRST_DAY + timedelta(days=100), 90, 1)
    report.add_figure(
        Section.AUDIT_PAGE,
        "a quarter in which nothing happened",
        empty_pages[0][0],
        "",
        note=f"read units; {empty_pages[0][1]} queries, one after the other",
    )
