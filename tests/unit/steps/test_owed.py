"""What must follow a commit follows it, whatever dies in between, and within minutes.

The clock is moved by the period of the sweep. Nothing waits for the due time of its follow-up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard import cases
from heard.connectors import HttpResponse
from heard.errors import Fault, PlatformUnavailable
from heard.follow_ups import Action, FollowUp, Status
from heard.messaging import LONGEST_DELAY, ROUTE_SECONDS, Queue, Workflows
from heard.outcomes import Kind
from heard.retention import Retention
from heard.reviews import review_id
from heard.steps import desk
from heard.steps.follow_up import check_follow_up
from heard.steps.intake import HAND_BACK_PAUSE
from heard.steps.poll import dispatch
from heard.steps.reply import carry_out
from heard.steps.retention import run_retention
from heard.steps.sweep import CARRY_OUT_PAUSE, SweepReport
from heard.threads import Purpose
from tests.unit.asl import ENDED, WAITING
from tests.unit.backend import (
    BUSINESS,
    MAX_TRIES,
    NOON,
    OTHER_BUSINESS,
    Backend,
    FunctionStopped,
    InterceptedClient,
    complaint,
    praise,
)

TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
OTHER_TEXT = "Our bakery in the high street looked into it, and the oven is being repaired now."
SWEEP_PERIOD = timedelta(minutes=5)
SOON = timedelta(minutes=10)
"""What nobody may wait longer for than: the pause before the sweep looks, and its period."""


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


def fail_unavailable(*_: Any, **__: Any) -> HttpResponse:
    raise PlatformUnavailable("down", maybe_applied=False)


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    for name in ("Ana", "Ben"):
        backend.add_person(name, "agent", "lead")
    return backend


class DeadService:
    """A service of AWS at the moment in which the function that calls it dies."""

    def __getattr__(self, operation: str) -> Any:
        def fail(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "Stopped", "Message": ""}}, operation)

        return fail


def resolve(
    shop: Backend,
    follow_up: FollowUp,
    action: Action = Action.REPLY,
    *,
    id: str = "resolution-1",
    text: str | None = TEXT,
    sends: bool = True,
    **fields: Any,
) -> None:
    """Let Ana resolve a follow-up; `sends`: else her function dies right after the commit."""
    ana = shop.add_person("Ana", "agent", "lead")
    fence = desk.claim(ana, follow_up.id, shop.desk, shop.clock()).fence
    codes: dict[str, Any] = {"fix": "refunded", "root_cause": "double-charge"} | fields
    request = desk.ResolutionRequest(id, action, fence, text=text, **codes)
    run_desk(shop, lambda: desk.resolve(ana, follow_up.id, request, shop.desk, shop.clock()), sends)


def run_desk(shop: Backend, step: Callable[[], object], sends: bool) -> None:
    if sends:
        step()
        return
    dead: Any = DeadService()
    alive = shop.workflows, shop.review_queue
    shop.workflows, shop.review_queue = Workflows(dead), Queue(dead, shop.queue_url)
    with pytest.raises(ClientError):
        step()
    shop.workflows, shop.review_queue = alive


def lose_messages(shop: Backend) -> None:
    shop.sqs.purge_queue(QueueUrl=shop.queue_url)


def states(shop: Backend) -> list[str]:
    """Where the runs of the follow-up workflow are."""
    return [execution.state for execution in shop.step_functions.executions.values()]


def count_posts(shop: Backend) -> list[str]:
    """The platform's log of what is posted from now on."""
    posts: list[str] = []

    def accept(method: str, url: str, **sent: Any) -> HttpResponse:
        posts.extend([url] if method == "POST" else [])
        return accept_reply(method, url, **sent)

    shop.http = accept
    return posts


def new_follow_up(shop: Backend, native_id: str = "r-1", **fields: Any) -> FollowUp:
    follow_up = shop.case(shop.deliver(complaint(native_id, **fields))).follow_up
    assert follow_up is not None
    return follow_up


def lose_workflows(shop: Backend) -> None:
    for execution in shop.step_functions.executions.values():
        execution.state = "lost"


