"""Google Business Profile: notifications through Cloud Pub/Sub, everything else through the API.

A push is the envelope of Pub/Sub, `{"message": {"data": <Base64 of JSON>, "messageId", …},
"subscription"}`, with a token of Google's (see `google`). The notification says only that a review
is new (NEW_REVIEW) or changed (UPDATED_REVIEW), and its name. So the event is `partial`, and
`fetch` reads the review. The token proves the sender and does not cover the body: a changed body
could at most make Heard read another review of the same location. Other notifications are ignored.
So are those of other locations: an account has one topic for all its locations, and every
subscription gets them all.

No document shows the decoded notification. Its field is called review_name on one page and
reviewName on another, and public code has more spellings. We read them all (`_REVIEW_NAME_FIELDS`),
but only a text of the documented form accounts/*/locations/*/reviews/*. That text is the review's
id here. The reviewId in it is unique too, but the API needs the whole name. Names have far less
than `ID_LIMIT` characters (two numbers and an opaque id of 60 to 100). A longer one goes to
quarantine, because an id that is cut names another review or none.

Order. A review's revision is its updateTime. A notification has no time of the review, so its event
has revision 0, which sorts before all others. Read from the API it gets the true revision. If that
fails, it cannot make what we know look old. Deletions are silent; reviews.get then answers 404, and
a poll finds that.

Replies. A review has one; PUT creates or replaces it; at most 4096 bytes. The API does not say who
wrote it. A reply with the text of one of our own earlier replies is replaced by our next one. Any
other is somebody else's, and is never overwritten. Google moderates replies: reviewReplyState is
PENDING, APPROVED or REJECTED, the last with a policyViolation.

If the author wrote in another language than the location's, `comment` holds Google's translation
beside the original, marked "(Translated by Google)" and "(Original)". No document says so; public
code does. Heard keeps only what the author wrote.

Sources: developers.google.com/my-business/reference/notifications/rest/v1/NotificationSetting,
…/reference/rest/v4/Notifications, …/reference/rest/v4/accounts.locations.reviews (get, list,
updateReply), …/content/latest-updates (2026-04-01 ReviewReplyState, 2026-07-01 PolicyViolation,
2026-07-24 reviewReplyUrl); cloud.google.com/pubsub/docs/push.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    ModerationResult,
    ModerationStatus,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    SignatureFailure,
    WebhookRequest,
    google,
)
from heard.connectors.parsing import (
    ID_LIMIT,
    Fields,
    anonymous_author,
    read_object,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.errors import Unparseable
from heard.reviews import (
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    normalize_text,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 4_096

_API: Final = "https://mybusiness.googleapis.com"
_TITLE: Final = "Google Business Profile"
_EVENT_KINDS: Final = {"NEW_REVIEW": EventKind.CREATED, "UPDATED_REVIEW": EventKind.EDITED}
_IGNORED_KINDS: Final = frozenset(
    {
        "DUPLICATE_LOCATION",
        "GOOGLE_UPDATE",
        "LOSS_OF_VOICE_OF_MERCHANT",
        "NEW_ANSWER",
        "NEW_CUSTOMER_MEDIA",
        "NEW_QUESTION",
        "NOTIFICATION_TYPE_UNSPECIFIED",
        "UPDATED_ANSWER",
        "UPDATED_LOCATION_STATE",
        "UPDATED_QUESTION",
        "VOICE_OF_MERCHANT_UPDATED",
    }
)
"""Notifications about something else than reviews. None holds any words."""

_TYPE_FIELDS: Final = ("notificationType", "notification_type", "type")
_REVIEW_NAME_FIELDS: Final = (
    "reviewName",
    "review_name",
    "review",
    "resourceName",
    "resource_name",
    "name",
)
_LOCATION_FIELDS: Final = ("locationName", "location_name", "location")
_SEGMENT: Final = r"[A-Za-z0-9_=~:+-]+"
_LOCATION_PATTERN: Final = re.compile(rf"accounts/{_SEGMENT}/locations/{_SEGMENT}")
_REVIEW_PATTERN: Final = re.compile(rf"{_LOCATION_PATTERN.pattern}/reviews/{_SEGMENT}")
_STARS: Final = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_STATUS_BY_STATE: Final = {
    "APPROVED": ModerationStatus.PUBLISHED,
    "PENDING": ModerationStatus.PENDING,
    "REJECTED": ModerationStatus.REMOVED,
}
_PAGE_SIZE: Final = 50


class GoogleBusiness(ReviewApi):
    """The connector of one location of a Google Business Profile."""

    capabilities = Capabilities(
        platform="google_business",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="Authorization: Bearer with an OpenID token that Google signs (RS256) for the "
        "push service account and this address",
        edits="pushed",
        deletions="polled",
        replies="one",
        replaces_reply=True,
        reply_limit=REPLY_LIMIT,
        reply_unit="bytes",
        can_find_reply=True,
        can_fetch=True,
        can_self_test=False,
        secret_origin=SecretOrigin.NONE,
        moderated=True,
        poll_seconds=900,
        settings={
            "push_service_account": "e-mail address of the service account that the Pub/Sub "
            "subscription pushes as",
            "location": "the location's name, such as accounts/1234/locations/5678",
        },
        optional_settings={
            "audience": "the audience set in the subscription (default this connection's address)",
            "certs_url": f"where Google publishes its keys (default {google.CERTS_URL})",
            "api_base": f"where the API is (default {_API})",
            "token_url": f"where access tokens are given (default {google.TOKEN_URL})",
        },
        credentials={
            "client_id": "OAuth client id of a Google Cloud project that Google approved for the "
            "Business Profile APIs",
            "client_secret": "its secret",
            "refresh_token": "refresh token of an owner or manager of the location, with the "
            "scope business.manage",
        },
        guide=(
            "1. In Google Cloud, have a project approved for the Business Profile APIs, and turn "
            "them on, also the one for notifications.\n"
            "2. Create a Pub/Sub topic and give mybusiness-api-pubsub@system.gserviceaccount.com "
            "the role Pub/Sub Publisher on it.\n"
            "3. Create a push subscription to it with the address shown here as endpoint; enable "
            "authentication with a service account of yours, leave the audience empty, and enter "
            "that account's e-mail address here as push_service_account.\n"
            "4. Set the account's notificationSetting to the topic with the types NEW_REVIEW and "
            "UPDATED_REVIEW (an account has one: a second tool takes the first one's place).\n"
            "5. Make an OAuth client and, signed in as the location's manager, a refresh token "
            "with the scope business.manage; enter both here."
        ),
        limitations=(
            "Google reports only that there is a review: without credentials Heard never sees its "
            "words.",
            "Google does not report deleted reviews; Heard finds them when it polls.",
            "Questions, answers and photos that customers add to a profile are not read.",
            "Google does not say who wrote a reply. Heard never replaces a reply whose words are "
            "not its own: change that one at Google.",
            "An account publishes to one Pub/Sub topic only: another tool on the same account "
            "takes the notifications away.",
        ),
        verified=(
            "The RS256 check passes the vector of RFC 7520, section 4.1, and refuses its mutation.",
            "Tokens signed by PyJWT as in Google's own sample are accepted. With one claim or bit "
            "changed they are refused.",
            "The envelope is the one of the Pub/Sub documentation.",
        ),
        assumptions=(
            "No document shows a decoded notification: Heard reads all spellings of public code.",
            "A comment may hold Google's translation beside the original; only public code says "
            "so.",
            "updateTime may move when the business replies; such a revision says the same as "
            "before.",
        ),
    )
    parsed_headers = ()

    def __init__(self) -> None:
        super().__init__()
        self._published_keys = google.PublishedKeys()

    def verify(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> SignatureFailure | None:
        """None if Google made this push for the connection's address and service account."""
        settings = connection.settings
        audience = settings.get("audience", "").strip() or connection.url
        certs_url = settings.get("certs_url", "").strip() or google.CERTS_URL
        email = settings.get("push_service_account", "").strip()
        return google.verify_push(
            request, audience, email, certs_url, self._published_keys, http, now
        )

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The request with a token like Google's. Only a simulated Google has the secret.

        Raises ValueError for any other secret.
        """
        return google.sign_push(request, url, secret, now)

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review that a notification names. Raises Unparseable."""
        notification = _notification(Fields(read_object(request.body)).required_object("message"))
        kind = _first_text(notification, _TYPE_FIELDS) or "NEW_REVIEW"
        if kind in _IGNORED_KINDS:
            return ParsedDelivery()
        if kind not in _EVENT_KINDS:
            raise Fields({"type": kind}, "the notification").unknown_kind("type")
        name = _review_name(notification)
        if not _is_at_location(name, connection):
            return ParsedDelivery()
        event = ReviewEvent(
            _EVENT_KINDS[kind], name, name, number_revision(0), anonymous_author(name), partial=True
        )
        return ParsedDelivery((event,))

    @property
    def api_title(self) -> str:
        """The name in messages about calls."""
        return "Google"

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """An access token of the person who let Heard reply."""
        grant = google.refresh_token_grant(account)
        if isinstance(grant, Rejection):
            return grant
        return ApiAccess(f"{account.address('api_base', _API)}/v4/", grant=grant)

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its name."""
        return ApiRequest("GET", quote(native_id))

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review of the location."""
        return _review_event(entry)

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest | Rejection:
        """The location's reviews, latest change first."""
        location = _location(account.connection)
        if not _LOCATION_PATTERN.fullmatch(location):
            return Rejection(
                "bad_location",
                "Set location to the location's name, such as accounts/1234/locations/5678.",
            )
        query = {"pageSize": str(_PAGE_SIZE), "orderBy": "updateTime desc"}
        token = {"pageToken": cursor} if cursor else {}
        return ApiRequest("GET", f"{quote(location)}/reviews", {**query, **token})

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The reviews. Google leaves an empty list out."""
        return EntryPage(response.optional_entries("reviews"), response.text("nextPageToken"))

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that sets the review's one reply."""
        return ApiRequest("PUT", f"{quote(target.native_id)}/reply", document={"comment": text})

    def reply_text(self, review: Fields) -> str:
        """The review's one reply. Google does not say who wrote it."""
        return review.object("reviewReply").text("comment") or ""

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The reply's address, because a reply has no id of its own."""
        return f"{target.native_id}/reply"

    def reply_status(self, review: Fields) -> ModerationResult:
        """The result of Google's check of the reply."""
        reply = review.object("reviewReply")
        status = _STATUS_BY_STATE.get(
            reply.one_line("reviewReplyState") or "", ModerationStatus.CANNOT_TELL
        )
        violation = reply.one_line("policyViolation") or ""
        return ModerationResult(status, violation if status is ModerationStatus.REMOVED else "")

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Google's own words."""
        return google.explain_error(self.api_title, rejection, body)


