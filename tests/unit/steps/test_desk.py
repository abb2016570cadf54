"""The desk: every refusal has its reason and changes nothing; what is another business's does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import BadRequest, Conflict, Forbidden, NotFound
from heard.follow_ups import CLAIM_LEASE, Action, FollowUp, Refusal, Status
from heard.outcomes import Kind
from heard.reviews import EventKind
from heard.steps import desk
from heard.steps.desk import AnswerRequest, Caller
from heard.storage.setup import Person
from tests.unit.house import BUSINESS, COMPLAINT, ELSEWHERE, House, complaint, praise, said

_numbers = count(1)
TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
CODES: dict[str, Any] = {"resolution": "refunded", "root_cause": "double-charge"}


def taken(method: str, _url: str, **_: Any) -> HttpAnswer:
    return HttpAnswer(201, {}, b"{}") if method == "POST" else HttpAnswer(404, {}, b"")


@dataclass
class Shop:
    """A house with two agents, a lead and an auditor, and what they do in it."""

    house: House
    ana: Caller
    ben: Caller
    lee: Caller
    ida: Caller

    def task(self, name: str | None = None, **fields: Any) -> FollowUp:
        """A new follow-up."""
        review = self.house.say(complaint(name or f"r-{next(_numbers)}", **fields))
        task = self.house.case(review).task
        assert task is not None
        return task

    def claim(self, task: FollowUp, by: Caller | None = None) -> int:
        return desk.claim(by or self.ana, task.id, self.house.desk, self.house.clock()).fence

    def answer(self, task: FollowUp, fence: int, action: Action = Action.REPLY, by: Caller | None = None, **fields: Any) -> FollowUp:
        given: dict[str, Any] = {"id": f"answer-{next(_numbers)}", **CODES, **fields}
        if action in {Action.REPLY, Action.INVITE_PRIVATE}:
            given.setdefault("text", TEXT)
        return desk.answer(by or self.ana, task.id, AnswerRequest(action=action, fence=fence, **given), self.house.desk, self.house.clock())

    def approve(self, task: FollowUp, by: Caller, *, approved: bool = True) -> FollowUp:
        return desk.approve(by, task.id, approved=approved, desk=self.house.desk, now=self.house.clock())


@pytest.fixture
def shop(house: House) -> Shop:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = taken
    ana, ben = house.person("Ana"), house.person("Ben")
    return Shop(house, ana, ben, house.person("Lee", "agent", "lead"), house.person("Ida", "auditor"))


# What is refused. Each entry brings a follow-up into the state, and returns the step that is refused.

type Step = Callable[[], object]


def closed(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence, Action.RESOLVE_WITHOUT_REPLY)
    shop.house.turn()
    return lambda: shop.answer(task, fence)


def answered(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence)
    return lambda: shop.answer(task, fence, text="Another text for the same customer, word by word.")


def answer_differs(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence, id="answer-once")
    return lambda: shop.answer(task, fence, id="answer-once", text="This is not what I said before, is it?")


def awaiting_approval(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence, Action.WALK_AWAY, reason="abuse")
    return lambda: shop.answer(task, fence)


def not_claimed(shop: Shop) -> Step:
    task = shop.task()
    return lambda: shop.answer(task, 1)


def claimed_by_other(shop: Shop) -> Step:
    task = shop.task()
    shop.claim(task, shop.ben)
    return lambda: shop.claim(task)


def claim_lost(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.house.clock.now += CLAIM_LEASE
    shop.claim(task, shop.ben)
    return lambda: shop.answer(task, fence)


def claim_expired(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.house.clock.now += CLAIM_LEASE
    return lambda: shop.answer(task, fence)


def cap_reached(shop: Shop) -> Step:
    for number in (1, 2):
        shop.house.say(praise(f"r-{number}", thread="t-1"))
    task = shop.task("r-3", thread="t-1")
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence)


def lint(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence, text="The card that you paid with was 4111 1111 1111 1111, and it is paid back.")


def already_private(shop: Shop) -> Step:
    shop.house.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence, Action.INVITE_PRIVATE)


def date_passed(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence, Action.PROMISE, promised_for=shop.house.clock(), text=TEXT)


def nothing_to_approve(shop: Shop) -> Step:
    task = shop.task()
    return lambda: shop.approve(task, shop.lee)


def same_person(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task, shop.lee)
    shop.answer(task, fence, Action.WALK_AWAY, by=shop.lee, reason="abuse")
    return lambda: shop.approve(task, shop.lee)


def no_reply_here(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.house.setup.remove_connection(shop.house.connections["standard"].id)
    return lambda: shop.answer(task, fence)


REFUSED: dict[Refusal, Callable[[Shop], Step]] = {
    Refusal.CLOSED: closed,
    Refusal.ANSWERED: answered,
    Refusal.ANSWER_DIFFERS: answer_differs,
    Refusal.AWAITING_APPROVAL: awaiting_approval,
    Refusal.NOT_CLAIMED: not_claimed,
    Refusal.CLAIMED_BY_OTHER: claimed_by_other,
    Refusal.CLAIM_LOST: claim_lost,
    Refusal.CLAIM_EXPIRED: claim_expired,
    Refusal.CAP_REACHED: cap_reached,
    Refusal.LINT: lint,
    Refusal.ALREADY_PRIVATE: already_private,
    Refusal.DATE_PASSED: date_passed,
    Refusal.NOTHING_TO_APPROVE: nothing_to_approve,
    Refusal.SAME_PERSON: same_person,
    Refusal.NO_REPLY_HERE: no_reply_here,
}


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_says_why_and_what_to_do_and_changes_nothing(shop: Shop, reason: Refusal) -> None:
    step = REFUSED[reason](shop)
    before = shop.house.everything()
    told = list(shop.house.step_functions.told)
    with pytest.raises(Conflict) as refused:
        step()

    assert refused.value.reason == reason.value
    assert len(refused.value.detail) > 10
    assert shop.house.everything() == before
    assert shop.house.step_functions.told == told
    shop.house.check()


def test_a_text_that_was_refused_with_its_date_can_be_sent_with_a_better_one(shop: Shop) -> None:
    task = shop.task()
    fence = shop.claim(task)
    with pytest.raises(Conflict):
        shop.answer(task, fence, Action.PROMISE, promised_for=shop.house.clock(), text=TEXT)
    shop.answer(task, fence, Action.PROMISE, promised_for=shop.house.clock() + timedelta(days=1), text=TEXT)
    shop.house.turn()

    assert shop.house.work.follow_up(task.id).status is Status.PROMISED


def test_nobody_answers_one_customer_as_they_answered_another(shop: Shop) -> None:
    first, second = shop.task(), shop.task()
    shop.answer(first, shop.claim(first))
    with pytest.raises(Conflict) as refused:
        shop.answer(second, shop.claim(second))

    assert (refused.value.reason, refused.value.extra["rule"]) == ("lint", "R10")


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Action.REPLY, {}),
        (Action.INVITE_PRIVATE, {}),
        (Action.RESOLVE_WITHOUT_REPLY, {}),
        (Action.PROMISE, {}),
        (Action.PROMISE, {"text": TEXT}),
        (Action.WALK_AWAY, {"reason": "abuse"}),
        (Action.REPORT_FAKE, {"evidence": "Never a customer of ours."}),
    ],
)
def test_the_same_answer_twice_is_one_answer_before_and_after_it_took_effect(
    shop: Shop, action: Action, fields: dict[str, Any], settled: bool
) -> None:
    task = shop.task()
    fence = shop.claim(task)
    if action is Action.PROMISE:
        fields = {**fields, "promised_for": shop.house.clock() + timedelta(days=2)}
    once = shop.answer(task, fence, action, id="answer-once", **fields)
    if settled:
        shop.house.turn()
    before = shop.house.everything()
    again = shop.answer(task, fence, action, id="answer-once", **fields)

    assert again.last_answer == once.last_answer
    assert shop.house.everything() == before


ENDS = {
    Action.REPLY: ([Kind.ANSWER_GIVEN, Kind.ANSWERED], Kind.ANSWERED),
    Action.RESOLVE_WITHOUT_REPLY: ([Kind.ANSWER_GIVEN, Kind.RESOLVED_WITHOUT_REPLY], Kind.RESOLVED_WITHOUT_REPLY),
    Action.REPORT_FAKE: ([Kind.ANSWER_GIVEN, Kind.REPORTED], Kind.REPORTED),
    Action.WALK_AWAY: ([Kind.APPROVAL_ASKED, Kind.ANSWER_GIVEN, Kind.WALKED_AWAY], Kind.WALKED_AWAY),
    Action.INVITE_PRIVATE: ([Kind.ANSWER_GIVEN, Kind.INVITED_PRIVATE], None),
    Action.PROMISE: ([Kind.PROMISED], None),
}


@pytest.mark.parametrize("action", Action)
def test_each_answer_ends_as_its_name_says(shop: Shop, action: Action) -> None:
    task = shop.task()
    later = shop.house.clock() + timedelta(days=2)
    shop.answer(task, shop.claim(task), action, reason="abuse", evidence="Never a customer.", promised_for=later, note="Rang her.")
    if action is Action.WALK_AWAY:
        shop.approve(task, shop.lee)
    shop.house.turn()
    shop.house.check(TEXT, COMPLAINT, "Never a customer.", "Rang her.")
    (review,) = task.reviews
    kinds, end = ENDS[action]

    assert shop.house.kinds(review)[2:] == kinds
    assert shop.house.case(review).review.closed is end


def test_an_invitation_is_no_resolution_and_the_resolution_after_it_is_told_apart(shop: Shop) -> None:
    task = shop.task()
    shop.answer(task, shop.claim(task), Action.INVITE_PRIVATE)
    shop.house.turn()
    invited = shop.house.work.follow_up(task.id)
    shop.answer(task, shop.claim(task), Action.RESOLVE_WITHOUT_REPLY)
    shop.house.turn()

    assert (invited.status, invited.due_at[:10]) == (Status.INVITED, "2026-03-24")
    assert shop.house.case(task.reviews[0]).review.closed is Kind.MOVED_PRIVATE_RESOLVED


def test_a_denied_walk_away_is_open_again_and_its_author_is_not_heard_twice(shop: Shop) -> None:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence, Action.WALK_AWAY, id="answer-once", reason="abuse")
    shop.approve(task, shop.lee, approved=False)
    shop.answer(task, fence, Action.WALK_AWAY, id="answer-once", reason="abuse")

    assert shop.house.work.follow_up(task.id).status is Status.OPEN
    assert shop.house.kinds(task.reviews[0])[-2:] == [Kind.APPROVAL_ASKED, Kind.APPROVAL_DENIED]


@pytest.mark.parametrize(
    ("action", "fields", "missing"),
    [
        (Action.REPLY, {"text": None}, "text"),
        (Action.REPLY, {"resolution": None}, "resolution"),
        (Action.RESOLVE_WITHOUT_REPLY, {"root_cause": None}, "root_cause"),
        (Action.PROMISE, {}, "promised_for"),
        (Action.WALK_AWAY, {}, "reason"),
        (Action.REPORT_FAKE, {}, "evidence"),
        (Action.REPLY, {"root_cause": "She says that the oven was broken"}, "root_cause"),
        (Action.RESOLVE_WITHOUT_REPLY, {"text": "We are sorry about the oven."}, "posts nothing"),
    ],
)
def test_what_an_action_needs_is_asked_for_by_name(shop: Shop, action: Action, fields: dict[str, Any], missing: str) -> None:
    task = shop.task()
    fence = shop.claim(task)
    before = shop.house.everything()
    with pytest.raises(BadRequest, match=missing):
        shop.answer(task, fence, action, **fields)

    assert shop.house.everything() == before


def test_a_reply_is_signed_by_who_wrote_it_and_sent_where_the_review_is(shop: Shop) -> None:
    sent: list[dict[str, Any]] = []

    def seen(method: str, url: str, **call: Any) -> HttpAnswer:
        sent.append({"url": url, **call})
        return taken(method, url)

    shop.house.http = seen
    task = shop.task("r-77", thread="t-7")
    shop.answer(task, shop.claim(task))
    shop.house.turn()

    (call,) = sent
    body = call["body"].decode()
    assert '"review_id": "r-77"' in body
    assert '"thread_id": "t-7"' in body
    assert "Ana" in body


def test_the_desk_shows_what_is_needed_to_understand_before_answering(shop: Shop) -> None:
    shop.house.say(praise("r-1", thread="t-1"))
    task = shop.task("r-2", thread="t-1")
    shop.house.say(said("r-3", "And another thing: the bread was cold.", thread="t-1"))
    shown = desk.see(shop.ana, task.id, shop.house.desk, shop.house.clock())

    assert [review["text"] for review in shown["reviews"]] == [COMPLAINT, "And another thing: the bread was cold."]
    assert all(review["assessment"]["reasons"] for review in shown["reviews"][:1])
    assert [(reply["purpose"], reply["state"]) for reply in shown["replies"]] == [("acknowledgement", "sent")]
    assert (shown["public_replies_left"], shown["severity"], shown["claimed_by"]) == (1, "high", None)
    assert shown["platform_takes"] == {"replies": "many", "limit": 10_000, "unit": "characters"}


def test_a_follow_up_can_be_seen_after_its_review_was_withdrawn_or_its_author_erased(shop: Shop) -> None:
    withdrawn, erased = shop.task(), shop.task("r-9", author="cus-9")
    native = shop.house.case(withdrawn.reviews[0]).review.native_id
    shop.house.say(said(native, kind=EventKind.WITHDRAWN, revision="~"))
    shop.house.work.vault.erase(shop.house.case(erased.reviews[0]).review.author)
    shown = [desk.see(shop.ana, task.id, shop.house.desk, shop.house.clock()) for task in (withdrawn, erased)]

    assert shown[0]["reviews"][0]["withdrawn"] is True
    assert shown[1]["reviews"][0]["erased"] is True


# Who may


def everything(shop: Shop, caller: Caller, task: FollowUp) -> list[Step]:
    house = shop.house
    return [
        lambda: desk.see(caller, task.id, house.desk, house.clock()),
        lambda: shop.claim(task, caller),
        lambda: desk.release(caller, task.id, 1, house.desk, house.clock()),
        lambda: shop.answer(task, 1, by=caller),
        lambda: shop.approve(task, caller),
        lambda: desk.list_open(caller, house.desk, business=BUSINESS, limit=10, after=None),
    ]


def test_another_businesss_follow_ups_do_not_exist(shop: Shop) -> None:
    task = shop.task()
    shop.claim(task)
    before = shop.house.everything()
    eve = shop.house.person("Eve", "agent", "lead", business=ELSEWHERE)
    never = replace(task, id="fup_neverwas")
    for step, nothing in zip(everything(shop, eve, task), everything(shop, eve, never), strict=True):
        with pytest.raises(NotFound) as refused:
            step()
        with pytest.raises(NotFound) as unknown:
            nothing()
        assert refused.value.detail == unknown.value.detail

    assert desk.list_open(eve, shop.house.desk, business=None, limit=10, after=None) == ([], None)
    assert shop.house.everything() == before


def test_the_desk_is_for_agents_and_leads(shop: Shop) -> None:
    task = shop.task()
    before = shop.house.everything()
    for step in everything(shop, shop.ida, task):
        with pytest.raises(Forbidden):
            step()
    with pytest.raises(Forbidden):
        shop.approve(task, shop.ana)

    assert shop.house.everything() == before


def test_open_follow_ups_come_by_due_time_in_pages_without_those_that_are_settled(shop: Shop) -> None:
    tasks = []
    for _ in range(5):
        tasks.append(shop.task())
        shop.house.clock.pass_(minutes=5)
    shop.answer(tasks[1], shop.claim(tasks[1]), Action.RESOLVE_WITHOUT_REPLY)
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        found, after = desk.list_open(shop.ana, shop.house.desk, business=BUSINESS, limit=2, after=after)
        seen += [task.id for task in found]
        if after is None:
            break

    assert seen == [task.id for task in tasks if task is not tasks[1]]


def test_a_person_of_several_businesses_sees_them_together_and_pages_through_one(shop: Shop) -> None:
    both = Caller(Person("sub-lou", "Lou", (BUSINESS, ELSEWHERE)), frozenset({"agent"}))
    first = shop.task()
    shop.house.connect("standard", business=ELSEWHERE)
    second = shop.task()
    found, after = desk.list_open(both, shop.house.desk, business=None, limit=10, after=None)

    assert ({task.id for task in found}, after) == ({first.id, second.id}, None)
    with pytest.raises(BadRequest):
        desk.list_open(both, shop.house.desk, business=None, limit=10, after="x")
