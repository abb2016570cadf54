"""What the optional engines have been asked today, in the Work table.

One counter per engine and UTC day for the whole stack.
"""

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
"""A month and a day, so that one can look up what a bill is made of."""


class EngineBudget:
    """Counts in one item per engine and day, which takes about 1,000 writes a second.

    Far more than an optional engine does.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, engine: str, day: date, units: int, limit: int) -> bool:
        """Take `units` (1 or more) of the `most` that an engine has on a day, all or none.

        One conditional write, of one write unit.

        False when too little is left, and also when the table does not answer: a budget that cannot
        be asked is used up.
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
    """One engine's budget: `most` calls a day. The `clock` says which day it is."""

    budget: EngineBudget
    engine: str
    daily_limit: int
    clock: Callable[[], datetime]

    def take(self, calls: int) -> bool:
        """Whether so many more calls are granted today, all or none."""
        return self.budget.take(
            self.engine, self.clock().astimezone(UTC).date(), calls, self.daily_limit
        )
