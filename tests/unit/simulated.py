"""A connection to any simulated platform, as `heard connect add` makes it, for all platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from heard.connectors import (
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    ReviewPage,
    SignatureFailure,
    WebhookRequest,
    WebhookResponse,
    load,
    platform_names,
)
from heard.connectors.http import HttpClient
from heard.reviews import EventKind, ReviewEvent
from heard_cli.connect.credentials import choose_signing_secret
from heard_cli.local.sample_requests import SignedRequest, sign_sample
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_simulator.server import SimulatedPlatforms

WEBHOOK_URL = "https://heard.example/hooks/con-4f2a"
SAMPLES = load_samples(EVENTS)
PLATFORMS = platform_names()


@dataclass(frozen=True)
class SimulatedConnection:
    """One connected platform. Heard checks with `secrets`, the platform signs with its own."""

    platform: str
    connector: Connector
    connection: Connection
    secrets: tuple[str, ...]
    signing_secret: str
    credentials: Mapping[str, str]
    http: HttpClient
    simulator: SimulatedPlatforms

    @property
    def account(self) -> PlatformAccount:
        return PlatformAccount(self.connection, self.credentials, self.http)

    def handshake(self, request: WebhookRequest, at: datetime) -> WebhookResponse | None:
        return self.connector.handshake(request, self.connection, self.secrets, at)

    def verify(self, request: WebhookRequest, at: datetime) -> SignatureFailure | None:
        return self.connector.verify(request, self.connection, self.secrets, at, self.http)

    def parse(self, request: WebhookRequest, at: datetime) -> ParsedDelivery:
        return self.connector.parse(request, self.connection, at)

    def request(self, sample: Sample, at: datetime) -> WebhookRequest:
        """The sample as it arrives. A form is opened a minute before it is sent, as by a person."""
        return as_request(
            sign_sample(
                sample,
                WEBHOOK_URL,
                self.signing_secret,
                at,
                lambda _: self._open_form(at - timedelta(minutes=1)),
            )
        )

    def first_review(self, account: PlatformAccount | None = None) -> ReviewEvent:
        """The first new review among the platform's samples, as Heard receives it, with its text.

        A test may give an account whose client changes responses.
        """
        account = account or self.account
        now = datetime.now(UTC)
        for sample in SAMPLES:
            if sample.platform != self.platform or "created" not in {
                expected.kind for expected in sample.expect
            }:
                continue
            for entry in sample.render(now).resources:
                self.simulator.set_resource(self.platform, entry.native_id, entry.resource)
            if sample.polled:
                page = self.connector.recent(None, account, now)
                assert isinstance(page, ReviewPage)
                events = page.events
            else:
                request = self.request(sample, now)
                events = self.parse(request, now).events
            event = next(event for event in events if event.kind is EventKind.CREATED)
            if not event.partial:
                return event
            whole_event = self.connector.fetch(event.native_id, account)
            assert isinstance(whole_event, ReviewEvent)
            return whole_event
        raise AssertionError(f"{self.platform} has no sample of a new review")

    def _open_form(self, at: datetime) -> str:
        page = self.handshake(WebhookRequest("GET", {}, b""), at)
        assert page is not None
        return page.body


def connect_to_simulator(platform: str, simulator: SimulatedPlatforms) -> SimulatedConnection:
    """A connection to a platform of the running simulator."""
    connector = load(platform)
    credentials, settings, displayed_secret, platform_secret = {}, {}, None, None
    if platform in simulator.credentials:
        simulated_platform = simulator.get(platform)
        credential_fields = {
            **connector.capabilities.credentials,
            **connector.capabilities.optional_credentials,
        }
        credentials = {
            name: value
            for name, value in simulated_platform.accepted_credentials.items()
            if name in credential_fields
        }
        settings, displayed_secret, platform_secret = (
            simulator.settings(platform),
            simulated_platform.visible_secret,
            simulated_platform.signing_secret,
        )
    secret = choose_signing_secret(connector, displayed_secret, credentials)
    connection = Connection(
        "con-4f2a", "biz", platform, WEBHOOK_URL, settings, bool(credentials), "Harbour Kitchen"
    )
    secrets = (secret,) if secret else ()
    return SimulatedConnection(
        platform,
        connector,
        connection,
        secrets,
        platform_secret or secret or "",
        credentials,
        HttpClient(allow_loopback=True),
        simulator,
    )


def as_request(signed_request: SignedRequest) -> WebhookRequest:
    """A request as the webhook's function reads it."""
    headers = {name.lower(): value for name, value in signed_request.headers.items()}
    return WebhookRequest(
        signed_request.method, headers, signed_request.body, urlsplit(signed_request.url).query
    )
