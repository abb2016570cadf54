"""What auditors are told.

Everything of their businesses and nothing of others', in order, and whether it was tampered with.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.errors import NotFound
from heard.outcomes import Fact, Kind, Outcome, Subject, chain, first_link
from heard.reviews import EventKind
from heard.steps.audit import outcomes_of, verify_review
from heard.storage.outcome_log import Question, appends
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, ELSEWHERE, House, complaint, said

_numbers = count(1)
MINE = (BUSINESS,)


@pytest.fixture
def review(house: House) -> str:
    """A review with three outcomes."""
    review = house.say(complaint("r-1"))
    house.say(complaint("r-1", kind=EventKind.EDITED, revision=2))
    assert len(house.log.of_review(review)) == 3
    return review


def change(house: House, review: str, sequence: int, **to: Any) -> None:
    """Change a stored outcome past all of Heard's code."""
    key = attributes({"review": review, "sequence": sequence})
    names = {f"#{number}": name for number, name in enumerate(to)}
    values = {f":{number}": value for number, value in enumerate(to.values())}
    house.raw.update_item(
        TableName=house.tables["OutcomesTable"],
        Key=key,
        UpdateExpression="SET " + ", ".join(f"#{number} = :{number}" for number in range(len(to))),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=attributes(values),
    )


def delete(house: House, review: str, sequence: int) -> None:
    house.raw.delete_item(
        TableName=house.tables["OutcomesTable"],
        Key=attributes({"review": review, "sequence": sequence}),
    )


def forge(house: House, review: str) -> None:
    """Append one more outcome that fits, without the review's state knowing of it."""
    last = house.log.of_review(review)[-1]
    subject = Subject(review, last.business, last.platform, last.channel, last.severity)
    links = chain(
        subject,
        [Fact(Kind.ANSWERED)],
        sequence=last.sequence,
        head=last.hash,
        at=house.clock(),
        actor="x",
        delivery=None,
    )
    house.raw.transact_write_items(TransactItems=appends(house.tables["OutcomesTable"], links))


TAMPERING: dict[str, Callable[[House, str], None]] = {
    "another kind": lambda house, review: change(house, review, 2, kind="answered"),
    "a kind that is none": lambda house, review: change(house, review, 2, kind="forgiven"),
    "another time": lambda house, review: change(house, review, 1, at="2020-01-01T00:00:00.000Z"),
    "another detail": lambda house, review: change(house, review, 1, detail={"severity": "praise"}),
    "a detail of another type": lambda house, review: change(house, review, 1, detail="none"),
    "another actor": lambda house, review: change(house, review, 1, actor="sub-eve"),
    "another hash": lambda house, review: change(house, review, 1, hash="0" * 64),
    "another business": lambda house, review: change(house, review, 1, business=ELSEWHERE),
    "no first": lambda house, review: delete(house, review, 1),
    "no middle": lambda house, review: delete(house, review, 2),
    "no tail": lambda house, review: delete(house, review, len(house.log.of_review(review))),
    "one too many": forge,
}


def test_an_untouched_chain_verifies(house: House, review: str) -> None:
    report = verify_review(review, MINE, house.log, house.work)

    assert report.verified
    assert report.outcomes == len(outcomes_of(review, MINE, house.log))


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_shows(house: House, review: str, how: str) -> None:
    TAMPERING[how](house, review)
    report = verify_review(review, MINE, house.log, house.work)

    assert not report.verified
    assert report.broken_at is not None
    assert report.why


def test_a_chain_without_a_single_outcome_left_does_not_verify(house: House, review: str) -> None:
    for outcome in house.log.of_review(review):
        delete(house, review, outcome.sequence)

    assert not verify_review(review, MINE, house.log, house.work).verified


def test_an_outcome_that_is_appended_while_the_chain_is_read_breaks_nothing(
    house: House, review: str
) -> None:
    log = house.log
    reading = log.of_review

    def slowly(id: str) -> tuple[Outcome, ...]:
        found = reading(id)
        log.of_review = reading  # type: ignore[method-assign]
        house.say(complaint("r-1", kind=EventKind.EDITED, revision=3))
        return found

    log.of_review = slowly  # type: ignore[method-assign]

    assert verify_review(review, MINE, log, house.work).verified


