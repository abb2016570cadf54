"""How often the external engines were called: one counter for each engine and UTC day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from heard.storage.tables import attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COUNTER_RETENTION: Final = timedelta(days=32)
"""A month and a day: long enough to compare the counters with the bill of a month."""


class EngineBudget:
    """Counts calls, for the whole stack.

    One item takes about 1,000 writes a second, far more than an external engine needs.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, engine: str, day: date, units: int, limit: int) -> bool:
        """Take `units` (1 or more) of the `limit` that an engine has on a day, all or none.

        False when too few are left, and also when the table does not respond: a budget that cannot
        be read counts as used up.
        """
        if units > limit:
            return False
        expires_at = datetime.combine(day, time(), UTC) + COUNTER_RETENTION
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": f"ENGINE#{engine}", "sk": day.isoformat()}),
                UpdateExpression="ADD used :units SET expires_at = :expires_at",
                ConditionExpression="attribute_not_exists(used) OR used <= :room",
                ExpressionAttributeValues=attributes(
                    {
                        ":units": units,
                        ":room": limit - units,
                        ":expires_at": int(expires_at.timestamp()),
                    }
                ),
            )
        except (ClientError, BotoCoreError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Allowance:
    """One engine's budget: `daily_limit` calls a day. `clock` says which day it is."""

    budget: EngineBudget
    engine: str
    daily_limit: int
    clock: Callable[[], datetime]

    def take(self, calls: int) -> bool:
        """Take `calls` of today's budget, all or none. False when too few are left."""
        return self.budget.take(
            self.engine, self.clock().astimezone(UTC).date(), calls, self.daily_limit
        )
