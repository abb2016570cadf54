"""The address of a webhook: the public id of its connection, and a token that is a secret.

`/hooks/{id}.{token}`. The id stands in logs, names of parameters and messages. The token stands
only in the address, which the platform has, and in the secret store. The connection keeps its
digest, so that the door reads one item, as before.

A connection of an earlier release has no token: its id is its address, and a secret. It keeps
working until it gets a new address (`heard connect rotate --address`). Then its id is only a name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final, Self

from heard.clock import format_time, parse_time

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[a-z2-7]{32})?")
_IN_TEXT: Final = re.compile(r"(/hooks/[A-Za-z0-9_-]{1,64}\.)[a-z2-7]{32}")
_PUBLIC_ID: Final = re.compile(r"con_[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class AddressLock:
    """Which tokens open a connection's webhook: the digest of one, and of the one before.

    The token before opens until `previous_until`. The token of an address without one is empty.
    """

    digest: str
    previous_digest: str = ""
    previous_until: str = ""

    def opens(self, token: str, now: datetime) -> bool:
        """Whether an address with this token is the connection's."""
        digest = token_digest(token)
        if hmac.compare_digest(digest, self.digest):
            return True
        return (
            bool(self.previous_until)
            and now < parse_time(self.previous_until)
            and hmac.compare_digest(digest, self.previous_digest)
        )

    def with_token(self, token: str, previous_until: datetime) -> Self:
        """The lock of a new token. The one before opens until `previous_until`."""
        return type(self)(token_digest(token), self.digest, format_time(previous_until))

    def to_json(self) -> dict[str, str]:
        """A JSON object; `from_json` is its inverse."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The lock that `to_json` wrote."""
        return cls(fields["digest"], fields["previous_digest"], fields["previous_until"])


def new_connection_id() -> str:
    """`con_…`: a name that says nothing, and that may be known."""
    return f"con_{_base32(token_bytes(10))}"


def new_token() -> str:
    """160 random bits, in letters and digits that no platform escapes."""
    return _base32(token_bytes(20))


def token_digest(token: str) -> str:
    """What is stored of a token. It is random, so a plain digest tells nobody what it was."""
    return hashlib.sha256(token.encode()).hexdigest()


def split_segment(segment: str) -> tuple[str, str] | None:
    """The connection's id and the token in the last part of an address; None if it is neither."""
    if _SEGMENT.fullmatch(segment) is None:
        return None
    id, _, token = segment.partition(".")
    return id, token


def with_token(address: str, token: str) -> str:
    """The whole address of a connection, which is a secret."""
    return f"{address}.{token}" if token else address


def hide_token(text: str) -> str:
    """A text with addresses in it, without their tokens."""
    return _IN_TEXT.sub(r"\1…", text)


def name_for_logs(connection: str) -> str:
    """What logs may call a connection: its id, unless that is the address of an earlier release."""
    return (
        connection if _PUBLIC_ID.fullmatch(connection) else f"con_~{token_digest(connection)[:8]}"
    )


def _base32(value: bytes) -> str:
    return b32encode(value).decode().lower()
