"""One public thread, three reviews in it, two agents and a lead, a platform with faults, functions
that stop half-way; in any order.

After every step everything holds that must hold at any moment (`House.check`), and whatever
happened, every review comes to its end once the faults do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto import mock_aws

from heard.errors import Conflict, Fault
from heard.follow_ups import Action
from heard.reviews import EventKind
from heard.steps import desk
from heard_simulator.server import Calls, Mode, Platforms
from tests.unit.backend import COMPLAINT, MILD, PRAISE, Clock, House, client, said

TOPIC = "812"
POSTS = ("5001", "5002", "5003")
AUTHOR = "Zelda Quint"
WORDS = (
    (PRAISE, None),
    (MILD, None),
    (COMPLAINT, None),
    ("How do I move a booking to Friday?", None),
)
TEXTS = (
    "I found both payments and paid one of them back this morning; the bank needs two days.",
    "Our oven failed at five, and I should have told everybody in the queue. Tomorrow it bakes "
    "again.",
    "Please send me the receipt by e-mail; with it I can look up who served you on Sunday.",
    "A parcel went to number 12 by mistake. Mira carries it over to your house at noon.",
    "Short.",
)


class OneThread(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.aws = mock_aws()
        self.aws.start()
        clock = Clock()
        self.platforms = Platforms(clock=clock).start()
        self.house = House(client("dynamodb")).furnish(self.platforms, clock)
        self.house.connect("discourse")
        posts = [
            {"id": int(post), "post_number": n, "username": "zelda", "raw": "…"}
            for n, post in enumerate(POSTS, start=1)
        ]
        self.platforms.knows("discourse", TOPIC, {"title": "Bread", "posts": posts})
        self.people = {name: self.house.person(name, "agent") for name in ("Ana", "Ben")} | {
            "Lee": self.house.person("Lee", "agent", "lead")
        }
        self.revisions = dict.fromkeys(POSTS, 0)
        self.undone: list[dict[str, Any]] = []
        self.answers = 0

    def teardown(self) -> None:
        try:
            self.comes_to_an_end()
        finally:
            self.platforms.stop()
            self.aws.stop()

    # What customers and platforms do

    @rule(
        post=st.sampled_from(POSTS),
        words=st.sampled_from(WORDS),
        kind=st.sampled_from(
            [
                EventKind.CREATED,
                EventKind.EDITED,
                EventKind.EDITED,
                EventKind.WITHDRAWN,
                EventKind.REPLY_SEEN,
            ]
        ),
        back=st.sampled_from([0, 0, 0, 1]),
        stops=st.booleans(),
    )
    def something_is_said(
        self, post: str, words: tuple[str, int | None], kind: EventKind, back: int, stops: bool
    ) -> None:
        self.revisions[post] += 1 - back
        event = said(
            post,
            *words,
            kind=kind,
            revision=max(1, self.revisions[post]),
            thread=TOPIC,
            reply_to={"topic_id": TOPIC, "post_number": str(POSTS.index(post) + 1)},
        )
        message = self.house.message(event, "discourse")
        if stops:
            self.house.triage(message)
            self.undone.append(message)
        else:
            self.run(message)

    @rule(
        mode=st.sampled_from(
            [Mode.FAIL_BEFORE, Mode.FAIL_AFTER, Mode.DROP, Mode.RATE_LIMITED, Mode.REJECT]
        ),
        calls=st.sampled_from([Calls.REPLY, Calls.REPLY, Calls.LOOK]),
    )
    def the_platform_fails_once(self, mode: Mode, calls: Calls) -> None:
        self.platforms.fault("discourse", mode, calls=calls)

    # What the queue and the clocks do

    def run(self, message: dict[str, Any]) -> None:
        try:
            self.house.route(message)
        except Fault:
            self.undone.append(message)
        self.house.turn()

    @precondition(lambda self: self.undone)
    @rule()
    def the_queue_delivers_again(self) -> None:
        self.run(self.undone.pop(0))

    @rule(minutes=st.sampled_from([1, 7, 20, 600, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.house.clock.pass_(minutes=minutes)
        self.house.ring()

    @precondition(lambda self: self.undone)
    @rule()
    def the_sweep_runs(self) -> None:
        self.house.sweep()
        self.house.resume()
        self.house.turn()

    # What people do

    def tried(self, step: Any) -> None:
        """A step of a person: it happens, or it is refused and nothing has changed."""
        before = self.house.everything()
        try:
            step()
        except Conflict:
            assert self.house.everything() == before
        self.house.turn()

    @rule(name=st.sampled_from(["Ana", "Ben"]))
    def somebody_claims(self, name: str) -> None:
        for task in self.house.open_tasks():
            self.tried(
                lambda task=task: desk.claim(
                    self.people[name], task.id, self.house.desk, self.house.clock()
                )
            )

    @rule(
        name=st.sampled_from(["Ana", "Ben"]),
        action=st.sampled_from(Action),
        text=st.sampled_from([*TEXTS, None]),
        claims=st.sampled_from([True, True, True, False]),
        stale=st.sampled_from([0, 0, 0, 1]),
    )
    def somebody_answers(
        self, name: str, action: Action, text: str | None, claims: bool, stale: int
    ) -> None:
        if claims:
            self.somebody_claims(name)
        worded = text or (TEXTS[0] if action in {Action.REPLY, Action.INVITE_PRIVATE} else None)
        if action is Action.RESOLVE_WITHOUT_REPLY:
            worded = None
        for task in self.house.open_tasks():
            self.answers += 1
            request = desk.AnswerRequest(
                id=f"answer-{self.answers}",
                action=action,
                fence=task.fence - stale,
                text=worded,
                resolution="refunded",
                root_cause="double-charge",
                reason="abuse",
                evidence="Never a customer of ours.",
                promised_for=self.house.clock() + timedelta(days=2),
            )
            self.tried(
                lambda task=task, request=request: desk.answer(
                    self.people[name], task.id, request, self.house.desk, self.house.clock()
                )
            )

    @rule(approved=st.booleans())
    def a_lead_decides(self, approved: bool) -> None:
        for task in self.house.open_tasks():
            self.tried(
                lambda task=task: desk.approve(
                    self.people["Lee"],
                    task.id,
                    approved=approved,
                    desk=self.house.desk,
                    now=self.house.clock(),
                )
            )

    # What holds

    @invariant()
    def nothing_is_lost_doubled_or_forged(self) -> None:
        self.house.check(PRAISE, MILD, COMPLAINT, *TEXTS[:4], AUTHOR)

    def comes_to_an_end(self) -> None:
        """Without faults, and with nobody there.

        The queue delivers, clocks ring, the sweep finds the rest, and work expires.
        """
        self.platforms._faults.clear()
        for _ in range(100):
            for message in [self.undone.pop() for _ in range(len(self.undone))]:
                self.run(message)
            self.house.resume()
            open_tasks = self.house.open_tasks()
            if any(
                not any(review in task.reviews for task in open_tasks)
                for review in self.open_reviews()
            ):
                self.house.clock.pass_(minutes=16)
                self.the_sweep_runs()
            elif not open_tasks:
                break
            waiting = [
                execution.rings_at
                for execution in self.house.step_functions.executions.values()
                if execution.state == "waiting"
            ]
            self.house.clock.now = max([self.house.clock.now, *sorted(waiting)[:1]])
            self.house.ring()
        self.nothing_is_lost_doubled_or_forged()
        assert not self.house.open_tasks(), self.house.step_functions.executions
        assert self.house.queued() == []

    def open_reviews(self) -> list[str]:
        return [
            item["review"]["id"]
            for item in self.house.items()
            if item["sk"] == "STATE" and "review" in item and "closed" not in item["review"]
        ]


OneThread.TestCase.settings = settings(
    max_examples=7, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOneThread = pytest.mark.loopback(OneThread.TestCase)
