"""The desk: every refusal has its reason and changes nothing.

What is another business's does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpAnswer
from heard.errors import BadRequest, Conflict, Forbidden, NotFound
from heard.follow_ups import CLAIM_LEASE, Action, FollowUp, Refusal, Status
from heard.outcomes import Kind
from heard.remedies import Grant
from heard.reviews import EventKind
from heard.steps import desk
from heard.steps.desk import AnswerRequest, Caller
from heard.storage.setup import Business, Person
from tests.unit.backend import BUSINESS, COMPLAINT, ELSEWHERE, NAME, House, complaint, praise, said

_numbers = count(1)
TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
CODES: dict[str, Any] = {"resolution": "refunded", "root_cause": "double-charge"}
POLICY: dict[str, Any] = {
    "rules": [
        {
            "id": "own-strong",
            "why": "Strong complaints are for people.",
            "when": {"severity": ["high"]},
            "then": {"route": "follow_up", "priority": 30, "checklist": "calm"},
        }
    ],
    "remedies": [
        {"name": "refund", "limit": 50, "currency": "EUR"},
        {"name": "refund", "limit": 40.5, "currency": "CHF"},
        {"name": "voucher", "limit": 20, "currency": "EUR"},
    ],
    "checklists": {"calm": ["Read it twice.", "Ring them."]},
}


def taken(method: str, _url: str, **_: Any) -> HttpAnswer:
    return HttpAnswer(201, {}, b"{}") if method == "POST" else HttpAnswer(404, {}, b"")


def not_taken(_method: str, _url: str, **_: Any) -> HttpAnswer:
    return HttpAnswer(422, {}, b"")


def grant(amount: str, name: str = "refund", currency: str = "EUR") -> Grant:
    return Grant(name, Decimal(amount), currency)


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

    def answer(
        self,
        task: FollowUp,
        fence: int,
        action: Action = Action.REPLY,
        by: Caller | None = None,
        **fields: Any,
    ) -> FollowUp:
        given: dict[str, Any] = {"id": f"answer-{next(_numbers)}", **CODES, **fields}
        if action in {Action.REPLY, Action.INVITE_PRIVATE}:
            given.setdefault("text", TEXT)
        return desk.answer(
            by or self.ana,
            task.id,
            AnswerRequest(action=action, fence=fence, **given),
            self.house.desk,
            self.house.clock(),
        )

    def approve(self, task: FollowUp, by: Caller, *, approved: bool = True) -> FollowUp:
        return desk.approve(
            by, task.id, approved=approved, desk=self.house.desk, now=self.house.clock()
        )


@pytest.fixture
def shop(house: House) -> Shop:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.setup.put_business(Business(BUSINESS, NAME, POLICY))
    house.http = taken
    ana, ben = house.person("Ana"), house.person("Ben")
    return Shop(
        house, ana, ben, house.person("Lee", "agent", "lead"), house.person("Ida", "auditor")
    )


# What is refused. Each entry brings a follow-up into the state, and returns the step that is
# refused.

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
    return lambda: shop.answer(
        task, fence, text="Another text for the same customer, word by word."
    )


def answer_differs(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    shop.answer(task, fence, id="answer-once")
    return lambda: shop.answer(
        task, fence, id="answer-once", text="This is not what I said before, is it?"
    )


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
    return lambda: shop.answer(
        task,
        fence,
        text="The card that you paid with was 4111 1111 1111 1111, and it is paid back.",
    )


def already_private(shop: Shop) -> Step:
    shop.house.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence, Action.INVITE_PRIVATE)


def date_passed(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(
        task, fence, Action.PROMISE, promised_for=shop.house.clock(), text=TEXT
    )


def date_too_late(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(
        task, fence, Action.PROMISE, promised_for=shop.house.clock() + timedelta(days=30, minutes=1)
    )


def remedy_unknown(shop: Shop) -> Step:
    task = shop.task()
    fence = shop.claim(task)
    return lambda: shop.answer(task, fence, remedy=grant("5", "coupon"))


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
    Refusal.DATE_TOO_LATE: date_too_late,
    Refusal.REMEDY_UNKNOWN: remedy_unknown,
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
    shop.answer(
        task, fence, Action.PROMISE, promised_for=shop.house.clock() + timedelta(days=1), text=TEXT
    )
    shop.house.turn()

    assert shop.house.work.follow_up(task.id).status is Status.PROMISED


def test_the_latest_date_for_a_promise_is_named_and_taken(shop: Shop) -> None:
    task = shop.task()
    fence = shop.claim(task)
    with pytest.raises(Conflict, match="2026-04-16T12:00:00"):
        shop.answer(
            task, fence, Action.PROMISE, promised_for=shop.house.clock() + timedelta(days=31)
        )
    shop.answer(task, fence, Action.PROMISE, promised_for=shop.house.clock() + timedelta(days=30))

    assert shop.house.work.follow_up(task.id).status is Status.PROMISED


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "So sorry!",
        "Hello, {name} here. Sorry for that!",
        "Sorry for that!\n{name} of Blue Door Bakery",
    ],
)
def test_nobody_answers_one_customer_as_somebody_answered_another(shop: Shop, text: str) -> None:
    first, second = shop.task(), shop.task()
    shop.answer(first, shop.claim(first), text=text.format(name="Ana"))
    with pytest.raises(Conflict) as refused:
        shop.answer(second, shop.claim(second, shop.ben), by=shop.ben, text=text.format(name="Ben"))

    assert (refused.value.reason, refused.value.extra["rule"]) == ("lint", "R10")


def test_a_signature_alone_is_no_answer(shop: Shop) -> None:
    task = shop.task()
    fence = shop.claim(task)
    with pytest.raises(Conflict) as refused:
        shop.answer(task, fence, text="…")

    assert refused.value.extra["code"] == "empty"


def rejected(shop: Shop, task: FollowUp) -> None:
    shop.house.http = not_taken
    shop.answer(task, shop.claim(task), remedy=grant("40"))
    shop.house.turn()
    shop.house.http = taken


def denied(shop: Shop, task: FollowUp) -> None:
    shop.answer(task, shop.claim(task), remedy=grant("400"))
    shop.approve(task, shop.lee, approved=False)


@pytest.mark.parametrize("before", [rejected, denied])
def test_a_text_that_did_not_arrive_can_be_sent_again(
    shop: Shop, before: Callable[[Shop, FollowUp], None]
) -> None:
    task = shop.task()
    before(shop, task)
    shop.answer(task, shop.claim(task))
    shop.house.turn()
    other = shop.task()

    assert shop.house.case(task.reviews[0]).review.closed is Kind.ANSWERED
    with pytest.raises(Conflict):
        shop.answer(other, shop.claim(other))


def test_an_id_that_somebody_used_never_brings_their_words_back(shop: Shop) -> None:
    sent: list[str] = []
    shop.house.http = not_taken
    task = shop.task()
    for number, text in enumerate(
        ("I looked up both payments.", "The second payment went back today.")
    ):
        shop.answer(task, shop.claim(task), id=f"answer-{'ab'[number]}", text=text)
        shop.house.turn()
    with pytest.raises(Conflict) as refused:
        shop.answer(task, shop.claim(task), id="answer-a", text=TEXT)
    desk.release(shop.ana, task.id, shop.claim(task), shop.house.desk, shop.house.clock())

    def seen(method: str, url: str, **call: Any) -> HttpAnswer:
        sent.append(call["body"].decode())
        return taken(method, url)

    shop.house.http = seen
    shop.answer(task, shop.claim(task, shop.ben), by=shop.ben, id="answer-a", text=TEXT)
    shop.house.turn()

    assert refused.value.reason == "answer_differs"
    assert [TEXT in body for body in sent] == [True]


# Remedies


def given_to(shop: Shop, task: FollowUp) -> list[tuple[Kind, str, str, str]]:
    """What the log says was asked for and granted."""
    facts = [
        (outcome.kind, outcome.detail)
        for review in task.reviews
        for outcome in shop.house.log.of_review(review)
    ]
    return [
        (kind, detail["remedy"], detail["amount"], detail["currency"])
        for kind, detail in facts
        if "remedy" in detail
    ]


@pytest.mark.parametrize(
    "action", [Action.REPLY, Action.PROMISE, Action.INVITE_PRIVATE, Action.RESOLVE_WITHOUT_REPLY]
)
def test_within_the_limit_a_remedy_is_granted_with_the_answer(shop: Shop, action: Action) -> None:
    task = shop.task()
    later = shop.house.clock() + timedelta(days=2)
    shop.answer(task, shop.claim(task), action, remedy=grant("50.00"), promised_for=later)
    shop.house.turn()
    shop.house.check()

    assert given_to(shop, task) == [(Kind.ANSWER_GIVEN, "refund", "50", "EUR")]


def test_above_the_limit_a_remedy_waits_for_a_lead_who_sees_what_is_asked(shop: Shop) -> None:
    task = shop.task()
    shop.answer(task, shop.claim(task), remedy=grant("50.01"))
    seen = desk.see(shop.lee, task.id, shop.house.desk, shop.house.clock())
    asked = given_to(shop, task)
    shop.approve(task, shop.lee)
    shop.house.turn()
    closing = shop.house.log.of_review(task.reviews[0])[-1]

    assert seen["asked"]["remedy"] == {"name": "refund", "amount": "50.01", "currency": "EUR"}
    assert [(reply["state"], TEXT in reply["text"]) for reply in seen["replies"]] == [
        ("awaiting_approval", True)
    ]
    assert asked == [(Kind.APPROVAL_ASKED, "refund", "50.01", "EUR")]
    assert given_to(shop, task) == [*asked, (Kind.ANSWER_GIVEN, "refund", "50.01", "EUR")]
    assert (closing.kind, closing.detail["by"], closing.detail["evidence"]) == (
        Kind.ANSWERED,
        "sub-ana",
        "sub-lee",
    )


def test_a_denied_remedy_is_not_granted_and_a_lead_cannot_approve_their_own(shop: Shop) -> None:
    task = shop.task()
    shop.answer(task, shop.claim(task, shop.lee), by=shop.lee, remedy=grant("60"))
    with pytest.raises(Conflict) as refused:
        shop.approve(task, shop.lee)
    shop.approve(task, shop.house.person("Mia", "lead"), approved=False)

    assert refused.value.reason == "same_person"
    assert (
        shop.house.work.follow_up(task.id).status,
        shop.house.work.follow_up(task.id).granted,
    ) == (Status.OPEN, ())


def test_a_promise_is_not_approved_after_its_date(shop: Shop) -> None:
    task = shop.task()
    promised = shop.house.clock() + timedelta(hours=1)
    shop.answer(task, shop.claim(task), Action.PROMISE, promised_for=promised, remedy=grant("60"))
    shop.house.clock.pass_(hours=2)
    with pytest.raises(Conflict) as refused:
        shop.approve(task, shop.lee)

    assert refused.value.reason == "date_passed"


def test_several_answers_to_one_follow_up_share_one_limit(shop: Shop) -> None:
    task = shop.task()
    later = shop.house.clock() + timedelta(days=2)
    for amount, status in (
        ("30", Status.PROMISED),
        ("20", Status.PROMISED),
        ("0.01", Status.AWAITING_APPROVAL),
    ):
        after = shop.answer(
            task, shop.claim(task), Action.PROMISE, promised_for=later, remedy=grant(amount)
        )
        assert after.status is status


def test_a_remedy_whose_reply_the_platform_rejected_is_not_granted_again_with_the_next_one(
    shop: Shop,
) -> None:
    task = shop.task()
    rejected(shop, task)
    again = shop.answer(
        task,
        shop.claim(task),
        text="Both payments are found, and one went back today.",
        remedy=grant("40"),
    )
    shop.house.turn()

    assert again.status is Status.ANSWERED
    assert given_to(shop, task) == [(Kind.ANSWER_GIVEN, "refund", "40", "EUR")]


def test_an_answer_that_is_repeated_with_another_remedy_is_another_answer(shop: Shop) -> None:
    task = shop.task()
    fence = shop.claim(task)
    once: dict[str, Any] = {"id": "answer-once", "remedy": grant("20", "voucher", "")}
    shop.answer(task, fence, **once)
    before = shop.house.everything()
    shop.answer(task, fence, **once)
    with pytest.raises(Conflict) as refused:
        shop.answer(task, fence, id="answer-once", remedy=grant("19", "voucher"))

    assert refused.value.reason == "answer_differs"
    assert shop.house.everything() == before


@pytest.mark.parametrize(
    ("name", "currency"), [("refund", ""), ("refund", "USD"), ("coupon", "EUR")]
)
def test_a_remedy_that_the_policy_does_not_know_is_refused_with_those_it_knows(
    shop: Shop, name: str, currency: str
) -> None:
    task = shop.task()
    fence = shop.claim(task)
    with pytest.raises(
        Conflict, match=r"refund up to 50 EUR, refund up to 40\.5 CHF, voucher up to 20 EUR"
    ):
        shop.answer(task, fence, remedy=grant("1", name, currency))


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
        (Action.PROMISE, {"remedy": grant("5")}),
        (Action.REPLY, {"remedy": grant("5")}),
        (Action.REPLY, {"remedy": grant("500")}),
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
    Action.RESOLVE_WITHOUT_REPLY: (
        [Kind.ANSWER_GIVEN, Kind.RESOLVED_WITHOUT_REPLY],
        Kind.RESOLVED_WITHOUT_REPLY,
    ),
    Action.REPORT_FAKE: ([Kind.ANSWER_GIVEN, Kind.REPORTED], Kind.REPORTED),
    Action.WALK_AWAY: (
        [Kind.APPROVAL_ASKED, Kind.ANSWER_GIVEN, Kind.WALKED_AWAY],
        Kind.WALKED_AWAY,
    ),
    Action.INVITE_PRIVATE: ([Kind.ANSWER_GIVEN, Kind.INVITED_PRIVATE], None),
    Action.PROMISE: ([Kind.PROMISED], None),
}


@pytest.mark.parametrize("action", Action)
def test_each_answer_ends_as_its_name_says(shop: Shop, action: Action) -> None:
    task = shop.task()
    later = shop.house.clock() + timedelta(days=2)
    shop.answer(
        task,
        shop.claim(task),
        action,
        reason="abuse",
        evidence="Never a customer.",
        promised_for=later,
        note="Rang her.",
    )
    if action is Action.WALK_AWAY:
        shop.approve(task, shop.lee)
    shop.house.turn()
    shop.house.check(TEXT, COMPLAINT, "Never a customer.", "Rang her.")
    (review,) = task.reviews
    kinds, end = ENDS[action]

    assert shop.house.kinds(review)[2:] == kinds
    assert shop.house.case(review).review.closed is end


def test_an_invitation_is_no_resolution_and_the_resolution_after_it_is_told_apart(
    shop: Shop,
) -> None:
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
        (
            Action.REPORT_FAKE,
            {"evidence": "Never a customer.", "remedy": grant("5")},
            "grants nothing",
        ),
    ],
)
def test_what_an_action_needs_is_asked_for_by_name(
    shop: Shop, action: Action, fields: dict[str, Any], missing: str
) -> None:
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

    assert [review["text"] for review in shown["reviews"]] == [
        COMPLAINT,
        "And another thing: the bread was cold.",
    ]
    assert all(review["assessment"]["reasons"] for review in shown["reviews"][:1])
    assert [(reply["purpose"], reply["state"]) for reply in shown["replies"]] == [
        ("acknowledgement", "sent")
    ]
    assert (shown["public_replies_left"], shown["severity"], shown["claimed_by"]) == (
        1,
        "high",
        None,
    )
    assert shown["platform_takes"] == {"replies": "many", "limit": 10_000, "unit": "characters"}


def test_the_desk_shows_what_the_policy_says_about_a_follow_up(shop: Shop) -> None:
    task = shop.task()
    shop.answer(task, shop.claim(task), Action.INVITE_PRIVATE, remedy=grant("12.50"))
    shown = desk.see(shop.ana, task.id, shop.house.desk, shop.house.clock())

    assert shown["remedies"][:2] == [
        {"name": "refund", "limit": "50", "currency": "EUR"},
        {"name": "refund", "limit": "40.5", "currency": "CHF"},
    ]
    assert shown["checklist"] == {"name": "calm", "steps": ["Read it twice.", "Ring them."]}
    assert shown["rules"][0] == {"id": "own-strong", "why": "Strong complaints are for people."}
    assert (shown["granted"], shown["asked"]) == (
        [{"name": "refund", "amount": "12.5", "currency": "EUR"}],
        None,
    )


def test_a_review_that_raises_a_follow_up_brings_its_rules_and_no_checklist_is_lost(
    shop: Shop,
) -> None:
    task = shop.task("r-1", thread="t-1")
    shop.house.say(
        said(
            "r-2",
            "Your bread gave my daughter food poisoning, she is in hospital.",
            1,
            thread="t-1",
        )
    )
    raised = shop.house.work.follow_up(task.id)

    assert (task.rules[0], raised.rules[0]) == ("own-strong", "R01-critical")
    assert (task.checklist, raised.checklist) == ("calm", "calm")


def test_a_follow_up_can_be_seen_after_its_review_was_withdrawn_or_its_author_erased(
    shop: Shop,
) -> None:
    withdrawn, erased = shop.task(), shop.task("r-9", author="cus-9")
    native = shop.house.case(withdrawn.reviews[0]).review.native_id
    shop.house.say(said(native, kind=EventKind.WITHDRAWN, revision="~"))
    shop.house.work.vault.erase(shop.house.case(erased.reviews[0]).review.author)
    shown = [
        desk.see(shop.ana, task.id, shop.house.desk, shop.house.clock())
        for task in (withdrawn, erased)
    ]

    assert shown[0]["reviews"][0]["withdrawn"] is True
    assert shown[1]["reviews"][0]["erased"] is True


def test_an_erased_author_is_answered_no_more_and_the_work_can_be_closed(shop: Shop) -> None:
    task = shop.task()
    shop.house.work.vault.erase(shop.house.case(task.reviews[0]).review.author)
    with pytest.raises(Conflict, match="erased") as refused:
        shop.answer(task, shop.claim(task))
    shop.answer(task, shop.claim(task), Action.RESOLVE_WITHOUT_REPLY)
    shop.house.turn()

    assert refused.value.reason == "no_reply_here"
    assert shop.house.case(task.reviews[0]).review.closed is Kind.RESOLVED_WITHOUT_REPLY


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
    for step, nothing in zip(
        everything(shop, eve, task), everything(shop, eve, never), strict=True
    ):
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


def test_open_follow_ups_come_by_due_time_in_pages_without_those_that_are_settled(
    shop: Shop,
) -> None:
    tasks: list[FollowUp] = []
    for _ in range(5):
        tasks.append(shop.task())
        shop.house.clock.pass_(minutes=5)
    shop.answer(tasks[1], shop.claim(tasks[1]), Action.RESOLVE_WITHOUT_REPLY)
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        found, after = desk.list_open(
            shop.ana, shop.house.desk, business=BUSINESS, limit=2, after=after
        )
        seen += [task.id for task in found]
        if after is None:
            break

    assert seen == [task.id for task in tasks if task is not tasks[1]]


def test_a_person_of_several_businesses_sees_them_together_and_pages_through_one(
    shop: Shop,
) -> None:
    both = Caller(Person("sub-lou", "Lou", (BUSINESS, ELSEWHERE)), frozenset({"agent"}))
    first = shop.task()
    shop.house.connect("standard", business=ELSEWHERE)
    second = shop.task()
    found, after = desk.list_open(both, shop.house.desk, business=None, limit=10, after=None)

    assert ({task.id for task in found}, after) == ({first.id, second.id}, None)
    with pytest.raises(BadRequest):
        desk.list_open(both, shop.house.desk, business=None, limit=10, after="x")
