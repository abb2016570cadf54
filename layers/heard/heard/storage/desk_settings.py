"""What each person set for their own desk: preferences, and which follow-ups they see later.

It lies beside the person's item and not in it, as the desk may write it, and not roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time, parse_time
from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LATER: Final = "LATER#"
_KEPT_AFTER: Final = timedelta(days=1)


class DeskSettings:
    """Reads and writes them. `subject` is always that of the caller."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def preferences(self, subject: str) -> dict[str, Any]:
        """What `put_preferences` stored last; empty when it never did."""
        response = self._client.get_item(
            TableName=self._table, Key=_key(subject, "PREFERENCES"), ConsistentRead=True
        )
        return values(response.get("Item", {})).get("preferences", {})

    def put_preferences(self, subject: str, preferences: Mapping[str, Any]) -> None:
        """Store a person's preferences (JSON values) in the place of those before."""
        item = {"pk": _pk(subject), "sk": "PREFERENCES", "preferences": dict(preferences)}
        self._client.put_item(TableName=self._table, Item=attributes(item))

    def later(self, subject: str) -> dict[str, datetime]:
        """Until when a person put off which follow-ups; some of them may have passed.

        Eventually consistent: half a read unit for some 40 of them.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=attributes({":pk": _pk(subject), ":prefix": _LATER}),
        )
        items = (values(item) for page in pages for item in page["Items"])
        return {item["sk"].removeprefix(_LATER): parse_time(item["until"]) for item in items}

    def put_later(self, subject: str, follow_up: str, until: datetime) -> None:
        """Store until when a person put a follow-up off. It expires a day after that."""
        item = {
            "pk": _pk(subject),
            "sk": f"{_LATER}{follow_up}",
            "until": format_time(until),
            "expires_at": int((until + _KEPT_AFTER).timestamp()),
        }
        self._client.put_item(TableName=self._table, Item=attributes(item))

    def remove_later(self, subject: str, follow_up: str) -> None:
        """Forget that a person put a follow-up off. Forgetting it twice is no error."""
        self._client.delete_item(TableName=self._table, Key=_key(subject, f"{_LATER}{follow_up}"))


def _pk(subject: str) -> str:
    return f"DESK#{subject}"


def _key(subject: str, sk: str) -> Any:
    return attributes({"pk": _pk(subject), "sk": sk})
