"""What platforms send becomes the review events that they mean, in whatever order it comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlencode

import pytest

from heard.connectors import Connection, WebhookRequest, load
from heard.connectors.parsing import Fields, read_json
from heard.errors import Unparseable
from heard.reviews import FINAL_REVISION, Author, EventKind, ReviewEvent
from tests.unit.signed import refuse_http

type Connect = Callable[..., Connection]
type Post = Callable[..., WebhookRequest]

POST = {
    "id": 812, "topic_id": 77, "post_number": 4, "post_type": 1, "user_id": 31, "username": "mira",
    "name": "Mira K.", "version": 1,
    "created_at": "2026-03-01T10:00:00.000Z", "updated_at": "2026-03-01T10:00:00.000Z",
    "deleted_at": None, "user_deleted": False,
    "hidden": False, "raw": "The lid leaks.",
    "cooked": "<p>The lid leaks.</p>", "topic_title": "Lid of the blue bottle", "admin": True,
    "staff": True,
}  # fmt: skip


def only_event(events: tuple[ReviewEvent, ...]) -> ReviewEvent:
    (event,) = events
    return event


def test_the_payloads_that_platforms_publish_are_understood(
    facts: Callable[[str], str], connect: Connect, now: datetime
) -> None:
    bodies = {
        "trustpilot": facts("payloads/trustpilot-service-review-created.json"),
        "discourse": facts("payloads/discourse-post_created.json"),
        "twilio_sms": facts("payloads/twilio-sms-inbound.form.txt"),
    }
    events = {
        name: only_event(
            load(name)
            .parse(WebhookRequest("POST", {}, body.strip().encode()), connect(name), now)
            .events
        )
        for name, body in bodies.items()
    }
    assert {name: (event.kind, event.native_id) for name, event in events.items()} == {
        "trustpilot": (EventKind.CREATED, "53bffd360000640002975387"),
        "discourse": (EventKind.CREATED, "39"),
        "twilio_sms": (EventKind.CREATED, "SMe287d7109a5a925f182f0e07fe5b223b"),
    }
    assert events["trustpilot"].rating == 5
    assert events["trustpilot"].author == Author("53bffc3900006400017e5db8", "Customer")
    assert events["discourse"].text == "This is my reply to a post"
    assert events["twilio_sms"].author == Author("+14133881111")


def test_every_field_of_our_own_schema_is_read(
    connect: Connect, post_request: Post, now: datetime
) -> None:
    data = {
        "id": "r-1", "thread_id": "t-1", "revision": 3, "rating": "4", "title": "Good",
        "text": "Warm\r\nbread", "language": "en",
        "author": {"id": 7, "name": "Ada"}, "subject": "Bakery", "link": "https://example.com/r-1",
        "metadata": {"shelf": [1]},
    }  # fmt: skip
    parsed = load("standard").parse(
        post_request({"type": "review.edited", "timestamp": "2026-03-01T10:00:00Z", "data": data}),
        connect("standard"),
        now,
    )
    event = only_event(parsed.events)
    assert parsed.problems == ()
    assert (event.kind, event.native_thread, event.revision, event.rating) == (
        EventKind.EDITED,
        "t-1",
        "000000000003",
        4,
    )
    assert (event.author, event.text, event.link) == (
        Author("7", "Ada"),
        "Warm\nbread",
        "https://example.com/r-1",
    )


@pytest.mark.parametrize(("score", "rating"), list(enumerate([1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 5])))
def test_a_recommendation_score_becomes_the_rating_of_its_band(
    score: int, rating: int, connect: Connect, post_request: Post, now: datetime
) -> None:
    request = post_request({"type": "review.created", "data": {"id": "r-1", "score": score}})
    assert (
        only_event(load("standard").parse(request, connect("standard"), now).events).rating
        == rating
    )


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("review.withdrawn", {"revision": 9}, (EventKind.WITHDRAWN, FINAL_REVISION)),
        (
            "review.edited",
            {"created_at": "2026-01-01"},
            (EventKind.EDITED, "000000000000.2026-03-14T09:26:53.000Z"),
        ),
        (
            "review.created",
            {"created_at": "2026-01-01"},
            (EventKind.CREATED, "000000000000.2026-01-01T00:00:00.000Z"),
        ),
        ("review.created", {"by_business": True}, (EventKind.REPLY_SEEN, "000000000000")),
    ],
)
def test_our_own_schema_places_each_kind_of_event(
    kind: str,
    data: dict[str, Any],
    expected: tuple[EventKind, str],
    connect: Connect,
    post_request: Post,
    now: datetime,
) -> None:
    event = only_event(
        load("standard")
        .parse(
            post_request({"type": kind, "data": {"id": "r-1", **data}}), connect("standard"), now
        )
        .events
    )
    assert (event.kind, event.revision) == expected


def test_a_field_that_makes_no_sense_costs_only_itself_and_is_named_but_not_quoted(
    connect: Connect, post_request: Post, now: datetime
) -> None:
    data = {
        "id": "r-1",
        "rating": 11,
        "title": ["secret words"],
        "text": "Still a complaint",
        "link": "javascript:alert(1)",
    }
    parsed = load("standard").parse(
        post_request({"type": "review.created", "data": data}), connect("standard"), now
    )
    event = only_event(parsed.events)
    assert (event.rating, event.title, event.text, event.link) == (
        None,
        None,
        "Still a complaint",
        None,
    )
    assert {problem.split()[0] for problem in parsed.problems} == {
        "`data.rating`",
        "`data.title`",
        "`data.link`",
    }
    assert "secret" not in " ".join(parsed.problems)


def batch(*events: object) -> dict[str, object]:
    return {"events": list(events)}


def trustpilot(name: str, **data: object) -> dict[str, object]:
    return {"eventName": f"service-review-{name}", "version": "1", "eventData": data}


def test_one_bad_entry_of_a_batch_costs_no_other(
    connect: Connect, post_request: Post, now: datetime
) -> None:
    good = trustpilot("created", id="a1", stars=2, text="Late", createdAt="2026-03-01T10:00:00Z")
    request = post_request(
        batch(
            good,
            "nonsense",
            trustpilot("created", stars=1),
            trustpilot("praised", id="b2"),
            trustpilot("deleted", id="c3"),
        )
    )
    parsed = load("trustpilot").parse(request, connect("trustpilot"), now)
    assert [(event.kind, event.native_id) for event in parsed.events] == [
        (EventKind.CREATED, "a1"),
        (EventKind.WITHDRAWN, "c3"),
    ]
    assert parsed.problems == (
        "event 1 is not an object",
        "`eventData.id` of event 2 is missing",
        "`eventName` of event 3 is a kind that Heard does not know (service-review-praised)",
    )
    with pytest.raises(Unparseable, match="event 0 is not an object"):
        load("trustpilot").parse(post_request(batch(None)), connect("trustpilot"), now)


def test_trustpilots_edits_follow_each_other_even_without_dates(
    connect: Connect, post_request: Post, now: datetime
) -> None:
    def revision(event: object, at: datetime) -> str:
        return only_event(
            load("trustpilot").parse(post_request(batch(event)), connect("trustpilot"), at).events
        ).revision

    created = revision(trustpilot("created", id="a1", createdAt="2026-03-01T10:00:00Z"), now)
    dated = revision(
        trustpilot(
            "updated", id="a1", createdAt="2026-03-01T10:00:00Z", updatedAt="2026-03-02T10:00:00Z"
        ),
        now,
    )
    undated_revisions = [
        revision(trustpilot("updated", id="a1", text=text), now + timedelta(seconds=at))
        for at, text in enumerate("zab")
    ]
    assert [created, dated, *undated_revisions, FINAL_REVISION] == sorted(
        {created, dated, *undated_revisions, FINAL_REVISION}
    )


def test_tests_and_pings_are_tests(connect: Connect, post_request: Post, now: datetime) -> None:
    for name, document in (
        ("trustpilot", batch()),
        ("discourse", {"ping": "OK"}),
        ("standard", {"type": "test"}),
    ):
        assert (
            only_event(load(name).parse(post_request(document), connect(name), now).events).kind
            is EventKind.TEST
        )


def discourse(
    connect: Connect, post_request: Post, header: str = "post_created", **changes: object
) -> tuple[ReviewEvent, ...]:
    connection = connect(
        "discourse",
        base_url="https://forum.example",
        api_username="Heard",
        staff_usernames="boss, @Lena",
    )
    request = post_request({"post": {**POST, **changes}}, x_discourse_event=header)
    return load("discourse").parse(request, connection, datetime(2026, 3, 14, tzinfo=UTC)).events


def test_the_state_of_a_discourse_post_is_the_same_in_any_order_of_arrival(
    connect: Connect, post_request: Post
) -> None:
    at = "2026-03-01T10:0{}:00.000Z".format
    life = [
        {"raw": "The lid leaks."},
        {"raw": "The lid leaks!", "version": 2, "updated_at": at(1)},
        # Undone within the grace period: the version goes back, the time does not.
        {"raw": "The lid leaks.", "version": 1, "updated_at": at(2)},
        {"raw": "(post deleted by author)", "version": 2, "updated_at": at(3)},
        {
            "raw": "(post deleted by author)",
            "version": 2,
            "updated_at": at(3),
            "user_deleted": True,
        },
        {"raw": "The lid leaks.", "version": 3, "updated_at": at(4)},
        {"raw": "The lid leaks.", "version": 3, "updated_at": at(4), "deleted_at": at(5)},
        {"raw": "The lid leaked.", "version": 4, "updated_at": at(6), "deleted_at": at(5)},
        {"raw": "The lid leaked.", "version": 4, "updated_at": at(6)},
    ]
    events = [only_event(discourse(connect, post_request, **stage)) for stage in life]
    revisions = [event.revision for event in events]
    assert revisions == sorted(set(revisions))
    for order in permutations(events[2:6]):
        last = max(order, key=lambda event: event.revision)
        assert (last.kind, last.text) == (EventKind.EDITED, "The lid leaks.")


def test_an_unsigned_discourse_header_changes_nothing(connect: Connect, post_request: Post) -> None:
    for stage in ({}, {"deleted_at": "2026-03-02T10:00:00Z"}, {"username": "heard"}):
        results = {
            discourse(connect, post_request, header, **stage)[:1]
            and str(discourse(connect, post_request, header, **stage)[0])
            for header in ("post_created", "post_edited", "post_destroyed", "ping")
        }
        assert len(results) == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, EventKind.CREATED),
        ({"version": 2}, EventKind.EDITED),
        ({"hidden": True}, EventKind.WITHDRAWN),
        ({"username": "HEARD"}, EventKind.REPLY_SEEN),
        ({"username": "lena"}, EventKind.REPLY_SEEN),
        ({"username": "lena", "deleted_at": "2026-03-02T10:00:00Z"}, None),
        ({"post_type": 3}, None),
        ({"post_type": 4}, None),
        ({"user_id": -1}, None),
        ({"topic_archetype": "private_message"}, None),
    ],
)
def test_a_discourse_post_is_what_its_body_says(
    changes: dict[str, object], kind: EventKind | None, connect: Connect, post_request: Post
) -> None:
    assert [event.kind for event in discourse(connect, post_request, **changes)] == (
        [kind] if kind else []
    )


def test_a_discourse_post_without_its_source_is_read_from_its_html(
    connect: Connect, post_request: Post
) -> None:
    cooked = "<p>Fish &amp; chips<br>cold</p><blockquote><p>sic</p></blockquote>"
    event = only_event(discourse(connect, post_request, raw=None, cooked=cooked, post_number=1))
    assert (event.text, event.quoted) == ("Fish & chips\ncold", "sic")
    assert (event.title, event.native_thread, dict(event.reply_to)) == (
        "Lid of the blue bottle",
        "77",
        {"topic_id": "77", "post_number": "1"},
    )


SMS = {
    "MessageSid": "SM1",
    "From": "+4915112345678",
    "To": "+4930123456",
    "Body": "Where is my parcel?",
    "NumMedia": "0",
    "SmsStatus": "received",
}


@pytest.mark.parametrize(
    ("changes", "text", "opted_out"),
    [
        ({}, "Where is my parcel?", False),
        ({"Body": " stop "}, "stop", True),
        ({"Body": "please stop"}, "please stop", False),
        ({"Body": "ARRET", "OptOutType": "STOP"}, "ARRET", True),
        ({"Body": "", "NumMedia": "2"}, "[file]", False),
    ],
)
def test_a_text_message_is_a_review_and_an_opt_out_is_marked(
    changes: dict[str, str],
    text: str | None,
    opted_out: bool,
    connect: Connect,
    post_request: Post,
    now: datetime,
) -> None:
    event = only_event(
        load("twilio_sms")
        .parse(post_request(urlencode({**SMS, **changes}).encode()), connect("twilio_sms"), now)
        .events
    )
    assert (event.native_id, event.author, event.text) == ("SM1", Author("+4915112345678"), text)
    assert (event.reply_to.get("opted_out") == "true") is opted_out
    assert (event.reply_to["to"], event.reply_to["from"]) == ("+4915112345678", "+4930123456")


@pytest.mark.parametrize(
    "changes",
    [
        {"SmsStatus": "sent", "MessageStatus": "sent"},
        {"SmsStatus": "delivered"},
        {"OptOutType": "START", "Body": "Start"},
        {"OptOutType": "START", "Body": "UNSTOP"},
    ],
)
def test_reports_about_our_own_messages_are_no_reviews(
    changes: dict[str, str], connect: Connect, post_request: Post, now: datetime
) -> None:
    request = post_request(urlencode({**SMS, **changes}).encode())
    parsed = load("twilio_sms").parse(request, connect("twilio_sms"), now)
    assert parsed.events == ()
    response = load("twilio_sms").delivery_response(
        request, connect("twilio_sms"), parsed, refuse_http
    )
    assert (response.status, response.content_type, response.body) == (
        200,
        "text/xml",
        "<Response/>",
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 1}',
        b"\xff",
        b"[" * 100_000,
        b"1" * 5_000,
        b"{",
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Unparseable):
        read_json(body)


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        (4, 4),
        (3.0, 3),
        ("2", 2),
        (" 5.0 ", 5),
        (0, None),
        (6, None),
        (4.5, None),
        (True, None),
        ("x", None),
    ],
)
def test_a_rating_is_neither_rounded_nor_clamped(value: object, rating: int | None) -> None:
    fields = Fields(json.loads(json.dumps({"stars": value})))
    assert fields.rating("stars") == rating
    assert bool(fields.problems) == (rating is None)


def test_a_problem_names_the_path_of_its_field() -> None:
    body = Fields({"data": {"items": [{"id": "a"}, {"rating": 9}]}})
    item = body.object("data").objects("items")[1]

    item.rating("rating")
    assert body.problems == ["`data.items[1].rating` must be 1 to 5"]
    with pytest.raises(Unparseable, match=r"`data\.items\[1\]\.id` is missing"):
        item.id("id")
    with pytest.raises(Unparseable, match="`id` of the response is missing"):
        Fields({}, "the response").id("id")
