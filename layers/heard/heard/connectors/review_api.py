"""The base of platforms with an API of reviews.

`ReviewApi` owns how a review is read, answered and polled, and what happens to a response that is
not as it should be (docs/decisions/0017-unreadable-responses.md). A platform says only what is its
own: its requests, and what its JSON means.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from heard.connectors.account import HttpRequest, HttpResponse, PlatformAccount
from heard.connectors.connector import Connector
from heard.connectors.http import call_api
from heard.connectors.oauth import OAuthClient, TokenGrant
from heard.connectors.parsing import (
    Fields,
    parse_page,
    read_object,
    read_response,
    same_text,
    unreadable_is_fault,
    written_by_others,
)
from heard.connectors.results import (
    ModerationResult,
    ModerationStatus,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
)
from heard.errors import Unparseable
from heard.reviews import ReviewEvent


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request to a platform's API.

    `path` follows the API's base address; its ids are percent-encoded. `document` is sent as JSON,
    `form` as a form. `no_side_effects`: the request changes nothing that a customer could see (GET
    never does).
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    document: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    no_side_effects: bool = False


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """What lets an account use an API: its base address, and headers, a query or an OAuth grant."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    grant: TokenGrant | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The entries of a page of reviews, not read yet, and the cursor of the next page if any."""

    entries: list[object]
    next_cursor: str | None = None


def page_number(cursor: str | None, first: int = 1) -> int:
    """The number of a page, where the cursor is that number; `first` for the first page."""
    return int(cursor) if cursor and cursor.isascii() and cursor.isdecimal() else first


