"""Triage on real storage: whatever comes, in any order, ends as it should.

And any text gets through.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.connectors import HttpAnswer, Request, load
from heard.follow_ups import Status
from heard.outcomes import Kind
from heard.reviews import TEXT_LIMIT_BYTES, EventKind, ReviewEvent, review_id
from heard.steps.ingest import ingest
from heard.storage.setup import Business
from heard.storage.vault import Erased
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    MILD,
    NAME,
    NOON,
    PRAISE,
    SECRET,
    House,
    complaint,
    praise,
    said,
)

_numbers = count(1)
happenings = st.builds(
    lambda words, revision, kind: said("r", words, revision=revision, kind=kind),
    st.sampled_from([PRAISE, MILD, COMPLAINT]),
    st.integers(1, 3),
    st.sampled_from([EventKind.CREATED, EventKind.EDITED, EventKind.WITHDRAWN]),
)


def taken(*_: Any, **__: Any) -> HttpAnswer:
    return HttpAnswer(201, {}, b"{}")


@pytest.fixture
def shop(house: House) -> House:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = taken
    return house


@given(st.lists(happenings, min_size=1, max_size=5), st.data())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_events_in_any_order_and_repeated_end_in_the_same_state(
    shop: House, events: list[ReviewEvent], data: st.DataObject
) -> None:
    name = f"r-{next(_numbers)}"
    messages = [
        shop.message(replace(event, native_id=name, native_thread=name)) for event in events
    ]
    order = data.draw(
        st.permutations(
            messages + data.draw(st.lists(st.sampled_from(messages), max_size=3), "repeated")
        ),
        "order",
    )
    for message in order:
        shop.route(message)
    shop.turn()
    shop.check(PRAISE, MILD, COMPLAINT, "Zelda Quint")

    review = shop.case(review_id(BUSINESS, "standard", name)).review
    ends = [(event.revision, event.digest, event.kind is EventKind.WITHDRAWN) for event in events]
    assert (review.revision, review.digest, review.withdrawn) == max(ends)


def test_a_message_that_the_queue_delivers_twice_leaves_one_outcome_of_itself(shop: House) -> None:
    message = shop.message(complaint("r-1"))
    steps = [shop.triage(message) for _ in range(3)]

    assert steps[0] == steps[1] == steps[2]
    assert shop.kinds(steps[0]["review"]) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]


def test_a_better_edit_of_an_acknowledged_review_is_recorded_and_nothing_is_sent(
    shop: House,
) -> None:
    review = shop.say(said("r-1", MILD, 4))
    shop.say(praise("r-1", kind=EventKind.EDITED, revision=2))
    outcome = shop.log.of_review(review)[-1]

    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED, Kind.REVISED]
    assert outcome.detail["route"] == "nothing"
    assert shop.case(review).thread.public_replies == 1


def test_a_worse_edit_reopens_the_review_for_a_person(shop: House) -> None:
    review = shop.say(praise("r-1"))
    shop.say(complaint("r-1", kind=EventKind.EDITED, revision=2))

    assert shop.kinds(review) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
        Kind.REVISED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    shop.check()


def test_a_withdrawn_review_can_still_be_seen_and_closes_its_follow_up(shop: House) -> None:
    review = shop.say(complaint("r-1"))
    shop.say(said("r-1", kind=EventKind.WITHDRAWN, revision="~"))
    (task,) = shop.tasks()

    assert (task.status, task.closed) == (Status.CLOSED, Kind.WITHDRAWN)
    assert shop.work.revision(shop.case(review).review)[0].kind is EventKind.WITHDRAWN


def test_a_business_rules_by_its_own_policy_and_the_outcome_names_it(shop: House) -> None:
    from heard.policy import default_policy

    before = shop.log.of_review(shop.say(complaint("r-1")))[0].detail["policy"]
    shop.setup.put_business(Business(BUSINESS, NAME, {**_document(), "name": "ours"}))
    after = shop.log.of_review(shop.say(complaint("r-2")))[0].detail["policy"]

    assert before == default_policy().hash
    assert after != before


def _document() -> dict[str, Any]:
    from importlib.resources import files

    return json.loads((files("heard.policy") / "default.json").read_text())


# A platform that signs nothing is asked before it is believed


def shown(review: str, text: str, stars: int) -> dict[str, Any]:
    """A review as Trustpilot's API shows it."""
    consumer = {"id": "c0ffee", "displayName": "Zelda Quint"}
    return {
        "id": review,
        "stars": stars,
        "title": "Bread",
        "text": text,
        "consumer": consumer,
        "createdAt": "2026-03-17T09:00:00.000Z",
    }


