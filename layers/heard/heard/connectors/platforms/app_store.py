"""Reviews in Apple's App Store, by the App Store Connect API.

Apple's webhooks have no event for them, so Heard asks.

`GET /v1/apps/{id}/customerReviews?sort=-createdDate` lists reviews, newest first (JSON:API: `data`,
`links.next`), and `include=response` puts the business's response beside one (`included`). Of
`links.next` only the cursor is taken, never the address. Every request carries a token that we sign
(ES256) with the business's key; Apple takes at most 20 minutes of life, these have ten.

Order. A review has a createdDate, which is its revision, and no date of its edits. Apple does not
say whether an edit moves it. If it does not, the poller, which remembers what it saw, dates the
edit by the moment of asking (`heard.polling.in_order`). Such a review also keeps its place in the
list, and is seen if the page that it is on is asked for, or when its turn to be read again comes.

Replies. One response a review; POST makes or replaces it. The API does not say who wrote it: one
whose text is one of our own earlier replies is replaced by our next, any other is somebody else's
and never overwritten. A response is PENDING_PUBLISH until the store shows it (PUBLISHED). The
longest is 5,970 characters, by three independent projects and no page of Apple's.

Authors have a nickname and no id. The territory is a store, not a language, and not taken for one.

Sources: developer.apple.com/documentation/appstoreconnectapi: customer-reviews,
customer-review-responses, post-v1-customerreviewresponses, generating-tokens-for-api-requests,
identifying-rate-limits; developer.apple.com/forums/thread/817212 (no date of edits);
EvanBacon/App-Store-Connect-OpenAPI-Spec specs/3.7.0.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    HttpResponse,
    ModerationResult,
    ModerationStatus,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SecretOrigin,
    SentReply,
    WebhookRequest,
)
from heard.connectors.http import call_api
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    read_object,
    read_response,
    same_text,
    written_by_others,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 5_970

_API: Final = "https://api.appstoreconnect.apple.com"
_AUDIENCE: Final = "appstoreconnect-v1"
_TITLE: Final = "App Store"
_TOKEN_SECONDS: Final = 600
_PAGE_SIZE: Final = 100
_STATUS_BY_STATE: Final = {
    "PUBLISHED": ModerationStatus.PUBLISHED,
    "PENDING_PUBLISH": ModerationStatus.PENDING,
}


class AppStore(Connector):
    """The connector of one app in the App Store."""

    capabilities = Capabilities(
        platform="app_store",
        title="Apple App Store",
        channel=Channel.APP_STORE,
        signature="none: nothing is pushed; Heard asks with the credentials",
        edits="polled",
        deletions="polled",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        pushes=False,
        signed=False,
        can_self_test=False,
        secret_origin=SecretOrigin.NONE,
        moderated=True,
        poll_seconds=300,
        settings={"app_id": "the app's Apple ID, a number: App Store Connect, App Information"},
        optional_settings={"api_base": f"where the API is ({_API} if not said)"},
        credentials={
            "issuer_id": "Issuer ID, shown above the team keys in App Store Connect",
            "key_id": "Key ID of a team key with the role Customer Support or above",
            "private_key": "the whole text of that key's .p8 file",
        },
        guide=(
            "1. In App Store Connect open Users and Access, Integrations, App Store Connect API, "
            "Team Keys.\n"
            "2. Generate a key with the role Customer Support and download its .p8 file; Apple "
            "shows it once.\n"
            "3. Enter the Issuer ID, the Key ID and the file's text here, and the app's Apple ID "
            "as app_id."
        ),
        limitations=(
            "Ratings without words are not in the API.",
            "An edit that keeps the review's date is only seen while the review is on the pages "
            "that Heard asks for.",
            "Apple does not say who wrote a response: one that stands there with other words than "
            "Heard's is never replaced; change it in"
            " App Store Connect.",
        ),
        verified=(
            "Tokens are checked with PyJWT by the simulated API: algorithm, key id, issuer, "
            "audience, and at most 20 minutes of life.",
        ),
        assumptions=(
            "Whether an edit moves createdDate is not documented.",
            "The limit of 5,970 is from public code, not from Apple.",
            "That a deleted review is answered 404 is how Apple answers for other resources, and "
            "not said of reviews.",
        ),
    )
    parsed_headers = ()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """Nothing: Apple sends no reviews, so that whatever comes is not from there."""
        return ParsedDelivery()

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Set the review's one response, unless somebody else's stands there."""
        if rejection := self.check_length(text):
            return rejection
        existing_reply = self._fetch_reply(target.native_id, account)
        if isinstance(existing_reply, Rejection):
            return existing_reply
        existing_text = existing_reply.object("attributes").text("responseBody")
        if existing_text and same_text(existing_text, text):
            return SentReply(existing_reply.id("id"))
        if written_by_others(existing_text, target):
            return Rejection(
                "already_answered",
                "Somebody answered this review in App Store Connect, and one response is shown: "
                "change that one there.",
            )
        document = {
            "data": {
                "type": "customerReviewResponses",
                "attributes": {"responseBody": text},
                "relationships": {
                    "review": {"data": {"type": "customerReviews", "id": target.native_id}}
                },
            }
        }
        response = _request("POST", "/v1/customerReviewResponses", document, account)
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(read_response(response, f"{_TITLE} Connect").object("data").id("id"))
        except (PlatformUnavailable, Unparseable):
            # It was taken, whatever the answer looks like.
            return SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Compare the review's response with the text."""
        existing_reply = self._fetch_reply(target.native_id, account)
        if isinstance(existing_reply, Rejection):
            return (
                ReplyLookup.ABSENT if existing_reply.reason == "gone" else ReplyLookup.CANNOT_TELL
            )
        existing_text = existing_reply.object("attributes").text("responseBody")
        return (
            SentReply(existing_reply.id("id"))
            if existing_text and same_text(existing_text, text)
            else ReplyLookup.ABSENT
        )

    def moderation(
        self,
        target: ReplyTarget,
        native_reply: str,
        text: str,
        account: PlatformAccount,
    ) -> ModerationResult:
        """The response's state, as long as it is ours that stands there."""
        existing_reply = self._fetch_reply(target.native_id, account)
        if isinstance(existing_reply, Rejection):
            return ModerationResult(ModerationStatus.CANNOT_TELL, existing_reply.reason)
        attributes = existing_reply.object("attributes")
        if not same_text(attributes.text("responseBody"), text):
            return ModerationResult(ModerationStatus.CANNOT_TELL, "not_shown")
        return ModerationResult(
            _STATUS_BY_STATE.get(attributes.one_line("state") or "", ModerationStatus.CANNOT_TELL)
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as the API has it; None without credentials that may read it."""
        document = self._fetch_review(native_id, account)
        if isinstance(document, Rejection):
            return ReviewGone.GONE if document.reason == "gone" else None
        try:
            return _review_event(document.required_object("data"))
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} Connect answered something unreadable: {error.detail}.",
                maybe_applied=False,
            ) from error

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """The app's reviews, newest first."""
        app_id = account.setting("app_id")
        if not app_id:
            return Rejection("no_credentials", "Set app_id to the app's Apple ID, a number.")
        query = {
            "sort": "-createdDate",
            "limit": str(_PAGE_SIZE),
            **({"cursor": cursor} if cursor else {}),
        }
        response = _request(
            "GET",
            f"/v1/apps/{quote(app_id, safe='')}/customerReviews?{urlencode(query)}",
            None,
            account,
        )
        if isinstance(response, Rejection):
            return response
        page = read_response(response, f"{_TITLE} Connect")
        entries, next_cursor = page.values.get("data"), _next_cursor(page)
        if not isinstance(entries, list):
            raise PlatformUnavailable(
                f"{_TITLE} Connect answered something unreadable.", maybe_applied=False
            )
        try:
            parsed = parse_each(cast("list[object]", entries), "review", _review_event)
        except Unparseable as error:
            return ReviewPage(next_cursor=next_cursor, problems=(error.detail,))
        return ReviewPage(parsed.events, next_cursor, parsed.problems)

    def _fetch_review(self, native_id: str, account: PlatformAccount) -> Fields | Rejection:
        path = f"/v1/customerReviews/{quote(native_id, safe='')}?include=response"
        response = _request("GET", path, None, account)
        return (
            response
            if isinstance(response, Rejection)
            else read_response(response, f"{_TITLE} Connect")
        )

    def _fetch_reply(self, native_id: str, account: PlatformAccount) -> Fields | Rejection:
        """The response to a review; without any fields if it has none."""
        document = self._fetch_review(native_id, account)
        if isinstance(document, Rejection):
            return document
        return _reply_to_review(document.object("data"), _included_replies(document))


def _included_replies(document: Fields) -> Mapping[str, Fields]:
    """The responses that a document includes, by id."""
    included = document.values.get("included")
    entries = (
        [
            cast("Mapping[str, object]", entry)
            for entry in cast("list[object]", included)
            if isinstance(entry, dict)
        ]
        if isinstance(included, list)
        else []
    )
    return {
        str(entry.get("id")): Fields(entry, "a response")
        for entry in entries
        if entry.get("type") == "customerReviewResponses"
    }


def _reply_to_review(review: Fields, replies: Mapping[str, Fields]) -> Fields:
    reference = review.object("relationships").object("response").object("data")
    return replies.get(str(reference.values.get("id")), Fields({}, "a response"))


def _review_event(review: Fields) -> ReviewEvent:
    native_id, attributes = review.id("id"), review.required_object("attributes")
    created_at = attributes.time("createdDate")
    if created_at is None:
        raise attributes.field_error("createdDate", "is missing")
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(created_at),
        author=Author(anonymous_author(native_id).id, attributes.one_line("reviewerNickname")),
        rating=attributes.rating("rating"),
        title=attributes.text("title"),
        text=attributes.text("body"),
        occurred_at=created_at,
    )


