"""A resolution closes nothing whose last words its agent has not read, whenever they came (R01)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard import cases, follow_ups
from heard.assessment import Severity
from heard.cases import Case, Change
from heard.follow_ups import Action, Conflict, ConflictCode, FollowUp, Status
from heard.outcomes import Kind
from heard.policy import default_policy
from heard.reviews import EventKind
from heard.threads import Purpose, SlotState
from tests.unit.backend import (
    COMPLAINT,
    MILD_COMPLAINT,
    NOON,
    PRAISE,
    complaint,
    review_event,
)
from tests.unit.test_cases import (
    InMemoryCases,
    calendar,
    hand_over_decision,
    make_resolution,
)

POISONING = "My daughter is in hospital with food poisoning from your bread."
ANSWERS = {
    Kind.ANSWERED,
    Kind.RESOLVED_WITHOUT_REPLY,
    Kind.MOVED_PRIVATE_RESOLVED,
    Kind.WALKED_AWAY,
}
CODES = {"fix": "other", "root_cause": "other"}


@dataclass
class Desk:
    """A thread's cases, with one agent and one lead, who do one step after the other.

    `words` are the last words of each review that a person must read. `read` are those that the
    agent read at the claim, and `covered` those behind the resolution given last.
    """

    store: InMemoryCases = field(default_factory=InMemoryCases)
    words: dict[str, str] = field(default_factory=dict[str, str])
    read: dict[str, str] = field(default_factory=dict[str, str])
    covered: dict[str, str] = field(default_factory=dict[str, str])
    number: int = 0

    @property
    def follow_up(self) -> FollowUp | None:
        follow_up = self.store.follow_up
        return follow_up if follow_up and follow_up.status is not Status.CLOSED else None

    def case(self) -> Case:
        """The case that storage loads for the follow-up."""
        follow_up = self.follow_up
        assert follow_up is not None
        review = (follow_up.covered_reviews or follow_up.reviews)[0]
        native_id = self.store.reviews[review].native_id
        return self.store.case(complaint(native_id, thread="t-1"))

    def apply(self, change: Change | Conflict | None) -> bool:
        if not isinstance(change, Change):
            return False
        self.store.apply(change)
        for fact in change.facts:
            review = change.case.review.id
            if fact.kind in ANSWERS:
                words = self.words.get(review)
                assert self.covered.get(review) == words, f"{words!r} was closed unread"
        self.store.check_invariants()
        return True

    def say(self, native_id: str, text: str) -> None:
        """The author writes, or edits."""
        self.number += 1
        is_praise = text == PRAISE
        event = review_event(
            native_id, text, 5 if is_praise else 1, revision=self.number, thread="t-1"
        )
        case = self.store.deliver(event, f"dlv-{self.number}")
        if case.review.route.follows_up:
            self.words[case.review.id] = text
        self.store.check_invariants()

    def withdraw(self, native_id: str) -> None:
        self.number += 1
        event = review_event(
            native_id, kind=EventKind.WITHDRAWN, revision=self.number, thread="t-1"
        )
        self.store.deliver(event, f"dlv-{self.number}")
        self.store.check_invariants()

    def claim(self) -> None:
        if self.follow_up is None:
            return
        follow_up = follow_ups.claim(self.follow_up, "ana", NOON)
        if isinstance(follow_up, FollowUp):
            self.store.follow_up = follow_up
            self.read = dict(self.words)

    def resolve(self, action: Action) -> bool:
        if self.follow_up is None:
            return False
        self.number += 1
        has_text = action is not Action.RESOLVE_WITHOUT_REPLY
        fields: dict[str, Any] = CODES | {"id": f"a-{self.number}"}
        if action is Action.PROMISE:
            fields["promised_for"] = "2026-03-20T12:00:00.000Z"
        if action is Action.WALK_AWAY:
            fields["reason"] = "abuse"
        reply = f"rep_{self.number}" if has_text else None
        resolution = make_resolution(action, reply=reply, **fields)
        if follow_ups.check_resolvable(self.follow_up, "ana", self.follow_up.fence, NOON):
            return False
        # Offstage, so that no cap stands in the way.
        change = cases.resolve(self.case(), resolution, default_policy(), NOON)
        if isinstance(change, Change):
            self.covered = dict(self.read)
        return self.apply(change)

    def decide(self, *, approves: bool) -> None:
        follow_up = self.follow_up
        if follow_up is None or follow_up.status is not Status.AWAITING_APPROVAL:
            return
        case = self.case()
        self.apply(
            cases.approve(case, "lee", default_policy(), NOON)
            if approves
            else cases.deny(case, "lee")
        )

    def send(self, kind: Kind | None) -> None:
        """Send the reply that is on its way; `kind` is how that fails, None if it does not."""
        slot = next(
            (
                slot
                for slot in (self.store.thread.slots if self.store.thread else ())
                if slot.purpose is Purpose.RESOLUTION and cases.is_unsent(slot)
            ),
            None,
        )
        if slot is None or self.follow_up is None:
            return
        case = self.case()
        if slot.state is SlotState.RESERVED:
            self.apply(Change(replace(case, thread=case.thread.mark_sending(slot.reply, NOON))))
        elif kind is None:
            self.apply(cases.record_sent_reply(case, slot, "native-1", NOON, calendar))
        else:
            decide = lambda: hand_over_decision(case)  # noqa: E731
            self.apply(cases.record_failed_reply(case, slot, kind, "any", decide, NOON))

    def close_next(self) -> bool:
        follow_up = self.follow_up
        if follow_up is None or follow_up.resolution is None:
            return False
        reply = follow_up.resolution.reply
        slot = self.store.thread.slot(reply) if self.store.thread and reply else None
        if slot and cases.is_unsent(slot):
            return False
        return self.apply(
            cases.close_next_review(self.case(), follow_up.resolution, NOON, calendar)
        )

    def finish(self) -> None:
        """Whatever happened, an agent who reads all ends it."""
        for _ in range(30):
            if self.follow_up is None:
                return
            self.decide(approves=False)
            while self.close_next():
                pass
            self.send(None)
            self.claim()
            self.resolve(Action.RESOLVE_WITHOUT_REPLY)
        raise AssertionError("the follow-up never ends")


STEPS = [
    *(("say", review, text) for review in ("r-1", "r-2") for text in (POISONING, MILD_COMPLAINT)),
    ("say", "r-1", PRAISE),
    ("withdraw", "r-1"),
    ("claim",),
    *(("resolve", action) for action in (Action.REPLY, Action.RESOLVE_WITHOUT_REPLY)),
    *(("resolve", action) for action in (Action.PROMISE, Action.WALK_AWAY)),
    ("decide", True),
    ("decide", False),
    ("send", None),
    ("send", None),
    ("send", Kind.REPLY_UNKNOWN),
    ("send", Kind.REPLY_REJECTED),
    ("close_next",),
]


def do(desk: Desk, step: tuple[Any, ...]) -> None:
    match step:
        case ("say", native_id, text):
            desk.say(native_id, text)
        case ("withdraw", native_id):
            desk.withdraw(native_id)
        case ("claim",):
            desk.claim()
        case ("resolve", action):
            desk.resolve(action)
        case ("decide", approves):
            desk.decide(approves=approves)
        case ("send", kind):
            desk.send(kind)
        case _:
            desk.close_next()


def new_desk(*reviews: str) -> Desk:
    desk = Desk()
    for review in reviews:
        desk.say(review, COMPLAINT)
    return desk


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(STEPS), max_size=14))
def test_words_that_nobody_read_are_never_closed_by_an_answer(
    steps: list[tuple[Any, ...]],
) -> None:
    desk = new_desk("r-1", "r-2")
    desk.claim()
    for step in steps:
        do(desk, step)
    desk.finish()


WAY: list[tuple[Any, ...]] = [
    ("claim",),
    ("resolve", Action.REPLY),
    ("send", None),
    ("send", None),
    ("close_next",),
]


@pytest.mark.parametrize("place", range(1, len(WAY) + 1))
@pytest.mark.parametrize("edits", [1, 2])
def test_a_worse_edit_at_any_point_stays_with_a_person_as_severe_as_it_is(
    place: int, edits: int
) -> None:
    desk = new_desk("r-1", "r-2")
    for step in WAY[:place]:
        do(desk, step)
    for _ in range(edits):
        desk.say("r-1", POISONING)
    for step in WAY[place:]:
        do(desk, step)

    edited = next(review for review in desk.store.reviews.values() if review.native_id == "r-1")
    assert edited.closing_kind is None
    assert desk.follow_up is not None
    assert (edited.id in desk.follow_up.reviews, desk.follow_up.severity) == (
        True,
        Severity.CRITICAL,
    )
    desk.finish()


def test_an_answer_to_words_that_changed_since_the_claim_is_refused() -> None:
    desk = new_desk("r-1")
    desk.claim()
    desk.say("r-1", POISONING)
    follow_up = desk.follow_up
    assert follow_up is not None
    conflict = follow_ups.check_resolvable(follow_up, "ana", follow_up.fence, NOON)
    assert conflict is not None
    assert conflict.code is ConflictCode.CHANGED
    desk.claim()
    assert desk.resolve(Action.REPLY)


def test_an_edit_before_the_approval_takes_the_approval_back_to_the_agent() -> None:
    desk = new_desk("r-1")
    desk.claim()
    assert desk.resolve(Action.WALK_AWAY)
    desk.say("r-1", POISONING)
    conflict = cases.approve(desk.case(), "lee", default_policy(), NOON)
    assert isinstance(conflict, Conflict)
    assert conflict.code is ConflictCode.CHANGED
    desk.decide(approves=False)
    desk.finish()


def test_a_promise_that_is_on_its_way_does_not_hide_a_worse_edit_until_its_date() -> None:
    desk = new_desk("r-1", "r-2")
    desk.claim()
    desk.resolve(Action.PROMISE)
    due_at = desk.follow_up.due_at if desk.follow_up else ""
    desk.say("r-1", POISONING)
    desk.send(None)
    desk.send(None)
    assert desk.follow_up is not None
    assert (desk.follow_up.status, desk.follow_up.promised_for) == (Status.OPEN, None)
    assert desk.follow_up.due_at < due_at


def test_an_edit_that_says_the_same_again_is_covered_by_the_answer() -> None:
    desk = new_desk("r-1")
    desk.claim()
    desk.resolve(Action.REPLY)
    desk.say("r-1", COMPLAINT)
    desk.send(None)
    desk.send(None)
    assert desk.follow_up is None


def test_a_resolution_that_covers_no_review_any_more_still_says_that_it_took_effect() -> None:
    desk = new_desk("r-1")
    for step in WAY[:2]:
        do(desk, step)
    desk.say("r-1", POISONING)
    for step in WAY[2:]:
        do(desk, step)

    follow_up = desk.follow_up
    assert follow_up is not None
    assert (follow_up.resolution, follow_up.last_resolution_end) == (None, Action.REPLY.value)
