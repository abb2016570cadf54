"""A text that does not open is a fault unless an erasure explains it: it closes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.connectors import HttpResponse
from heard.errors import DamagedText, Fault
from heard.follow_ups import Action, FollowUp, Status
from heard.outcomes import Kind
from heard.steps import desk
from heard.steps.caller import Caller
from heard.steps.desk_view import follow_up_rows
from heard.steps.feedback_page import feedback_page
from heard.storage.keys import partition_key
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.tables import attributes
from heard.storage.vault import Erased
from tests.unit.backend import BUSINESS, NOON, Backend, complaint, praise

TEXT = "Both payments are found, and one went back today."


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


def flip_bit(backend: Backend, item: dict[str, Any], name: str) -> None:
    value = bytes(item[name])
    changed = value[:-1] + bytes([value[-1] ^ 1])
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["CasesTable"],
        Key=attributes({"pk": item["pk"], "sk": item["sk"]}),
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues=attributes({":value": changed}),
    )


def items(backend: Backend, sk: str) -> list[dict[str, Any]]:
    found = [item for item in backend.stored_items("CasesTable") if item["sk"].startswith(sk)]
    assert found, sk
    return found


def damage_sealed(sk: str) -> Callable[[Backend], None]:
    def damage(backend: Backend) -> None:
        for item in items(backend, sk):
            if "sealed" in item:
                flip_bit(backend, item, "sealed")

    return damage


def damage_key(backend: Backend) -> None:
    for item in items(backend, "AUTHOR"):
        flip_bit(backend, item, "key")


def lose_key(backend: Backend) -> None:
    """The key is gone, and no tombstone says that somebody was erased."""
    for item in items(backend, "AUTHOR"):
        key = attributes({"pk": item["pk"], "sk": item["sk"]})
        backend.plain_dynamodb.delete_item(TableName=backend.tables["CasesTable"], Key=key)


DAMAGES: dict[str, Callable[[Backend], None]] = {
    "the reply": damage_sealed("REPLY#"),
    "all texts": damage_sealed("RE"),
    "the key": damage_key,
    "no key": lose_key,
}


def new_acknowledgement(shop: Backend) -> tuple[str, dict[str, Any]]:
    steps = shop.triage(shop.queue_message(praise("r-1")))
    assert steps["route"] == "acknowledge"
    return steps["review"], steps


@pytest.mark.parametrize("damaged", DAMAGES)
def test_a_review_whose_acknowledgement_is_damaged_goes_to_a_person_and_is_not_closed(
    shop: Backend, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    review, steps = new_acknowledgement(shop)
    DAMAGES[damaged](shop)

    with caplog.at_level(logging.ERROR), pytest.raises(DamagedText) as error:
        shop.acknowledge(steps)
    again = shop.acknowledge(steps)

    last = shop.outcome_log.of_review(review)
    failed = next(outcome for outcome in last if outcome.kind is Kind.REPLY_REJECTED)
    case = shop.case(review)
    assert failed.detail["reason"] == "damaged"
    assert case.review.closing_kind is None
    assert case.follow_up is not None
    assert case.follow_up.status is Status.OPEN
    assert again["follow_up"] == case.follow_up.id
    assert len(last) == len(shop.outcome_log.of_review(review)), "the retry adds nothing"
    assert error.value.retryable
    assert partition_key(review) in caplog.text
    assert "Wonderful" not in caplog.text + str(error.value)
    shop.check_invariants()


@pytest.mark.parametrize("damaged", DAMAGES)
def test_a_resolution_whose_reply_is_damaged_is_open_again(shop: Backend, damaged: str) -> None:
    review, follow_up, ana = new_follow_up(shop)
    resolve(shop, follow_up, ana)
    DAMAGES[damaged](shop)
    shop.run_workflows()

    case = shop.case(review)
    assert case.review.closing_kind is None
    assert case.follow_up is not None
    assert case.follow_up.status is Status.OPEN
    (failed,) = (
        outcome
        for outcome in shop.outcome_log.of_review(review)
        if outcome.kind is Kind.REPLY_REJECTED
    )
    assert failed.detail["reason"] == "damaged"


def new_follow_up(shop: Backend) -> tuple[str, FollowUp, Caller]:
    ana = shop.add_person("Ana")
    review = shop.deliver(complaint("r-1"))
    follow_up = shop.case(review).follow_up
    assert follow_up
    return review, follow_up, ana


def resolve(shop: Backend, follow_up: FollowUp, ana: Caller, **fields: Any) -> None:
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    content = {"text": TEXT, "fix": "refunded", "root_cause": "double-charge", "note": "Ask Bo."}
    request = desk.ResolutionRequest(
        id="answer-0001", action=Action.REPLY, fence=fence, **(content | fields)
    )
    desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())


def test_the_desk_shows_what_is_damaged_and_everything_else(shop: Backend) -> None:
    review, follow_up, ana = new_follow_up(shop)
    other = shop.deliver(complaint("r-2", thread="r-1"))
    resolve(shop, follow_up, ana)
    for item in (
        *items(shop, "REPLY#"),
        *(item for item in items(shop, "REVISION#") if item["pk"] == partition_key(review)),
    ):
        flip_bit(shop, item, "sealed")

    details = desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())
    (row,) = follow_up_rows(
        [shop.cases.follow_up(follow_up.id)], shop.cases, shop.clock(), words=True
    )

    reviews = {entry["id"]: entry for entry in details["reviews"]}
    assert reviews[review]["damaged"] is True
    assert "erased" not in reviews[review]
    assert "damaged" not in reviews[other]
    assert [(reply["damaged"], reply["text"]) for reply in details["replies"]] == [(True, "")]
    (note,) = details["notes"]
    assert (note["damaged"], note["resolution"]) == (True, "answer-0001")
    assert row["newest_review"]["damaged"] is False


def test_new_words_do_not_wait_for_damaged_ones(shop: Backend) -> None:
    shop.deliver(praise("r-1", thread="t-1"))
    damage_sealed("RE")(shop)
    review = shop.deliver(complaint("r-2", thread="t-1"))

    assert shop.case(review).follow_up is not None


@pytest.mark.parametrize("name", ["sealed", "key"])
def test_a_damaged_delivery_in_quarantine_is_not_an_erased_one(shop: Backend, name: str) -> None:
    quarantine = shop.ingest_ports.quarantine
    at = "2026-03-17T12:00:00.000Z"
    quarantine.keep(
        QuarantinedDelivery("dlv_1", BUSINESS, "c", "standard", at, "", "POST", "", b"x")
    )
    (entry,) = quarantine.of_business(BUSINESS)
    (item,) = (item for item in shop.stored_items("CasesTable") if name in item)
    flip_bit(shop, item, name)

    with pytest.raises(DamagedText):
        quarantine.open(entry)
    with pytest.raises(DamagedText):
        quarantine.find(BUSINESS, ["x"])
    assert quarantine.remove(entry)


def test_of_somebody_who_came_back_after_an_erasure_both_are_told_apart(shop: Backend) -> None:
    before = shop.case(shop.deliver(complaint("r-1")))
    shop.cases.vault.erase(before.review.author, NOON)
    words = complaint("r-2", occurred_at=NOON + timedelta(hours=1))
    after = shop.case(shop.deliver(words))
    (item,) = (
        item for item in items(shop, "REVISION#") if item["pk"] == partition_key(after.review.id)
    )
    flip_bit(shop, item, "sealed")

    assert after.review.author == before.review.author
    with pytest.raises(Erased):
        shop.cases.revision(before.review)
    with pytest.raises(DamagedText):
        shop.cases.revision(after.review)


class FailingKeys:
    """DynamoDB that refuses to read authors, as it does when KMS is denied or throttled."""

    def __init__(self, client: Any, code: str) -> None:
        self._client, self._code = client, code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **request: Any) -> Any:
        if request["Key"]["sk"] == {"S": "AUTHOR"}:
            raise ClientError({"Error": {"Code": self._code, "Message": "KMS"}}, "GetItem")
        return self._client.get_item(**request)


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ThrottlingException", "RequestLimitExceeded"]
)
def test_a_key_that_cannot_be_read_now_is_a_fault_and_the_retry_sends(
    shop: Backend, code: str
) -> None:
    review, steps = new_acknowledgement(shop)
    before = shop.case_items()
    shop.dynamodb = FailingKeys(shop.plain_dynamodb, code)
    with pytest.raises((ClientError, Fault)):
        shop.acknowledge(steps)
    assert shop.case_items() == before

    shop.dynamodb = shop.plain_dynamodb
    shop.acknowledge(steps)
    assert shop.kinds(review)[-1] is Kind.ACKNOWLEDGED


def test_the_page_of_an_author_shows_the_replies_that_open(backend: Backend) -> None:
    backend.connect("feedback_form")
    backend.http = lambda *_, **__: HttpResponse(201, {}, b"")
    backend.deliver(praise("r-1"), "feedback_form")
    connection = backend.connections["feedback_form"]
    shown = feedback_page(connection.id, "r-1", backend.setup_store, backend.cases)[2]
    damage_sealed("REPLY#")(backend)

    assert len(shown) == 1
    assert feedback_page(connection.id, "r-1", backend.setup_store, backend.cases)[2] == []
