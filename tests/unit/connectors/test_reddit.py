"""Reddit.

Several listings become one, a thread is a top-level comment, and refusals hide in successes.
"""

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
from heard.reviews import TOMBSTONE, EventKind, ReviewEvent
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
class Wire:
    """The simulated Reddit, and a connection to it with a memory of its own."""

    platforms: SimulatedPlatforms
    connector: Connector
    connection: Connection
    credentials: dict[str, str]
    http: HttpClient

    def knows(self, **things: Json | None) -> None:
        for name, thing in things.items():
            self.platforms.set_resource("reddit", name, thing)

    def target(self, name: str = "t3_s") -> ReplyTarget:
        found = self.fetch(name)
        assert isinstance(found, ReviewEvent)
        return ReplyTarget(found.native_id, found.native_thread, found.reply_to, NOW)

    def reply(self, text: str = TEXT, target: ReplyTarget | None = None) -> SentReply | Rejection:
        return self.connector.reply(
            target or self.target(),
            text,
            "rep_1",
            PlatformAccount(self.connection, self.credentials, self.http),
        )

    def find(self, text: str = TEXT, target: ReplyTarget | None = None) -> SentReply | ReplyLookup:
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
def wire() -> Iterator[Wire]:
    with SimulatedPlatforms() as running:
        connection = Connection(
            "con-1",
            "bus_1",
            "reddit",
            "https://api.example.com/hooks/con-1",
            running.settings("reddit"),
        )
        yield Wire(
            running,
            Reddit(),
            connection,
            dict(running.credentials["reddit"]),
            HttpClient(allow_loopback=True),
        )


def test_whatever_comes_uninvited_says_nothing() -> None:
    connection = Connection("con-1", "bus_1", "reddit", "https://api.example.com/hooks/con-1")
    assert (
        Reddit().parse(WebhookRequest("POST", {}, b'{"kind": "Listing"}'), connection, NOW)
        == ParsedDelivery()
    )


@pytest.mark.parametrize("name", ["t3_s", "t1_c"])
def test_a_reply_is_found_by_its_words_among_the_direct_answers(wire: Wire, name: str) -> None:
    wire.knows(
        t3_s=submission(), t1_c=comment("t3_s"), t1_d=comment("t1_c", body=TEXT, author="somebody")
    )
    wire.knows(t1_e=comment("t1_d", body=TEXT, author=US))
    target = wire.target(name)
    assert wire.find(target=target) is ReplyLookup.ABSENT
    sent = wire.reply(target=target)
    assert isinstance(sent, SentReply)
    assert wire.find(target=target) == sent
    assert wire.find("Quite another text.", target) is ReplyLookup.ABSENT
    (reply,) = wire.platforms.replies()
    assert (reply.text, reply.review, reply.thread, reply.public) == (
        TEXT,
        name,
        target.native_thread,
        True,
    )


def test_answers_that_are_folded_away_leave_it_open(wire: Wire) -> None:
    wire.knows(
        t3_s=submission(),
        t1_c=comment("t3_s", more=True),
        t1_d=comment("t3_s"),
        t1_e=comment("t1_d", more=True),
    )
    assert wire.find(target=wire.target("t1_c")) is ReplyLookup.CANNOT_TELL
    assert wire.find(target=wire.target("t1_d")) is ReplyLookup.ABSENT


def test_a_reply_that_went_through_unheard_is_found(wire: Wire) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()
    wire.platforms.add_fault("reddit", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply(target=target)
    assert fault.value.maybe_applied
    assert isinstance(wire.find(target=target), SentReply)


@pytest.mark.parametrize(
    ("told", "wait"), [(512.2, 513), (0, 1), (10**9, 86_400), ("soon", 540), (None, 540), (-1, 540)]
)
def test_an_account_that_posts_too_often_waits_as_long_as_told(
    wire: Wire, told: Any, wait: int
) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()
    cast("Any", wire.platforms.get("reddit")).limit_next_comment(told if told is not None else {})
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply(target=target)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, wait)
    assert wire.platforms.replies() == []


def test_a_client_that_asks_too_often_waits_until_the_reset(wire: Wire) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()
    wire.platforms.add_fault("reddit", FaultMode.RATE_LIMITED, seconds=77)
    with pytest.raises(PlatformUnavailable) as fault:
        wire.reply(target=target)
    assert (fault.value.maybe_applied, fault.value.retry_after) == (False, 77)


