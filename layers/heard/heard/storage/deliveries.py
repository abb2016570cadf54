"""What came through the webhook door lately, connection by connection, so that a business can see
why nothing arrives.

A note says when, what came of it and why; nothing of the request. Notes are samples: of equal
results in a row one a minute is kept per process, so that a flood, genuine or forged, costs one
write a minute and not one a request. They disappear after two weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from heard.clock import stamp
from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_FOR: Final = timedelta(days=14)
EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Noted:
    """One note.

    `result` is accepted, quarantined, refused or handshake, `reason` why it was refused or kept,
    `events` how many it held.

    `unnoted` is how many requests of the same result came since the note before it.
    """

    at: str
    result: str
    reason: str = ""
    events: int = 0
    unnoted: int = 0


class Deliveries:
    """Writes and reads the notes, in the Work table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._last: dict[tuple[str, str, str], tuple[datetime, int]] = {}

    def note(self, connection: str, result: str, reason: str, events: int, now: datetime) -> bool:
        """Note a request, unless the same was noted less than `EVERY` ago.

        False if the table did not take it.

        That is told and not raised: a note is worth less than the delivery, which is durable by now
        and would be sent again.
        """
        same = (connection, result, reason)
        at, unnoted = self._last.get(same, (None, 0))
        if at is not None and now - at < EVERY:
            self._last[same] = (at, unnoted + 1)
            return True
        if len(self._last) > 1_000:
            self._last.clear()
        self._last[same] = (now, 0)
        item = {
            "pk": f"DOOR#{connection}",
            "sk": f"{stamp(now)}#{result}#{reason}",
            "at": stamp(now),
            "result": result,
            "reason": reason,
        }
        item |= {
            "events": events,
            "unnoted": unnoted,
            "expires_at": int((now + KEPT_FOR).timestamp()),
        }
        try:
            self._client.put_item(TableName=self._table, Item=attributes(item))
        except (BotoCoreError, ClientError):
            del self._last[same]
            return False
        return True

    def of_connection(self, connection: str, limit: int = 20) -> list[Noted]:
        """A connection's latest notes, newest first."""
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"DOOR#{connection}"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        items = [values(item) for item in found["Items"]]
        return [
            Noted(**{name: item[name] for name in Noted.__dataclass_fields__}) for item in items
        ]
