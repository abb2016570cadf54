"""A state that cannot be read stops what is about it alone: nothing is lost, all else goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import ConflictError, DamagedState
from heard.follow_ups import Action, FollowUp, Status
from heard.outcomes import Kind
from heard.steps import desk
from heard.steps.caller import Caller
from heard.steps.desk_view import follow_up_rows
from heard.steps.reply import carry_out
from heard.steps.skipping import SkippedItem
from heard.storage.keys import partition_key
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, Backend, complaint

TEXT = "Both payments are found, and one went back today."
ANSWER = {"text": TEXT, "fix": "refunded", "root_cause": "double-charge", "note": "Ask Bo."}


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


def put_attribute(backend: Backend, pk: str, sk: str, name: str, value: object) -> None:
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["CasesTable"],
        Key=attributes({"pk": pk, "sk": sk}),
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues=attributes({":value": value}),
    )


def item_of(backend: Backend, pk: str, sk: str) -> dict[str, Any]:
    (item,) = [item for item in backend.stored_items() if (item["pk"], item["sk"]) == (pk, sk)]
    return item


def empty_review(backend: Backend, review: str) -> None:
    put_attribute(backend, partition_key(review), "STATE", "review", {"id": review})


def scramble_review(backend: Backend, review: str) -> None:
    put_attribute(backend, partition_key(review), "STATE", "review", "?")


def lose_state(backend: Backend, review: str) -> None:
    """If it is the thread's first review, what was said in the thread is gone with it."""
    key = attributes({"pk": partition_key(review), "sk": "STATE"})
    backend.plain_dynamodb.delete_item(TableName=backend.tables["CasesTable"], Key=key)


DAMAGES: Mapping[str, Callable[[Backend, str], None]] = {
    "fields are missing": empty_review,
    "it is no review": scramble_review,
    "it is gone": lose_state,
}


def restore_state(backend: Backend, item: Mapping[str, Any]) -> None:
    backend.plain_dynamodb.put_item(
        TableName=backend.tables["CasesTable"], Item=attributes(dict(item))
    )


def two_complaints(shop: Backend) -> tuple[list[str], FollowUp, Caller]:
    """One thread with two complaints. The first one shares its item with the thread."""
    ana = shop.add_person("Ana")
    reviews = [shop.deliver(complaint("r-1")), shop.deliver(complaint("r-2", thread="r-1"))]
    follow_up = shop.case(reviews[0]).follow_up
    assert follow_up
    assert follow_up.reviews == tuple(reviews)
    return reviews, follow_up, ana


def resolve(
    shop: Backend, follow_up: FollowUp, ana: Caller, id: str = "answer-0001", **fields: Any
) -> FollowUp:
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(
        **({"id": id, "action": Action.REPLY, "fence": fence} | ANSWER | fields)
    )
    return desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock()).follow_up


def left_out(follow_up: FollowUp) -> SkippedItem:
    return SkippedItem(f"{follow_up.id}/FOLLOW_UP", "DamagedState")


