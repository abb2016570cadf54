"""The polls of connections, in the Setup table: their states, and the reviews that they saw."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import format_time, parse_time
from heard.connectors import Connection
from heard.polling import (
    LOOKBACK,
    Cursor,
    Memory,
    PollFailure,
    PollState,
    SeenReview,
    poll_interval,
)
from heard.storage.tables import Item, attributes, condition_failed, values
from heard.stored_fields import known_fields

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX_BUCKETS: Final = 4
"""Partitions of the index of due polls.

They are enough for thousands of connections, and each minute's run reads them all.
"""


@dataclass(frozen=True, slots=True)
class DuePoll:
    """A connection that is due."""

    connection: str
    platform: str
    every: int
    failures: int
    poll_at: datetime


@dataclass(frozen=True, slots=True)
class PollLease:
    """A poll that this run took. `business` is empty in a state of an earlier release."""

    business: str


class Polls:
    """Reads and writes poll states and memories.

    Every write has a condition, so that of two runs at once one counts.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def start(self, connection: Connection, now: datetime, since: datetime | None = None) -> None:
        """Poll a connection from now on, if its platform is polled.

        One that is polled already goes on as it was. Reviews older than `since` are not answered;
        without it, those older than a day.
        """
        every = poll_interval(connection)
        if every is None:
            return self.stop(connection.id)
        poll = PollState(
            connection.id,
            connection.platform,
            every,
            since or now - LOOKBACK,
            poll_at=now,
            mark_key=new_mark_key(),
            business=connection.business,
        )
        bucket = f"poll#{zlib.crc32(connection.id.encode()) % INDEX_BUCKETS}"
        item = attributes(
            {
                "pk": _partition_key(connection.id),
                "sk": "POLL",
                "poll_bucket": bucket,
                **_to_item(poll),
            }
        )
        self._try_write(
            lambda: self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        )
        return None

    def stop(self, connection: str) -> None:
        """Stop polling a connection, and forget its reviews. Stopping twice is no error."""
        for sk in ("POLL", "SEEN"):
            self._client.delete_item(TableName=self._table, Key=_key(connection, sk))

    def due(
        self, now: datetime, *, on_unreadable: Callable[[str, Exception], None]
    ) -> list[DuePoll]:
        """The connections that are due, the longest overdue first. Read eventually consistent.

        What cannot be read, as another release wrote it, is left out: `on_unreadable` is called
        with the connection and what is wrong with it.
        """
        due_polls: list[DuePoll] = []
        for bucket in range(INDEX_BUCKETS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="polls",
                KeyConditionExpression="poll_bucket = :bucket AND poll_at <= :now",
                ExpressionAttributeValues=attributes(
                    {":bucket": f"poll#{bucket}", ":now": format_time(now)}
                ),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                connection = item["pk"].removeprefix("CONNECTION#")
                try:
                    due_polls.append(_parse_due_poll(connection, item))
                except (KeyError, TypeError, ValueError) as error:
                    on_unreadable(connection, error)
        return sorted(due_polls, key=lambda due: (due.poll_at, due.connection))

    def lease(self, due: DuePoll, until: datetime) -> PollLease | None:
        """Take one poll of a connection, which is then due again at `until`.

        None when another run took it.
        """
        try:
            response = self._client.update_item(
                TableName=self._table,
                Key=_key(due.connection, "POLL"),
                UpdateExpression="SET poll_at = :until",
                ConditionExpression="poll_at = :planned",
                ExpressionAttributeValues=attributes(
                    {":until": format_time(until), ":planned": format_time(due.poll_at)}
                ),
                # The index of due polls does not have the business, and this costs nothing.
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return PollLease(values(response.get("Attributes", {})).get("business", ""))

    def state(self, connection: str) -> PollState | None:
        """The poll state of a connection. None when it is not polled."""
        item = self._get(connection, "POLL")
        return _from_item(item) if item else None

    def save_state(self, before: PollState, after: PollState) -> bool:
        """Store the state after a poll. False when another run did so since `before` was read."""
        old, new = _to_item(before), _to_item(after)
        changes = {name: value for name, value in new.items() if old.get(name) != value} | {
            "version": before.version + 1
        }
        removed_names = old.keys() - new.keys()
        names = {f"#{name}": name for name in (*changes, *removed_names)}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in changes)
        update += (
            " REMOVE " + ", ".join(f"#{name}" for name in sorted(removed_names))
            if removed_names
            else ""
        )
        parameters = {f":{name}": value for name, value in changes.items()} | {
            ":before": before.version
        }
        return self._try_write(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_key(before.connection, "POLL"),
                UpdateExpression=update,
                ConditionExpression="#version = :before",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=attributes(parameters),
            )
        )

    def memory(self, connection: str) -> tuple[Memory, int]:
        """What is remembered of a connection's reviews, and its version (0 if nothing is)."""
        item = self._get(connection, "SEEN")
        if not item:
            return {}, 0
        rows = json.loads(zlib.decompress(item["seen"]))
        memory = {
            id: SeenReview(
                state_hash,
                at,
                revision_hash,
                thread,
                too_old="n" in flags,
                gone="g" in flags,
                undated="u" in flags,
                erased="e" in flags,
            )
            for id, state_hash, at, revision_hash, thread, flags in rows
        }
        return memory, item["version"]

    def remember(self, connection: str, memory: Memory, version: int) -> bool:
        """Store what is remembered. False when it has changed since `version`.

        It is one packed item with about 35 bytes a review. With an item for each review, forgetting
        one would cost a write too.
        """
        rows = [
            (
                id,
                review.state_hash,
                review.at,
                review.revision_hash,
                review.thread,
                "n" * review.too_old
                + "g" * review.gone
                + "u" * review.undated
                + "e" * review.erased,
            )
            for id, review in memory.items()
        ]
        compressed_rows = zlib.compress(
            json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(
                "utf-8", "surrogatepass"
            )
        )
        item = {
            "pk": _partition_key(connection),
            "sk": "SEEN",
            "seen": compressed_rows,
            "version": version + 1,
        }
        condition, parameters = (
            ("version = :version", {":version": version})
            if version
            else ("attribute_not_exists(pk)", {})
        )
        options: dict[str, Any] = (
            {"ExpressionAttributeValues": attributes(parameters)} if parameters else {}
        )
        return self._try_write(
            lambda: self._client.put_item(
                TableName=self._table,
                Item=attributes(item),
                ConditionExpression=condition,
                **options,
            )
        )

    def forget_author(self, connection: str, native_ids: Collection[str]) -> bool:
        """Forget all but the revisions of an erased author's reviews, and all of withdrawn ones.

        With the revisions a poll does not bring the words back, and still notices an edit. False
        when another run changed the memory meanwhile: try again. Doing it twice does no harm.
        """
        memory, version = self.memory(connection)
        erased_reviews = {
            id: SeenReview("", review.at, review.revision_hash, review.thread, erased=True)
            for id, review in memory.items()
            if id in native_ids and not review.gone and not review.erased
        }
        gone_ids = {id for id, review in memory.items() if id in native_ids and review.gone}
        if not erased_reviews and not gone_ids:
            return True
        remaining = {id: review for id, review in memory.items() if id not in gone_ids}
        return self.remember(connection, remaining | erased_reviews, version)

    def _get(self, connection: str, sk: str) -> Item:
        response = self._client.get_item(TableName=self._table, Key=_key(connection, sk))
        return values(response.get("Item", {}))

    @staticmethod
    def _try_write(write: Callable[[], object]) -> bool:
        try:
            write()
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _parse_due_poll(connection: str, item: Mapping[str, Any]) -> DuePoll:
    poll_at = parse_time(item["poll_at"])
    return DuePoll(connection, item["platform"], int(item["every"]), int(item["failures"]), poll_at)


