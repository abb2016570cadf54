"""The queries of `analytics/` on hand-made chains, with numbers that were worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from heard.lake import write_day
from heard.lake.columns import REVIEWS, TABLES
from heard.lake.files import packed_lines, partition
from heard.outcomes import Kind
from heard_cli.lake.files import LakeFolder
from heard_cli.report.duckdb_engine import duckdb_type, run_on_duckdb
from heard_cli.report.queries import ANALYTICS, PARAMETERS, Query, all_queries, find_query
from tests.unit.lake.chains import DAY, Chain, Shelf, facts_of, stored

type Report = Callable[..., list[dict[str, Any]]]

QUERIES = all_queries()
SECOND, THIRD = "2026-03-03", "2026-03-04"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Writes the days of chains into a folder, and runs a query over it."""

    def run(name: str, *chains: Chain, start: str = DAY, end: str = THIRD) -> list[dict[str, Any]]:
        write_lake(tmp_path, chains)
        values = {"business": "acme", "from": start, "to": end}
        return run_on_duckdb(find_query(name), values, LakeFolder(tmp_path), tmp_path).to_json()

    return run


def write_lake(folder: Path, chains: tuple[Chain, ...]) -> None:
    lake, shelf = LakeFolder(folder), Shelf(*chains)
    outcomes = sorted(
        (each for chain in chains for each in chain.outcomes), key=lambda each: each.at[:10]
    )
    for day, _ in groupby(outcomes, key=lambda each: each.at[:10]):
        facts = facts_of(chains, day)
        lines = packed_lines(each.to_json() for each in facts)
        lake.put(partition("outcomes", "acme", day) + "0123456789ab.jsonl.gz", lines)
        write_day(lake, "acme", day, facts, shelf.earlier)


def complaint(name: str, at: str = "09:00", *, due_at: str = "13:00", **fields: Any) -> Chain:
    """A review that a person was given."""
    chain = Chain(f"rev_{name}", **fields).accept(at)
    return chain.open(at, due_at=due_at)


def praise(name: str, at: str = "09:00") -> Chain:
    return Chain(f"rev_{name}", severity="praise").accept(at, topics=[]).acknowledge(at)


