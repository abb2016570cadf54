"""Whether what is stored holds together: for a person who has just restored a table.

Every check compares two places that must agree: a state and its log, a follow-up and its thread, an
erasure and what came back, a text and its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heard.cases import Review
from heard.errors import NotFound, Tampered
from heard.follow_ups import FollowUp, Status
from heard.polling import poll_interval
from heard.steps.restoring import contradiction
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.storage.backups import WholeTables
    from heard.storage.case_store import CaseStore
    from heard.storage.erasures import Erasures
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.polls import Polls
    from heard.storage.quarantine import Quarantine
    from heard.storage.setup import SetupStore
    from heard.storage.tables import Item


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two places that do not agree: which check says so, about what, and why."""

    check: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class ConsistencyPorts:
    """What the checks read."""

    tables: WholeTables
    case_store: CaseStore
    log: OutcomeLog
    setup: SetupStore
    polls: Polls
    erasures: Erasures
    quarantine: Quarantine


def find_disagreements(ports: ConsistencyPorts) -> Iterator[Disagreement]:
    """Everything that does not agree. It reads all three tables, and writes nothing."""
    reviews: dict[str, str | None] = {}
    follow_ups: dict[str, FollowUp] = {}
    threads: dict[str, str | None] = {}
    states: list[Item] = []
    for item in ports.tables.cases():
        if item["sk"] == "FOLLOW_UP":
            follow_up = FollowUp.from_json(item["follow_up"])
            follow_ups[follow_up.id] = follow_up
            if follow_up.status is not Status.CLOSED and "sweep_at" not in item:
                yield Disagreement("follow-up", follow_up.id, "the sweep does not find it")
        elif item["sk"] == "STATE":
            if "thread" in item:
                threads[item["thread"]["id"]] = item["thread"].get("follow_up")
            if "review" in item:
                reviews[item["review"]["id"]] = item.get("follow_up")
                states.append(item)
    for follow_up in follow_ups.values():
        yield from _check_follow_up(follow_up, threads, reviews)
    for item in states:
        yield from _check_review(item, follow_ups, threads, ports)
    for review in sorted(set(ports.tables.logged_reviews()) - reviews.keys()):
        yield Disagreement("log", review, "it has outcomes and no state")
    yield from _check_erasures(ports)
    yield from _check_setup(ports)


def _check_follow_up(
    follow_up: FollowUp,
    threads: Mapping[str, str | None],
    reviews: Mapping[str, str | None],
) -> Iterator[Disagreement]:
    """`threads` and `reviews` are the follow-ups that their states name, by id.

    A thread names the follow-up that reviews join now. One that was full before is named by its
    reviews alone.
    """
    if follow_up.status is Status.CLOSED:
        return
    is_named_by_reviews = any(reviews.get(review) == follow_up.id for review in follow_up.reviews)
    if threads.get(follow_up.thread) != follow_up.id and not is_named_by_reviews:
        yield Disagreement("follow-up", follow_up.id, "neither its thread nor a review names it")
    for review in sorted(set(follow_up.reviews) - reviews.keys()):
        yield Disagreement("follow-up", follow_up.id, f"its review {review} is not stored")


def _check_review(
    item: Item,
    follow_ups: Mapping[str, FollowUp],
    threads: Mapping[str, str | None],
    ports: ConsistencyPorts,
) -> Iterator[Disagreement]:
    review = Review.from_json(item["review"])
    try:
        why = contradiction(review, ports.log.of_review(review.id))
    except Tampered as error:
        why = error.detail
    if why:
        yield Disagreement("log", review.id, why)
    follow_up = follow_ups.get(item.get("follow_up") or threads.get(review.thread) or "")
    is_owned = follow_up is not None and review.id in follow_up.reviews
    if review.closing_kind is None and not is_owned and "sweep_at" not in item:
        yield Disagreement("owner", review.id, "it is open, and in nobody's hands")
    if review.revision and review.erased_at is None and not review.unverified:
        try:
            ports.case_store.revision(review)
        except Erased:
            yield Disagreement("texts", review.id, "its author has no key, or another one")
        except NotFound:
            yield Disagreement("texts", review.id, "its words are not stored")


def _check_erasures(ports: ConsistencyPorts) -> Iterator[Disagreement]:
    for record in ports.erasures.all():
        author_record = ports.case_store.vault.author_record(record.author)
        if author_record.erased_at is None or author_record.erased_at < record.at:
            yield Disagreement("erasure", record.author, f"{record.business}: back again")
            continue
        came_back = [
            review
            for review in ports.case_store.reviews_of_author(record.author)
            if not author_record.has_key and ports.case_store.find_review(review)
        ]
        if came_back:
            yield Disagreement("erasure", record.author, f"{record.business}: has reviews again")


def _check_setup(ports: ConsistencyPorts) -> Iterator[Disagreement]:
    for business in ports.setup.businesses():
        for connection in ports.setup.connections(business):
            if poll_interval(connection) and ports.polls.state(connection.id) is None:
                yield Disagreement("poll", connection.id, "it is polled, and has no poll state")
        for entry in ports.quarantine.of_business(business):
            if not entry.is_erased and ports.quarantine.open(entry) is None:
                yield Disagreement("quarantine", entry.id, "what was sent is gone")
