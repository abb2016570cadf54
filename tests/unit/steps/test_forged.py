"""What only an address vouches for can add work for a person, and take none away (R01).

Whoever learns the address of an unsigned connection can send anything there: before the genuine
complaint, under its id, or after it.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from heard.connectors import Proof, load, platform_names
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent, review_id
from heard.steps import desk
from heard.steps.erasing import DataSubject, ErasureReport, erase
from tests.unit.backend import BUSINESS, COMPLAINT, MILD_COMPLAINT, PRAISE, Backend, review_event

PLATFORM = "trustpilot"
ID = "64b7f0a1c2d3e4f506172839"
REVIEW = review_id(BUSINESS, PLATFORM, ID)
EARLIER, GENUINE, LATER = (f"2026-03-17T{hour:02}:00:00.000Z" for hour in (8, 9, 10))


def complaint(revision: str = GENUINE) -> ReviewEvent:
    return review_event(ID, COMPLAINT, 1, revision=revision, author="zelda")


def forge(
    text: str | None = PRAISE, rating: int | None = 5, *, revision: str = LATER, **fields: object
) -> ReviewEvent:
    defaults = {"kind": EventKind.EDITED, "author": "zelda"}
    return review_event(ID, text, rating, revision=revision, **{**defaults, **fields})  # type: ignore[arg-type]


FORGERIES = {
    "deletion": forge(None, None, kind=EventKind.WITHDRAWN, revision="~"),
    "dated deletion": forge(None, None, kind=EventKind.WITHDRAWN),
    "milder edit": forge(MILD_COMPLAINT, 4),
    "praise": forge(),
    "praise of long ago": forge(revision=EARLIER),
    "praise of the end of time": forge(revision="9999-12-31T23:59:59.000Z"),
    "another revision of the same time": forge("ok", 5, revision=GENUINE),
    "more stars": forge(COMPLAINT, 5),
    "no words": forge(None, 5),
    "advertisement": forge("Cheap watches http://spam.example http://spam.example buy now"),
    "another author": forge(author="mallory"),
    "the business itself": forge("Thank you all!", 5, kind=EventKind.REPLY_SEEN),
    "answered already": forge(None, None, kind=EventKind.REPLY_SEEN, revision="~"),
    "an automatic reply": forge("I am away.", None, no_review="automatic_reply"),
}


@pytest.fixture
def receiver(backend: Backend) -> Backend:
    """A business that only receives: nothing is signed, and nothing can be read at the platform."""
    connection = replace(backend.connect(PLATFORM), has_credentials=False)
    backend.setup_store.put_connection(connection, backend.clock())
    backend.secrets.put_credentials(connection.id, {})
    backend.connections[PLATFORM] = connection
    return backend


def seen_by_a_person(backend: Backend) -> str:
    """All that an agent sees of the review's open follow-up."""
    follow_up = backend.case(REVIEW).follow_up
    assert follow_up is not None, "no person has the complaint"
    assert REVIEW in follow_up.reviews
    agent = backend.add_person("Ana", "agent")
    view = desk.describe_follow_up(agent, follow_up.id, backend.desk, backend.clock())
    return json.dumps(view, default=str, ensure_ascii=False)


@pytest.mark.parametrize("order", ["before", "after", "on both sides"])
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_no_forgery_hides_a_complaint_from_people(
    receiver: Backend, forgery: ReviewEvent, order: str
) -> None:
    for event in {
        "before": [forgery, complaint()],
        "after": [complaint(), forgery],
        "on both sides": [forgery, complaint(), forgery],
    }[order]:
        receiver.deliver(event, PLATFORM)

    assert COMPLAINT in seen_by_a_person(receiver)
    case = receiver.case(REVIEW)
    assert case.review.closing_kind is None
    assert not case.review.withdrawn
    assert case.review.severity is not None
    assert case.follow_up is not None
    assert case.follow_up.severity.value == "high"
    receiver.check_invariants()


def test_a_person_is_told_of_a_deletion_that_nobody_can_prove(receiver: Backend) -> None:
    receiver.deliver(complaint(), PLATFORM)
    assert '"reported_gone_at": null' in seen_by_a_person(receiver)
    for number in range(20):
        receiver.clock.advance(seconds=1)
        receiver.deliver(replace(FORGERIES["deletion"], revision=f"~{number}"), PLATFORM)

    assert '"reported_gone_at": "2026-03-17T12:00:01.000Z"' in seen_by_a_person(receiver)
    assert Kind.WITHDRAWN not in receiver.kinds(REVIEW)
    assert receiver.kinds(REVIEW).count(Kind.UNVERIFIED) <= 3, "a flood makes a chain grow"


def test_words_that_came_late_are_read_once_and_do_not_come_back(receiver: Backend) -> None:
    """A person who has answered is not asked again because an old message is repeated."""
    receiver.deliver(forge(), PLATFORM)
    receiver.deliver(complaint(), PLATFORM)
    chain = receiver.kinds(REVIEW)
    assert chain.count(Kind.FOLLOW_UP_OPENED) + chain.count(Kind.FOLLOW_UP_JOINED) >= 1
    revision_before = receiver.case(REVIEW).review.revision
    for _ in range(10):
        receiver.deliver(complaint(), PLATFORM)

    added = receiver.kinds(REVIEW)[len(chain) :]
    assert set(added) == {Kind.LATE_REVISION}
    assert len(added) <= 3
    assert receiver.case(REVIEW).review.revision == revision_before == LATER


def test_a_late_revision_of_a_signed_source_opens_nothing(backend: Backend) -> None:
    backend.connect("standard")
    event = review_event(ID, PRAISE, 5, revision=2)
    review = backend.deliver(event)
    backend.deliver(review_event(ID, COMPLAINT, 1, revision=1))

    assert backend.kinds(review)[-1] is Kind.LATE_REVISION


@pytest.mark.parametrize("revision", [EARLIER, LATER])
def test_the_name_of_an_erased_person_buries_no_complaint(receiver: Backend, revision: str) -> None:
    """Whoever knows the id of a person who was erased could send a review in that name first."""
    erased = receiver.deliver(replace(complaint(), native_id="other"), PLATFORM)
    person = DataSubject(BUSINESS, receiver.case(erased).review.author, ("zelda",))
    assert isinstance(
        erase(person, receiver.erasure_ports, receiver.clock(), actor="operator"), ErasureReport
    )
    receiver.clock.advance(hours=1)
    old = receiver.clock.now.replace(year=2020)
    receiver.deliver(forge(revision=revision, occurred_at=old), PLATFORM)
    genuine = replace(complaint(), author=replace(complaint().author, id="quint"))
    receiver.deliver(genuine, PLATFORM)

    assert COMPLAINT in seen_by_a_person(receiver)


def test_each_platform_says_what_proves_its_requests() -> None:
    proofs = {name: load(name).capabilities.proof for name in platform_names()}
    by_address = {name for name, proof in proofs.items() if proof is Proof.ADDRESS}
    assert by_address == {"feefo", "reviews_io", "trustpilot", "yelp", "yotpo"}
    assert all(load(name).capabilities.pushes for name in by_address)
    assert {name for name, proof in proofs.items() if proof is Proof.READ} == {
        "app_store",
        "bluesky",
        "booking_com",
        "google_play",
        "reddit",
    }
