"""How large a policy may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.document import canonical
from heard.policy.schema_types import Problem

MAX_DOCUMENT_BYTES: Final = 200_000
"""Bytes of the largest complete document.

With its source it must fit into one item of DynamoDB (400 KB).
"""


def check_size(check: PolicyCheck) -> Iterator[Problem]:
    """A document that is too long to be stored."""
    size = len(canonical(check.full_document).encode())
    if size > MAX_DOCUMENT_BYTES:
        yield problem("too_long", (), size=size, limit=MAX_DOCUMENT_BYTES)
