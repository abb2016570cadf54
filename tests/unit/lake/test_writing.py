"""Which files a day gets, when the days before are asked, and reading facts back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Set

import pytest

from heard.lake import (
    DayFiles,
    PackedFacts,
    read_facts,
    review_rows,
    rows_key,
    summary_key,
    write_day,
    writing,
)
from heard.lake.files import packed_lines
from heard.lake.touched import group_by_review
from heard.outcomes import Kind, Outcome
from tests.unit.lake.chains import DAY, Chain, Shelf, facts_of, touched, without_hash

NEXT_DAY = "2026-03-03"


def whole() -> Chain:
    return Chain("rev_a", severity="praise").accept("09:00").acknowledge("09:01")


def over_two_days() -> Chain:
    chain = Chain("rev_b").accept("09:00").open("09:00", due_at=f"{NEXT_DAY}T13:00")
    return chain.person(f"{NEXT_DAY}T10:00", Kind.ANSWERED)


def test_a_day_gets_its_rows_and_its_summary() -> None:
    chains = [whole(), over_two_days()]
    shelf = Shelf(*chains)

    files = write_day(shelf, "acme", DAY, facts_of(chains, DAY), shelf.earlier)

    assert list(shelf) == [
        "reviews/business=acme/day=2026-03-02/rows.jsonl.gz",
        "days/business=acme/day=2026-03-02/summary.json",
    ]
    rows, summary = shelf[rows_key("acme", DAY)], shelf[summary_key("acme", DAY)]
    assert files == DayFiles(2, len(rows), len(summary))
    assert shelf.lines(rows_key("acme", DAY)) == list(
        review_rows(touched(chains, DAY), "acme", DAY)
    )
    assert json.loads(summary)["reviews"] == 2
    assert summary.count(b"\n") == 1, "Athena reads one object a line"


def test_each_file_says_its_schema() -> None:
    shelf = Shelf(whole())
    write_day(shelf, "acme", DAY, whole().outcomes, shelf.earlier)

    assert [row["schema"] for row in shelf.lines(rows_key("acme", DAY))] == [1]
    assert json.loads(shelf[summary_key("acme", DAY)])["schema"] == 1


def test_the_days_before_are_asked_only_for_reviews_that_need_them() -> None:
    chains = [whole(), over_two_days()]
    shelf = Shelf(*chains)

    write_day(shelf, "acme", DAY, facts_of(chains, DAY), shelf.earlier)
    assert shelf.asked == []

    write_day(shelf, "acme", NEXT_DAY, facts_of(chains, NEXT_DAY), shelf.earlier)
    assert shelf.asked == ["rev_b"]
    (row,) = shelf.lines(rows_key("acme", NEXT_DAY))
    assert (row["sequence"], row["outcomes"], row["closed_kind"]) == (3, 3, "answered")


def test_what_the_days_after_say_is_not_in_the_row() -> None:
    chain = over_two_days()
    shelf = Shelf(chain)

    write_day(shelf, "acme", DAY, chain.outcomes[1:2], shelf.earlier)

    (row,) = shelf.lines(rows_key("acme", DAY))
    assert (row["sequence"], row["outcomes"], row["closed_kind"]) == (2, 2, None)


def test_many_reviews_are_asked_for_in_parts() -> None:
    chains = [
        Chain(f"rev_{number:04}").accept("09:00").acknowledge(f"{NEXT_DAY}T09:00")
        for number in range(1_001)
    ]
    parts: list[int] = []
    shelf = Shelf(*chains)

    def earlier(reviews: Set[str]) -> Iterator[Outcome]:
        parts.append(len(reviews))
        return shelf.earlier(reviews)

    files = write_day(shelf, "acme", NEXT_DAY, facts_of(chains, NEXT_DAY), earlier)

    assert (files.rows, parts) == (1_001, [500, 500, 1])


@pytest.mark.parametrize("in_memory", [1, 3, 4])
def test_a_day_that_does_not_fit_into_memory_gives_the_same_files(
    monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    chains = [over_two_days(), *(Chain(f"rev_{n}").accept("09:00") for n in range(5)), whole()]
    facts = facts_of(chains, DAY)
    at_once, in_parts = Shelf(*chains), Shelf(*chains)
    write_day(at_once, "acme", DAY, facts, at_once.earlier)
    packed = PackedFacts(packed_lines(each.to_json() for each in facts))
    parts: list[int] = []

    def counting(outcomes: Iterable[Outcome]) -> dict[str, dict[int, Outcome]]:
        grouped = group_by_review(outcomes)
        parts.append(sum(map(len, grouped.values())))
        return grouped

    monkeypatch.setattr(writing, "IN_MEMORY", in_memory)
    monkeypatch.setattr(writing, "group_by_review", counting)
    files = write_day(in_parts, "acme", DAY, packed, in_parts.earlier)

    assert dict(in_parts) == dict(at_once)
    assert (files.rows, sum(parts)) == (7, len(facts))
    assert max(parts) <= max(in_memory, 2), "a review is never cut"
    assert len(parts) == {1: 7, 3: 4, 4: 3}[in_memory]


def test_outcomes_that_can_be_read_once_only_are_all_there() -> None:
    shelf = Shelf()

    files = write_day(shelf, "acme", DAY, iter(whole().outcomes), shelf.earlier)

    assert files.rows == 1


def test_a_day_without_outcomes_gets_empty_rows() -> None:
    shelf = Shelf()

    files = write_day(shelf, "acme", DAY, [], shelf.earlier)

    assert files.rows == 0
    assert shelf.lines(rows_key("acme", DAY)) == []


def test_the_packed_rows_hold_no_time_and_no_name() -> None:
    shelf = Shelf()
    write_day(shelf, "acme", DAY, [], shelf.earlier)

    header = shelf[rows_key("acme", DAY)][:10]

    assert header[3] == 0, "no name"
    assert header[4:8] == b"\0\0\0\0", "no time"


def test_nothing_is_put_before_both_files_are_made() -> None:
    class Full(Shelf):
        def put(self, key: str, content: bytes) -> None:
            raise OSError("no space")

    shelf = Full(whole())
    with pytest.raises(OSError, match="no space"):
        write_day(shelf, "acme", DAY, whole().outcomes, shelf.earlier)

    assert dict(shelf) == {}


def test_facts_are_read_back_as_they_were_written() -> None:
    outcomes = over_two_days().outcomes

    assert list(read_facts(packed_lines(each.to_json() for each in outcomes))) == outcomes


def test_facts_that_were_forged_are_read_as_they_were_sealed() -> None:
    forged = without_hash(whole().outcomes[0], actor="\ud800")
    line = json.dumps(forged.to_json(), ensure_ascii=False).encode("utf-8", "surrogatepass")

    assert list(PackedFacts(gzip.compress(line))) == [forged]


def test_a_line_that_is_no_outcome_is_left_out() -> None:
    (first, *_) = over_two_days().outcomes
    lines = [first.to_json(), {"seal": DAY, "business": "acme"}]

    assert list(read_facts(packed_lines(lines))) == [first]


@pytest.mark.parametrize("packed", [b"", b"no gzip", gzip.compress(b"{")])
def test_damaged_facts_are_refused(packed: bytes) -> None:
    if not packed:
        assert list(read_facts(packed)) == []
        return
    with pytest.raises((ValueError, OSError)):
        list(read_facts(packed))


def test_a_row_can_be_read_by_every_engine_whatever_somebody_put_into_an_outcome() -> None:
    chain = Chain("rev_a").accept("09:00", place="\ud800", topics=["\udfff"])
    shelf = Shelf(chain)

    write_day(shelf, "acme", DAY, chain.outcomes, shelf.earlier)

    (row,) = shelf.lines(rows_key("acme", DAY))
    assert (row["place"], row["topics"]) == ("?", ["?"])
