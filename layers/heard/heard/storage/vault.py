"""Personal text at rest: XChaCha20-Poly1305 under a key per author, so that erasing an author is deleting one key.

The keys lie in the Work table, which is itself encrypted with a customer-managed KMS key; a sealed text
is bound to the place where it is stored.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from heard.storage.tables import attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MEMORY_SECONDS: Final = 5.0
"""How long a key is believed without looking: for one step, and not so long that a process could seal with an erased one."""
MEMORY_KEYS: Final = 1_000

_NONCE_BYTES: Final = 24


class Erased(Exception):
    """The author's key is gone: the text can never be read again, and that is what was asked for."""


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
            return json.loads(decrypt(cipher, place.encode(), nonce, self._key(author, create=False)))
        except CryptoError as unreadable:
            # Sealed before an erasure, by an author who has written again since and has a new key.
            raise Erased(author) from unreadable

    def complaints(self, author: str, *, other_than: str) -> int:
        """How many of this author's reviews, other than this one, were complaints."""
        item = self._read(author)
        self._remember(author, item.get("key"))
        return len(set(item.get("complaints", ())) - {other_than})

    def count_complaint(self, author: str, review: str) -> None:
        """Count a review among its author's complaints; a set of ids, so that counting twice is counting once."""
        self._client.update_item(
            TableName=self._table,
            Key=self._place(author),
            UpdateExpression="ADD complaints :review",
            ExpressionAttributeValues={":review": {"SS": [review]}},
        )

    def erase(self, author: str) -> None:
        """Delete the author's key; what it sealed can never be read again. Erasing twice is no error."""
        self._client.delete_item(TableName=self._table, Key=self._place(author))
        self._seen.pop(author, None)

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
        # Strongly consistent: a key that was made a moment ago must not look like one that was erased.
        found = self._client.get_item(TableName=self._table, Key=self._place(author), ConsistentRead=True)
        return values(found.get("Item", {}))

    @staticmethod
    def _place(author: str) -> dict[str, Any]:
        return attributes({"pk": author, "sk": "AUTHOR"})
