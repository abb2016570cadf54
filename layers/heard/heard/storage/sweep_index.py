"""The sweep's index: what may be stuck, by the time from which the sweep must act on it.

An item is in the index while it has `sweep_bucket` (a day and a shard) and `sweep_at`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from heard.cases import Review, is_unsent
from heard.clock import format_time, parse_time
from heard.storage.items import CaseItems
from heard.storage.tables import Item, attributes, values
from heard.threads import Thread

SWEEP_SHARDS: Final = 8
SWEEP_DAYS: Final = 35
"""How many days back the sweep reads.

Longer than a follow-up stays open by default, so that no outage hides one.
"""
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

    def stuck_items(self, now: datetime) -> Iterator[StuckItem]:
        """What is stuck, by the days on which it was due. A page of it is in memory."""
        for day in range(SWEEP_DAYS + 1):
            time_in_day = now - timedelta(days=day)
            for shard in range(SWEEP_SHARDS):
                pages = self._client.get_paginator("query").paginate(
                    TableName=self._table,
                    IndexName="sweep",
                    KeyConditionExpression="sweep_bucket = :bucket AND sweep_at <= :now",
                    ExpressionAttributeValues=attributes(
                        {":bucket": _sweep_bucket(time_in_day, shard), ":now": format_time(now)}
                    ),
                )
                for item in (values(item) for page in pages for item in page["Items"]):
                    yield _parse_stuck_item(item["pk"], item["sk"])


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
        "sweep_bucket": _sweep_bucket(at, zlib.crc32(pk.encode()) % SWEEP_SHARDS),
        "sweep_at": format_time(at),
    }


def _sweep_bucket(at: datetime, shard: int) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}#{shard}"
