"""What the steps behind the review queue work with."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What a step needs to talk to platforms: the businesses' credentials, and HTTP."""

    secrets: Secrets
    http: Http

    def account(self, connection: Connection, seconds: float) -> PlatformAccount:
        """The account of a connection, for calls that together take at most `seconds`.

        One call of a connector may be many requests. Raises Fault when the credentials cannot be
        read.
        """
        http = _TimedHttp(self.http, monotonic() + seconds)
        return PlatformAccount(connection, self.secrets.credentials(connection.id), http)


@dataclass(frozen=True, slots=True)
class _TimedHttp:
    """An HTTP client whose requests end together at `deadline`, in seconds of the process."""

    http: Http
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
        remaining = self.deadline - monotonic()
        if remaining <= 0:
            raise PlatformUnavailable(
                "The platform is slow: the time for it was over before all was asked.",
                maybe_applied=False,
            )
        seconds = min(seconds or remaining, remaining)
        return self.http(method, url, headers=headers, body=body, seconds=seconds)
