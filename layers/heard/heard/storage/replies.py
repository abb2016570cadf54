"""Replies as they are stored: their texts, their moderation, and how they were worded."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import format_time, parse_time
from heard.connectors import ReplyTarget
from heard.errors import Contention, DamagedText, NotFound
from heard.replies.lint import Fingerprint
from heard.storage.items import CaseItems
from heard.storage.keys import partition_key, reply_key
from heard.storage.sweep_index import sweep_attributes
from heard.storage.tables import Item, attributes, condition_failed, values
from heard.storage.vault import Erased
from heard.threads import Purpose

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

_log = logging.getLogger(__name__)

MODERATION_CHECK_DELAYS: Final = tuple(
    timedelta(hours=hours) for hours in (1 / 6, 1, 6, 24, 48, 96)
)
"""How long Heard waits before each question about a reply at a platform that moderates.

Over a week in all.
"""
MAX_REPLIES: Final = 50
"""How many replies of one thread are read at once: the newest."""
MAX_WORDING_SHINGLES: Final = 500
"""How many word sequences are kept of one reply; longer replies are compared by these."""
WORDING_RETENTION: Final = timedelta(days=90)
"""How long a person's reply counts among those that new ones are compared with (R10)."""

_SEALED_FIELDS: Final = {"text", "target", "note", "is_damaged"}
"""What is no attribute of the item."""
_NO_CONTENT: Final[Mapping[str, Any]] = {
    "text": "",
    "target": {"native_id": "", "native_thread": "", "to": {}},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as it was decided. It never changes, so that a retry sends the same one.

    A private reply has `sent_at` once it is sent; of a public one, its slot in the thread says so.
    A platform that moderates knows it as `native_id`. `check_count` is how often that platform was
    asked what became of it, and `moderation_status` its last answer. `note` is what its agent noted
    for the desk, sealed with the text. `is_damaged` says, in a list, that its text does not open:
    then it is empty.
    """

    id: str
    thread: str
    review: str
    author: str
    business: str
    connection: str
    purpose: Purpose
    public: bool
    text: str
    target: ReplyTarget
    follow_up: str | None = None
    variant: str | None = None
    agent: str | None = None
    at: str = ""
    sent_at: str | None = None
    native_id: str | None = None
    check_count: int = 0
    moderation_status: str | None = None
    note: Mapping[str, Any] | None = None
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A question about a reply that is due, with the reply's item as it was read."""

    item: Item

    @property
    def business(self) -> str:
        """Whose reply it is."""
        return self.item["business"]


class ReplyRecords(CaseItems):
    """Reads and writes replies."""

    _contended_page = ""
    """The page on which another acknowledgement came first, the last time."""

    def put_reply(self, reply: Reply) -> Reply:
        """Store a reply, its text sealed, before its slot is taken.

        One id always means one reply: returns the reply that was stored first. One that an erasure
        made unreadable before it had a slot is replaced, as nobody has it. Raises Erased when the
        author is erased by now.
        """
        pk, sk = partition_key(reply.thread), reply_key(reply.id)
        target = {
            "native_id": reply.target.native_id,
            "native_thread": reply.target.native_thread,
            "to": dict(reply.target.reply_to),
        }
        content: dict[str, Any] = {"text": reply.text, "target": target}
        plain_fields = {
            name: getattr(reply, name)
            for name in Reply.__dataclass_fields__
            if name not in _SEALED_FIELDS
        }
        if reply.note:
            content["note"] = dict(reply.note)
            # So that the desk knows of a note that does not open.
            plain_fields["noted"] = reply.note["resolution"]
        sealed = self.vault.seal(reply.author, f"{pk}/{sk}", content)
        item = {"pk": pk, "sk": sk, **sealed, **plain_fields}
        try:
            self._write([self._conditional_put(item, "attribute_not_exists(pk)", {})], [])
        except Contention:
            stored_item = self._get_item(pk, sk)
            try:
                return self._parse_reply(stored_item)
            except Erased:
                self._replace_erased(stored_item, item)
        return reply

    def _replace_erased(self, stored_item: Item, item: Item) -> None:
        condition, parameters = _unchanged_author(stored_item)
        if "sealed" in stored_item:
            condition += " AND sealed = :sealed"
            parameters[":sealed"] = stored_item["sealed"]
        else:
            condition += " AND attribute_not_exists(sealed)"
        self._write([self._conditional_put(item, condition, parameters)], [])

    def reply(self, thread: str, reply: str) -> Reply:
        """A reply by its id. Raises NotFound, Erased, DamagedText."""
        item = self._get_item(partition_key(thread), reply_key(reply))
        if not item:
            raise NotFound("There is no such reply.")
        return self._parse_reply(item)

    def review_of(self, thread: str, reply: str) -> str:
        """The review that a reply answers, even if its text cannot be read any more.

        Raises NotFound.
        """
        item = self._get_item(partition_key(thread), reply_key(reply))
        if "review" not in item:
            raise NotFound("There is no such reply.")
        return item["review"]

    def replies(self, thread: str, *, newest: int | None = MAX_REPLIES) -> list[Reply]:
        """The newest replies that were decided in a thread, in time order, without erased ones.

        A private thread may have thousands. With None it is all of them. One damaged text hides no
        other: see `Reply.is_damaged`.
        """
        stored = self._query_items(partition_key(thread), "REPLY#")
        items = (
            sorted(stored, key=_time_of)
            if newest is None
            else heapq.nlargest(newest, stored, key=_time_of)[::-1]
        )
        replies: list[Reply] = []
        for item in items:
            try:
                replies.append(self._parse_reply(item))
            except Erased:
                continue
            except DamagedText:
                replies.append(self._build_damaged_reply(item, thread))
        return replies

    def _parse_reply(self, item: Item) -> Reply:
        try:
            if "sealed" not in item:
                raise Erased(item["author"])
            place = f"{item['pk']}/{item['sk']}"
            return self._build_reply(item, self.vault.open(item["author"], place, item))
        except (KeyError, TypeError, ValueError) as error:
            # Only its key and the kind of error: the error's text may quote what is stored.
            _log.error("%s %s cannot be read: %s", item["pk"], item["sk"], type(error).__name__)
            raise DamagedText("A stored reply is damaged.") from error

    def _build_damaged_reply(self, item: Item, thread: str) -> Reply:
        """A reply of which only the fields outside of its text can be read, or only the id."""
        try:
            reply = self._build_reply(item, _NO_CONTENT)
        except (KeyError, TypeError, ValueError):
            reply = Reply(
                id=item["sk"].removeprefix("REPLY#"),
                thread=thread,
                review="",
                author="",
                business="",
                connection="",
                purpose=Purpose.RESOLUTION,
                public=True,
                text="",
                target=ReplyTarget("", "", {}),
                at=_time_of(item),
                follow_up=item.get("follow_up"),
            )
        resolution = item.get("noted")
        note = {"resolution": resolution, "agent": item.get("agent", ""), "damaged": True}
        return replace(reply, note=note if resolution else None, is_damaged=True)

    @staticmethod
    def _build_reply(item: Item, content: Mapping[str, Any]) -> Reply:
        target = ReplyTarget(
            content["target"]["native_id"],
            content["target"]["native_thread"],
            content["target"]["to"],
        )
        return Reply(
            id=item["id"],
            thread=item["thread"],
            review=item["review"],
            author=item["author"],
            business=item["business"],
            connection=item["connection"],
            purpose=Purpose(item["purpose"]),
            public=item["public"],
            text=content["text"],
            target=target,
            follow_up=item.get("follow_up"),
            variant=item.get("variant"),
            agent=item.get("agent"),
            at=item["at"],
            sent_at=item.get("sent_at"),
            native_id=item.get("native_id"),
            check_count=item.get("check_count", 0),
            moderation_status=item.get("moderation_status"),
            note=content.get("note"),
        )

    def confirm_reply(self, reply: Reply, native_id: str, now: datetime) -> None:
        """Note that a private reply was sent, as no slot in its thread says so.

        `native_id` is the platform's id of the reply. Noting it twice does no harm.
        """
        item = self._get_item(partition_key(reply.thread), reply_key(reply.id))
        self._put_unless_erased(item, {"sent_at": format_time(now), "native_id": native_id})

    def watch_moderation(self, reply: Reply, native_id: str, now: datetime) -> None:
        """Let the sweep ask a moderating platform later what became of a reply.

        `native_id` is the platform's id of the reply. Calling it twice starts nothing again.
        """
        item = self._get_item(partition_key(reply.thread), reply_key(reply.id))
        if not item.keys() & {"sweep_at", "moderation_status"}:
            sweep = sweep_attributes(now + MODERATION_CHECK_DELAYS[0], reply.id)
            self._put_unless_erased(item, {"native_id": native_id, **sweep})

    def _put_unless_erased(self, item: Item, changes: Item) -> None:
        """Write a reply's item with these changes, unless it was erased since it was read.

        Then nothing more is to be noted of it, and what was erased must not come back.
        """
        condition, parameters = _unchanged_author(item)
        with suppress(Contention):
            self._write([self._conditional_put(item | changes, condition, parameters)], [])

    def due_check(self, thread: str, reply: str, now: datetime) -> DueCheck | None:
        """The question about a watched reply that is due; None if none is due (any more)."""
        item = self._get_item(partition_key(thread), reply_key(reply))
        due = item.get("sweep_at")
        return None if due is None or parse_time(due) > now else DueCheck(item)

    def schedule_next_check(self, check: DueCheck, now: datetime) -> None:
        """Count a question that was asked, and set when the next is due.

        Nothing happens if another run did so meanwhile.
        """
        item = check.item
        check_count: int = item.get("check_count", 0) + 1
        wait = MODERATION_CHECK_DELAYS[min(check_count, len(MODERATION_CHECK_DELAYS) - 1)]
        condition, parameters = _unchanged_author(item)
        put = self._conditional_put(
            item | {"check_count": check_count, **sweep_attributes(now + wait, item["id"])},
            f"sweep_at = :due AND {condition}",
            {":due": item["sweep_at"], **parameters},
        )
        with suppress(Contention):
            self._write([put], [])

    def stop_watching(self, thread: str, reply: str, moderation_status: str) -> None:
        """End the questions about a reply without a fact, as it cannot be read any more.

        Ending them twice is no error.
        """
        try:
            self._client.update_item(
                **self._moderation_update(partition_key(thread), reply, moderation_status)
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def _moderation_write(self, reply: Reply, moderation_status: str) -> TransactWriteItemTypeDef:
        return {
            "Update": self._moderation_update(
                partition_key(reply.thread), reply.id, moderation_status
            )
        }

    def _moderation_update(self, pk: str, reply: str, moderation_status: str) -> UpdateTypeDef:
        return {
            "TableName": self._table,
            "Key": attributes({"pk": pk, "sk": reply_key(reply)}),
            "UpdateExpression": (
                "SET moderation_status = :moderation_status REMOVE sweep_bucket, sweep_at"
            ),
            "ConditionExpression": "attribute_exists(sweep_at)",
            "ExpressionAttributeValues": attributes({":moderation_status": moderation_status}),
        }

    def put_wording(self, reply: Reply, fingerprint: Fingerprint) -> None:
        """Keep how a person's reply is worded, so that the next ones can be compared (R10)."""
        expires_at = parse_time(reply.at) + WORDING_RETENTION
        wording = b"".join(
            shingle.to_bytes(4) for shingle in sorted(fingerprint)[:MAX_WORDING_SHINGLES]
        )
        item = {
            "pk": f"WORDING#{reply.business}",
            "sk": f"{reply.at}#{reply.id}",
            "wording": wording,
        }
        self._client.put_item(
            TableName=self._table,
            Item=attributes(item | {"expires_at": int(expires_at.timestamp())}),
        )

    def latest_wordings(
        self, business: str, count: int, *, other_than: Collection[str] = ()
    ) -> list[Fingerprint]:
        """How a business's latest replies by people are worded, newest first.

        Replies with the ids `other_than` are left out.
        """
        response = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=attributes({":pk": f"WORDING#{business}"}),
            ScanIndexForward=False,
            Limit=count + len(other_than),
        )
        items = [
            item
            for item in map(values, response["Items"])
            if item["sk"].rpartition("#")[2] not in other_than and "wording" in item
        ]
        return [_parse_wording(item["wording"]) for item in items[:count]]

    def last_variant(self, page: str) -> str | None:
        """The variant of the last acknowledgement on a page; None before the first.

        A page is what onlookers read together. It is read at half the price, and may be a moment
        old: then `record_variant` refuses it, and the next reading is exact.
        """
        is_contended = page == self._contended_page
        item = self._get_item(f"PAGE#{page}", "LAST_VARIANT", consistent=is_contended)
        return item.get("variant")

    def record_variant(self, page: str, variant: str, before: str | None) -> bool:
        """Note a page's last variant.

        False when another one was noted since `before` was read (R10).
        """
        condition = "attribute_not_exists(variant)" if before is None else "variant = :before"
        parameters = attributes(
            {":variant": variant} | ({} if before is None else {":before": before})
        )
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes({"pk": f"PAGE#{page}", "sk": "LAST_VARIANT"}),
                UpdateExpression="SET variant = :variant",
                ConditionExpression=condition,
                ExpressionAttributeValues=parameters,
            )
        except ClientError as error:
            if condition_failed(error):
                self._contended_page = page
                return False
            raise
        return True


def _time_of(item: Item) -> str:
    time = item.get("at")
    return time if isinstance(time, str) else ""


def _unchanged_author(item: Item) -> tuple[str, Item]:
    """The condition that a reply was not erased since it was read: that changes its author."""
    return "author = :author", {":author": item["author"]}


def _parse_wording(packed: bytes) -> Fingerprint:
    return frozenset(
        int.from_bytes(packed[start : start + 4]) for start in range(0, len(packed), 4)
    )
