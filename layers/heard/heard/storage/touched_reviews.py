"""Which reviews of a business were touched lately, found from their states and not from the log.

So an audit also finds a review whose outcomes were all removed, or moved to another day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from heard.clock import format_time
from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def touched_reviews(
    client: DynamoDBClient, table: str, business: str, start: datetime, end: datetime
) -> Iterator[str]:
    """The reviews of a business whose last change was in `[start, end)`, in no order.

    It reads the whole Cases table, because no index has it: for operators, now and then.
    """
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="sk = :sk AND review.business = :business "
        "AND review.touched_at >= :start AND review.touched_at < :end",
        ExpressionAttributeValues=attributes(
            {
                ":sk": "STATE",
                ":business": business,
                ":start": format_time(start),
                ":end": format_time(end),
            }
        ),
        ProjectionExpression="review.id",
    )
    for item in (values(item) for page in pages for item in page["Items"]):
        yield item["review"]["id"]
