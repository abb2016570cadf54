"""The polling of connections in the Setup table.

Where each one stands, when it is due, and what is remembered of its platform.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import moment, stamp
from heard.connectors import Connection
from heard.polling import BEFORE_CONNECTED, Memory, Poll, Seen, Trouble, pollable
from heard.storage.tables import Item, attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUCKETS: Final = 4
"""Partitions of the index of what is due.

Enough for thousands of connections, and each minute asks them all.
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A connection whose time has come."""

    connection: str
    platform: str
    every: int
    failures: int
    poll_at: datetime


class Polls:
    """Reads and writes the polling of connections.

    Every write is conditional, so that of two runs one counts.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def follow(self, connection: Connection, now: datetime, since: datetime | None = None) -> None:
        """Poll a connection from now on, if its platform is polled.

        One that is polled already goes on as it was.

        Reviews older than `since` (a day before now, if not said) are not answered.
        """
        every = pollable(connection)
        if every is None:
            return self.forget(connection.id)
        poll = Poll(
            connection.id, connection.platform, every, since or now - BEFORE_CONNECTED, poll_at=now
        )
        bucket = f"poll#{zlib.crc32(connection.id.encode()) % BUCKETS}"
        item = attributes(
            {"pk": _place(connection.id), "sk": "POLL", "poll_bucket": bucket, **_item(poll)}
        )
        self._written(
            lambda: self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        )
        return None

    def forget(self, connection: str) -> None:
        """Poll a connection no more, and forget what was seen there.

        Forgetting twice is no error.
        """
        for sort in ("POLL", "SEEN"):
            self._client.delete_item(TableName=self._table, Key=_key(connection, sort))

    def due(self, now: datetime) -> list[Due]:
        """The connections whose time has come, eventually consistent.

        Who has waited longest comes first.
        """
        found: list[Due] = []
        for bucket in range(BUCKETS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="polls",
                KeyConditionExpression="poll_bucket = :bucket AND poll_at <= :now",
                ExpressionAttributeValues=attributes(
                    {":bucket": f"poll#{bucket}", ":now": stamp(now)}
                ),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                connection = item["pk"].removeprefix("CONNECTION#")
                found.append(
                    Due(
                        connection,
                        item["platform"],
                        item["every"],
                        item["failures"],
                        moment(item["poll_at"]),
                    )
                )
        return sorted(found, key=lambda due: (due.poll_at, due.connection))

    def lease(self, due: Due, until: datetime) -> bool:
        """Take one turn of a connection, which is then due again at `until`.

        False when somebody else took it.
        """
        return self._written(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_key(due.connection, "POLL"),
                UpdateExpression="SET poll_at = :until",
                ConditionExpression="poll_at = :planned",
                ExpressionAttributeValues=attributes(
                    {":until": stamp(until), ":planned": stamp(due.poll_at)}
                ),
            )
        )

    def poll(self, connection: str) -> Poll | None:
        """Where the polling of a connection stands; None when it is not polled."""
        item = self._get(connection, "POLL")
        return _poll(item) if item else None

    def finish(self, before: Poll, after: Poll) -> bool:
        """Write where polling stands after a run, unless another run has done so since `before` was
        read (False then).
        """
        old, new = _item(before), _item(after)
        changed = {name: value for name, value in new.items() if old.get(name) != value} | {
            "version": before.version + 1
        }
        gone = old.keys() - new.keys()
        names = {f"#{name}": name for name in (*changed, *gone)}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
        update += " REMOVE " + ", ".join(f"#{name}" for name in sorted(gone)) if gone else ""
        expected = {f":{name}": value for name, value in changed.items()} | {
            ":before": before.version
        }
        return self._written(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_key(before.connection, "POLL"),
                UpdateExpression=update,
                ConditionExpression="#version = :before",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=attributes(expected),
            )
        )

    def memory(self, connection: str) -> tuple[Memory, int]:
        """What is remembered of a connection's reviews, and the version of that (0 before the
        first).
        """
        item = self._get(connection, "SEEN")
        if not item:
            return {}, 0
        rows = json.loads(zlib.decompress(item["seen"]))
        memory = {
            id: Seen(mark, at, edition, thread, "n" in flags, "g" in flags, "u" in flags)
            for id, mark, at, edition, thread, flags in rows
        }
        return memory, item["version"]

    def remember(self, connection: str, memory: Memory, version: int) -> bool:
        """Keep what is remembered, unless it has changed since `version` (False then).

        It is one packed item: about 35 bytes a review, where an item a review would cost a write
        for each that is forgotten as well.
        """
        rows = [
            (
                id,
                seen.mark,
                seen.at,
                seen.edition,
                seen.thread,
                "n" * seen.noted + "g" * seen.gone + "u" * seen.undated,
            )
            for id, seen in memory.items()
        ]
        packed = zlib.compress(
            json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(
                "utf-8", "surrogatepass"
            )
        )
        item = {"pk": _place(connection), "sk": "SEEN", "seen": packed, "version": version + 1}
        condition, expected = (
            ("version = :version", {":version": version})
            if version
            else ("attribute_not_exists(pk)", {})
        )
        put: dict[str, Any] = (
            {"ExpressionAttributeValues": attributes(expected)} if expected else {}
        )
        return self._written(
            lambda: self._client.put_item(
                TableName=self._table, Item=attributes(item), ConditionExpression=condition, **put
            )
        )

    def _get(self, connection: str, sort: str) -> Item:
        found = self._client.get_item(TableName=self._table, Key=_key(connection, sort))
        return values(found.get("Item", {}))

    @staticmethod
    def _written(write: Callable[[], object]) -> bool:
        try:
            write()
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _place(connection: str) -> str:
    return f"CONNECTION#{connection}"


def _key(connection: str, sort: str) -> Any:
    return attributes({"pk": _place(connection), "sk": sort})


def _item(poll: Poll) -> Item:
    """A poll's attributes without absent ones; `_poll` is its inverse."""
    fields = {name: getattr(poll, name) for name in Poll.__dataclass_fields__}
    fields |= {
        name: stamp(fields[name]) if fields[name] else None
        for name in ("since", "poll_at", "polled_at", "wait_until")
    }
    fields |= {
        "cursors": list(poll.cursors),
        "reached": list(poll.reached),
        "trouble": asdict(poll.trouble) if poll.trouble else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _poll(item: Mapping[str, Any]) -> Poll:
    fields = {name: item[name] for name in Poll.__dataclass_fields__ if name in item}
    fields |= {
        name: moment(item[name])
        for name in ("since", "poll_at", "polled_at", "wait_until")
        if name in item
    }
    fields |= {
        "cursors": tuple(item["cursors"]),
        "reached": tuple(item.get("reached", ())),
        "trouble": Trouble(**item["trouble"]) if "trouble" in item else None,
    }
    return Poll(**fields)
