"""Instagram: pushed comments, mentions that come as ids, and edits that only polls show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from heard.connectors import (
    Connection,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
    WebhookRequest,
    load,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import FaultMode, Json, SimulatedPlatforms
from tests.unit.simulated import SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
INSTAGRAM = load("instagram")
ACCOUNT, NAME = "17841400000000777", "harbour.kitchen"
CONNECTION = Connection(
    "c0ffee",
    "bus_1",
    "instagram",
    "https://api.example.com/hooks/c0ffee",
    {"ig_user_id": ACCOUNT, "username": NAME, "verify_token": "v"},
)
IDA = {"id": "660", "username": "ida"}
TEXT = "Thank you for writing, Ida. Tom will ring you today."
SHOWN: Json = {
    "text": "Slow.",
    "timestamp": "2026-03-14T09:00:00+0000",
    "username": "ida",
    "from": IDA,
    "media": {"id": "11"},
}


def comment(**changed: Any) -> dict[str, Any]:
    plain = {
        "id": "21",
        "text": "Slow.",
        "from": IDA,
        "media": {"id": "11", "media_product_type": "FEED"},
        **changed,
    }
    return {name: entry for name, entry in plain.items() if entry is not None}


def events(
    value: object, field: str = "comments", account: str = ACCOUNT
) -> tuple[ReviewEvent, ...]:
    document = {
        "object": "instagram",
        "entry": [
            {"id": account, "time": 1_773_478_801, "changes": [{"field": field, "value": value}]}
        ],
    }
    return INSTAGRAM.parse(
        WebhookRequest("POST", {}, json.dumps(document).encode()), CONNECTION, NOW
    ).events


def event(**changed: Any) -> ReviewEvent:
    (result,) = events(comment(**changed))
    return result


def test_the_dashboards_samples_are_tests_whatever_their_id(
    facts: Callable[[str], str],
) -> None:
    for name in ("meta-instagram-comments.json", "meta-instagram-mentions.json"):
        (result,) = INSTAGRAM.parse(
            WebhookRequest("POST", {}, facts(f"payloads/{name}").encode()), CONNECTION, NOW
        ).events
        assert result.kind is EventKind.TEST
    assert event(id="17865799348089039").kind is EventKind.TEST
    assert event(media={"id": "123123123"}).kind is EventKind.TEST


def test_a_reply_belongs_to_the_thread_of_its_comment() -> None:
    assert (event().native_thread, event(id="22", parent_id="21").native_thread) == ("21", "21")


def test_the_accounts_own_comment_is_known_by_its_id_or_its_name() -> None:
    for own in ({"id": ACCOUNT, "username": "renamed"}, {"id": "1", "username": "Harbour.Kitchen"}):
        assert event(**{"from": own}).kind is EventKind.REPLY_SEEN
    assert event(**{"from": None}).kind is EventKind.CREATED


def test_other_fields_are_ignored_and_another_account_is_a_problem() -> None:
    assert events({"id": "1"}, field="live_comments") == ()
    assert events({"metric": 1}, field="story_insights") == ()
    for account in ("17841400000000778", "x y"):
        with pytest.raises(Unparseable):
            events(comment(), account=account)
    with pytest.raises(Unparseable):
        events({"comment_id": "25"}, field="mentions")


def test_a_mention_is_a_review_without_its_text() -> None:
    (mention_fields,) = events({"media_id": "91", "comment_id": "25"}, field="mentions")
    (caption,) = events({"media_id": "91"}, field="mentions")
    assert [
        (entry.native_id, entry.native_thread, entry.partial, entry.text)
        for entry in (mention_fields, caption)
    ] == [
        ("mention:25", "mention:25", True, None),
        ("caption:91", "caption:91", True, None),
    ]


@pytest.fixture
def harness() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as simulator:
        simulator.set_resource("instagram", "21", SHOWN)
        simulator.set_resource(
            "instagram", "mention:25", {**SHOWN, "text": "Hm.", "from": None, "media": {"id": "91"}}
        )
        simulator.set_resource(
            "instagram",
            "caption:91",
            {"caption": "Hmm.", "timestamp": "2026-03-14T09:00:00+0000", "username": "ida"},
        )
        yield connect_to_simulator("instagram", simulator)


def target(native_id: str = "21", thread: str = "21", **reply_to: str) -> ReplyTarget:
    return ReplyTarget(native_id, thread, reply_to)


def reply(
    harness: SimulatedConnection, to: ReplyTarget, text: str = TEXT, **credentials: str
) -> SentReply | Rejection:
    return INSTAGRAM.reply(
        to,
        text,
        "rep_1",
        PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
    )


def find_reply(
    harness: SimulatedConnection, to: ReplyTarget, text: str = TEXT, **credentials: str
) -> SentReply | ReplyLookup:
    return INSTAGRAM.find_reply(
        to,
        text,
        "rep_1",
        PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
    )


def fetch(
    harness: SimulatedConnection, native_id: str, **credentials: str
) -> ReviewEvent | ReviewGone | None:
    return INSTAGRAM.fetch(
        native_id,
        PlatformAccount(harness.connection, credentials or harness.credentials, harness.http),
    )


def recent(harness: SimulatedConnection, cursor: str | None = None) -> ReviewPage:
    page = INSTAGRAM.recent(
        cursor, PlatformAccount(harness.connection, harness.credentials, harness.http), NOW
    )
    assert isinstance(page, ReviewPage)
    return page


def test_a_reply_to_a_reply_stands_in_the_thread_and_is_found_there(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource("instagram", "22", {**SHOWN, "parent_id": "21"})
    assert find_reply(harness, target("22")) is ReplyLookup.ABSENT
    sent_reply = reply(harness, target("22"))
    assert isinstance(sent_reply, SentReply)
    assert find_reply(harness, target("22")) == sent_reply
    (simulated_reply,) = harness.simulator.replies()
    assert simulated_reply.thread == "21"


@pytest.mark.parametrize("native_id", ["mention:25", "caption:91"])
def test_a_mention_is_read_and_answered_by_the_account_and_its_replies_cannot_be_listed(
    harness: SimulatedConnection, native_id: str
) -> None:
    fetched = fetch(harness, native_id)
    assert isinstance(fetched, ReviewEvent)
    assert (fetched.native_id, fetched.partial, fetched.author.name) == (native_id, False, "ida")
    assert fetched.text in {"Hm.", "Hmm."}
    assert isinstance(reply(harness, target(native_id, native_id, **fetched.reply_to)), SentReply)
    (simulated_reply,) = harness.simulator.replies()
    assert (simulated_reply.thread, simulated_reply.review, simulated_reply.text) == (
        native_id,
        native_id,
        TEXT,
    )
    assert find_reply(harness, target(native_id, native_id)) is ReplyLookup.CANNOT_TELL
    harness.simulator.set_resource("instagram", native_id, None)
    assert fetch(harness, native_id) is ReviewGone.GONE


def test_an_id_that_would_change_the_request_is_not_fetched(harness: SimulatedConnection) -> None:
    assert fetch(harness, "mention:1){id},id,mentioned_media.media_id(91") is None


def test_a_fetched_comment_equals_its_delivery(harness: SimulatedConnection) -> None:
    fetched, pushed_event = fetch(harness, "21"), event()
    assert isinstance(fetched, ReviewEvent)
    same = ("native_id", "native_thread", "revision", "content", "author")
    assert [getattr(fetched, name) for name in same] == [
        getattr(pushed_event, name) for name in same
    ]
    assert fetch(harness, "404") is ReviewGone.GONE
    assert fetch(harness, "21", access_token="another") is None


def test_the_latest_comments_are_listed_newest_first_and_equal_their_deliveries(
    harness: SimulatedConnection,
) -> None:
    harness.simulator.set_resource(
        "instagram",
        "22",
        {**SHOWN, "timestamp": "2026-03-14T09:10:00+0000", "parent_id": "21", "text": "Me too."},
    )
    harness.simulator.set_resource(
        "instagram",
        "23",
        {
            **SHOWN,
            "timestamp": "2026-03-14T09:05:00+0000",
            "from": {"id": ACCOUNT},
            "username": NAME,
        },
    )
    page = recent(harness)
    assert [(entry.native_id, entry.native_thread) for entry in page.events] == [
        ("22", "21"),
        ("23", "23"),
        ("21", "21"),
    ]
    assert page.events[1].kind is EventKind.REPLY_SEEN
    pushed_event = event()
    assert (page.events[2].revision, page.events[2].content, page.events[2].author) == (
        pushed_event.revision,
        pushed_event.content,
        pushed_event.author,
    )
    assert (page.next_cursor, page.problems) == (None, ())


def test_an_edit_is_another_text_and_a_deletion_a_missing_comment(
    harness: SimulatedConnection,
) -> None:
    before = {(entry.revision, entry.content) for entry in recent(harness).events}
    harness.simulator.set_resource("instagram", "21", {**SHOWN, "text": "Fast, now."})
    (edited_post,) = recent(harness).events
    assert (edited_post.revision, edited_post.content) not in before
    harness.simulator.set_resource("instagram", "21", None)
    assert recent(harness).events == ()


def test_the_comments_of_older_media_are_on_older_pages(harness: SimulatedConnection) -> None:
    for number in range(12, 32):
        harness.simulator.set_resource(
            "instagram", f"1{number}", {**SHOWN, "media": {"id": str(number)}}
        )
    seen: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = recent(harness, cursor)
        seen += [entry.native_id for entry in page.events]
        cursor, pages = page.next_cursor, pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(["21", *(f"1{number}" for number in range(12, 32))])


def test_wrong_credentials_are_rejected_and_nothing_is_posted(harness: SimulatedConnection) -> None:
    rejection = INSTAGRAM.recent(
        None, PlatformAccount(harness.connection, {"access_token": "another"}, harness.http), NOW
    )
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "unauthorized"
    bare_connection = INSTAGRAM.reply(
        target(), TEXT, "rep_1", PlatformAccount(harness.connection, {}, harness.http)
    )
    assert isinstance(bare_connection, Rejection)
    assert bare_connection.reason == "no_credentials"
    assert find_reply(harness, target(), access_token="another") is ReplyLookup.CANNOT_TELL
    assert harness.simulator.replies() == []


def test_a_reply_of_2200_characters_fits_and_one_more_is_not_sent(
    harness: SimulatedConnection,
) -> None:
    assert isinstance(reply(harness, target(), "a" * 2_200), SentReply)
    rejection = reply(harness, target(), "a" * 2_201)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too_long"


def test_a_rate_limit_means_that_nothing_was_posted(harness: SimulatedConnection) -> None:
    harness.simulator.add_fault("instagram", FaultMode.RATE_LIMITED)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness, target())
    assert not fault.value.maybe_applied
    assert harness.simulator.replies() == []
    harness.simulator.add_fault("instagram", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(harness, target())
    assert fault.value.maybe_applied
    assert isinstance(find_reply(harness, target()), SentReply)


def test_a_comment_that_is_gone_takes_no_reply(harness: SimulatedConnection) -> None:
    rejection = reply(harness, target("404", "404"))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "gone"
    assert find_reply(harness, target("404", "404")) is ReplyLookup.ABSENT


# Shapes and kinds of deliveries


def delivered(entry: dict[str, Any]) -> tuple[ReviewEvent, ...]:
    body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    connection = Connection(
        "c", "b", "instagram", "https://api.example.com/hooks/c", {"ig_user_id": "1784"}
    )
    return load("instagram").parse(WebhookRequest("POST", {}, body), connection, NOW).events


def test_a_change_in_the_entry_itself_is_read() -> None:
    value = {"id": "1804", "text": "It burns", "from": {"id": "88", "username": "z"}}
    (event,) = delivered({"id": "1784", "time": 1764320001, "field": "comments", "value": value})
    assert (event.native_id, event.text) == ("1804", "It burns")


def test_a_comment_without_words_says_so() -> None:
    value = {"id": "1804", "from": {"id": "88", "username": "z"}}
    changes = [{"field": "comments", "value": value}]
    (event,) = delivered({"id": "1784", "time": 1764320001, "changes": changes})
    assert event.text == "[comment without words]"


def test_known_fields_without_comments_are_ignored_and_unknown_ones_are_kept() -> None:
    for field in ("live_comments", "story_insights", "messages", "messaging_seen"):
        assert delivered({"id": "1784", "changes": [{"field": field, "value": {}}]}) == ()
    for field in ("letters", "", None, 7):
        with pytest.raises(Unparseable):
            delivered({"id": "1784", "changes": [{"field": field, "value": {"text": "x"}}]})
