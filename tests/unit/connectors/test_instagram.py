"""Instagram.

Comments that come whole, mentions that come as ids, and edits and deletions that nobody tells of.
"""

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
    return {name: each for name, each in plain.items() if each is not None}


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
    (found,) = events(comment(**changed))
    return found


def test_the_dashboards_samples_are_tests_whichever_id_they_come_under(
    facts: Callable[[str], str],
) -> None:
    for name in ("meta-instagram-comments.json", "meta-instagram-mentions.json"):
        (found,) = INSTAGRAM.parse(
            WebhookRequest("POST", {}, facts(f"payloads/{name}").encode()), CONNECTION, NOW
        ).events
        assert found.kind is EventKind.TEST
    assert event(id="17865799348089039").kind is EventKind.TEST
    assert event(media={"id": "123123123"}).kind is EventKind.TEST


def test_a_reply_belongs_to_the_thread_of_its_comment() -> None:
    assert (event().native_thread, event(id="22", parent_id="21").native_thread) == ("21", "21")


def test_the_accounts_own_comment_is_known_by_its_id_or_its_name() -> None:
    for own in ({"id": ACCOUNT, "username": "renamed"}, {"id": "1", "username": "Harbour.Kitchen"}):
        assert event(**{"from": own}).kind is EventKind.REPLY_SEEN
    assert event(**{"from": None}).kind is EventKind.CREATED


def test_what_is_no_comment_is_ignored_and_anothers_account_is_a_problem() -> None:
    assert events({"id": "1"}, field="live_comments") == ()
    assert events({"metric": 1}, field="story_insights") == ()
    for account in ("17841400000000778", "x y"):
        with pytest.raises(Unparseable):
            events(comment(), account=account)
    with pytest.raises(Unparseable):
        events({"comment_id": "25"}, field="mentions")


def test_a_mention_names_a_review_without_its_words() -> None:
    (inside,) = events({"media_id": "91", "comment_id": "25"}, field="mentions")
    (caption,) = events({"media_id": "91"}, field="mentions")
    assert [
        (each.native_id, each.native_thread, each.partial, each.text) for each in (inside, caption)
    ] == [
        ("mention:25", "mention:25", True, None),
        ("caption:91", "caption:91", True, None),
    ]


@pytest.fixture
def side() -> Iterator[SimulatedConnection]:
    with SimulatedPlatforms() as running:
        running.set_resource("instagram", "21", SHOWN)
        running.set_resource(
            "instagram", "mention:25", {**SHOWN, "text": "Hm.", "from": None, "media": {"id": "91"}}
        )
        running.set_resource(
            "instagram",
            "caption:91",
            {"caption": "Hmm.", "timestamp": "2026-03-14T09:00:00+0000", "username": "ida"},
        )
        yield connect_to_simulator("instagram", running)


def target(native_id: str = "21", thread: str = "21", **reply_to: str) -> ReplyTarget:
    return ReplyTarget(native_id, thread, reply_to)


def reply(
    side: SimulatedConnection, to: ReplyTarget, text: str = TEXT, **credentials: str
) -> SentReply | Rejection:
    return INSTAGRAM.reply(
        to,
        text,
        "rep_1",
        PlatformAccount(side.connection, credentials or side.credentials, side.http),
    )


def find(
    side: SimulatedConnection, to: ReplyTarget, text: str = TEXT, **credentials: str
) -> SentReply | ReplyLookup:
    return INSTAGRAM.find_reply(
        to,
        text,
        "rep_1",
        PlatformAccount(side.connection, credentials or side.credentials, side.http),
    )


def fetch(
    side: SimulatedConnection, native_id: str, **credentials: str
) -> ReviewEvent | ReviewGone | None:
    return INSTAGRAM.fetch(
        native_id, PlatformAccount(side.connection, credentials or side.credentials, side.http)
    )


def recent(side: SimulatedConnection, cursor: str | None = None) -> ReviewPage:
    page = INSTAGRAM.recent(
        cursor, PlatformAccount(side.connection, side.credentials, side.http), NOW
    )
    assert isinstance(page, ReviewPage)
    return page