def let_time_pass(shop: Backend, duration: timedelta) -> SweepReport:
    """Let the sweep, the queue and the workflows run as often as they do in this time.

    Returns the report of the first sweep that did something.
    """
    end, first = shop.clock() + duration, SweepReport()
    while shop.clock() < end:
        shop.clock.advance(minutes=SWEEP_PERIOD.total_seconds() / 60)
        report = shop.sweep()
        first = report if first == SweepReport() else first
        shop.process_queue()
        shop.run_workflows()
    return first


# The desk function dies after its commit.


@pytest.mark.parametrize(
    ("action", "fields", "kind", "is_lost"),
    [
        (Action.REPLY, {}, Kind.ANSWERED, False),
        (Action.REPLY, {}, Kind.ANSWERED, True),
        (Action.RESOLVE_WITHOUT_REPLY, {"text": None}, Kind.RESOLVED_WITHOUT_REPLY, True),
        (Action.PROMISE, {"promised_for": NOON + timedelta(days=20)}, Kind.PROMISED, True),
        (Action.INVITE_PRIVATE, {}, Kind.INVITED_PRIVATE, False),
    ],
)
def test_a_resolution_is_carried_out_within_minutes_though_its_message_was_never_sent(
    shop: Backend, action: Action, fields: dict[str, Any], kind: Kind, is_lost: bool
) -> None:
    follow_up = new_follow_up(shop)
    if is_lost:
        lose_workflows(shop)
    resolve(shop, follow_up, action, sends=False, **fields)
    report = let_time_pass(shop, SOON)

    assert (report.woken, report.restarted, report.carry_outs) == (0, 0, 1)
    assert shop.kinds(follow_up.reviews[0])[-1] is kind
    shop.check_invariants()
    shop.clock.advance(minutes=30)
    assert shop.sweep() == SweepReport()


def test_an_answer_to_a_promise_for_day_twenty_does_not_wait_for_day_twenty(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    date = NOON + timedelta(days=20)
    resolve(shop, follow_up, Action.PROMISE, text=None, promised_for=date)
    shop.run_workflows()
    shop.clock.advance(days=1)
    resolve(shop, follow_up, id="resolution-2", sends=False)
    let_time_pass(shop, SOON)

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED


def test_a_resolution_does_not_wait_for_a_thread_to_become_quiet(shop: Backend) -> None:
    """Every review that joins writes the follow-up anew, and must not put off what is owed."""
    follow_up = new_follow_up(shop, thread="t-1")
    resolve(shop, follow_up, sends=False)
    for number in range(5):
        shop.clock.advance(minutes=2)
        shop.deliver(complaint(f"r-later-{number}", thread="t-1"))
        shop.sweep()
        shop.run_workflows()

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED


def test_an_approved_resolution_is_carried_out_within_minutes(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up, Action.WALK_AWAY, text=None, reason="abuse")
    waiting = shop.cases.follow_up(follow_up.id).resolution
    assert waiting is not None
    ben = shop.add_person("Ben", "lead")
    resolution = shop.cases.follow_up(follow_up.id).resolution
    assert resolution
    run_desk(
        shop,
        lambda: desk.approve(
            ben, follow_up.id, shop.desk, shop.clock(), approved=True, digest=resolution.digest
        ),
        sends=False,
    )
    let_time_pass(shop, SOON)

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.WALKED_AWAY


def test_a_message_that_is_lost_after_its_first_try_is_sent_again(shop: Backend) -> None:
    shop.http = fail_unavailable
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    shop.run_workflows()
    lose_messages(shop)
    shop.http = accept_reply
    let_time_pass(shop, SOON + CARRY_OUT_PAUSE)

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED
    assert states(shop) == [ENDED]


def test_an_answer_that_the_queue_tries_again_is_left_alone(shop: Backend) -> None:
    shop.http = fail_unavailable
    resolve(shop, new_follow_up(shop))
    for _ in range(4):
        shop.run_workflows()
        shop.clock.advance(minutes=5)
        assert shop.sweep() == SweepReport()


def test_the_queue_tries_more_often_than_the_sweep_expects() -> None:
    assert timedelta(seconds=LONGEST_DELAY + ROUTE_SECONDS) < CARRY_OUT_PAUSE


def test_the_sweep_queues_an_answer_that_always_fails_ever_less_often(shop: Backend) -> None:
    resolve(shop, new_follow_up(shop), Action.RESOLVE_WITHOUT_REPLY, text=None)
    lose_messages(shop)
    minutes = [
        minute
        for minute in range(0, 240, 5)
        if (shop.clock.advance(minutes=5), shop.sweep())[1].carry_outs
    ]
    assert [later - earlier for earlier, later in pairwise(minutes)] == [10, 20, 40, 60, 60]


def test_an_answered_follow_up_enters_one_state(shop: Backend) -> None:
    """Each transition of a Standard workflow costs as much as 20 requests of Lambda."""
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    (execution,) = shop.step_functions.executions.values()
    assert (execution.state, list(execution.outputs)) == (ENDED, ["await_resolution"])
    (message,) = shop.queued_messages()
    assert message["carry_out"] == follow_up.id
    shop.run_workflows()

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED
    assert (states(shop), shop.queued_messages()) == ([ENDED], [])


@pytest.mark.parametrize(
    ("action", "fields"),
    [(Action.INVITE_PRIVATE, {}), (Action.PROMISE, {"promised_for": NOON + timedelta(days=9)})],
)
def test_a_follow_up_that_stays_open_after_an_answer_waits_on_in_its_next_run(
    shop: Backend, action: Action, fields: dict[str, Any]
) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up, action, **fields)
    shop.run_workflows()
    assert states(shop) == [ENDED, WAITING]
    shop.clock.advance(days=10)
    shop.fire_timers()

    kinds = shop.kinds(follow_up.reviews[0])
    assert kinds[-1] in {Kind.ESCALATED, Kind.PROMISE_DUE}
    resolve(shop, follow_up, id="resolution-2", text=OTHER_TEXT)
    shop.run_workflows()
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED
    assert states(shop) == [ENDED, ENDED]
    shop.check_invariants()


