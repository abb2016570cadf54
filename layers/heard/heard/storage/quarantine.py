"""Genuine deliveries that could not be read.

They are kept in the Cases table, shown to the business, and replayed after a fix. Only a body that
is too long for an item is not kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class QuarantinedDelivery:
    """One delivery as it arrived. `why` says what could not be read, without quoting it."""

    id: str
    business: str
    connection: str
    platform: str
    received_at: str
    why: str
    method: str
    query: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Quarantine:
    """Reads and writes a business's quarantine."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, delivery: QuarantinedDelivery) -> None:
        """Keep a delivery."""
        item = {name: getattr(delivery, name) for name in delivery.__dataclass_fields__}
        keys = {
            "pk": f"QUARANTINE#{delivery.business}",
            "sk": f"{delivery.received_at}#{delivery.id}",
        }
        self._client.put_item(
            TableName=self._table,
            Item=attributes(item | keys | {"headers": dict(delivery.headers)}),
        )

    def of_business(self, business: str) -> list[QuarantinedDelivery]:
        """The deliveries in a business's quarantine, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"QUARANTINE#{business}"}),
        )
        fields = QuarantinedDelivery.__dataclass_fields__
        items = [values(item) for page in pages for item in page["Items"]]
        return [
            QuarantinedDelivery(**{name: item.get(name, "") for name in fields}) for item in items
        ]

    def find(self, business: str, needles: Sequence[str]) -> list[QuarantinedDelivery]:
        """The deliveries of a business that mention one of these texts."""
        return [
            delivery
            for delivery in self.of_business(business)
            if any(needle.encode() in delivery.body for needle in needles)
        ]

    def remove(self, delivery: QuarantinedDelivery) -> None:
        """Remove a delivery that has been replayed. Removing twice is no error."""
        key = {
            "pk": f"QUARANTINE#{delivery.business}",
            "sk": f"{delivery.received_at}#{delivery.id}",
        }
        self._client.delete_item(TableName=self._table, Key=attributes(key))
