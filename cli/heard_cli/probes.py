"""Trying a connection: what to send so that the whole way is tried and nobody but us takes it for a customer's words.

A ping is the platform's own test (or, where there is none, something that it sends often and that Heard ignores): it shows that the
address, the signature and the clock are right. A sample review goes all the way to its outcome; it says that it is a test, and its ids,
which no platform ever gave out, cannot be answered at the real platform. It asks a question, which is never only acknowledged (R23).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final
from urllib.parse import parse_qs

import urllib3

from heard.clock import stamp
from heard.connectors import Connection
from heard.outcomes import CLOSING, Kind, Outcome
from heard.reviews import review_id
from heard.storage.log import Log
from heard_cli.local.samples import Sample
from heard_cli.local.signing import NoForm, SignedRequest, signed
from heard_cli.local.wire import Reply, Wire
from heard_cli.stack import Stop

PREFIX: Final = "heard-test-"
"""What every id of a sample begins with."""

_TEXT: Final = (
    "This is a test from Heard, sent by the command `heard connect test`. No customer wrote it and nobody needs to answer. "
    "Can you see it in the list of follow-ups?"
)
_SETTLED: Final = CLOSING | {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}
_EVERY_SECONDS: Final = 0.5

_PINGS: Final = {
    "standard": 'an event of type "test"',
    "discourse": "the forum's ping",
    "trustpilot": "Trustpilot's test, an empty batch",
    "twilio_sms": "a status report such as Twilio sends for every message, which Heard ignores",
    "feedback_form": "a visit to the form's page",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A request to try a connection with: `told` says in words what it is, `review` is the review that a sample becomes."""

    request: SignedRequest
    told: str
    review: str | None = None
    native: str = ""


def ping(connection: Connection, secret: str, now: datetime) -> Trial:
    """The platform's own test, which is answered and goes nowhere."""
    native = PREFIX + token_hex(6)
    told = _PINGS.get(connection.platform, "a test")
    if connection.platform == "feedback_form":
        return Trial(SignedRequest("GET", connection.url, {}, b""), told)
    match connection.platform:
        case "discourse":
            sample = _sample(connection, native, {"ping": "OK"}, {"X-Discourse-Event-Type": "ping", "X-Discourse-Event": "ping"})
        case "trustpilot":
            sample = _sample(connection, native, {"events": []})
        case "twilio_sms":
            sample = _sample(connection, native, _message(native) | {"MessageStatus": "delivered", "SmsStatus": "delivered"})
        case _:
            sample = _sample(connection, native, {"type": "test", "timestamp": "{{now}}", "data": {"id": native}})
    return Trial(_signed(sample, connection, secret, now), told)


def whole(connection: Connection, secret: str, now: datetime, wire: Wire) -> Trial:
    """A sample review that goes all the way."""
    native = PREFIX + token_hex(6)
    fields, headers = _review(connection.platform, native)
    request = _signed(_sample(connection, native, fields, headers), connection, secret, now, wire)
    if connection.platform == "feedback_form":
        # The page named the review: its token begins with the nonce that becomes the id.
        native = parse_qs(request.body.decode())["token"][0].partition(".")[0]
    return Trial(request, "a sample review", review_id(connection.business, connection.platform, native), native)


def withdrawal(connection: Connection, secret: str, native: str, now: datetime) -> SignedRequest:
    """The event with which the platform would say that a sample's author took it back."""
    headers: Mapping[str, str] = {}
    match connection.platform:
        case "discourse":
            fields, headers = _review(connection.platform, native)
            fields["post"] |= {"deleted_at": stamp(now), "user_deleted": True}
            headers = {**headers, "X-Discourse-Event": "post_destroyed"}
        case "trustpilot":
            event = {"eventName": "service-review-deleted", "version": "1", "eventData": {"id": native}}
            fields = {"events": [event]}
        case _:
            fields = {"type": "review.withdrawn", "timestamp": "{{now}}", "data": {"id": native}}
    return _signed(_sample(connection, f"{native}-withdrawn", fields, headers), connection, secret, now)


