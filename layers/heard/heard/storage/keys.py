"""The keys of the Cases table that more than one module builds."""

from __future__ import annotations

from typing import Final

from heard.commitments import key_part

REVISION_PREFIX: Final = "REVISION#"
"""What the sort key of every revision begins with."""


def partition_key(id: str) -> str:
    """The partition of a review or a thread: the digest in its id.

    A review and a thread with the same platform id share one item, as most threads are one review.
    """
    return id.split("_", 1)[1]


def revision_key(revision: str, commitment: str) -> str:
    """The sort key of a review's revision."""
    return f"{REVISION_PREFIX}{revision}#{key_part(commitment)}"


def reply_key(reply: str) -> str:
    """The sort key of a thread's reply."""
    return f"REPLY#{reply}"
