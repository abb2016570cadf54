"""The files of the lake: where each lies, and how it is written and read."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heard.outcomes import Outcome


def partition(table: str, business: str, day: str) -> str:
    """The folder of a table's files of one day."""
    return f"{table}/business={business}/day={day}/"


def rows_key(business: str, day: str) -> str:
    """Where the rows of a day lie."""
    return partition("reviews", business, day) + "rows.jsonl.gz"


def summary_key(business: str, day: str) -> str:
    """Where the summary of a day lies."""
    return partition("days", business, day) + "summary.json"


def packed_lines(values: Iterable[Mapping[str, Any]]) -> bytes:
    """The values as JSON lines, packed. Equal values give equal bytes: no time is in them."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as file:
        for value in values:
            file.write(json_line(value))
    return packed.getvalue()


def json_line(value: Mapping[str, Any]) -> bytes:
    """The value as one line of JSON, with its end.

    Half of a surrogate pair, which only a forged outcome can hold, becomes a question mark: an
    engine that reads the file would refuse the whole of it.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace") + b"\n"


def read_facts(packed: bytes) -> Iterator[Outcome]:
    """The outcomes of a file of facts, in its order.

    A line that is no outcome, such as the record of a seal, is left out. Raises ValueError,
    KeyError, TypeError, EOFError or OSError when the file is damaged.
    """
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        for line in file:
            # What somebody forged was sealed as it is, also half of a surrogate pair.
            fields: Any = json.loads(line.decode("utf-8", "surrogatepass"))
            if isinstance(fields, dict) and {"review", "sequence", "kind"} <= fields.keys():
                yield Outcome.from_json(fields)  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """The outcomes of a file of facts, which are read anew each time: a large day fills a GB."""

    packed: bytes

    def __iter__(self) -> Iterator[Outcome]:
        return read_facts(self.packed)
