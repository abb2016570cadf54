"""A step stops between two of its writes, then its author is erased, and then it runs again.

No run ends in a fault that every later run meets too: that would be a dead letter without an
outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest

from heard.connectors import HttpResponse
from heard.errors import ConflictError, Fault
from heard.follow_ups import Action, FollowUp, Status
from heard.notes import Draft
from heard.outcomes import CLOSING_KINDS, Kind
from heard.reviews import review_id
from heard.steps import desk, drafts, notes
from heard.steps.desk import ResolutionRequest
from heard.steps.notes import NoteRequest
from heard.steps.reply import carry_out
from tests.unit.backend import BUSINESS, Backend, FunctionStopped, InterceptedClient
from tests.unit.steps.canaries import AUTHOR, CANARIES, canary_complaint, message_of
from tests.unit.steps.test_erasing import (
    assert_no_canary,
    canary_praise,
    deliver,
    erase_customer,
)

REVIEW = review_id(BUSINESS, "standard", "r-1")
READS = {"get_item", "query", "batch_get_item"}
TEXT = f"We are sorry about {CANARIES[6]}. We looked into it, and the soup is hot again."

type Step = Callable[[], object]


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def accept_reply(method: str, _url: str, **_: object) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


def prepare_praise(shop: Backend) -> Step:
    message = message_of(shop, canary_praise())
    return lambda: shop.run_route_workflow(message)


def prepare_complaint(shop: Backend) -> Step:
    message = message_of(shop, canary_complaint())
    return lambda: shop.run_route_workflow(message)


def prepare_later_praise(shop: Backend) -> Step:
    """Praise that the platform dates after the erasure: its clock is ahead of ours."""
    message = message_of(shop, canary_praise(), shop.clock() + timedelta(hours=1))
    return lambda: shop.run_route_workflow(message)


def claimed_follow_up(shop: Backend) -> tuple[FollowUp, ResolutionRequest]:
    deliver(shop, canary_complaint())
    follow_up = shop.case(REVIEW).follow_up
    assert follow_up is not None
    ana = shop.add_person("Ana", "agent")
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    request = ResolutionRequest(
        id="resolution-1",
        action=Action.REPLY,
        fence=fence,
        text=TEXT,
        note=CANARIES[7],
        fix="other",
        root_cause="other",
    )
    return follow_up, request


def prepare_resolution(shop: Backend) -> Step:
    follow_up, request = claimed_follow_up(shop)
    ana = shop.add_person("Ana", "agent")

    def resolve() -> None:
        try:
            desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock())
        except ConflictError:
            return

    return resolve


def prepare_carrying_out(shop: Backend) -> Step:
    follow_up, request = claimed_follow_up(shop)
    desk.resolve(shop.add_person("Ana"), follow_up.id, request, shop.desk, shop.clock())

    def run() -> None:
        carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())

    return run


def prepare_draft(shop: Backend) -> Step:
    follow_up, _ = claimed_follow_up(shop)
    ana = shop.add_person("Ana", "agent")
    draft = Draft(TEXT, "2026-03-17T12:00:00.000Z")

    def save() -> None:
        drafts.save_draft(ana, follow_up.id, draft, shop.desk, shop.clock())

    return save


def prepare_note(shop: Backend) -> Step:
    follow_up, _ = claimed_follow_up(shop)
    ana, ben = shop.add_person("Ana", "agent"), shop.add_person("Ben", "agent")
    request = NoteRequest("note-0001", f"He is {CANARIES[7]}", (ben.person.subject,))

    def write() -> None:
        notes.add_note(ana, follow_up.id, request, shop.desk, shop.clock())

    return write


@pytest.mark.parametrize("prepare", [prepare_draft, prepare_note])
def test_what_an_agent_wrote_while_its_author_was_erased_is_not_kept(
    shop: Backend, prepare: Callable[[Backend], Step]
) -> None:
    """The erasure comes whole between two calls of the step, each of them in turn."""
    restore_empty = shop.snapshot()
    for erase_at in count(1):
        restore_empty()
        step, calls = prepare(shop), 0

        def erase(_: str) -> None:
            nonlocal calls
            calls += 1
            if calls == erase_at:  # noqa: B023 - in this round only
                shop.dynamodb, meanwhile = shop.plain_dynamodb, shop.dynamodb
                erase_customer(shop)
                shop.dynamodb = meanwhile

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, erase)
        with suppress(ConflictError, Fault):
            step()
        shop.dynamodb = shop.plain_dynamodb
        if calls < erase_at:
            break
        erased_keys = [
            item
            for item in shop.stored_items()
            if item["sk"].startswith(("NOTE#", "DRAFT#")) and item["author"] == AUTHOR
        ]
        assert erased_keys == [], erase_at
        shop.check_invariants(*CANARIES)
    assert erase_at > 4


@pytest.mark.parametrize(
    "prepare",
    [
        prepare_praise,
        prepare_later_praise,
        prepare_complaint,
        prepare_resolution,
        prepare_carrying_out,
    ],
)
def test_a_step_whose_author_was_erased_between_two_writes_ends_with_an_outcome(
    shop: Backend, prepare: Callable[[Backend], Step]
) -> None:
    restore_empty = shop.snapshot()
    for stop_at in count(1):
        restore_empty()
        shop.dynamodb = shop.plain_dynamodb
        step, writes, has_stopped = prepare(shop), 0, False

        def stop(operation: str) -> None:
            nonlocal writes
            writes += operation not in READS
            if writes == stop_at and operation not in READS:  # noqa: B023 - in this round only
                raise FunctionStopped

        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, lambda _: None, stop)
        try:
            step()
        except FunctionStopped:
            has_stopped = True
        shop.dynamodb = shop.plain_dynamodb
        if not has_stopped:
            break
        shop.clock.advance(minutes=1)
        erase_customer(shop)
        shop.clock.advance(minutes=1)
        step()
        step()
        shop.run_workflows()

        kinds = shop.kinds(REVIEW)
        assert kinds.count(Kind.ANSWERED) + kinds.count(Kind.ACKNOWLEDGED) <= 1
        case = shop.case(REVIEW)
        in_hand = case.follow_up is not None and case.follow_up.status is not Status.CLOSED
        assert in_hand or set(kinds) & CLOSING_KINDS, (stop_at, kinds)
        shop.check_invariants(*CANARIES)
        if prepare is not prepare_later_praise:
            # For what was listed when the erasure came, as the guide says.
            erase_customer(shop)
            assert_no_canary(shop)
    assert writes > 1
