"""Requests that test a connection.

A ping is the platform's own test event, or an event that Heard ignores if the platform has none. It
shows that the address, the signature and the clock are right.

A sample review goes through the whole workflow to its outcome. Its text says that it is a test. Its
ids exist at no platform, so nothing can be posted there. It asks a question, which is never only
acknowledged (R23).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

import urllib3

from heard.addresses import hide_token
from heard.connectors import Connection, WebhookRequest, load
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.reviews import review_id
from heard.storage.outcome_log import OutcomeLog
from heard_cli.local.http_client import LocalHttpClient, LocalHttpResponse
from heard_cli.local.sample_requests import FormNotFound, SignedRequest
from heard_cli.local.sample_requests import sign_sample as sign_for_url
from heard_cli.local.samples import EVENTS, Sample, build_sample
from heard_cli.stack import CommandError

PREFIX: Final = "heard-test-"
"""Every id of a sample begins with this."""

_SETTLING_KINDS: Final = CLOSING_KINDS | {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}
_CHECK_SECONDS: Final = 0.5
_CHECK_ADDRESS: Final = "Check that the stack is deployed and that the address belongs to it."


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A request that tests a connection.

    `description` says in words what it is, `review_id` is the review that a sample becomes, and
    `native_id` is the id that it has at the platform.
    """

    request: SignedRequest
    description: str
    review_id: str | None = None
    native_id: str = ""


def ping(connection: Connection, secret: str, now: datetime) -> SampleRequest | None:
    """The platform's own test event, which is not stored; None if there is no sample of it."""
    part = _load_part(connection.platform, "ping", PREFIX + token_hex(6))
    if part is None:
        return None
    sample, description = part
    return SampleRequest(sign_sample(sample, connection, secret, now), description)


def review_request(
    connection: Connection, secret: str, now: datetime, client: LocalHttpClient
) -> SampleRequest | None:
    """A sample review; None if there is none for this platform. Raises CommandError."""
    id = PREFIX + token_hex(6)
    part = _load_part(connection.platform, "review", id)
    if part is None:
        return None
    request = sign_sample(part[0], connection, secret, now, client)
    headers = {name.lower(): value for name, value in request.headers.items()}
    parsed = load(connection.platform).parse(
        WebhookRequest("POST", headers, request.body), connection, now
    )
    if not parsed.events:
        raise CommandError(
            "The connection's settings filter out the sample review, so it would have no result.",
            "Try it without --full.",
        )
    native_id = parsed.events[0].native_id
    return SampleRequest(
        request, part[1], review_id(connection.business, connection.platform, native_id), id
    )


def withdrawal_request(
    connection: Connection, secret: str, id: str, now: datetime
) -> SignedRequest | None:
    """The event that withdraws a sample again; None if the platform has no withdrawals."""
    part = _load_part(connection.platform, "withdrawal", id)
    return sign_sample(part[0], connection, secret, now) if part else None


def send(request: SignedRequest, client: LocalHttpClient) -> LocalHttpResponse:
    """The webhook's response. Raises CommandError when there is none."""
    try:
        return client.send(
            request.method, request.url, headers=request.headers, body=request.body or None
        )
    except urllib3.exceptions.HTTPError as error:
        raise CommandError(_silence(request.url, error), _CHECK_ADDRESS) from error


def wait_for_outcome(log: OutcomeLog, review: str, seconds: float) -> tuple[Outcome, ...]:
    """The outcomes of a review when it is closed or with a person, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        outcomes = log.of_review(review)
        if (
            any(outcome.kind in _SETTLING_KINDS for outcome in outcomes)
            or time.monotonic() >= deadline
        ):
            return outcomes
        time.sleep(_CHECK_SECONDS)


def settling_outcome(outcomes: tuple[Outcome, ...]) -> Outcome | None:
    """The outcome that closed a review or gave it to a person; None if neither has happened."""
    return next(
        (outcome for outcome in reversed(outcomes) if outcome.kind in _SETTLING_KINDS), None
    )


def sign_sample(
    sample: Sample,
    connection: Connection,
    secret: str,
    now: datetime,
    client: LocalHttpClient | None = None,
) -> SignedRequest:
    """A sample as its platform would send it through a connection.

    `client` opens the pages of forms. Raises CommandError.
    """
    try:
        return sign_for_url(
            sample, connection.url, secret, now, client.fetch_page if client else None
        )
    except (FormNotFound, LookupError) as error:
        raise CommandError(
            f"The feedback form cannot be opened: {str(error).rstrip('.')}.", _CHECK_ADDRESS
        ) from error
    except urllib3.exceptions.HTTPError as error:
        raise CommandError(_silence(connection.url, error), _CHECK_ADDRESS) from error
    except ValueError as error:
        raise CommandError(
            "The stored signing secret does not have this platform's format.",
            "Create a new one:",
            f"connect rotate {connection.id}",
        ) from error


def _silence(url: str, error: Exception) -> str:
    return hide_token(f"{url} does not respond: {error}")


def _load_part(platform: str, part: str, id: str) -> tuple[Sample, str] | None:
    """A part of the platform's `self_test.json`: a sample with this id, and its description."""
    path = EVENTS / platform / "self_test.json"
    document: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8").replace("{{id}}", id)) if path.is_file() else {}
    )
    if part not in document:
        return None
    sample = build_sample(platform, f"{part}-{id}", document[part])
    # The simulated platform must not learn of a sample that was never written there.
    return replace(sample, resources=()), str(document[part].get("description", "a sample review"))
