"""What auditors see: the outcomes of their businesses, in order, and whether any was changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.errors import NotFound
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.reviews import EventKind
from heard.steps.audit import outcomes_of, verification_of, verify_review
from heard.storage import outcome_log
from heard.storage.outcome_log import OutcomeCriteria, append_writes
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, Backend, complaint, review_event

_numbers = count(1)


@pytest.fixture
def review(backend: Backend) -> str:
    """A review with three outcomes."""
    review = backend.deliver(complaint("r-1"))
    backend.deliver(complaint("r-1", kind=EventKind.EDITED, revision=2))
    assert len(backend.outcome_log.of_review(review)) == 3
    return review


def alter_outcome(backend: Backend, review: str, sequence: int, **fields: Any) -> None:
    """Change a stored outcome without Heard's code."""
    key = attributes({"review": review, "sequence": sequence})
    names = {f"#{number}": name for number, name in enumerate(fields)}
    values = {f":{number}": value for number, value in enumerate(fields.values())}
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["OutcomesTable"],
        Key=key,
        UpdateExpression="SET "
        + ", ".join(f"#{number} = :{number}" for number in range(len(fields))),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=attributes(values),
    )


def delete_outcome(backend: Backend, review: str, sequence: int) -> None:
    backend.plain_dynamodb.delete_item(
        TableName=backend.tables["OutcomesTable"],
        Key=attributes({"review": review, "sequence": sequence}),
    )


def append_forged_outcome(backend: Backend, review: str) -> None:
    """Append one more outcome that fits, but is not in the review's state."""
    last_outcome = backend.outcome_log.of_review(review)[-1]
    subject = OutcomeSubject(
        review,
        last_outcome.business,
        last_outcome.platform,
        last_outcome.channel,
        last_outcome.severity,
    )
    links = chain_facts(
        subject,
        [Fact(Kind.ANSWERED)],
        sequence=last_outcome.sequence,
        head=last_outcome.hash,
        at=backend.clock(),
        actor="x",
        delivery=None,
    )
    backend.plain_dynamodb.transact_write_items(
        TransactItems=append_writes(backend.tables["OutcomesTable"], links)
    )


TAMPERING: dict[str, Callable[[Backend, str], None]] = {
    "another kind": lambda backend, review: alter_outcome(backend, review, 2, kind="answered"),
    "a kind that is none": lambda backend, review: alter_outcome(
        backend, review, 2, kind="forgiven"
    ),
    "another time": lambda backend, review: alter_outcome(
        backend, review, 1, at="2020-01-01T00:00:00.000Z"
    ),
    "another detail": lambda backend, review: alter_outcome(
        backend, review, 1, detail={"severity": "praise"}
    ),
    "a detail of another type": lambda backend, review: alter_outcome(
        backend, review, 1, detail="none"
    ),
    "another actor": lambda backend, review: alter_outcome(backend, review, 1, actor="sub-eve"),
    "another hash": lambda backend, review: alter_outcome(backend, review, 1, hash="0" * 64),
    "another business": lambda backend, review: alter_outcome(
        backend, review, 1, business=OTHER_BUSINESS
    ),
    "no first": lambda backend, review: delete_outcome(backend, review, 1),
    "no middle": lambda backend, review: delete_outcome(backend, review, 2),
    "no tail": lambda backend, review: delete_outcome(
        backend, review, len(backend.outcome_log.of_review(review))
    ),
    "one too many": append_forged_outcome,
}


def test_an_untouched_chain_verifies(backend: Backend, review: str) -> None:
    report = verify_review(review, BUSINESS, backend.outcome_log, backend.cases)

    assert report.verified
    ida = backend.add_person("Ida", "auditor")
    assert report == verification_of(ida, review, backend.outcome_log, backend.cases)
    assert report.outcomes == len(outcomes_of(ida, review, backend.outcome_log, backend.cases))


@pytest.mark.parametrize("tampering", TAMPERING)
def test_tampering_is_detected(backend: Backend, review: str, tampering: str) -> None:
    TAMPERING[tampering](backend, review)
    report = verify_review(review, BUSINESS, backend.outcome_log, backend.cases)

    assert not report.verified
    assert report.broken_at is not None
    assert report.why


def test_a_chain_without_a_single_outcome_left_does_not_verify(
    backend: Backend, review: str
) -> None:
    for outcome in backend.outcome_log.of_review(review):
        delete_outcome(backend, review, outcome.sequence)

    assert not verify_review(review, BUSINESS, backend.outcome_log, backend.cases).verified


def test_an_outcome_appended_while_the_chain_is_read_does_not_break_verification(
    backend: Backend, review: str
) -> None:
    log = backend.outcome_log
    read_chain = log.of_review

    def read_slowly(id: str) -> tuple[Outcome, ...]:
        result = read_chain(id)
        log.of_review = read_chain  # type: ignore[method-assign]
        backend.deliver(complaint("r-1", kind=EventKind.EDITED, revision=3))
        return result

    log.of_review = read_slowly  # type: ignore[method-assign]

    assert verify_review(review, BUSINESS, log, backend.cases).verified


def test_another_businesss_reviews_do_not_exist(backend: Backend, review: str) -> None:
    oda = backend.add_person("Oda", "auditor", "lead", business=OTHER_BUSINESS)
    for id in (review, "rev_neverwas"):
        for ask in (outcomes_of, verification_of):
            with pytest.raises(NotFound):
                ask(oda, id, backend.outcome_log, backend.cases)
        with pytest.raises(NotFound):
            verify_review(id, OTHER_BUSINESS, backend.outcome_log, backend.cases)


