"""`heard lake`: what the lake has of each day, and making a day again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heard.lake import rows_key, summary_key
from heard.lake.files import packed_lines, partition
from heard.outcomes import Kind
from heard_cli.lake import facts as facts_module
from heard_cli.lake.files import LakeBucket, LakeFolder
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand, moto_client
from tests.unit.cli.test_report_queries import write_lake
from tests.unit.lake.chains import DAY, Chain, facts_of

NEXT_DAY, THIRD_DAY = "2026-03-03", "2026-03-04"


def chains() -> tuple[Chain, ...]:
    over_three_days = Chain("rev_a").accept("09:00").open("09:00", due_at=f"{NEXT_DAY}T13:00")
    over_three_days.person(f"{NEXT_DAY}T10:00", Kind.INVITED_PRIVATE)
    over_three_days.person(f"{THIRD_DAY}T10:00", Kind.ANSWERED)
    return (
        over_three_days,
        Chain("rev_b").accept(f"{NEXT_DAY}T09:00"),
        Chain("rev_c", business="zenith").accept("09:00"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lake(tmp_path, tuple(each for each in chains() if each.business == "acme"))
    return tmp_path


@pytest.fixture
def bucket(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> LakeBucket:
    """The lake bucket of the stack, with the same days."""
    s3 = moto_client("s3")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "LakeBucketName": "lake"})
    return LakeBucket(stack)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_day_is_listed_with_what_there_is_of_it(heard: HeardCommand, folder: Path) -> None:
    (folder / rows_key("acme", NEXT_DAY)).unlink()

    listing = heard.run_ok("lake", "list", "--business", "acme", "--lake", str(folder), "--json")
    table = heard.run_ok("lake", "list", "--business", "acme", "--lake", str(folder)).stdout

    everything = ["days", "outcomes", "reviews"]
    assert listing.json == [
        {"day": DAY, "tables": everything},
        {"day": NEXT_DAY, "tables": ["days", "outcomes"]},
        {"day": THIRD_DAY, "tables": everything},
    ]
    assert [line.split() for line in table.splitlines() if NEXT_DAY in line] == [
        [NEXT_DAY, "yes", "-", "yes"]
    ]


def test_a_lake_without_days_says_so(heard: HeardCommand, tmp_path: Path) -> None:
    result = heard.run_ok("lake", "list", "--business", "acme", "--lake", str(tmp_path))

    assert "after it is sealed" in result.stderr


@pytest.mark.parametrize("day", [DAY, NEXT_DAY, THIRD_DAY])
def test_a_day_that_is_made_again_from_its_facts_is_equal(
    heard: HeardCommand, folder: Path, day: str
) -> None:
    before = files_of(folder)
    for key in (rows_key("acme", day), summary_key("acme", day)):
        (folder / key).unlink()

    result = heard.run_ok(
        "lake", "build", "--business", "acme", "--day", day, "--lake", str(folder), "--json"
    )

    assert files_of(folder) == before
    rows, summary = (before[key("acme", day)] for key in (rows_key, summary_key))
    assert result.json == [
        {
            "day": day,
            "schema": 1,
            "outcomes": {DAY: 2, NEXT_DAY: 2, THIRD_DAY: 1}[day],
            "rows": {DAY: 1, NEXT_DAY: 2, THIRD_DAY: 1}[day],
            "rows_bytes": len(rows),
            "summary_bytes": len(summary),
        }
    ]


def test_several_days_are_made_again(heard: HeardCommand, folder: Path) -> None:
    before = files_of(folder)
    for path in [*folder.rglob("rows.jsonl.gz"), *folder.rglob("summary.json")]:
        path.unlink()

    days = ("--day", "2026-03-01", "--to", "2026-03-09")
    result = heard.run_ok("lake", "build", "--business", "acme", *days, "--lake", str(folder))

    assert files_of(folder) == before
    assert [line.split()[0] for line in result.stdout.splitlines() if "2026" in line] == [
        DAY,
        NEXT_DAY,
        THIRD_DAY,
    ]


def test_only_as_many_days_are_read_as_something_is_missing(
    heard: HeardCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = Chain("rev_z").accept("2026-02-01T09:00").acknowledge("2026-02-02T09:00")
    write_lake(folder, (longer,))
    read: list[str] = []
    real = facts_module.facts_of_day

    def counting(lake: Any, keys: list[str]) -> Any:
        read.extend(key.split("/")[2] for key in keys)
        return real(lake, keys)

    monkeypatch.setattr(facts_module, "facts_of_day", counting)
    build = ("lake", "build", "--business", "acme", "--lake", str(folder))

    heard.run_ok(*build, "--day", THIRD_DAY)
    assert read == [f"day={NEXT_DAY}", f"day={DAY}"], "its review began there"

    read.clear()
    heard.run_ok(*build, "--day", DAY)
    assert read == [], "nothing began before"


def test_a_line_that_was_removed_is_missing_and_the_rest_is_made(
    heard: HeardCommand, folder: Path
) -> None:
    acme = [each for each in chains() if each.business == "acme"]
    facts = [each for each in facts_of(acme, NEXT_DAY) if each.review != "rev_b"]
    key = partition("outcomes", "acme", NEXT_DAY) + "0123456789ab.jsonl.gz"
    LakeFolder(folder).put(key, packed_lines(each.to_json() for each in facts))

    result = heard.run_ok(
        "lake", "build", "--business", "acme", "--day", NEXT_DAY, "--lake", str(folder), "--json"
    )

    assert (result.json[0]["outcomes"], result.json[0]["rows"]) == (1, 1)


def test_a_day_without_facts_is_named(heard: HeardCommand, folder: Path) -> None:
    result = heard(
        "lake", "build", "--business", "acme", "--day", "2026-03-09", "--lake", str(folder)
    )

    assert result.exit_code == 1
    assert "no facts of acme from 2026-03-09" in result.stderr
    assert "heard lake list --business acme" in result.stderr


def test_a_damaged_file_is_named_and_nothing_is_replaced(heard: HeardCommand, folder: Path) -> None:
    key = partition("outcomes", "acme", DAY) + "0123456789ab.jsonl.gz"
    (folder / key).write_bytes(b"no gzip")
    before = files_of(folder)

    result = heard("lake", "build", "--business", "acme", "--day", DAY, "--lake", str(folder))

    assert result.exit_code == 1
    assert f"{key} is damaged" in result.stderr
    assert files_of(folder) == before


def test_days_in_the_wrong_order_are_a_usage_error(heard: HeardCommand, folder: Path) -> None:
    days = ("--day", NEXT_DAY, "--to", DAY)
    result = heard("lake", "build", "--business", "acme", *days, "--lake", str(folder))

    assert result.exit_code == 2


def test_a_folder_that_is_not_there_is_named(heard: HeardCommand, tmp_path: Path) -> None:
    result = heard("lake", "list", "--business", "acme", "--lake", str(tmp_path / "nowhere"))

    assert result.exit_code == 1
    assert "There is no folder" in result.stderr
    assert "aws s3 sync" in result.stderr


def test_the_bucket_of_the_stack_is_read_and_written(
    heard: HeardCommand, bucket: LakeBucket, folder: Path
) -> None:
    expected = files_of(folder)
    for key, content in expected.items():
        if key.startswith("outcomes/"):
            bucket.put(key, content)

    heard.run_ok("lake", "build", "--business", "acme", "--day", DAY, "--to", THIRD_DAY)

    assert {key: bucket.get(key) for key in bucket.keys("")} == expected
    assert [day["day"] for day in heard.run_ok("lake", "list", "--business", "acme", "--json").json]


def test_a_business_that_is_not_there_is_named(heard: HeardCommand, bucket: LakeBucket) -> None:
    result = heard("lake", "list", "--business", "acne")

    assert result.exit_code == 1
    assert "Did you mean acme?" in result.stderr


def test_a_stack_of_an_older_release_has_no_lake(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {name: value for name, value in stack.outputs.items() if name != "LakeBucketName"}
    monkeypatch.setattr(Stack, "outputs", outputs)

    result = heard("lake", "list", "--business", "acme")

    assert result.exit_code == 1
    assert "make deploy" in result.stderr
