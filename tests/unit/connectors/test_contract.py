"""What every connector does with a response that is not as it should be (ADR 0017).

Each platform answers as its simulated other side does. On the way to the connector the response is
spoiled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from heard.connectors import (
    HttpResponse,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    load,
)
from heard.connectors.http import HttpClient
from heard.connectors.review_api import ReviewApi
from heard.errors import PlatformUnavailable
from heard.reviews import ReviewEvent
from heard_simulator.server import SimulatedPlatforms, platform_classes
from tests.unit.simulated import PLATFORMS, SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

TEXT = "Thank you for writing, Ida. We are sorry about the wait; Tom will call you today."
TOKEN_FIELDS = {"access_token", "accessJwt", "jwt"}
CAPABILITIES = {name: load(name).capabilities for name in PLATFORMS}
SIMULATED = [name for name in PLATFORMS if name in platform_classes()]
POLLED = [name for name in SIMULATED if CAPABILITIES[name].poll_seconds is not None]
FETCHED = [name for name in SIMULATED if CAPABILITIES[name].can_fetch]
SEARCHED = [name for name in SIMULATED if CAPABILITIES[name].can_find_reply]
READ_TO_FIND = [name for name in SEARCHED if name not in {"standard", "bluesky"}]
"""Those whose response to the search has a body, also if our reply is absent.