WITHOUT_REPLY: Mapping[str, Any] = {"action": Action.RESOLVE_WITHOUT_REPLY, "text": None}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("place", [0, 1], ids=["the first review", "the second review"])
def test_of_two_reviews_the_readable_one_is_answered_and_the_other_stays_with_a_person(
    shop: Backend,
    place: int,
    damage: Callable[[Backend, str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    bad, sound = reviews[place], reviews[1 - place]
    item = item_of(shop, partition_key(bad), "STATE")
    damage(shop, bad)

    with caplog.at_level(logging.ERROR):
        details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    views = {review["id"]: review for review in details["reviews"]}
    assert views[bad] == {"id": bad, "damaged": True, "unreadable": True}
    assert "charged my card" in views[sound]["text"]
    assert "resolve_without_reply" in details["actions"]
    (row,) = follow_up_rows([follow_up], shop.cases, shop.clock(), words=True)
    assert row["reviews_count"] == 2

    is_thread_gone = damage is lose_state and place == 0
    fields = WITHOUT_REPLY if is_thread_gone else {}
    resolve(shop, follow_up, ana, **fields)
    shop.run_workflows()
    shop.sweep()

    left = shop.cases.follow_up(follow_up.id)
    closing = Kind.RESOLVED_WITHOUT_REPLY if is_thread_gone else Kind.ANSWERED
    assert shop.kinds(sound)[-1] is closing
    assert closing not in shop.kinds(bad)
    assert (left.status, left.reviews, left.resolution) == (Status.OPEN, (bad,), None)
    assert partition_key(bad) in caplog.text
    assert "charged" not in caplog.text

    shop.clock.now += timedelta(days=3)
    for _ in range(2):
        assert left_out(follow_up) in shop.sweep().skipped
        shop.run_workflows()
        shop.clock.advance(minutes=5)

    restore_state(shop, item)
    shop.process_queue()
    details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    assert "charged my card" in details["reviews"][0]["text"]
    resolve(shop, left, ana, "answer-0002", **WITHOUT_REPLY)
    shop.run_workflows()
    assert shop.kinds(bad)[-1] is Kind.RESOLVED_WITHOUT_REPLY
    assert shop.cases.follow_up(follow_up.id).status is Status.CLOSED


def test_the_same_answer_again_is_no_error_when_it_closed_all_that_can_be_read(
    shop: Backend,
) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    empty_review(shop, reviews[1])
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(id="answer-1", action=Action.REPLY, fence=fence, **ANSWER)
    for _ in range(2):
        desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
        shop.run_workflows()

    assert shop.kinds(reviews[0]).count(Kind.ANSWERED) == 1
    assert shop.cases.follow_up(follow_up.id).last_resolution_end == Action.REPLY.value


def test_the_same_answer_again_is_no_error_while_what_it_covers_cannot_be_read(
    shop: Backend,
) -> None:
    ana, review = shop.add_person("Ana"), shop.deliver(complaint("r-1"))
    (follow_up,) = shop.follow_ups()
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(id="answer-1", action=Action.REPLY, fence=fence, **ANSWER)
    desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
    item = item_of(shop, partition_key(review), "STATE")
    empty_review(shop, review)

    again = desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock()).follow_up
    assert again.status is Status.RESOLVING
    restore_state(shop, item)
    shop.run_workflows()
    assert shop.kinds(review).count(Kind.ANSWERED) == 1


def test_the_sweep_queues_an_answer_that_covers_one_review_that_can_be_read(shop: Backend) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    resolve(shop, follow_up, ana)
    shop.sqs.purge_queue(QueueUrl=shop.queue_url)
    empty_review(shop, reviews[1])
    shop.clock.advance(minutes=30)

    assert left_out(follow_up) in shop.sweep().skipped
    (message,) = shop.queued_messages()
    assert (message["carry_out"], message["review"]) == (follow_up.id, reviews[0])


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("claims_first", [False, True])
def test_a_review_alone_that_cannot_be_read_is_shown_and_refused_with_a_reason(
    shop: Backend, damage: Callable[[Backend, str], None], *, claims_first: bool
) -> None:
    ana, review = shop.add_person("Ana"), shop.deliver(complaint("r-1"))
    (follow_up,) = shop.follow_ups()
    if claims_first:
        desk.claim(ana, follow_up.id, shop.desk, shop.clock())
    item = item_of(shop, partition_key(review), "STATE")
    damage(shop, review)

    details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    assert details["reviews"] == [{"id": review, "damaged": True, "unreadable": True}]
    assert details["actions"] == []
    assert "None of the reviews" in details["no_reply_why"]
    assert details["no_reply_code"] == "unreadable"
    with pytest.raises(ConflictError) as refusal:
        resolve(shop, follow_up, ana)
    assert refusal.value.reason == "unreadable"
    shop.clock.now += timedelta(days=3)
    assert shop.sweep().skipped == (left_out(follow_up),)

    restore_state(shop, item)
    resolve(shop, follow_up, ana)
    shop.run_workflows()
    assert shop.kinds(review)[-1] is Kind.ANSWERED
    shop.check_invariants()


def test_in_a_thread_that_cannot_be_read_nothing_is_said_and_all_is_resolved_without_a_reply(
    shop: Backend,
) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    place = (partition_key(reviews[0]), "STATE")
    put_attribute(shop, *place, "thread", {"slots": "?"})

    details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    assert details["public_replies_left"] == 0
    assert "R04" in details["no_reply_why"]
    assert details["no_reply_code"] == "thread_damaged"
    assert "reply" not in details["actions"]
    with pytest.raises(ConflictError) as refusal:
        resolve(shop, follow_up, ana)
    assert refusal.value.reason == "no_reply_here"

    resolve(shop, follow_up, ana, **WITHOUT_REPLY)
    shop.run_workflows()
    assert [shop.kinds(review)[-1] for review in reviews] == [Kind.RESOLVED_WITHOUT_REPLY] * 2
    assert item_of(shop, *place)["thread"] == {"slots": "?"}, "it can still be looked into"


def test_a_resolution_with_a_reply_closes_nothing_while_its_thread_cannot_be_read(
    shop: Backend,
) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    resolve(shop, follow_up, ana)
    place = (partition_key(reviews[0]), "STATE")
    thread = item_of(shop, *place)["thread"]
    put_attribute(shop, *place, "thread", "?")

    with pytest.raises(DamagedState):
        carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())
    assert shop.cases.follow_up(follow_up.id).status is Status.RESOLVING
    assert [Kind.ANSWERED in shop.kinds(review) for review in reviews] == [False, False]

    put_attribute(shop, *place, "thread", thread)
    shop.run_workflows()
    assert [shop.kinds(review)[-1] for review in reviews] == [Kind.ANSWERED] * 2
    shop.check_invariants()


def test_a_review_that_breaks_after_it_was_answered_is_closed_when_it_is_restored(
    shop: Backend,
) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    resolve(shop, follow_up, ana)
    item = item_of(shop, partition_key(reviews[1]), "STATE")
    empty_review(shop, reviews[1])
    with pytest.raises(DamagedState):
        carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())
    assert shop.kinds(reviews[0])[-1] is Kind.ANSWERED
    shop.clock.advance(minutes=10)
    assert left_out(follow_up) in shop.sweep().skipped

    restore_state(shop, item)
    carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())
    assert shop.kinds(reviews[1])[-1] is Kind.ANSWERED
    assert shop.kinds(reviews[0]).count(Kind.ANSWERED) == 1