def test_a_review_that_joins_while_the_answer_is_sent_waits_in_the_next_run(shop: Backend) -> None:
    follow_up = new_follow_up(shop, thread="t-1")
    resolve(shop, follow_up)
    shop.run_route_workflow(shop.queue_message(complaint("r-2", thread="t-1")))
    assert states(shop) == [ENDED]
    shop.run_workflows()

    assert states(shop) == [ENDED, WAITING]
    assert shop.cases.follow_up(follow_up.id).status is Status.OPEN
    shop.check_invariants()


def test_a_doubled_message_sends_nothing_twice_and_starts_no_second_run(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    posts = count_posts(shop)
    resolve(shop, follow_up, Action.INVITE_PRIVATE)
    (message,) = shop.queued_messages()
    for _ in range(3):
        shop.run_route_workflow(message)

    assert len(posts) == 1
    assert shop.kinds(follow_up.reviews[0]).count(Kind.INVITED_PRIVATE) == 1
    shop.run_workflows()
    assert states(shop) == [ENDED, WAITING]


def test_a_run_that_stops_before_the_next_one_waits_starts_it_when_repeated(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up, Action.INVITE_PRIVATE)
    result = carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())
    assert result["execution_name"] == f"{follow_up.id}-1"
    assert states(shop) == [ENDED]
    shop.run_workflows()

    assert states(shop) == [ENDED, WAITING]


