"""Personal text at rest.

XChaCha20-Poly1305 under a key per author, so that erasing an author is deleting one key.

The keys lie in the Work table, which is itself encrypted with a customer-managed KMS key; a sealed
text is bound to the place where it is stored.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

CACHE_SECONDS: Final = 5.0
"""How long a key is believed without looking.

For one step, and not so long that a process could seal with an erased one.
"""
MAX_CACHED_KEYS: Final = 1_000

_NONCE_BYTES: Final = 24


class Erased(Exception):
    """The author's key is gone.

    The text can never be read again, and that is what was asked for.
    """


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What is known of an author.

    How many complaints, what they are worth to the business, what they were last told.

    `sealed` says whether there is a key, so that texts of theirs may be kept and can be read.
    """

    complaints: int = 0
    value: int | None = None
    last_variant: str | None = None
    has_key: bool = False


class Vault:
    """Seals and opens the texts of authors. Keys are remembered for one step, never longer."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._key_cache: dict[str, tuple[float, bytes | None]] = {}

    def seal(self, author: str, associated_data: str, content: Mapping[str, Any]) -> bytes:
        """`content` (JSON values) as ciphertext that only opens for the same author and place."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt  # noqa: PLC0415 - who touches no text pays nothing

        nonce = secrets.token_bytes(_NONCE_BYTES)
        plaintext = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + encrypt(
            plaintext, associated_data.encode(), nonce, self._key(author, create=True)
        )

    def open(self, author: str, associated_data: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed. Raises Erased when the author's key is gone."""
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
            # Sealed before an erasure, by an author who has written again since and has a new key.
            raise Erased(author) from error

    def author_record(self, author: str, *, other_than: str = "") -> AuthorRecord:
        """What is known of an author; complaints in the review `other_than` are not counted."""
        item = self._read_author(author)
        self._put_in_cache(author, item.get("key"))
        value = item.get("value")
        return AuthorRecord(
            complaints=len(set(item.get("complaints", ())) - {other_than}),
            value=None if value is None else int(value),
            last_variant=item.get("last_variant"),
            has_key="key" in item,
        )

    def record_variant(self, author: str, variant: str) -> None:
        """Note the variant of the last acknowledgement that this author got, so that the next is
        another (R10).
        """
        self._set_attribute(author, "last_variant", {"S": variant})

    def put_value(self, author: str, value: int | None) -> None:
        """Say what a customer is worth to the business (R21), 0 to 100; None forgets it."""
        self._set_attribute(author, "value", {"NULL": True} if value is None else {"N": str(value)})

    def count_complaint(self, author: str, review: str) -> None:
        """Count a review among its author's complaints.

        A set of ids, so that counting twice is counting once.
        """
        self._client.update_item(
            TableName=self._table,
            Key=self._item_key(author),
            UpdateExpression="ADD complaints :review",
            ExpressionAttributeValues={":review": {"SS": [review]}},
        )

    def erase(self, author: str) -> bool:
        """Delete the author's key; what it sealed can never be read again.

        False when there was none: erasing twice is no error.
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
        # Strongly consistent: a key that was made a moment ago must not look like one that was
        # erased.
        response = self._client.get_item(
            TableName=self._table, Key=self._item_key(author), ConsistentRead=True
        )
        return values(response.get("Item", {}))

    @staticmethod
    def _item_key(author: str) -> dict[str, Any]:
        return attributes({"pk": author, "sk": "AUTHOR"})
