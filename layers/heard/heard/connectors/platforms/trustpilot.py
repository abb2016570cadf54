"""Trustpilot service reviews.

Deliveries are a batch, `{"events": [{"eventName", "version", "eventData"}]}`, and are not signed:
Trustpilot documents no secret and no signature header. What protects the address is that nobody can
guess it, so it must be kept like a password; with API credentials, `fetch` re-reads a review by its
id, and whoever routes it can compare.

Known from documents: the events service-review-created, -updated and -deleted; the created payload;
the reply and review calls of the API; OAuth by client credentials. Sources:
support.trustpilot.com/hc/en-us/community/posts/10109980750738,
developers.trustpilot.com/service-reviews-api,
developers.trustpilot.com/get-started/authentication/grant-type-client-credentials.

Not found in any document, and handled with care here: the payload of updated and deleted; what the
Test button sends (an empty list of events is taken for a test; a sample review would be taken for a
review); time limits and retries of deliveries; whether a second reply replaces the first (so the
first is deleted before); the longest reply (`REPLY_LIMIT` is our own guess, far above what anybody
writes and below what forms usually take).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    HttpAnswer,
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Response,
    Secret,
    Sent,
)
from heard.connectors.oauth import Grant, Tokens
from heard.connectors.parsing import (
    Fields,
    each,
    nobody,
    read_answer,
    read_object,
    same_text,
    test_event,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    TOMBSTONE,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 4_000

_API: Final = "https://api.trustpilot.com"
_TITLE: Final = "Trustpilot"
_KINDS: Final = {
    "service-review-created": EventKind.CREATED,
    "service-review-updated": EventKind.EDITED,
    "service-review-deleted": EventKind.WITHDRAWN,
}


class Trustpilot(Connector):
    """The connector of Trustpilot."""

    capabilities = Capabilities(
        platform="trustpilot",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="pushed",
        deletions="pushed",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret=Secret.NONE,
        optional_settings={"api_base": f"where the API is ({_API} if not said)"},
        credentials={
            "api_key": "API key of the Trustpilot application",
            "api_secret": "its secret",
            "business_user_id": "the business user who signs replies: User ID on that user's "
            "Trustpilot Business profile page",
        },
        guide=(
            "1. In Trustpilot Business open Integrations, Developers, Webhooks.\n"
            "2. Paste the address shown here for service reviews, choose new, updated and deleted "
            "reviews, press Test and save.\n"
            "3. Keep the address to yourself: Trustpilot does not sign what it sends, so whoever "
            "knows it can send reviews.\n"
            "4. For replies, create an API application in the same place and enter its key and "
            "secret, and your User ID, here."
        ),
        cannot=(
            "Nothing is signed: whoever knows the address can send reviews. With credentials each "
            "is re-read before it is acted on.",
            "A reply that somebody else wrote is never replaced: delete it at Trustpilot first.",
        ),
        proof=("The payload of a new review, against the official example.",),
        unproven=(
            "What updated and deleted events hold (read as the created one with updatedAt, and by "
            "the id alone), and what Test sends.",
            "Whether a second reply replaces the first: ours is deleted before a new one is "
            "posted.",
            "The longest reply: 4,000 characters is our guess.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = Tokens(_TITLE)

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The reviews of a batch. Raises Unparseable."""
        events = read_object(request.body).get("events")
        if not isinstance(events, list):
            raise Unparseable("events of the body is missing or not a list.")
        if not events:
            return Parsed((test_event(),))
        return each(cast("list[object]", events), "event", lambda entry: _event(entry, now))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200: which success it wants is not documented."""
        return Response(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Post the review's one company reply.

        The review is read first. If our own earlier reply stands there, it is deleted to make room;
        a reply that another business user wrote is never touched.
        """
        if len(text) > REPLY_LIMIT:
            return Rejected("too_long", f"A reply may have {REPLY_LIMIT} characters.")
        path = f"/v1/private/reviews/{quote(target.native_id, safe='')}"
        shown = self._call("GET", path, None, connection, credentials, http)
        if isinstance(shown, Rejected):
            return shown
        standing = read_answer(shown, _TITLE).object("companyReply")
        if same_text(standing.text("text"), text):
            return Sent(target.native_id)
        author = credentials.get("business_user_id", "")
        if standing.values:
            if standing.values.get("authorBusinessUserId") != author:
                return Rejected(
                    "already_answered",
                    "Somebody answered this review at Trustpilot, which shows one reply: delete "
                    "that one first.",
                )
            removed = self._call("DELETE", f"{path}/reply", None, connection, credentials, http)
            if isinstance(removed, Rejected) and removed.reason != "gone":
                return removed
        body = {"authorBusinessUserId": author, "message": text}
        answer = self._call("POST", f"{path}/reply", body, connection, credentials, http)
        return answer if isinstance(answer, Rejected) else Sent(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Compare the review's company reply with the text. A reply has no id of its own.

        It goes by the review's.
        """
        answer = self._call(
            "GET",
            f"/v1/private/reviews/{quote(target.native_id, safe='')}",
            None,
            connection,
            credentials,
            http,
        )
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        standing = read_answer(answer, _TITLE).object("companyReply").text("text")
        return Sent(target.native_id) if standing and same_text(standing, text) else Presence.ABSENT

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The review as the API has it.

        None without credentials, or with ones that may not read it.
        """
        if not credentials.get("api_key"):
            return None
        answer = self._call(
            "GET",
            f"/v1/private/reviews/{quote(native_id, safe='')}",
            None,
            connection,
            credentials,
            http,
        )
        if isinstance(answer, Rejected):
            return Gone.GONE if answer.reason == "gone" else None
        review = read_answer(answer, _TITLE)
        try:
            updated = review.time("updatedAt")
            kind = EventKind.EDITED if updated else EventKind.CREATED
            return _said(
                kind,
                review,
                native_id,
                time_revision(updated) if updated else _first_revision(review),
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def _call(
        self,
        method: str,
        path: str,
        document: Mapping[str, str] | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> HttpAnswer | Rejected:
        base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
        key, secret = credentials.get("api_key", ""), credentials.get("api_secret", "")
        if not (key and secret and credentials.get("business_user_id")):
            return Rejected(
                "no_credentials",
                "Enter api_key, api_secret and business_user_id to answer on Trustpilot.",
            )
        url = f"{base}/v1/oauth/oauth-business-users-for-applications/accesstoken"
        grant = Grant(
            url, (url, key, secret), lambda: {"grant_type": "client_credentials"}, (key, secret)
        )
        body = json.dumps(document).encode() if document is not None else None
        return self._tokens.call(
            grant,
            http,
            method,
            base + path,
            headers={"content-type": "application/json"},
            body=body,
        )


def _event(entry: Fields, now: datetime) -> ReviewEvent | None:
    name = entry.values.get("eventName")
    if not isinstance(name, str):
        raise entry.unreadable("eventName", "is missing")
    if name not in _KINDS:
        return None
    kind, data = _KINDS[name], entry.required_object("eventData")
    native_id = data.id("id")
    match kind:
        case EventKind.WITHDRAWN:
            revision = TOMBSTONE
        case EventKind.EDITED:
            # Without a date of the edit, arrival is its date. A digest could tell edits apart but
            # not order them, and the edit whose digest sorts lower would be lost; by arrival none
            # is, and a repeated delivery is a newer revision that says the same.
            revision = time_revision(data.time("updatedAt") or now)
        case _:
            revision = _first_revision(data)
    return _said(kind, data, native_id, revision)


def _first_revision(data: Fields) -> str:
    created = data.time("createdAt")
    return time_revision(created) if created else number_revision(0)


def _said(kind: EventKind, data: Fields, native_id: str, revision: str) -> ReviewEvent:
    consumer = data.object("consumer")
    author, name = nobody(native_id).id, consumer.label("name") or consumer.label("displayName")
    try:
        author = consumer.optional_id("id") or author
    except Unparseable as error:
        data.problems.append(error.detail)
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(author, name),
        rating=data.rating("stars"),
        title=data.text("title"),
        text=data.text("text"),
        language=data.label("language"),
        occurred_at=data.time("updatedAt") or data.time("createdAt"),
        subject=data.label("locationId"),
        # Not `link` of the payload, which is an address of the API.
        link=f"https://www.trustpilot.com/reviews/{quote(native_id, safe='')}",
    )


CONNECTOR: Connector = Trustpilot()
