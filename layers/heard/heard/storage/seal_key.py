"""The key that signs seals. It lies in KMS and never leaves it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from heard.aws import client
from heard.errors import Fault

_DER_PREFIX: Final = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 public key (RFC 8410, section 4)."""
_SIGNATURE_BYTES: Final = 64


@cache
def kms() -> Any:
    """The process's KMS client, made at first use."""
    return client("kms")


def is_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature over a message is that of an Ed25519 key."""
    from nacl.exceptions import BadSignatureError  # noqa: PLC0415 - costs cold start
    from nacl.signing import VerifyKey  # noqa: PLC0415 - as above

    try:
        VerifyKey(public_key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


class SealKey:
    """An Ed25519 key in KMS."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client = client
        self._key_id = key_id
        self._public_key: bytes | None = None

    def public_key(self) -> bytes:
        """The 32 bytes of the public key. Read once. Raises Fault for a key of another kind."""
        if self._public_key is None:
            content: bytes = self._client.get_public_key(KeyId=self._key_id)["PublicKey"]
            if not content.startswith(_DER_PREFIX) or len(content) != len(_DER_PREFIX) + 32:
                raise Fault("The key that signs seals is not an Ed25519 key.")
            self._public_key = content[len(_DER_PREFIX) :]
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """The signature over a message of at most 4,096 bytes."""
        response = self._client.sign(
            KeyId=self._key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ED25519_SHA_512",
        )
        signature: bytes = response["Signature"]
        if len(signature) != _SIGNATURE_BYTES:
            raise Fault("The key that signs seals made no Ed25519 signature.")
        return signature
