"""An erased person's words are nowhere, and nothing that comes late brings them back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from heard import cases
from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.errors import ConflictError
from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import Author, EventKind, ReviewEvent, author_id, review_id
from heard.steps.erasing import DataSubject, ErasureReport, erase, erase_again
from heard.storage.quarantine import QuarantinedDelivery
from heard.storage.replies import Reply
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
    write_beside,
)


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def erase_customer(backend: Backend) -> ErasureReport:
    person = DataSubject(BUSINESS, AUTHOR, ("cus-1",))
    report = erase(person, backend.erasure_ports, backend.clock(), actor="operator")
    assert isinstance(report, ErasureReport)
    return report


def assert_no_canary(backend: Backend) -> None:
    queued = queued_texts(backend)
    assert [word for word in CANARIES if word in queued] == []
    assert traces_of_author(backend) == []
    assert sealed_places_of_erased_reviews(backend) == []
    assert_no_canary_but_author(backend)


def traces_of_author(backend: Backend) -> list[str]:
    """The keys of all items that lead to the author, but for the tombstone and its record."""
    items = backend.stored_items("SetupTable") + backend.case_items()
    tombstone = {"pk", "sk", "erased_at", "expires_at"}
    return [
        f"{item.get('pk')} {item.get('sk')}"
        for item in items
        if (AUTHOR in repr(item) or "cus-1" in repr(item))
        and not str(item.get("pk", "")).startswith("ERASED#")
        and not (item.get("pk") == AUTHOR and item["sk"] == "AUTHOR" and item.keys() == tombstone)
    ]


def sealed_places_of_erased_reviews(backend: Backend) -> list[str]:
    items = backend.stored_items()
    erased = {item["pk"] for item in items if "erased_at" in item.get("review", {})}
    return [
        item["sk"]
        for item in items
        if item["pk"] in erased and item["sk"].startswith("REVISION#") and "sealed" in item
    ]


def quarantine(backend: Backend, content: Mapping[str, str]) -> None:
    backend.ingest_ports.quarantine.keep(
        QuarantinedDelivery(
            "dlv-q",
            BUSINESS,
            "con-standard-bus_bakery",
            "standard",
            format_time(NOON),
            "why",
            "POST",
            "",
            json.dumps(content).encode(),
        )
    )


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
    quarantine(shop, {"author": "cus-1", "words": CANARIES[9]})
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


def test_a_note_and_all_drafts_go_with_an_author_whoever_else_is_in_the_follow_up(
    shop: Backend,
) -> None:
    deliver(shop, complaint("r-0", thread="t-1", author="cus-2"))
    review = deliver(shop, replace(canary_complaint(), native_thread="t-1"))
    # The key is that of the other author, whose review came first.
    write_beside(shop, review, f"He is {CANARIES[7]}")
    own = deliver(shop, canary_complaint("r-5"))
    write_beside(shop, own, f"He is {CANARIES[8]}")
    assert all(word in readable_texts(shop) for word in CANARIES[7:9])
    erase_customer(shop)

    assert CANARIES[8] not in readable_texts(shop)
    left = [item for item in shop.stored_items() if item["sk"].startswith(("DRAFT#", "NOTE#"))]
    # What was noted about the other customer stays.
    assert [item["sk"][:5] for item in left] == ["NOTE#"]


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
    quarantine(shop, {"author": "cus-1", "words": CANARIES[9]})
    restore = shop.snapshot()
    erase_customer(shop)
    records = shop.erasure_ports.erasures.of_business(BUSINESS)
    restore()
    assert CANARIES[2] in readable_texts(shop)
    # The Setup table was not restored, and says who was erased.
    for record in records:
        shop.erasure_ports.erasures.record(record)
    shop.clock.advance(hours=2)
    (again,) = erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator")

    assert_no_canary(shop)
    assert isinstance(again, ErasureReport)
    assert (again.reviews, again.quarantined) == ((review,), 1)
    assert erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator") == []


def test_erasing_again_finishes_what_a_stopped_run_began(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    restore = shop.snapshot()
    erase_customer(shop)
    records = shop.erasure_ports.erasures.of_business(BUSINESS)
    restore()
    for record in records:
        shop.erasure_ports.erasures.record(record)
    shop.clock.advance(hours=2)
    shop.cases.vault.erase(AUTHOR, shop.clock())  # here the first run stopped
    shop.clock.advance(hours=1)
    (again,) = erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator")

    assert isinstance(again, ErasureReport)
    assert again.reviews == (review,)
    assert_no_canary(shop)
    assert erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator") == []


def test_erasing_twice_changes_nothing_more(shop: Backend) -> None:
    deliver(shop, canary_complaint())
    first, items = erase_customer(shop), shop.case_items()
    second = erase_customer(shop)

    assert (first.is_empty, second.is_empty) == (False, True)
    assert shop.case_items() == items


def test_an_erasure_that_stops_anywhere_is_simply_run_again(shop: Backend) -> None:
    review = deliver(shop, canary_complaint("review-1"))
    deliver(shop, canary_complaint("r-2"))
    quarantine(shop, {"review": "review-1", "words": CANARIES[9]})
    restore = shop.snapshot()
    calls = 0
    for stop_at in count(1):
        restore()
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
    def prepare(shop: Backend) -> Callable[[], object]:
        deliver(shop, canary_complaint())
        message = message_of(shop, canary_complaint("r-2"))
        return lambda: shop.triage(message)

    def check(erase_at: int) -> None:
        shop.run_workflows()
        stored = readable_texts(shop)
        assert [word for word in CANARIES if word in stored] == [], erase_at
        shop.check_invariants(*CANARIES)

    assert erase_before_each_call(shop, prepare, check) > 5


def test_an_answer_on_its_way_comes_back_to_the_agents(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    sent: list[str] = []
    text = "We are sorry. We looked into it, and your money is on its way back to you today."
    follow_up = resolve(shop, review, Action.REPLY, text=text, root_cause="other", fix="refunded")
    assert follow_up.status is Status.RESOLVING
    erase_customer(shop)
    shop.http = lambda *_args, **_fields: sent.append("sent")
    for _ in range(8):
        shop.run_workflows()

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


def erase_before_each_call(
    backend: Backend,
    prepare: Callable[[Backend], Callable[[], object]],
    check: Callable[[int], None] | None = None,
) -> int:
    """Erase the author before each call of what was prepared, and check what is left each time.

    `check` is called with the number of that call, before the author is erased again. Returns the
    number of calls.
    """
    run = prepare(backend)
    restore, prepared_at = backend.snapshot(), backend.clock.now
    for erase_at in count(1):
        restore()
        backend.clock.now = prepared_at
        calls, has_erased = 0, False

        def erase_meanwhile(_operation: str) -> None:
            nonlocal calls, has_erased
            calls += 1
            if calls == erase_at and not has_erased:  # noqa: B023 - called in this round only
                has_erased, intercepted = True, backend.dynamodb
                backend.dynamodb = backend.plain_dynamodb
                erase_customer(backend)
                backend.dynamodb = intercepted

        backend.dynamodb = InterceptedClient(backend.plain_dynamodb, erase_meanwhile)
        try:
            run()
        except ConflictError as conflict:
            assert "was erased" in conflict.detail  # noqa: PT017 - it need not be raised
        backend.dynamodb = backend.plain_dynamodb
        if not has_erased:
            return calls
        if check:
            check(erase_at)
        # For what triage listed after the erasure, as the guide says.
        erase_customer(backend)
        assert_no_canary(backend)
    raise AssertionError


def canary_praise() -> ReviewEvent:
    event = praise("r-1", thread="t-1")
    author = replace(event.author, name=CANARIES[0])
    return replace(event, author=author, text=f"{event.text} {CANARIES[1]}")


def prepare_edit(shop: Backend) -> Callable[[], object]:
    deliver(shop, canary_complaint())
    edit = canary_complaint(revision="000000000002", kind=EventKind.EDITED)
    message = message_of(shop, replace(edit, text=f"Now it is worse {CANARIES[6]}. Pay me back."))
    return lambda: shop.triage(message)


def prepare_praise(shop: Backend) -> Callable[[], object]:
    message = message_of(shop, canary_praise())
    return lambda: shop.triage(message)


def prepare_answer(shop: Backend) -> Callable[[], object]:
    review = deliver(shop, canary_complaint())
    text = f"We are sorry about {CANARIES[6]}. We looked into it, and the soup is hot again."
    return lambda: resolve(shop, review, Action.REPLY, text=text, root_cause="other", fix="other")


@pytest.mark.parametrize("prepare", [prepare_edit, prepare_praise, prepare_answer])
def test_an_erasure_in_the_middle_of_a_step_leaves_nothing_of_the_author(
    shop: Backend, prepare: Callable[[Backend], Callable[[], object]]
) -> None:
    assert erase_before_each_call(shop, prepare) > 5


def note_sending(shop: Backend, reply: Reply) -> None:
    shop.cases.confirm_reply(reply, "native-1", shop.clock())


def watch_reply(shop: Backend, reply: Reply) -> None:
    shop.cases.watch_moderation(reply, "reply-1", shop.clock())


def schedule_check(shop: Backend, reply: Reply) -> None:
    at = shop.clock() + timedelta(days=1)
    check = shop.cases.due_check(reply.thread, reply.id, at)
    if check:
        shop.cases.schedule_next_check(check, at)


@pytest.mark.parametrize("write", [note_sending, watch_reply, schedule_check])
def test_a_reply_that_is_erased_while_something_is_noted_of_it_does_not_come_back(
    shop: Backend, write: Callable[[Backend, Reply], None]
) -> None:
    def prepare(shop: Backend) -> Callable[[], object]:
        deliver(shop, canary_praise())
        (item,) = [item for item in shop.stored_items() if item["sk"].startswith("REPLY#")]
        reply = shop.cases.reply(item["thread"], item["id"])
        if write is schedule_check:
            watch_reply(shop, reply)
        return lambda: write(shop, reply)

    assert erase_before_each_call(shop, prepare) == 2


def test_an_event_that_the_platform_denies_is_no_trace_of_whom_it_names(shop: Backend) -> None:
    known, event = deliver(shop, canary_complaint()), canary_complaint("r-9")
    review = shop.case(known).review

    shop.cases.change(
        lambda: shop.cases.case_of_event(
            event,
            business=BUSINESS,
            platform=review.platform,
            connection=review.connection,
            channel=review.channel,
        ),
        lambda loaded: cases.record_unverified(loaded.case, event.revision, "dlv-u", NOON),
        now=NOON,
    )
    erase_customer(shop)
    assert_no_canary(shop)
    denied = deliver(shop, event, NOON)

    assert_no_canary(shop)
    assert shop.kinds(denied) == [Kind.IGNORED, Kind.LATE_REVISION]


def test_an_erasure_leaves_the_words_of_whoever_has_the_review_now(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    erase_customer(shop)
    # As if the erasure had stopped before it took the review off the list.
    shop.cases.list_review(AUTHOR, review)
    shop.clock.advance(days=1)
    text = "The soup was cold and salty, and I want my money back."
    edit = review_event("r-1", text, 1, author="cus-2", revision=5, kind=EventKind.EDITED)
    deliver(shop, replace(edit, occurred_at=shop.clock()))
    erase_customer(shop)

    assert shop.cases.revision(shop.case(review).review).event.text == text
    assert_no_canary(shop)


def test_notes_from_after_an_erasure_go_with_the_next_one(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    erase_customer(shop)
    shop.clock.advance(days=1)
    promised_for = shop.clock() + timedelta(days=3)
    resolve(shop, review, Action.PROMISE, note=CANARIES[7], promised_for=promised_for)
    deliver(shop, complaint("r-1", revision=4, kind=EventKind.EDITED, occurred_at=shop.clock()))
    shop.clock.advance(hours=1)
    erase_customer(shop)

    assert_no_canary(shop)


@pytest.mark.parametrize(
    "broken", [{"event": {}}, {"event": "?"}, {"business": BUSINESS, "event": {"author": "?"}}]
)
def test_a_dead_letter_that_nobody_can_read_does_not_stop_an_erasure(
    shop: Backend, broken: Mapping[str, Any]
) -> None:
    deliver(shop, canary_complaint())
    unreadable = message_of(shop, canary_complaint("r-2")) | {"channel": "no channel"}
    for message in (broken, unreadable):
        dead_letter(shop, message)

    assert erase_customer(shop).dead_letters == 1
    assert_no_canary(shop)


def test_an_erasure_in_a_shared_follow_up_leaves_the_others_answerable(shop: Backend) -> None:
    """The erased review came first, so it stood for the follow-up."""
    erased = deliver(shop, canary_complaint())
    words = "Mine too: you charged me twice, and I want my money back."
    other = deliver(shop, review_event("r-2", words, 1, thread="r-1", author="cus-2"))
    erase_customer(shop)
    text = "We are sorry. We looked into it, and your money is on its way back to you today."
    resolve(shop, other, Action.REPLY, text=text, root_cause="other", fix="refunded")
    shop.run_workflows()

    assert_no_canary(shop)
    thread = shop.case(other).thread.id
    assert [
        (reply.review, reply.text.startswith(text)) for reply in shop.cases.replies(thread)
    ] == [(other, True)]
    assert shop.kinds(other)[-1] is shop.kinds(erased)[-1] is Kind.ANSWERED


def test_an_old_event_whose_words_are_read_at_the_platform_now_brings_nothing_back(
    backend: Backend,
) -> None:
    """Yelp's events have no words, and its reviews no date."""
    connection = backend.connect("yelp", business_ids="place-1")
    listed = {"id": "r-1", "rating": 1, "text": CANARIES[0], "user": {"id": "cus-1"}}
    backend.http = lambda *_args, **_fields: HttpResponse(
        200, {}, json.dumps({"reviews": [listed]}).encode()
    )
    event = ReviewEvent(
        EventKind.CREATED,
        "r-1",
        "r-1",
        format_time(NOON),
        Author("cus-1"),
        occurred_at=NOON,
        reply_to={"business_id": "place-1"},
        partial=True,
    )
    queued = backend.queue_message(event, "yelp")
    author = author_id(BUSINESS, "yelp", "cus-1")
    backend.run_route_workflow(queued)
    assert CANARIES[0] in readable_texts(backend)
    backend.clock.advance(hours=1)
    person = DataSubject(connection.business, author, ("cus-1",))
    erase(person, backend.erasure_ports, backend.clock(), actor="operator")
    redelivery = backend.queue_message(event, "yelp") | {"received_at": format_time(NOON)}
    backend.run_route_workflow(redelivery)

    assert CANARIES[0] not in readable_texts(backend)
    assert not backend.cases.vault.author_record(author).has_key
    backend.check_invariants(*CANARIES)
