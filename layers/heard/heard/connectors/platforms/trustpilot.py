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
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.oauth import OAuthClient, TokenGrant
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    read_object,
    read_response,
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
_EVENT_KINDS: Final = {
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
        secret_origin=SecretOrigin.NONE,
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
        limitations=(
            "Nothing is signed: whoever knows the address can send reviews. With credentials each "
            "is re-read before it is acted on.",
            "A reply that somebody else wrote is never replaced: delete it at Trustpilot first.",
        ),
        verified=("The payload of a new review, against the official example.",),
        assumptions=(
            "What updated and deleted events hold (read as the created one with updatedAt, and by "
            "the id alone), and what Test sends.",
            "Whether a second reply replaces the first: ours is deleted before a new one is "
            "posted.",
            "The longest reply: 4,000 characters is our guess.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = OAuthClient(_TITLE)

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The reviews of a batch. Raises Unparseable."""
        events = read_object(request.body).get("events")
        if not isinstance(events, list):
            raise Unparseable("events of the body is missing or not a list.")
        if not events:
            return ParsedDelivery((test_event(),))
        return parse_each(
            cast("list[object]", events), "event", lambda entry: _review_event(entry, now)
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200: which success it wants is not documented."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post the review's one company reply.

        The review is read first. If our own earlier reply stands there, it is deleted to make room;
        a reply that another business user wrote is never touched.
        """
        if len(text) > REPLY_LIMIT:
            return Rejection("too_long", f"A reply may have {REPLY_LIMIT} characters.")
        path = f"/v1/private/reviews/{quote(target.native_id, safe='')}"
        lookup = self._call_api("GET", path, None, account)
        if isinstance(lookup, Rejection):
            return lookup
        existing_reply = read_response(lookup, _TITLE).object("companyReply")
        if same_text(existing_reply.text("text"), text):
            return SentReply(target.native_id)
        author_id = account.credentials.get("business_user_id", "")
        if existing_reply.values:
            if existing_reply.values.get("authorBusinessUserId") != author_id:
                return Rejection(
                    "already_answered",
                    "Somebody answered this review at Trustpilot, which shows one reply: delete "
                    "that one first.",
                )
            deletion = self._call_api("DELETE", f"{path}/reply", None, account)
            if isinstance(deletion, Rejection) and deletion.reason != "gone":
                return deletion
        body = {"authorBusinessUserId": author_id, "message": text}
        response = self._call_api("POST", f"{path}/reply", body, account)
        return response if isinstance(response, Rejection) else SentReply(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Compare the review's company reply with the text. A reply has no id of its own.

        It goes by the review's.
        """
        response = self._call_api(
            "GET",
            f"/v1/private/reviews/{quote(target.native_id, safe='')}",
            None,
            account,
        )
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        existing_text = read_response(response, _TITLE).object("companyReply").text("text")
        return (
            SentReply(target.native_id)
            if existing_text and same_text(existing_text, text)
            else ReplyLookup.ABSENT
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as the API has it.

        None without credentials, or with ones that may not read it.
        """
        if not account.credentials.get("api_key"):
            return None
        response = self._call_api(
            "GET",
            f"/v1/private/reviews/{quote(native_id, safe='')}",
            None,
            account,
        )
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        review = read_response(response, _TITLE)
        try:
            updated_at = review.time("updatedAt")
            kind = EventKind.EDITED if updated_at else EventKind.CREATED
            return _build_event(
                kind,
                review,
                native_id,
                time_revision(updated_at) if updated_at else _first_revision(review),
            )
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def _call_api(
        self,
        method: str,
        path: str,
        document: Mapping[str, str] | None,
        account: PlatformAccount,
    ) -> HttpResponse | Rejection:
        base = account.address("api_base", _API)
        key, secret = (
            account.credentials.get("api_key", ""),
            account.credentials.get("api_secret", ""),
        )
        if not (key and secret and account.credentials.get("business_user_id")):
            return Rejection(
                "no_credentials",
                "Enter api_key, api_secret and business_user_id to answer on Trustpilot.",
            )
        url = f"{base}/v1/oauth/oauth-business-users-for-applications/accesstoken"
        grant = TokenGrant(
            url, (url, key, secret), lambda: {"grant_type": "client_credentials"}, (key, secret)
        )
        body = json.dumps(document).encode() if document is not None else None
        return self._tokens.call(
            grant,
            account.http,
            method,
            base + path,
            headers={"content-type": "application/json"},
            body=body,
        )


def _review_event(entry: Fields, now: datetime) -> ReviewEvent | None:
    name = entry.values.get("eventName")
    if not isinstance(name, str):
        raise entry.field_error("eventName", "is missing")
    if name not in _EVENT_KINDS:
        return None
    kind, data = _EVENT_KINDS[name], entry.required_object("eventData")
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
    return _build_event(kind, data, native_id, revision)


def _first_revision(data: Fields) -> str:
    created_at = data.time("createdAt")
    return time_revision(created_at) if created_at else number_revision(0)


def _build_event(kind: EventKind, data: Fields, native_id: str, revision: str) -> ReviewEvent:
    consumer = data.object("consumer")
    author_id, name = (
        anonymous_author(native_id).id,
        consumer.one_line("name") or consumer.one_line("displayName"),
    )
    try:
        author_id = consumer.optional_id("id") or author_id
    except Unparseable as error:
        data.problems.append(error.detail)
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(author_id, name),
        rating=data.rating("stars"),
        title=data.text("title"),
        text=data.text("text"),
        language=data.one_line("language"),
        occurred_at=data.time("updatedAt") or data.time("createdAt"),
        subject=data.one_line("locationId"),
        # Not `link` of the payload, which is an address of the API.
        link=f"https://www.trustpilot.com/reviews/{quote(native_id, safe='')}",
    )


CONNECTOR: Connector = Trustpilot()