# What every query must be


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_defines_its_number_its_n_and_the_trap_it_avoids(query: Query) -> None:
    comment = query.text.partition("\nWITH")[0].splitlines()

    assert all(line.startswith("-- ") for line in comment), query.name
    assert query.title.endswith(".") or "(R" in query.title
    beginnings = [line.partition(":")[0] for line in comment[1:] if not line.startswith("--   ")]
    assert beginnings == ["-- Number", "-- n", "-- Trap", "-- Parameters"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_says_what_its_question_marks_stand_for(query: Query) -> None:
    assert len(query.parameters) == query.statement.count("?")
    assert set(query.parameters) == PARAMETERS
    # Athena finds the files of a business only by a constant in the condition on the table itself.
    assert re.search(r"business = \? AND day BETWEEN \? AND \?", query.statement)
    assert query.parameters[:3] == ("business", "from", "to")


ALLOWED_FUNCTIONS = {
    "cast",
    "coalesce",
    "count",
    "date_diff",
    "exp",
    "filter",
    "in",
    "ln",
    "max",
    "min",
    "nullif",
    "over",
    "round",
    "row_number",
    "sets",
    "sum",
    "unnest",
}
"""What both engines have with the same name and meaning, and words that stand before a bracket."""


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_uses_only_what_both_engines_read_alike(query: Query) -> None:
    statement = query.statement
    called = {name.lower() for name in re.findall(r"\b([A-Za-z_]+) ?\((?!\d)", statement)}

    aliases = {"as", "named_topics", "decimal", "by", "from", "when", "and", "or", "then"}
    assert called - aliases <= ALLOWED_FUNCTIONS
    # Athena divides whole numbers into whole numbers.
    for divided in re.findall(r"([^\n/]*)\n?\s*/(?!/)", statement):
        assert "AS DOUBLE" in divided or "answers" in divided, divided
    assert not re.search(r"\bLIMIT\b|\bILIKE\b|::|\bQUALIFY\b|->|;", statement)


RESERVED = """
ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE DELETE DESCRIBE DISTINCT DROP
ELSE END ESCAPE EXCEPT EXISTS EXTRACT FALSE FIRST FOR FROM FULL GROUP GROUPING HAVING IN INNER
INSERT INTERSECT INTO IS JOIN LAST LEFT LIKE NATURAL NOT NULL ON OR ORDER OUTER RECURSIVE RIGHT
ROLLUP SELECT SKIP TABLE THEN TRUE UNION UNNEST USING VALUES WHEN WHERE WITH
"""
"""The words that Athena takes for no name in a SELECT."""


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_no_name_of_a_query_is_a_word_of_the_language(query: Query) -> None:
    aliases = re.findall(r"\bAS (\w+)", query.statement)
    names = {name.upper() for name in (*aliases, *REVIEWS)}

    assert names & set(RESERVED.split()) == set()


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_over_an_empty_lake_gives_no_numbers(query: Query, report: Report) -> None:
    rows = report(query.name)

    # The total of coverage says that there were none.
    assert [row for row in rows if row.get("reviews") != 0] == []


def test_there_are_enough_queries_and_each_has_a_test_of_its_numbers() -> None:
    source = Path(__file__).read_text()

    assert len(QUERIES) >= 10
    assert [query.name for query in QUERIES if f'("{query.name}"' not in source] == []
    assert {path.suffix for path in ANALYTICS.iterdir()} == {".sql"}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_type_of_a_table_is_known_to_duckdb(table: str) -> None:
    assert [duckdb_type(kind) for kind in TABLES[table].values()]


def test_nested_types_are_translated() -> None:
    kind = "struct<by:string,cells:array<array<string>>,n:map<string,bigint>>"

    assert (
        duckdb_type(kind) == 'STRUCT("by" VARCHAR, "cells" VARCHAR[][], "n" MAP(VARCHAR, BIGINT))'
    )


# Their numbers


def test_coverage_counts_everybody_once(report: Report) -> None:
    answered = complaint("a").person("10:00", Kind.ANSWERED)
    solved = complaint("b").person("10:00", Kind.RESOLVED_WITHOUT_REPLY, reply=None, public=None)
    both = praise("c").add("10:00", Kind.REOPENED, after="acknowledged")
    both.open("10:00", due_at="12:00").person(f"{SECOND}T09:00", Kind.ANSWERED)
    others = [
        praise("d"),
        Chain("rev_e", channel="email").accept("09:00").add("09:00", Kind.IGNORED, reason="spam"),
        complaint("f").add("10:00", Kind.WITHDRAWN),
        complaint("g").add(f"{THIRD}T10:00", Kind.EXPIRED),
        complaint("h"),
    ]
    before = complaint("z", "2026-03-01T09:00").person("10:00", Kind.ANSWERED)

    rows = report("coverage", answered, solved, both, *others, before)

    assert rows == [
        {
            "channel": "(all)",
            "reviews": 8,
            "by_person": 3,
            "by_person_with_reply": 2,
            "acknowledged_only": 1,
            "ignored": 1,
            "withdrawn": 1,
            "expired": 1,
            "still_open": 1,
            "share_covered": 0.5,
        },
        {
            "channel": "review_site",
            "reviews": 7,
            "by_person": 3,
            "by_person_with_reply": 2,
            "acknowledged_only": 1,
            "ignored": 0,
            "withdrawn": 1,
            "expired": 1,
            "still_open": 1,
            "share_covered": 0.5714,
        },
        {
            "channel": "email",
            "reviews": 1,
            "by_person": 0,
            "by_person_with_reply": 0,
            "acknowledged_only": 0,
            "ignored": 1,
            "withdrawn": 0,
            "expired": 0,
            "still_open": 0,
            "share_covered": 0.0,
        },
    ]


def test_a_report_says_how_things_stood_at_the_end_of_its_period(report: Report) -> None:
    late = complaint("a").person(f"{SECOND}T10:00", Kind.ANSWERED)

    on_the_day, later = (report("coverage", late, end=day)[0] for day in (DAY, SECOND))

    assert (on_the_day["still_open"], on_the_day["by_person"]) == (1, 0)
    assert (later["still_open"], later["by_person"]) == (0, 1)


def test_first_answers_count_those_who_still_wait(report: Report) -> None:
    """Of five that were given to a person, two were answered, after 1 and 3 hours.

    One was withdrawn after 2 hours, one is over its time, and one has time left. Kaplan-Meier:
    after 1 hour 4/5 wait. One leaves. After 3 hours 2/3 of them: 0.533. The median of all is not
    reached.
    """
    chains = [
        complaint("a").person("10:00", Kind.ANSWERED, waited_s=1800),
        complaint("b", due_at="11:00").person("12:00", Kind.ANSWERED, waited_s=5400),
        complaint("c").add("11:00", Kind.WITHDRAWN),
        complaint("d"),
        complaint("e", due_at="2026-03-09T12:00"),
        complaint("f", severity="medium").person(
            "09:30", Kind.PROMISED, promised_for=stored("20:00")
        ),
    ]

    high, medium = report("first-answers", *chains)

    assert high == {
        "severity": "high",
        "reviews": 5,
        "in_time": 1,
        "late": 1,
        "overdue": 1,
        "not_due": 1,
        "moot": 1,
        "share_in_time": 0.3333,
        "median_answered_h": 1.0,
        "median_all_h": None,
        "median_working_h": 0.5,
    }
    assert (medium["in_time"], medium["share_in_time"], medium["median_all_h"]) == (1, 1.0, 0.5)


def test_the_median_of_all_is_reached_where_half_of_all_were_answered(report: Report) -> None:
    """After 1 hour 3/4 wait, after 2 hours half of them: 0.5, although one was never answered."""
    chains = [
        complaint("a").person("10:00", Kind.ANSWERED),
        complaint("b").person("11:00", Kind.ANSWERED),
        complaint("c").person("20:00", Kind.ANSWERED),
        complaint("d"),
    ]

    (row,) = report("first-answers", *chains)

    assert (row["median_answered_h"], row["median_all_h"]) == (2.0, 2.0)
    assert (row["in_time"], row["late"], row["overdue"]) == (2, 1, 1)


def test_a_review_that_expired_is_overdue(report: Report) -> None:
    (row,) = report("first-answers", complaint("a").add(f"{SECOND}T10:00", Kind.EXPIRED))

    assert (row["overdue"], row["share_in_time"]) == (1, 0.0)


def test_an_open_review_that_nothing_happened_to_becomes_overdue_all_the_same(
    report: Report,
) -> None:
    """Its row is from a day on which it had time left."""
    waiting = complaint("a", due_at=f"{SECOND}T12:00")

    (early,) = report("first-answers", waiting, end=DAY)
    (later,) = report("first-answers", waiting, end=SECOND)

    assert (early["not_due"], early["overdue"]) == (1, 0)
    assert (later["not_due"], later["overdue"]) == (0, 1)


def test_topics_by_week_have_all_reviews_of_the_week_below_them(report: Report) -> None:
    next_week = "2026-03-09"
    chains = [
        Chain("rev_a").accept("09:00", topics=["delivery", "food"]),
        Chain("rev_b", severity="low").accept("09:00", topics=["food"]),
        praise("c"),
        Chain("rev_d").accept(f"{next_week}T09:00", topics=["food"]),
    ]

    rows = report("topics-by-week", *chains, end="2026-03-15")

    assert [tuple(row.values()) for row in rows] == [
        (DAY, "food", 2, 1, 3, 0.6667),
        (DAY, "delivery", 1, 1, 3, 0.3333),
        (next_week, "food", 1, 1, 1, 1.0),
    ]


def escalate(chain: Chain, at: str, level: int) -> Chain:
    fields = chain.of_follow_up() | {"level": level, "due_at": stored("20:00")}
    return chain.add(at, Kind.ESCALATED, **fields)


def test_escalations_count_follow_ups(report: Report) -> None:
    twice = escalate(escalate(complaint("a"), "13:00", 1), "14:00", 2)
    joined = Chain("rev_b").accept("09:00").open("09:00", due_at="13:00", follow_up="fup_a")
    calm = complaint("c").person("10:00", Kind.ANSWERED)

    (row,) = report("escalations", twice, joined, calm, praise("d"))

    assert tuple(row.values()) == ("general", 2, 1, 2, 2, 0.5)


def test_agents_are_counted_by_their_follow_ups(report: Report) -> None:
    first = complaint("a").person("10:00", Kind.ANSWERED, waited_s=3600, follow_up="fup_1")
    covered = complaint("b").person(
        "10:00", Kind.ANSWERED, waited_s=3600, follow_up="fup_1", reply=None, public=None
    )
    promise = complaint("c").person(
        "11:00", Kind.PROMISED, waited_s=7200, promised_for=stored("20:00")
    )
    promise.person("15:00", Kind.WALKED_AWAY, waited_s=18000)
    other = complaint("d").person("10:00", Kind.INVITED_PRIVATE, by="ben", waited_s=60)

    rows = report("agents", first, covered, promise, other)

    assert [tuple(row.values()) for row in rows] == [
        ("ana", 4, 2, 3, 1, 0, 1, 1.0),
        ("ben", 1, 1, 0, 0, 1, 0, 0.02),
    ]


def test_facts_that_were_written_twice_count_once(report: Report, tmp_path: Path) -> None:
    """A run that was interrupted before its seal leaves a second file of facts."""
    chain = complaint("a").person("10:00", Kind.ANSWERED)
    report("agents", chain)
    lines = packed_lines(each.to_json() for each in chain.outcomes[:2] + chain.outcomes[2:])
    LakeFolder(tmp_path).put(partition("outcomes", "acme", DAY) + "ba9876543210.jsonl.gz", lines)

    (row,) = report("agents", chain)

    assert row["outcomes"] == 1


def test_variants_say_what_authors_did_afterwards(report: Report) -> None:
    def thanked(name: str, variant: str | None) -> Chain:
        chain = Chain(f"rev_{name}", severity="praise").accept("09:00")
        return chain.acknowledge("09:01", **{"variant": variant} if variant else {})

    edited = thanked("a", "warm").add("10:00", Kind.REVISED, revision="n:2", unchanged=True)
    reopened = thanked("b", "warm").add("10:00", Kind.REOPENED, after="acknowledged")
    reopened.open("10:00", due_at="12:00").person("11:00", Kind.ANSWERED)
    withdrawn = thanked("c", "brief").add("10:00", Kind.REOPENED, after="acknowledged")
    withdrawn.add("10:01", Kind.WITHDRAWN)

    rows = report("variants", edited, reopened, withdrawn, thanked("d", None))

    assert [tuple(row.values()) for row in rows] == [
        ("warm", 2, 1, 0, 1, 1, 0.5),
        ("brief", 1, 0, 1, 1, 0, 1.0),
        (None, 1, 0, 0, 0, 0, 0.0),
    ]


def test_closed_follow_ups_by_kind(report: Report) -> None:
    chains = [
        complaint("a").person("10:00", Kind.ANSWERED),
        complaint("b").person("12:00", Kind.ANSWERED),
        complaint("c").person("13:00", Kind.ANSWERED),
        complaint("d").add(f"{SECOND}T09:00", Kind.EXPIRED, **Chain("rev_d").of_follow_up()),
        complaint("e"),
        praise("f"),
    ]

    rows = report("follow-ups-closed", *chains)

    assert [tuple(row.values()) for row in rows] == [
        ("answered", 3, 3, 3.0),
        ("expired", 1, 1, 24.0),
    ]


def test_promises_that_are_open_and_over_their_date_count_as_broken(report: Report) -> None:
    def promise(name: str, until: str) -> Chain:
        chain = complaint(name)
        return chain.person("10:00", Kind.PROMISED, promised_for=stored(until))

    chains = [
        promise("a", "16:00").person("15:00", Kind.ANSWERED),
        promise("b", "16:00").person("17:00", Kind.ANSWERED),
        promise("c", "16:00").person("12:00", Kind.PROMISED, promised_for=stored("20:00")),
        promise("d", "2026-03-09T12:00"),
        promise("e", "16:00").add("15:00", Kind.WITHDRAWN),
        promise("f", "16:00").add(f"{SECOND}T15:00", Kind.EXPIRED),
        complaint("g"),
    ]

    (row,) = report("promises", *chains)

    assert row == {
        "queue": "general",
        "promises": 7,
        "kept": 1,
        "late": 1,
        "moved": 1,
        "missed": 1,
        "void": 1,
        "waiting": 1,
        "overdue": 1,
        "share_kept": 0.25,
    }


def test_repeats_by_platform(report: Report) -> None:
    repeated = complaint("a")
    for _ in range(3):
        repeated.add("10:00", Kind.DUPLICATE, revision="n:1")
    edited = complaint("b").add("10:00", Kind.REVISED, revision="n:2", unchanged=True)
    elsewhere = complaint("c", platform="yelp")

    rows = report("repeats", repeated, edited, elsewhere)

    assert [tuple(row.values()) for row in rows] == [
        ("standard", 2, 1, 3, 1, 0.5),
        ("yelp", 1, 0, 0, 0, 0.0),
    ]


def test_reopened_reviews_by_what_did_not_hold(report: Report) -> None:
    def again(chain: Chain, after: str) -> Chain:
        return chain.add("12:00", Kind.REOPENED, after=after)

    closed_again = again(complaint("a").person("10:00", Kind.ANSWERED), "answered")
    closed_again.person("13:00", Kind.ANSWERED)
    open_again = again(complaint("b").person("10:00", Kind.ANSWERED), "answered")
    first_answer = again(praise("c"), "acknowledged").open("12:00", due_at="14:00")
    first_answer.person("13:00", Kind.ANSWERED)

    rows = report("reopened", closed_again, open_again, first_answer, complaint("d"))

    assert [tuple(row.values()) for row in rows] == [
        ("answered", 2, 2, 1, 1, 4, 0.5),
        ("acknowledged", 1, 1, 1, 0, 4, 0.25),
    ]


def test_replies_that_did_not_arrive(report: Report) -> None:
    refused = complaint("a").add("10:00", Kind.REPLY_REJECTED, reply="rpl_1", reason="too_long")
    refused.person("11:00", Kind.ANSWERED)
    removed = praise("b").add("10:00", Kind.REPLY_REMOVED, reply="rpl_1", reason="policy")

    (row,) = report("failed-replies", refused, removed, praise("c"), complaint("d"))

    assert tuple(row.values()) == ("standard", 3, 2, 1, 0, 1, 0.6667)


def test_remedies_are_added_up_by_currency(report: Report) -> None:
    def granted(name: str, amount: str, currency: str = "EUR") -> Chain:
        remedy = {"remedy": "refund", "amount": amount, "currency": currency}
        return complaint(name).add("10:00", Kind.RESOLUTION_GIVEN, "ana", action="reply", **remedy)

    without = complaint("d").add("10:00", Kind.RESOLUTION_GIVEN, "ana", action="reply")

    euros, dollars = (granted("a", "12.5"), granted("b", "20")), granted("c", "7", "USD")
    rows = report("remedies", *euros, dollars, without)

    assert [tuple(row.values()) for row in rows] == [
        ("refund", "EUR", 2, "32.50", "20.00"),
        ("refund", "USD", 1, "7.00", "7.00"),
    ]


def test_arrivals_by_weekday_and_hour(report: Report) -> None:
    chains = [complaint("a"), praise("b", "09:59"), praise("c", f"{SECOND}T23:00")]

    rows = report("arrivals", *chains)

    assert [tuple(row.values()) for row in rows] == [(1, 9, 2, 1), (2, 23, 1, 0)]


def test_a_query_reads_one_business_alone(report: Report, tmp_path: Path) -> None:
    theirs = Chain("rev_z", business="zenith").accept("09:00")
    write_day(LakeFolder(tmp_path), "zenith", DAY, theirs.outcomes, Shelf().earlier)

    assert report("arrivals", complaint("a"))[0]["reviews"] == 1
