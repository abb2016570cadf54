"""Running a query in AWS, with Athena, over the tables of the stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from heard_cli.report.queries import Query
from heard_cli.report.result import QueryResult
from heard_cli.stack import CommandError, Stack

OUTPUTS: Final = ("AnalyticsDatabase", "AnalyticsWorkGroup")
"""The outputs of the stack that name its tables, and the work group for queries."""
_MOST_SECONDS: Final = 600
_POLL_SECONDS: Final = 0.5
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "hugeint": int,
    "float": float,
    "real": float,
    "double": float,
    "boolean": lambda text: text == "true",
}
"""How values are read that are no texts. Athena gives everything as text."""


def run_on_athena(
    query: Query,
    values: Mapping[str, str],
    stack: Stack,
    wait: Callable[[float], object] = time.sleep,
) -> QueryResult:
    """Run a query in the work group of the stack. Raises CommandError when Athena refuses it."""
    database, group = (stack.outputs.get(name) for name in OUTPUTS)
    if database is None or group is None:
        raise CommandError("This stack has no tables for Athena.", "Update it: make deploy.")
    athena = stack.client("athena")
    execution: str = athena.start_query_execution(
        QueryString=query.bind(values),
        QueryExecutionContext={"Database": database},
        WorkGroup=group,
    )["QueryExecutionId"]
    _wait_for(athena, execution, wait)
    return _read_result(athena, execution)


def _wait_for(athena: Any, execution: str, wait: Callable[[float], object]) -> None:
    for _ in range(int(_MOST_SECONDS / _POLL_SECONDS)):
        status = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
        match status["State"]:
            case "SUCCEEDED":
                return
            case "FAILED" | "CANCELLED":
                why = status.get("StateChangeReason") or "it gives no reason"
                raise CommandError(
                    f"Athena did not finish the query: {why}",
                    "A query that reads more than the work group allows is cancelled: ask for a "
                    "shorter period.",
                )
            case _:
                wait(_POLL_SECONDS)
    athena.stop_query_execution(QueryExecutionId=execution)
    raise CommandError(
        f"Athena took longer than {_MOST_SECONDS // 60} minutes.", "Ask for a shorter period."
    )


def _read_result(athena: Any, execution: str) -> QueryResult:
    columns: tuple[str, ...] = ()
    readers: list[Callable[[str], Any]] = []
    rows: list[tuple[Any, ...]] = []
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution)
    for number, page in enumerate(pages):
        result = page["ResultSet"]
        if number == 0:
            described = result["ResultSetMetadata"]["ColumnInfo"]
            columns = tuple(column["Name"] for column in described)
            readers = [_READERS.get(column["Type"], str) for column in described]
        # The first row has the names of the columns.
        for row in result["Rows"][1 if number == 0 else 0 :]:
            texts = [value.get("VarCharValue") for value in row["Data"]]
            rows.append(
                tuple(
                    None if text is None else read(text)
                    for text, read in zip(texts, readers, strict=True)
                )
            )
    return QueryResult(columns, tuple(rows))
