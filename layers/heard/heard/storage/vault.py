"""Personal texts, sealed with XChaCha20-Poly1305 under one key for each author.

So deleting that key erases the author. The keys are in the Cases table, which is encrypted with a
customer-managed KMS key. A sealed text can only be opened at the place where it was stored.

An erasure leaves a tombstone, which says when the author was erased. Words from before may still
come from a queue, a platform or a backup: because of the tombstone they are not stored again.

A text that does not open is erased only if an erasure explains it. Otherwise it or its key was
damaged, which is a fault and closes nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from heard.automatic_replies import AutomaticReply
from heard.clock import format_time, parse_time
from heard.commitments import VERSION_2, CommitmentKind, commit, is_same
from heard.errors import DamagedText
from heard.storage.sealing import open_sealed, pack, seal, unpack
from heard.storage.tables import attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_log = logging.getLogger(__name__)

TOMBSTONE_RETENTION: Final = timedelta(days=400)
"""How long an erasure is remembered: longer than a dead letter (14 days) and a backup (35 days)."""

RETIREMENT_DELAY: Final = timedelta(hours=1)
"""How long an author without reviews is marked before their key goes: longer than any step runs."""

MAX_COMPLAINTS: Final = 1_001
"""How many complaints of one author are counted: no rule asks for more than 1,000 others."""

CACHE_SECONDS: Final = 5.0
"""How long a key is cached: for one step, but too short to seal with an erased key."""
MAX_CACHED_KEYS: Final = 1_000


class Erased(Exception):
    """The author was erased: the key is deleted, so the text can never be read again."""


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What is known of an author.

    `complaints` counts their reviews that complained. `value` is what they are worth to the
    business (R21). `last_variant` is the wording of their last acknowledgement. `has_key` says
    whether their texts can be read. `automatic_replies` are those that they got lately;
    `replies_version` changes with each of them. `erased_at` is when they were erased last, None if
    never: words from before are not stored again.
    """

    complaints: int = 0
    value: int | None = None
    last_variant: str | None = None
    has_key: bool = False
    automatic_replies: tuple[AutomaticReply, ...] = ()
    replies_version: int = 0
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuthorNote:
    """What a first review leaves with its author: that it complains, or its automatic reply.

    `review` is its id, for the list of the author's reviews; `complaint` is the same id if it
    complains. `replies` are the automatic replies with the new one, whose wording is `variant`.
    """

    complaint: str | None = None
    replies: tuple[AutomaticReply, ...] = ()
    variant: str | None = None
    review: str | None = None


class _CachedAuthor(NamedTuple):
    """What a process remembers of an author for some seconds."""

    read_at: float
    key: bytes | None
    erased_at: str | None
    unlisted_at: str | None


