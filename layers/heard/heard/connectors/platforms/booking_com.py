"""Booking.com guest reviews, which nobody pushes: Heard polls the Guest Review API.

A review is `{"review_id", "created_timestamp", "last_change_timestamp", "content", "scoring",
"reviewer", "reply"}`. `content` has a headline, and what the guest liked (`positive`) and disliked
(`negative`) as two texts. Heard joins them, and begins each with the sign that tells which it is:
"+ Quiet rooms" and "- No lift". `scoring.review_score` is 1 to 10; halved and rounded up it becomes
a rating of 1 to 5.

Pages. A page links to the next one with a cursor, until a page is empty. The cursor leads to
reviews that changed later: the list runs oldest first. So a poll reads all pages of the last two
weeks, and where it has to stop, the next poll goes on.

Order. A review's revision is its `last_change_timestamp`, taken for UTC. The list does not tell an
edit from a new review, so every event is `created`; Heard knows what it had before. The guest has a
name (if any) and no id. The business's own reply is part of the review and no event.

Replies. One for each review, which Booking.com moderates before it shows it. It takes none for a
review without words. While a reply waits for moderation nothing says that it is there. So after a
fault Heard cannot find out whether it arrived, and a person decides.

Sources: developers.booking.com/connectivity/docs/review-api, …/review-api/retrieve-reviews,
…/review-api/reply-to-review, …/token-based-authentication;
open-api-docs.guesty.com/reference/put_reviews-reviewid-reply (one reply, which cannot be changed).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import quote, unquote

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
    ReplyTarget,
    ReviewPage,
    SecretOrigin,
    SentReply,
    WebhookRequest,
)
from heard.connectors.oauth import TokenGrant
from heard.connectors.parsing import Fields, anonymous_author, read_object
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 4_000

_API: Final = "https://supply-xml.booking.com/review-api"
_TOKEN_URL: Final = (
    "https://connectivity-authentication.booking.com/token-based-authentication/exchange"
)
_TOKEN_SECONDS: Final = 3_600
_TITLE: Final = "Booking.com"
_PERIOD: Final = timedelta(days=14)
_PAGE_SIZE: Final = 100
_SEPARATOR: Final = "/"
"""Stands in a cursor of ours between the first day of the list and the platform's cursor."""
_CURSOR: Final = re.compile(r"[?&]cursor=([^&#]+)")


