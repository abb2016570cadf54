"""Google Play reviews. Nobody pushes them: Heard polls for the latest ones.

`reviews.list` holds the reviews of production versions that have words and were written or changed
within the last week, latest change first; `tokenPagination.nextPageToken` names the next page. A
review is `{"reviewId", "authorName", "comments"}`. Its comments are `{"userComment"}`, the
customer's as it is now, and `{"developerComment"}`, the business's. 200 GET requests an hour are
allowed, so a poll every five minutes leaves room for further pages and for the reading before a
reply.

Order. A review's revision is the lastModified of the customer's comment, which every edit moves.
The list does not tell an edit from a new review, so every event is `created`; Heard knows what it
had before.

The customer's comment may hold a title, which stands before a tab. reviewerLanguage is the device's
and "not guaranteed to match the language the review is written in", so it is not used. The author
has a name and no id.

Replies. A review shows one; a second one takes its place. At most about 350 characters (Heard never
cuts), and tags are removed. The API does not say who wrote it. A reply with the text of one of our
own earlier replies is replaced by our next one. Any other is somebody else's, and is never
overwritten as long as the review can be read. The business's own reply is part of the review and no
event.

Deletions. No document says what reviews.get answers for a review that was deleted or is older than
a week. A 404 may only mean that it is old, so it proves nothing, and deletions are not noticed.

Sources: developers.google.com/android-publisher/reply-to-reviews;
…/android-publisher/api-ref/rest/v3/reviews (get, list, reply); googleapis.dev reference of
AndroidPublisher ("Only reviews from last week will be returned");
support.google.com/googleplay/android-developer/contact/review_apiqr (quota).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    WebhookRequest,
    google,
)
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text, time_revision

REPLY_LIMIT: Final = 350

_API: Final = "https://androidpublisher.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
_TITLE: Final = "Google Play"
_PAGE_SIZE: Final = 100
_MAX_TIME: Final = 253_402_300_799
"""The last second of the year 9999. Revisions sort as text only while years have four digits."""


class GooglePlay(ReviewApi):
    """The connector of one app on Google Play."""

    capabilities = Capabilities(
        platform="google_play",
        title=_TITLE,
        channel=Channel.APP_STORE,
        signature="none: nothing is pushed; Heard polls with the credentials",
        edits="polled",
        deletions="no",
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
        poll_seconds=300,
        settings={"package_name": "the app's package name, such as com.example.app"},
        optional_settings={
            "api_base": f"where the API is (default {_API})",
            "token_url": f"where access tokens are given (default {google.TOKEN_URL})",
        },
        credentials={"service_account": "the whole text of the service account's JSON key file"},
        guide=(
            "1. In Google Cloud, turn on the Google Play Android Developer API and create a "
            "service account with a JSON key.\n"
            "2. In the Play Console open Users and permissions, invite the service account's "
            "e-mail address, and give it View app information and Reply to reviews for this app.\n"
            "3. Enter the app's package name and the text of the JSON key file here; new "
            "permissions can take a day to work."
        ),
        limitations=(
            "Google Play lists only reviews that were written or changed within the last week. "
            "Heard misses older ones, and changes while it did not poll for more than a week.",
            "Ratings without words and reviews of test versions are not in the API.",
            "Deleted reviews are not noticed.",
            "Google does not say who wrote a reply. Heard never replaces a reply whose words are "
            "not its own, as long as Google lets it read the review: change that one in the Play "
            "Console.",
        ),
        verified=(
            "The list in Google's documentation is read.",
            "Assertions are checked with PyJWT by the simulated token endpoint.",
        ),
        assumptions=(
            "No document says what the API answers for a review that was deleted or is older than "
            "a week.",
            "The limit of 350 is documented as approximate, and its unit as characters only.",
            "An address with reviewId opens the review in the store; only public code says so.",
        ),
    )
    parsed_headers = ()
    hides_reviews = True  # It is not documented what the API answers for old reviews.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """Nothing: Google Play pushes nothing, so whatever comes is from somebody else."""
        return ParsedDelivery()

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """An access token of the service account."""
        if rejection := self.missing(account, "package_name"):
            return rejection
        grant = google.service_account_grant(account, _SCOPE)
        if isinstance(grant, Rejection):
            return grant
        package_name = quote(account.setting("package_name"), safe="")
        base = account.address("api_base", _API)
        return ApiAccess(
            f"{base}/androidpublisher/v3/applications/{package_name}/reviews", grant=grant
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent | None:
        """A review; None if it has no words of a customer."""
        return _review_event(entry, account.setting("package_name"))

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """The reviews of the last week, latest change first."""
        token = {"token": cursor} if cursor else {}
        return ApiRequest("GET", "", {"maxResults": str(_PAGE_SIZE), **token})

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The reviews. Google leaves an empty list out."""
        next_cursor = response.object("tokenPagination").text("nextPageToken")
        return EntryPage(response.optional_entries("reviews"), next_cursor)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that sets the review's one reply."""
        path = f"/{quote(target.native_id, safe='')}:reply"
        return ApiRequest("POST", path, document={"replyText": text})

    def reply_text(self, review: Fields) -> str:
        """The business's comment. A reply has no id of its own: it has the review's."""
        return _first_comment(review, "developerComment").text("text") or ""

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Google's own words."""
        return google.explain_error(_TITLE, rejection, body)


def _first_comment(review: Fields, field: str) -> Fields:
    """The review's first comment of a kind; without any fields if it has none."""
    matches = (entry for entry in review.objects("comments") if field in entry.values)
    return next(matches, Fields({})).object(field)


def _review_event(review: Fields, package_name: str) -> ReviewEvent | None:
    comment = _first_comment(review, "userComment")
    if not comment.values:
        return None
    native_id, modified_at = review.id("reviewId"), _read_modified_time(comment)
    title, text = _title_and_text(comment)
    query = urlencode({"id": package_name, "reviewId": native_id})
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(modified_at),
        author=Author(anonymous_author(native_id).id, review.one_line("authorName")),
        rating=comment.rating("starRating"),
        title=title,
        text=text,
        occurred_at=modified_at,
        link=f"https://play.google.com/store/apps/details?{query}",
    )


def _read_modified_time(comment: Fields) -> datetime:
    """When a comment was last changed: it orders the review's revisions.

    Raises Unparseable if it is missing.
    """
    last_modified = comment.required_object("lastModified")
    seconds, nanos = (
        last_modified.integer("seconds", 0, _MAX_TIME),
        last_modified.integer("nanos", 0, 999_999_999),
    )
    if seconds is None:
        raise last_modified.field_error("seconds", "is missing or not a time")
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=(nanos or 0) // 1000)


def _title_and_text(comment: Fields) -> tuple[str | None, str | None]:
    # originalText is there if the API translated. We split before we bring the text to normal
    # form, which would trim the tab.
    value = comment.values.get("originalText") or comment.values.get("text")
    if not isinstance(value, str):
        return None, comment.text("text")
    title, tab, text = value.partition("\t")
    return (normalize_text(title), normalize_text(text)) if tab else (None, normalize_text(value))


CONNECTOR: Connector = GooglePlay()
