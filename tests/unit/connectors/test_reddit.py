"""Reddit: several listings become one, a thread is a top-level comment, and errors come as 200."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from heard.connectors import (
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
    SentReply,
    WebhookRequest,
)
from heard.connectors.http import HttpClient
from heard.connectors.platforms.reddit import Reddit
from heard.errors import PlatformUnavailable
from heard.reviews import FINAL_REVISION, EventKind, ReviewEvent
from heard_simulator.server import FaultMode, Json, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
START = 1_773_000_000
US = "larkfield_bakery"
TEXT = "Thank you for writing, Ida. Tom will ring you today."


def submission(at: int = 0, **changed: Any) -> Json:
    return {
        "author": "ida",
        "title": "Slow",
        "selftext": "Two hours & cold.",
        "created_utc": float(START + at),
        **changed,
    }


def comment(parent: str, at: int = 0, **changed: Any) -> Json:
    return {
        "author": "ida",
        "body": "Slow.",
        "link_id": "t3_s",
        "parent_id": parent,
        "created_utc": float(START + at),
        **changed,
    }


@dataclass(frozen=True)
class RedditHarness:
    """The simulated Reddit, and a connector with a cache of its own."""

    platforms: SimulatedPlatforms
    connector: Connector
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    def set_resource(self, **things: Json | None) -> None:
        for name, thing in things.items():
            self.platforms.set_resource("reddit", name, thing)

    def target(self, name: str = "t3_s") -> ReplyTarget:
        result = self.fetch(name)
        assert isinstance(result, ReviewEvent)
        return ReplyTarget(result.native_id, result.native_thread, result.reply_to, NOW)

    def reply(self, text: str = TEXT, target: ReplyTarget | None = None) -> SentReply | Rejection:
        return self.connector.reply(
            target or self.target(),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find_reply(
        self, text: str = TEXT, target: ReplyTarget | None = None
    ) -> SentReply | ReplyLookup:
        return self.connector.find_reply(
            target or self.target(),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def fetch(self, name: str) -> ReviewEvent | ReviewGone | None:
        return self.connector.fetch(
            name, PlatformAccount(self.connection, self.credentials, self.http)
        )

    def recent(self, cursor: str | None = None) -> ReviewPage | Rejection:
        return self.connector.recent(
            cursor, PlatformAccount(self.connection, self.credentials, self.http), NOW
        )

    def page(self, cursor: str | None = None) -> ReviewPage:
        page = self.recent(cursor)
        assert isinstance(page, ReviewPage)
        return page


@pytest.fixture
def harness() -> Iterator[RedditHarness]:
    with SimulatedPlatforms() as simulator:
        connection = Connection(
            "con-1",
            "bus_1",
            "reddit",
            "https://api.example.com/hooks/con-1",
            simulator.settings("reddit"),
        )
        yield RedditHarness(
            simulator,
            Reddit(),
            connection,
            dict(simulator.credentials["reddit"]),
            HttpClient(allow_loopback=True),
        )


def test_a_delivery_to_the_address_has_no_events() -> None:
    connection = Connection("con-1", "bus_1", "reddit", "https://api.example.com/hooks/con-1")
    assert (
        Reddit().parse(WebhookRequest("POST", {}, b'{"kind": "Listing"}'), connection, NOW)
        == ParsedDelivery()
    )


@pytest.mark.parametrize("name", ["t3_s", "t1_c"])
def test_a_reply_is_found_by_its_text_among_the_direct_answers(
    harness: RedditHarness, name: str
) -> None:
    harness.set_resource(
        t3_s=submission(), t1_c=comment("t3_s"), t1_d=comment("t1_c", body=TEXT, author="somebody")
    )
    harness.set_resource(t1_e=comment("t1_d", body=TEXT, author=US))
    target = harness.target(name)
    assert harness.find_reply(target=target) is ReplyLookup.ABSENT
    sent_reply = harness.reply(target=target)
    assert isinstance(sent_reply, SentReply)
    assert harness.find_reply(target=target) == sent_reply
    assert harness.find_reply("Quite another text.", target) is ReplyLookup.ABSENT
    (reply,) = harness.platforms.replies()
    assert (reply.text, reply.review, reply.thread, reply.public) == (
        TEXT,
        name,
        target.native_thread,
        True,
    )


def test_hidden_answers_prove_nothing(harness: RedditHarness) -> None:
    harness.set_resource(
        t3_s=submission(),
        t1_c=comment("t3_s", more=True),
        t1_d=comment("t3_s"),
        t1_e=comment("t1_d", more=True),
    )
    assert harness.find_reply(target=harness.target("t1_c")) is ReplyLookup.CANNOT_TELL
    assert harness.find_reply(target=harness.target("t1_d")) is ReplyLookup.ABSENT


def test_a_reply_whose_response_was_lost_is_found(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()
    harness.platforms.add_fault("reddit", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply(target=target)
    assert fault.value.maybe_applied
    assert isinstance(harness.find_reply(target=target), SentReply)


@pytest.mark.parametrize(
    ("ratelimit", "wait"),
    [(512.2, 513), (0, 1), (10**9, 86_400), ("soon", 540), (None, 540), (-1, 540)],
)
def test_an_account_that_posts_too_often_waits_as_long_as_reddit_says(
    harness: RedditHarness, ratelimit: Any, wait: int
) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()
    cast("Any", harness.platforms.get("reddit")).limit_next_comment(
        ratelimit if ratelimit is not None else {}
    )
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply(target=target)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, wait)
    assert harness.platforms.replies() == []


def test_a_client_that_calls_too_often_waits_until_the_reset(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()
    harness.platforms.add_fault("reddit", FaultMode.RATE_LIMITED, seconds=77)
    with pytest.raises(PlatformUnavailable) as fault:
        harness.reply(target=target)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 77)


def test_rejections_in_a_200_say_what_to_do(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission(locked=True))
    assert harness.reply() == Rejection(
        "rejected", "Reddit says: Comments are locked. (THREAD_LOCKED)"
    )
    assert harness.reply(" ") == Rejection(
        "rejected", "Reddit says: we need something here (NO_TEXT)"
    )
    harness.set_resource(t3_s=None)
    deletion = harness.reply(target=ReplyTarget("t3_s", "t3_s", {}))
    assert deletion == Rejection(
        "gone", "Reddit says: that comment has been deleted (DELETED_COMMENT)"
    )
    assert harness.find_reply(target=ReplyTarget("t3_s", "t3_s", {})) is ReplyLookup.ABSENT


@pytest.mark.parametrize("body", [b'{"json": {"errors": [], "data": {}}}', b"{}", b"<html>"])
def test_a_success_without_a_comment_leaves_doubt(harness: RedditHarness, body: bytes) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()

    def unclear(method: str, url: str, **more: Any) -> HttpResponse:
        return (
            HttpResponse(200, {}, body)
            if url.endswith("/api/comment")
            else harness.http(method, url, **more)
        )

    with pytest.raises(PlatformUnavailable) as fault:
        harness.connector.reply(
            target, TEXT, "rep_1", PlatformAccount(harness.connection, harness.credentials, unclear)
        )
    assert fault.value.maybe_applied


@pytest.mark.parametrize("errors", [b"[[]]", b"[[1]]", b'["TOO_OLD"]', b"[{}]"])
def test_errors_of_another_shape_are_rejections_too(harness: RedditHarness, errors: bytes) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()

    def odd(method: str, url: str, **more: Any) -> HttpResponse:
        body = b'{"json": {"errors": ' + errors + b"}}"
        return (
            HttpResponse(200, {}, body)
            if url.endswith("/api/comment")
            else harness.http(method, url, **more)
        )

    rejection = harness.connector.reply(
        target, TEXT, "rep_1", PlatformAccount(harness.connection, harness.credentials, odd)
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "rejected"


def test_a_reply_at_the_limit_is_accepted_and_a_longer_one_is_not_sent(
    harness: RedditHarness,
) -> None:
    harness.set_resource(t3_s=submission())
    assert isinstance(harness.reply("ä" * 10_000), SentReply)
    assert isinstance(rejection := harness.reply("ä" * 10_001), Rejection)
    assert (rejection.reason, len(harness.platforms.replies())) == ("too_long", 1)


def test_a_thread_is_a_top_level_comment_or_the_submission_with_our_answers(
    harness: RedditHarness,
) -> None:
    harness.set_resource(
        t3_s=submission(),
        t1_a=comment("t3_s", 1),
        t1_b=comment("t1_a", 2, author=US),
        t1_c=comment("t1_b", 3),
    )
    harness.set_resource(
        t1_x=comment("t3_s", 4, author=US),
        t1_y=comment("t1_x", 5),
        t1_z=comment("t1_y", 6, author="tom"),
    )
    expected = {
        "t3_s": "t3_s",
        "t1_a": "t1_a",
        "t1_b": "t1_a",
        "t1_c": "t1_a",
        "t1_x": "t3_s",
        "t1_y": "t3_s",
        "t1_z": "t3_s",
    }
    page = harness.page()
    assert {event.native_id: event.native_thread for event in page.events} == expected
    assert {event.native_id for event in page.events if event.kind is EventKind.REPLY_SEEN} == {
        "t1_b",
        "t1_x",
    }
    for event in page.events:
        assert replace(harness, connector=Reddit()).fetch(event.native_id) == event


def test_a_thread_does_not_depend_on_what_else_is_on_the_page(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission(), t1_top=comment("t3_s", author="tom"))
    harness.set_resource(
        **{
            f"t1_d{number}": comment(
                "t1_top" if not number else f"t1_d{number - 1}", mention=number == 9
            )
            for number in range(10)
        }
    )
    elsewhere = replace(
        harness.connection, settings={**harness.connection.settings, "subreddit": ""}
    )
    page = Reddit().recent(None, PlatformAccount(elsewhere, harness.credentials, harness.http), NOW)
    assert isinstance(page, ReviewPage)
    assert [(event.native_id, event.native_thread) for event in page.events] == [
        ("t1_d9", "t1_top")
    ]


def test_a_thread_whose_top_is_unreadable_ends_at_the_last_known_name(
    harness: RedditHarness,
) -> None:
    harness.set_resource(t3_s=submission(), t1_c=comment("t1_lost"))
    assert harness.target("t1_c").native_thread == "t1_lost"


def test_listings_are_merged_newest_first_over_all_pages_without_repetition(
    harness: RedditHarness,
) -> None:
    # Comments are ten times as frequent as submissions. Some are mentions, one of them in the
    # subreddit itself.
    harness.set_resource(**{f"t3_p{number}": submission(number * 1_000) for number in range(130)})
    harness.set_resource(
        **{f"t1_q{number}": comment("t3_p0", number * 100) for number in range(260)}
    )
    harness.set_resource(
        **{
            f"t1_m{number}": comment(
                "t3_e", number * 7_000, mention=True, edited=float(START + 10**6)
            )
            for number in range(20)
        }
    )
    events: list[ReviewEvent] = []
    cursor, pages = None, 0
    while True:
        page = harness.page(cursor)
        events += page.events
        pages += 1
        if (cursor := page.next_cursor) is None:
            break
    created = {
        event.native_id: {"p": 1_000, "q": 100, "m": 7_000}[event.native_id[3]]
        * int(event.native_id[4:])
        for event in events
    }
    assert len(events) == len(created) == 410
    assert [created[event.native_id] for event in events] == sorted(created.values(), reverse=True)
    assert 4 <= pages <= 6
    assert all(
        event.kind is EventKind.EDITED for event in events if event.native_id.startswith("t1_m")
    )


def test_an_edit_is_a_later_revision_and_a_withdrawal_the_last(harness: RedditHarness) -> None:
    states = [
        submission(),
        submission(edited=float(START + 60), selftext="Three hours."),
        submission(author="[deleted]", selftext="[deleted]"),
    ]
    events: list[ReviewEvent] = []
    for state in states:
        harness.set_resource(t3_s=state)
        events += harness.page().events
    assert [event.kind for event in events] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
    ]
    assert sorted(events, key=lambda event: (event.revision, event.content)) == events
    assert events[2].revision == FINAL_REVISION
    assert len({event.native_thread for event in events}) == 1


@pytest.mark.parametrize("words", ["[deleted]", "[removed]", "[ Removed by Reddit ]"])
def test_a_removed_thing_is_gone_when_it_is_fetched(harness: RedditHarness, words: str) -> None:
    harness.set_resource(
        t3_s=submission(),
        t1_a=comment("t3_s", body=words),
        t1_b=comment("t3_s", body=f"It said {words}"),
    )
    assert harness.fetch("t1_a") is ReviewGone.GONE
    assert isinstance(harness.fetch("t1_b"), ReviewEvent)
    assert harness.fetch("t1_never") is ReviewGone.GONE


def test_our_own_submissions_and_machines_are_no_reviews(harness: RedditHarness) -> None:
    harness.set_resource(
        t3_s=submission(author="Larkfield_Bakery"),
        t1_a=comment("t3_s", author="AutoModerator"),
        t1_b=comment("t3_s"),
    )
    assert [event.native_id for event in harness.page().events] == ["t1_b"]


def test_ampersands_and_links_arrive_as_written(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission(), t1_c=comment("t3_s"))
    events = {event.native_id: event for event in harness.page().events}
    assert events["t3_s"].text == "Two hours & cold."
    assert events["t1_c"].link == "https://www.reddit.com/comments/s/_/c"


def test_a_refused_sign_in_is_a_rejection_though_its_status_is_200(harness: RedditHarness) -> None:
    harness.set_resource(t3_s=submission())
    target = harness.target()
    for wrong_credentials, reason in (
        ({}, "no_credentials"),
        ({**harness.credentials, "password": "wrong"}, "unauthorized"),
    ):
        other = replace(harness, credentials=wrong_credentials)
        responses = [other.reply(target=target), other.recent()]
        assert [isinstance(entry, Rejection) and entry.reason for entry in responses] == [
            reason,
            reason,
        ]
        assert (other.fetch("t3_s"), other.find_reply(target=target)) == (
            None,
            ReplyLookup.CANNOT_TELL,
        )


def test_a_refresh_token_takes_the_passwords_place_and_a_revoked_token_is_replaced(
    harness: RedditHarness,
) -> None:
    harness.set_resource(t3_s=submission())
    harness.platforms.credentials["reddit"]["refresh_token"] = "for-good"
    other = replace(
        harness, credentials={**harness.credentials, "password": "", "refresh_token": "for-good"}
    )
    target = other.target()
    harness.platforms.revoke_tokens()
    assert isinstance(other.reply(target=target), SentReply)
    assert len(harness.platforms.replies()) == 1


def test_a_missing_subreddit_is_named_in_the_rejection(harness: RedditHarness) -> None:
    wrong = replace(
        harness.connection, settings={**harness.connection.settings, "subreddit": "r/nowhere/"}
    )
    response = replace(harness, connection=wrong).recent()
    assert response == Rejection(
        "gone", "Reddit has no /r/nowhere/new: check the setting subreddit."
    )


@pytest.mark.parametrize(
    ("words", "own", "quoted"),
    [
        ("> They made me ill.\n\nNot me.", "Not me.", "They made me ill."),
        (">! the killer is the cook !<\n\nBooh.", ">! the killer is the cook !<\n\nBooh.", None),
        ("> nur ein Zitat", None, "nur ein Zitat"),
        (">:( never again", ">:( never again", None),
    ],
)
def test_quoted_lines_are_kept_apart(
    harness: RedditHarness, words: str, own: str | None, quoted: str | None
) -> None:
    harness.set_resource(t3_s=submission(selftext=words), t1_c=comment("t3_s", body=words))
    for name in ("t3_s", "t1_c"):
        event = harness.fetch(name)
        assert isinstance(event, ReviewEvent)
        assert (event.text, event.quoted) == (own, quoted)
