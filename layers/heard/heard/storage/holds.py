"""Holds as they are stored, in the Setup table: in force, lifted, or over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import format_time, parse_time
from heard.errors import Contention, NotFound
from heard.holds import Hold, HoldReason
from heard.storage.tables import Item, attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENDED_HOLD_RETENTION: Final = timedelta(days=400)
"""How long a hold is listed after it ended."""


class Holds:
    """Reads and writes the holds of businesses."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, hold: Hold) -> None:
        """Store a new hold. Storing it twice stores it once."""
        fields: Item = {
            "id": hold.id,
            "reason": hold.reason.value,
            "contact": hold.contact,
            "since": format_time(hold.since),
            "until": hold.until.isoformat(),
            "reviews": list(hold.reviews),
            "author": hold.author,
            "start": hold.start.isoformat() if hold.start else None,
            "end": hold.end.isoformat() if hold.end else None,
            "expires_at": int((_end_of(hold.until) + ENDED_HOLD_RETENTION).timestamp()),
        }
        self._client.put_item(
            TableName=self._table, Item=attributes(self._key(hold.business, hold.id) | fields)
        )

    def of_business(self, business: str) -> list[Hold]:
        """All holds of a business: in force, and ended in the last 400 days.

        Strongly consistent.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"HOLD#{business}"}),
            ConsistentRead=True,
        )
        return [_parse(business, values(item)) for page in pages for item in page["Items"]]

    def in_force(self, business: str, now: datetime) -> list[Hold]:
        """The holds of a business that keep words now."""
        return [hold for hold in self.of_business(business) if hold.is_in_force(now)]

    def lift(self, business: str, hold: str, now: datetime) -> None:
        """End a hold. Lifting it twice lifts it once. Raises NotFound."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes(self._key(business, hold)),
                UpdateExpression="SET lifted_at = if_not_exists(lifted_at, :now)",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=attributes({":now": format_time(now)}),
            )
        except ClientError as error:
            if condition_failed(error):
                raise NotFound("There is no such hold.") from error
            raise

    def note_passed_day(self, hold: Hold, day: date) -> None:
        """Note that retention passes over a day of which this hold keeps reviews.

        The earliest day counts. Raises Contention when the hold is not stored any more.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes(self._key(hold.business, hold.id)),
                UpdateExpression="SET first_day = :day",
                ConditionExpression="attribute_exists(pk) AND "
                "(attribute_not_exists(first_day) OR first_day >= :day)",
                ExpressionAttributeValues=attributes({":day": day.isoformat()}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            if hold.id not in {other.id for other in self.of_business(hold.business)}:
                raise Contention("A hold has just expired. Try again.") from error

    def settle(self, hold: Hold, now: datetime) -> None:
        """Note that retention goes on from what an ended hold kept."""
        parameters: Item = {
            ":yes": True,
            ":expires_at": int((now + ENDED_HOLD_RETENTION).timestamp()),
        }
        condition = "attribute_not_exists(first_day)"
        if hold.first_day:
            condition = "first_day = :day"
            parameters[":day"] = hold.first_day.isoformat()
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes(self._key(hold.business, hold.id)),
                UpdateExpression="SET settled = :yes, expires_at = :expires_at REMOVE first_day",
                ConditionExpression=f"attribute_exists(pk) AND {condition}",
                ExpressionAttributeValues=attributes(parameters),
            )
        except ClientError as error:
            if condition_failed(error):
                raise Contention("Another run works with this hold. Try again.") from error
            raise

    @staticmethod
    def _key(business: str, hold: str) -> dict[str, Any]:
        return {"pk": f"HOLD#{business}", "sk": hold}


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _parse(business: str, item: Item) -> Hold:
    def day(name: str) -> date | None:
        return date.fromisoformat(item[name]) if name in item else None

    return Hold(
        id=item["id"],
        business=business,
        reason=HoldReason(item["reason"]),
        contact=item["contact"],
        since=parse_time(item["since"]),
        until=date.fromisoformat(item["until"]),
        reviews=tuple(item["reviews"]),
        author=item.get("author"),
        start=day("start"),
        end=day("end"),
        lifted_at=parse_time(item["lifted_at"]) if "lifted_at" in item else None,
        first_day=day("first_day"),
        is_settled="settled" in item and "first_day" not in item,
    )
