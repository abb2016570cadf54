"""Outcomes that tests of the auditors' page put into the log, change in it, and seal."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from nacl.signing import SigningKey

from heard.outcomes import Fact, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.storage.outcome_log import append_writes
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, Backend

ORIGIN = "heard/123456789012/heard/bus_bakery"


def append_chain(
    backend: Backend, review: str, facts: Sequence[Fact], at: datetime
) -> tuple[Outcome, ...]:
    """Put the outcomes of a review without a state into the log."""
    subject = OutcomeSubject(review, BUSINESS, "standard", "review_site", "high")
    links = chain_facts(
        subject,
        facts,
        sequence=0,
        head=initial_hash(review),
        at=at,
        actor="heard",
        delivery="dlv-1",
    )
    for link in links:
        (write,) = append_writes(backend.tables["OutcomesTable"], [link])
        backend.plain_dynamodb.put_item(
            TableName=backend.tables["OutcomesTable"], Item=write["Put"]["Item"]
        )
    return links


def change_outcome(backend: Backend, review: str, sequence: int, **fields: Any) -> None:
    """Change a stored outcome without Heard's code."""
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["OutcomesTable"],
        Key=attributes({"review": review, "sequence": sequence}),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
        ExpressionAttributeNames={f"#{name}": name for name in fields},
        ExpressionAttributeValues=attributes({f":{name}": value for name, value in fields.items()}),
    )


def delete_outcome(backend: Backend, review: str, sequence: int) -> None:
    backend.plain_dynamodb.delete_item(
        TableName=backend.tables["OutcomesTable"],
        Key=attributes({"review": review, "sequence": sequence}),
    )


def leaf_of(outcome: Mapping[str, Any]) -> bytes:
    text = json.dumps(outcome, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def proof_of(
    outcome: Mapping[str, Any], key: SigningKey, *, signed_text: str | None = None
) -> dict[str, Any]:
    """The proof of an outcome as the second of three leaves, under a signed note.

    With `signed_text` the signature of the note is one over another text.
    """
    first, last = (hashlib.sha256(bytes([0, n])).digest() for n in (1, 3))
    leaf = leaf_of(outcome)
    pair = hashlib.sha256(b"\x01" + first + leaf).digest()
    root = hashlib.sha256(b"\x01" + pair + last).digest()
    text = f"{ORIGIN}\n3\n{_text(root)}\n"
    signature = _key_id(key) + key.sign((signed_text or text).encode()).signature
    return {
        "outcome": outcome["id"],
        "business": BUSINESS,
        "day": outcome["at"][:10],
        "index": 1,
        "size": 3,
        "path": [_text(first), _text(last)],
        "note": f"{text}\n\u2014 {ORIGIN} {_text(signature)}\n",
        "leaf": _text(leaf),
    }


def _key_id(key: SigningKey) -> bytes:
    public = b"\x01" + bytes(key.verify_key)
    return hashlib.sha256(ORIGIN.encode() + b"\n" + public).digest()[:4]


def verifier_key(key: SigningKey) -> str:
    """The public key as the house publishes it (c2sp.org/signed-note)."""
    return f"{ORIGIN}+{_key_id(key).hex()}+{_text(b'\x01' + bytes(key.verify_key))}"
