"""Reviews in Apple's App Store, by the App Store Connect API.

Apple's webhooks have no event for reviews, so Heard polls. `GET
/v1/apps/{id}/customerReviews?sort=-createdDate` lists reviews, newest first (JSON:API: `data`,
`links.next`). `include=response` puts the business's response beside a review (`included`). Of
`links.next` only the cursor is used, never the address. Each request carries a token that we sign
(ES256) with the business's key. Apple accepts a life of at most 20 minutes; ours live for ten.

Order. A review has a createdDate, which is its revision, and no date of its edits. Apple does not
say whether an edit moves createdDate. If it does not, the poll compares the review with what it
remembers, and dates the edit by its own time (`heard.polling.in_order`). Such a review also keeps
its place in the list. So the edit is seen only while Heard asks for that page, or reads the review
again.

Replies. A review has one response; POST creates or replaces it. The API does not say who wrote the
response. If its text is one of our earlier replies, our next reply replaces it. Any other response
was written by somebody else, and is never overwritten. A response is PENDING_PUBLISH until the
store shows it (PUBLISHED). The longest is 5,970 characters: three independent projects say so, and
no page of Apple's does.

Authors have a nickname and no id. The territory is a store, not a language, and is not used as one.

Sources: developer.apple.com/documentation/appstoreconnectapi: customer-reviews,
customer-review-responses, post-v1-customerreviewresponses, generating-tokens-for-api-requests,
identifying-rate-limits; developer.apple.com/forums/thread/817212 (no date of edits);
EvanBacon/App-Store-Connect-OpenAPI-Spec specs/3.7.0.json.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ModerationResult,
    ModerationStatus,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    WebhookRequest,
)
from heard.connectors.parsing import Fields, anonymous_author, read_object
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 5_970

_API: Final = "https://api.appstoreconnect.apple.com"
_AUDIENCE: Final = "appstoreconnect-v1"
_RESPONSE_TYPE: Final = "customerReviewResponses"
_TOKEN_SECONDS: Final = 600
_PAGE_SIZE: Final = 100
_STATUS_BY_STATE: Final = {
    "PUBLISHED": ModerationStatus.PUBLISHED,
    "PENDING_PUBLISH": ModerationStatus.PENDING,
}


class AppStore(ReviewApi):
    """The connector of one app in the App Store."""

    capabilities = Capabilities(
        platform="app_store",
        title="Apple App Store",
        channel=Channel.APP_STORE,
        signature="none: nothing is pushed; Heard polls with the credentials",
        edits="polled",
        deletions="polled",
        replies="one",
        replaces_reply=True,
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
        optional_settings={"api_base": f"where the API is (default {_API})"},
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
            "3. Enter here the Issuer ID, the Key ID and the file's text, and the app's Apple ID "
            "as app_id."
        ),
        limitations=(
            "Ratings without words are not in the API.",
            "An edit that keeps the review's date is only seen while the review is on the pages "
            "that Heard polls.",
            "Apple does not say who wrote a response. Heard never replaces a response whose words "
            "are not its own: change that one in App Store Connect.",
        ),
        verified=(
            "The simulated API checks tokens with PyJWT: algorithm, key id, issuer, audience, and "
            "at most 20 minutes of life.",
        ),
        assumptions=(
            "Whether an edit moves createdDate is not documented.",
            "The limit of 5,970 is from public code, not from Apple.",
            "A deleted review is expected to answer 404, as Apple's other resources do.",
        ),
    )
    parsed_headers = ()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """No events: Apple sends no reviews, so a delivery is from somebody else."""
        return ParsedDelivery()

    @property
    def api_title(self) -> str:
        """Apple's name for the API."""
        return "App Store Connect"

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """A token for one request. Signing takes less than a millisecond, so none is kept."""
        # Imported here, because `ingest` never signs for Apple.
        import jwt  # noqa: PLC0415

        if rejection := self.missing(account):
            return rejection
        issued_at = int(clock.now().timestamp())
        claims = {
            "iss": account.credential("issuer_id"),
            "iat": issued_at,
            "exp": issued_at + _TOKEN_SECONDS,
            "aud": _AUDIENCE,
        }
        key = account.credential("private_key")
        headers = {"kid": account.credential("key_id")}
        try:
            token = jwt.encode(claims, key, algorithm="ES256", headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError):
            return Rejection(
                "bad_credentials",
                "private_key is not the whole text of the key's .p8 file: enter it from BEGIN to "
                "END.",
            )
        base = account.address("api_base", _API)
        return ApiAccess(f"{base}/v1", {"authorization": f"Bearer {token}"})

    def review_request(self, native_id: str) -> ApiRequest:
        """A review's document, with the business's response."""
        path = f"/customerReviews/{quote(native_id, safe='')}"
        return ApiRequest("GET", path, {"include": "response"})

    def unwrap_review(self, response: Fields) -> Fields:
        """The review's document, with the business's response beside the review."""
        relationships = response.object("data").object("relationships")
        response_id = relationships.object("response").object("data").values.get("id")
        replies = [
            entry.values
            for entry in response.objects("included")
            if entry.values.get("type") == _RESPONSE_TYPE and entry.values.get("id") == response_id
        ]
        return Fields({**response.values, "response": replies[0] if replies else None})

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review in its document."""
        review = entry.required_object("data")
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

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """The app's reviews, newest first. The cursor is Apple's own."""
        path = f"/apps/{quote(account.setting('app_id'), safe='')}/customerReviews"
        query = {"sort": "-createdDate", "limit": str(_PAGE_SIZE)}
        return ApiRequest("GET", path, query | ({"cursor": cursor} if cursor else {}))

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The reviews, each as a document of its own."""
        documents: list[object] = [{"data": review} for review in response.entries("data")]
        return EntryPage(documents, _next_cursor(response))

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that sets the review's one response."""
        review = {"data": {"type": "customerReviews", "id": target.native_id}}
        data = {
            "type": _RESPONSE_TYPE,
            "attributes": {"responseBody": text},
            "relationships": {"review": review},
        }
        return ApiRequest("POST", "/customerReviewResponses", document={"data": data})

    def reply_text(self, review: Fields) -> str:
        """The text of the business's response."""
        return review.object("response").object("attributes").text("responseBody") or ""

    def reply_status(self, review: Fields) -> ModerationResult:
        """The state of the response."""
        state = review.object("response").object("attributes").one_line("state") or ""
        return ModerationResult(_STATUS_BY_STATE.get(state, ModerationStatus.CANNOT_TELL))

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The response's id, from its own document or from the review's."""
        return source.object("response").optional_id("id") or source.object("data").id("id")

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Apple's own message, which is about our request."""
        try:
            errors = Fields(read_object(body), "the error").objects("errors")
        except Unparseable:
            return rejection
        message = errors[0].one_line("detail") if errors else None
        if not message:
            return rejection
        return Rejection(rejection.reason, f"{rejection.detail} Apple says: {message}")


def _next_cursor(page: Fields) -> str | None:
    """The cursor in the link to the next page. The link itself is never called."""
    link = page.object("links").values.get("next")
    try:
        query = parse_qs(urlsplit(link).query) if isinstance(link, str) else {}
    except ValueError:
        return None
    return query.get("cursor", [""])[0] or None


CONNECTOR: Connector = AppStore()
