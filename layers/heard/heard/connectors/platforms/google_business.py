"""Google Business Profile reviews.

Notifications by way of Cloud Pub/Sub, everything else by the API.

A push is Pub/Sub's envelope, `{"message": {"data": <Base64 of JSON>, "messageId", …},
"subscription"}`, proven by Google's token (see `google`). The notification says only that there is
a new (NEW_REVIEW) or changed (UPDATED_REVIEW) review and what it is called, so that its event is
`partial` and `fetch` reads the review. The token proves who sends and does not cover the body: a
body that was changed could at most make Heard read another review of the same location. Other
notifications are ignored, and so are those of other locations than the connection's: an account has
one topic for all its locations, and every subscription to it gets them all.

The decoded notification is in no document: the field is called review_name on one page and
reviewName on another, and public code has more spellings. All are taken (`_NAMES`), but only for a
text of the documented form accounts/*/locations/*/reviews/*, which is the review's id here: the
reviewId in it is unique in itself, but the API is asked by the whole name. Names have well under
`ID_LIMIT` characters (two numbers and an opaque id of 60 to 100); a longer one is quarantined,
since an id that is cut asks for another review or none.

Order. A review's revision is its updateTime. A notification has no time of the review, so its event
has revision 0, which sorts before all: read from the API it gets the true one, and where that fails
it cannot make what is known look old. Deletions are silent; reviews.get then answers 404, which is
what polling is for.

Replies. One a review; PUT makes or replaces it; at most 4096 bytes. The API does not say who wrote
it: one whose text is one of our own earlier replies is replaced by our next, any other is somebody
else's and never overwritten. Replies are moderated: reviewReplyState is PENDING, APPROVED or
REJECTED, then with a policyViolation.

Where the author wrote another language than the location's, `comment` holds Google's translation
beside the original, marked "(Translated by Google)" and "(Original)". No document says so (public
code does); only what the author wrote is kept.

Sources: developers.google.com/my-business/reference/notifications/rest/v1/NotificationSetting,
…/reference/rest/v4/Notifications, …/reference/rest/v4/accounts.locations.reviews (get, list,
updateReply), …/content/latest-updates (2026-04-01 ReviewReplyState, 2026-07-01 PolicyViolation,
2026-07-24 reviewReplyUrl); cloud.google.com/pubsub/docs/push.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    HttpAnswer,
    Moderation,
    Page,
    Parsed,
    Presence,
    Refusal,
    Rejected,
    ReplyTarget,
    Request,
    Secret,
    Sent,
    Standing,
    google,
)
from heard.connectors.oauth import Tokens
from heard.connectors.parsing import (
    ID_LIMIT,
    Fields,
    nobody,
    read_answer,
    read_object,
    same_text,
    written_by_others,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    clean,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 4_096

_API: Final = "https://mybusiness.googleapis.com"
_TITLE: Final = "Google Business Profile"
_KINDS: Final = {"NEW_REVIEW": EventKind.CREATED, "UPDATED_REVIEW": EventKind.EDITED}
_TYPES: Final = ("notificationType", "notification_type", "type")
_NAMES: Final = ("reviewName", "review_name", "review", "resourceName", "resource_name", "name")
_LOCATIONS: Final = ("locationName", "location_name", "location")
_SEGMENT: Final = r"[A-Za-z0-9_=~:+-]+"
_LOCATION: Final = re.compile(rf"accounts/{_SEGMENT}/locations/{_SEGMENT}")
_REVIEW: Final = re.compile(rf"{_LOCATION.pattern}/reviews/{_SEGMENT}")
_STARS: Final = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_STANDINGS: Final = {
    "APPROVED": Standing.PUBLISHED,
    "PENDING": Standing.PENDING,
    "REJECTED": Standing.REFUSED,
}
_PAGE_SIZE: Final = 50


class GoogleBusiness(Connector):
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
        reply_limit=REPLY_LIMIT,
        reply_unit="bytes",
        can_find_reply=True,
        can_fetch=True,
        tested_by_us=False,
        secret=Secret.NONE,
        moderated=True,
        poll_seconds=900,
        settings={
            "push_service_account": "e-mail address of the service account that the Pub/Sub "
            "subscription pushes as",
            "location": "the location's name, such as accounts/1234/locations/5678",
        },
        optional_settings={
            "audience": "the audience set in the subscription (this connection's address if not "
            "said)",
            "certs_url": f"where Google publishes its keys ({google.CERTS_URL} if not said)",
            "api_base": f"where the API is ({_API} if not said)",
            "token_url": f"where access tokens are given ({google.TOKEN_URL} if not said)",
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
            "these on, the one for notifications too.\n"
            "2. Create a Pub/Sub topic and give mybusiness-api-pubsub@system.gserviceaccount.com "
            "the role Pub/Sub Publisher on it.\n"
            "3. Create a push subscription to it with the address shown here as endpoint; enable "
            "authentication with a service account of"
            " yours, leave the audience empty, and enter that account's e-mail address here as "
            "push_service_account.\n"
            "4. Set the account's notificationSetting to the topic with the types NEW_REVIEW and "
            "UPDATED_REVIEW"
            " (an account has one: a second tool takes the first one's place).\n"
            "5. Make an OAuth client and, signed in as the location's manager, a refresh token "
            "with the scope business.manage;"
            " enter them here."
        ),
        cannot=(
            "Google tells only that there is a review: without credentials Heard never sees its "
            "words.",
            "Google sends no word of deleted reviews: they are noticed when the location is "
            "polled.",
            "Google does not say who wrote a reply: one that stands there with other words than "
            "Heard's is never replaced; change it at"
            " Google.",
            "An account publishes to one Pub/Sub topic only, so that another tool on the same "
            "account takes the notifications away.",
        ),
        proof=(
            "The RS256 check passes the vector of RFC 7520, section 4.1, and refuses its mutation.",
            "Tokens signed by PyJWT as in Google's own sample are accepted and each single claim "
            "or bit changed is refused.",
            "The envelope is the one of the Pub/Sub documentation.",
        ),
        unproven=(
            "No document shows a decoded notification: all spellings found in public code are "
            "taken.",
            "That a comment may hold Google's translation beside the original is known from "
            "public code only.",
            "Whether updateTime moves when the business replies is not said; such a revision says "
            "the same as before.",
        ),
    )
    parse_reads = ()

    def __init__(self) -> None:
        self._tokens = Tokens(_TITLE)
        self._certificates = google.Certificates()

    def verify(
        self,
        request: Request,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> Refusal | None:
        """None if Google made this push for the connection's address in the name of its push
        service account.
        """
        settings = connection.settings
        audience = settings.get("audience", "").strip() or connection.url
        certs_url = settings.get("certs_url", "").strip() or google.CERTS_URL
        email = settings.get("push_service_account", "").strip()
        return google.refused_push(
            request, audience, email, certs_url, self._certificates, http, now
        )

    def sign(self, request: Request, url: str, secret: str, now: datetime) -> Request:
        """The request with a token as Google's; only a simulated Google has the secret.

        Raises ValueError.
        """
        return google.signed_push(request, url, secret, now)

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The review that a notification names. Raises Unparseable."""
        notification = _notification(Fields(read_object(request.body)).required_object("message"))
        kind = _first_text(notification, _TYPES) or "NEW_REVIEW"
        if kind not in _KINDS:
            return Parsed()
        name = _review_name(notification)
        if not _of_location(name, connection):
            return Parsed()
        said = ReviewEvent(_KINDS[kind], name, name, number_revision(0), nobody(name), partial=True)
        return Parsed((said,))

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Set the review's one reply, unless somebody else's stands there."""
        if refused := self.too_long(text):
            return refused
        shown = self._review(target.native_id, connection, credentials, http)
        if isinstance(shown, Rejected):
            return shown
        standing = shown.object("reviewReply").text("comment")
        if same_text(standing, text):
            return Sent(_reply_id(target))
        if written_by_others(standing, target):
            return Rejected(
                "already_answered",
                "Somebody answered this review at Google, which shows one reply: change that one "
                "there.",
            )
        answer = self._call(
            "PUT", f"{target.native_id}/reply", {"comment": text}, connection, credentials, http
        )
        return answer if isinstance(answer, Rejected) else Sent(_reply_id(target))

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Compare the review's reply with the text."""
        shown = self._review(target.native_id, connection, credentials, http)
        if isinstance(shown, Rejected):
            return Presence.ABSENT if shown.reason == "gone" else Presence.CANNOT_TELL
        standing = shown.object("reviewReply").text("comment")
        return (
            Sent(_reply_id(target)) if standing and same_text(standing, text) else Presence.ABSENT
        )

    def moderation(
        self,
        target: ReplyTarget,
        native_reply: str,
        text: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Moderation:
        """The reply's state, as long as it is ours that stands there."""
        shown = self._review(target.native_id, connection, credentials, http)
        if isinstance(shown, Rejected):
            return Moderation(Standing.CANNOT_TELL, shown.reason)
        reply = shown.object("reviewReply")
        if not same_text(reply.text("comment"), text):
            return Moderation(Standing.CANNOT_TELL, "not_shown")
        standing = _STANDINGS.get(reply.label("reviewReplyState") or "", Standing.CANNOT_TELL)
        return Moderation(
            standing, (reply.label("policyViolation") or "") if standing is Standing.REFUSED else ""
        )

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The review as the API has it; None without credentials that may read it."""
        shown = self._review(native_id, connection, credentials, http)
        if isinstance(shown, Rejected):
            return Gone.GONE if shown.reason == "gone" else None
        try:
            return _event(shown)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """The location's reviews, latest change first."""
        location = _location(connection)
        if not _LOCATION.fullmatch(location):
            return Rejected(
                "bad_location",
                "Set location to the location's name, such as accounts/1234/locations/5678.",
            )
        query = {
            "pageSize": str(_PAGE_SIZE),
            "orderBy": "updateTime desc",
            **({"pageToken": cursor} if cursor else {}),
        }
        answer = self._call(
            "GET", f"{location}/reviews?{urlencode(query)}", None, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return answer
        listed = read_answer(answer, _TITLE)
        return google.page(listed, listed.text("nextPageToken"), _TITLE, _event)

    def _review(
        self, name: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> Fields | Rejected:
        answer = self._call("GET", name, None, connection, credentials, http)
        return answer if isinstance(answer, Rejected) else read_answer(answer, _TITLE)

    def _call(
        self,
        method: str,
        path: str,
        document: Mapping[str, str] | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> HttpAnswer | Rejected:
        grant = google.refreshed(credentials, connection.settings)
        if isinstance(grant, Rejected):
            return grant
        base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
        name, _, query = path.partition("?")
        url = f"{base}/v4/{quote(name)}" + (f"?{query}" if query else "")
        body = json.dumps(document).encode() if document is not None else None
        headers = {"content-type": "application/json"} if body else None
        return self._tokens.call(
            grant, http, method, url, headers=headers, body=body, explain=google.explained("Google")
        )


def _notification(message: Fields) -> Fields:
    data = message.values.get("data")
    if not isinstance(data, str):
        raise message.unreadable("data", "is missing")
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        raise message.unreadable("data", "is not Base64") from None
    return Fields(read_object(content), "the notification")


def _first_text(notification: Fields, names: tuple[str, ...]) -> str:
    """The first of the fields that holds text, or nothing."""
    return next(
        (value for name in names if isinstance(value := notification.values.get(name), str)), ""
    )


def _review_name(notification: Fields) -> str:
    """The review's name, wherever the notification has it: whole, or in two parts."""
    values = notification.values
    location, number = (
        _first_text(notification, _LOCATIONS),
        _first_text(notification, ("reviewId", "review_id")),
    )
    named = [value for name in _NAMES if isinstance(value := values.get(name), str)] + [
        f"{location}/reviews/{number}"
    ]
    name = next((value for value in named if _REVIEW.fullmatch(value)), "")
    if not name:
        raise Unparseable(
            "The notification names no review of the form accounts/*/locations/*/reviews/*."
        )
    if len(name) > ID_LIMIT:
        raise Unparseable(f"The notification names a review by more than {ID_LIMIT} characters.")
    return name


def _location(connection: Connection) -> str:
    return connection.settings.get("location", "").strip().strip("/")


def _of_location(name: str, connection: Connection) -> bool:
    """Whether a review is of the connection's location.

    By the location's number, since accounts may share a location.
    """
    location = _location(connection)
    return not location or name.split("/")[3] == location.rpartition("/")[2]


def _event(review: Fields) -> ReviewEvent:
    name = review.id("name")
    if not _REVIEW.fullmatch(name):
        raise review.unreadable("name", "is not of the form accounts/*/locations/*/reviews/*")
    created, updated = review.time("createTime"), review.time("updateTime")
    at = updated or created
    if at is None:
        raise review.unreadable("updateTime", "is missing")
    reviewer = review.object("reviewer")
    return ReviewEvent(
        kind=EventKind.EDITED if created and created < at else EventKind.CREATED,
        native_id=name,
        native_thread=name,
        revision=time_revision(at),
        # Google shows a name and no id: two people of one name must not become one author.
        author=Author(
            nobody(name).id, None if reviewer.flag("isAnonymous") else reviewer.label("displayName")
        ),
        rating=_STARS.get(review.label("starRating") or ""),
        text=_written(review.text("comment")),
        occurred_at=at,
        link=review.link("reviewReplyUrl"),
    )


def _written(comment: str | None) -> str | None:
    """What the author wrote, without the translation that Google puts before or after it."""
    if comment is None:
        return None
    if comment.startswith("(Translated by Google)") and "\n\n(Original)\n" in comment:
        return clean(comment.partition("\n\n(Original)\n")[2])
    return clean(comment.partition("\n\n(Translated by Google)\n")[0])


def _reply_id(target: ReplyTarget) -> str:
    """A reply has no id of its own but its address."""
    return f"{target.native_id}/reply"


CONNECTOR: Connector = GoogleBusiness()
