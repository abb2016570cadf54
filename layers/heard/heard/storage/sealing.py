"""XChaCha20-Poly1305: the one way in which Heard seals what people wrote."""

from __future__ import annotations

import secrets
from typing import Final

_NONCE_BYTES: Final = 24


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
