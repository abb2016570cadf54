"""Personal texts, sealed with XChaCha20-Poly1305 under one key for each author.

So deleting that key erases the author. The keys are in the Cases table, which is encrypted with a
customer-managed KMS key. A sealed text can only be opened at the place where it was stored.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.automatic_replies import AutomaticReply
from heard.storage.tables import attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

CACHE_SECONDS: Final = 5.0
"""How long a key is cached: for one step, but too short to seal with an erased key."""
MAX_CACHED_KEYS: Final = 1_000

_NONCE_BYTES: Final = 24


class Erased(Exception):
    """The author was erased: the key is deleted, so the text can never be read again."""


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What is known of an author.

    `complaints` counts their reviews that complained. `value` is what they are worth to the
    business (R21). `last_variant` is the wording of their last acknowledgement. `has_key` says
    whether their texts can be read. `automatic_replies` are those that they got lately;
    `replies_version` changes with each of them.
    """

    complaints: int = 0
    value: int | None = None
    last_variant: str | None = None
    has_key: bool = False
    automatic_replies: tuple[AutomaticReply, ...] = ()
    replies_version: int = 0


class Vault:
    """Seals and opens the texts of authors."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._key_cache: dict[str, tuple[float, bytes | None]] = {}

    def seal(self, author: str, associated_data: str, content: Mapping[str, Any]) -> bytes:
        """`content` (JSON values) as a ciphertext for this author.

        It opens only with the same `associated_data`, which names the place where it is stored.
        """
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt  # noqa: PLC0415 - costs cold start, and not every function reads texts

        nonce = secrets.token_bytes(_NONCE_BYTES)
        plaintext = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + encrypt(
            plaintext, associated_data.encode(), nonce, self._key(author, create=True)
        )

    def open(self, author: str, associated_data: str, sealed: bytes) -> dict[str, Any]:
        """The content that `seal` sealed. Raises Erased when the author's key was deleted."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt  # noqa: PLC0415 - as above
        from nacl.exceptions import CryptoError  # noqa: PLC0415

        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return json.loads(
                decrypt(
                    ciphertext, associated_data.encode(), nonce, self._key(author, create=False)
                )
            )
        except CryptoError as error:
            # Sealed before an erasure: the author wrote again since, and has a new key.
            raise Erased(author) from error

    def author_record(self, author: str, *, other_than: str = "") -> AuthorRecord:
        """What is known of an author, without the review `other_than` among the complaints."""
        item = self._read_author(author)
        self._put_in_cache(author, item.get("key"))
        value = item.get("value")
        return AuthorRecord(
            complaints=len(set(item.get("complaints", ())) - {other_than}),
            value=None if value is None else int(value),
            last_variant=item.get("last_variant"),
            has_key="key" in item,
            automatic_replies=tuple(map(_parse_reply, item.get("automatic_replies", ()))),
            replies_version=int(item.get("replies_version", 0)),
        )

    def record_automatic_replies(
        self, author: str, replies: Sequence[AutomaticReply], variant: str, *, version: int
    ) -> bool:
        """Note an author's automatic replies, and the variant of the last one.

        False when another one was noted since the author's `version` was read: the decision that
        there may be one more must be made again (R04).
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
                ConditionExpression=condition,
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

    def count_complaint(self, author: str, review: str) -> None:
        """Count a review among its author's complaints; counting it twice counts it once."""
        self._client.update_item(
            TableName=self._table,
            Key=self._item_key(author),
            UpdateExpression="ADD complaints :review",
            ExpressionAttributeValues={":review": {"SS": [review]}},
        )

    def erase(self, author: str) -> bool:
        """Delete the author's key: what it sealed can never be read again.

        False when there was no key: erasing twice is no error.
        """
        response = self._client.delete_item(
            TableName=self._table, Key=self._item_key(author), ReturnValues="ALL_OLD"
        )
        self._key_cache.pop(author, None)
        return "Attributes" in response

    def _set_attribute(self, author: str, name: str, value: AttributeValueTypeDef) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=self._item_key(author),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )

    def _key(self, author: str, *, create: bool) -> bytes:
        read_at, key = self._key_cache.get(author, (0.0, None))
        if monotonic() - read_at > CACHE_SECONDS or (key is None and not create):
            key = self._read_author(author).get("key")
        if key is None:
            if not create:
                raise Erased(author)
            key = self._create_key(author)
        self._put_in_cache(author, key)
        return key

    def _put_in_cache(self, author: str, key: bytes | None) -> None:
        if len(self._key_cache) >= MAX_CACHED_KEYS:
            self._key_cache.clear()
        self._key_cache[author] = (monotonic(), key)

    def _create_key(self, author: str) -> bytes:
        response = self._client.update_item(
            TableName=self._table,
            Key=self._item_key(author),
            UpdateExpression="SET #key = if_not_exists(#key, :key)",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":key": {"B": secrets.token_bytes(32)}},
            ReturnValues="ALL_NEW",
        )
        return values(response["Attributes"])["key"]

    def _read_author(self, author: str) -> dict[str, Any]:
        # Strongly consistent: a key that was just created must not look like an erased one.
        response = self._client.get_item(
            TableName=self._table, Key=self._item_key(author), ConsistentRead=True
        )
        return values(response.get("Item", {}))

    @staticmethod
    def _item_key(author: str) -> dict[str, Any]:
        return attributes({"pk": author, "sk": "AUTHOR"})


def _reply_fields(reply: AutomaticReply) -> list[Any]:
    """A list, because names of fields would make the item larger than what they name."""
    words = b"".join(run.to_bytes(4) for run in sorted(reply.words))
    return [reply.review, reply.thread, reply.reply, reply.at, words, reply.written_at]


def _parse_reply(fields: Sequence[Any]) -> AutomaticReply:
    review, thread, reply, at, words, *written_at = fields
    runs = (words[start : start + 4] for start in range(0, len(words), 4))
    word_runs = frozenset(map(int.from_bytes, runs))
    return AutomaticReply(review, thread, reply, at, word_runs, *written_at)
