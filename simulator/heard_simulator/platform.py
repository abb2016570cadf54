"""What all simulated platforms have in common.

A platform keeps resources by their native ids, and access tokens with their times of expiry. It
checks a caller's credentials before an operation runs. What its API looks like is in its own
module.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

from heard_simulator.contract import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.ledger import ReceivedReply, ReplyLedger

_ENDLESS: Final = timedelta(days=36_500)


class SimulatedPlatform(ABC):
    """One simulated platform, mounted under its name. The server calls it under a lock.

    `credentials` are what it accepts by default. They are fixed, so that a demo can be set up in
    advance. `settings` are the settings of a connection to it; `{url}` in them stands for the
    address of the mount. `rate_limit_body` is the body of its response to a caller who asks too
    often.
    """

    credentials: ClassVar[Mapping[str, str]] = {}
    settings: ClassVar[Mapping[str, str]] = {}
    rate_limit_body: ClassVar[object] = {"error": "Too many requests."}

    def __init__(
        self,
        name: str,
        accepted_credentials: Mapping[str, str],
        ledger: ReplyLedger,
        clock: Callable[[], datetime],
        url: Callable[[], str],
    ) -> None:
        self.name = name
        self.accepted_credentials = accepted_credentials
        self.ledger = ledger
        self.clock = clock
        self.url = url
        self.resources: dict[str, Json] = {}
        """What the platform has, by native id, in the order of the last change."""
        self._token_expiries: dict[str, datetime] = {}
        self.start()

    def start(self) -> None:  # noqa: B027 - many platforms keep nothing more
        """Prepare what the platform keeps beside resources and tokens."""

    @abstractmethod
    def operation(self, request: PlatformRequest) -> Operation | None:
        """What the request would do; None for a path that the platform does not have."""

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        """The response to a caller without the right credentials; None if they are right."""
        return None

    # Resources

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterable[KnownResource]:
        """What the platform has when it sends a sample with these fields at `now`.

        The same thing, in the shape of its API.
        """
        return ()

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        """Create, change or delete (None) a resource."""
        if resource is None:
            self.resources.pop(native_id, None)
            return
        record = self.to_record(native_id, resource, self.resources.get(native_id, {}))
        self.resources.pop(native_id, None)
        self.resources[native_id] = record

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        """The resource as the platform keeps it; `previous` is the record so far, or empty."""
        return dict(resource)

    def reset(self) -> None:
        """Delete all resources. Tokens stay good: a caller may have kept one."""
        self.resources.clear()

    # Access tokens

    def issue_token(self, lifetime: timedelta = _ENDLESS, prefix: str = "") -> str:
        """A new access token that is good for `lifetime`, or until it is revoked."""
        token = prefix + secrets.token_urlsafe(24)
        self._token_expiries[token] = self.clock() + lifetime
        return token

    def has_token(self, token: str | None) -> bool:
        """Whether this token was issued, is not revoked and has not expired."""
        expires_at = self._token_expiries.get(token or "")
        return expires_at is not None and self.clock() < expires_at

    def revoke_tokens(self) -> None:
        """Refuse every access token that was issued so far."""
        self._token_expiries.clear()

    # Operations

    def read(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse], *native_ids: str
    ) -> Operation:
        """An operation that reads these ids, for callers with the right credentials."""
        return self._with_auth_check(CallKind.READ, request, run, native_ids)

    def reply(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse], *native_ids: str
    ) -> Operation:
        """An operation that replies to these ids, for callers with the right credentials."""
        return self._with_auth_check(CallKind.REPLY, request, run, native_ids)

    def sign_in(self, run: Callable[[], PlatformResponse]) -> Operation:
        """An operation that gives out a token or a key; it checks credentials itself."""
        return Operation(CallKind.SIGN_IN, frozenset(), run)

    def _with_auth_check(
        self,
        kind: CallKind,
        request: PlatformRequest,
        run: Callable[[], PlatformResponse],
        native_ids: Iterable[str],
    ) -> Operation:
        return Operation(kind, frozenset(native_ids), lambda: self.auth_error(request) or run())

    def record_reply(
        self, native_id: str, thread: str, review: str, text: str, *, public: bool
    ) -> None:
        """Note a reply that the platform took."""
        reply = ReceivedReply(self.name, native_id, thread, review, text, public, self.clock())
        self.ledger.add(reply)

    def remove_reply(self, native_id: str) -> None:
        """Note that the platform does not show a reply any more."""
        self.ledger.remove(self.name, native_id, self.clock())

    # Secrets and refusals

    @property
    def signing_secret(self) -> str | None:
        """What it signs its deliveries with, where that is its own secret and not one of ours."""
        return None

    @property
    def visible_secret(self) -> str | None:
        """What a business copies from it into Heard: its signing secret, or its public key."""
        return self.signing_secret

    def rejection(self) -> PlatformResponse:
        """A refusal for good, in this platform's words."""
        return PlatformResponse(403, {"error": "This is not allowed."})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        """The response to a caller who asks too often."""
        return PlatformResponse(429, self.rate_limit_body, {"Retry-After": str(seconds)})
