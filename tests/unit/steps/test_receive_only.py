"""On a connection that only receives, praise is seen and closed, and complaints reach a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heard.outcomes import Kind
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, BUSINESS_NAME, Backend, complaint, praise


@pytest.fixture
def shop(backend: Backend) -> Backend:
    connection = backend.connect("standard")
    backend.setup_store.put_connection(replace(connection, has_credentials=False), backend.clock())
    return backend


def test_praise_is_closed_with_the_reason_and_takes_no_persons_time(shop: Backend) -> None:
    review = shop.deliver(praise("r-1"))

    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.IGNORED]
    assert shop.outcomes()[-1].detail["reason"] == "cannot_reply"
    assert shop.follow_ups() == []
    shop.check_invariants()


def test_a_complaint_reaches_a_person(shop: Backend) -> None:
    review = shop.deliver(complaint("r-1"))

    assert shop.case(review).follow_up is not None


def test_praise_that_becomes_a_complaint_reaches_a_person(shop: Backend) -> None:
    shop.deliver(praise("r-1"))
    review = shop.deliver(complaint("r-1", revision="000000000002"))

    assert Kind.REOPENED in shop.kinds(review)
    assert shop.case(review).follow_up is not None


def test_a_business_may_have_its_people_thank_at_the_platform(shop: Backend) -> None:
    policy = {"rules": [{"id": "R02-thank", "when": {}, "then": {"route": "follow_up"}}]}
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
    review = shop.deliver(praise("r-1"))

    assert shop.case(review).follow_up is not None
