"""What a pack holds, and that it is the same whenever it is made."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.errors import BadRequest, NotFound
from heard.outcomes import Fact, Kind
from heard.packs.review_table import COLUMNS, csv_of
from heard.packs.source import PackConnection
from heard.packs.writing import PackRequest, PackSummary, write_pack
from heard.seals.leaves import leaf_bytes
from heard.seals.merkle import leaf_hash
from tests.unit.packs.example import (
    DAYS,
    FIRST,
    LAST,
    POLICY,
    POLICY_HASH,
    SECOND,
    DiarySource,
    accepted,
    example_diary,
    example_pack,
    pack_of,
    unzip,
)
from tests.unit.seals.days import BUSINESS, FIRST_DAY, ORIGIN, VKEY, Diary, at


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_pack_has_these_files() -> None:
    days = [FIRST, SECOND, LAST]

    assert sorted(unzip(example_pack())) == sorted(
        [
            "README.txt",
            "before.jsonl",
            "connections.csv",
            "keys.json",
            "pack.json",
            "people.csv",
            "reviews.csv",
            "start.json",
            "verify.py",
            f"policies/{POLICY_HASH}.json",
            f"policies/{POLICY_HASH}.source.txt",
            f"checkpoints/{DAYS[0]}.note",
            *(f"checkpoints/{day}.note" for day in days),
            *(f"outcomes/{day}.jsonl.gz" for day in days),
            *(f"seals/{day}.json" for day in days),
        ]
    )


def test_the_list_names_the_other_files_with_their_hashes() -> None:
    files = unzip(example_pack())
    pack = json.loads(files.pop("pack.json"))

    assert pack["files"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in files.items()
    }
    assert (pack["format"], pack["business"], pack["origin"]) == (1, BUSINESS, ORIGIN)
    assert (pack["from"], pack["to"]) == (FIRST, LAST)
    assert pack["sealed"] == "2026-03-20T00:24:00.000Z"


def test_it_says_how_much_is_in_it() -> None:
    assert pack_of(DiarySource(example_diary()))[1] == PackSummary(3, 10, 5, ())


@given(st.data())
def test_the_same_pack_twice_is_the_same_bytes(data: st.DataObject) -> None:
    diary = Diary()
    days = data.draw(st.integers(1, 4))
    for day in range(days):
        for number in data.draw(st.lists(st.integers(0, 5), max_size=4)):
            diary.write(f"rev_{number}", accepted(number), at=at(day, number))
        diary.seal(FIRST_DAY + timedelta(days=day))
    first = data.draw(st.integers(0, days - 1))

    packs = [pack_of(DiarySource(diary), DAYS[first], DAYS[days - 1])[0] for _ in range(2)]

    assert hashlib.sha256(packs[0]).digest() == hashlib.sha256(packs[1]).digest()


def test_nothing_in_it_tells_where_or_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(example_pack())) as archive:
        entries = archive.infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}


def test_it_has_earlier_outcomes_of_its_reviews_with_their_place_in_the_log() -> None:
    (line,) = unzip(example_pack())["before.jsonl"].splitlines()
    fields = json.loads(line)
    first = example_diary().outcomes[DAYS[0]][0]

    assert fields["outcome"] == first.to_json()
    assert example_diary().seals[0].leaves[fields["index"]] == leaf_hash(leaf_bytes(first))


def test_a_pack_from_the_beginning_has_nothing_before_it() -> None:
    files = unzip(pack_of(DiarySource(example_diary()), DAYS[0])[0])

    assert json.loads(files["start.json"]) == {"day": None, "size": 0, "frontier": []}
    assert files["before.jsonl"] == b""
    assert json.loads(files["keys.json"]) == {"keys": [VKEY]}


def test_the_table_has_a_row_for_each_review() -> None:
    rows = rows_of(unzip(example_pack())["reviews.csv"])

    assert [row["review"] for row in rows] == [
        "rev_aaaa",
        "rev_cccc",
        "rev_dddd",
        "rev_eeee",
        "rev_ffff",
    ]
    assert rows[0] == {
        "review": "rev_aaaa",
        "platform": "standard",
        "channel": "review_site",
        "severity": "high",
        "opened_at": "2026-03-16T09:00:00.000Z",
        "closed_at": "2026-03-17T11:00:00.000Z",
        "closed_by": "answered",
        "due_at": "2026-03-17T12:00:00.000Z",
        "first_answer_at": "2026-03-17T11:00:00.000Z",
        "first_answer_waited_s": "3600",
        "in_time": "yes",
        "public_replies": "1",
        "replies": "1",
        "escalations": "1",
        "reopened": "0",
        "outcomes": "4",
    }
    assert rows[4]["closed_by"] == ""


def test_a_review_that_was_opened_again_is_not_closed() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), Fact(Kind.IGNORED, {"reason": "spam"}), at=at(0))
    diary.write("rev_aaaa", Fact(Kind.REOPENED, {"after": "ignored"}), at=at(0, 13))
    diary.seal(FIRST_DAY)

    (row,) = rows_of(unzip(pack_of(DiarySource(diary), DAYS[0], DAYS[0])[0])["reviews.csv"])

    assert (row["closed_by"], row["closed_at"], row["reopened"]) == ("", "", "1")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = rows_of(csv_of(("a",), [(text,)]).replace(b"\r", b""))

    assert row["a"].startswith("'")


def test_the_setup_is_there_without_names_and_secrets() -> None:
    files = unzip(example_pack())

    assert files["people.csv"] == b"subject,roles\nusr_1,agent lead\nusr_2,lead\n"
    assert files["connections.csv"] == (
        b"connection,platform,channel\ncon_1,standard,review_site\n"
    )
    assert files[f"policies/{POLICY_HASH}.json"] == POLICY.encode()


def test_a_connection_whose_id_looks_like_a_formula_is_harmless() -> None:
    class Source(DiarySource):
        def connections(self, business: str) -> Any:
            return [PackConnection("=cmd()", "standard", "review_site")]

    files = unzip(pack_of(Source(example_diary()))[0])

    assert b"'=cmd()" in files["connections.csv"]


def test_the_columns_of_the_table_are_told_apart() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS) == 16


@pytest.mark.parametrize(
    ("first", "last"),
    [(FIRST, "2026-03-20"), ("2026-03-10", LAST), ("2026-01-01", "2026-01-02")],
)
def test_a_day_that_is_not_sealed_is_refused(first: str, last: str) -> None:
    with pytest.raises(NotFound, match="has no seal"):
        pack_of(DiarySource(example_diary()), first, last)


@pytest.mark.parametrize(
    ("first", "last"), [(LAST, FIRST), ("yesterday", LAST), (FIRST, "2026-3-19")]
)
def test_a_period_that_is_none_is_refused(first: str, last: str) -> None:
    with pytest.raises(BadRequest):
        pack_of(DiarySource(example_diary()), first, last)


def test_a_day_between_without_a_seal_and_lost_facts_are_told() -> None:
    class Source(DiarySource):
        def seal(self, business: str, day: str) -> Any:
            return None if day == SECOND else super().seal(business, day)

        def facts(self, key: str) -> bytes | None:
            return None if LAST in key else super().facts(key)

    file = io.BytesIO()
    summary = write_pack(Source(example_diary()), PackRequest(BUSINESS, FIRST, LAST), file)

    assert summary.missing == (SECOND, LAST)
    assert f"seals/{SECOND}.json" not in unzip(file.getvalue())


def test_an_earlier_outcome_that_was_never_sealed_is_left_out() -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    diary.write("rev_bbbb", accepted(), at=at(0))
    diary.seal(FIRST_DAY)
    diary.write("rev_aaaa", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(1))
    diary.write("rev_bbbb", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(1))
    diary.seal(FIRST_DAY + timedelta(days=1))
    other = Diary()
    other.write("rev_bbbb", accepted(5), at=at(0))
    diary.outcomes[DAYS[0]][1] = other.outcomes[DAYS[0]][0]

    files = unzip(pack_of(DiarySource(diary), DAYS[1], DAYS[1])[0])

    assert [json.loads(line)["outcome"]["id"] for line in files["before.jsonl"].splitlines()] == [
        "out_aaaa_000001"
    ]
