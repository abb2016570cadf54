"""The sweep's index: what may be stuck, by the time from which the sweep must act on it.

An item is in the index while it has `sweep_bucket` (its shard) and `sweep_at`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from heard.cases import Review, is_unsent
from heard.clock import format_time, parse_time
from heard.follow_ups import FollowUp, Status
from heard.storage.items import CaseItems
from heard.storage.tables import Item, attributes, values
from heard.threads import Thread

SWEEP_SHARDS: Final = 64
"""Each takes 1,000 write units a second, and a review needs two: one to get in and one to get out.

One that a person answers needs two more, as its answer is owed. So 64 shards take 10,000 reviews a
second with less than half of what they could (docs/scale.md). A sweep
asks for each of them, half a read unit each when nothing is stuck: 32 units every five minutes, 3
cents a month. The number may only grow: what is stored stays in the shard it was given.
"""
_DAYS_OF_OLD_BUCKETS: Final = 36
_OLD_SHARDS: Final = 8
_SWEEP_SECONDS: Final = 300
SWEEP_REVIEW_AFTER: Final = timedelta(minutes=15)
"""An open review without a follow-up is swept when nothing has touched it for this long."""
SWEEP_FOLLOW_UP_AFTER: Final = timedelta(minutes=3)
"""A follow-up is swept when its workflow is this late: with what is due, or with a resolution."""


@dataclass(frozen=True, slots=True)
class StuckItem:
    """What the sweep must set in motion again: one of three things, the others are None.

    A review that nothing closed, a follow-up whose workflow is late, or a `reply` (with its
    `thread`) whose moderation is to be checked. All are None for an item of another release, whose
    kind is not known here. `key` names the item, for logs.
    """

    key: str
    review: str | None = None
    follow_up: str | None = None
    reply: str | None = None
    thread: str | None = None


class SweepIndex(CaseItems):
    """Reads the index."""

    def stuck_items(self, now: datetime) -> Iterator[StuckItem]:
        """What is stuck, however long ago it was due. A page of it is in memory."""
        for bucket in (*_buckets(), *_old_buckets(now)):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="sweep",
                KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                ExpressionAttributeValues=attributes({":bucket": bucket, ":now": format_time(now)}),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                yield _parse_stuck_item(item["pk"], item["sk"])

    def stuck_reviews(self, now: datetime, *, limit: int) -> tuple[list[str], bool]:
        """Reviews of all businesses that nothing closed and nobody has, and whether these are all.

        At most the first `limit` of each shard: one query each. An index of the first release is
        left to the sweep, which soon moves what is in it.
        """
        reviews: list[str] = []
        are_all = True
        for bucket in _buckets():
            response = self._client.query(
                TableName=self._table,
                IndexName="sweep",
                KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                ExpressionAttributeValues=attributes({":bucket": bucket, ":now": format_time(now)}),
                Limit=limit,
            )
            stuck = [
                _parse_stuck_item(item["pk"], item["sk"]) for item in map(values, response["Items"])
            ]
            reviews += [item.review for item in stuck if item.review]
            are_all = are_all and "LastEvaluatedKey" not in response
        return reviews, are_all


def _parse_stuck_item(pk: str, sk: str) -> StuckItem:
    key = f"{pk}/{sk}"
    if sk == "FOLLOW_UP":
        return StuckItem(key, follow_up=pk)
    if sk.startswith("REPLY#"):
        return StuckItem(key, reply=sk.removeprefix("REPLY#"), thread=f"thr_{pk}")
    return StuckItem(key, review=f"rev_{pk}") if sk == "STATE" else StuckItem(key)


def owes_acknowledgement(review: Review, thread: Thread) -> bool:
    """Whether an acknowledgement was decided that is not sent yet."""
    slot = thread.slot(review.reply) if review.reply else None
    return slot is not None and is_unsent(slot)


def sweep_due_at(review: Review, thread: Thread) -> datetime:
    """When the sweep must act on an open review.

    When its delayed acknowledgement may be sent, else `SWEEP_REVIEW_AFTER` its last change.
    """
    slot = thread.slot(review.reply) if review.reply else None
    if slot and slot.not_before and slot.is_waiting(parse_time(review.touched_at)):
        return parse_time(slot.not_before)
    return parse_time(review.touched_at) + SWEEP_REVIEW_AFTER


def follow_up_sweep_at(follow_up: FollowUp, now: datetime) -> datetime:
    """When the sweep must look at a follow-up that is written now.

    Soon, if a resolution is to be carried out: nobody may find out that it lies unsent. Else when
    it is due.
    """
    starts_at = now if follow_up.status is Status.RESOLVING else parse_time(follow_up.due_at)
    return starts_at + SWEEP_FOLLOW_UP_AFTER


def sweep_attributes(at: datetime, pk: str) -> Item:
    """What an item needs to be in the index from `at` on."""
    return {
        "sweep_bucket": _bucket(zlib.crc32(pk.encode()) % SWEEP_SHARDS),
        "sweep_at": format_time(at),
    }


def _buckets() -> list[str]:
    return [_bucket(shard) for shard in range(SWEEP_SHARDS)]


def _bucket(shard: int) -> str:
    return f"shard#{shard}"


def _old_buckets(now: datetime) -> list[str]:
    """The buckets of one day, as the first release wrote them: a day and a shard.

    Each sweep reads another of the last days, so that every three hours all of them are read.
    """
    sweep_number = int(now.timestamp()) // _SWEEP_SECONDS
    day = now.astimezone(UTC) - timedelta(days=sweep_number % _DAYS_OF_OLD_BUCKETS)
    return [f"{day:%Y-%m-%d}#{shard}" for shard in range(_OLD_SHARDS)]
