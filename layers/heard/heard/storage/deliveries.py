"""Notes of the latest webhook requests of each connection, to find out why nothing arrives.

A note says when a request came, what the result was and why. It holds nothing of the request. Notes
are samples: of equal results one a minute is kept per process. So a flood, genuine or forged, costs
one write a minute and not one a request. Notes disappear after two weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from heard.clock import format_time
from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOTE_RETENTION: Final = timedelta(days=14)
NOTE_INTERVAL: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """One note.

    `result` is accepted, quarantined, empty, refused or handshake. `reason` says why a request was
    refused, and `events` how many events were queued. `skipped` counts the requests with the same
    result and reason that came after the note before it and got no note.
    """

    at: str
    result: str
    reason: str = ""
    events: int = 0
    skipped: int = 0


class Deliveries:
    """Writes and reads the notes, in the cases table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._latest_notes: dict[tuple[str, str, str], tuple[datetime, int]] = {}

    def note(self, connection: str, result: str, reason: str, events: int, now: datetime) -> bool:
        """Note a request, unless an equal one was noted less than `NOTE_INTERVAL` ago.

        False if the table did not take the note. This raises nothing: a note is worth less than the
        delivery, which is stored by now and would be sent again.
        """
        key = (connection, result, reason)
        at, skipped = self._latest_notes.get(key, (None, 0))
        if at is not None and now - at < NOTE_INTERVAL:
            self._latest_notes[key] = (at, skipped + 1)
            return True
        if len(self._latest_notes) > 1_000:
            self._latest_notes.clear()
        self._latest_notes[key] = (now, 0)
        item = {
            "pk": f"DELIVERY#{connection}",
            "sk": f"{format_time(now)}#{result}#{reason}",
            "at": format_time(now),
            "result": result,
            "reason": reason,
        }
        item |= {
            "events": events,
            "skipped": skipped,
            "expires_at": int((now + NOTE_RETENTION).timestamp()),
        }
        try:
            self._client.put_item(TableName=self._table, Item=attributes(item))
        except (BotoCoreError, ClientError):
            del self._latest_notes[key]
            return False
        return True

    def of_connection(self, connection: str, limit: int = 20) -> list[DeliveryNote]:
        """A connection's latest notes, newest first."""
        response = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"DELIVERY#{connection}"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        items = [values(item) for item in response["Items"]]
        return [
            DeliveryNote(**{name: item[name] for name in DeliveryNote.__dataclass_fields__})
            for item in items
        ]