def _next_cursor(page: Fields) -> str | None:
    """The cursor in the link to the next page; the link itself is never followed."""
    link = page.object("links").values.get("next")
    try:
        return (
            parse_qs(urlsplit(link).query).get("cursor", [""])[0] or None
            if isinstance(link, str)
            else None
        )
    except ValueError:
        return None


def _request(
    method: str,
    path: str,
    document: Mapping[str, object] | None,
    account: PlatformAccount,
) -> HttpResponse | Rejection:
    token = _token(account.credentials)
    if isinstance(token, Rejection):
        return token
    base = account.address("api_base", _API)
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return call_api(
        account.http,
        f"{_TITLE} Connect",
        method,
        base + path,
        headers=headers,
        body=body,
        explain=_with_platform_message,
    )


def _token(credentials: Mapping[str, str]) -> str | Rejection:
    """A token for one request.

    Signing takes less than a millisecond, so that none needs to be kept.
    """
    # Imported here: `ingest` never signs for Apple.
    import jwt  # noqa: PLC0415

    issuer, kid, pem = (
        credentials.get(name, "").strip() for name in ("issuer_id", "key_id", "private_key")
    )
    if not (issuer and kid and pem):
        return Rejection(
            "no_credentials", "Enter issuer_id, key_id and private_key to answer in the App Store."
        )
    issued_at = int(clock.now().timestamp())
    claims = {"iss": issuer, "iat": issued_at, "exp": issued_at + _TOKEN_SECONDS, "aud": _AUDIENCE}
    try:
        return jwt.encode(claims, pem, algorithm="ES256", headers={"kid": kid})
    except (jwt.PyJWTError, ValueError, TypeError):
        return Rejection(
            "bad_credentials",
            "private_key is not the whole text of the key's .p8 file: enter it from BEGIN to END.",
        )


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with Apple's own words, which are about our request."""
    try:
        errors = read_object(body).get("errors")
    except Unparseable:
        return rejection
    first_error = cast("list[object]", errors)[0] if isinstance(errors, list) and errors else None
    message = (
        Fields(cast("Mapping[str, object]", first_error), "the error").one_line("detail")
        if isinstance(first_error, dict)
        else None
    )
    return (
        Rejection(rejection.reason, f"{rejection.detail} Apple says: {message}")
        if message
        else rejection
    )


CONNECTOR: Connector = AppStore()