class BookingCom(ReviewApi):
    """The connector of one property on Booking.com."""

    capabilities = Capabilities(
        platform="booking_com",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: nothing is pushed; Heard polls with the credentials",
        edits="polled",
        deletions="polled",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        pushes=False,
        signed=False,
        can_self_test=False,
        secret_origin=SecretOrigin.NONE,
        moderated=True,
        poll_seconds=900,
        settings={"property_id": "the property's id at Booking.com, a number"},
        optional_settings={
            "api_base": f"where the Guest Review API is (default {_API})",
            "token_url": f"where access tokens are given (default {_TOKEN_URL})",
        },
        credentials={
            "client_id": "the client id of a machine account with API tokens",
            "client_secret": "its client secret",
        },
        guide=(
            "1. Become a Connectivity Partner of Booking.com, or ask yours: nobody else gets "
            "access to the Guest Review API.\n"
            "2. In the Connectivity Portal create a machine account with the authentication type "
            "API token, and ask for the permission review-api.\n"
            "3. Connect the property to that account, with reviews switched on.\n"
            "4. Enter the property's id, the client id and the client secret here."
        ),
        limitations=(
            "A review has one reply, which no program can change: an acknowledgement leaves no "
            "room for a person's reply.",
            "Booking.com takes no reply to a review that has a score and no words. So its "
            "acknowledgement fails and a person gets it, unless a rule of the policy with "
            "has_text: false lets such reviews go.",
            "Booking.com publishes a reply only after its moderation, and never says that it "
            "declined one.",
            "After a fault Heard cannot find out whether a reply arrived; a person decides.",
            "Booking.com forbids showing these reviews on a public page: they are for the "
            "property's own use.",
        ),
        verified=(
            "The documented responses of the list, of a reply and of the token exchange are what "
            "the simulated platform gives.",
        ),
        assumptions=(
            "The longest reply is our own guess.",
            "Times are in UTC, and last_change_timestamp dates an edit.",
            "A single review stands alone in its response, or as the only one of a list. An "
            "unknown review is 404.",
            "The API shows a reply only once it is published.",
            "Errors in a response with status 200 mean that the reply was not taken.",
        ),
    )
    parsed_headers = ()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """Nothing: Booking.com sends nothing, so whatever comes is not from there."""
        return ParsedDelivery()

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """An access token of the machine account."""
        if rejection := self.missing(account):
            return rejection
        form = {name: account.credential(name) for name in self.capabilities.credentials}
        url = account.address("token_url", _TOKEN_URL)
        grant = TokenGrant(
            url,
            (url, *form.values()),
            lambda: form,
            as_json=True,
            token_field="jwt",
            lifetime=_TOKEN_SECONDS,
        )
        base = account.address("api_base", _API)
        property_id = quote(account.setting("property_id"), safe="")
        return ApiAccess(f"{base}/properties/{property_id}/reviews", grant=grant)

    def call(self, request: ApiRequest, account: PlatformAccount) -> HttpResponse | Rejection:
        """The response, or the rejection that its `errors` state."""
        response = super().call(request, account)
        if isinstance(response, HttpResponse) and (words := _error_message(response.body)):
            return Rejection("rejected", f"{_TITLE} does not take this as it is: {words}")
        return response

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """The rejection with Booking.com's own words."""
        words = _error_message(body)
        return (
            replace(rejection, detail=f"{rejection.detail} It says: {words}")
            if words
            else rejection
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One review by its id."""
        return ApiRequest("GET", f"/{quote(native_id, safe='')}")

    def unwrap_review(self, response: Fields) -> Fields:
        """The review, which stands alone or as the only one of a list."""
        data = response.required_object("data")
        return next(iter(data.objects("reviews")), data)

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review, dated by its last change. Raises Unparseable if it has no date."""
        native_id, content = entry.id("review_id"), entry.object("content")
        changed_at = entry.time("last_change_timestamp") or entry.time("created_timestamp")
        if changed_at is None:
            raise entry.field_error("created_timestamp", "is missing")
        name = entry.object("reviewer").one_line("name")
        return ReviewEvent(
            kind=EventKind.CREATED,
            native_id=native_id,
            native_thread=native_id,
            revision=time_revision(changed_at),
            author=Author(anonymous_author(native_id).id, name),
            rating=_rating(entry.object("scoring")),
            title=content.text("headline"),
            text=_text(content),
            language=content.one_line("language_code"),
            occurred_at=changed_at,
        )

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of the reviews that changed in the last two weeks, those of long ago first."""
        first_day = (now - _PERIOD).date().isoformat()
        # A cursor belongs to the list that it is from, and the period moves on every day.
        day, _, place = cursor.partition(_SEPARATOR) if cursor else (first_day, "", "")
        query = {"from_date": day, "limit": str(_PAGE_SIZE)} | ({"cursor": place} if place else {})
        page = self.read_page(ApiRequest("GET", "", query), place or None, account)
        if isinstance(page, Rejection):
            return page
        next_cursor = f"{day}{_SEPARATOR}{page.next_cursor}" if page.next_cursor else None
        return ReviewPage(page.events, next_cursor, page.problems, oldest_first=True)

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The entries. An empty page is the last one, although it links to a next one too."""
        entries = response.required_object("data").entries("reviews")
        link = _CURSOR.search(response.object("meta").text("next_page") or "")
        return EntryPage(entries, unquote(link[1]) if link and entries else None)

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post the one reply, unless there is one or the review takes none."""
        review = self.read_review(target.native_id, account)
        if isinstance(review, Rejection):
            return review
        content = review.object("content")
        if not (content.text("headline") or _text(content)):
            return Rejection(
                "not_allowed", f"{_TITLE} takes no reply to a review that has a score and no words."
            )
        if target.own_replies or self.reply_text(review):
            return self.already_answered()
        return super().reply(target, text, reply_id, account)

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts the review's one reply, which has the review's id."""
        return ApiRequest("POST", f"/{quote(target.native_id, safe='')}", document={"reply": text})

    def reply_text(self, review: Fields) -> str | None:
        """The published reply; None if none is published. One may still wait for moderation."""
        return review.object("reply").text("text")

    def already_answered(self) -> Rejection:
        """The rejection of a second reply."""
        return Rejection(
            "already_answered", f"{_TITLE} takes one reply to a review, and this one has its reply."
        )

    def moderation(
        self, target: ReplyTarget, native_reply: str, text: str, account: PlatformAccount
    ) -> ModerationResult:
        """Published once the review shows our reply. Before that it waits for moderation."""
        result = super().moderation(target, native_reply, text, account)
        if result.reason == "not_shown":
            return ModerationResult(ModerationStatus.PENDING)
        return result

    def reply_status(self, review: Fields) -> ModerationResult:
        """A reply that is shown has passed moderation."""
        return ModerationResult(ModerationStatus.PUBLISHED)


def _text(content: Fields) -> str | None:
    """What the guest liked and disliked, each with its sign."""
    texts = (("+", content.text("positive")), ("-", content.text("negative")))
    return "\n\n".join(f"{sign} {text}" for sign, text in texts if text) or None


def _rating(scoring: Fields) -> int | None:
    """A rating of 1 to 5 made of the score of 1 to 10: halved and rounded up."""
    score = scoring.values.get("review_score")
    if isinstance(score, int | float) and not isinstance(score, bool):
        score = -(-score // 2)
    return replace(scoring, values={"review_score": score}).rating("review_score")


def _error_message(body: bytes) -> str:
    """The platform's own words in the `errors` of a response, empty if there are none. Total."""
    try:
        errors = Fields(read_object(body)).optional_entries("errors")
    except Unparseable:
        return ""
    messages = [
        cast("dict[str, object]", error).get("message") if isinstance(error, dict) else error
        for error in errors
    ]
    return "; ".join(str(message) for message in messages if message)[:300]


CONNECTOR: Connector = BookingCom()
