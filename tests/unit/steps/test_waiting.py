"""Acknowledgements that wait, and what may happen meanwhile.

None is forgotten, and none speaks beside a person or out of place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import Fault, PlatformUnavailable
from heard.follow_ups import Action
from heard.outcomes import Kind
from heard.policy import default_policy
from heard.policy.document import playbook
from heard.reviews import EventKind, review_id
from heard.steps import desk
from heard.steps.desk import AnswerRequest
from heard.steps.triage import policy_of
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    NAME,
    PRAISE,
    House,
    Killed,
    Watched,
    complaint,
    praise,
    said,
)

TEXT = "How good to hear that we did better this time; the whole team read it at breakfast."


@dataclass
class Platform:
    """What the platform took; while it is `down` nobody can tell."""

    down: bool = False
    took: list[bytes] = field(default_factory=list[bytes])

    def __call__(self, method: str, _url: str, *, body: bytes = b"", **_: Any) -> HttpAnswer:
        if self.down:
            raise PlatformUnavailable("It does not answer.", maybe_applied=True)
        if method != "POST":
            return HttpAnswer(404, {}, b"")
        self.took.append(body)
        return HttpAnswer(201, {}, b"{}")


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def shop(house: House, platform: Platform) -> House:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = platform
    follow(house, quiet_hours={"from": "11:00", "to": "15:00"})  # it is noon
    return house


def follow(shop: House, **document: Any) -> None:
    shop.setup.put_business(Business(BUSINESS, NAME, {"name": "ours", **document}))


def afternoon(shop: House) -> None:
    """The quiet hours end."""
    shop.clock.pass_(hours=3, minutes=5)
    shop.sweep()
    shop.resume()
    shop.check(PRAISE)


def recovered(shop: House) -> str:
    """Praise by somebody who complained before: thanked, and for a person as well."""
    shop.say(complaint("r-1", author="kim"))
    return shop.say(praise("r-2", author="kim"))


def test_thanks_that_wait_beside_a_person_are_sent_too(shop: House, platform: Platform) -> None:
    review = recovered(shop)
    afternoon(shop)
    assert shop.kinds(review)[-1] is Kind.REPLY_SENT
    shop.clock.pass_(hours=1)
    assert shop.sweep().resumed == 0
    assert len(platform.took) == 1


def test_a_person_who_speaks_first_takes_the_place_of_thanks_that_wait(
    shop: House, platform: Platform
) -> None:
    review, ana = recovered(shop), shop.person("Ana")
    task = shop.case(review).task
    assert task
    fence = desk.claim(ana, task.id, shop.desk, shop.clock()).fence
    asked = AnswerRequest(action=Action.INVITE_PRIVATE, fence=fence, id="answer-1", text=TEXT)
    desk.answer(ana, task.id, asked, shop.desk, shop.clock())
    shop.turn()
    assert shop.case(review).thread.public_replies == 1

    afternoon(shop)
    assert [TEXT in body.decode() for body in platform.took] == [True]


def test_thanks_that_wait_give_way_to_a_person_who_came_to_the_thread(
    shop: House, platform: Platform
) -> None:
    first = shop.say(praise("r-1", thread="t-1"))
    shop.say(complaint("r-2", thread="t-1", author="other"))
    afternoon(shop)

    assert shop.kinds(first) == [Kind.ACCEPTED, Kind.FOLLOW_UP_JOINED]
    assert shop.case(first).thread.slots == ()
    assert platform.took == []


def test_whom_the_business_answered_at_the_platform_is_not_thanked_as_well(
    shop: House, platform: Platform
) -> None:
    review = shop.say(praise("r-1"))
    shop.say(praise("r-1", kind=EventKind.REPLY_SEEN, revision=2))
    assert shop.case(review).thread.public_replies == 0
    afternoon(shop)
    shop.say(praise("r-1"))
    assert platform.took == []


def test_whoever_is_erased_while_their_thanks_wait_leaves_nothing_open(
    shop: House, platform: Platform
) -> None:
    review = shop.say(praise("r-1"))
    shop.work.vault.erase(shop.case(review).review.author)
    afternoon(shop)
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.IGNORED]
    assert platform.took == []


def test_thanks_that_were_not_sent_use_up_nothing_when_the_review_is_edited(
    shop: House, platform: Platform
) -> None:
    follow(shop, caps={"public_replies": 1}, acknowledgements={"delay": 3600})
    review = shop.say(praise("r-1"))
    shop.say(said("r-1", f"{PRAISE} See you soon!", 5, kind=EventKind.EDITED, revision=2))
    afternoon(shop)
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.ACKNOWLEDGED]
    assert len(platform.took) == 1


def test_thanks_that_got_lost_are_not_said_to_the_complaint_that_the_review_became(
    shop: House, platform: Platform
) -> None:
    follow(shop)
    platform.down = True
    with pytest.raises(Fault):
        shop.route(shop.message(praise("r-1")))
    platform.down = False
    review = shop.say(complaint("r-1", kind=EventKind.EDITED, revision=2))
    shop.check()
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.FOLLOW_UP_OPENED]
    assert platform.took == []


def test_a_page_remembers_what_was_said_and_not_what_an_overtaken_run_would_have_said(
    shop: House,
) -> None:
    follow(shop)

    def stop(operation: str) -> None:
        if operation == "transact_write_items":
            raise Killed

    message = shop.message(praise("r-1", author="kim"))
    told: list[str] = []
    shop.dynamodb = Watched(shop.raw, stop)
    with pytest.raises(Killed):
        shop.route(message)
    shop.dynamodb = shop.raw
    shop.route(message)
    for native in ("r-1", "r-2"):
        review = (
            shop.say(praise("r-2")) if native == "r-2" else review_id(BUSINESS, "standard", native)
        )
        told += [
            each.detail["variant"]
            for each in shop.log.of_review(review)
            if each.kind is Kind.ACKNOWLEDGED
        ]
    pages = [item["variant"] for item in shop.items() if item["pk"].startswith("PAGE#")]
    assert pages == [told[1]]
    assert told[0] != told[1]


def test_a_policy_that_only_an_earlier_release_took_stops_no_review(
    shop: House, caplog: pytest.LogCaptureFixture
) -> None:
    document = playbook()
    document["rules"].insert(
        0, {"id": "R05-brazil", "when": {"language": ["pt-BR"]}, "then": {"route": "follow_up"}}
    )
    follow(shop, **document)
    review = shop.say(praise("r-1"))
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert (
        shop.log.of_review(review)[0].detail["policy"]
        == default_policy().hash
        == policy_of(BUSINESS, shop.setup).hash
    )
    assert "rules[0].when.language[0]" in caplog.text
