"""The rows of a day from the real log: only chains that began before are read, each once."""

from __future__ import annotations

from functools import partial

import pytest

from heard.lake import rows_key, write_day
from heard.outcomes import Kind, Outcome
from heard.reviews import EventKind
from heard.steps.lake import outcomes_of_reviews
from heard.storage.outcome_log import OutcomeLog
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, Backend, complaint
from tests.unit.lake.chains import Shelf


@pytest.fixture
def reviews(backend: Backend) -> list[str]:
    """Two reviews of one day, of which the first was edited on the next."""
    reviews = [backend.deliver(complaint(f"r-{number}")) for number in (1, 2)]
    backend.clock.advance(days=1)
    backend.deliver(complaint("r-1", kind=EventKind.EDITED, revision=2))
    return reviews


def days_of(log: OutcomeLog, review: str) -> tuple[str, ...]:
    return tuple(sorted({outcome.at[:10] for outcome in log.read(review)}))


def test_the_rows_of_a_day_come_from_the_log(backend: Backend, reviews: list[str]) -> None:
    log = backend.outcome_log
    _, day = days_of(log, reviews[0])
    facts = [each for review in reviews for each in log.read(review) if each.at[:10] == day]
    shelf = Shelf()

    write_day(shelf, BUSINESS, day, facts, partial(outcomes_of_reviews, log))

    (row,) = shelf.lines(rows_key(BUSINESS, day))
    chain = log.of_review(reviews[0])
    assert (row["review"], row["sequence"], row["outcomes"]) == (reviews[0], len(chain), len(chain))
    assert row["opened_at"] == chain[0].at
    assert row["revisions"] == 2


def test_chains_come_one_after_the_other_each_in_order(
    backend: Backend, reviews: list[str]
) -> None:
    log = backend.outcome_log

    outcomes = list(outcomes_of_reviews(log, set(reviews)))

    assert outcomes == [each for review in sorted(reviews) for each in log.read(review)]


def test_a_chain_that_somebody_damaged_is_read_up_to_there(
    backend: Backend, reviews: list[str]
) -> None:
    log = backend.outcome_log
    first, second, *_ = log.of_review(reviews[0])
    item = second.to_json() | {"kind": "no such kind"}
    backend.dynamodb.put_item(TableName=backend.tables["OutcomesTable"], Item=attributes(item))

    outcomes: list[Outcome] = list(outcomes_of_reviews(log, set(reviews)))

    assert [each for each in outcomes if each.review == reviews[0]] == [first]
    assert next(each.kind for each in outcomes if each.review == reviews[1]) is Kind.ACCEPTED