def send(request: SignedRequest, wire: Wire) -> Reply:
    """The door's answer. Raises Stop when there is none."""
    try:
        return wire.send(request.method, request.url, headers=request.headers, body=request.body or None)
    except urllib3.exceptions.HTTPError as fault:
        raise Stop(f"{request.url} does not answer: {fault}", "Is the stack deployed, and does the address belong to it?") from fault


def follow(log: Log, review: str, seconds: float) -> tuple[Outcome, ...]:
    """The outcomes of a review once it is closed or with a person, or whatever there is when the time is up."""
    until = time.monotonic() + seconds
    while True:
        found = log.of_review(review)
        if any(outcome.kind in _SETTLED for outcome in found) or time.monotonic() >= until:
            return found
        time.sleep(_EVERY_SECONDS)


def settled(outcomes: tuple[Outcome, ...]) -> Outcome | None:
    """The outcome that closed a review or gave it to a person; None while neither has happened."""
    return next((outcome for outcome in reversed(outcomes) if outcome.kind in _SETTLED), None)


def _signed(sample: Sample, connection: Connection, secret: str, now: datetime, wire: Wire | None = None) -> SignedRequest:
    try:
        return signed(sample, connection.url, secret, now, wire.page if wire else None)
    except (NoForm, LookupError) as fault:
        raise Stop(f"The form cannot be opened: {fault}.", "Is the stack deployed, and does the address belong to it?") from fault
    except urllib3.exceptions.HTTPError as fault:
        raise Stop(f"{connection.url} does not answer: {fault}", "Is the stack deployed, and does the address belong to it?") from fault
    except ValueError as fault:
        raise Stop(
            "The stored signing secret is not one of this platform.", f"Give it a new one: heard connect rotate {connection.id}"
        ) from fault


def _sample(connection: Connection, name: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Sample:
    return Sample(f"{connection.platform}/{name}", "", connection.platform, headers or {}, dict(fields), None, (), 1)


def _review(platform: str, native: str) -> tuple[dict[str, Any], Mapping[str, str]]:
    """The fields and headers with which a platform would say that somebody wrote the sample just now."""
    match platform:
        case "discourse":
            post = {
                "id": native,
                "topic_id": native,
                "topic_title": "A test from Heard",
                "topic_archetype": "regular",
                "username": native,
                "post_number": 1,
                "post_type": 1,
                "version": 1,
                "created_at": "{{now}}",
                "updated_at": "{{now}}",
                "raw": _TEXT,
            }
            return {"post": post}, {"X-Discourse-Event-Type": "post", "X-Discourse-Event": "post_created"}
        case "trustpilot":
            consumer = {"id": native, "name": "Heard (test)"}
            review = {"id": native, "stars": 3, "title": "A test from Heard", "text": _TEXT, "language": "en", "createdAt": "{{now}}"}
            return {"events": [{"eventName": "service-review-created", "version": "1", "eventData": review | {"consumer": consumer}}]}, {}
        case "twilio_sms":
            return _message(native) | {"SmsStatus": "received", "Body": _TEXT}, {}
        case "feedback_form":
            return {"rating": "3", "text": _TEXT, "name": native}, {}
        case _:
            author = {"id": native, "name": "Heard (test)"}
            data = {"id": native, "created_at": "{{now}}", "rating": 3, "title": "A test from Heard", "text": _TEXT, "language": "en"}
            return {"type": "review.created", "timestamp": "{{now}}", "data": data | {"author": author}}, {}


def _message(native: str) -> dict[str, str]:
    # Not telephone numbers: no answer can reach anybody's phone.
    return {"MessageSid": native, "SmsSid": native, "AccountSid": PREFIX + "account", "From": native, "To": PREFIX + "number"}