def test_an_answer_needs_no_token(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    shop.plain_dynamodb.delete_item(
        TableName=shop.tables["CasesTable"],
        Key={"pk": {"S": follow_up.id}, "sk": {"S": "TOKEN"}},
    )
    resolve(shop, follow_up)
    shop.run_workflows()
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED
    assert states(shop) == [WAITING]
    shop.clock.advance(days=30)
    shop.fire_timers()

    assert states(shop) == [ENDED]
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED


def test_a_fault_of_ours_hands_the_answer_back_after_the_last_try(shop: Backend) -> None:
    def fail(*_: Any, **__: Any) -> HttpResponse:
        raise Fault("The credentials cannot be read.")

    shop.http = fail
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    for _ in range(MAX_TRIES):
        assert shop.cases.follow_up(follow_up.id).status is Status.RESOLVING
        shop.clock.advance(minutes=5)
        shop.run_workflows()
    shop.clock.advance(seconds=HAND_BACK_PAUSE)  # until then nobody knows that it is not being sent
    shop.run_workflows()

    assert shop.cases.follow_up(follow_up.id).status is Status.OPEN
    assert (states(shop), shop.queued_messages()) == ([ENDED, WAITING], [])
    shop.clock.advance(days=3)
    shop.fire_timers()
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ESCALATED


def test_a_follow_up_whose_workflows_always_die_starts_ever_fewer(shop: Backend) -> None:
    new_follow_up(shop)
    shop.clock.advance(days=2)
    for minutes, restarted in [(0, 1), (5, 1), (5, 0), (5, 1), (15, 0), (5, 1)]:
        shop.clock.advance(minutes=minutes)
        lose_workflows(shop)
        assert shop.sweep().restarted == restarted


def test_a_resolved_follow_up_is_listed_until_it_is_carried_out(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up, sends=False)
    page, _ = shop.cases.open_follow_ups(BUSINESS, limit=10)
    assert [(listed.id, listed.status) for listed in page] == [(follow_up.id, Status.RESOLVING)]
    let_time_pass(shop, SOON)

    assert shop.cases.open_follow_ups(BUSINESS, limit=10)[0] == []


# The workflow of a follow-up that nobody has resolved


def test_a_joined_review_that_is_due_earlier_is_looked_at_when_it_is_due(shop: Backend) -> None:
    first = new_follow_up(shop, thread="t-1")
    text = "There was a piece of glass in my bread. My daughter is in hospital because of it."
    shop.deliver(complaint("r-2", thread="t-1").__replace__(text=text))
    due_at = shop.cases.follow_up(first.id).due_at
    assert due_at < first.due_at
    shop.clock.now = datetime.fromisoformat(due_at)
    let_time_pass(shop, SOON)

    reviews = shop.cases.follow_up(first.id).reviews
    kinds = [kind for review in reviews for kind in shop.kinds(review)]
    assert kinds.count(Kind.ESCALATED) == 1


# Acknowledgements


def test_an_acknowledgement_beside_a_follow_up_is_sent_though_its_message_is_lost(
    shop: Backend,
) -> None:
    new_follow_up(shop, author="kim")
    message = shop.queue_message(praise("r-2", author="kim"))
    assert shop.triage(message)["route"] == "both"
    shop.clock.advance(minutes=10)
    let_time_pass(shop, SOON)

    assert shop.kinds(review_id(BUSINESS, "standard", "r-2"))[-1] is Kind.REPLY_SENT
    shop.check_invariants()


# A late event of an earlier resolution


def resolved_again(shop: Backend) -> tuple[FollowUp, int]:
    """A follow-up with a second resolution that no run has tried; and the first one's fence."""
    shop.http = fail_unavailable
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    shop.run_workflows()
    failed_fence = shop.cases.follow_up(follow_up.id).fence
    check_follow_up(
        follow_up.id, shop.store_ports, shop.clock(), carry_out_failed=True, fence=failed_fence
    )
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.REPLY_REJECTED
    resolve(shop, follow_up, id="resolution-2", text=OTHER_TEXT)
    return follow_up, failed_fence


@pytest.mark.parametrize("knows_fence", [True, False], ids=["named", "older release"])
def test_a_late_failure_never_bounces_the_next_resolution(shop: Backend, knows_fence: bool) -> None:
    follow_up, failed_fence = resolved_again(shop)
    before = shop.kinds(follow_up.reviews[0])
    check_follow_up(
        follow_up.id,
        shop.store_ports,
        shop.clock(),
        carry_out_failed=True,
        fence=failed_fence if knows_fence else None,
    )
    assert shop.cases.follow_up(follow_up.id).status is Status.RESOLVING
    assert shop.kinds(follow_up.reviews[0]) == before
    shop.http = accept_reply
    let_time_pass(shop, SOON)
    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED


def test_the_message_of_a_superseded_resolution_changes_nothing(shop: Backend) -> None:
    """It is still tried when a person has already given the second one."""
    follow_up, _ = resolved_again(shop)
    first, second = shop.queued_messages()
    posts = count_posts(shop)
    shop.run_route_workflow(first | {"last": True})
    assert shop.cases.follow_up(follow_up.id).status is Status.RESOLVING
    assert posts == []
    shop.run_route_workflow(second)

    assert shop.kinds(follow_up.reviews[0])[-2:] == [Kind.RESOLUTION_GIVEN, Kind.ANSWERED]
    assert len(posts) == 1


def test_a_reply_that_nobody_tried_to_send_was_not_refused_by_its_platform(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    check_follow_up(
        follow_up.id,
        shop.store_ports,
        shop.clock(),
        carry_out_failed=True,
        fence=shop.cases.follow_up(follow_up.id).fence,
    )
    (rejected,) = [
        outcome
        for outcome in shop.outcome_log.of_review(follow_up.reviews[0])
        if outcome.kind is Kind.REPLY_REJECTED
    ]
    assert rejected.detail["reason"] == "not_tried"


def test_a_removed_invitation_does_not_undo_the_promise_after_it(shop: Backend) -> None:
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up, Action.INVITE_PRIVATE)
    shop.run_workflows()
    invitation = shop.cases.follow_up(follow_up.id).reply_of("sub-ana/resolution-1")
    date = NOON + timedelta(days=9)
    resolve(shop, follow_up, Action.PROMISE, id="resolution-2", text=None, promised_for=date)
    case = shop.case(follow_up.reviews[0])
    change = cases.record_removed_reply(
        case,
        invitation,
        Purpose.RESOLUTION,
        Kind.REPLY_REMOVED,
        "spam",
        lambda: pytest.fail("nobody has to decide"),
        shop.clock(),
    )
    assert change.case.follow_up == case.follow_up


# A reply whose sending was noted


def test_a_private_reply_that_was_noted_as_sent_is_known_to_be_sent(shop: Backend) -> None:
    """Its platform cannot be asked."""
    shop.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    sent: list[str] = []

    def take_only(method: str, _url: str, **_: Any) -> HttpResponse:
        if method == "POST":
            sent.append(method)
        return HttpResponse(201 if method == "POST" else 405, {}, b"{}")

    shop.http = take_only
    follow_up = new_follow_up(shop)
    resolve(shop, follow_up)
    sent.clear()  # of the acknowledgement

    def stop(operation: str) -> None:
        if sent and operation == "put_item":
            raise FunctionStopped

    shop.dynamodb = InterceptedClient(shop.plain_dynamodb, lambda _: None, stop)
    with pytest.raises(FunctionStopped):
        carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())
    shop.dynamodb = shop.plain_dynamodb
    shop.clock.advance(minutes=1)
    carry_out(follow_up.id, shop.store_ports, shop.platform_ports, shop.clock())

    assert shop.kinds(follow_up.reviews[0])[-1] is Kind.ANSWERED
    assert sent == ["POST"]


