"""The sweep's index: what may be stuck, by the time from which the sweep must act on it.

An item is in the index while it has `sweep_bucket` (its shard) and `sweep_at`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from heard.cases import Review, is_unsent
from heard.clock import format_time, parse_time
from heard.storage.items import CaseItems
from heard.storage.tables import Item, attributes, values
from heard.threads import Thread

SWEEP_SHARDS: Final = 16
"""Each takes about 1,000 writes a second, and a sweep asks for each of them.

The number may only grow: what is stored stays in the shard it was given.
"""
_DAYS_OF_OLD_BUCKETS: Final = 36
_OLD_SHARDS: Final = 8
_SWEEP_SECONDS: Final = 300
SWEEP_REVIEW_AFTER: Final = timedelta(minutes=15)
"""An open review without a follow-up is swept when nothing has touched it for this long."""
SWEEP_FOLLOW_UP_AFTER: Final = timedelta(minutes=10)
"""A follow-up is swept when its workflow is this late."""


@dataclass(frozen=True, slots=True)
class StuckItem:
    """What the sweep must set in motion again: one of three things, the others are None.

    A review that nothing closed, a follow-up whose timer did not end, or a `reply` (with its
    `thread`) whose moderation is to be checked.
    """

    review: str | None
    follow_up: str | None
    reply: str | None = None
    thread: str | None = None


class SweepIndex(CaseItems):
    """Reads the index."""

    def stuck_items(self, now: datetime) -> list[StuckItem]:
        """What is stuck, however long ago it was due."""
        items: list[StuckItem] = []
        for bucket in (*_buckets(), *_old_buckets(now)):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="sweep",
                KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                ExpressionAttributeValues=attributes({":bucket": bucket, ":now": format_time(now)}),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                items.append(_parse_stuck_item(item["pk"], item["sk"]))
        return items


def _parse_stuck_item(pk: str, sk: str) -> StuckItem:
    if sk == "FOLLOW_UP":
        return StuckItem(None, pk)
    if sk.startswith("REPLY#"):
        return StuckItem(None, None, sk.removeprefix("REPLY#"), f"thr_{pk}")
    return StuckItem(f"rev_{pk}", None)


def is_delayed_acknowledgement(review: Review, thread: Thread) -> bool:
    """Whether only the sweep will start the sending: the run that decided it has ended."""
    slot = thread.slot(review.reply) if review.reply else None
    return slot is not None and slot.not_before is not None and is_unsent(slot)


def sweep_due_at(review: Review, thread: Thread) -> datetime:
    """When the sweep must act on an open review.

    When its delayed acknowledgement may be sent, else `SWEEP_REVIEW_AFTER` its last change.
    """
    slot = thread.slot(review.reply) if review.reply else None
    if slot and slot.not_before and slot.is_waiting(parse_time(review.touched_at)):
        return parse_time(slot.not_before)
    return parse_time(review.touched_at) + SWEEP_REVIEW_AFTER


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
