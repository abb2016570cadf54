"""What a business's policy makes of reviews, on real storage.

Waits, caps, what is remembered, and decisions made again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from heard.assessment import Assessment, Flag
from heard.connectors import HttpAnswer
from heard.outcomes import Kind
from heard.policy import Context, ThreadState, decide, load_policy
from heard.reviews import EventKind
from heard.steps.triage import inputs_digest
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, NAME, NOON, PRAISE, House, complaint, praise, said


def taken(*_: Any, **__: Any) -> HttpAnswer:
    return HttpAnswer(201, {}, b"{}")


@pytest.fixture
def shop(house: House) -> House:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = taken
    return house


def publish(shop: House, **document: Any) -> None:
    shop.setup.put_business(Business(BUSINESS, NAME, document))


def test_an_acknowledgement_waits_for_the_end_of_the_quiet_hours_and_the_sweep_sends_it(
    shop: House,
) -> None:
    publish(shop, name="ours", quiet_hours={"from": "11:00", "to": "15:00"})  # it is noon
    review = shop.say(praise("r-1"))
    assert shop.kinds(review) == [Kind.ACCEPTED]

    shop.clock.pass_(hours=2, minutes=50)
    shop.sweep()
    shop.resume()
    assert shop.kinds(review) == [Kind.ACCEPTED]

    shop.clock.pass_(minutes=15)
    shop.sweep()
    shop.resume()
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    shop.check(PRAISE)


def test_praise_that_turns_into_a_complaint_while_its_thanks_wait_is_not_thanked(
    shop: House,
) -> None:
    publish(shop, name="ours", acknowledgements={"delay": 3600})
    review = shop.say(praise("r-1"))
    shop.say(complaint("r-1", kind=EventKind.EDITED, revision=2))
    shop.clock.pass_(hours=2)
    shop.sweep()
    shop.resume()

    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.FOLLOW_UP_OPENED]
    assert shop.case(review).thread.slots == ()


def test_a_policy_may_allow_fewer_public_replies_than_two_and_never_more(shop: House) -> None:
    publish(shop, name="ours", caps={"public_replies": 1})
    review = shop.say(praise("r-1"))

    assert shop.case(review).thread.public_replies == 1
    assert shop.case(review).thread.public_replies_left == 0


def test_neither_an_author_nor_a_page_gets_the_same_words_twice_in_a_row(shop: House) -> None:
    told: dict[str, list[str]] = {}
    for number in range(14):
        author = f"author-{number % 3}"
        review = shop.say(praise(f"r-{number}", author=author))
        (acknowledged,) = [
            outcome for outcome in shop.log.of_review(review) if outcome.kind is Kind.ACKNOWLEDGED
        ]
        for whom in (author, "the page"):
            told.setdefault(whom, []).append(acknowledged.detail["variant"])

    assert all(one != another for said_to in told.values() for one, another in pairwise(said_to))
    assert len(set(told["the page"])) >= 3


def test_who_complained_before_is_known_by_what_they_say_next(shop: House) -> None:
    shop.say(complaint("r-1", author="kim"))
    for native, event, flag in (
        ("r-2", complaint("r-2", author="kim"), Flag.REPEAT_COMPLAINER),
        ("r-3", praise("r-3", author="kim"), Flag.RECOVERED),
    ):
        review = shop.say(event)
        assert flag in (shop.work.revision(shop.case(review).review).assessment or {})["flags"], (
            native
        )
        shop.check()


def test_a_decision_can_be_made_again_from_what_is_stored_and_the_log_proves_from_what(
    shop: House,
) -> None:
    publish(
        shop,
        name="ours",
        rules=[
            {
                "id": "own-regulars",
                "when": {"author_value_min": 70},
                "then": {"route": "follow_up", "queue": "vip"},
            }
        ],
    )
    first = shop.say(praise("r-1", author="kim"))
    shop.work.vault.put_value(shop.case(first).review.author, 80)
    review = shop.say(praise("r-2", author="kim"))
    kept, logged = (
        shop.work.revision(shop.case(review).review),
        shop.log.of_review(review)[0].detail,
    )
    assert kept.assessment
    assert kept.context
    again = decide(
        Assessment.from_json(kept.assessment),
        Context.from_json(kept.context),
        load_policy(_published(shop)),
        NOON,
    )

    assert "own-regulars" in again.fired
    assert (list(again.fired), again.policy_hash, again.route.value) == (
        logged["rules"],
        logged["policy"],
        logged["route"],
    )
    assert logged["inputs"] == inputs_digest(kept.assessment, kept.context)


def test_the_rules_are_told_how_far_our_answers_came(shop: House) -> None:
    review = shop.say(praise("r-1"))
    shop.clock.pass_(minutes=1)
    shop.say(
        said(
            "r-1",
            "It was fine, thank you all, still fine after a week.",
            4,
            kind=EventKind.EDITED,
            revision=2,
        )
    )

    assert (shop.work.revision(shop.case(review).review).context or {})[
        "thread"
    ] == ThreadState.ACKNOWLEDGED


def _published(shop: House) -> Any:
    found = shop.setup.business(BUSINESS)
    assert found
    return found.policy