def _notification(message: Fields) -> Fields:
    data = message.values.get("data")
    if not isinstance(data, str):
        raise message.field_error("data", "is missing")
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        raise message.field_error("data", "is not Base64") from None
    return Fields(read_object(content), "the notification")


def _first_text(notification: Fields, names: tuple[str, ...]) -> str:
    """The first of the fields that holds text; empty if none does."""
    return next(
        (value for name in names if isinstance(value := notification.values.get(name), str)), ""
    )


def _review_name(notification: Fields) -> str:
    """The review's name, whole in one field or in two parts. Raises Unparseable."""
    values = notification.values
    location, review_id = (
        _first_text(notification, _LOCATION_FIELDS),
        _first_text(notification, ("reviewId", "review_id")),
    )
    candidates = [
        value for name in _REVIEW_NAME_FIELDS if isinstance(value := values.get(name), str)
    ] + [f"{location}/reviews/{review_id}"]
    name = next((value for value in candidates if _REVIEW_PATTERN.fullmatch(value)), "")
    if not name:
        raise Unparseable(
            "The notification names no review of the form accounts/*/locations/*/reviews/*."
        )
    if len(name) > ID_LIMIT:
        raise Unparseable(f"The notification names a review by more than {ID_LIMIT} characters.")
    return name


