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

MEMORY_SECONDS: Final = 5.0
"""How long a key is believed without looking.

For one step, and not so long that a process could seal with an erased one.
"""
MEMORY_KEYS: Final = 1_000

_NONCE_BYTES: Final = 24


class Erased(Exception):
    """The author's key is gone.

    The text can never be read again, and that is what was asked for.
    """


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an author.

    How many complaints, what they are worth to the business, what they were last told.

    `sealed` says whether there is a key, so that texts of theirs may be kept and can be read.
    """

    complaints: int = 0
    value: int | None = None
    told: str | None = None
    sealed: bool = False


class Vault:
    """Seals and opens the texts of authors. Keys are remembered for one step, never longer."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._seen: dict[str, tuple[float, bytes | None]] = {}

    def seal(self, author: str, place: str, content: Mapping[str, Any]) -> bytes:
        """`content` (JSON values) as ciphertext that only opens for the same author and place."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt  # noqa: PLC0415 - who touches no text pays nothing

        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + encrypt(plain, place.encode(), nonce, self._key(author, create=True))

    def open(self, author: str, place: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed. Raises Erased when the author's key is gone."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt  # noqa: PLC0415 - as above
        from nacl.exceptions import CryptoError  # noqa: PLC0415

        nonce, cipher = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return json.loads(
                decrypt(cipher, place.encode(), nonce, self._key(author, create=False))
            )
        except CryptoError as unreadable:
            # Sealed before an erasure, by an author who has written again since and has a new key.
            raise Erased(author) from unreadable

    def known(self, author: str, *, other_than: str = "") -> Known:
        """What is known of an author; complaints in the review `other_than` are not counted."""
        item = self._read(author)
        self._remember(author, item.get("key"))
        value = item.get("value")
        return Known(
            complaints=len(set(item.get("complaints", ())) - {other_than}),
            value=None if value is None else int(value),
            told=item.get("told"),
            sealed="key" in item,
        )

    def tell(self, author: str, variant: str) -> None:
        """Note the variant of the last acknowledgement that this author got, so that the next is
        another (R10).
        """
        self._set(author, "told", {"S": variant})

    def put_value(self, author: str, value: int | None) -> None:
        """Say what a customer is worth to the business (R21), 0 to 100; None forgets it."""
        self._set(author, "value", {"NULL": True} if value is None else {"N": str(value)})

    def count_complaint(self, author: str, review: str) -> None:
        """Count a review among its author's complaints.

        A set of ids, so that counting twice is counting once.
        """
        self._client.update_item(
            TableName=self._table,
            Key=self._place(author),
            UpdateExpression="ADD complaints :review",
            ExpressionAttributeValues={":review": {"SS": [review]}},
        )

    def erase(self, author: str) -> bool:
        """Delete the author's key; what it sealed can never be read again.

        False when there was none: erasing twice is no error.
        """
        gone = self._client.delete_item(
            TableName=self._table, Key=self._place(author), ReturnValues="ALL_OLD"
        )
        self._seen.pop(author, None)
        return "Attributes" in gone

    def _set(self, author: str, name: str, value: AttributeValueTypeDef) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=self._place(author),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )

    def _key(self, author: str, *, create: bool) -> bytes:
        read_at, key = self._seen.get(author, (0.0, None))
        if monotonic() - read_at > MEMORY_SECONDS or (key is None and not create):
            key = self._read(author).get("key")
        if key is None:
            if not create:
                raise Erased(author)
            key = self._create(author)
        self._remember(author, key)
        return key

    def _remember(self, author: str, key: bytes | None) -> None:
        if len(self._seen) >= MEMORY_KEYS:
            self._seen.clear()
        self._seen[author] = (monotonic(), key)

    def _create(self, author: str) -> bytes:
        written = self._client.update_item(
            TableName=self._table,
            Key=self._place(author),
            UpdateExpression="SET #key = if_not_exists(#key, :key)",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":key": {"B": secrets.token_bytes(32)}},
            ReturnValues="ALL_NEW",
        )
        return values(written["Attributes"])["key"]

    def _read(self, author: str) -> dict[str, Any]:
        # Strongly consistent: a key that was made a moment ago must not look like one that was
        # erased.
        found = self._client.get_item(
            TableName=self._table, Key=self._place(author), ConsistentRead=True
        )
        return values(found.get("Item", {}))

    @staticmethod
    def _place(author: str) -> dict[str, Any]:
        return attributes({"pk": author, "sk": "AUTHOR"})