def new_mark_key() -> bytes:
    """A random key for the hashes in a connection's memory."""
    return secrets.token_bytes(16)


def _partition_key(connection: str) -> str:
    return f"CONNECTION#{connection}"


def _key(connection: str, sk: str) -> Any:
    return attributes({"pk": _partition_key(connection), "sk": sk})


def _to_item(poll: PollState) -> Item:
    """A state's attributes without absent ones. `_from_item` is the inverse."""
    fields = {name: getattr(poll, name) for name in PollState.__dataclass_fields__}
    fields |= {
        name: format_time(fields[name]) if fields[name] else None
        for name in ("since", "poll_at", "polled_at", "wait_until")
    }
    fields |= {
        "cursors": [
            [cursor.place, cursor.reached, *([True] if cursor.forward else [])]
            for cursor in poll.cursors
        ],
        "last_failure": asdict(poll.last_failure) if poll.last_failure else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _from_item(item: Mapping[str, Any]) -> PollState:
    fields = {name: item[name] for name in PollState.__dataclass_fields__ if name in item}
    fields |= {
        name: parse_time(item[name])
        for name in ("since", "poll_at", "polled_at", "wait_until")
        if name in item
    }
    fields |= {
        "cursors": tuple(Cursor(*parts) for parts in item["cursors"]),
        "last_failure": (
            PollFailure(**known_fields(PollFailure, item["last_failure"]))
            if "last_failure" in item
            else None
        ),
    }
    return PollState(**fields)