def test_another_businesss_reviews_do_not_exist(house: House, review: str) -> None:
    for id in (review, "rev_neverwas"):
        with pytest.raises(NotFound):
            outcomes_of(id, (ELSEWHERE,), house.log)
        with pytest.raises(NotFound):
            verify_review(id, (ELSEWHERE,), house.log, house.work)


# Queries

outcomes = st.lists(
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


def store(
    house: House, business: str, described: list[tuple[int, str, Kind, str | None, str]]
) -> list[Outcome]:
    """Outcomes at so many minutes from the start, a few of each review, as storage appends them."""
    written: list[Outcome] = []
    heads: dict[str, tuple[int, str]] = {}
    for minutes, name, kind, severity, channel in sorted(described, key=lambda each: each[0]):
        review = f"{name}{business.removeprefix('bus_')}"
        sequence, head = heads.get(review, (0, first_link(review)))
        subject = Subject(review, business, "standard", channel, severity)
        at = START + timedelta(minutes=minutes)
        (link,) = chain(
            subject, [Fact(kind)], sequence=sequence, head=head, at=at, actor="heard", delivery=None
        )
        heads[review] = (link.sequence, link.hash)
        house.raw.transact_write_items(TransactItems=appends(house.tables["OutcomesTable"], [link]))
        written.append(link)
    return sorted(written, key=lambda link: (link.at, link.id))


def pages(house: House, question: Question, size: int) -> list[list[Outcome]]:
    read: list[list[Outcome]] = []
    after: str | None = None
    while True:
        page = house.log.page(question, limit=size, after=after)
        read.append(list(page.outcomes))
        after = page.next
        if after is None:
            return read
        assert len(read) < 200


@given(
    outcomes,
    st.integers(1, 9),
    st.tuples(st.integers(-60, 4 * 24 * 60), st.integers(1, 4 * 24 * 60)),
    st.sets(st.sampled_from([Kind.ACCEPTED, Kind.ANSWERED])),
    st.sampled_from([None, "high"]),
    st.sampled_from([None, "forum"]),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_of_any_size_return_each_outcome_that_was_asked_for_once_and_in_order(
    house: House,
    described: Any,
    size: int,
    window: tuple[int, int],
    kinds: set[Kind],
    severity: str | None,
    channel: str | None,
) -> None:
    business = f"bus_{next(_numbers)}"
    store(house, ELSEWHERE + business, described[:3])
    written = store(house, business, described)
    start = START + timedelta(minutes=window[0])
    end = start + timedelta(minutes=window[1])
    read = pages(house, Question(business, start, end, tuple(kinds), severity, channel), size)

    wanted = [
        link
        for link in written
        if start <= datetime.fromisoformat(link.at) < end
        and (not kinds or link.kind in kinds)
        and severity in {None, link.severity}
        and channel in {None, link.channel}
    ]
    assert [link for page in read for link in page] == wanted
    assert all(len(page) <= size for page in read)


def test_a_cursor_that_is_none_and_one_behind_the_end_are_told_apart_from_a_fault(
    house: House,
) -> None:
    from heard.errors import BadRequest

    question = Question(BUSINESS, START, START + timedelta(days=1))
    with pytest.raises(BadRequest):
        house.log.page(question, after="not a cursor")

    assert house.log.page(question, after="2027-01-01T00:00:00.000Z#out_x_000001").outcomes == ()
    assert (
        house.log.page(
            question, after=f"{START.date().isoformat()}T23:59:59.000Z#out_x_000001"
        ).next
        is None
    )


def test_a_closed_review_answers_who_asks_for_its_closing_kind(house: House) -> None:
    house.say(
        said("r-1", "Buy cheap watches at www.example.com now!!! Click here http://spam.example", 5)
    )
    house.say(complaint("r-2"))
    question = Question(
        BUSINESS,
        house.clock() - timedelta(hours=1),
        house.clock() + timedelta(hours=1),
        (Kind.ACCEPTED,),
    )

    assert len(house.log.page(question).outcomes) == 2