def test_refusals_for_good_hide_in_a_200_and_tell_what_to_do(wire: Wire) -> None:
    wire.knows(t3_s=submission(locked=True))
    assert wire.reply() == Rejection(
        "rejected", "Reddit says: Comments are locked. (THREAD_LOCKED)"
    )
    assert wire.reply(" ") == Rejection("rejected", "Reddit says: we need something here (NO_TEXT)")
    wire.knows(t3_s=None)
    gone = wire.reply(target=ReplyTarget("t3_s", "t3_s", {}))
    assert gone == Rejection("gone", "Reddit says: that comment has been deleted (DELETED_COMMENT)")
    assert wire.find(target=ReplyTarget("t3_s", "t3_s", {})) is ReplyLookup.ABSENT


@pytest.mark.parametrize("body", [b'{"json": {"errors": [], "data": {}}}', b"{}", b"<html>"])
def test_a_success_that_names_no_comment_leaves_doubt(wire: Wire, body: bytes) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()

    def unclear(method: str, url: str, **more: Any) -> HttpResponse:
        return (
            HttpResponse(200, {}, body)
            if url.endswith("/api/comment")
            else wire.http(method, url, **more)
        )

    with pytest.raises(PlatformUnavailable) as fault:
        wire.connector.reply(
            target, TEXT, "rep_1", PlatformAccount(wire.connection, wire.credentials, unclear)
        )
    assert fault.value.maybe_applied


@pytest.mark.parametrize("errors", [b"[[]]", b"[[1]]", b'["TOO_OLD"]', b"[{}]"])
def test_errors_of_another_shape_are_refusals_all_the_same(wire: Wire, errors: bytes) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()

    def odd(method: str, url: str, **more: Any) -> HttpResponse:
        body = b'{"json": {"errors": ' + errors + b"}}"
        return (
            HttpResponse(200, {}, body)
            if url.endswith("/api/comment")
            else wire.http(method, url, **more)
        )

    refused = wire.connector.reply(
        target, TEXT, "rep_1", PlatformAccount(wire.connection, wire.credentials, odd)
    )
    assert isinstance(refused, Rejection)
    assert refused.reason == "rejected"


def test_a_reply_at_the_limit_is_taken_and_one_over_never_leaves(wire: Wire) -> None:
    wire.knows(t3_s=submission())
    assert isinstance(wire.reply("ä" * 10_000), SentReply)
    assert isinstance(refused := wire.reply("ä" * 10_001), Rejection)
    assert (refused.reason, len(wire.platforms.replies())) == ("too_long", 1)


