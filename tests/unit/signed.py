"""Requests signed as Standard Webhooks, for tests that are about something else."""

from __future__ import annotations

from datetime import datetime

from heard.connectors import HttpResponse, WebhookRequest
from heard.connectors.signatures import StandardWebhooks


def sign_standard(
    body: bytes, secret: str, at: datetime, message_id: str = "msg_1"
) -> WebhookRequest:
    """A POST of `body`, signed at `at`."""
    return StandardWebhooks().sign(
        WebhookRequest("POST", {"webhook-id": message_id}, body), "", secret, at
    )


def refuse_http(
    method: str, url: str, *, headers: object = None, body: object = None
) -> HttpResponse:
    """The `Http` of a test that may send nothing."""
    raise AssertionError(f"{method} {url} was requested")