def _location(connection: Connection) -> str:
    return connection.settings.get("location", "").strip().strip("/")


def _is_at_location(name: str, connection: Connection) -> bool:
    """Whether a review belongs to the connection's location.

    Compares the numbers of the locations, because accounts may share a location.
    """
    location = _location(connection)
    return not location or name.split("/")[3] == location.rpartition("/")[2]


def _review_event(review: Fields) -> ReviewEvent:
    name = review.id("name")
    if not _REVIEW_PATTERN.fullmatch(name):
        raise review.field_error("name", "is not of the form accounts/*/locations/*/reviews/*")
    created_at, updated_at = review.time("createTime"), review.time("updateTime")
    changed_at = updated_at or created_at
    if changed_at is None:
        raise review.field_error("updateTime", "is missing")
    reviewer = review.object("reviewer")
    return ReviewEvent(
        kind=EventKind.EDITED if created_at and created_at < changed_at else EventKind.CREATED,
        native_id=name,
        native_thread=name,
        revision=time_revision(changed_at),
        # Google shows a name and no id. Two people of one name must not become one author.
        author=Author(
            anonymous_author(name).id,
            None if reviewer.boolean("isAnonymous") else reviewer.one_line("displayName"),
        ),
        rating=_STARS.get(review.one_line("starRating") or ""),
        text=_original_text(review.text("comment")),
        occurred_at=changed_at,
        link=review.link("reviewReplyUrl"),
    )


def _original_text(comment: str | None) -> str | None:
    """What the author wrote, without the translation that Google puts before or after it."""
    if comment is None:
        return None
    if comment.startswith("(Translated by Google)") and "\n\n(Original)\n" in comment:
        return normalize_text(comment.partition("\n\n(Original)\n")[2])
    return normalize_text(comment.partition("\n\n(Translated by Google)\n")[0])


CONNECTOR: Connector = GoogleBusiness()
