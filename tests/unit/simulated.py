"""A connection of any platform to its simulated other side, as `heard connect add` would make it,
for tests over all platforms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from heard.connectors import Connection, Connector, Request, load, platform_names
from heard.connectors.http import HttpClient
from heard_cli.connect.credentials import signing_secret
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_cli.local.signing import SignedRequest, signed
from heard_simulator.server import Platforms

ADDRESS = "https://heard.example/hooks/con-4f2a"
SAMPLES = load_samples(EVENTS)
PLATFORMS = platform_names()


@dataclass(frozen=True)
class Wired:
    """One platform, connected.

    `secrets` is what Heard checks with, `signing` what the platform signs with.
    """

    platform: str
    connector: Connector
    connection: Connection
    secrets: tuple[str, ...]
    signing: str
    credentials: Mapping[str, str]
    http: HttpClient
    running: Platforms

    def request(self, sample: Sample, at: datetime) -> Request:
        """The sample as it arrives.

        A form is opened a minute before it is sent, since nobody fills one in at once.
        """
        return received(
            signed(
                sample, ADDRESS, self.signing, at, lambda _: self._page(at - timedelta(minutes=1))
            )
        )

    def _page(self, at: datetime) -> str:
        page = self.connector.handshake(Request("GET", {}, b""), self.connection, self.secrets, at)
        assert page is not None
        return page.body


def wired(platform: str, running: Platforms) -> Wired:
    """A platform's connection to `running`."""
    connector = load(platform)
    known, settings, shown, signing = {}, {}, None, None
    if platform in running.credentials:
        other = running.of(platform)
        asked = {
            **connector.capabilities.credentials,
            **connector.capabilities.optional_credentials,
        }
        known = {name: value for name, value in other.accepts.items() if name in asked}
        settings, shown, signing = (
            running.settings(platform),
            other.shown_secret,
            other.signing_secret,
        )
    secret = signing_secret(connector, shown, known)
    connection = Connection(
        "con-4f2a", "biz", platform, ADDRESS, settings, bool(known), "Harbour Kitchen"
    )
    secrets = (secret,) if secret else ()
    return Wired(
        platform,
        connector,
        connection,
        secrets,
        signing or secret or "",
        known,
        HttpClient(loopback=True),
        running,
    )


def received(request: SignedRequest) -> Request:
    """A request as the door reads it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, headers, request.body, urlsplit(request.url).query)
