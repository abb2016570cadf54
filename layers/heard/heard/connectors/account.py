"""The account of a business at a platform, and the HTTP client that reaches the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from heard.addresses import AddressLock


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform account of one business.

    `id` is a name, and no secret. `url` is stored without the token that opens the webhook. Where
    a request came, or is sent, it is the whole address as the platform knows it; some signatures
    cover it, such as Twilio's. `settings` are not secret: the base address of an API, an account
    id. `lock` says which tokens open the webhook. It is None for a connection of an earlier
    release, whose id is its address: see `heard.addresses`. `changed_at` is when it, or one of its
    secrets, was stored last; it says nothing of what the connection is.
    """

    id: str
    business: str
    platform: str
    url: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    has_credentials: bool = False
    business_name: str = ""
    lock: AddressLock | None = None
    changed_at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request to a platform's API.

    `no_side_effects`: the request changes nothing that a customer could see (GET never does).
    """

    method: str
    url: str
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    no_side_effects: bool = False


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The response of a platform's API. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http(Protocol):
    """A bounded HTTP client: one request, no redirects, no retries.

    Returns every response, whatever its status. Raises PlatformUnavailable if it read none.
    """

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        """Send one request and read its whole response, within `seconds` if they are given."""
        ...


@dataclass(frozen=True, slots=True)
class PlatformAccount:
    """A connection with all that a call to its platform needs: credentials and an HTTP client."""

    connection: Connection
    credentials: Mapping[str, str]
    http: Http

    def setting(self, name: str) -> str:
        """A setting of the connection without blanks around it; empty if there is none."""
        return self.connection.settings.get(name, "").strip()

    def address(self, name: str, default: str) -> str:
        """The address in a setting, without a slash at its end; `default` if there is none."""
        return self.setting(name).rstrip("/") or default

    def credential(self, name: str) -> str:
        """A credential without blanks around it; empty if there is none."""
        return self.credentials.get(name, "").strip()
