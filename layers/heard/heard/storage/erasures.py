"""Who was erased and when, in the Setup table: to erase them again after a restore of a backup.

A record holds our id of the author, which is a hash, and nothing else of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from heard.clock import format_time, parse_time
from heard.storage.tables import Item, attributes, values
from heard.storage.vault import TOMBSTONE_RETENTION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """One erasure of one author, and the quarantined deliveries (ids) that it deleted."""

    business: str
    author: str
    at: datetime
    deliveries: frozenset[str] = frozenset()


class Erasures:
    """Reads and writes the records of erasures."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def record(self, erasure: ErasureRecord) -> None:
        """Record an erasure before it begins. Recording it twice records it once."""
        item: Item = {
            "pk": f"ERASED#{erasure.business}",
            "sk": f"{format_time(erasure.at)}#{erasure.author}",
            "expires_at": int((erasure.at + TOMBSTONE_RETENTION).timestamp()),
        }
        if erasure.deliveries:
            item["deliveries"] = sorted(erasure.deliveries)
        self._client.put_item(TableName=self._table, Item=attributes(item))

    def of_business(self, business: str) -> list[ErasureRecord]:
        """The erasures of a business that are still remembered, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"ERASED#{business}"}),
            ConsistentRead=True,
        )
        return [_parse_record(business, values(item)) for page in pages for item in page["Items"]]

    def all(self) -> Iterator[ErasureRecord]:
        """Every erasure that is still remembered. Reads the whole table: for operators."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :prefix)",
            ExpressionAttributeValues=attributes({":prefix": "ERASED#"}),
            ConsistentRead=True,
        )
        for item in (values(item) for page in pages for item in page["Items"]):
            yield _parse_record(item["pk"].removeprefix("ERASED#"), item)


def _parse_record(business: str, item: Item) -> ErasureRecord:
    at, author = item["sk"].split("#", 1)
    return ErasureRecord(business, author, parse_time(at), frozenset(item.get("deliveries", ())))
