"""Trying a connection.

What to send so that the whole way is tried and nobody but us takes it for a customer's words.

A ping is the platform's own test (or, where there is none, something that it sends often and that
Heard ignores): it shows that the address, the signature and the clock are right. A sample review
goes all the way to its outcome; it says that it is a test, and its ids, which no platform ever gave
out, cannot be answered at the real platform. It asks a question, which is never only acknowledged
(R23).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

import urllib3

from heard.connectors import Connection, Request, load
from heard.outcomes import CLOSING, Kind, Outcome
from heard.reviews import review_id
from heard.storage.outcome_log import Log
from heard_cli.local.http_client import Reply, Wire
from heard_cli.local.samples import EVENTS, Sample, sample_of
from heard_cli.local.signing import NoForm, SignedRequest, signed
from heard_cli.stack import Stop

PREFIX: Final = "heard-test-"
"""What every id of a sample begins with."""

_SETTLED: Final = CLOSING | {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}
_EVERY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Trial:
    """A request to try a connection with.

    `told` says in words what it is, `review` is the review that a sample becomes.
    """

    request: SignedRequest
    told: str
    review: str | None = None
    native: str = ""


def ping(connection: Connection, secret: str, now: datetime) -> Trial | None:
    """The platform's own test, which is answered and goes nowhere.

    None where there is none that we could send.
    """
    found = _trial(connection.platform, "ping", PREFIX + token_hex(6))
    if found is None:
        return None
    sample, told = found
    return Trial(request_of(sample, connection, secret, now), told)


def whole(connection: Connection, secret: str, now: datetime, wire: Wire) -> Trial | None:
    """A sample review that goes all the way; None where we cannot send one."""
    id = PREFIX + token_hex(6)
    found = _trial(connection.platform, "review", id)
    if found is None:
        return None
    request = request_of(found[0], connection, secret, now, wire)
    headers = {name.lower(): value for name, value in request.headers.items()}
    parsed = load(connection.platform).parse(
        Request("POST", headers, request.body), connection, now
    )
    if not parsed.events:
        raise Stop(
            "The connection's settings leave the sample out, so that nothing would come of it.",
            "Try it without --full.",
        )
    native = parsed.events[0].native_id
    return Trial(request, found[1], review_id(connection.business, connection.platform, native), id)


def withdrawal(connection: Connection, secret: str, id: str, now: datetime) -> SignedRequest | None:
    """The event with which the platform would say that a sample's author took it back.

    None where it has none.
    """
    found = _trial(connection.platform, "withdrawal", id)
    return request_of(found[0], connection, secret, now) if found else None


def send(request: SignedRequest, wire: Wire) -> Reply:
    """The door's answer. Raises Stop when there is none."""
    try:
        return wire.send(
            request.method, request.url, headers=request.headers, body=request.body or None
        )
    except urllib3.exceptions.HTTPError as fault:
        raise Stop(
            f"{request.url} does not answer: {fault}",
            "Is the stack deployed, and does the address belong to it?",
        ) from fault


def follow(log: Log, review: str, seconds: float) -> tuple[Outcome, ...]:
    """The outcomes of a review once it is closed or with a person, or whatever there is when the
    time is up.
    """
    until = time.monotonic() + seconds
    while True:
        found = log.of_review(review)
        if any(outcome.kind in _SETTLED for outcome in found) or time.monotonic() >= until:
            return found
        time.sleep(_EVERY_SECONDS)


def settled(outcomes: tuple[Outcome, ...]) -> Outcome | None:
    """The outcome that closed a review or gave it to a person; None while neither has happened."""
    return next((outcome for outcome in reversed(outcomes) if outcome.kind in _SETTLED), None)


def request_of(
    sample: Sample, connection: Connection, secret: str, now: datetime, wire: Wire | None = None
) -> SignedRequest:
    """A sample as its platform would send it through a connection.

    `wire` opens the pages of forms. Raises Stop.
    """
    try:
        return signed(sample, connection.url, secret, now, wire.page if wire else None)
    except (NoForm, LookupError) as fault:
        raise Stop(
            f"The form cannot be opened: {fault}.",
            "Is the stack deployed, and does the address belong to it?",
        ) from fault
    except urllib3.exceptions.HTTPError as fault:
        raise Stop(
            f"{connection.url} does not answer: {fault}",
            "Is the stack deployed, and does the address belong to it?",
        ) from fault
    except ValueError as fault:
        raise Stop(
            "The stored signing secret is not one of this platform.",
            f"Give it a new one: heard connect rotate {connection.id}",
        ) from fault


def _trial(platform: str, part: str, id: str) -> tuple[Sample, str] | None:
    """A part of the platform's `trial.json` as a sample with this id, and what it is in words."""
    path = EVENTS / platform / "trial.json"
    document: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8").replace("{{id}}", id)) if path.is_file() else {}
    )
    if part not in document:
        return None
    return sample_of(platform, f"{part}-{id}", {**document[part], "knows": []}), str(
        document[part].get("told", "a sample review")
    )