def test_a_thread_is_a_top_level_comment_or_the_submission_with_our_answers(wire: Wire) -> None:
    wire.knows(
        t3_s=submission(),
        t1_a=comment("t3_s", 1),
        t1_b=comment("t1_a", 2, author=US),
        t1_c=comment("t1_b", 3),
    )
    wire.knows(
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
    page = wire.page()
    assert {event.native_id: event.native_thread for event in page.events} == expected
    assert {event.native_id for event in page.events if event.kind is EventKind.REPLY_SEEN} == {
        "t1_b",
        "t1_x",
    }
    for event in page.events:
        assert replace(wire, connector=Reddit()).fetch(event.native_id) == event


def test_a_thread_does_not_depend_on_what_else_is_on_the_page(wire: Wire) -> None:
    wire.knows(t3_s=submission(), t1_top=comment("t3_s", author="tom"))
    wire.knows(
        **{
            f"t1_d{number}": comment(
                "t1_top" if not number else f"t1_d{number - 1}", mention=number == 9
            )
            for number in range(10)
        }
    )
    elsewhere = replace(wire.connection, settings={**wire.connection.settings, "subreddit": ""})
    page = Reddit().recent(None, PlatformAccount(elsewhere, wire.credentials, wire.http), NOW)
    assert isinstance(page, ReviewPage)
    assert [(event.native_id, event.native_thread) for event in page.events] == [
        ("t1_d9", "t1_top")
    ]


def test_a_thread_whose_top_cannot_be_read_ends_at_the_last_name_known(wire: Wire) -> None:
    wire.knows(t3_s=submission(), t1_c=comment("t1_lost"))
    assert wire.target("t1_c").native_thread == "t1_lost"


def test_listings_are_merged_newest_first_over_all_pages_and_nothing_twice(wire: Wire) -> None:
    # Comments come ten times as often as submissions; mentions now and then, one of them in the
    # subreddit itself.
    wire.knows(**{f"t3_p{number}": submission(number * 1_000) for number in range(130)})
    wire.knows(**{f"t1_q{number}": comment("t3_p0", number * 100) for number in range(260)})
    wire.knows(
        **{
            f"t1_m{number}": comment(
                "t3_e", number * 7_000, mention=True, edited=float(START + 10**6)
            )
            for number in range(20)
        }
    )
    seen: list[ReviewEvent] = []
    cursor, pages = None, 0
    while True:
        page = wire.page(cursor)
        seen += page.events
        pages += 1
        if (cursor := page.next_cursor) is None:
            break
    created = {
        event.native_id: {"p": 1_000, "q": 100, "m": 7_000}[event.native_id[3]]
        * int(event.native_id[4:])
        for event in seen
    }
    assert len(seen) == len(created) == 410
    assert [created[event.native_id] for event in seen] == sorted(created.values(), reverse=True)
    assert 4 <= pages <= 6
    assert all(
        event.kind is EventKind.EDITED for event in seen if event.native_id.startswith("t1_m")
    )


def test_an_edit_is_a_later_revision_and_a_withdrawal_the_last(wire: Wire) -> None:
    states = [
        submission(),
        submission(edited=float(START + 60), selftext="Three hours."),
        submission(author="[deleted]", selftext="[deleted]"),
    ]
    seen: list[ReviewEvent] = []
    for state in states:
        wire.knows(t3_s=state)
        seen += wire.page().events
    assert [event.kind for event in seen] == [
        EventKind.CREATED,
        EventKind.EDITED,
        EventKind.WITHDRAWN,
    ]
    assert sorted(seen, key=lambda event: (event.revision, event.digest)) == seen
    assert seen[2].revision == TOMBSTONE
    assert len({event.native_thread for event in seen}) == 1


@pytest.mark.parametrize("words", ["[deleted]", "[removed]", "[ Removed by Reddit ]"])
def test_what_was_taken_away_is_gone_when_it_is_read(wire: Wire, words: str) -> None:
    wire.knows(
        t3_s=submission(),
        t1_a=comment("t3_s", body=words),
        t1_b=comment("t3_s", body=f"It said {words}"),
    )
    assert wire.fetch("t1_a") is ReviewGone.GONE
    assert isinstance(wire.fetch("t1_b"), ReviewEvent)
    assert wire.fetch("t1_never") is ReviewGone.GONE


def test_our_own_submissions_and_machines_are_no_reviews(wire: Wire) -> None:
    wire.knows(
        t3_s=submission(author="Larkfield_Bakery"),
        t1_a=comment("t3_s", author="AutoModerator"),
        t1_b=comment("t3_s"),
    )
    assert [event.native_id for event in wire.page().events] == ["t1_b"]


def test_a_thing_that_cannot_be_read_costs_only_itself(wire: Wire) -> None:
    wire.knows(t3_s=submission(), t1_a=comment("t3_s", edited=1e300))
    page = wire.page()
    assert ([event.native_id for event in page.events], len(page.problems)) == (["t3_s"], 1)
    wire.knows(t3_s=None)
    assert (wire.page().events, len(wire.page().problems)) == ((), 1)


def test_ampersands_and_links_arrive_as_written(wire: Wire) -> None:
    wire.knows(t3_s=submission(), t1_c=comment("t3_s"))
    events = {event.native_id: event for event in wire.page().events}
    assert events["t3_s"].text == "Two hours & cold."
    assert events["t1_c"].link == "https://www.reddit.com/comments/s/_/c"


def test_a_refused_sign_in_is_a_refusal_though_it_comes_as_a_200(wire: Wire) -> None:
    wire.knows(t3_s=submission())
    target = wire.target()
    for entered, reason in (
        ({}, "no_credentials"),
        ({**wire.credentials, "password": "wrong"}, "unauthorized"),
    ):
        other = replace(wire, credentials=entered)
        answers = [other.reply(target=target), other.recent()]
        assert [isinstance(each, Rejection) and each.reason for each in answers] == [reason, reason]
        assert (other.fetch("t3_s"), other.find(target=target)) == (None, ReplyLookup.CANNOT_TELL)


def test_a_refresh_token_takes_the_passwords_place_and_a_revoked_token_is_replaced(
    wire: Wire,
) -> None:
    wire.knows(t3_s=submission())
    wire.platforms.credentials["reddit"]["refresh_token"] = "for-good"
    other = replace(
        wire, credentials={**wire.credentials, "password": "", "refresh_token": "for-good"}
    )
    target = other.target()
    wire.platforms.revoke_tokens()
    assert isinstance(other.reply(target=target), SentReply)
    assert len(wire.platforms.replies()) == 1


def test_a_subreddit_that_is_not_there_is_said_to_be(wire: Wire) -> None:
    wrong = replace(
        wire.connection, settings={**wire.connection.settings, "subreddit": "r/nowhere/"}
    )
    answer = replace(wire, connection=wrong).recent()
    assert answer == Rejection("gone", "Reddit has no /r/nowhere/new: check the setting subreddit.")