# One bad item


def break_item(shop: Backend, pk: str, sk: str, part: str, field: str) -> None:
    """Give a stored item a value that only another release knows."""
    shop.plain_dynamodb.update_item(
        TableName=shop.tables["CasesTable"],
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #part.#field = :value",
        ExpressionAttributeNames={"#part": part, "#field": field},
        ExpressionAttributeValues={":value": {"S": "of_tomorrow"}},
    )


def test_one_bad_item_delays_nobody_and_is_looked_at_again(shop: Backend) -> None:
    reviews = [
        shop.triage(shop.queue_message(praise(f"r-{number}", author=f"cus-{number}")))["review"]
        for number in range(6)
    ]
    follow_ups = [new_follow_up(shop, f"r-1{number}") for number in range(3)]
    lose_workflows(shop)
    bad_review, bad_follow_up = reviews[0], follow_ups[0]
    break_item(shop, bad_review.removeprefix("rev_"), "STATE", "review", "route")
    break_item(shop, bad_follow_up.id, "FOLLOW_UP", "follow_up", "status")
    foreign = {"pk": {"S": "x"}, "sk": {"S": "OF_TOMORROW"}, "sweep_at": {"S": "2026-03-17"}}
    shop.plain_dynamodb.put_item(
        TableName=shop.tables["CasesTable"],
        Item=foreign | {"sweep_bucket": {"S": "shard#0"}},
    )
    shop.clock.advance(days=1, minutes=5)
    first = shop.sweep()
    names = {item.key.split("/")[0]: item.why for item in first.skipped}
    assert names == {
        bad_review.removeprefix("rev_"): "DamagedState",
        bad_follow_up.id: "DamagedState",
        "x": "ValueError",
    }
    assert (first.resumed, first.restarted) == (5, 2)
    queued = {message["resume"] for message in shop.queued_messages()}
    assert bad_review not in queued
    shop.clock.advance(minutes=5)
    assert shop.sweep().skipped == first.skipped