A standard source answers by its status alone. Bluesky refuses a request for an absent record.
"""
ANSWERED = [name for name in SIMULATED if CAPABILITIES[name].replies != "none"]
WITH_CREDENTIALS = [name for name in SIMULATED if CAPABILITIES[name].credentials]
LEAVES_OUT_EMPTY_LISTS = {"google_business", "google_play"}
"""Their documentation says so: a missing list is an empty page there."""

type Spoil = Callable[[Any], Any]


@dataclass
class SpoilingHttp:
    """A client that spoils what a platform answers, but for access tokens.

    `spoil` is given the JSON of a response, and returns what to put in its place: bytes as they
    are, anything else as JSON.
    """

    spoil: Spoil | None = None
    status: int | None = None
    request_count: int = 0
    client: HttpClient = field(default_factory=lambda: HttpClient(allow_loopback=True))

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        self.request_count += 1
        response = self.client(method, url, headers=headers, body=body, seconds=seconds)
        if self.spoil is None and self.status is None:
            return response
        document = json.loads(response.body or b"null")
        if isinstance(document, dict) and TOKEN_FIELDS & document.keys():
            return response
        spoiled = self.spoil(document) if self.spoil else document
        content = spoiled if isinstance(spoiled, bytes) else json.dumps(spoiled).encode()
        return HttpResponse(self.status or response.status, response.headers, content)


@dataclass(frozen=True)
class Review:
    """A review at a simulated platform, and a way to it that spoils responses."""

    connection: SimulatedConnection
    event: ReviewEvent
    http: SpoilingHttp

    @property
    def platform(self) -> str:
        return self.connection.platform

    @property
    def account(self) -> PlatformAccount:
        credentials = self.connection.credentials
        return PlatformAccount(self.connection.connection, credentials, self.http)

    @property
    def target(self) -> ReplyTarget:
        event = self.event
        return ReplyTarget(event.native_id, event.native_thread, event.reply_to)

    def recent(self) -> ReviewPage | Rejection:
        return self.connection.connector.recent(None, self.account, datetime.now(UTC))

    def fetch(self) -> ReviewEvent | ReviewGone | None:
        return self.connection.connector.fetch(self.event.native_id, self.account)

    def find_reply(self) -> SentReply | ReplyLookup:
        return self.connection.connector.find_reply(self.target, TEXT, "rep_1", self.account)

    def reply(self) -> SentReply | Rejection:
        return self.connection.connector.reply(self.target, TEXT, "rep_1", self.account)


@pytest.fixture
def review(request: pytest.FixtureRequest) -> Iterator[Review]:
    with SimulatedPlatforms() as simulator:
        connection = connect_to_simulator(request.param, simulator)
        http = SpoilingHttp()
        account = PlatformAccount(connection.connection, connection.credentials, http)
        yield Review(connection, connection.first_review(account), http)


def unreadable(_: object) -> bytes:
    return b"<html>Bad gateway</html>"


def wrong_fields(document: Any) -> object:
    """The fields of the response, all of which hold something else than they should."""
    return dict.fromkeys(document, True) if isinstance(document, dict) else True


def unreadable_entries(entries: list[Any]) -> list[object]:
    """An entry that is no object, and one whose fields all hold something else than they should."""
    return [7, dict.fromkeys(entries[0], True)]


def with_first_list(change: Callable[[list[Any]], Any]) -> Spoil:
    """Change the list of objects that is nearest to the top of a document.

    A change to None takes the field away.
    """

    def spoil(document: Any) -> Any:
        if _is_object_list(document):
            return change(document)
        level: list[dict[str, Any]] = [document] if isinstance(document, dict) else []
        while level:
            for parent in level:
                for name, value in parent.items():
                    if _is_object_list(value):
                        parent[name] = change(value)
                        if parent[name] is None:
                            del parent[name]
                        return document
            level = [
                child for parent in level for child in parent.values() if isinstance(child, dict)
            ]
        return document

    return spoil


def _is_object_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, dict) for x in value)


@pytest.mark.parametrize("review", POLLED, indirect=True)
def test_an_unreadable_page_is_a_fault(review: Review) -> None:
    review.http.spoil = unreadable
    with pytest.raises(PlatformUnavailable) as fault:
        review.recent()
    assert not fault.value.maybe_applied


@pytest.mark.parametrize("review", POLLED, indirect=True)
def test_a_page_whose_list_is_no_list_is_a_fault(review: Review) -> None:
    review.http.spoil = with_first_list(lambda _: "soon")
    with pytest.raises(PlatformUnavailable):
        review.recent()


@pytest.mark.parametrize("review", POLLED, indirect=True)
def test_a_page_without_its_list_is_a_fault(review: Review) -> None:
    review.http.spoil = with_first_list(lambda _: None)
    if review.platform in LEAVES_OUT_EMPTY_LISTS:
        assert review.recent() == ReviewPage()
    else:
        with pytest.raises(PlatformUnavailable):
            review.recent()


@pytest.mark.parametrize("review", POLLED, indirect=True)
def test_an_unreadable_entry_costs_only_itself(review: Review) -> None:
    whole_page = review.recent()
    review.http.spoil = with_first_list(lambda entries: [*unreadable_entries(entries), *entries])
    page = review.recent()
    assert isinstance(page, ReviewPage)
    assert isinstance(whole_page, ReviewPage)
    assert [event.content for event in page.events] == [
        event.content for event in whole_page.events
    ]
    assert page.problems


@pytest.mark.parametrize("review", POLLED, indirect=True)
def test_a_page_without_a_readable_entry_is_a_page_of_problems(review: Review) -> None:
    review.http.spoil = with_first_list(unreadable_entries)
    page = review.recent()
    assert isinstance(page, ReviewPage)
    assert page.events == ()
    assert page.problems


@pytest.mark.parametrize("review", FETCHED, indirect=True)
@pytest.mark.parametrize("spoil", [unreadable, wrong_fields])
def test_a_review_that_is_unreadable_is_a_fault(review: Review, spoil: Spoil) -> None:
    review.http.spoil = spoil
    with pytest.raises(PlatformUnavailable) as fault:
        review.fetch()
    assert not fault.value.maybe_applied


@pytest.mark.parametrize("review", READ_TO_FIND, indirect=True)
def test_a_reply_that_cannot_be_looked_for_is_a_fault(review: Review) -> None:
    review.http.spoil = unreadable
    with pytest.raises(PlatformUnavailable) as fault:
        review.find_reply()
    assert not fault.value.maybe_applied


@pytest.mark.parametrize("review", FETCHED, indirect=True)
def test_a_review_that_is_gone_is_never_a_fault(review: Review) -> None:
    review.http.status = 404
    result = review.fetch()
    assert result is None or result is ReviewGone.GONE


@pytest.mark.parametrize("review", SEARCHED, indirect=True)
def test_our_reply_is_never_found_under_a_review_that_is_gone(review: Review) -> None:
    assert isinstance(review.reply(), SentReply)
    review.http.status = 404
    lookup = review.find_reply()
    assert isinstance(lookup, ReplyLookup)
    connector = review.connection.connector
    if isinstance(connector, ReviewApi) and connector.hides_reviews:
        assert lookup is ReplyLookup.CANNOT_TELL


@pytest.mark.parametrize("review", WITH_CREDENTIALS, indirect=True)
def test_without_credentials_no_request_is_made(review: Review) -> None:
    connection = replace(review.connection, credentials={})
    bare = Review(connection, review.event, SpoilingHttp())
    if review.platform in POLLED:
        page = bare.recent()
        assert isinstance(page, Rejection)
        assert page.reason == "no_credentials"
    if review.platform in ANSWERED:
        rejection = bare.reply()
        assert isinstance(rejection, Rejection)
        assert rejection.reason == "no_credentials"
    assert bare.fetch() is None
    assert bare.find_reply() is ReplyLookup.CANNOT_TELL
    assert bare.http.request_count == 0
