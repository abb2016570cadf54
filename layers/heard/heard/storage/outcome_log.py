"""The Outcomes table: outcomes are appended in a case's transaction, and read by review or day.

Nothing here changes or deletes an outcome, and no function is allowed to.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time
from heard.errors import BadRequest, Tampered
from heard.outcomes import Kind, Outcome
from heard.storage.tables import Item, attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

SHARDS: Final = 4
"""Partitions of a business's day, so that a busy business does not overload one."""

MAX_DAYS: Final = 400
"""Days of one page: a question about decades must end before its function does."""

_EARLIEST: Final = "2020-01-01"
"""No outcome is older."""


@dataclass(frozen=True, slots=True)
class OutcomeCriteria:
    """Which outcomes an auditor asks for: a business's in `[start, end)`.

    Empty `kinds`, and None for severity and channel, mean all.
    """

    business: str
    start: datetime
    end: datetime
    kinds: tuple[Kind, ...] = ()
    severity: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Some outcomes in time order, and where the next page begins (None when there is none)."""

    outcomes: tuple[Outcome, ...]
    next: str | None


class OutcomeLog:
    """Reads the Outcomes table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_review(self, review: str) -> tuple[Outcome, ...]:
        """A review's outcomes in order, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="review = :review",
            ExpressionAttributeValues=attributes({":review": review}),
            ConsistentRead=True,
        )
        return tuple(_parse_outcome(values(item)) for page in pages for item in page["Items"])

    def page(
        self, criteria: OutcomeCriteria, *, limit: int = 100, after: str | None = None
    ) -> OutcomePage:
        """One page of outcomes in time order, after the cursor `after` of the page before.

        It reads about as many items as it returns, whatever the table's size: the shards of each
        day are merged in small pages. It ends after `MAX_DAYS` days, also without any outcome, and
        says where the next page begins. Raises BadRequest for an unknown cursor, Tampered for an
        outcome that Heard did not write.
        """
        start = max(_EARLIEST, format_time(criteria.start), f"{after}\x00" if after else "")
        end = format_time(criteria.end)
        outcomes: list[Outcome] = []
        try:
            day = date.fromisoformat(start[:10])
        except ValueError as error:
            raise BadRequest(
                "`after` is not the `next` of a page. Leave it out to start from the beginning."
            ) from error
        first_day = day
        while len(outcomes) <= limit and start <= end and day.isoformat() <= end:
            if day - first_day >= timedelta(days=MAX_DAYS):
                return OutcomePage(tuple(outcomes), day.isoformat())
            streams = [
                self._read_shard(criteria, day, shard, start, end, limit // SHARDS + 2)
                for shard in range(SHARDS)
            ]
            for outcome in heapq.merge(*streams, key=_sort_key):
                outcomes.append(outcome)
                if len(outcomes) > limit:
                    break
            if day == date.max:
                break
            day += timedelta(days=1)
        more = len(outcomes) > limit
        return OutcomePage(
            tuple(outcomes[:limit]), _sort_key(outcomes[limit - 1]) if more else None
        )

    def reviews_of_day(self, business: str, day: date) -> dict[str, int]:
        """The reviews to which something happened on a day, with their last sequence number of it.

        In no order. Eventually consistent.
        """
        last: dict[str, int] = {}
        for shard in range(SHARDS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="by_day",
                KeyConditionExpression="business_day = :day",
                ProjectionExpression="review, #sequence",
                ExpressionAttributeNames={"#sequence": "sequence"},
                ExpressionAttributeValues=attributes(
                    {":day": f"{business}#{day.isoformat()}#{shard}"}
                ),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                last[item["review"]] = max(item["sequence"], last.get(item["review"], 0))
        return last

    def _read_shard(
        self, criteria: OutcomeCriteria, day: date, shard: int, start: str, end: str, size: int
    ) -> Iterator[Outcome]:
        parameters = {":kinds" + str(i): kind.value for i, kind in enumerate(criteria.kinds)}
        filters = [f"kind IN ({', '.join(parameters)})"] if parameters else []
        for name in ("severity", "channel"):
            if value := getattr(criteria, name):
                parameters[f":{name}"] = value
                filters.append(f"{name} = :{name}")
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_day",
            "KeyConditionExpression": "business_day = :day AND at_id BETWEEN :start AND :end",
            "ExpressionAttributeValues": attributes(
                {
                    ":day": f"{criteria.business}#{day.isoformat()}#{shard}",
                    ":start": start,
                    ":end": end,
                }
                | parameters
            ),
            "Limit": size,
        }
        if filters:
            query["FilterExpression"] = " AND ".join(filters)
        for page in self._client.get_paginator("query").paginate(**query):
            yield from (_parse_outcome(values(item)) for item in page["Items"])


def _parse_outcome(item: Item) -> Outcome:
    try:
        return Outcome.from_json(item)
    except (KeyError, TypeError, ValueError) as error:
        raise Tampered(
            f"Outcome {item['sequence']} of {item['review']} is not one that Heard wrote.",
            sequence=item["sequence"],
        ) from error


def outcome_of_image(image: Mapping[str, AttributeValueTypeDef]) -> Outcome:
    """The outcome of an item as the stream of the Outcomes table holds it.

    Raises Tampered, or KeyError, TypeError and the like, for an image that Heard did not write.
    """
    return _parse_outcome(values(image))


def _sort_key(outcome: Outcome) -> str:
    return f"{outcome.at}#{outcome.id}"


def append_writes(table: str, outcomes: Sequence[Outcome]) -> list[TransactWriteItemTypeDef]:
    """The writes that append these outcomes, each only if its place in the chain is free."""
    return [
        {
            "Put": {
                "TableName": table,
                "Item": attributes(
                    outcome.to_json()
                    | {"business_day": _business_day(outcome), "at_id": _sort_key(outcome)}
                ),
                "ConditionExpression": "attribute_not_exists(review)",
            }
        }
        for outcome in outcomes
    ]


def _business_day(outcome: Outcome) -> str:
    shard = zlib.crc32(outcome.review.encode()) % SHARDS
    return f"{outcome.business}#{outcome.at[:10]}#{shard}"
