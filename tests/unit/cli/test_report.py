"""`heard report`: which reports there are, and what runs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heard import clock
from heard.outcomes import Kind
from heard_cli.report.athena import run_on_athena
from heard_cli.report.queries import all_queries, find_query
from heard_cli.stack import CommandError, Stack
from tests.unit.cli.conftest import HeardCommand, moto_client
from tests.unit.cli.test_report_queries import write_lake
from tests.unit.lake.chains import DAY, Chain

PERIOD = ("--from", DAY, "--to", "2026-03-04")
VALUES = {"business": "acme", "from": DAY, "to": "2026-03-04"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    answered = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    write_lake(tmp_path, (answered.person("10:00", Kind.ANSWERED), Chain("rev_b").accept("10:00")))
    return tmp_path


def test_reports_are_listed_with_what_they_show(heard: HeardCommand) -> None:
    listing = heard.run_ok("report", "list", "--json").json

    assert [entry["name"] for entry in listing] == [query.name for query in all_queries()]
    assert {"name": "coverage", "title": "What became of all reviews, by channel (R01)."} in listing
    assert "coverage" in heard.run_ok("report", "list").stdout


def test_a_report_is_counted_from_a_folder(heard: HeardCommand, folder: Path) -> None:
    command = ("report", "sql", "arrivals", "--business", "acme", *PERIOD, "--lake", str(folder))

    result = heard.run_ok(*command, "--json").json
    table = heard.run_ok(*command).stdout

    assert result == {
        "report": "arrivals",
        **VALUES,
        "engine": "duckdb",
        "rows": [
            {"weekday": 1, "hour_utc": 9, "reviews": 1, "complaints": 1},
            {"weekday": 1, "hour_utc": 10, "reviews": 1, "complaints": 1},
        ],
    }
    cells = [line.split() for line in table.splitlines()]
    assert [each for each in cells if each[:1] == ["1"]] == [
        ["1", "9", "1", "1"],
        ["1", "10", "1", "1"],
    ]


def test_a_report_is_counted_from_the_bucket_of_the_stack(
    heard: HeardCommand, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = moto_client("s3")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "LakeBucketName": "lake"})
    for path in folder.rglob("*.gz"):
        key = path.relative_to(folder).as_posix()
        s3.put_object(Bucket="lake", Key=key, Body=path.read_bytes())

    command = ("report", "sql", "agents", "--business", "acme", *PERIOD, "--json")

    assert [row["agent"] for row in heard.run_ok(*command).json["rows"]] == ["ana"]


def test_a_period_without_anything_says_so(heard: HeardCommand, folder: Path) -> None:
    days = ("--from", "2025-01-01", "--to", "2025-01-31")
    command = ("report", "sql", "arrivals", "--business", "acme", *days, "--lake", str(folder))

    assert "nothing of this business" in heard.run_ok(*command).stderr


def test_the_period_is_a_month_until_yesterday_unless_somebody_says_otherwise(
    heard: HeardCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 4, 0, 30, tzinfo=UTC))
    command = ("report", "sql", "arrivals", "--business", "acme", "--lake", str(folder), "--json")

    result = heard.run_ok(*command).json

    assert (result["from"], result["to"]) == ("2026-02-02", "2026-03-03")
    assert sum(row["reviews"] for row in result["rows"]) == 2


@pytest.mark.parametrize(
    "days", [("--from", "2026-03-04", "--to", DAY), ("--from", "1999-01-01", "--to", DAY)]
)
def test_a_period_that_cannot_be_is_a_usage_error(
    heard: HeardCommand, folder: Path, days: tuple[str, ...]
) -> None:
    command = ("report", "sql", "arrivals", "--business", "acme", "--lake", str(folder))

    assert heard(*command, *days).exit_code == 2


def test_an_unknown_report_is_named_with_those_that_look_alike(heard: HeardCommand) -> None:
    result = heard("report", "sql", "coverge", "--business", "acme")

    assert result.exit_code == 1
    assert "Did you mean coverage?" in result.stderr


def test_without_duckdb_the_command_says_how_to_install_it(
    heard: HeardCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    result = heard(
        "report", "sql", "arrivals", "--business", "acme", "--lake", str(folder), *PERIOD
    )

    assert result.exit_code == 1
    assert "pip install" in result.stderr
    assert "--engine athena" in result.stderr


def test_the_text_of_a_report_can_be_read_and_pasted(heard: HeardCommand) -> None:
    text = heard.run_ok("report", "sql", "coverage", "--business", "acme", *PERIOD, "--text").stdout

    assert "-- Trap:" in text
    assert f"business = 'acme' AND day BETWEEN '{DAY}' AND '2026-03-04'" in text
    assert "?" not in text


def test_a_business_cannot_break_out_of_the_text_of_a_query() -> None:
    bound = find_query("agents").bind(VALUES | {"business": "acme' OR 'a' = 'a"})

    assert "business = 'acme'' OR ''a'' = ''a' AND day" in bound


@dataclass
class AthenaDouble:
    """Athena, as far as a query needs it: it is done at the third look."""

    states: list[str] = field(default_factory=lambda: ["QUEUED", "RUNNING", "SUCCEEDED"])
    reason: str = ""
    started: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stopped: list[str] = field(default_factory=list[str])

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        self.started.append(request)
        return {"QueryExecutionId": "q-1"}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:  # noqa: N803
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": self.reason}}}

    def stop_query_execution(self, QueryExecutionId: str) -> None:  # noqa: N803
        self.stopped.append(QueryExecutionId)

    def get_paginator(self, operation: str) -> AthenaDouble:
        assert operation == "get_query_results"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        columns = [("channel", "varchar"), ("n", "bigint"), ("share", "double"), ("ok", "boolean")]
        described = {"ColumnInfo": [{"Name": name, "Type": kind} for name, kind in columns]}
        names = _row(*(name for name, _ in columns))
        pages = ([names, _row("email", "3", "0.5", "true")], [_row(None, "0", None, "false")])
        return [{"ResultSet": {"Rows": rows, "ResultSetMetadata": described}} for rows in pages]


def _row(*texts: str | None) -> dict[str, Any]:
    return {"Data": [{} if text is None else {"VarCharValue": text} for text in texts]}


@pytest.fixture
def athena(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AthenaDouble:
    double = AthenaDouble()
    tables = {"AnalyticsDatabase": "heard", "AnalyticsWorkGroup": "heard-group"}
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, **tables})
    monkeypatch.setattr(Stack, "client", lambda _, service: {"athena": double}[service])
    return double


def test_athena_runs_the_same_text_in_the_work_group_of_the_stack(
    stack: Stack, athena: AthenaDouble
) -> None:
    waits: list[float] = []
    query = find_query("coverage")

    result = run_on_athena(query, VALUES, stack, waits.append)

    assert result.columns == ("channel", "n", "share", "ok")
    assert result.rows == (("email", 3, 0.5, True), (None, 0, None, False))
    assert athena.started == [
        {
            "QueryString": query.bind(VALUES),
            "QueryExecutionContext": {"Database": "heard"},
            "WorkGroup": "heard-group",
        }
    ]
    assert len(waits) == 2


def test_the_command_prints_what_athena_counted(
    heard: HeardCommand, athena: AthenaDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    athena.states = ["SUCCEEDED"]
    command = ("report", "sql", "coverage", "--business", "acme", "--engine", "athena")

    result = heard.run_ok(*command, "--json").json

    assert (result["engine"], result["rows"][0]["n"]) == ("athena", 3)


def test_athena_reads_no_folder(heard: HeardCommand, athena: AthenaDouble, tmp_path: Path) -> None:
    command = ("report", "sql", "coverage", "--business", "acme", "--engine", "athena")

    assert heard(*command, "--lake", str(tmp_path)).exit_code == 2
    assert athena.started == []


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_what_athena_refuses_is_said_in_its_words(
    stack: Stack, athena: AthenaDouble, state: str
) -> None:
    athena.states, athena.reason = [state], "Bytes scanned limit was exceeded"

    with pytest.raises(CommandError, match="Bytes scanned limit was exceeded") as error:
        run_on_athena(find_query("coverage"), VALUES, stack, _no_wait)

    assert "shorter period" in error.value.advice


def test_a_query_that_takes_too_long_is_stopped(stack: Stack, athena: AthenaDouble) -> None:
    athena.states = ["RUNNING"]

    with pytest.raises(CommandError, match="longer than 10 minutes"):
        run_on_athena(find_query("coverage"), VALUES, stack, _no_wait)

    assert athena.stopped == ["q-1"]


def test_a_stack_of_an_older_release_has_no_tables(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"AnalyticsDatabase", "AnalyticsWorkGroup"}
    outputs = {name: value for name, value in stack.outputs.items() if name not in names}
    monkeypatch.setattr(Stack, "outputs", outputs)

    with pytest.raises(CommandError, match="no tables"):
        run_on_athena(find_query("coverage"), VALUES, stack, _no_wait)


_no_wait: Callable[[float], object] = lambda _: None  # noqa: E731
