"""An erased person's words are nowhere, and nothing that comes late brings them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from heard.clock import format_time
from heard.errors import NotSettled
from heard.follow_ups import Action, Status
from heard.messaging import DeadLetters
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps.erasing import DataSubject, ErasurePorts, ErasureReport, erase, erase_again
from heard.storage.erasures import Erasures
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.vault import TOMBSTONE_RETENTION
from tests.unit.backend import (
    BUSINESS,
    NOON,
    Backend,
    FunctionStopped,
    InterceptedClient,
    complaint,
    praise,
    review_event,
)
from tests.unit.steps.canaries import (
    AUTHOR,
    CANARIES,
    accept_reply,
    canary_complaint,
    deliver,
    message_of,
    queued_texts,
    readable_texts,
    resolve,
)


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def ports(backend: Backend) -> ErasurePorts:
    return ErasurePorts(
        Erasures(backend.dynamodb, backend.tables["SetupTable"]),
        backend.cases,
        backend.polls,
        DeadLetters(backend.sqs, backend.dead_letters_url),
        backend.ingest_ports.quarantine,
        backend.holds,
    )


def erase_customer(backend: Backend) -> ErasureReport:
    person = DataSubject(BUSINESS, AUTHOR, ("cus-1",))
    report = erase(person, ports(backend), backend.clock(), actor="operator")
    assert isinstance(report, ErasureReport)
    return report


def assert_no_canary(backend: Backend) -> None:
    stored, queued = readable_texts(backend), queued_texts(backend)
    assert [word for word in CANARIES if word in stored] == []
    assert [word for word in CANARIES if word in queued] == []
    assert AUTHOR not in repr([item for item in backend.case_items() if item.get("sk") == "STATE"])
    backend.check_invariants(*CANARIES)


def dead_letter(backend: Backend, message: Mapping[str, Any]) -> None:
    backend.sqs.send_message(QueueUrl=backend.dead_letters_url, MessageBody=json.dumps(message))


def test_no_word_of_an_erased_person_is_left_anywhere(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    text = f"We are sorry about {CANARIES[6]}. We looked into it, and the soup is hot again."
    resolve(
        shop,
        review,
        Action.REPLY,
        text=text,
        note=f"He is {CANARIES[7]}",
        root_cause="other",
        fix="replaced",
    )
    shop.run_workflows()
    dead_letter(shop, message_of(shop, canary_complaint("r-2")))
    shop.ingest_ports.quarantine.keep(
        QuarantinedDelivery(
            "dlv-q",
            BUSINESS,
            "con-standard-bus_bakery",
            "standard",
            format_time(NOON),
            "why",
            "POST",
            "",
            json.dumps({"author": "cus-1", "words": CANARIES[9]}).encode(),
        )
    )
    assert all(word in readable_texts(shop) for word in (*CANARIES[:8], CANARIES[9]))
    report = erase_customer(shop)

    assert_no_canary(shop)
    assert (report.had_key, report.reviews, report.dead_letters, report.quarantined) == (
        True,
        (review,),
        1,
        1,
    )
    assert report.texts >= 3
    assert shop.kinds(review)[-1] is Kind.TEXTS_ERASED
    assert shop.kinds(review_id(BUSINESS, "standard", "r-2")) == [Kind.IGNORED]


@pytest.mark.parametrize(
    ("late_event", "kind"),
    [
        (canary_complaint(), Kind.DUPLICATE),
        (canary_complaint(revision="000000000000"), Kind.LATE_REVISION),
        (canary_complaint(revision="000000000002", kind=EventKind.EDITED), Kind.LATE_REVISION),
        (canary_complaint("r-9"), Kind.IGNORED),
        (canary_complaint("r-9", revision="000000000007", kind=EventKind.EDITED), Kind.IGNORED),
    ],
    ids=["redelivery", "an older edit", "a newer edit from before", "another review", "its edit"],
)
@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_words_from_before_an_erasure_are_never_stored_again(
    shop: Backend, late_event: ReviewEvent, kind: Kind, *, dated: bool
) -> None:
    deliver(shop, canary_complaint())
    queued = message_of(shop, replace(late_event, occurred_at=NOON if dated else None))
    shop.clock.advance(hours=1)
    erase_customer(shop)
    shop.clock.advance(days=3)
    if dated:
        # The platform sends it again: it comes to us only now.
        queued["received_at"] = format_time(shop.clock())
    for _ in range(2):
        shop.run_route_workflow(queued)
        shop.run_workflows()

    assert_no_canary(shop)
    review = review_id(BUSINESS, "standard", late_event.native_id)
    assert shop.kinds(review)[-1] is kind
    assert shop.outcome_log.of_review(review)[-1].detail["reason"] == "erased"


def test_a_message_of_an_older_release_does_not_bring_the_words_back(shop: Backend) -> None:
    deliver(shop, canary_complaint())
    old_message = shop.queue_message(canary_complaint("r-2"))
    old_message.pop("received_at", None)
    erase_customer(shop)
    shop.run_route_workflow(old_message)

    assert_no_canary(shop)


@pytest.mark.parametrize("kind", [EventKind.WITHDRAWN, EventKind.REPLY_SEEN])
def test_a_withdrawal_after_an_erasure_counts_without_its_words(
    shop: Backend, kind: EventKind
) -> None:
    review = deliver(shop, canary_complaint())
    erase_customer(shop)
    shop.clock.advance(days=1)
    deliver(shop, canary_complaint(kind=kind, revision="000000000009"))

    assert_no_canary(shop)
    assert shop.case(review).review.withdrawn is (kind is EventKind.WITHDRAWN)
    assert shop.case(review).review.closing_kind is not None


def test_what_the_author_writes_later_is_a_review_like_any_other(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    erase_customer(shop)
    shop.clock.advance(days=30)
    later = complaint("r-2", occurred_at=shop.clock())
    second = deliver(shop, later)
    edit = complaint("r-1", revision=2, kind=EventKind.EDITED, occurred_at=shop.clock())
    deliver(shop, edit)
    deliver(shop, canary_complaint(occurred_at=NOON))
    deliver(shop, canary_complaint("r-3", occurred_at=NOON))

    assert_no_canary_but_author(shop)
    assert shop.cases.revision(shop.case(second).review).event.text == later.text
    assert shop.cases.revision(shop.case(review).review).event.text == edit.text
    assert shop.cases.reviews_of_author(AUTHOR) == sorted([review, second])
    tombstone = shop.cases.vault.author_record(AUTHOR)
    assert tombstone.erased_at == NOON
    assert tombstone.has_key
    erase_customer(shop)
    assert complaint("r-1").text not in readable_texts(shop)


def assert_no_canary_but_author(backend: Backend) -> None:
    stored = readable_texts(backend)
    assert [word for word in CANARIES if word in stored] == []
    backend.check_invariants(*CANARIES)


def test_a_key_of_an_author_who_came_back_does_not_expire(shop: Backend) -> None:
    deliver(shop, canary_complaint())
    erase_customer(shop)

    def author_item() -> dict[str, Any]:
        (item,) = [item for item in shop.stored_items() if item["pk"] == AUTHOR]
        return item

    assert author_item()["expires_at"] == int((NOON + TOMBSTONE_RETENTION).timestamp())
    assert author_item().keys() == {"pk", "sk", "erased_at", "expires_at"}
    shop.clock.advance(days=1)
    deliver(shop, praise("r-2", occurred_at=shop.clock()))
    author_items = [item for item in shop.stored_items() if item["pk"] == AUTHOR]
    assert all("expires_at" not in item for item in author_items)


def test_a_restored_backup_is_erased_again(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    restore = shop.snapshot()
    erase_customer(shop)
    records = ports(shop).erasures.of_business(BUSINESS)
    restore()
    assert CANARIES[2] in readable_texts(shop)
    # The Setup table was not restored, and says who was erased.
    for record in records:
        ports(shop).erasures.record(record)
    shop.clock.advance(hours=2)
    (again,) = erase_again(BUSINESS, ports(shop), shop.clock(), actor="operator")

    assert_no_canary(shop)
    assert isinstance(again, ErasureReport)
    assert again.reviews == (review,)
    assert erase_again(BUSINESS, ports(shop), shop.clock(), actor="operator") == []


def test_erasing_twice_changes_nothing_more(shop: Backend) -> None:
    deliver(shop, canary_complaint())
    first, items = erase_customer(shop), shop.case_items()
    second = erase_customer(shop)

    assert (first.is_empty, second.is_empty) == (False, True)
    assert shop.case_items() == items


def test_an_erasure_that_stops_anywhere_is_simply_run_again(shop: Backend) -> None:
    restore_empty = shop.snapshot()
    calls = 0
    for stop_at in count(1):
        restore_empty()
        review = deliver(shop, canary_complaint())
        deliver(shop, canary_complaint("r-2"))
        calls = 0

        def stop(_operation: str) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_at:  # noqa: B023 - called in this round only
                raise FunctionStopped

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, lambda _: None, stop)
        try:
            erase_customer(shop)
        except FunctionStopped:
            shop.dynamodb = shop.plain_dynamodb
            erase_customer(shop)
            assert_no_canary(shop)
            kinds = shop.kinds(review)
            assert kinds.count(Kind.TEXTS_ERASED) == 1
            continue
        break
    assert calls > 10


def test_an_author_who_is_erased_in_the_middle_of_triage_leaves_nothing_readable(
    shop: Backend,
) -> None:
    restore_empty = shop.snapshot()
    for erase_at in count(1):
        restore_empty()
        deliver(shop, canary_complaint())
        message, calls, has_erased = message_of(shop, canary_complaint("r-2")), 0, False

        def erase_meanwhile(_operation: str) -> None:
            nonlocal calls, has_erased
            calls += 1
            if calls == erase_at and not has_erased:  # noqa: B023 - called in this round only
                has_erased, intercepted = True, shop.dynamodb
                shop.dynamodb = shop.plain_dynamodb
                erase_customer(shop)
                shop.dynamodb = intercepted

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, erase_meanwhile)
        shop.triage(message)
        shop.dynamodb = shop.plain_dynamodb
        shop.run_workflows()
        if not has_erased:
            break
        stored = readable_texts(shop)
        assert [word for word in CANARIES if word in stored] == [], erase_at
        shop.check_invariants(*CANARIES)
        erase_customer(shop)
        assert_no_canary(shop)
    assert calls > 5


def test_an_answer_on_its_way_comes_back_to_the_agents(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    sent: list[str] = []
    text = "We are sorry. We looked into it, and your money is on its way back to you today."
    follow_up = resolve(shop, review, Action.REPLY, text=text, root_cause="other", fix="refunded")
    assert follow_up.status is Status.RESOLVING
    erase_customer(shop)
    shop.http = lambda *_args, **_fields: sent.append("sent")
    for _ in range(8):
        try:
            shop.run_workflows()
        except NotSettled:
            continue

    assert sent == []
    assert_no_canary(shop)
    case = shop.case(review)
    assert case.follow_up is not None
    assert case.follow_up.status is Status.OPEN
    assert Kind.REPLY_REJECTED in shop.kinds(review)
    assert resolve(
        shop, review, Action.RESOLVE_WITHOUT_REPLY, root_cause="other", fix="nothing-to-fix"
    )


def test_an_unsent_acknowledgement_of_an_erased_author_is_cancelled(shop: Backend) -> None:
    event = replace(praise("r-1"), text=f"{praise('r-1').text} {CANARIES[0]}")
    steps = shop.triage(message_of(shop, event))
    assert steps["route"] == "acknowledge"
    erase_customer(shop)
    shop.http = lambda *_args, **_fields: pytest.fail("nothing may be sent")
    shop.acknowledge(steps)

    assert_no_canary(shop)
    review = review_id(BUSINESS, "standard", "r-1")
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.TEXTS_ERASED, Kind.IGNORED]


def test_an_erasure_reaches_nobody_else(shop: Backend) -> None:
    deliver(shop, canary_complaint())
    other = deliver(shop, review_event("r-2", "The soup was cold and salty.", 2, author="cus-2"))
    dead_letter(shop, message_of(shop, review_event("r-3", "Cold.", 2, author="cus-2")))
    before = shop.cases.revision(shop.case(other).review)
    erase_customer(shop)

    assert shop.cases.revision(shop.case(other).review) == before
    assert "cus-2" in queued_texts(shop)
    assert Kind.TEXTS_ERASED not in shop.kinds(other)


def test_reviews_of_an_older_release_are_listed_once(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    shop.cases.unlist_review(AUTHOR, review)
    assert shop.cases.reviews_of_author(AUTHOR) == []
    assert list(shop.cases.list_all_reviews()) == [review]
    assert shop.cases.reviews_of_author(AUTHOR) == [review]
    erase_customer(shop)
    assert_no_canary(shop)
    assert list(shop.cases.list_all_reviews()) == []
