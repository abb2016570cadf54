"""Google Play reviews, which nobody pushes: Heard asks for the latest ones.

`reviews.list` holds the reviews of production versions that were written or changed within the last
week and have words, latest change first; `tokenPagination.nextPageToken` leads on. A review is
`{"reviewId", "authorName", "comments"}`, the comments being `{"userComment"}`, the customer's as it
is now, and `{"developerComment"}`, the business's. 200 GET an hour are allowed, so that polling
every five minutes leaves room for pages and for looking before replying.

Order. A review's revision is the lastModified of the customer's comment, which every edit moves.
The list does not tell an edit from a new review, so every event is `created`; Heard knows what it
had before.

The customer's comment may hold a title: it then stands before a tab. reviewerLanguage is the
device's and "not guaranteed to match the language the review is written in", so it is not taken.
The author has a name and no id.

Replies. One a review; a second takes the first one's place; at most about 350 characters (never cut
here), tags are removed. The API does not say who wrote it: one whose text is one of our own earlier
replies is replaced by our next, any other is somebody else's and never overwritten, as far as the
review can be read. The business's own reply is part of the review and no event.

Deletions. What reviews.get answers for a review that was deleted, or is older than a week, is in no
document. 404 is taken for gone when one review is asked for, but as it might only mean old, nothing
is polled to find deletions out.

Sources: developers.google.com/android-publisher/reply-to-reviews;
…/android-publisher/api-ref/rest/v3/reviews (get, list, reply); googleapis.dev reference of
AndroidPublisher ("Only reviews from last week will be returned");
support.google.com/googleplay/android-developer/contact/review_apiqr (quota).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import quote, urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    HttpResponse,
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
    google,
)
from heard.connectors.oauth import OAuthClient
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    read_response,
    same_text,
    written_by_others,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text, time_revision

REPLY_LIMIT: Final = 350

_API: Final = "https://androidpublisher.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
_TITLE: Final = "Google Play"
_PAGE_SIZE: Final = 100
_MAX_TIME: Final = 253_402_300_799
"""The last second of the year 9999: revisions sort as text only while years have four digits."""


class GooglePlay(Connector):
    """The connector of one app on Google Play."""

    capabilities = Capabilities(
        platform="google_play",
        title=_TITLE,
        channel=Channel.APP_STORE,
        signature="none: nothing is pushed; Heard asks with the credentials",
        edits="polled",
        deletions="no",
        replies="one",
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
            "api_base": f"where the API is ({_API} if not said)",
            "token_url": f"where access tokens are given ({google.TOKEN_URL} if not said)",
        },
        credentials={"service_account": "the whole text of the service account's JSON key file"},
        guide=(
            "1. In Google Cloud, turn on the Google Play Android Developer API and create a "
            "service account with a JSON key.\n"
            "2. In the Play Console open Users and permissions, invite the service account's "
            "e-mail address, and give it for this app"
            " View app information and Reply to reviews.\n"
            "3. Enter the app's package name and the text of the JSON key file here; new "
            "permissions can take a day to work."
        ),
        limitations=(
            "Google Play lists only reviews that were written or changed within the last week: "
            "older ones, and what was changed while Heard"
            " was not asking for more than a week, are not seen.",
            "Ratings without words and reviews of test versions are not in the API.",
            "Deleted reviews are not noticed.",
            "Google does not say who wrote a reply: one that stands there with other words than "
            "Heard's is never replaced, as long as"
            " Google lets Heard read the review; change it in the Play Console.",
        ),
        verified=(
            "The list in Google's documentation is read.",
            "Assertions are checked with PyJWT by the simulated token endpoint.",
        ),
        assumptions=(
            "What the API answers for a review that was deleted or is older than a week is not "
            "documented.",
            "The limit of 350 is documented as approximate, and its unit as characters only.",
            "That an address with reviewId opens the review in the store is known from public "
            "code only.",
        ),
    )
    parsed_headers = ()

    def __init__(self) -> None:
        self._oauth = OAuthClient(_TITLE)

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """Nothing: Google Play sends nothing, so that whatever comes is not from there."""
        return ParsedDelivery()

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Set the review's one reply, unless somebody else's stands there."""
        if rejection := self.check_length(text):
            return rejection
        review = self._fetch_review(target.native_id, account)
        if isinstance(review, Rejection):
            # Whether a review older than a week can be read is not documented; whether it takes a
            # reply, only trying tells.
            if review.reason != "gone":
                return review
        elif existing_text := _first_comment(review, "developerComment").text("text"):
            if same_text(existing_text, text):
                return SentReply(target.native_id)
            if written_by_others(existing_text, target):
                return Rejection(
                    "already_answered",
                    "Somebody answered this review in the Play Console, and one reply is shown: "
                    "change that one there.",
                )
        response = self._call_api(
            "POST",
            f"/{quote(target.native_id, safe='')}:reply",
            {"replyText": text},
            account,
        )
        return response if isinstance(response, Rejection) else SentReply(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Compare the business's comment with the text. A reply has no id of its own.

        It goes by the review's.
        """
        review = self._fetch_review(target.native_id, account)
        if isinstance(review, Rejection):
            return ReplyLookup.CANNOT_TELL
        existing_text = _first_comment(review, "developerComment").text("text")
        return (
            SentReply(target.native_id)
            if existing_text and same_text(existing_text, text)
            else ReplyLookup.ABSENT
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as the API has it.

        None without credentials that may read it, or if it has no words of a customer.
        """
        review = self._fetch_review(native_id, account)
        if isinstance(review, Rejection):
            return ReviewGone.GONE if review.reason == "gone" else None
        try:
            return _review_event(review, account.connection)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """The reviews of the last week, latest change first."""
        query = {"maxResults": str(_PAGE_SIZE), **({"token": cursor} if cursor else {})}
        response = self._call_api("GET", f"?{urlencode(query)}", None, account)
        if isinstance(response, Rejection):
            return response
        page = read_response(response, _TITLE)
        next_cursor = page.object("tokenPagination").text("nextPageToken")
        return google.review_page(
            page, next_cursor, _TITLE, lambda review: _review_event(review, account.connection)
        )

    def _fetch_review(self, native_id: str, account: PlatformAccount) -> Fields | Rejection:
        response = self._call_api("GET", f"/{quote(native_id, safe='')}", None, account)
        return response if isinstance(response, Rejection) else read_response(response, _TITLE)

    def _call_api(
        self,
        method: str,
        path: str,
        document: Mapping[str, str] | None,
        account: PlatformAccount,
    ) -> HttpResponse | Rejection:
        package_name = account.setting("package_name")
        if not package_name:
            return Rejection(
                "no_credentials",
                "Set package_name to the app's package name, such as com.example.app.",
            )
        grant = google.service_account_grant(
            account.credentials, account.connection.settings, _SCOPE
        )
        if isinstance(grant, Rejection):
            return grant
        base = account.address("api_base", _API)
        url = (
            f"{base}/androidpublisher/v3/applications/{quote(package_name, safe='')}/reviews{path}"
        )
        body = json.dumps(document).encode() if document is not None else None
        headers = {"content-type": "application/json"} if body else None
        return self._oauth.call(
            grant,
            account.http,
            method,
            url,
            headers=headers,
            body=body,
            explain=google.error_explainer(_TITLE),
        )


def _first_comment(review: Fields, field: str) -> Fields:
    """The review's first comment of a kind; without any fields if it has none."""
    comments = review.values.get("comments")
    entries = cast("list[object]", comments) if isinstance(comments, list) else []
    matches = (
        cast("Mapping[str, object]", entry)
        for entry in entries
        if isinstance(entry, dict) and field in entry
    )
    empty: Mapping[str, object] = {}
    return Fields(next(matches, empty), "a comment", review.problems).object(field)


def _review_event(review: Fields, connection: Connection) -> ReviewEvent | None:
    comment = _first_comment(review, "userComment")
    if not comment.values:
        return None
    native_id, modified_at = review.id("reviewId"), _read_modified_time(comment)
    title, text = _title_and_text(comment)
    package_name = connection.settings.get("package_name", "").strip()
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
        link=f"https://play.google.com/store/apps/details?{urlencode({'id': package_name, 'reviewId': native_id})}",
    )


def _read_modified_time(comment: Fields) -> datetime:
    """When a comment was last changed. Raises Unparseable.

    Without it the review's revisions have no order.
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
    # originalText is there when the API translated; the words as they came hold the tab that normal
    # form would trim at the ends.
    value = comment.values.get("originalText") or comment.values.get("text")
    if not isinstance(value, str):
        return None, comment.text("text")
    title, tab, text = value.partition("\t")
    return (normalize_text(title), normalize_text(text)) if tab else (None, normalize_text(value))


CONNECTOR: Connector = GooglePlay()
