"""Running a query on this machine, with DuckDB, over files of the lake."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from heard.lake.columns import PARTITIONS, TABLES
from heard_cli.lake.files import LakeFiles, LakeFolder, copy_files, keys_of_days
from heard_cli.report.queries import Query
from heard_cli.report.result import QueryResult
from heard_cli.stack import CommandError

_TYPES = {"string": "VARCHAR", "int": "INTEGER", "bigint": "BIGINT", "boolean": "BOOLEAN"}


def run_on_duckdb(
    query: Query, values: Mapping[str, str], lake: LakeFiles, folder: Path | None
) -> QueryResult:
    """Run a query over the files of the days that it is asked for.

    Without a `folder` they are copied into one for the time being. Raises CommandError when DuckDB
    is not installed.
    """
    duckdb = load_duckdb()
    keys = {
        table: [
            key
            for _, key in keys_of_days(
                lake, table, values["business"], values["from"], values["to"]
            )
        ]
        for table in query.tables
    }
    if folder is not None and isinstance(lake, LakeFolder):
        return _run(duckdb, query.bind(values), folder, keys)
    with tempfile.TemporaryDirectory(prefix="heard-lake-") as name:
        copy_files(lake, [key for of_table in keys.values() for key in of_table], Path(name))
        return _run(duckdb, query.bind(values), Path(name), keys)


def load_duckdb() -> Any:
    """The module. Raises CommandError with the way to install it."""
    try:
        return importlib.import_module("duckdb")
    except ImportError as error:
        raise CommandError(
            "Counting on this machine needs DuckDB, which is not installed.",
            "Install it: pip install 'heard[sql]', or pip install duckdb. Or let Athena count: "
            "--engine athena",
        ) from error


def _run(
    duckdb: Any, statement: str, folder: Path, keys: Mapping[str, Sequence[str]]
) -> QueryResult:
    # What it lacks it would fetch from the network.
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        for table, of_table in keys.items():
            paths = [str(folder / key) for key in of_table]
            connection.execute(view_of(table, paths))
        cursor = connection.execute(statement)
        columns = tuple(str(column[0]) for column in cursor.description)
        rows = tuple(tuple(_plain(value) for value in row) for row in cursor.fetchall())
    return QueryResult(columns, rows)


def view_of(table: str, paths: Sequence[str]) -> str:
    """The statement that makes a view of a table's files, with the columns that Athena sees."""
    types = {name: duckdb_type(kind) for name, kind in TABLES[table].items()}
    partitions: dict[str, str] = dict.fromkeys(PARTITIONS, "VARCHAR")
    if paths:
        files = ", ".join(map(_literal, paths))
        source = (
            f"* FROM read_json([{files}], format = 'newline_delimited', "
            f"columns = {_struct(types)}, hive_partitioning = true, "
            f"hive_types = {_struct(partitions)})"
        )
    else:
        all_types = types | partitions
        nulls = (f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in all_types.items())
        source = f"{', '.join(nulls)} WHERE false"
    return f'CREATE VIEW "{table}" AS SELECT {source}'


def duckdb_type(kind: str) -> str:
    """DuckDB's name for one of Athena's types. Raises KeyError for a type that no table has."""
    outer, _, inner = kind.partition("<")
    if not inner:
        return _TYPES[outer]
    parts = _split(inner.removesuffix(">"))
    match outer:
        case "array":
            return f"{duckdb_type(parts[0])}[]"
        case "map":
            return f"MAP({', '.join(map(duckdb_type, parts))})"
        case _:
            fields = (part.partition(":") for part in parts)
            return f"STRUCT({', '.join(f'"{n}" {duckdb_type(of_n)}' for n, _, of_n in fields)})"


def _split(text: str) -> list[str]:
    """The parts between commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _struct(values: Mapping[str, str]) -> str:
    fields = (f"{_literal(name)}: {_literal(kind)}" for name, kind in values.items())
    return f"{{{', '.join(fields)}}}"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
