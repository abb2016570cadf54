"""Every payload collected about platforms is read as what it is. The files are not copied."""

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
PAYLOADS = sorted(
    path.name for path in (PLATFORM_FACTS / "payloads").glob("*") if path.name != "INDEX.json"
)

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
"""Whose webhook a file is, by how its name begins.

The other files are answers of an API, or no requests at all.
"""

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
"""The kinds of event in a file; None for one that is unreadable.

A file that is not in this table must be read without an exception.
"""


OURS: Final[Mapping[str, Mapping[str, str]]] = {"yelp": {"business_ids": "3l54GTr8-E3XPpxxnF_sAA"}}
"""Who the payloads are about, where a connection takes only what concerns its own business."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms() as platforms:
        yield platforms


@pytest.mark.parametrize("name", PAYLOADS or ["none are kept beside the repository"])
def test_a_payload_is_read_as_what_it_is(name: str, simulator: SimulatedPlatforms) -> None:
    platform = next(
        (platform for prefix, platform in PLATFORM_OF.items() if name.startswith(prefix)), None
    )
    if platform is None or "PARTIAL" in name:
        pytest.skip(
            "not a whole webhook"
            if PAYLOADS
            else "the platform facts are kept beside the repository, and they are not there"
        )
    body = (PLATFORM_FACTS / "payloads" / name).read_bytes()
    kind = "application/x-www-form-urlencoded" if ".form." in name else "application/json"
    if ".multipart." in name:
        boundary = body.split(b"\n", 1)[0].strip().removeprefix(b"--").decode()
        kind = f"multipart/form-data; boundary={boundary}"
    if ".form." in name:
        body = body.strip()
    side = connect_to_simulator(platform, simulator)
    connection = replace(
        side.connection, settings={**side.connection.settings, **OURS.get(platform, {})}
    )
    try:
        parsed: ParsedDelivery | None = side.connector.parse(
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


def test_every_file_is_somebodys_webhook_or_known_not_to_be_one() -> None:
    if not PAYLOADS:
        pytest.skip("the platform facts are kept beside the repository, and they are not there")
    none = {
        "apple-appstoreconnect",
        "googleplay-reviews-list",
        "reviewsio-review-submitted.pseudo",
        "ses-inbound-message-decoded",
    }
    unknown = [
        name
        for name in PAYLOADS
        if not any(name.startswith(prefix) for prefix in {*PLATFORM_OF, *none})
    ]
    assert unknown == [], "say in PLATFORM_OF whose these are"