def test_a_reply_to_a_reply_stands_in_the_thread_and_is_found_there(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource("instagram", "22", {**SHOWN, "parent_id": "21"})
    assert find(side, target("22")) is ReplyLookup.ABSENT
    sent = reply(side, target("22"))
    assert isinstance(sent, SentReply)
    assert find(side, target("22")) == sent
    (taken,) = side.simulator.replies()
    assert taken.thread == "21"


@pytest.mark.parametrize("native_id", ["mention:25", "caption:91"])
def test_a_mention_is_read_and_answered_through_the_account_and_its_replies_cannot_be_listed(
    side: SimulatedConnection, native_id: str
) -> None:
    read = fetch(side, native_id)
    assert isinstance(read, ReviewEvent)
    assert (read.native_id, read.partial, read.author.name) == (native_id, False, "ida")
    assert read.text in {"Hm.", "Hmm."}
    assert isinstance(reply(side, target(native_id, native_id, **read.reply_to)), SentReply)
    (taken,) = side.simulator.replies()
    assert (taken.thread, taken.review, taken.text) == (native_id, native_id, TEXT)
    assert find(side, target(native_id, native_id)) is ReplyLookup.CANNOT_TELL
    side.simulator.set_resource("instagram", native_id, None)
    assert fetch(side, native_id) is ReviewGone.GONE


def test_an_id_that_would_change_the_question_is_not_asked_for(side: SimulatedConnection) -> None:
    assert fetch(side, "mention:1){id},id,mentioned_media.media_id(91") is None


def test_a_comment_read_again_is_what_its_delivery_said(side: SimulatedConnection) -> None:
    read, sent = fetch(side, "21"), event()
    assert isinstance(read, ReviewEvent)
    same = ("native_id", "native_thread", "revision", "digest", "author")
    assert [getattr(read, name) for name in same] == [getattr(sent, name) for name in same]
    assert fetch(side, "404") is ReviewGone.GONE
    assert fetch(side, "21", access_token="another") is None


def test_the_latest_comments_are_listed_newest_first_as_their_deliveries_said_them(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource(
        "instagram",
        "22",
        {**SHOWN, "timestamp": "2026-03-14T09:10:00+0000", "parent_id": "21", "text": "Me too."},
    )
    side.simulator.set_resource(
        "instagram",
        "23",
        {
            **SHOWN,
            "timestamp": "2026-03-14T09:05:00+0000",
            "from": {"id": ACCOUNT},
            "username": NAME,
        },
    )
    page = recent(side)
    assert [(each.native_id, each.native_thread) for each in page.events] == [
        ("22", "21"),
        ("23", "23"),
        ("21", "21"),
    ]
    assert page.events[1].kind is EventKind.REPLY_SEEN
    sent = event()
    assert (page.events[2].revision, page.events[2].digest, page.events[2].author) == (
        sent.revision,
        sent.digest,
        sent.author,
    )
    assert (page.next_cursor, page.problems) == (None, ())


def test_an_edit_shows_as_other_words_and_a_deletion_as_a_comment_that_is_not_there(
    side: SimulatedConnection,
) -> None:
    before = {(each.revision, each.digest) for each in recent(side).events}
    side.simulator.set_resource("instagram", "21", {**SHOWN, "text": "Fast, now."})
    (edited,) = recent(side).events
    assert (edited.revision, edited.digest) not in before
    side.simulator.set_resource("instagram", "21", None)
    assert recent(side).events == ()


def test_the_comments_of_older_media_are_on_older_pages(side: SimulatedConnection) -> None:
    for number in range(12, 32):
        side.simulator.set_resource(
            "instagram", f"1{number}", {**SHOWN, "media": {"id": str(number)}}
        )
    seen: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = recent(side, cursor)
        seen += [each.native_id for each in page.events]
        cursor, pages = page.next_cursor, pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(["21", *(f"1{number}" for number in range(12, 32))])


def test_a_comment_that_cannot_be_read_costs_the_page_only_itself(
    side: SimulatedConnection,
) -> None:
    side.simulator.set_resource("instagram", "22", {**SHOWN, "timestamp": "yesterday"})
    page = recent(side)
    assert [each.native_id for each in page.events] == ["21"]
    assert len(page.problems) == 1


def test_wrong_credentials_are_told_and_nothing_is_posted(side: SimulatedConnection) -> None:
    refused = INSTAGRAM.recent(
        None, PlatformAccount(side.connection, {"access_token": "another"}, side.http), NOW
    )
    assert isinstance(refused, Rejection)
    assert refused.reason == "unauthorized"
    bare = INSTAGRAM.reply(target(), TEXT, "rep_1", PlatformAccount(side.connection, {}, side.http))
    assert isinstance(bare, Rejection)
    assert bare.reason == "no_credentials"
    assert find(side, target(), access_token="another") is ReplyLookup.CANNOT_TELL
    assert side.simulator.replies() == []


def test_a_reply_of_2200_characters_fits_and_one_more_is_not_sent(
    side: SimulatedConnection,
) -> None:
    assert isinstance(reply(side, target(), "a" * 2_200), SentReply)
    refused = reply(side, target(), "a" * 2_201)
    assert isinstance(refused, Rejection)
    assert refused.reason == "too_long"


def test_an_account_asked_too_often_has_not_taken_the_reply(side: SimulatedConnection) -> None:
    side.simulator.add_fault("instagram", FaultMode.RATE_LIMITED)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side, target())
    assert not fault.value.maybe_applied
    assert side.simulator.replies() == []
    side.simulator.add_fault("instagram", FaultMode.DROP)
    with pytest.raises(PlatformUnavailable) as fault:
        reply(side, target())
    assert fault.value.maybe_applied
    assert isinstance(find(side, target()), SentReply)


def test_a_comment_that_is_gone_takes_no_reply(side: SimulatedConnection) -> None:
    refused = reply(side, target("404", "404"))
    assert isinstance(refused, Rejection)
    assert refused.reason == "gone"
    assert find(side, target("404", "404")) is ReplyLookup.ABSENT
