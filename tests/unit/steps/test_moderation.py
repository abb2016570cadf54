"""What becomes of a reply that a platform accepted, and then moderates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import Author, EventKind, ReviewEvent, time_revision
from heard.steps import desk
from heard.steps.moderation import check_moderation
from heard.storage.replies import MODERATION_CHECK_DELAYS
from heard_simulator.server import CallKind, FaultMode
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    NOON,
    PRAISE,
    Backend,
    FunctionStopped,
    InterceptedClient,
    praise,
)

PLATFORM = "google_business"
REVIEW_NAME = "accounts/100000000000000000001/locations/20000000000000000001/reviews/r-1"
TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
KINDS_BEFORE = [Kind.ACCEPTED, Kind.ACKNOWLEDGED]

pytestmark = pytest.mark.loopback


@pytest.fixture
def shop(simulated_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """A business at Google, which decides nothing by itself in these tests."""
    simulated_backend.connect(PLATFORM)
    assert simulated_backend.platforms is not None
    monkeypatch.setattr(
        type(simulated_backend.platforms.get(PLATFORM)), "MODERATION_DELAY", timedelta(days=999)
    )
    return simulated_backend


def write_review(shop: Backend, text: str = PRAISE, stars: str = "FIVE") -> str:
    """Write a review at Google and deliver it; its id."""
    assert shop.platforms is not None
    now = shop.clock()
    shop.platforms.set_resource(
        PLATFORM,
        REVIEW_NAME,
        {
            "starRating": stars,
            "comment": text,
            "createTime": format_time(now),
            "updateTime": format_time(now),
        },
    )
    rating = 5 if stars == "FIVE" else 1
    event = ReviewEvent(
        EventKind.CREATED,
        REVIEW_NAME,
        REVIEW_NAME,
        time_revision(now),
        Author("a"),
        rating,
        text=text,
        occurred_at=now,
    )
    return shop.deliver(event, PLATFORM)


def moderate_reply(shop: Backend, state: str, **extra: str) -> None:
    """Let Google decide about the reply there."""
    assert shop.platforms is not None
    reply: dict[str, Any] = shop.platforms.get(PLATFORM).resources[REVIEW_NAME]["reviewReply"]  # type: ignore[attr-defined]
    shop.platforms.set_resource(
        PLATFORM,
        REVIEW_NAME,
        {"reviewReply": {"comment": reply["comment"], "reviewReplyState": state, **extra}},
    )


def sweep_after(shop: Backend, wait: timedelta) -> list[Any]:
    """Run the sweep after some time, and then the moderation checks that it queued."""
    shop.clock.now += wait
    shop.sweep()
    return shop.process_poll_queue()


def has_sweep_entry(shop: Backend) -> bool:
    """Whether the sweep has a reply on its list."""
    return any(
        "sweep_at" in item for item in shop.stored_items() if item["sk"].startswith("REPLY#")
    )


def reply_slot(shop: Backend) -> tuple[str, str]:
    """The one reply and its thread."""
    (item,) = [item for item in shop.stored_items() if item["sk"].startswith("REPLY#")]
    return item["thread"], item["id"]


def ask_moderation(shop: Backend) -> str:
    check = check_moderation(
        *reply_slot(shop), shop.store_ports, shop.platform_ports, shop.review_queue, shop.clock()
    )
    return check.status


def test_a_published_reply_is_an_outcome_and_not_asked_about_again(shop: Backend) -> None:
    review = write_review(shop)
    assert sweep_after(shop, timedelta(minutes=9)) == []
    moderate_reply(shop, "APPROVED")
    assert sweep_after(shop, timedelta(minutes=1)) == ["published"]
    assert shop.kinds(review) == [*KINDS_BEFORE, Kind.REPLY_PUBLISHED]
    assert shop.outcome_log.of_review(review)[-1].detail["native_id"] == f"{REVIEW_NAME}/reply"

    assert [ask_moderation(shop), ask_moderation(shop)] == ["published", "published"]
    assert not has_sweep_entry(shop)
    assert shop.kinds(review) == [*KINDS_BEFORE, Kind.REPLY_PUBLISHED]
    assert shop.queued_messages() == []
    shop.check_invariants(PRAISE)


def test_a_removed_reply_gives_the_review_to_a_person(shop: Backend) -> None:
    review = write_review(shop)
    moderate_reply(shop, "REJECTED", policyViolation="PERSONAL_INFO")
    assert sweep_after(shop, MODERATION_CHECK_DELAYS[0]) == ["removed"]
    assert shop.kinds(review) == [
        *KINDS_BEFORE,
        Kind.REPLY_REMOVED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    assert shop.outcome_log.of_review(review)[2].detail["reason"] == "PERSONAL_INFO"
    assert shop.case(review).thread.public_replies == 1  # R04: onlookers may have read it
    assert [follow_up.why for follow_up in shop.open_follow_ups()] == ["moderation"]
    assert shop.step_functions.executions == {}

    shop.process_queue()
    shop.run_workflows()
    assert [execution.state for execution in shop.step_functions.executions.values()] == ["waiting"]
    assert ask_moderation(shop) == "removed"
    shop.process_queue()
    shop.run_workflows()
    assert len(shop.step_functions.executions) == 1
    assert shop.kinds(review)[2:] == [Kind.REPLY_REMOVED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    shop.check_invariants(PRAISE)


def test_the_persons_reply_takes_the_last_slot_and_is_asked_about_too(shop: Backend) -> None:
    review = write_review(shop)
    moderate_reply(shop, "REJECTED")
    sweep_after(shop, MODERATION_CHECK_DELAYS[0])
    shop.process_queue()
    shop.run_workflows()
    resolve(shop, Action.REPLY)
    moderate_reply(shop, "APPROVED")
    assert sweep_after(shop, MODERATION_CHECK_DELAYS[0]) == ["published"]
    assert shop.kinds(review)[-2:] == [Kind.ANSWERED, Kind.REPLY_PUBLISHED]
    assert shop.case(review).thread.public_replies_left == 0
    shop.check_invariants(PRAISE, TEXT)


def visible_replies(shop: Backend) -> list[str]:
    """Our reply as Google shows it."""
    assert shop.platforms is not None
    return [reply.text for reply in shop.platforms.replies() if reply.removed_at is None]


def acknowledged_then_edited_worse(shop: Backend) -> tuple[str, str]:
    """A review that was acknowledged, then edited for the worse, so that a person has it.

    Returns its id and the acknowledgement.
    """
    review = write_review(shop)
    (acknowledgement,) = visible_replies(shop)
    shop.clock.advance(minutes=5)
    assert write_review(shop, COMPLAINT, "ONE") == review
    return review, acknowledgement


def test_a_persons_reply_replaces_the_acknowledgement_at_google_and_both_are_stored(
    shop: Backend,
) -> None:
    review, acknowledgement = acknowledged_then_edited_worse(shop)
    resolve(shop, Action.REPLY)
    person_reply = shop.cases.replies(shop.case(review).thread.id)[-1].text

    assert TEXT in person_reply
    assert visible_replies(shop) == [person_reply]
    assert [reply.text for reply in shop.cases.replies(shop.case(review).thread.id)] == [
        acknowledgement,
        person_reply,
    ]
    assert shop.case(review).thread.public_replies == 2  # R04: both were read
    assert shop.kinds(review)[-1] is Kind.ANSWERED
    assert shop.open_follow_ups() == []
    shop.check_invariants(PRAISE, COMPLAINT, TEXT)


def test_a_reply_never_replaces_what_the_owner_wrote_at_google(
    shop: Backend,
) -> None:
    review, _ = acknowledged_then_edited_worse(shop)
    assert shop.platforms is not None
    shop.platforms.set_resource(
        PLATFORM,
        REVIEW_NAME,
        {"reviewReply": {"comment": "I rang you. The owner", "reviewReplyState": "APPROVED"}},
    )
    resolve(shop, Action.REPLY)

    assert (
        shop.platforms.get(PLATFORM).resources[REVIEW_NAME]["reviewReply"]["comment"]
        == "I rang you. The owner"
    )  # type: ignore[attr-defined]
    rejected = next(
        outcome
        for outcome in shop.outcome_log.of_review(review)
        if outcome.kind is Kind.REPLY_REJECTED
    )
    assert rejected.detail["reason"] == "already_answered"
    assert [(follow_up.status, follow_up.why) for follow_up in shop.open_follow_ups()] == [
        (Status.OPEN, "reply_rejected")
    ]
    assert shop.case(review).thread.public_replies == 1
    shop.check_invariants(PRAISE, COMPLAINT, TEXT)


def test_an_erased_acknowledgement_is_no_longer_recognised_as_ours(
    shop: Backend,
) -> None:
    review = write_review(shop)
    replies_before = visible_replies(shop)
    shop.cases.vault.erase(shop.case(review).review.author, NOON)
    shop.clock.advance(minutes=5)
    write_review(shop, COMPLAINT, "ONE")
    resolve(shop, Action.REPLY)

    assert visible_replies(shop) == replies_before
    assert [follow_up.why for follow_up in shop.open_follow_ups()] == ["reply_rejected"]
    shop.check_invariants(PRAISE, COMPLAINT, TEXT)


def test_a_reply_pending_for_a_week_gives_the_review_to_a_person(shop: Backend) -> None:
    review = write_review(shop)
    results = [result for wait in MODERATION_CHECK_DELAYS for result in sweep_after(shop, wait)]
    assert results == ["pending"] * len(MODERATION_CHECK_DELAYS)
    assert shop.kinds(review) == [
        *KINDS_BEFORE,
        Kind.REPLY_UNKNOWN,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    assert not has_sweep_entry(shop)
    shop.process_queue()
    shop.run_workflows()
    shop.check_invariants(PRAISE)


def test_a_reply_that_cannot_be_found_becomes_unknown_and_reopens_nothing(
    shop: Backend,
) -> None:
    review = write_review(shop)
    assert shop.platforms is not None
    shop.platforms.set_resource(
        PLATFORM,
        REVIEW_NAME,
        {"reviewReply": {"comment": "Somebody else's words.", "reviewReplyState": "APPROVED"}},
    )
    for wait in MODERATION_CHECK_DELAYS:
        assert shop.kinds(review) == KINDS_BEFORE
        sweep_after(shop, wait)
    assert shop.kinds(review) == [*KINDS_BEFORE, Kind.REPLY_UNKNOWN]
    assert not has_sweep_entry(shop)
    assert shop.queued_messages() == []
    shop.check_invariants(PRAISE)


def test_a_platform_that_is_down_is_asked_longer_before_the_reply_becomes_unknown(
    shop: Backend,
) -> None:
    review = write_review(shop)
    assert shop.platforms is not None
    shop.platforms.add_fault(PLATFORM, FaultMode.DOWN, times=None, call_kind=CallKind.ALL)
    for wait in (*MODERATION_CHECK_DELAYS, *(MODERATION_CHECK_DELAYS[-1],) * 2):
        assert sweep_after(shop, wait) == ["cannot_tell"]
        assert shop.kinds(review) == KINDS_BEFORE
    sweep_after(shop, MODERATION_CHECK_DELAYS[-1])
    assert shop.outcome_log.of_review(review)[-1].detail["reason"] == "fault"
    assert not has_sweep_entry(shop)


def test_removing_the_connection_ends_the_moderation_checks(shop: Backend) -> None:
    review = write_review(shop)
    shop.setup_store.remove_connection(f"con-{PLATFORM}-{BUSINESS}")
    for wait in MODERATION_CHECK_DELAYS:
        sweep_after(shop, wait)
    assert shop.outcome_log.of_review(review)[-1].detail["reason"] == "no_connection"
    assert shop.kinds(review) == [*KINDS_BEFORE, Kind.REPLY_UNKNOWN]


def test_a_review_that_was_withdrawn_stays_closed(shop: Backend) -> None:
    review = write_review(shop)
    shop.deliver(
        ReviewEvent(EventKind.WITHDRAWN, REVIEW_NAME, REVIEW_NAME, "~", Author("a")), PLATFORM
    )
    moderate_reply(shop, "REJECTED")
    sweep_after(shop, MODERATION_CHECK_DELAYS[0])

    assert shop.kinds(review)[-1] is Kind.REPLY_REMOVED
    assert shop.open_follow_ups() == []
    assert shop.queued_messages() == []
    shop.check_invariants(PRAISE)


def test_erasing_the_author_ends_the_moderation_checks_without_an_outcome(shop: Backend) -> None:
    review = write_review(shop)
    shop.cases.vault.erase(shop.case(review).review.author, NOON)
    assert sweep_after(shop, MODERATION_CHECK_DELAYS[0]) == ["erased"]
    assert ask_moderation(shop) == "erased"
    assert not has_sweep_entry(shop)
    assert shop.kinds(review) == KINDS_BEFORE


def resolve(shop: Backend, action: Action) -> None:
    (follow_up,) = shop.open_follow_ups()
    ana = shop.add_person("Ana")
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    codes: dict[str, Any] = {"fix": "refunded", "root_cause": "double-charge"}
    codes |= {"promised_for": shop.clock() + timedelta(days=3)} if action is Action.PROMISE else {}
    desk.resolve(
        ana,
        follow_up.id,
        desk.ResolutionRequest("resolution-1", action, fence, text=TEXT, **codes),
        shop.desk,
        shop.clock(),
    )
    shop.run_workflows()


@pytest.mark.parametrize(
    ("action", "status"),
    [(Action.INVITE_PRIVATE, Status.INVITED), (Action.PROMISE, Status.PROMISED)],
)
def test_a_removed_reply_reopens_the_follow_up_it_announced(
    shop: Backend, action: Action, status: Status
) -> None:
    review = write_review(shop, COMPLAINT, "ONE")
    resolve(shop, action)
    assert [follow_up.status for follow_up in shop.open_follow_ups()] == [status]
    moderate_reply(shop, "REJECTED")
    sweep_after(shop, MODERATION_CHECK_DELAYS[0])
    (follow_up,) = shop.open_follow_ups()

    assert (follow_up.status, follow_up.invited, follow_up.promised_for, follow_up.why) == (
        Status.OPEN,
        False,
        None,
        "moderation",
    )
    assert shop.kinds(review)[-1] is Kind.REPLY_REMOVED
    shop.check_invariants(COMPLAINT, TEXT)


def test_a_removed_acknowledgement_does_not_change_an_open_follow_up(
    shop: Backend,
) -> None:
    review = write_review(shop)
    shop.clock.advance(minutes=1)
    write_review(shop, COMPLAINT, "ONE")
    before = shop.open_follow_ups()
    moderate_reply(shop, "REJECTED")
    sweep_after(shop, MODERATION_CHECK_DELAYS[0])

    assert len(before) == 1
    assert shop.open_follow_ups() == before
    assert shop.kinds(review)[-1] is Kind.REPLY_REMOVED
    shop.check_invariants()


def test_a_repeated_run_starts_the_workflow_after_a_crash_behind_the_outcome(
    shop: Backend,
) -> None:
    review = write_review(shop)
    moderate_reply(shop, "REJECTED")
    shop.clock.now += MODERATION_CHECK_DELAYS[0]

    class FailingQueue:
        def send(self, _: object) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        check_moderation(
            *reply_slot(shop), shop.store_ports, shop.platform_ports, FailingQueue(), shop.clock()
        )  # type: ignore[arg-type]
    kinds = shop.kinds(review)
    assert ask_moderation(shop) == "removed"
    assert shop.kinds(review) == kinds
    assert [message["resume"] for message in shop.queued_messages()] == [review]


def test_of_two_concurrent_runs_one_writes_the_outcome(shop: Backend) -> None:
    review = write_review(shop)
    moderate_reply(shop, "REJECTED")
    pending = [True]

    def act_first(operation: str) -> None:
        if operation == "transact_write_items" and pending:
            pending.clear()
            shop.dynamodb = shop.plain_dynamodb
            ask_moderation(shop)

    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, act_first)
    assert ask_moderation(shop) == "removed"
    assert shop.kinds(review) == [
        *KINDS_BEFORE,
        Kind.REPLY_REMOVED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]


def test_a_crash_between_sending_and_recording_still_leads_to_a_moderation_check(
    shop: Backend,
) -> None:
    operations: list[str] = []

    def stop(operation: str) -> None:
        operations.append(operation)
        if operation == "transact_write_items" and operations.count("transact_write_items") == 2:
            raise FunctionStopped

    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, stop)
    with pytest.raises(FunctionStopped):
        write_review(shop)
    shop.dynamodb = shop.plain_dynamodb
    moderate_reply(shop, "APPROVED")
    assert ask_moderation(shop) == "not_sent"
    shop.clock.advance(minutes=20)
    shop.sweep()
    shop.process_queue()
    (review,) = {
        item["review"]["id"]
        for item in shop.stored_items()
        if "review" in item and item["sk"] == "STATE"
    }
    assert shop.kinds(review) == KINDS_BEFORE
    shop.process_poll_queue()
    sweep_after(shop, timedelta(hours=2))
    assert shop.kinds(review) == [*KINDS_BEFORE, Kind.REPLY_PUBLISHED]


def test_a_platform_that_does_not_moderate_is_never_asked(backend: Backend) -> None:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda *_, **__: HttpResponse(201, {}, b"{}")
    review = backend.deliver(praise("r-1"))
    assert backend.kinds(review) == KINDS_BEFORE
    backend.clock.advance(days=2)
    assert backend.sweep().moderation_checks == 0


def test_two_concurrent_sweeps_may_ask_twice_and_count_one_moderation_check(
    shop: Backend,
) -> None:
    """A question is queued before it is counted. Else it could be counted and never asked."""
    write_review(shop)
    shop.clock.now += MODERATION_CHECK_DELAYS[0]
    pending = [True]

    def act_first(operation: str) -> None:
        if operation == "put_item" and pending:
            pending.clear()
            shop.dynamodb = shop.plain_dynamodb
            assert shop.sweep().moderation_checks == 1

    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, act_first)
    assert shop.sweep().moderation_checks == 1
    (reply,) = [item for item in shop.stored_items() if item["sk"].startswith("REPLY#")]
    assert reply["check_count"] == 1
    assert shop.process_poll_queue() == ["pending", "pending"]
