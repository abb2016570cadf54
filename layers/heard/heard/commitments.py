"""Commitments: they fix what was said or decided, and tell it to nobody.

A plain digest of a short review can be reversed with a word list. A commitment is made with a key
that comes from the author's own key. So nobody can guess from it, and it means nothing any more
once that key is deleted. Equal content of one author has equal commitments, so a retry is the same.

The outcome log keeps both forms for ever: version 2 is `2:` and 64 hex digits. Version 1, which
older releases wrote, is a plain SHA-256 of 64 hex digits.

Source: RFC 2104 (HMAC). The derived key keeps commitments apart from the ciphers of the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from enum import StrEnum
from typing import Final

VERSION_2: Final = "2:"
"""What a commitment begins with; a digest of version 1 has no prefix."""

_DERIVATION: Final = b"heard/commitment/1"


class CommitmentKind(StrEnum):
    """What a commitment is about. The same content has another commitment for each."""

    WORDS = "words"
    """What an author said in one revision."""
    INPUTS = "inputs"
    """What a decision was made from."""


def commit(author_key: bytes, kind: CommitmentKind, content: str) -> str:
    """The commitment to a content under an author's key."""
    key = hmac.digest(author_key, _DERIVATION, "sha256")
    message = json.dumps([kind.value, content], ensure_ascii=False, separators=(",", ":"))
    return VERSION_2 + hmac.new(key, _bytes(message), "sha256").hexdigest()


def digest_of_version_1(content: str) -> str:
    """What older releases wrote. It is only compared with, never written."""
    return hashlib.sha256(_bytes(content)).hexdigest()


def is_same(stored: str, commitment: str, content: str) -> bool:
    """Whether a stored commitment, of either version, is to this content.

    `commitment` is the content's own, of version 2.
    """
    if stored.startswith(VERSION_2):
        return hmac.compare_digest(stored, commitment)
    return stored == digest_of_version_1(content)


def key_part(commitment: str) -> str:
    """The part of a commitment that stands in keys of items."""
    return commitment.removeprefix(VERSION_2)[:12]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
