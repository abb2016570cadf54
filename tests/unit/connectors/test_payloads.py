"""Every recorded payload of a platform is read as what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from heard.connectors import ParsedDelivery, WebhookRequest
from heard.errors import Unparseable
from heard.reviews import EventKind
from heard_simulator.server import SimulatedPlatforms
from tests.unit.connectors.conftest import PLATFORM_FACTS
from tests.unit.simulated import connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
PAYLOADS = sorted(path.name for path in (PLATFORM_FACTS / "payloads").iterdir())

PLATFORM_OF: Final[Mapping[str, str]] = {
    "discourse": "discourse",
    "google-pubsub": "google_business",
    "intercom": "intercom",
    "judgeme": "judgeme",
    "mastodon": "mastodon",
    "meta-instagram": "instagram",
    "meta-page": "facebook",
    "postmark": "postmark",
    "sendgrid-inbound": "sendgrid",
    "ses-inbound-sns": "ses",
    "slack": "slack",
    "stamped": "stamped",
    "trustpilot": "trustpilot",
    "twilio-sms": "twilio_sms",
    "x-": "x",
    "yelp": "yelp",
    "yotpo": "yotpo",
    "zendesk": "zendesk",
}
"""The platform of a webhook payload, by the start of the file's name."""

NO_WEBHOOK: Final = (
    "apple-appstoreconnect",  # no connector reads it
    "googleplay-reviews-list",  # the response of an API
    "judgeme-review-object-GET",
    "reviewsio-review-submitted.pseudo",  # a template, not a payload
    "yotpo-review_create-2024-PARTIAL",  # ends in the middle
)

MEANS: Final[Mapping[str, tuple[str, ...] | None]] = {
    "discourse-post_created.json": ("created",),
    "google-pubsub-push-envelope.json": None,  # its message is a greeting, not a notification
    "intercom-user.created-2014.json": (),
    "mastodon-report.created.json": (),
    "meta-instagram-comments.json": ("test",),  # the dashboard's own sample
    "meta-page-feed-reaction.json": (),
    "postmark-inbound.json": ("test",),  # captured from the tester on Postmark's own page
    "postmark-inbound-with-raw.json": ("test",),
    "ses-inbound-sns-notification.json": ("created",),
    "slack-url_verification.json": ("test",),
    "stamped-review.json": ("created",),
    "trustpilot-service-review-created.json": ("created",),
    "twilio-sms-inbound.form.txt": ("created",),
    "x-post.delete.json": (),
    "x-post.reply.create.json": ("created",),
    "yelp-new_review_event.json": ("created",),
    "yotpo-review_create-2018-stringly.json": ("created",),
    "zendesk-user.group_membership_created.json": (),
}
"""The kinds of events in a payload; None for one that is refused as unreadable.

A payload that is not listed must be read without an exception.
"""

OURS: Final[Mapping[str, Mapping[str, str]]] = {"yelp": {"business_ids": "3l54GTr8-E3XPpxxnF_sAA"}}
"""Settings of connections that take only what concerns their own business."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as platforms:
        yield platforms


def platform_of(name: str) -> str | None:
    """The platform whose webhook this file is; None for a file that is no webhook."""
    return next(
        (platform for prefix, platform in PLATFORM_OF.items() if name.startswith(prefix)), None
    )


@pytest.mark.parametrize(
    "name",
    [name for name in PAYLOADS if platform_of(name) and not name.startswith(NO_WEBHOOK)],
)
def test_a_payload_is_read_as_what_it_is(name: str, simulator: SimulatedPlatforms) -> None:
    platform = platform_of(name)
    assert platform
    body = (PLATFORM_FACTS / "payloads" / name).read_bytes()
    kind = "application/x-www-form-urlencoded" if ".form." in name else "application/json"
    if ".multipart." in name:
        boundary = body.split(b"\n", 1)[0].strip().removeprefix(b"--").decode()
        kind = f"multipart/form-data; boundary={boundary}"
    if ".form." in name:
        body = body.strip()
    harness = connect_to_simulator(platform, simulator)
    connection = replace(
        harness.connection, settings={**harness.connection.settings, **OURS.get(platform, {})}
    )
    try:
        parsed: ParsedDelivery | None = harness.connector.parse(
            WebhookRequest("POST", {"content-type": kind}, body), connection, NOW
        )
    except Unparseable:
        parsed = None
    if name in MEANS:
        assert (tuple(event.kind.value for event in parsed.events) if parsed else None) == MEANS[
            name
        ]
    for event in parsed.events if parsed else ():
        assert event.kind is EventKind.TEST or event.native_id
        json.dumps(event.to_json())


def test_every_file_is_the_webhook_of_a_platform_or_known_not_to_be_one() -> None:
    unknown = [
        name for name in PAYLOADS if not platform_of(name) and not name.startswith(NO_WEBHOOK)
    ]
    assert len(PAYLOADS) >= 31
    assert unknown == [], "name their platform in PLATFORM_OF"
