"""Outcomes in few words, of whole days: for whoever looks for what is missing among many.

A page of outcomes (`outcome_log`) has everything of some. Here is little of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heard.gaps import Mark
from heard.outcomes import Kind
from heard.storage.tables import Item, attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ_TOGETHER: Final = 500
"""How many outcomes one query reads: at most some 50 read units."""


@dataclass(frozen=True, slots=True)
class MarkedDays:
    """The marks of the first `days` of the days that were asked for: these were read whole."""

    marks: tuple[Mark, ...]
    days: int


def read_marks(
    client: DynamoDBClient,
    table: str,
    days: Sequence[Sequence[str]],
    kinds: Iterable[Kind],
    *,
    max_queries: int,
) -> MarkedDays:
    """The marks of these kinds. `days` are the keys in the index by day, the most wanted day first.

    It makes at most `max_queries` queries. A day that they do not suffice for is left out whole, so
    that what is said of a day is said of all of it. In no order. Eventually consistent.
    """
    kind_values = {f":kind{place}": kind.value for place, kind in enumerate(sorted(kinds))}
    query: Any = {
        "TableName": table,
        "IndexName": "by_day",
        "KeyConditionExpression": "business_day = :day",
        "FilterExpression": f"kind IN ({', '.join(kind_values)})",
        "ProjectionExpression": "review, #sequence, kind, #at, platform",
        "ExpressionAttributeNames": {"#sequence": "sequence", "#at": "at"},
        "Limit": _READ_TOGETHER,
    }
    marks: list[Mark] = []
    queries_left = max_queries
    for number, keys in enumerate(days):
        marks_of_day: list[Mark] = []
        for key in keys:
            position: Any = {}
            while position is not None:
                if not queries_left:
                    return MarkedDays(tuple(marks), number)
                queries_left -= 1
                parameters = attributes({":day": key} | kind_values)
                response = client.query(**query, **position, ExpressionAttributeValues=parameters)
                marks_of_day += [_parse_mark(values(item)) for item in response["Items"]]
                last = response.get("LastEvaluatedKey")
                position = {"ExclusiveStartKey": last} if last else None
        marks += marks_of_day
    return MarkedDays(tuple(marks), len(days))


def _parse_mark(item: Item) -> Mark:
    return Mark(item["review"], item["sequence"], Kind(item["kind"]), item["at"], item["platform"])
