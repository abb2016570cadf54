"""Trustpilot service reviews.

A delivery is a batch, `{"events": [{"eventName", "version", "eventData"}]}`, and is not signed:
Trustpilot documents no secret and no signature header. The secret address protects the webhook, so
keep it like a password. With API credentials, `fetch` reads a review again by its id.

Documented: the events service-review-created, -updated and -deleted; the created payload; the reply
and review calls of the API; OAuth by client credentials. Sources:
support.trustpilot.com/hc/en-us/community/posts/10109980750738,
developers.trustpilot.com/service-reviews-api,
developers.trustpilot.com/get-started/authentication/grant-type-client-credentials.

Not documented: the payload of updated and deleted; what the Test button sends (an empty list of
events is a test; a sample review would look like a review); time limits and retries of deliveries;
whether a second reply replaces the first (see `Trustpilot.post_reply`); the longest reply
(`REPLY_LIMIT` is our own guess, far above what people write and below what forms usually take).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    WebhookRequest,
)
from heard.connectors.oauth import TokenGrant
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    read_object,
    test_event,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, ReviewApi
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    FINAL_REVISION,
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


class Trustpilot(ReviewApi):
    """The connector of one business's service reviews at Trustpilot."""

    capabilities = Capabilities(
        platform="trustpilot",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="pushed",
        deletions="pushed",
        replies="one",
        replaces_reply=True,
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret_origin=SecretOrigin.NONE,
        optional_settings={"api_base": f"where the API is (default {_API})"},
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
            "3. Keep the address secret: Trustpilot does not sign what it sends, so anybody who "
            "knows the address can send reviews.\n"
            "4. For replies, create an API application in the same place and enter its key and "
            "secret, and your User ID, here."
        ),
        limitations=(
            "Nothing is signed: anybody who knows the address can send reviews. With credentials "
            "Heard reads each review at Trustpilot before it acts.",
            "Heard never replaces a reply that somebody else wrote: delete that one at Trustpilot "
            "first.",
        ),
        verified=("The payload of a new review is checked against the official example.",),
        assumptions=(
            "Updated events are like created ones with updatedAt, of deleted ones only the id is "
            "read, and Test sends an empty list.",
            "A second reply may not replace the first: if Trustpilot refuses it, Heard deletes its "
            "own first one, posts again, and puts the first one back if that is refused too.",
            "The longest reply has 4,000 characters; this is our own guess.",
        ),
    )

    delivery_status = 200  # Which success Trustpilot wants is not documented.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The reviews of a batch. Raises Unparseable."""
        entries = Fields(read_object(request.body)).entries("events")
        if not entries:
            return ParsedDelivery((test_event(),))
        return parse_each(entries, "event", lambda entry: _delivery_event(entry, now))

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """An access token of the application."""
        if rejection := self.missing(account):
            return rejection
        base = account.address("api_base", _API)
        key, secret = account.credential("api_key"), account.credential("api_secret")
        url = f"{base}/v1/oauth/oauth-business-users-for-applications/accesstoken"
        grant = TokenGrant(
            url, (url, key, secret), lambda: {"grant_type": "client_credentials"}, (key, secret)
        )
        return ApiAccess(f"{base}/v1/private/reviews", grant=grant)

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the API, which dates its last edit."""
        updated_at = entry.time("updatedAt")
        kind = EventKind.EDITED if updated_at else EventKind.CREATED
        revision = time_revision(updated_at) if updated_at else _first_revision(entry)
        return _review_event(kind, entry, revision)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts the review's one company reply."""
        author = account.credential("business_user_id")
        document = {"authorBusinessUserId": author, "message": text}
        return ApiRequest("POST", _reply_path(target), document=document)

    def reply_text(self, review: Fields) -> str:
        """The review's one company reply, which has the review's id."""
        return review.object("companyReply").text("text") or ""

    def make_room(
        self, review: Fields, target: ReplyTarget, account: PlatformAccount
    ) -> Rejection | None:
        """Heard never touches a reply of another business user."""
        existing_reply = review.object("companyReply")
        author = account.credential("business_user_id")
        is_ours = existing_reply.values.get("authorBusinessUserId") == author
        return None if is_ours or not existing_reply.values else self.already_answered()

    def post_reply(
        self, target: ReplyTarget, text: str, review: Fields | None, account: PlatformAccount
    ) -> HttpResponse | Rejection:
        """Post over our own earlier reply. Only if that is refused, delete the earlier one first.

        If the new one is refused then too, the earlier one is put back, so that the customer still
        sees an answer. No document says with which status Trustpilot refuses a second reply.
        """
        response = super().post_reply(target, text, review, account)
        earlier_text = self.reply_text(review) if review else ""
        if not earlier_text or not isinstance(response, Rejection) or response.reason != "rejected":
            return response
        deletion = self.call(ApiRequest("DELETE", _reply_path(target)), account)
        if isinstance(deletion, Rejection) and deletion.reason != "gone":
            return response
        response = super().post_reply(target, text, review, account)
        if not isinstance(response, Rejection):
            return response
        try:
            restored = super().post_reply(target, earlier_text, review, account)
        except PlatformUnavailable:
            # A run that tries again would find no text to put back.
            return replace(response, earlier_reply_gone=True)
        return replace(response, earlier_reply_gone=isinstance(restored, Rejection))


def _reply_path(target: ReplyTarget) -> str:
    return f"/{quote(target.native_id, safe='')}/reply"


def _delivery_event(entry: Fields, now: datetime) -> ReviewEvent | None:
    name = entry.values.get("eventName")
    if not isinstance(name, str):
        raise entry.field_error("eventName", "is missing")
    if name not in _EVENT_KINDS:
        raise entry.unknown_kind("eventName")
    kind, data = _EVENT_KINDS[name], entry.required_object("eventData")
    match kind:
        case EventKind.WITHDRAWN:
            revision = FINAL_REVISION
        case EventKind.EDITED:
            # An edit without a date has the time of its arrival. A digest would tell edits apart
            # but not order them: the edit whose digest sorts lower would be lost. By arrival none
            # is lost, and a repeated delivery is a newer revision that says the same.
            revision = time_revision(data.time("updatedAt") or now)
        case _:
            revision = _first_revision(data)
    return _review_event(kind, data, revision)


def _first_revision(data: Fields) -> str:
    created_at = data.time("createdAt")
    return time_revision(created_at) if created_at else number_revision(0)


def _review_event(kind: EventKind, data: Fields, revision: str) -> ReviewEvent:
    native_id = data.id("id")
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
        # Not the payload's `link`, which is an address of the API.
        link=f"https://www.trustpilot.com/reviews/{quote(native_id, safe='')}",
    )


CONNECTOR: Connector = Trustpilot()
