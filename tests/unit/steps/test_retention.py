"""Texts go when their time is over: not before, not twice, not from under a hold, and for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final

import pytest

from heard.errors import Contention
from heard.follow_ups import Action
from heard.holds import Hold, HoldReason
from heard.outcomes import Kind, verify_chain
from heard.retention import Retention
from heard.reviews import EventKind, ReviewEvent, author_id, number_revision, review_id
from heard.steps.erasing import (
    DataSubject,
    ErasureOnHold,
    ErasureReport,
    erase,
    erase_again,
)
from heard.steps.retention import (
    RetentionReport,
    lift_hold,
    preview_retention,
    run_retention,
)
from heard.storage.vault import TOMBSTONE_RETENTION, AuthorRecord
from tests.unit.backend import (
    BUSINESS,
    NOON,
    OTHER_BUSINESS,
    PRAISE,
    Backend,
    FunctionStopped,
    InterceptedClient,
    complaint,
    praise,
)
from tests.unit.steps.canaries import (
    AUTHOR,
    CANARIES,
    accept_reply,
    canary_complaint,
    deliver,
    message_of,
    readable_texts,
    resolve,
    write_beside,
)

NIGHT: Final = datetime(2027, 3, 18, 1, 15, tzinfo=UTC)
"""The first night in which what was touched at `NOON` may not be kept any more."""

SECOND: Final = number_revision(2)
TEXT: Final = "We are sorry about {}. We looked into it, and the soup is hot again today."


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    backend.retention.retentions.put(BUSINESS, Retention(12))
    # An earlier run is done with the days before. It would take long to read them in each test.
    backend.cases.move_retention_position(BUSINESS, None, NOON.date() - timedelta(days=1))
    return backend


def run(backend: Backend, **options: Any) -> RetentionReport:
    return run_retention(BUSINESS, backend.retention, backend.clock(), **options)


def run_two_nights(backend: Backend) -> None:
    """From the first night on which what was touched at noon is due."""
    backend.clock.now = NIGHT
    run(backend)
    backend.clock.advance(days=1)
    run(backend)


def deliver_resolved(
    backend: Backend, native_id: str = "r-1", action: Action = Action.REPLY, **fields: Any
) -> str:
    """A complaint with canaries that an agent has resolved, with canaries in what they wrote."""
    review = deliver(backend, canary_complaint(native_id, **fields))
    text = TEXT.format(CANARIES[6]) if action is Action.REPLY else None
    resolve(
        backend,
        review,
        action,
        text=text,
        note=f"He is {CANARIES[7]}",
        root_cause="other",
        fix="replaced",
    )
    backend.run_workflows()
    assert backend.case(review).review.closing_kind is not None
    return review


def canaries_in(backend: Backend) -> list[str]:
    stored = readable_texts(backend)
    return [word for word in CANARIES if word in stored]


def sealed_items(backend: Backend) -> list[dict[str, Any]]:
    return [item for item in backend.stored_items() if "sealed" in item]


def assert_nothing_left(backend: Backend) -> None:
    """Nothing of the only customer is left but what the log says."""
    assert sealed_items(backend) == []
    assert AUTHOR not in repr(backend.stored_items())
    backend.check_invariants(*CANARIES)


@contextmanager
def calling(backend: Backend, at_call: int, do: Callable[[], object]) -> Iterator[list[int]]:
    """Do something after the n-th call of DynamoDB, and count the calls."""
    calls = [0]

    def after(_operation: str) -> None:
        calls[0] += 1
        if calls[0] == at_call:
            intercepted, backend.dynamodb = backend.dynamodb, backend.plain_dynamodb
            do()
            backend.dynamodb = intercepted

    # After a call is before the next page of a query too, which cannot be intercepted.
    backend.dynamodb = InterceptedClient(backend.plain_dynamodb, lambda _: None, after)
    try:
        yield calls
    finally:
        backend.dynamodb = backend.plain_dynamodb


# What is due, and when


@pytest.mark.parametrize(
    ("touched_at", "today", "is_due"),
    [
        (datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC), datetime(2027, 3, 17, tzinfo=UTC), False),
        (
            datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC),
            datetime(2027, 3, 17, 23, 59, tzinfo=UTC),
            False,
        ),
        (datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC), datetime(2027, 3, 18, tzinfo=UTC), True),
        (datetime(2026, 3, 18, tzinfo=UTC), datetime(2027, 3, 18, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 18, tzinfo=UTC), datetime(2027, 3, 19, tzinfo=UTC), True),
    ],
)
def test_texts_are_kept_to_the_end_of_the_day(
    shop: Backend, touched_at: datetime, today: datetime, *, is_due: bool
) -> None:
    shop.clock.now = touched_at
    review = deliver(shop, praise("r-1"))
    shop.clock.now = today
    report = run(shop)

    assert report.reviews == ([review] if is_due else [])
    assert (PRAISE in readable_texts(shop)) is not is_due
    assert report.is_complete


def test_every_text_of_a_review_goes_and_what_happened_stays(shop: Backend) -> None:
    review = deliver_resolved(shop)
    chain = shop.outcome_log.of_review(review)
    slots = shop.case(review).thread.slots
    assert canaries_in(shop) == list(CANARIES[:8])
    shop.clock.now = NIGHT
    report = run(shop)

    assert (report.reviews, report.texts) == ([review], 3)
    assert canaries_in(shop) == []
    assert shop.outcome_log.of_review(review)[:-1] == chain
    last = shop.outcome_log.of_review(review)[-1]
    assert (last.kind, last.detail, last.actor) == (
        Kind.TEXTS_DELETED,
        {"reason": "retention"},
        "heard",
    )
    state = shop.case(review).review
    assert (state.commitment, state.closing_kind) == ("", Kind.ANSWERED)
    assert shop.case(review).thread.slots == slots
    shop.clock.advance(days=1)
    assert run(shop).authors == {AUTHOR}
    assert_nothing_left(shop)


def test_the_first_run_of_a_business_reads_its_whole_log(shop: Backend) -> None:
    shop.connect("standard", business=OTHER_BUSINESS, reply_url="https://shop.example/replies")
    shop.clock.now = datetime(2025, 2, 1, tzinfo=UTC)
    review = deliver(shop, praise("r-1"), business=OTHER_BUSINESS)
    shop.retention.retentions.put(OTHER_BUSINESS, Retention(1))
    shop.clock.now = datetime(2025, 4, 1, tzinfo=UTC)
    report = run_retention(OTHER_BUSINESS, shop.retention, shop.clock())

    assert report.reviews == [review]
    assert shop.cases.retention_position(OTHER_BUSINESS) == date(2025, 2, 28)


def test_a_second_run_changes_nothing_more(shop: Backend) -> None:
    deliver_resolved(shop)
    run_two_nights(shop)
    items = shop.case_items()
    report = run(shop)

    assert (report.reviews, report.texts, report.authors) == ([], 0, set())
    assert shop.case_items() == items


def test_without_a_retention_everything_is_kept(shop: Backend) -> None:
    deliver_resolved(shop)
    shop.retention.retentions.put(BUSINESS, Retention())
    items = shop.case_items()
    shop.clock.now = NIGHT + timedelta(days=4_000)

    assert run(shop).is_complete
    assert shop.case_items() == items


def test_what_was_begun_is_completed_although_everything_is_kept_from_now_on(
    shop: Backend,
) -> None:
    deliver_resolved(shop)
    shop.clock.now = NIGHT
    run(shop)
    shop.retention.retentions.put(BUSINESS, Retention())
    shop.clock.advance(days=1)
    assert shop.retention.retentions.businesses() == [BUSINESS]
    assert run(shop).authors == {AUTHOR}
    assert_nothing_left(shop)


def test_a_retention_reaches_no_other_business(shop: Backend) -> None:
    shop.connect("discourse", business=OTHER_BUSINESS)
    elsewhere = shop.deliver(praise("r-1"), "discourse")
    run_two_nights(shop)

    assert shop.cases.revision(shop.case(elsewhere).review).event.text == PRAISE


def test_an_open_review_is_never_touched_and_goes_when_it_has_been_closed_long_enough(
    shop: Backend,
) -> None:
    review = deliver(shop, canary_complaint())
    before = shop.kinds(review)
    run_two_nights(shop)
    assert shop.kinds(review) == before
    assert canaries_in(shop) != []
    resolve(shop, review, Action.RESOLVE_WITHOUT_REPLY, root_cause="other", fix="nothing-to-fix")
    shop.run_workflows()
    closed_at = shop.clock()
    shop.clock.advance(days=360)
    run(shop)
    assert canaries_in(shop) != []
    shop.clock.now = closed_at + timedelta(days=367)
    assert run(shop).reviews == [review]
    assert canaries_in(shop) == []


def test_a_reopened_review_is_kept_with_all_its_texts(shop: Backend) -> None:
    review = deliver_resolved(shop)
    shop.clock.advance(days=300)
    edit = canary_complaint(revision=SECOND, kind=EventKind.EDITED, occurred_at=shop.clock())
    deliver(shop, replace(edit, text=f"{edit.text} {CANARIES[8]}"))
    assert shop.case(review).review.closing_kind is None
    run_two_nights(shop)

    assert Kind.TEXTS_DELETED not in shop.kinds(review)
    assert canaries_in(shop) == list(CANARIES[:9])


def test_a_repeated_delivery_does_not_prolong_the_time(shop: Backend) -> None:
    review = deliver(shop, praise("r-1"))
    shop.clock.advance(days=300)
    deliver(shop, praise("r-1"))
    deliver(shop, praise("r-1", revision=0))
    assert shop.kinds(review)[-2:] == [Kind.DUPLICATE, Kind.LATE_REVISION]
    shop.clock.now = NIGHT

    assert run(shop).reviews == [review]
    assert sealed_items(shop) == []


def test_an_author_with_reviews_on_both_sides_of_the_limit_keeps_key_and_value(
    shop: Backend,
) -> None:
    old = deliver_resolved(shop, action=Action.RESOLVE_WITHOUT_REPLY)
    shop.cases.vault.put_value(AUTHOR, 70)
    shop.clock.advance(days=200)
    new = deliver(shop, complaint("r-2", occurred_at=shop.clock()))
    run_two_nights(shop)

    assert shop.kinds(old)[-1] is Kind.TEXTS_DELETED
    assert canaries_in(shop) == []
    assert shop.cases.revision(shop.case(new).review).event.text == complaint("r-2").text
    record = shop.cases.vault.author_record(AUTHOR)
    assert (record.value, record.has_key, record.complaints) == (70, True, 1)
    assert shop.cases.reviews_of_author(AUTHOR) == [new]
    assert old not in repr([item for item in shop.stored_items() if item["pk"] == AUTHOR])


def test_notes_on_a_thread_go_with_the_last_review_of_the_author_in_it(shop: Backend) -> None:
    first = deliver_resolved(shop, native_thread="t-1")
    shop.clock.advance(days=200)
    second = deliver(shop, complaint("r-2", thread="t-1", occurred_at=shop.clock()))
    write_beside(shop, second, CANARIES[8])
    shop.clock.now = NIGHT
    run(shop)
    assert shop.kinds(first)[-1] is Kind.TEXTS_DELETED
    assert canaries_in(shop) == [CANARIES[7], CANARIES[8]]
    resolve(shop, second, Action.RESOLVE_WITHOUT_REPLY, root_cause="other", fix="nothing-to-fix")
    shop.run_workflows()
    shop.clock.advance(days=370)
    assert run(shop).reviews == [second]
    assert canaries_in(shop) == []
    assert sealed_items(shop) == []


def test_a_note_that_goes_with_its_reply_is_written_no_second_time(shop: Backend) -> None:
    deliver_resolved(shop)
    shop.clock.now = NIGHT
    run(shop)
    assert canaries_in(shop) == []
    assert [item for item in shop.stored_items() if item["sk"].startswith("NOTE#")] == []


def test_a_note_is_readable_while_somebody_works_on_its_thread_and_then_goes(
    shop: Backend,
) -> None:
    first = deliver(shop, complaint("r-1", thread="t-1"))
    invite = {"text": TEXT.format("it"), "note": "Call him."}
    follow_up = resolve(shop, first, Action.INVITE_PRIVATE, **invite)
    shop.run_workflows()
    second = deliver(shop, complaint("r-2", thread="t-1", author="cus-2"))
    gone = complaint("r-1", thread="t-1", kind=EventKind.WITHDRAWN, revision=SECOND)
    deliver(shop, gone)
    run_two_nights(shop)
    assert shop.kinds(first)[-1] is Kind.TEXTS_DELETED
    (note,) = shop.cases.notes(follow_up.id)
    assert note["note"] == "Call him."

    resolve(shop, second, Action.RESOLVE_WITHOUT_REPLY, root_cause="other", fix="nothing-to-fix")
    shop.run_workflows()
    for _ in range(2):
        shop.clock.advance(days=1)
        run(shop)
    assert [note.get("note") for note in shop.cases.notes(follow_up.id)] == [None]
    assert not shop.cases.vault.has_key(AUTHOR)


def test_a_draft_of_what_closed_without_an_answer_goes_with_the_author(shop: Backend) -> None:
    review = deliver(shop, canary_complaint())
    write_beside(shop, review, CANARIES[8])
    deliver(shop, canary_complaint(kind=EventKind.WITHDRAWN, revision=SECOND))
    assert [item["sk"] for item in sealed_items(shop) if item["sk"].startswith("DRAFT#")]
    run_two_nights(shop)

    assert shop.kinds(review)[-1] is Kind.TEXTS_DELETED
    assert sealed_items(shop) == []


# What comes later


@pytest.mark.parametrize(
    ("late_event", "kind"),
    [
        (canary_complaint(), Kind.DUPLICATE),
        (canary_complaint(occurred_at=NOON), Kind.DUPLICATE),
        (canary_complaint(revision="000000000000"), Kind.LATE_REVISION),
        (
            canary_complaint(revision=SECOND, kind=EventKind.EDITED, occurred_at=NOON),
            Kind.LATE_REVISION,
        ),
    ],
    ids=["redelivery", "dated redelivery", "an older edit", "a newer edit from before"],
)
@pytest.mark.parametrize("nights", [1, 2])
def test_a_redelivery_of_deleted_words_is_not_stored_and_not_answered(
    shop: Backend, late_event: ReviewEvent, kind: Kind, nights: int
) -> None:
    review = deliver_resolved(shop)
    shop.clock.now = NIGHT
    run(shop)
    if nights == 2:
        shop.clock.advance(days=1)
        run(shop)
    shop.http = lambda *_args, **_fields: pytest.fail("nothing may be sent")
    message = message_of(shop, late_event)
    for _ in range(2):
        shop.run_route_workflow(message)
        shop.run_workflows()

    last = shop.outcome_log.of_review(review)[-1]
    assert (last.kind, last.detail["reason"]) == (kind, "retention")
    assert canaries_in(shop) == []
    assert shop.open_follow_ups() == []
    shop.check_invariants(*CANARIES)
    if nights == 2:
        assert_nothing_left(shop)


def test_the_withdrawal_of_a_review_without_texts_counts_without_its_words(shop: Backend) -> None:
    review = deliver_resolved(shop)
    run_two_nights(shop)
    deliver(shop, canary_complaint(kind=EventKind.WITHDRAWN, revision=SECOND))

    assert canaries_in(shop) == []
    assert shop.case(review).review.withdrawn
    shop.check_invariants(*CANARIES)


def test_an_edit_from_the_time_before_the_deletion_that_comes_after_it_is_not_lost(
    shop: Backend,
) -> None:
    review = deliver_resolved(shop)
    shop.clock.now = NIGHT
    edit = complaint(
        "r-1",
        revision=2,
        kind=EventKind.EDITED,
        occurred_at=NIGHT - timedelta(minutes=30),
    )
    run(shop)
    deliver(shop, edit)

    state = shop.case(review).review
    assert (state.closing_kind, state.expired, state.author) == (None, False, AUTHOR)
    assert shop.cases.revision(state).event.text == edit.text
    assert len(shop.open_follow_ups()) == 1
    shop.clock.advance(days=1)
    run(shop)
    assert shop.cases.revision(shop.case(review).review).event.text == edit.text
    assert canaries_in(shop) == []
    shop.check_invariants(*CANARIES)


def test_a_thanked_review_that_comes_back_edited_gets_no_second_acknowledgement(
    shop: Backend,
) -> None:
    review = deliver(shop, praise("r-1"))
    run_two_nights(shop)
    sent: list[str] = []
    shop.http = lambda *_args, **_fields: sent.append("sent")
    edit = praise("r-1", revision=2, kind=EventKind.EDITED, occurred_at=shop.clock())
    deliver(shop, replace(edit, text=f"{PRAISE} The rolls too!"))

    assert sent == []
    assert shop.kinds(review)[-1] is Kind.REVISED
    assert shop.case(review).thread.public_replies == 1


def test_words_that_a_forgotten_author_writes_again_are_ordinary(shop: Backend) -> None:
    deliver_resolved(shop)
    run_two_nights(shop)
    assert shop.cases.vault.author_record(AUTHOR) == AuthorRecord()
    # Dated before the deletion, as there is no tombstone: it is another review.
    second = deliver(shop, praise("r-2", occurred_at=NOON))

    assert shop.kinds(second)[-1] is Kind.ACKNOWLEDGED
    assert shop.cases.reviews_of_author(AUTHOR) == [second]
    assert shop.cases.revision(shop.case(second).review).event.text == PRAISE


def test_an_author_who_comes_back_before_the_second_night_keeps_the_key(shop: Backend) -> None:
    deliver_resolved(shop)
    shop.cases.vault.put_value(AUTHOR, 70)
    shop.clock.now = NIGHT
    run(shop)
    shop.clock.advance(hours=5)
    second = deliver(shop, praise("r-2"))
    shop.clock.advance(days=1)
    report = run(shop)

    assert report.authors == set()
    assert shop.cases.vault.author_record(AUTHOR).value == 70
    assert shop.cases.revision(shop.case(second).review).event.text == PRAISE


def test_a_tombstone_outlives_the_key_of_an_author_who_had_come_back(shop: Backend) -> None:
    person = DataSubject(BUSINESS, AUTHOR)
    deliver(shop, praise("r-0"))
    erase(person, shop.erasure_ports, shop.clock(), actor="operator")
    shop.clock.advance(hours=1)
    deliver(shop, praise("r-1", occurred_at=shop.clock()))
    run_two_nights(shop)

    (item,) = [item for item in shop.stored_items() if item["pk"] == AUTHOR]
    assert item == {
        "pk": AUTHOR,
        "sk": "AUTHOR",
        "erased_at": "2026-03-17T12:00:00.000Z",
        "expires_at": int((NOON + TOMBSTONE_RETENTION).timestamp()),
    }


# Stopped, at the same time, and late


def test_a_run_that_stops_anywhere_is_simply_started_again(shop: Backend) -> None:
    deliver(shop, praise("r-2"))
    deliver_resolved(shop)
    restore = shop.snapshot()
    for stop_at in count(1):
        restore()
        calls = 0

        def stop(_operation: str) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_at:  # noqa: B023 - called in this round only
                raise FunctionStopped

        has_stopped = False
        for night in range(2):
            shop.clock.now = NIGHT + timedelta(days=night)
            shop.dynamodb = InterceptedClient(shop.plain_dynamodb, lambda _: None, stop)
            try:
                run(shop)
            except FunctionStopped:
                has_stopped = True
            shop.dynamodb = shop.plain_dynamodb
        for night in range(2, 5):
            shop.clock.now = NIGHT + timedelta(days=night)
            run(shop)
        assert_nothing_left(shop)
        for native_id in ("r-1", "r-2"):
            kinds = shop.kinds(review_id(BUSINESS, "standard", native_id))
            assert kinds.count(Kind.TEXTS_DELETED) == 1
        if not has_stopped:
            break
    assert calls > 20


@pytest.mark.parametrize("night", [0, 1])
@pytest.mark.parametrize("native_id", ["r-1", "r-2"], ids=["an edit", "a new review"])
def test_what_the_author_writes_in_the_middle_of_a_run_stays_readable(
    shop: Backend, native_id: str, night: int
) -> None:
    deliver_resolved(shop)
    if night:
        shop.clock.now = NIGHT
        run(shop)
    restore = shop.snapshot()
    for at_call in count(1):
        restore()
        shop.clock.now = NIGHT + timedelta(days=night)
        event = praise(native_id, revision=2, kind=EventKind.EDITED, occurred_at=shop.clock())
        with calling(shop, at_call, lambda: deliver(shop, event)) as calls:  # noqa: B023
            run(shop)
        if calls[0] < at_call:
            break
        for _ in range(2):
            shop.clock.advance(days=1)
            run(shop)
        review = review_id(BUSINESS, "standard", native_id)
        assert shop.cases.revision(shop.case(review).review).event.text == PRAISE, at_call
        if native_id == "r-2":
            assert canaries_in(shop) == []
        shop.check_invariants(*CANARIES)
    assert at_call > 8


@pytest.mark.parametrize("night", [0, 1])
def test_triage_of_a_new_review_survives_a_run_at_any_moment(shop: Backend, night: int) -> None:
    deliver_resolved(shop)
    if night:
        shop.clock.now = NIGHT
        run(shop)
    restore = shop.snapshot()
    for at_call in count(1):
        restore()
        shop.clock.now = NIGHT + timedelta(days=night)
        message = message_of(shop, praise("r-2", occurred_at=shop.clock()))
        with calling(shop, at_call, lambda: run(shop)) as calls:
            steps = shop.triage(message)
        if calls[0] < at_call:
            break
        shop.acknowledge(steps)
        for _ in range(2):
            shop.clock.advance(days=1)
            run(shop)
        review = review_id(BUSINESS, "standard", "r-2")
        assert shop.cases.revision(shop.case(review).review).event.text == PRAISE, at_call
        shop.check_invariants(*CANARIES)
    assert at_call > 5


@pytest.mark.parametrize(
    "event",
    [
        canary_complaint(),
        canary_complaint(revision="000000000000"),
        complaint("r-1", revision=2, kind=EventKind.EDITED, occurred_at=NIGHT),
    ],
    ids=["duplicate", "late", "edit"],
)
def test_triage_of_the_same_review_and_a_deletion_at_any_moment(
    shop: Backend, event: ReviewEvent
) -> None:
    review = deliver_resolved(shop)
    # Another review keeps the key of the author.
    shop.clock.now = NIGHT - timedelta(days=100)
    deliver(shop, praise("r-2", occurred_at=shop.clock()))
    restore = shop.snapshot()
    for at_call in count(1):
        restore()
        shop.clock.now = NIGHT
        message = message_of(shop, event)
        with calling(shop, at_call, lambda: run(shop)) as calls:
            shop.triage(message)
        if calls[0] < at_call:
            break
        shop.clock.advance(days=1)
        run(shop)
        state = shop.case(review).review
        shop.check_invariants(*CANARIES)
        if state.expired:
            assert canaries_in(shop) == [], at_call
        elif event.revision == SECOND:
            assert shop.cases.revision(state).event.text == event.text, at_call
    assert at_call > 3


def test_a_run_without_time_goes_on_in_the_next_one(shop: Backend) -> None:
    for number in range(5):
        deliver(shop, praise(f"r-{number}", author=f"cus-{number}"))
        if number == 2:
            shop.clock.advance(days=1)
    shop.clock.now = NIGHT - timedelta(days=1)
    assert run(shop).is_complete
    shop.clock.advance(days=2)
    deleted: list[str] = []
    for round_number in range(20):
        # It also passes the reviews that the round before has done, which takes no long time.
        answers = iter([True] * round_number)
        report = run(shop, keep_going=lambda: next(answers, False))  # noqa: B023
        deleted += report.reviews
        if report.is_complete:
            break
    assert len(deleted) == len(set(deleted)) == 5
    assert sealed_items(shop) == []
    assert run(shop).is_complete


def test_days_of_an_outage_are_caught_up_in_order(shop: Backend) -> None:
    reviews: list[str] = []
    for day in range(4):
        shop.clock.now = NOON + timedelta(days=10 * day)
        reviews.append(deliver(shop, praise(f"r-{day}", author=f"cus-{day}")))
    shop.clock.now = NIGHT
    assert run(shop).reviews == reviews[:1]
    shop.clock.now = NIGHT + timedelta(days=500)

    assert run(shop).reviews == reviews[1:]
    assert shop.cases.retention_position(BUSINESS) == date(2027, 7, 29)


def test_of_two_runs_at_once_one_stops_and_nothing_is_left_out(shop: Backend) -> None:
    review = deliver(shop, praise("r-1"))
    restore = shop.snapshot()
    shop.clock.now = NIGHT
    stopped = 0
    for at_call in count(1):
        restore()
        with calling(shop, at_call, lambda: run(shop)) as calls:
            try:
                run(shop)
            except Contention:
                stopped += 1
        if calls[0] < at_call:
            break
        assert shop.kinds(review).count(Kind.TEXTS_DELETED) == 1
        assert sealed_items(shop) == []
    assert stopped > 0


def test_a_restored_backup_falls_out_again_by_itself(shop: Backend) -> None:
    review = deliver_resolved(shop)
    restore = shop.snapshot()
    run_two_nights(shop)
    restore()
    assert canaries_in(shop) != []
    shop.clock.advance(days=1)

    assert run(shop).reviews == [review]
    assert canaries_in(shop) == []


def test_a_shorter_time_reaches_more_and_a_longer_one_nothing_new(shop: Backend) -> None:
    review = deliver(shop, praise("r-1"))
    shop.clock.advance(days=40)
    assert run(shop).reviews == []
    shop.retention.retentions.put(BUSINESS, Retention(1))
    assert run(shop).reviews == [review]
    shop.retention.retentions.put(BUSINESS, Retention(24))
    report = run(shop)
    assert (report.reviews, report.is_complete) == ([], True)


# The preview


def test_the_preview_counts_what_the_next_run_does_and_changes_nothing(shop: Backend) -> None:
    deliver_resolved(shop)
    second = deliver(shop, praise("r-2", author="cus-2"))
    deliver(shop, praise("r-3", author="cus-3"))
    deliver(shop, complaint("r-4", author="cus-4"))
    assert shop.case(second).review.closing_kind is not None
    held = deliver(shop, praise("r-5", author="cus-5"))
    set_hold(shop, reviews=(held,))
    shop.clock.advance(days=30)
    deliver(shop, praise("r-6", author="cus-3"))
    shop.clock.now = NIGHT
    items = shop.case_items()
    preview = preview_retention(BUSINESS, Retention(12), shop.retention, shop.clock())
    assert shop.case_items() == items
    assert (preview.reviews, preview.authors, preview.kept, preview.open) == (3, 2, 1, 1)
    assert preview.last_day == NOON.date()
    assert preview_retention(BUSINESS, Retention(13), shop.retention, NIGHT).reviews == 0
    report = run(shop)

    assert (len(report.reviews), len(report.kept)) == (3, 1)
    shop.clock.advance(days=1)
    assert len(run(shop).authors) == 2


# Holds


_numbers = count(1)


def set_hold(backend: Backend, *, until: date = date(2030, 1, 1), **scope: Any) -> Hold:
    hold = Hold(
        f"hld_{next(_numbers)}",
        BUSINESS,
        HoldReason.LAWSUIT,
        "legal@bakery.example",
        backend.clock(),
        until,
        **scope,
    )
    backend.holds.holds.put(hold)
    return hold


SCOPES: Final = [
    {"reviews": (review_id(BUSINESS, "standard", "r-1"),)},
    {"author": AUTHOR},
    {"start": NOON.date(), "end": NOON.date()},
]


def erase_customer(backend: Backend) -> ErasureReport | ErasureOnHold:
    return erase(
        DataSubject(BUSINESS, AUTHOR, ("cus-1",)),
        backend.erasure_ports,
        backend.clock(),
        actor="operator",
    )


@pytest.mark.parametrize("scope", SCOPES, ids=["reviews", "author", "period"])
def test_retention_passes_over_what_is_on_hold_and_reaches_it_when_the_hold_is_lifted(
    shop: Backend, scope: dict[str, Any]
) -> None:
    review = deliver_resolved(shop)
    hold = set_hold(shop, **scope)
    shop.clock.advance(days=3)
    other = deliver(shop, praise("r-2", author="cus-2"))
    shop.clock.now = NIGHT + timedelta(days=30)
    report = run(shop)
    assert (report.reviews, report.kept, report.is_complete) == ([other], [review], True)
    assert canaries_in(shop) == list(CANARIES[:8])
    shop.clock.advance(days=100)
    assert (run(shop).reviews, run(shop).kept) == ([], [])
    lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
    lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
    assert shop.holds.holds.in_force(BUSINESS, shop.clock()) == []

    assert run(shop).reviews == [review]
    assert canaries_in(shop) == []
    assert shop.holds.holds.of_business(BUSINESS)[0].is_settled


def test_a_hold_ends_after_its_last_day(shop: Backend) -> None:
    review = deliver_resolved(shop)
    set_hold(shop, until=date(2027, 5, 1), author=AUTHOR)
    second_hold = set_hold(shop, until=date(2027, 6, 1), start=NOON.date(), end=NOON.date())
    shop.clock.now = datetime(2027, 5, 1, 23, 59, tzinfo=UTC)
    run(shop)
    shop.clock.now = datetime(2027, 5, 2, 1, 15, tzinfo=UTC)
    assert run(shop).kept == [review]
    (still,) = shop.holds.holds.in_force(BUSINESS, shop.clock())
    assert (still.id, still.first_day) == (second_hold.id, NOON.date())
    shop.clock.now = datetime(2027, 6, 2, 1, 15, tzinfo=UTC)
    assert run(shop).reviews == [review]


def test_a_hold_expires_400_days_after_its_last_day_or_its_end(shop: Backend) -> None:
    hold = set_hold(shop, until=date(2027, 5, 1), author=AUTHOR)

    def days_left() -> int:
        (item,) = [
            item for item in shop.stored_items("SetupTable") if item["pk"].startswith("HOLD#")
        ]
        expires_at = datetime.fromtimestamp(item["expires_at"], UTC)
        return (expires_at - shop.clock()).days

    assert days_left() == (datetime(2027, 5, 2, tzinfo=UTC) - NOON).days + 400
    lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
    assert days_left() == 400


def test_a_lift_that_stops_anywhere_is_completed_by_the_next_run(shop: Backend) -> None:
    review = deliver_resolved(shop)
    hold = set_hold(shop, author=AUTHOR)
    shop.clock.now = NIGHT
    run(shop)
    restore = shop.snapshot()
    for stop_at in count(1):
        restore()
        shop.holds.holds.put(hold)
        shop.holds.holds.note_passed_day(hold, NOON.date())
        calls = 0

        def stop(_operation: str) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_at:  # noqa: B023 - called in this round only
                raise FunctionStopped

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, lambda _: None, stop)
        try:
            lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
        except FunctionStopped:
            shop.dynamodb = shop.plain_dynamodb
            assert run(shop).reviews == [review]
            continue
        break
    assert calls > 3


def test_a_hold_that_is_set_while_a_run_works_keeps_what_is_left(shop: Backend) -> None:
    for number in range(3):
        deliver(shop, praise(f"r-{number}", author=f"cus-{number}"))
    restore = shop.snapshot()
    shop.clock.now = NIGHT
    kept_counts: set[int] = set()
    for at_call in count(1):
        restore()
        for hold in shop.holds.holds.of_business(BUSINESS):
            shop.holds.holds.lift(BUSINESS, hold.id, NOON)
            shop.holds.holds.settle(hold, NOON)
        with calling(
            shop, at_call, lambda: set_hold(shop, start=NOON.date(), end=NOON.date())
        ) as calls:
            report = run(shop)
        if calls[0] < at_call:
            break
        assert len(report.kept) + len(report.reviews) == 3
        assert readable_texts(shop).count(PRAISE) >= len(report.kept)
        kept_counts.add(len(report.kept))
    assert kept_counts == {0, 1, 2, 3}


def test_a_hold_does_not_stop_answers(shop: Backend) -> None:
    set_hold(shop, author=AUTHOR)
    set_hold(shop, start=NOON.date(), end=NOON.date())

    assert shop.kinds(deliver(shop, praise("r-1")))[-1] is Kind.ACKNOWLEDGED
    assert shop.kinds(deliver_resolved(shop, "r-2"))[-1] is Kind.ANSWERED


@pytest.mark.parametrize("scope", SCOPES, ids=["reviews", "author", "period"])
def test_an_erasure_on_hold_is_refused_before_anything_is_written(
    shop: Backend, scope: dict[str, Any]
) -> None:
    deliver_resolved(shop)
    hold = set_hold(shop, **scope)
    set_hold(shop, author=author_id(BUSINESS, "standard", "cus-2"))
    items = shop.case_items() + shop.stored_items("SetupTable")
    refusal = erase_customer(shop)

    assert isinstance(refusal, ErasureOnHold)
    assert [hold.id for hold in refusal.holds] == [hold.id]
    assert refusal.to_json()["reason"] == "on_hold"
    assert shop.case_items() + shop.stored_items("SetupTable") == items
    lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
    assert isinstance(erase_customer(shop), ErasureReport)
    assert canaries_in(shop) == []


def test_a_hold_that_is_set_while_an_erasure_runs_keeps_what_is_left(shop: Backend) -> None:
    for number in range(3):
        deliver(shop, canary_complaint(f"r-{number}"))
    restore = shop.snapshot()
    erased_counts: set[int] = set()
    for at_call in count(1):
        restore()
        for hold in shop.holds.holds.of_business(BUSINESS):
            shop.holds.holds.lift(BUSINESS, hold.id, NOON)
        with calling(shop, at_call, lambda: set_hold(shop, author=AUTHOR)) as calls:
            report = erase_customer(shop)
        if calls[0] < at_call:
            break
        if isinstance(report, ErasureOnHold):
            continue
        erased_counts.add(len(report.reviews))
        if report.holds:
            left = shop.cases.reviews_of_author(AUTHOR)
            assert len(left) == 3 - len(report.reviews)
            assert all(shop.case(review).review.author == AUTHOR for review in left)
        shop.check_invariants(*CANARIES)
    assert erased_counts == {0, 1, 2, 3}


def test_what_a_restore_brings_back_stays_while_it_is_on_hold(shop: Backend) -> None:
    review = deliver_resolved(shop)
    restore = shop.snapshot()
    erase_customer(shop)
    records = shop.erasure_ports.erasures.of_business(BUSINESS)
    restore()
    for record in records:
        shop.erasure_ports.erasures.record(record)
    hold = set_hold(shop, author=AUTHOR)
    shop.clock.advance(hours=2)
    (refusal,) = erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator")
    assert isinstance(refusal, ErasureOnHold)
    assert canaries_in(shop) == list(CANARIES[:8])
    lift_hold(BUSINESS, hold.id, shop.retention, shop.clock())
    (report,) = erase_again(BUSINESS, shop.erasure_ports, shop.clock(), actor="operator")

    assert isinstance(report, ErasureReport)
    assert report.reviews == (review,)
    assert canaries_in(shop) == []


def test_an_author_who_is_erased_between_two_nights_leaves_nothing(shop: Backend) -> None:
    deliver_resolved(shop)
    shop.clock.now = NIGHT
    run(shop)
    erase_customer(shop)
    shop.clock.advance(days=1)
    run(shop)

    (item,) = [item for item in shop.stored_items() if AUTHOR in repr(item)]
    assert item.keys() == {"pk", "sk", "erased_at", "expires_at"}


def test_chains_verify_after_erasure_retention_and_return(shop: Backend) -> None:
    review = deliver_resolved(shop)
    run_two_nights(shop)
    deliver(shop, complaint("r-1", revision=2, kind=EventKind.EDITED, occurred_at=shop.clock()))
    erase_customer(shop)
    shop.clock.advance(days=400)
    run(shop)

    state = shop.case(review).review
    report = verify_chain(
        review,
        shop.outcome_log.of_review(review),
        expected_sequence=state.sequence,
        expected_head=state.head,
    )
    assert report.verified
    assert canaries_in(shop) == []