class Vault:
    """Seals and opens the texts of authors."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._cache: dict[str, _CachedAuthor] = {}
        self._new_keys: dict[str, tuple[bytes, str | None]] = {}

    def seal(self, author: str, associated_data: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """`content` (JSON values) sealed for this author, as the attributes that an item gets.

        It opens only with the same `associated_data`, which names the place where it is stored.
        After an erasure of the author, `sealed_after` says which one: the key is a new one since.
        Raises Erased when the author was erased and has no new key.
        """
        fields: dict[str, Any] = {
            "sealed": seal(self._key(author, create=True), associated_data, pack(content))
        }
        erased_at = self._find(author, must_have_key=True).erased_at
        return fields | ({"sealed_after": erased_at} if erased_at else {})

    def open(self, author: str, associated_data: str, item: Mapping[str, Any]) -> dict[str, Any]:
        """The content that `seal` sealed into this item.

        Raises Erased when an erasure deleted the author's key, DamagedText when the item or the
        key is not what was stored.
        """
        cached = self._find(author, must_have_key=True)
        plaintext = (
            None if cached.key is None else open_sealed(cached.key, associated_data, item["sealed"])
        )
        if plaintext is not None and (content := unpack(plaintext)) is not None:
            return content
        is_before_erasure = (
            plaintext is None
            and cached.erased_at is not None
            and (cached.key is None or item.get("sealed_after") != cached.erased_at)
        )
        if is_before_erasure:
            raise Erased(author)
        _log.error("The text at %s is damaged, or its key is.", associated_data)
        raise DamagedText(
            f"The text at {associated_data} does not open, though its author was never erased "
            "after it was sealed. It or its key was changed. Restore both from a backup "
            "(docs/operations.md, Damaged texts)."
        )

    def author_record(self, author: str, *, other_than: str = "") -> AuthorRecord:
        """What is known of an author, without the review `other_than` among the complaints."""
        item = self._read_author(author)
        self._put_in_cache(author, item)
        value = item.get("value")
        return AuthorRecord(
            complaints=len(set(item.get("complaints", ())) - {other_than}),
            value=None if value is None else int(value),
            last_variant=item.get("last_variant"),
            has_key="key" in item,
            automatic_replies=tuple(map(_parse_reply, item.get("automatic_replies", ()))),
            replies_version=int(item.get("replies_version", 0)),
            erased_at=parse_time(item["erased_at"]) if "erased_at" in item else None,
        )

    def commitment(
        self, author: str, kind: CommitmentKind, content: str, *, may_be_new: bool = True
    ) -> str:
        """The commitment to a content of this author: see `heard.commitments`.

        An author without a key gets one, which `store_key` stores before anything refers to it. But
        with `may_be_new` false it raises Erased for them.
        """
        cached = self._find(author, must_have_key=False)
        if cached.key is None:
            if not may_be_new:
                raise Erased(author)
            new_key = (secrets.token_bytes(32), cached.erased_at)
            return commit(self._new_keys.setdefault(author, new_key)[0], kind, content)
        return commit(cached.key, kind, content)

    def has_new_key(self, author: str) -> bool:
        """Whether commitments were made with a key that `store_key` has yet to store."""
        return author in self._new_keys

    def store_key(self, author: str, note: AuthorNote | None = None) -> bool:
        """Store an author's new key, if commitments were made with one, and with it a note.

        With an author who has a key already, nothing is noted. False when another key came first,
        or the author was erased since. Then the commitments must be made again.
        """
        if author not in self._new_keys:
            return True
        key, erased_at = self._new_keys.pop(author)
        condition = "erased_at = :erased_at" if erased_at else "attribute_not_exists(erased_at)"
        parameters: dict[str, Any] = {":key": key}
        if erased_at:
            parameters[":erased_at"] = erased_at
        update, note_condition, note_parameters = _note_update(note or AuthorNote())
        try:
            response = self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                # A tombstone stays, for old words that still come, but the key must not expire.
                UpdateExpression=f"SET #key = :key{update} REMOVE expires_at, unlisted_at",
                ConditionExpression=f"attribute_not_exists(#key) AND {condition}{note_condition}",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues=attributes(parameters | note_parameters),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                self._cache.pop(author, None)
                return False
            raise
        self._put_in_cache(author, values(response["Attributes"]))
        return True

    def retain_key(self, author: str) -> bool:
        """Keep the key of an author who is about to have a review again: see `retire`.

        False when the key is gone. Then the commitments must be made again.
        """
        if self._find(author, must_have_key=True).unlisted_at is None:
            return True
        self._cache.pop(author, None)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                UpdateExpression="REMOVE unlisted_at",
                ConditionExpression="attribute_exists(#key)",
                ExpressionAttributeNames={"#key": "key"},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def retire(self, author: str, now: datetime) -> bool:
        """Forget an author who has no reviews: key, value and counters. True when it is done.

        The first call only marks them, and a later one, `RETIREMENT_DELAY` after it, deletes. So a
        run of triage that read the key before the mark has ended, and one that reads the mark
        takes it away (`retain_key`). A tombstone of an erasure stays for its time.
        """
        item = self._read_author(author)
        marked_at = item.get("unlisted_at")
        if not item.keys() - {"pk", "sk", "erased_at", "expires_at"}:
            return True
        if marked_at and parse_time(marked_at) > now - RETIREMENT_DELAY:
            return False
        condition: Any = {
            "ConditionExpression": "unlisted_at = :marked_at",
            "ExpressionAttributeValues": attributes({":marked_at": marked_at}),
        }
        key: Any = {"TableName": self._table, "Key": self._item_key(author)}
        self._cache.pop(author, None)
        try:
            if marked_at is None:
                self._client.update_item(
                    **key,
                    UpdateExpression="SET unlisted_at = :now",
                    ConditionExpression="attribute_exists(pk) AND "
                    "attribute_not_exists(unlisted_at)",
                    ExpressionAttributeValues=attributes({":now": format_time(now)}),
                )
                return False
            if "erased_at" in item:
                tombstone = _tombstone(author, parse_time(item["erased_at"]))
                self._client.put_item(
                    TableName=self._table, Item=attributes(tombstone), **condition
                )
            else:
                self._client.delete_item(**key, **condition)
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def forget_review(self, author: str, review: str) -> None:
        """Take a review off the author's item: list and complaints. Doing it twice is no error."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                UpdateExpression="DELETE listed_reviews :review, complaints :review",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":review": {"SS": [review]}},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def is_committed(self, author: str, kind: CommitmentKind, content: str, stored: str) -> bool:
        """Whether a stored commitment of this author is to this content. Raises Erased."""
        if not stored.startswith(VERSION_2):
            return is_same(stored, "", content)
        return is_same(stored, commit(self._key(author, create=False), kind, content), content)

    def record_automatic_replies(
        self, author: str, replies: Sequence[AutomaticReply], variant: str, *, version: int
    ) -> bool:
        """Note an author's automatic replies, and the variant of the last one.

        False when another one was noted since the author's `version` was read: the decision that
        there may be one more must be made again (R04). Also when the author was erased.
        """
        condition = (
            "replies_version = :version" if version else "attribute_not_exists(replies_version)"
        )
        parameters: dict[str, Any] = {
            ":replies": [_reply_fields(reply) for reply in replies],
            ":variant": variant,
            ":next": version + 1,
        } | ({":version": version} if version else {})
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                UpdateExpression="SET automatic_replies = :replies, last_variant = :variant, "
                "replies_version = :next",
                ConditionExpression=f"attribute_exists(#key) AND {condition}",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues=attributes(parameters),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def record_variant(self, author: str, variant: str) -> None:
        """Note the variant of an author's last acknowledgement: the next is another one (R10)."""
        self._set_attribute(author, "last_variant", {"S": variant})

    def put_value(self, author: str, value: int | None) -> None:
        """Store what an author is worth to the business (R21), 0 to 100; None deletes it."""
        self._set_attribute(author, "value", {"NULL": True} if value is None else {"N": str(value)})

    def count_complaint(self, author: str, review: str) -> bool:
        """Count a review among its author's complaints; counting it twice counts it once.

        After `MAX_COMPLAINTS` no more are counted. False when the author was erased.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                UpdateExpression="ADD complaints :review",
                ConditionExpression="attribute_exists(#key) AND "
                "(attribute_not_exists(complaints) OR size(complaints) < :most)",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues={
                    ":review": {"SS": [review]},
                    ":most": {"N": str(MAX_COMPLAINTS)},
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return self.has_key(author)
            raise
        return True

    def has_key(self, author: str) -> bool:
        """Whether an author has a key at this moment, whatever is cached."""
        return self._put_in_cache(author, self._read_author(author)).key is not None

    def erase(self, author: str, now: datetime) -> bool:
        """Put a tombstone in the place of all that is known of an author, the key included.

        What the key sealed can never be read again, and commitments mean nothing any more. False
        when there was no key: erasing twice is no error. Which review was listed here stays, until
        its words are deleted: only this list leads to them.
        """
        tombstone = _tombstone(author, now)
        while True:
            reviews: Any = self._read_author(author).get("listed_reviews")
            condition: Any = {"ConditionExpression": "attribute_not_exists(listed_reviews)"}
            if reviews:
                condition = {
                    "ConditionExpression": "listed_reviews = :listed",
                    "ExpressionAttributeValues": attributes({":listed": reviews}),
                }
            try:
                response = self._client.put_item(
                    TableName=self._table,
                    Item=attributes(tombstone | ({"listed_reviews": reviews} if reviews else {})),
                    ReturnValues="ALL_OLD",
                    **condition,
                )
            except ClientError as error:
                if condition_failed(error):
                    continue
                raise
            self._cache.pop(author, None)
            return "key" in values(response.get("Attributes", {}))

    def _set_attribute(self, author: str, name: str, value: AttributeValueTypeDef) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=self._item_key(author),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )

    def _key(self, author: str, *, create: bool) -> bytes:
        key = self._find(author, must_have_key=not create).key
        if key is None:
            if not create:
                raise Erased(author)
            key = self._create_key(author)
        return key

    def _find(self, author: str, *, must_have_key: bool) -> _CachedAuthor:
        """What is known of an author's key.

        It is read from the table if it is not cached, or if the author `must_have_key` and the
        cache knows none.
        """
        cached = self._cache.get(author)
        is_fresh = cached is not None and monotonic() - cached.read_at <= CACHE_SECONDS
        if cached is None or not is_fresh or (must_have_key and cached.key is None):
            cached = self._put_in_cache(author, self._read_author(author))
        return cached

    def _put_in_cache(self, author: str, item: Mapping[str, Any]) -> _CachedAuthor:
        if len(self._cache) >= MAX_CACHED_KEYS:
            self._cache.clear()
        cached = _CachedAuthor(
            monotonic(), item.get("key"), item.get("erased_at"), item.get("unlisted_at")
        )
        self._cache[author] = cached
        return cached

    def _create_key(self, author: str) -> bytes:
        try:
            response = self._client.update_item(
                TableName=self._table,
                Key=self._item_key(author),
                UpdateExpression="SET #key = if_not_exists(#key, :key)",
                ConditionExpression="attribute_exists(#key) OR attribute_not_exists(erased_at)",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues={":key": {"B": secrets.token_bytes(32)}},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                raise Erased(author) from error
            raise
        item = values(response["Attributes"])
        self._put_in_cache(author, item)
        return item["key"]

    def _read_author(self, author: str) -> dict[str, Any]:
        # Strongly consistent: a key that was just created must not look like an erased one.
        response = self._client.get_item(
            TableName=self._table, Key=self._item_key(author), ConsistentRead=True
        )
        return values(response.get("Item", {}))

    @staticmethod
    def _item_key(author: str) -> dict[str, Any]:
        return attributes({"pk": author, "sk": "AUTHOR"})


def _tombstone(author: str, erased_at: datetime) -> dict[str, Any]:
    return {
        "pk": author,
        "sk": "AUTHOR",
        "erased_at": format_time(erased_at),
        "expires_at": int((erased_at + TOMBSTONE_RETENTION).timestamp()),
    }


def _note_update(note: AuthorNote) -> tuple[str, str, dict[str, Any]]:
    """What a note adds to an update of an author, to its condition, and the values of both."""
    update = condition = ""
    parameters: dict[str, Any] = {}
    if note.variant:
        update += ", automatic_replies = :replies, last_variant = :variant, replies_version = :next"
        condition += " AND attribute_not_exists(replies_version)"
        parameters |= {
            ":replies": [_reply_fields(reply) for reply in note.replies],
            ":variant": note.variant,
            ":next": 1,
        }
    if note.review:
        # A tombstone may still list a review whose words are being deleted.
        update += " ADD listed_reviews :listed"
        parameters[":listed"] = {note.review}
    if note.complaint:
        update += ", complaints :complaint" if note.review else " ADD complaints :complaint"
        parameters[":complaint"] = {note.complaint}
    return update, condition, parameters


def _reply_fields(reply: AutomaticReply) -> list[Any]:
    """A list, because names of fields would make the item larger than what they name."""
    words = b"".join(run.to_bytes(4) for run in sorted(reply.words))
    return [reply.review, reply.thread, reply.reply, reply.at, words, reply.written_at]


def _parse_reply(fields: Sequence[Any]) -> AutomaticReply:
    review, thread, reply, at, words, *written_at = fields
    runs = (words[start : start + 4] for start in range(0, len(words), 4))
    word_runs = frozenset(map(int.from_bytes, runs))
    return AutomaticReply(review, thread, reply, at, word_runs, *written_at)