class ReviewApi(Connector):
    """A connector of a platform whose API has reviews.

    A platform defines `access` and `review`, and by its capabilities: `review_request` (can_fetch
    or can_find_reply), `page_request` and `page` (poll_seconds), `reply_request` (replies),
    `reply_text` (can_find_reply), `reply_status` (moderated). The other methods have defaults that
    fit most platforms.
    """

    entry_name: ClassVar[str] = "review"
    """What an entry of a page is called in problems."""
    hides_reviews: ClassVar[bool] = False
    """Whether the API also answers 404 for reviews that exist, for example unpublished ones.

    Then a 404 proves nothing: `fetch` gives None, `find_reply` cannot tell, and `reply` tries.
    """

    def __init__(self) -> None:
        self._tokens = OAuthClient(self.api_title)

    # What a platform defines

    @property
    def api_title(self) -> str:
        """The name of the API in messages."""
        return self.capabilities.title

    @abstractmethod
    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """What the request needs of the account; see `missing` for credentials that are absent."""

    @abstractmethod
    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent | None:
        """One review of the API; None if it is of no interest. Raises Unparseable."""

    def review_request(self, native_id: str) -> ApiRequest:
        """The request for one review."""
        raise NotImplementedError

    def unwrap_review(self, response: Fields) -> Fields:
        """The review in the response to `review_request`. Raises Unparseable."""
        return response

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest | Rejection:
        """The request for a page of the latest reviews, newest first."""
        raise NotImplementedError

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The entries in the response to `page_request`. Raises Unparseable if there is no list."""
        raise NotImplementedError

    def check_reply(self, text: str, account: PlatformAccount) -> Rejection | None:
        """Why a reply cannot be sent, found before any request is made."""
        return None

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that posts a reply."""
        raise NotImplementedError

    def reply_text(self, review: Fields) -> str | None:
        """The one public reply that the platform shows.

        Empty if there is no reply, None if the API does not tell.
        """
        raise NotImplementedError

    def reply_status(self, review: Fields) -> ModerationResult:
        """The moderation status of our reply, which the review shows."""
        raise NotImplementedError

    def native_reply_id(self, target: ReplyTarget, reply_id: str, source: Fields) -> str:
        """The platform's id of our reply. By default it is the id of the review.

        `source` is the review that shows the reply, or the response to `reply_request`, without
        any fields if that response is unreadable. After Unparseable, our `reply_id` is used.
        """
        return target.native_id

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """A better rejection, made from the platform's own words in `body`.

        Raises PlatformUnavailable for what waiting cures, for example a quota that is used up.
        """
        return rejection

    # What the base does with it

    def call(self, request: ApiRequest, account: PlatformAccount) -> HttpResponse | Rejection:
        """Send a request in the account's name. Raises PlatformUnavailable."""
        access = self.access(request, account)
        if isinstance(access, Rejection):
            return access
        headers = {"accept": "application/json", **access.headers, **request.headers}
        body = None
        if request.document is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(request.document).encode()
        elif request.form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(request.form).encode()
        query = urlencode({**access.query, **request.query})
        url = access.base + request.path + (f"?{query}" if query else "")
        http_request = HttpRequest(
            request.method, url, headers, body, no_side_effects=request.no_side_effects
        )
        if access.grant:
            return self._tokens.call(access.grant, account.http, http_request, self.explain)
        return call_api(account.http, self.api_title, http_request, self.explain)

    def read(self, request: ApiRequest, account: PlatformAccount) -> Fields | Rejection:
        """The JSON object that answers a request. Raises PlatformUnavailable."""
        response = self.call(request, account)
        return (
            response if isinstance(response, Rejection) else read_response(response, self.api_title)
        )

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """One review as the API has it. Raises PlatformUnavailable.

        `reply_to` is what the review's event said is needed, where that is known.
        """
        response = self.read(self.review_request(native_id), account)
        if isinstance(response, Rejection):
            return response
        with unreadable_is_fault(self.api_title):
            return self.unwrap_review(response)

    def _is_gone(self, rejection: Rejection) -> bool:
        return rejection.reason == "gone" and not self.hides_reviews

    def shows_reply(self, review: Fields, text: str) -> bool:
        """Whether the review shows a reply with this text."""
        existing_text = self.reply_text(review)
        return bool(existing_text) and same_text(existing_text, text)

    def make_room(
        self, review: Fields, target: ReplyTarget, account: PlatformAccount
    ) -> Rejection | None:
        """Why the reply that stands there must stay; None if there is room for ours."""
        return (
            self.already_answered() if written_by_others(self.reply_text(review), target) else None
        )

    def post_reply(
        self, target: ReplyTarget, text: str, review: Fields | None, account: PlatformAccount
    ) -> HttpResponse | Rejection:
        """Post the reply where there is room for it.

        `review` is as it was read before; None where none is read.
        """
        return self.call(self.reply_request(target, text, account), account)

    def already_answered(self) -> Rejection:
        """The rejection where somebody else wrote the one reply that the platform shows."""
        return Rejection(
            "already_answered",
            f"Somebody else answered this review at {self.capabilities.title}, which shows one "
            "reply: change that one there.",
        )

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post the reply.

        Where the platform shows one reply, nothing is posted if ours is there, or somebody else's.
        """
        if self.capabilities.replies == "none":
            return super().reply(target, text, reply_id, account)
        if rejection := self.check_length(text) or self.check_reply(text, account):
            return rejection
        shown_review: Fields | None = None
        if self.capabilities.can_find_reply and self.capabilities.replies == "one":
            review = self.read_review(target.native_id, account, target.reply_to)
            if isinstance(review, Rejection):
                if not (self.hides_reviews and review.reason == "gone"):
                    return review
            elif self.shows_reply(review, text):
                return self._sent_reply(target, reply_id, review)
            elif rejection := self.make_room(review, target, account):
                return rejection
            else:
                shown_review = review
        response = self.post_reply(target, text, shown_review, account)
        if isinstance(response, Rejection):
            return response
        try:
            source = Fields(read_object(response.body), "the response")
        except Unparseable:
            # The platform took the reply, whatever it answered.
            source = Fields({}, "the response")
        return self._sent_reply(target, reply_id, source)

    def _sent_reply(self, target: ReplyTarget, reply_id: str, source: Fields) -> SentReply:
        try:
            return SentReply(self.native_reply_id(target, reply_id, source))
        except Unparseable:
            return SentReply(reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Compare the reply that the review shows with the text."""
        if not self.capabilities.can_find_reply:
            return ReplyLookup.CANNOT_TELL
        review = self.read_review(target.native_id, account, target.reply_to)
        if isinstance(review, Rejection):
            return ReplyLookup.ABSENT if self._is_gone(review) else ReplyLookup.CANNOT_TELL
        if self.reply_text(review) is None:
            return ReplyLookup.CANNOT_TELL
        if self.shows_reply(review, text):
            return self._sent_reply(target, reply_id, review)
        return ReplyLookup.ABSENT

    def moderation(
        self, target: ReplyTarget, native_reply: str, text: str, account: PlatformAccount
    ) -> ModerationResult:
        """The status of the reply, as long as the review shows ours."""
        if not self.capabilities.moderated:
            return super().moderation(target, native_reply, text, account)
        review = self.read_review(target.native_id, account, target.reply_to)
        if isinstance(review, Rejection):
            return ModerationResult(ModerationStatus.CANNOT_TELL, review.reason)
        if not self.shows_reply(review, text):
            return ModerationResult(ModerationStatus.CANNOT_TELL, "not_shown")
        return self.reply_status(review)

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The review as the API has it; None if the account may not read it."""
        if not self.capabilities.can_fetch:
            return None
        review = self.read_review(native_id, account)
        if isinstance(review, Rejection):
            return ReviewGone.GONE if self._is_gone(review) else None
        with unreadable_is_fault(self.api_title):
            return self.review(review, account)

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """A page of the latest reviews, newest first."""
        if self.capabilities.poll_seconds is None:
            return ReviewPage()
        request = self.page_request(cursor, account)
        if isinstance(request, Rejection):
            return request
        return self.read_page(request, cursor, account)

    def read_page(
        self, request: ApiRequest, cursor: str | None, account: PlatformAccount
    ) -> ReviewPage | Rejection:
        """The page that answers a request.

        An unreadable entry is a problem. A response without its list raises PlatformUnavailable,
        so the poll keeps its place and tries again.
        """
        response = self.read(request, account)
        if isinstance(response, Rejection):
            return response
        with unreadable_is_fault(self.api_title):
            page = self.page(response, cursor)
        parsed = parse_page(
            page.entries, self.entry_name, lambda entry: self.review(entry, account)
        )
        return ReviewPage(parsed.events, page.next_cursor, (*response.problems, *parsed.problems))