@pytest.mark.parametrize("tampering", TAMPERING)
def test_a_stranger_does_not_hear_that_a_log_was_changed(
    backend: Backend, review: str, tampering: str
) -> None:
    TAMPERING[tampering](backend, review)
    oda = backend.add_person("Oda", "auditor", business=OTHER_BUSINESS)
    for ask in (outcomes_of, verification_of):
        with pytest.raises(NotFound):
            ask(oda, review, backend.outcome_log, backend.cases)


# Queries

outcome_rows = st.lists(
    st.tuples(
        st.integers(0, 4 * 24 * 60),
        st.sampled_from(["rev_a", "rev_b", "rev_c", "rev_d", "rev_e", "rev_f"]),
        st.sampled_from([Kind.ACCEPTED, Kind.ANSWERED, Kind.ESCALATED]),
        st.sampled_from(["high", "low", None]),
        st.sampled_from(["forum", "survey"]),
    ),
    max_size=25,
)
START = datetime(2026, 3, 14, 18, tzinfo=UTC)


def store_outcomes(
    backend: Backend, business: str, rows: list[tuple[int, str, Kind, str | None, str]]
) -> list[Outcome]:
    """Outcomes at so many minutes from the start, a few of each review, as storage appends them."""
    stored_outcomes: list[Outcome] = []
    heads: dict[str, tuple[int, str]] = {}
    for minutes, short_id, kind, severity, channel in sorted(rows, key=lambda row: row[0]):
        review = f"{short_id}{business.removeprefix('bus_')}"
        sequence, head = heads.get(review, (0, initial_hash(review)))
        subject = OutcomeSubject(review, business, "standard", channel, severity)
        at = START + timedelta(minutes=minutes)
        (link,) = chain_facts(
            subject, [Fact(kind)], sequence=sequence, head=head, at=at, actor="heard", delivery=None
        )
        heads[review] = (link.sequence, link.hash)
        backend.plain_dynamodb.transact_write_items(
            TransactItems=append_writes(backend.tables["OutcomesTable"], [link])
        )
        stored_outcomes.append(link)
    return sorted(stored_outcomes, key=lambda link: (link.at, link.id))


def read_pages(backend: Backend, question: OutcomeCriteria, size: int) -> list[list[Outcome]]:
    pages: list[list[Outcome]] = []
    after: str | None = None
    while True:
        page = backend.outcome_log.page(question, limit=size, after=after)
        pages.append(list(page.outcomes))
        after = page.next
        if after is None:
            return pages
        assert len(pages) < 200


@given(
    outcome_rows,
    st.integers(1, 9),
    st.tuples(st.integers(-60, 4 * 24 * 60), st.integers(1, 4 * 24 * 60)),
    st.sets(st.sampled_from([Kind.ACCEPTED, Kind.ANSWERED])),
    st.sampled_from([None, "high"]),
    st.sampled_from([None, "forum"]),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_of_any_size_return_each_matching_outcome_once_and_in_order(
    backend: Backend,
    rows: Any,
    size: int,
    window: tuple[int, int],
    kinds: set[Kind],
    severity: str | None,
    channel: str | None,
) -> None:
    business = f"bus_{next(_numbers)}"
    store_outcomes(backend, OTHER_BUSINESS + business, rows[:3])
    stored_outcomes = store_outcomes(backend, business, rows)
    start = START + timedelta(minutes=window[0])
    end = start + timedelta(minutes=window[1])
    pages = read_pages(
        backend, OutcomeCriteria(business, start, end, tuple(kinds), severity, channel), size
    )

    expected = [
        link
        for link in stored_outcomes
        if start <= datetime.fromisoformat(link.at) < end
        and (not kinds or link.kind in kinds)
        and severity in {None, link.severity}
        and channel in {None, link.channel}
    ]
    assert [link for page in pages for link in page] == expected
    assert all(len(page) <= size for page in pages)


def test_a_page_of_a_long_period_ends_and_the_next_one_has_the_rest(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome_log, "MAX_DAYS", 10)
    business = f"bus_{next(_numbers)}"
    (outcome,) = store_outcomes(backend, business, [(0, "rev_a", Kind.ACCEPTED, "high", "forum")])
    start = START - timedelta(days=12)
    pages = read_pages(backend, OutcomeCriteria(business, start, START + timedelta(days=3)), size=9)

    assert pages == [[], [outcome]]


def test_an_invalid_cursor_is_refused_and_one_past_the_end_gives_an_empty_page(
    backend: Backend,
) -> None:
    from heard.errors import BadRequest

    question = OutcomeCriteria(BUSINESS, START, START + timedelta(days=1))
    with pytest.raises(BadRequest):
        backend.outcome_log.page(question, after="not a cursor")

    assert (
        backend.outcome_log.page(question, after="2027-01-01T00:00:00.000Z#out_x_000001").outcomes
        == ()
    )
    assert (
        backend.outcome_log.page(
            question, after=f"{START.date().isoformat()}T23:59:59.000Z#out_x_000001"
        ).next
        is None
    )


def test_a_query_by_kind_finds_open_and_closed_reviews(backend: Backend) -> None:
    backend.deliver(
        review_event(
            "r-1", "Buy cheap watches at www.example.com now!!! Click here http://spam.example", 5
        )
    )
    backend.deliver(complaint("r-2"))
    question = OutcomeCriteria(
        BUSINESS,
        backend.clock() - timedelta(hours=1),
        backend.clock() + timedelta(hours=1),
        (Kind.ACCEPTED,),
    )

    assert len(backend.outcome_log.page(question).outcomes) == 2
