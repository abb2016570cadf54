"""How long each business keeps texts, in the Setup table: one partition, so that a run lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.retention import Retention
from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION = "RETENTION"


class Retentions:
    """Reads and writes the retentions of businesses."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_business(self, business: str) -> Retention:
        """The retention of a business; one that keeps everything if none was set."""
        response = self._client.get_item(
            TableName=self._table,
            Key=attributes({"pk": _PARTITION, "sk": business}),
            ConsistentRead=True,
        )
        return Retention(values(response.get("Item", {})).get("texts_months"))

    def put(self, business: str, retention: Retention) -> None:
        """Set the retention of a business. One that keeps everything stays listed.

        So what an earlier one has begun to delete is completed.
        """
        item = {"pk": _PARTITION, "sk": business, "texts_months": retention.texts_months}
        self._client.put_item(TableName=self._table, Item=attributes(item))

    def businesses(self) -> list[str]:
        """The businesses that have ever set a retention."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": _PARTITION}),
        )
        return [values(item)["sk"] for page in pages for item in page["Items"]]
