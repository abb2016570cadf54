"""XChaCha20-Poly1305: the one way in which Heard seals what people wrote.

JSON is deflated first (`pack`), as ciphertext does not shrink and every write costs its length.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Mapping
from typing import Any, Final, cast

_NONCE_BYTES: Final = 24
_JSON_BEGINS: Final = b"{"
"""No stream of zlib begins so. So what was sealed without deflating it needs no mark."""

MAX_PACKED_BYTES: Final = 400 * 1_024
"""How long a deflated content may be in full: what DynamoDB takes in one item.

A longer one is not deflated, and refused when it is stored, as it always was. And what was sealed
cannot unpack to more than this, whoever sealed it.
"""


def pack(content: Mapping[str, Any]) -> bytes:
    """A JSON object as bytes: deflated where that is shorter."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MAX_PACKED_BYTES:
        return text
    deflated = zlib.compress(text)
    return deflated if len(deflated) < len(text) else text


def unpack(packed: bytes) -> dict[str, Any] | None:
    """What `pack` made, now or before it deflated. None if it did not make this."""
    text = packed
    try:
        if not packed.startswith(_JSON_BEGINS):
            stream = zlib.decompressobj()
            text = stream.decompress(packed, MAX_PACKED_BYTES + 1)
            if not stream.eof or len(text) > MAX_PACKED_BYTES:
                return None
        content = json.loads(text)
    except (ValueError, RecursionError, zlib.error):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def new_key() -> bytes:
    """A random key."""
    return secrets.token_bytes(32)


def seal(key: bytes, associated_data: str, plaintext: bytes) -> bytes:
    """The nonce and the ciphertext.

    It opens only with the same `associated_data`, which names the place where it is stored.
    """
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt  # noqa: PLC0415 - costs cold start, and not every function reads texts

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + encrypt(plaintext, associated_data.encode(), nonce, key)


def open_sealed(key: bytes, associated_data: str, sealed: bytes) -> bytes | None:
    """What `seal` sealed. None if it was sealed with another key, or at another place."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt  # noqa: PLC0415 - as above
    from nacl.exceptions import CryptoError  # noqa: PLC0415

    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return decrypt(ciphertext, associated_data.encode(), nonce, key)
    except CryptoError:
        return None