def test_a_follow_up_that_cannot_be_read_hides_no_other(shop: Backend) -> None:
    ana = shop.add_person("Ana")
    for number in (1, 2):
        shop.deliver(complaint(f"r-{number}", author=f"cus-{number}"))
    bad, sound = shop.follow_ups()
    put_attribute(shop, bad.id, "FOLLOW_UP", "follow_up", {"id": bad.id})

    page = shop.listed(ana, business=BUSINESS, limit=9).follow_ups
    assert [follow_up.id for follow_up in page] == [sound.id]
    with pytest.raises(DamagedState) as damage:
        desk.describe_follow_up(ana, bad.id, shop.desk, shop.clock())
    assert (damage.value.http_status, damage.value.code) == (503, "damaged_state")
    assert shop.cases.closed_follow_ups([bad.id, sound.id]) == []
    shop.clock.now += timedelta(days=3)
    report = shop.sweep()
    assert report.skipped == (left_out(bad),)
    assert report.woken + report.restarted == 1


def test_a_reply_and_a_note_that_cannot_be_read_are_shown_as_damaged(shop: Backend) -> None:
    reviews, follow_up, ana = two_complaints(shop)
    resolve(shop, follow_up, ana)
    for item in shop.stored_items():
        if item["sk"].startswith(("REPLY#", "NOTE#")):
            key = attributes({"pk": item["pk"], "sk": item["sk"]})
            shop.plain_dynamodb.update_item(
                TableName=shop.tables["CasesTable"],
                Key=key,
                UpdateExpression="REMOVE author, purpose",
            )

    details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    assert [(reply["damaged"], reply["text"]) for reply in details["replies"]] == [(True, "")]
    (note,) = details["notes"]
    assert (note["damaged"], note["resolution"]) == (True, "answer-0001")
    shop.run_workflows()
    left = shop.cases.follow_up(follow_up.id)
    assert (left.status, left.reviews) == (Status.OPEN, tuple(reviews)), "a person gets it back"
    assert "reply_rejected" in {kind.value for kind in shop.kinds(reviews[0])}


def test_an_answer_whose_stored_reply_is_damaged_needs_an_id_of_its_own(shop: Backend) -> None:
    _, follow_up, ana = two_complaints(shop)
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(id="answer-1", action=Action.REPLY, fence=fence, **ANSWER)
    desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
    (reply,) = [item for item in shop.stored_items() if item["sk"].startswith("REPLY#")]
    put_attribute(shop, reply["pk"], reply["sk"], "sealed", b"?")

    with pytest.raises(ConflictError) as refusal:
        desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
    assert refusal.value.reason == "resolution_differs"
