"""Requests signed as Standard Webhooks asks, for tests that are about something else."""

from __future__ import annotations

from datetime import datetime

from heard.connectors import HttpAnswer, Request
from heard.connectors.signatures import StandardWebhooks


def standard(body: bytes, secret: str, at: datetime, message: str = "msg_1") -> Request:
    """A POST of `body`, signed at `at`; `message` is its id."""
    return StandardWebhooks().sign(Request("POST", {"webhook-id": message}, body), "", secret, at)


def nowhere(method: str, url: str, *, headers: object = None, body: object = None) -> HttpAnswer:
    """The `Http` of a test in which nothing may be asked."""
    raise AssertionError(f"{method} {url} was asked")