def test_a_follow_up_that_cannot_be_read_hides_no_other(shop: Backend) -> None:
    bad, good = new_follow_up(shop, "r-1"), new_follow_up(shop, "r-2")
    break_item(shop, bad.id, "FOLLOW_UP", "follow_up", "severity")
    assert shop.cases.open_follow_ups(BUSINESS, limit=10)[0] == [good]


def test_a_connection_that_cannot_be_read_or_leased_delays_no_other_poll(shop: Backend) -> None:
    unreadable, unleasable, good = (
        shop.connect("reddit", business=f"{OTHER_BUSINESS}-{number}").id for number in range(3)
    )
    shop.plain_dynamodb.update_item(
        TableName=shop.tables["SetupTable"],
        Key={"pk": {"S": f"CONNECTION#{unreadable}"}, "sk": {"S": "POLL"}},
        UpdateExpression="SET failures = :value",
        ExpressionAttributeValues={":value": {"S": "of_tomorrow"}},
    )

    class Throttled:
        def __getattr__(self, name: str) -> Any:
            call = getattr(shop.plain_dynamodb, name)

            def update_item(**parameters: Any) -> Any:
                if unleasable in repr(parameters["Key"]):
                    response: Any = {"Error": {"Code": "ThrottlingException", "Message": ""}}
                    raise ClientError(response, "UpdateItem")
                return call(**parameters)

            return update_item if name == "update_item" else call

    shop.dynamodb = Throttled()
    report = dispatch(shop.polls, shop.poll_queue, shop.clock())
    assert {item.key: item.why for item in report.skipped} == {
        unreadable: "ValueError",
        unleasable: "ThrottlingException",
    }
    assert report.queued == 1
    shop.dynamodb = shop.plain_dynamodb
    again = dispatch(shop.polls, shop.poll_queue, shop.clock())
    assert ([item.key for item in again.skipped], again.queued) == ([unreadable], 1), good


def test_a_review_that_cannot_be_read_keeps_no_other_words_longer(shop: Backend) -> None:
    bad, good = (
        shop.deliver(praise(f"r-{number}", no_review="automatic_reply", author=f"cus-{number}"))
        for number in range(2)
    )
    shop.retention.retentions.put(BUSINESS, Retention(1))
    yesterday = NOON.date() - timedelta(days=1)
    shop.cases.move_retention_position(BUSINESS, None, yesterday)
    break_item(shop, bad.removeprefix("rev_"), "STATE", "review", "route")
    night = NOON + timedelta(days=60)
    for deleted in ([good], []):
        report = run_retention(BUSINESS, shop.retention, night)
        assert report.reviews == deleted
        assert [item.key for item in report.skipped] == [bad]
        assert not report.is_complete
    assert shop.cases.retention_position(BUSINESS) == yesterday
