"""What the steps behind the review queue work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from heard.connectors import HttpResponse, PlatformAccount
from heard.errors import PlatformUnavailable

if TYPE_CHECKING:
    from heard.connectors import Connection, Http
    from heard.storage.case_store import CaseStore
    from heard.storage.setup import Secrets, SetupStore


@dataclass(frozen=True, slots=True)
class StorePorts:
    """What is stored: the setup of the businesses, and the cases."""

    setup: SetupStore
    cases: CaseStore


SHARED_SECONDS: Final = 3.5
"""How long a step may talk to a platform while other businesses' reviews wait behind it."""
UNSURE_SECONDS: Final = 10.0
"""The same, for a reply that nobody can ask for later: what is cut off there costs a person."""


@dataclass(frozen=True, slots=True)
class PlatformPorts:
    """What a step needs to talk to platforms: the businesses' credentials, and HTTP.

    `clock` says the seconds since any moment, and never goes back.
    """

    secrets: Secrets
    http: Http
    clock: Callable[[], float] = monotonic

    def account(self, connection: Connection, seconds: float) -> PlatformAccount:
        """The account of a connection, for calls that together take at most `seconds`.

        Raises Fault when the credentials cannot be read.
        """
        http = _TimedHttp(self.http, self.clock, seconds, self.clock() + seconds)
        credentials = self.secrets.credentials(connection.id, connection.changed_at)
        return PlatformAccount(connection, credentials, http)


@dataclass(frozen=True, slots=True)
class _TimedHttp:
    """An HTTP client whose requests end together, at `deadline` of its `clock`.

    One call of a connector may be many requests: all pages of a period, a token, the comments above
    a comment. So the time is checked here, before each request, and no connector can forget it.
    """

    http: Http
    clock: Callable[[], float]
    seconds: float
    deadline: float

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        remaining = self.deadline - self.clock()
        if remaining <= 0:
            raise PlatformUnavailable(
                f"The platform is slow: the {self.seconds:g} s that we take for it at a time were "
                "over before it had said all that it was asked.",
                maybe_applied=False,
            )
        seconds = min(seconds or remaining, remaining)
        return self.http(method, url, headers=headers, body=body, seconds=seconds)
