"""Acknowledgements that wait, and what may happen in the meantime.

None is forgotten, and none is sent beside a person's reply or to other words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import Fault, PlatformUnavailable
from heard.follow_ups import Action
from heard.outcomes import Kind
from heard.policy import default_policy
from heard.policy.document import playbook
from heard.reviews import EventKind, review_id
from heard.steps import desk
from heard.steps.deciding import policy_of
from heard.steps.desk import ResolutionRequest
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    NOON,
    PRAISE,
    Backend,
    FunctionStopped,
    InterceptedClient,
    complaint,
    praise,
    review_event,
)

TEXT = "How good to hear that we did better this time; the whole team read it at breakfast."


@dataclass
class ReplyReceiver:
    """The replies that a platform accepted; while it is `down`, it may or may not have them."""

    down: bool = False
    bodies: list[bytes] = field(default_factory=list[bytes])

    def __call__(self, method: str, _url: str, *, body: bytes = b"", **_: Any) -> HttpResponse:
        if self.down:
            raise PlatformUnavailable("It does not respond.", maybe_applied=True)
        if method != "POST":
            return HttpResponse(404, {}, b"")
        self.bodies.append(body)
        return HttpResponse(201, {}, b"{}")


@pytest.fixture
def platform() -> ReplyReceiver:
    return ReplyReceiver()


@pytest.fixture
def shop(backend: Backend, platform: ReplyReceiver) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = platform
    publish_policy(backend, quiet_hours={"from": "11:00", "to": "15:00"})  # it is noon
    return backend


def publish_policy(shop: Backend, **document: Any) -> None:
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, {"name": "ours", **document}))


def end_quiet_hours(shop: Backend) -> None:
    """Let the quiet hours end."""
    shop.clock.advance(hours=3, minutes=5)
    shop.sweep()
    shop.process_queue()
    shop.check_invariants(PRAISE)


def praise_after_complaint(shop: Backend) -> str:
    """Praise by an author who complained before: it is acknowledged, and a person gets it."""
    shop.deliver(complaint("r-1", author="kim"))
    return shop.deliver(praise("r-2", author="kim"))


def test_a_waiting_acknowledgement_is_sent_beside_an_open_follow_up(
    shop: Backend, platform: ReplyReceiver
) -> None:
    review = praise_after_complaint(shop)
    end_quiet_hours(shop)
    assert shop.kinds(review)[-1] is Kind.REPLY_SENT
    shop.clock.advance(hours=1)
    assert shop.sweep().resumed == 0
    assert len(platform.bodies) == 1


def test_a_persons_earlier_reply_replaces_a_waiting_acknowledgement(
    shop: Backend, platform: ReplyReceiver
) -> None:
    review, ana = praise_after_complaint(shop), shop.add_person("Ana")
    follow_up = shop.case(review).follow_up
    assert follow_up
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = ResolutionRequest(
        action=Action.INVITE_PRIVATE, fence=fence, id="resolution-1", text=TEXT
    )
    desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
    shop.run_workflows()
    assert shop.case(review).thread.public_replies == 1

    end_quiet_hours(shop)
    assert [TEXT in body.decode() for body in platform.bodies] == [True]


def test_a_waiting_acknowledgement_is_cancelled_by_a_follow_up_in_its_thread(
    shop: Backend, platform: ReplyReceiver
) -> None:
    first = shop.deliver(praise("r-1", thread="t-1"))
    shop.deliver(complaint("r-2", thread="t-1", author="other"))
    end_quiet_hours(shop)

    assert shop.kinds(first) == [Kind.ACCEPTED, Kind.FOLLOW_UP_JOINED]
    assert shop.case(first).thread.slots == ()
    assert platform.bodies == []


def test_a_review_answered_at_the_platform_is_not_acknowledged_as_well(
    shop: Backend, platform: ReplyReceiver
) -> None:
    review = shop.deliver(praise("r-1"))
    shop.deliver(praise("r-1", kind=EventKind.REPLY_SEEN, revision=2))
    assert shop.case(review).thread.public_replies == 0
    end_quiet_hours(shop)
    shop.deliver(praise("r-1"))
    assert platform.bodies == []


def test_erasing_an_author_closes_a_review_whose_acknowledgement_waits(
    shop: Backend, platform: ReplyReceiver
) -> None:
    review = shop.deliver(praise("r-1"))
    shop.cases.vault.erase(shop.case(review).review.author, NOON)
    end_quiet_hours(shop)
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.IGNORED]
    assert platform.bodies == []


def test_an_unsent_acknowledgement_takes_no_slot_when_the_review_is_edited(
    shop: Backend, platform: ReplyReceiver
) -> None:
    publish_policy(shop, caps={"public_replies": 1}, acknowledgements={"delay": 3600})
    review = shop.deliver(praise("r-1"))
    shop.deliver(
        review_event("r-1", f"{PRAISE} See you soon!", 5, kind=EventKind.EDITED, revision=2)
    )
    end_quiet_hours(shop)
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.ACKNOWLEDGED]
    assert len(platform.bodies) == 1


def test_a_lost_acknowledgement_is_not_sent_after_the_review_became_a_complaint(
    shop: Backend, platform: ReplyReceiver
) -> None:
    publish_policy(shop)
    platform.down = True
    with pytest.raises(Fault):
        shop.run_route_workflow(shop.queue_message(praise("r-1")))
    platform.down = False
    review = shop.deliver(complaint("r-1", kind=EventKind.EDITED, revision=2))
    shop.check_invariants()
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.FOLLOW_UP_OPENED]
    assert platform.bodies == []


def test_a_page_records_the_variant_that_was_sent_and_not_that_of_a_stopped_run(
    shop: Backend,
) -> None:
    publish_policy(shop)

    def stop(operation: str) -> None:
        if operation == "transact_write_items":
            raise FunctionStopped

    message = shop.queue_message(praise("r-1", author="kim"))
    sent_variants: list[str] = []
    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, stop)
    with pytest.raises(FunctionStopped):
        shop.run_route_workflow(message)
    shop.dynamodb = shop.plain_dynamodb
    shop.run_route_workflow(message)
    for native_id in ("r-1", "r-2"):
        review = (
            shop.deliver(praise("r-2"))
            if native_id == "r-2"
            else review_id(BUSINESS, "standard", native_id)
        )
        sent_variants += [
            outcome.detail["variant"]
            for outcome in shop.outcome_log.of_review(review)
            if outcome.kind is Kind.ACKNOWLEDGED
        ]
    page_variants = [
        item["variant"] for item in shop.stored_items() if item["pk"].startswith("PAGE#")
    ]
    assert page_variants == [sent_variants[1]]
    assert sent_variants[0] != sent_variants[1]


def test_a_policy_accepted_only_by_an_earlier_release_blocks_no_review(
    shop: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    document = playbook()
    document["rules"].insert(
        0, {"id": "R05-brazil", "when": {"language": ["pt-BR"]}, "then": {"route": "follow_up"}}
    )
    publish_policy(shop, **document)
    review = shop.deliver(praise("r-1"))
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    assert (
        shop.outcome_log.of_review(review)[0].detail["policy"]
        == default_policy().hash
        == policy_of(BUSINESS, shop.setup_store).hash
    )
    assert "rules[0].when.language[0]" in caplog.text
