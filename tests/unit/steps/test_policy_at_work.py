"""What a business's policy does to its reviews, on real storage.

Waits, caps, wordings that are not repeated, and decisions that can be made again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from heard.assessment import Assessment, Flag
from heard.commitments import CommitmentKind
from heard.connectors import HttpResponse
from heard.outcomes import Kind
from heard.policy import Context, ThreadState, decide, load_policy
from heard.reviews import EventKind
from heard.steps.deciding import inputs_content
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    NOON,
    PRAISE,
    Backend,
    complaint,
    praise,
    review_event,
)


def accept_reply(*_: Any, **__: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def publish(shop: Backend, **document: Any) -> None:
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, document))


def test_an_acknowledgement_waits_for_the_end_of_the_quiet_hours_and_the_sweep_sends_it(
    shop: Backend,
) -> None:
    publish(shop, name="ours", quiet_hours={"from": "11:00", "to": "15:00"})  # it is noon
    review = shop.deliver(praise("r-1"))
    assert shop.kinds(review) == [Kind.ACCEPTED]

    shop.clock.advance(hours=2, minutes=50)
    shop.sweep()
    shop.process_queue()
    assert shop.kinds(review) == [Kind.ACCEPTED]

    shop.clock.advance(minutes=15)
    shop.sweep()
    shop.process_queue()
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED]
    shop.check_invariants(PRAISE)


def test_praise_edited_into_a_complaint_while_its_acknowledgement_waits_is_not_acknowledged(
    shop: Backend,
) -> None:
    publish(shop, name="ours", acknowledgements={"delay": 3600})
    review = shop.deliver(praise("r-1"))
    shop.deliver(complaint("r-1", kind=EventKind.EDITED, revision=2))
    shop.clock.advance(hours=2)
    shop.sweep()
    shop.process_queue()

    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.REVISED, Kind.FOLLOW_UP_OPENED]
    assert shop.case(review).thread.slots == ()


def test_a_policy_may_allow_fewer_public_replies_than_two_and_never_more(shop: Backend) -> None:
    publish(shop, name="ours", caps={"public_replies": 1})
    review = shop.deliver(praise("r-1"))

    assert shop.case(review).thread.public_replies == 1
    assert shop.case(review).thread.public_replies_left == 0


def test_neither_an_author_nor_a_page_gets_the_same_variant_twice_in_a_row(shop: Backend) -> None:
    variants: dict[str, list[str]] = {}
    for number in range(14):
        author = f"author-{number % 3}"
        shop.clock.advance(
            hours=13
        )  # nobody gets more automatic replies than there may be in a day
        review = shop.deliver(praise(f"r-{number}", author=author))
        (acknowledged,) = [
            outcome
            for outcome in shop.outcome_log.of_review(review)
            if outcome.kind is Kind.ACKNOWLEDGED
        ]
        for reader in (author, "the page"):
            variants.setdefault(reader, []).append(acknowledged.detail["variant"])

    assert all(
        one != another for said_to in variants.values() for one, another in pairwise(said_to)
    )
    assert len(set(variants["the page"])) >= 3


def test_an_earlier_complaint_is_flagged_on_the_authors_next_review(shop: Backend) -> None:
    shop.deliver(complaint("r-1", author="kim"))
    for native_id, event, flag in (
        ("r-2", complaint("r-2", author="kim"), Flag.REPEAT_COMPLAINER),
        ("r-3", praise("r-3", author="kim"), Flag.RECOVERED),
    ):
        review = shop.deliver(event)
        assert flag in (shop.cases.revision(shop.case(review).review).assessment or {})["flags"], (
            native_id
        )
        shop.check_invariants()


def test_a_decision_can_be_repeated_from_stored_inputs_and_the_log_has_their_digest(
    shop: Backend,
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
    first = shop.deliver(praise("r-1", author="kim"))
    shop.cases.vault.put_value(shop.case(first).review.author, 80)
    review = shop.deliver(praise("r-2", author="kim"))
    revision, detail = (
        shop.cases.revision(shop.case(review).review),
        shop.outcome_log.of_review(review)[0].detail,
    )
    assert revision.assessment
    assert revision.context
    decision = decide(
        Assessment.from_json(revision.assessment),
        Context.from_json(revision.context),
        load_policy(_published_policy(shop)),
        NOON,
    )

    assert "own-regulars" in decision.fired
    assert (list(decision.fired), decision.policy_hash, decision.route.value) == (
        detail["rules"],
        detail["policy"],
        detail["route"],
    )
    author = shop.case(review).review.author
    content = inputs_content(revision.assessment, revision.context)
    assert detail["inputs"] == shop.cases.vault.commitment(author, CommitmentKind.INPUTS, content)


def test_the_policy_context_has_the_threads_state(shop: Backend) -> None:
    review = shop.deliver(praise("r-1"))
    shop.clock.advance(minutes=1)
    shop.deliver(
        review_event(
            "r-1",
            "It was fine, thank you all, still fine after a week.",
            4,
            kind=EventKind.EDITED,
            revision=2,
        )
    )

    assert (shop.cases.revision(shop.case(review).review).context or {})[
        "thread"
    ] == ThreadState.ACKNOWLEDGED


def _published_policy(shop: Backend) -> Any:
    business = shop.setup_store.business(BUSINESS)
    assert business
    return business.policy