@pytest.mark.loopback
def test_an_event_that_the_platform_does_not_confirm_is_not_acted_on_and_stops_nobody(
    connected: House,
) -> None:
    connected.connect("trustpilot")
    native = "64b7f0a1c2d3e4f506172839"
    forged = said(native, "Hacked", 5, revision="9999-12-31T23:59:59.000Z", author="mallory")
    review = connected.say(forged, "trustpilot")
    assert connected.kinds(review) == [Kind.IGNORED]
    assert connected.platforms is not None

    connected.platforms.knows("trustpilot", native, shown(native, COMPLAINT, 1))
    connected.say(said(native, COMPLAINT, 1, revision="2026-03-17T09:00:00.000Z"), "trustpilot")
    assert connected.kinds(review)[1:4] == [Kind.ACCEPTED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    event = connected.work.revision(connected.case(review).review).event
    assert (event.text, event.author.name) == (COMPLAINT, "Zelda Quint")

    connected.say(said(native, kind=EventKind.WITHDRAWN, revision="~"), "trustpilot")
    assert connected.kinds(review)[-1] is Kind.DISBELIEVED
    connected.check()


@pytest.mark.loopback
def test_nobody_can_have_a_complaint_passed_over_as_the_businesss_own_words(
    connected: House,
) -> None:
    connected.connect("trustpilot")
    assert connected.platforms is not None
    native = "64b7f0a1c2d3e4f506172839"
    connected.platforms.knows("trustpilot", native, shown(native, COMPLAINT, 1))
    forged = said(native, kind=EventKind.REPLY_SEEN, revision="2026-03-17T09:00:00.000Z")

    review = connected.say(forged, "trustpilot")
    assert Kind.FOLLOW_UP_OPENED in connected.kinds(review)
    assert Kind.IGNORED not in connected.kinds(review)


@pytest.mark.loopback
def test_a_withdrawal_that_could_be_confirmed_and_is_not_closes_nothing(connected: House) -> None:
    connected.connect("yelp")
    assert connected.platforms is not None
    native = "9CNz4nWU59PIZsiDV9sSVQ"

    review = connected.say(said(native, COMPLAINT, 1), "yelp")
    connected.say(said(native, kind=EventKind.WITHDRAWN, revision="~"), "yelp")
    assert connected.kinds(review)[-1] is Kind.DISBELIEVED
    assert not connected.case(review).review.withdrawn


@pytest.mark.loopback
@pytest.mark.parametrize(("credentials", "confirmed"), [(True, True), (False, False)])
def test_a_policy_can_keep_what_nobody_confirms_from_being_answered_automatically(
    connected: House, credentials: bool, confirmed: bool
) -> None:
    document = _document()
    careful = {
        "id": "R11-unconfirmed",
        "when": {"confirmed": False},
        "then": {"route": "follow_up"},
    }
    connected.setup.put_business(
        Business(BUSINESS, NAME, {**document, "rules": [careful, *document["rules"]]})
    )
    made = connected.connect("trustpilot")
    connected.setup.put_connection(replace(made, has_credentials=credentials), NOON)
    assert connected.platforms is not None
    native = "64b7f0a1c2d3e4f506172839"
    connected.platforms.knows("trustpilot", native, shown(native, PRAISE, 5))

    review = connected.say(
        said(native, PRAISE, 5, revision="2026-03-17T09:00:00.000Z"), "trustpilot"
    )
    accepted = connected.log.of_review(review)[0].detail
    assert connected.case(review).review.unproven is not confirmed
    assert accepted.get("unproven", False) is not confirmed
    assert ("R11-unconfirmed" in accepted["rules"]) is not confirmed
    connected.say(said(native, PRAISE, 5, revision="2026-03-17T08:00:00.000Z"), "trustpilot")
    assert connected.case(review).review.unproven is not confirmed


def test_what_is_signed_is_proven(shop: House) -> None:
    assert not shop.case(shop.say(praise("r-1"))).review.unproven


# From the door to the person


def delivered(house: House, data: dict[str, Any]) -> str:
    """One signed webhook, taken at the door, queued and routed; its review's id."""
    body = json.dumps(
        {"type": "review.created", "timestamp": "2026-03-17T11:59:00Z", "data": data}
    ).encode()
    connection = house.connections["standard"]
    request = load("standard").sign(Request("POST", {}, body), connection.url, SECRET, NOON)
    received = ingest(request, connection.id, house.door, NOON)
    assert received.response.status == 202
    for message in house.queued():
        house.route(message)
    house.turn()
    return review_id(BUSINESS, "standard", data["id"])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"rating": 5},
        {"rating": 1},
        {"rating": None, "text": None},
        {
            "text": "\u0627\u0644\u062e\u0628\u0632 \u0628\u0627\u0631\u062f \u0648\u0644\u0627 "
            "\u0623\u062d\u062f \u064a\u062c\u064a\u0628"
        },
        {"text": "\u8c22\u8c22\uff0c\u9762\u5305\u5f88\u597d\u5403\uff01", "rating": 5},
        {"text": "\U0001f621\U0001f621\U0001f468\u200d\U0001f469\u200d\U0001f467"},
        {"text": "\x00\x00 N\x00U\x00L \x1b[2J", "rating": 3},
        {
            "text": "broken \ud800 surrogate \udfff",
            "rating": 2,
            "author": {"id": "u-\ud800", "name": "\udfff"},
        },
        {"text": "\u202eright to left\u202c " * 40},
    ],
    ids=[
        "nothing",
        "stars",
        "one-star",
        "nulls",
        "arabic",
        "chinese",
        "emoji",
        "nul",
        "surrogates",
        "bidi",
    ],
)
def test_any_review_gets_through_from_the_door_to_its_end_or_to_a_person(
    shop: House, data: dict[str, Any]
) -> None:
    review = delivered(shop, {"id": "r-1", **data})
    shop.check()

    case = shop.case(review)
    assert case.review.closed is Kind.ACKNOWLEDGED or (
        case.task is not None and case.task.reviews == (review,)
    )


def test_a_hundred_kilobytes_get_through_and_what_is_too_long_is_cut_and_said_so(
    shop: House,
) -> None:
    whole = delivered(shop, {"id": "r-1", "text": "The bread was cold. " * 5_000})
    longer = delivered(shop, {"id": "r-2", "text": "\u9762\u5305 " * 20_000})

    assert len(shop.work.revision(shop.case(whole).review)[0].text or "") == 20 * 5_000 - 1
    kept = shop.work.revision(shop.case(longer).review)[0]
    assert len((kept.text or "").encode()) <= TEXT_LIMIT_BYTES
    assert kept.text_bytes == 7 * 20_000 - 1
    assert "cut_from_bytes" not in shop.log.of_review(whole)[0].detail
    assert shop.log.of_review(longer)[0].detail["cut_from_bytes"] == 7 * 20_000 - 1


def test_what_an_erased_author_said_cannot_be_read_again_and_the_chain_still_verifies(
    shop: House,
) -> None:
    review = shop.say(complaint("r-1"))
    shop.work.vault.erase(shop.case(review).review.author)

    with pytest.raises(Erased):
        shop.work.revision(shop.case(review).review)
    shop.check(COMPLAINT)
