"""The leaves of the growing log: an outcome as bytes, in the one form that is hashed.

The same bytes are the lines of a day's facts file. A line may be taken out of that file for legal
reasons, without a fault: a redaction line with the leaf's hash stands in its place.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from heard.outcomes import Outcome
from heard.seals.merkle import HASH_BYTES


def canonical(value: object) -> bytes:
    """JSON in one form: sorted names, no spaces, UTF-8."""
    # A value that is not JSON was not written by us. It must not match, and must not raise.
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr
    )
    return text.encode("utf-8", "surrogatepass")


def leaf_bytes(outcome: Outcome) -> bytes:
    """An outcome as a leaf, and as a line of the facts."""
    return canonical(outcome.to_json())


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """A seal record as the last leaf of its day."""
    return canonical(dict(record))


def parse_line(line: bytes) -> Outcome:
    """The outcome of a line. Raises ValueError for anything that `leaf_bytes` did not write."""
    try:
        outcome = Outcome.from_json(json.loads(line.decode("utf-8", "surrogatepass")))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no outcome") from error
    if leaf_bytes(outcome) != line:
        raise ValueError("this is not the form in which outcomes are written")
    return outcome


def order_key(outcome: Outcome) -> tuple[str, str]:
    """By what the outcomes of a day are in order: their time, then their id."""
    return outcome.at, outcome.id


def redaction_line(leaf: bytes) -> bytes:
    """What stands in the facts for a line that was taken out: the hash of its leaf."""
    return canonical({"redacted": base64.b64encode(leaf).decode()})


def redacted_leaf(line: bytes) -> bytes | None:
    """The hash of the leaf for which a redaction line stands; None for another line."""
    if not line.startswith(b'{"redacted":'):
        return None
    try:
        leaf = base64.b64decode(json.loads(line)["redacted"], validate=True)
    except (binascii.Error, ValueError, TypeError, KeyError):
        return None
    return leaf if len(leaf) == HASH_BYTES and redaction_line(leaf) == line else None
