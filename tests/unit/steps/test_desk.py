"""The desk: each refusal has its reason and changes nothing; other businesses do not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, cast

import pytest

from heard import cases
from heard.clock import parse_time
from heard.connectors import HttpResponse, load
from heard.errors import BadRequest, ConflictError, Fault, Forbidden, NotFound
from heard.follow_ups import CLAIM_LEASE, Action, ConflictCode, FollowUp, Status
from heard.notes import Note
from heard.outcomes import Kind
from heard.remedies import Grant
from heard.reviews import EventKind
from heard.steps import desk, desk_settings, notes
from heard.steps.caller import Caller
from heard.steps.desk import LintedText, ResolutionRequest
from heard.steps.desk_view import follow_up_rows
from heard.steps.notes import NoteRequest
from heard.storage.case_store import CaseStore
from heard.storage.follow_ups import MAX_NOTES
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    COMPLAINT,
    NOON,
    OTHER_BUSINESS,
    Backend,
    InterceptedClient,
    complaint,
    praise,
    review_event,
)

_numbers = count(1)
TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
CODES: dict[str, Any] = {"fix": "refunded", "root_cause": "double-charge"}
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


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


def reject_reply(_method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(422, {}, b"")


def grant(amount: str, name: str = "refund", currency: str = "EUR") -> Grant:
    return Grant(name, Decimal(amount), currency)


@dataclass
class DeskScenario:
    """A business with two agents, a lead and an auditor, and what they do."""

    backend: Backend
    ana: Caller
    ben: Caller
    lee: Caller
    ida: Caller

    def new_follow_up(self, name: str | None = None, **fields: Any) -> FollowUp:
        """A new follow-up."""
        review = self.backend.deliver(complaint(name or f"r-{next(_numbers)}", **fields))
        follow_up = self.backend.case(review).follow_up
        assert follow_up is not None
        return follow_up

    def claim(self, follow_up: FollowUp, by: Caller | None = None) -> int:
        return desk.claim(
            by or self.ana, follow_up.id, self.backend.desk, self.backend.clock()
        ).fence

    def resolve(
        self,
        follow_up: FollowUp,
        fence: int,
        action: Action = Action.REPLY,
        by: Caller | None = None,
        **fields: Any,
    ) -> FollowUp:
        fields_with_defaults: dict[str, Any] = {
            "id": f"resolution-{next(_numbers)}",
            **CODES,
            **fields,
        }
        if action in {Action.REPLY, Action.INVITE_PRIVATE}:
            fields_with_defaults.setdefault("text", TEXT)
        return desk.resolve(
            by or self.ana,
            follow_up.id,
            ResolutionRequest(action=action, fence=fence, **fields_with_defaults),
            self.backend.desk,
            self.backend.clock(),
        ).follow_up

    def note(self, follow_up: FollowUp, text: str, by: Caller | None = None, **fields: Any) -> Note:
        request = NoteRequest(text=text, **{"id": f"note-{next(_numbers)}", **fields})
        now = self.backend.clock()
        return notes.add_note(by or self.ana, follow_up.id, request, self.backend.desk, now)

    def pending_digest(self, follow_up: FollowUp, by: Caller) -> str:
        """What the desk shows a lead of the resolution that waits; "" if none does."""
        details = desk.describe_follow_up(by, follow_up.id, self.backend.desk, self.backend.clock())
        return (details["pending_resolution"] or {"digest": ""})["digest"]

    def approve(
        self, follow_up: FollowUp, by: Caller, *, approved: bool = True, digest: str | None = None
    ) -> FollowUp:
        if digest is None:
            digest = self.pending_digest(follow_up, self.lee)
        return desk.approve(
            by,
            follow_up.id,
            self.backend.desk,
            self.backend.clock(),
            approved=approved,
            digest=digest,
        )


@pytest.fixture
def shop(backend: Backend) -> DeskScenario:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, POLICY))
    backend.http = accept_reply
    ana, ben = backend.add_person("Ana"), backend.add_person("Ben")
    return DeskScenario(
        backend,
        ana,
        ben,
        backend.add_person("Lee", "agent", "lead"),
        backend.add_person("Ida", "auditor"),
    )


# Conflicts: each function brings a follow-up into a state, and returns the step that is refused.

type Step = Callable[[], object]


def closed(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, Action.RESOLVE_WITHOUT_REPLY)
    shop.backend.run_workflows()
    return lambda: shop.resolve(follow_up, fence)


def resolving(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence)
    return lambda: shop.resolve(
        follow_up, fence, text="Another text for the same customer, word by word."
    )


def resolution_differs(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, id="resolution-once")
    return lambda: shop.resolve(
        follow_up, fence, id="resolution-once", text="This is not what I said before, is it?"
    )


def awaiting_approval(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, Action.WALK_AWAY, reason="abuse")
    return lambda: shop.resolve(follow_up, fence)


def not_claimed(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    return lambda: shop.resolve(follow_up, 1)


def claimed_by_other(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    shop.claim(follow_up, shop.ben)
    return lambda: shop.claim(follow_up)


def claim_lost(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.backend.clock.now += CLAIM_LEASE
    shop.claim(follow_up, shop.ben)
    return lambda: shop.resolve(follow_up, fence)


def claim_expired(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.backend.clock.now += CLAIM_LEASE
    return lambda: shop.resolve(follow_up, fence)


def changed(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up("r-9")
    fence = shop.claim(follow_up)
    shop.backend.deliver(
        review_event("r-9", f"{COMPLAINT} I was sick.", 1, kind=EventKind.EDITED, revision=2)
    )
    return lambda: shop.resolve(follow_up, fence)


def cap_reached(shop: DeskScenario) -> Step:
    for number in (1, 2):
        shop.backend.deliver(praise(f"r-{number}", thread="t-1", author=f"cus-{number}"))
    follow_up = shop.new_follow_up("r-3", thread="t-1")
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(follow_up, fence)


def lint(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(
        follow_up,
        fence,
        text="The card that you paid with was 4111 1111 1111 1111, and it is paid back.",
    )


def already_private(shop: DeskScenario) -> Step:
    shop.backend.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(follow_up, fence, Action.INVITE_PRIVATE)


def date_passed(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(
        follow_up, fence, Action.PROMISE, promised_for=shop.backend.clock(), text=TEXT
    )


def date_too_late(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(
        follow_up,
        fence,
        Action.PROMISE,
        promised_for=shop.backend.clock() + timedelta(days=30, minutes=1),
    )


def remedy_unknown(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(follow_up, fence, remedy=grant("5", "coupon"))


def code_unknown(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    return lambda: shop.resolve(follow_up, fence, root_cause="rude-john-smith")


def nothing_to_approve(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    return lambda: shop.approve(follow_up, shop.lee)


def same_person(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up, shop.lee)
    shop.resolve(follow_up, fence, Action.WALK_AWAY, by=shop.lee, reason="abuse")
    return lambda: shop.approve(follow_up, shop.lee)


def resolution_over(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    fields: dict[str, Any] = {"id": "resolution-once", "reason": "abuse"}
    shop.resolve(follow_up, fence, Action.WALK_AWAY, **fields)
    shop.approve(follow_up, shop.lee, approved=False)
    return lambda: shop.resolve(follow_up, fence, Action.WALK_AWAY, **fields)


def resolution_changed(shop: DeskScenario) -> Step:
    """One lead reads a request, another one denies it, the agent asks for more."""
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, remedy=grant("60"))
    as_read = shop.pending_digest(follow_up, shop.lee)
    shop.approve(follow_up, shop.backend.add_person("Mia", "lead"), approved=False)
    shop.resolve(follow_up, fence, text="You get all of it back.", remedy=grant("600"))
    return lambda: shop.approve(follow_up, shop.lee, digest=as_read)


def no_reply_here(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.backend.setup_store.remove_connection(shop.backend.connections["standard"].id)
    return lambda: shop.resolve(follow_up, fence)


def note_differs(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    shop.note(follow_up, "Rang them.", id="note-0001")
    return lambda: shop.note(follow_up, "Rang them twice.", id="note-0001")


def cannot_mention(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    shop.backend.add_person("Ida", "auditor")
    request = NoteRequest("note-0001", "Please look.", ("sub-ida",))
    ports = shop.backend.desk
    return lambda: notes.add_note(shop.ana, follow_up.id, request, ports, shop.backend.clock())


def too_many_notes(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    for number in range(MAX_NOTES):
        shop.note(follow_up, f"Rang them {number} times.")
    return lambda: shop.note(follow_up, "Once more.")


def due_soon(shop: DeskScenario) -> Step:
    follow_up = shop.new_follow_up()
    due_at = parse_time(follow_up.due_at)
    shop.backend.clock.now = due_at - timedelta(minutes=30)
    return lambda: desk_settings.put_off(
        shop.ana, follow_up.id, due_at, shop.backend.desk, shop.backend.clock()
    )


CONFLICTS: dict[ConflictCode, Callable[[DeskScenario], Step]] = {
    ConflictCode.CLOSED: closed,
    ConflictCode.RESOLVED: resolving,
    ConflictCode.RESOLUTION_DIFFERS: resolution_differs,
    ConflictCode.RESOLUTION_OVER: resolution_over,
    ConflictCode.RESOLUTION_CHANGED: resolution_changed,
    ConflictCode.AWAITING_APPROVAL: awaiting_approval,
    ConflictCode.NOT_CLAIMED: not_claimed,
    ConflictCode.CLAIMED_BY_OTHER: claimed_by_other,
    ConflictCode.CLAIM_LOST: claim_lost,
    ConflictCode.CLAIM_EXPIRED: claim_expired,
    ConflictCode.CHANGED: changed,
    ConflictCode.CAP_REACHED: cap_reached,
    ConflictCode.LINT: lint,
    ConflictCode.ALREADY_PRIVATE: already_private,
    ConflictCode.DATE_PASSED: date_passed,
    ConflictCode.DATE_TOO_LATE: date_too_late,
    ConflictCode.REMEDY_UNKNOWN: remedy_unknown,
    ConflictCode.CODE_UNKNOWN: code_unknown,
    ConflictCode.NOTHING_TO_APPROVE: nothing_to_approve,
    ConflictCode.SAME_PERSON: same_person,
    ConflictCode.NO_REPLY_HERE: no_reply_here,
    ConflictCode.NOTE_DIFFERS: note_differs,
    ConflictCode.TOO_MANY_NOTES: too_many_notes,
    ConflictCode.CANNOT_MENTION: cannot_mention,
    ConflictCode.DUE_SOON: due_soon,
}


# What cannot be read keeps no invariant: see test_damaged_states.
@pytest.mark.parametrize("reason", sorted(set(ConflictCode) - {ConflictCode.UNREADABLE}))
def test_a_conflict_has_a_reason_and_advice_and_changes_nothing(
    shop: DeskScenario, reason: ConflictCode
) -> None:
    step = CONFLICTS[reason](shop)
    before = shop.backend.case_items()
    reports = list(shop.backend.step_functions.token_reports)
    with pytest.raises(ConflictError) as conflict:
        step()

    assert conflict.value.reason == reason.value
    assert len(conflict.value.detail) > 10
    assert shop.backend.case_items() == before
    assert shop.backend.step_functions.token_reports == reports
    shop.backend.check_invariants()


def test_a_text_that_was_refused_with_its_date_can_be_sent_with_a_better_one(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    with pytest.raises(ConflictError):
        shop.resolve(follow_up, fence, Action.PROMISE, promised_for=shop.backend.clock(), text=TEXT)
    shop.resolve(
        follow_up,
        fence,
        Action.PROMISE,
        promised_for=shop.backend.clock() + timedelta(days=1),
        text=TEXT,
    )
    shop.backend.run_workflows()

    assert shop.backend.cases.follow_up(follow_up.id).status is Status.PROMISED


def test_the_latest_date_for_a_promise_is_named_and_accepted(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    with pytest.raises(ConflictError, match="2026-04-16T12:00:00"):
        shop.resolve(
            follow_up, fence, Action.PROMISE, promised_for=shop.backend.clock() + timedelta(days=31)
        )
    shop.resolve(
        follow_up, fence, Action.PROMISE, promised_for=shop.backend.clock() + timedelta(days=30)
    )

    assert shop.backend.cases.follow_up(follow_up.id).status is Status.PROMISED


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "So sorry!",
        "Hello, {name} here. Sorry for that!",
        "Sorry for that!\n{name} of Blue Door Bakery",
    ],
)
def test_nobody_repeats_a_reply_that_another_customer_got(shop: DeskScenario, text: str) -> None:
    first, second = shop.new_follow_up(), shop.new_follow_up()
    shop.resolve(first, shop.claim(first), text=text.format(name="Ana"))
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(
            second, shop.claim(second, shop.ben), by=shop.ben, text=text.format(name="Ben")
        )

    assert (conflict.value.reason, conflict.value.extra["rule"]) == ("lint", "R10")


def test_a_signature_alone_is_no_reply(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, fence, text="…")

    assert conflict.value.extra["code"] == "empty"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("You are an idiot and a liar. Come back never.", "insult"),
        ("What the fuck do you want?", "insult"),
        ("Sie sind ein Idiot.", "insult"),
        ("If you do not delete this lie, our lawyers will contact you.", "threat"),
        ("<script>alert(1)</script> We are sorry.", "markup"),
        ("Hello {{name}}, we are sorry.", "placeholder"),
        ("Hello, [INSERT APOLOGY].", "placeholder"),
        ("Complain to Jane Roe, 48 Harbour View Road.", "street_address"),
        ("Complain to Jane Roe, her number is +44 7700 900118.", "telephone_number"),
        ("Complain to jane.roe@mail.example.", "email_address"),
    ],
)
def test_what_would_hurt_is_refused_with_every_finding_and_changes_nothing(
    shop: DeskScenario, text: str, code: str
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    before = shop.backend.case_items()
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, fence, text=text)

    findings: Any = conflict.value.extra["findings"]
    assert conflict.value.extra["code"] == code
    assert [finding["code"] for finding in findings if finding["severity"] == "block"] == [code]
    assert all(finding["explanation"] and finding["rule"] for finding in findings)
    assert shop.backend.case_items() == before


def lint_draft(shop: DeskScenario, follow_up: FollowUp, text: str, **options: Any) -> LintedText:
    caller = options.pop("by", shop.ana)
    options = {"own_contacts": False, **options}
    return desk.lint_draft(caller, follow_up.id, shop.backend.desk, text=text, **options)


def test_warnings_reach_the_writer_with_the_accepted_resolution(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    request = ResolutionRequest(
        id="resolution-warned",
        action=Action.REPLY,
        fence=shop.claim(follow_up),
        text="È stato fuori dal nostro controllo: un fornitore ci ha mandato la merce in ritardo.",
        **CODES,
    )
    now = shop.backend.clock()
    result = desk.resolve(shop.ana, follow_up.id, request, shop.backend.desk, now)

    assert result.follow_up.status is Status.RESOLVING
    assert "other_language" in {finding.code for finding in result.warnings}
    assert {finding.severity for finding in result.warnings} == {"warn"}
    repeated = desk.resolve(shop.ana, follow_up.id, request, shop.backend.desk, now)
    assert (repeated.follow_up.id, repeated.warnings) == (follow_up.id, ())


def test_a_draft_is_linted_as_it_would_be_sent_and_nothing_is_written(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    before = shop.backend.case_items()
    draft = lint_draft(shop, follow_up, "You are a liar. This was out of our control.")

    assert draft.text.endswith(f"— Ana, {BUSINESS_NAME}")
    assert [finding.code for finding in draft.blocking] == ["insult"]
    assert [finding.code for finding in draft.warnings] == ["excuse"]
    assert lint_draft(shop, follow_up, TEXT).findings == ()
    assert shop.backend.case_items() == before


def test_a_draft_is_linted_for_agents_of_the_business_only(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    with pytest.raises(Forbidden):
        lint_draft(shop, follow_up, TEXT, by=shop.ida)
    stranger = shop.backend.add_person("Eve", "agent", business=OTHER_BUSINESS)
    with pytest.raises(NotFound):
        lint_draft(shop, follow_up, TEXT, by=stranger)


INVITATION = "Please ring me on 030 901820 or write to help@bakery.example, and we talk it over."


def test_the_writer_may_say_that_contacts_are_the_businesss_own(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    with pytest.raises(ConflictError):
        shop.resolve(follow_up, fence, Action.INVITE_PRIVATE, text=INVITATION)
    draft = lint_draft(shop, follow_up, INVITATION, own_contacts=True)
    assert [finding.code for finding in draft.warnings] == ["email_address", "telephone_number"]
    shop.resolve(follow_up, fence, Action.INVITE_PRIVATE, text=INVITATION, own_contacts=True)

    # Who said so stands in the notes of the desk.
    replies = shop.backend.cases.replies(follow_up.thread)
    (note,) = shop.backend.cases.notes(follow_up.id, replies)
    assert (note["own_contacts"], note["agent"]) == (True, shop.ana.person.subject)


def test_a_note_of_an_answer_lies_in_its_reply_and_one_of_a_second_try_beside_it(
    shop: DeskScenario,
) -> None:
    """The first try stopped before it counted. Its reply is stored, and stays as it is."""
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    dynamodb = shop.backend.dynamodb

    def stop_at_the_transaction(operation: str) -> None:
        if operation == "transact_write_items":
            raise Fault("It stops here.")

    shop.backend.dynamodb = InterceptedClient(dynamodb, stop_at_the_transaction)
    with pytest.raises(Fault):
        shop.resolve(follow_up, fence, id="answer-0001", note="Rang her.")
    shop.backend.dynamodb = dynamodb

    def notes() -> list[str]:
        details = desk.describe_follow_up(
            shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock()
        )
        return [note["note"] for note in details["notes"]]

    def apart() -> int:
        return sum(item["sk"].startswith("NOTE#") for item in shop.backend.stored_items())

    assert (notes(), apart()) == (["Rang her."], 0)
    shop.resolve(follow_up, fence, id="answer-0001", note="Rang her twice.")
    assert (notes(), apart()) == (["Rang her twice."], 1)
    shop.backend.run_workflows()
    shop.backend.check_invariants("Rang her")


def test_contacts_of_the_policy_need_no_word_of_the_writer(shop: DeskScenario) -> None:
    contacts = ["+49 30 901820", "@bakery.example"]
    policy = {**POLICY, "contacts": contacts}
    shop.backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
    follow_up = shop.new_follow_up()

    assert lint_draft(shop, follow_up, INVITATION).findings == ()
    now = shop.backend.clock()
    details = desk.describe_follow_up(shop.ana, follow_up.id, shop.backend.desk, now)
    assert details["contacts"] == contacts


def test_a_saying_that_contacts_are_own_excuses_nothing_else(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    draft = lint_draft(
        shop, follow_up, "Your card 4111 1111 1111 1111 is safe, you idiot.", own_contacts=True
    )
    assert {finding.code for finding in draft.blocking} == {"card_number", "insult"}


def test_in_private_personal_data_only_warns(shop: DeskScenario) -> None:
    shop.backend.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    follow_up = shop.new_follow_up()
    draft = lint_draft(shop, follow_up, "The flat is in 48 Harbour View Road, ring +44 7700 900118")
    assert draft.blocking == ()
    assert {finding.code for finding in draft.warnings} == {"street_address", "telephone_number"}


def reply_rejected(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.backend.http = reject_reply
    shop.resolve(follow_up, shop.claim(follow_up), remedy=grant("40"))
    shop.backend.run_workflows()
    shop.backend.http = accept_reply


def approval_denied(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.resolve(follow_up, shop.claim(follow_up), remedy=grant("400"))
    shop.approve(follow_up, shop.lee, approved=False)


@pytest.mark.parametrize("failure", [reply_rejected, approval_denied])
def test_a_text_that_was_not_sent_can_be_sent_again(
    shop: DeskScenario, failure: Callable[[DeskScenario, FollowUp], None]
) -> None:
    follow_up = shop.new_follow_up()
    failure(shop, follow_up)
    shop.resolve(follow_up, shop.claim(follow_up))
    shop.backend.run_workflows()
    other = shop.new_follow_up()

    assert shop.backend.case(follow_up.reviews[0]).review.closing_kind is Kind.ANSWERED
    with pytest.raises(ConflictError):
        shop.resolve(other, shop.claim(other))


@pytest.mark.parametrize("approved", [True, False])
def test_a_lead_decides_only_about_the_resolution_that_they_read(
    shop: DeskScenario, approved: bool
) -> None:
    step = resolution_changed(shop)
    with pytest.raises(ConflictError):
        step()
    follow_up = shop.backend.cases.open_follow_ups(BUSINESS, limit=1)[0][0]
    other = shop.new_follow_up()
    shop.resolve(other, shop.claim(other), Action.WALK_AWAY, reason="abuse")
    with pytest.raises(ConflictError) as conflict:
        shop.approve(
            follow_up, shop.lee, approved=approved, digest=shop.pending_digest(other, shop.lee)
        )

    assert conflict.value.reason == "resolution_changed"
    status = shop.approve(follow_up, shop.lee, approved=approved).status
    assert status is (Status.RESOLVING if approved else Status.OPEN)


def accepted(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.resolve(follow_up, shop.claim(follow_up), id="resolution-once")


def delivered(shop: DeskScenario, follow_up: FollowUp) -> None:
    accepted(shop, follow_up)
    shop.backend.run_workflows()


def invited(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.resolve(follow_up, shop.claim(follow_up), Action.INVITE_PRIVATE, id="resolution-once")
    shop.backend.run_workflows()


def waiting(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.resolve(follow_up, shop.claim(follow_up), id="resolution-once", remedy=grant("400"))


def denied(shop: DeskScenario, follow_up: FollowUp) -> None:
    waiting(shop, follow_up)
    shop.approve(follow_up, shop.lee, approved=False)


def not_taken(shop: DeskScenario, follow_up: FollowUp) -> None:
    shop.backend.http = reject_reply
    accepted(shop, follow_up)
    shop.backend.run_workflows()
    shop.backend.http = accept_reply


@pytest.mark.parametrize("state", [accepted, delivered, invited, waiting, denied, not_taken])
def test_a_used_id_with_another_content_is_refused_whatever_became_of_it(
    shop: DeskScenario, state: Callable[[DeskScenario, FollowUp], None]
) -> None:
    follow_up = shop.new_follow_up()
    state(shop, follow_up)
    before = shop.backend.case_items()
    others: list[tuple[Action, dict[str, Any]]] = [
        (Action.RESOLVE_WITHOUT_REPLY, {}),
        (Action.WALK_AWAY, {"reason": "abuse"}),
        (Action.REPLY, {"fix": "refunded", "root_cause": "process", "text": TEXT + " Sorry."}),
        (Action.PROMISE, {"promised_for": shop.backend.clock() + timedelta(days=1), "text": TEXT}),
    ]
    expected = "resolution_over" if state in {denied, not_taken} else "resolution_differs"
    for action, fields in others:
        with pytest.raises(ConflictError) as conflict:
            shop.resolve(follow_up, 1, action, id="resolution-once", **fields)
        assert conflict.value.reason == expected, (state.__name__, action)
    assert shop.backend.case_items() == before


def test_a_used_resolution_id_never_brings_its_text_back(shop: DeskScenario) -> None:
    bodies: list[str] = []
    shop.backend.http = reject_reply
    follow_up = shop.new_follow_up()
    for number, text in enumerate(
        ("I looked up both payments.", "The second payment went back today.")
    ):
        shop.resolve(follow_up, shop.claim(follow_up), id=f"resolution-{'ab'[number]}", text=text)
        shop.backend.run_workflows()
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, shop.claim(follow_up), id="resolution-a", text=TEXT)
    desk.release(
        shop.ana, follow_up.id, shop.claim(follow_up), shop.backend.desk, shop.backend.clock()
    )

    def record_call(method: str, url: str, **call: Any) -> HttpResponse:
        bodies.append(call["body"].decode())
        return accept_reply(method, url)

    shop.backend.http = record_call
    shop.resolve(
        follow_up, shop.claim(follow_up, shop.ben), by=shop.ben, id="resolution-a", text=TEXT
    )
    shop.backend.run_workflows()

    assert conflict.value.reason == "resolution_differs"
    assert [TEXT in body for body in bodies] == [True]


# Remedies


def remedy_outcomes(shop: DeskScenario, follow_up: FollowUp) -> list[tuple[Kind, str, str, str]]:
    """The remedies in the log: what was requested and granted."""
    facts = [
        (outcome.kind, outcome.detail)
        for review in follow_up.reviews
        for outcome in shop.backend.outcome_log.of_review(review)
    ]
    return [
        (kind, detail["remedy"], detail["amount"], detail["currency"])
        for kind, detail in facts
        if "remedy" in detail
    ]


@pytest.mark.parametrize(
    "action", [Action.REPLY, Action.PROMISE, Action.INVITE_PRIVATE, Action.RESOLVE_WITHOUT_REPLY]
)
def test_within_the_limit_a_remedy_is_granted_with_the_resolution(
    shop: DeskScenario, action: Action
) -> None:
    follow_up = shop.new_follow_up()
    later = shop.backend.clock() + timedelta(days=2)
    shop.resolve(
        follow_up, shop.claim(follow_up), action, remedy=grant("50.00"), promised_for=later
    )
    shop.backend.run_workflows()
    shop.backend.check_invariants()

    assert remedy_outcomes(shop, follow_up) == [(Kind.RESOLUTION_GIVEN, "refund", "50", "EUR")]


def test_above_the_limit_a_remedy_waits_for_a_lead_who_sees_the_request(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.resolve(follow_up, shop.claim(follow_up), remedy=grant("50.01"))
    details = desk.describe_follow_up(
        shop.lee, follow_up.id, shop.backend.desk, shop.backend.clock()
    )
    outcomes_before = remedy_outcomes(shop, follow_up)
    shop.approve(follow_up, shop.lee)
    shop.backend.run_workflows()
    closing_outcome = shop.backend.outcome_log.of_review(follow_up.reviews[0])[-1]

    remedy = details["pending_resolution"]["remedy"]
    assert remedy == {"name": "refund", "amount": "50.01", "currency": "EUR"}
    assert [(reply["state"], TEXT in reply["text"]) for reply in details["replies"]] == [
        ("awaiting_approval", True)
    ]
    assert outcomes_before == [(Kind.APPROVAL_REQUESTED, "refund", "50.01", "EUR")]
    assert remedy_outcomes(shop, follow_up) == [
        *outcomes_before,
        (Kind.RESOLUTION_GIVEN, "refund", "50.01", "EUR"),
    ]
    assert (
        closing_outcome.kind,
        closing_outcome.detail["by"],
        closing_outcome.detail["approved_by"],
    ) == (
        Kind.ANSWERED,
        "sub-ana",
        "sub-lee",
    )


def test_a_denied_remedy_is_not_granted_and_a_lead_cannot_approve_their_own(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    shop.resolve(follow_up, shop.claim(follow_up, shop.lee), by=shop.lee, remedy=grant("60"))
    with pytest.raises(ConflictError) as conflict:
        shop.approve(follow_up, shop.lee)
    shop.approve(follow_up, shop.backend.add_person("Mia", "lead"), approved=False)

    assert conflict.value.reason == "same_person"
    assert (
        shop.backend.cases.follow_up(follow_up.id).status,
        shop.backend.cases.follow_up(follow_up.id).grants,
    ) == (Status.OPEN, ())


def test_a_promise_is_not_approved_after_its_date(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    promised_for = shop.backend.clock() + timedelta(hours=1)
    shop.resolve(
        follow_up,
        shop.claim(follow_up),
        Action.PROMISE,
        promised_for=promised_for,
        remedy=grant("60"),
    )
    shop.backend.clock.advance(hours=2)
    with pytest.raises(ConflictError) as conflict:
        shop.approve(follow_up, shop.lee)

    assert conflict.value.reason == "date_passed"


def test_several_resolutions_of_one_follow_up_share_one_limit(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    later = shop.backend.clock() + timedelta(days=2)
    for amount, status in (
        ("30", Status.PROMISED),
        ("20", Status.PROMISED),
        ("0.01", Status.AWAITING_APPROVAL),
    ):
        updated = shop.resolve(
            follow_up,
            shop.claim(follow_up),
            Action.PROMISE,
            promised_for=later,
            remedy=grant(amount),
        )
        assert updated.status is status


def test_a_remedy_whose_reply_the_platform_rejected_is_not_granted_again_with_the_next_one(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    reply_rejected(shop, follow_up)
    again = shop.resolve(
        follow_up,
        shop.claim(follow_up),
        text="Both payments are found, and one went back today.",
        remedy=grant("40"),
    )
    shop.backend.run_workflows()

    assert again.status is Status.RESOLVING
    assert remedy_outcomes(shop, follow_up) == [(Kind.RESOLUTION_GIVEN, "refund", "40", "EUR")]


def test_a_resolution_repeated_with_a_part_of_its_text_is_another_resolution(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, id="resolution-once", text=TEXT)
    shop.resolve(follow_up, fence, id="resolution-once", text=TEXT)
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, fence, id="resolution-once", text=TEXT[: len(TEXT) // 2])

    assert conflict.value.reason == "resolution_differs"


def test_a_resolution_repeated_with_another_remedy_is_another_resolution(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    fields: dict[str, Any] = {"id": "resolution-once", "remedy": grant("20", "voucher", "")}
    shop.resolve(follow_up, fence, **fields)
    before = shop.backend.case_items()
    shop.resolve(follow_up, fence, **fields)
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, fence, id="resolution-once", remedy=grant("19", "voucher"))

    assert conflict.value.reason == "resolution_differs"
    assert shop.backend.case_items() == before


@pytest.mark.parametrize(
    ("name", "currency"), [("refund", ""), ("refund", "USD"), ("coupon", "EUR")]
)
def test_an_unknown_remedy_is_refused_with_the_list_of_known_ones(
    shop: DeskScenario, name: str, currency: str
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    with pytest.raises(
        ConflictError, match=r"refund up to 50 EUR, refund up to 40\.5 CHF, voucher up to 20 EUR"
    ):
        shop.resolve(follow_up, fence, remedy=grant("1", name, currency))


@pytest.mark.parametrize("carried_out", [False, True])
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
def test_the_same_resolution_twice_is_one_resolution_before_and_after_it_took_effect(
    shop: DeskScenario, action: Action, fields: dict[str, Any], carried_out: bool
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    if action is Action.PROMISE:
        fields = {**fields, "promised_for": shop.backend.clock() + timedelta(days=2)}
    first = shop.resolve(follow_up, fence, action, id="resolution-once", **fields)
    if carried_out:
        shop.backend.run_workflows()
    before = shop.backend.case_items()
    second = shop.resolve(follow_up, fence, action, id="resolution-once", **fields)

    assert second.last_resolution_key == first.last_resolution_key
    assert shop.backend.case_items() == before


ENDINGS = {
    Action.REPLY: ([Kind.RESOLUTION_GIVEN, Kind.ANSWERED], Kind.ANSWERED),
    Action.RESOLVE_WITHOUT_REPLY: (
        [Kind.RESOLUTION_GIVEN, Kind.RESOLVED_WITHOUT_REPLY],
        Kind.RESOLVED_WITHOUT_REPLY,
    ),
    Action.REPORT_FAKE: ([Kind.RESOLUTION_GIVEN, Kind.REPORTED], Kind.REPORTED),
    Action.WALK_AWAY: (
        [Kind.APPROVAL_REQUESTED, Kind.RESOLUTION_GIVEN, Kind.WALKED_AWAY],
        Kind.WALKED_AWAY,
    ),
    Action.INVITE_PRIVATE: ([Kind.RESOLUTION_GIVEN, Kind.INVITED_PRIVATE], None),
    Action.PROMISE: ([Kind.PROMISED], None),
}


def test_the_evidence_of_a_fake_is_a_sealed_note_and_not_in_the_log(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.resolve(follow_up, shop.claim(follow_up), Action.REPORT_FAKE, evidence="Never a customer.")
    shop.backend.run_workflows()
    closing_outcome = shop.backend.outcome_log.of_review(follow_up.reviews[0])[-1]
    (note,) = shop.backend.cases.notes(follow_up.id)

    assert note["evidence"] == "Never a customer."
    assert closing_outcome.kind is Kind.REPORTED
    assert {"evidence", "approved_by"}.isdisjoint(closing_outcome.detail)


@pytest.mark.parametrize("action", Action)
def test_each_action_has_its_outcomes(shop: DeskScenario, action: Action) -> None:
    follow_up = shop.new_follow_up()
    later = shop.backend.clock() + timedelta(days=2)
    shop.resolve(
        follow_up,
        shop.claim(follow_up),
        action,
        reason="abuse",
        evidence="Never a customer.",
        promised_for=later,
        note="Rang her.",
    )
    if action is Action.WALK_AWAY:
        shop.approve(follow_up, shop.lee)
    shop.backend.run_workflows()
    shop.backend.check_invariants(TEXT, COMPLAINT, "Never a customer.", "Rang her.")
    (review,) = follow_up.reviews
    kinds, end = ENDINGS[action]

    assert shop.backend.kinds(review)[2:] == kinds
    assert shop.backend.case(review).review.closing_kind is end


def test_an_invitation_closes_nothing_and_a_resolution_after_it_has_its_own_kind(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()
    shop.resolve(follow_up, shop.claim(follow_up), Action.INVITE_PRIVATE)
    shop.backend.run_workflows()
    follow_up_after_invitation = shop.backend.cases.follow_up(follow_up.id)
    shop.resolve(follow_up, shop.claim(follow_up), Action.RESOLVE_WITHOUT_REPLY)
    shop.backend.run_workflows()

    assert (follow_up_after_invitation.status, follow_up_after_invitation.due_at[:10]) == (
        Status.INVITED,
        "2026-03-24",
    )
    assert (
        shop.backend.case(follow_up.reviews[0]).review.closing_kind is Kind.MOVED_PRIVATE_RESOLVED
    )


def test_a_denied_walk_away_is_open_again_and_its_request_counts_once(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    shop.resolve(follow_up, fence, Action.WALK_AWAY, id="resolution-once", reason="abuse")
    shop.approve(follow_up, shop.lee, approved=False)
    with pytest.raises(ConflictError):
        shop.resolve(follow_up, fence, Action.WALK_AWAY, id="resolution-once", reason="abuse")

    assert shop.backend.cases.follow_up(follow_up.id).status is Status.OPEN
    assert shop.backend.kinds(follow_up.reviews[0])[-2:] == [
        Kind.APPROVAL_REQUESTED,
        Kind.APPROVAL_DENIED,
    ]


@pytest.mark.parametrize(
    ("action", "fields", "missing"),
    [
        (Action.REPLY, {"text": None}, "text"),
        (Action.REPLY, {"fix": None}, "fix"),
        (Action.RESOLVE_WITHOUT_REPLY, {"root_cause": None}, "root_cause"),
        (Action.PROMISE, {}, "promised_for"),
        (Action.WALK_AWAY, {}, "reason"),
        (Action.REPORT_FAKE, {}, "evidence"),
        (Action.RESOLVE_WITHOUT_REPLY, {"text": "We are sorry about the oven."}, "posts nothing"),
        (
            Action.REPORT_FAKE,
            {"evidence": "Never a customer.", "remedy": grant("5")},
            "grants nothing",
        ),
    ],
)
def test_a_missing_field_of_an_action_is_named(
    shop: DeskScenario, action: Action, fields: dict[str, Any], missing: str
) -> None:
    follow_up = shop.new_follow_up()
    fence = shop.claim(follow_up)
    before = shop.backend.case_items()
    with pytest.raises(BadRequest, match=missing):
        shop.resolve(follow_up, fence, action, **fields)

    assert shop.backend.case_items() == before


def test_a_reply_is_signed_by_its_writer_and_sent_to_the_reviews_thread(shop: DeskScenario) -> None:
    calls: list[dict[str, Any]] = []

    def record_call(method: str, url: str, **call: Any) -> HttpResponse:
        calls.append({"url": url, **call})
        return accept_reply(method, url)

    shop.backend.http = record_call
    follow_up = shop.new_follow_up("r-77", thread="t-7")
    shop.resolve(follow_up, shop.claim(follow_up))
    shop.backend.run_workflows()

    (call,) = calls
    body = call["body"].decode()
    assert '"review_id": "r-77"' in body
    assert '"thread_id": "t-7"' in body
    assert "Ana" in body


def test_the_desk_shows_reviews_assessment_and_thread(shop: DeskScenario) -> None:
    shop.backend.deliver(praise("r-1", thread="t-1"))
    follow_up = shop.new_follow_up("r-2", thread="t-1")
    shop.backend.deliver(
        review_event("r-3", "And another thing: the bread was cold.", thread="t-1")
    )
    details = desk.describe_follow_up(
        shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock()
    )

    assert [review["text"] for review in details["reviews"]] == [
        COMPLAINT,
        "And another thing: the bread was cold.",
    ]
    assert all(review["assessment"]["reasons"] for review in details["reviews"][:1])
    assert [(reply["purpose"], reply["state"]) for reply in details["replies"]] == [
        ("acknowledgement", "sent")
    ]
    assert (details["public_replies_left"], details["severity"], details["claimed_by"]) == (
        1,
        "high",
        None,
    )
    assert details["platform_limits"] == {
        "replies": "many",
        "replaces_reply": False,
        "limit": 10_000,
        "unit": "characters",
    }


def test_the_desk_shows_what_the_policy_says_about_a_follow_up(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.resolve(follow_up, shop.claim(follow_up), Action.INVITE_PRIVATE, remedy=grant("12.50"))
    details = desk.describe_follow_up(
        shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock()
    )

    assert details["remedies"][:2] == [
        {"name": "refund", "limit": "50", "currency": "EUR"},
        {"name": "refund", "limit": "40.5", "currency": "CHF"},
    ]
    assert details["checklist"] == {"name": "calm", "steps": ["Read it twice.", "Ring them."]}
    assert details["rules"][0] == {"id": "own-strong", "why": "Strong complaints are for people."}
    assert (details["grants"], details["pending_resolution"]) == (
        [{"name": "refund", "amount": "12.5", "currency": "EUR"}],
        None,
    )


def test_a_more_severe_review_adds_its_rules_and_no_checklist_is_lost(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up("r-1", thread="t-1")
    shop.backend.deliver(
        review_event(
            "r-2",
            "Your bread gave my daughter food poisoning, she is in hospital.",
            1,
            thread="t-1",
        )
    )
    updated = shop.backend.cases.follow_up(follow_up.id)

    assert (follow_up.rules[0], updated.rules[0]) == ("own-strong", "R01-critical")
    assert (follow_up.checklist, updated.checklist) == ("calm", "calm")


def test_a_follow_up_can_be_seen_after_its_review_was_withdrawn_or_its_author_erased(
    shop: DeskScenario,
) -> None:
    withdrawn, erased = shop.new_follow_up(), shop.new_follow_up("r-9", author="cus-9")
    native_id = shop.backend.case(withdrawn.reviews[0]).review.native_id
    shop.backend.deliver(review_event(native_id, kind=EventKind.WITHDRAWN, revision="~"))
    shop.backend.cases.vault.erase(shop.backend.case(erased.reviews[0]).review.author, NOON)
    details = [
        desk.describe_follow_up(shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock())
        for follow_up in (withdrawn, erased)
    ]

    assert details[0]["reviews"][0]["withdrawn"] is True
    assert details[1]["reviews"][0]["erased"] is True


def test_nobody_is_offered_to_invite_to_a_private_talk_in_a_private_talk(
    shop: DeskScenario,
) -> None:
    shop.backend.connect("standard", channel="messaging", reply_url="https://shop.example/replies")
    follow_up = shop.new_follow_up()
    details = desk.describe_follow_up(
        shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock()
    )

    assert details["stage"] == "offstage"
    assert set(details["actions"]) == set(Action) - {Action.INVITE_PRIVATE}


def test_a_withdrawn_review_keeps_its_words_until_its_author_is_erased(shop: DeskScenario) -> None:
    backend = shop.backend
    follow_up = shop.new_follow_up()
    (id,) = follow_up.reviews
    native_id = backend.case(id).review.native_id

    def see() -> dict[str, Any]:
        details = desk.describe_follow_up(shop.ana, follow_up.id, backend.desk, backend.clock())
        review: dict[str, Any] = details["reviews"][0]
        return review

    before = see()
    for revision in (8, 9):
        # A platform may say it twice.
        backend.deliver(review_event(native_id, kind=EventKind.WITHDRAWN, revision=revision))
    preview = backend.cases.latest_texts([id])[id]

    assert before["text"]
    assert see() == before | {"withdrawn": True}
    assert preview.event
    assert preview.event.text == before["text"]
    # The author wrote again: those are the words now.
    backend.deliver(review_event(native_id, "It came broken, and nobody helps.", 1, revision=10))
    assert (see()["text"], see()["withdrawn"]) == ("It came broken, and nobody helps.", False)
    backend.deliver(review_event(native_id, kind=EventKind.WITHDRAWN, revision=11))
    assert see()["text"] == "It came broken, and nobody helps."
    change = cases.erase_author(backend.case(id), "requested", backend.clock())
    assert change
    assert change.case.review.words_revision is None
    assert change.case.review.words_commitment is None
    backend.cases.vault.erase(backend.case(id).review.author, NOON)
    assert see()["erased"] is True
    assert "text" not in see()


def test_a_withdrawal_with_words_of_its_own_shows_those(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    (id,) = follow_up.reviews
    native_id = shop.backend.case(id).review.native_id
    withdrawal = review_event(native_id, "I take it back.", 1, revision="~")
    shop.backend.deliver(replace(withdrawal, kind=EventKind.WITHDRAWN))

    assert shop.backend.case(id).review.words_revision is None
    text = shop.backend.cases.latest_texts([id])[id]
    assert text.event
    assert text.event.text == "I take it back."


def test_a_connection_that_only_receives_says_so_before_an_agent_writes(
    shop: DeskScenario,
) -> None:
    follow_up = shop.new_follow_up()

    def see() -> dict[str, Any]:
        return desk.describe_follow_up(
            shop.ana, follow_up.id, shop.backend.desk, shop.backend.clock()
        )

    assert (see()["no_reply_code"], see()["no_reply_why"]) == (None, None)
    assert see()["actions"] == [action.value for action in Action]
    platform = shop.backend.case(follow_up.reviews[0]).review.platform
    connection = shop.backend.connections[platform]
    if load(platform).capabilities.credentials:
        changed = replace(connection, has_credentials=False)
        shop.backend.setup_store.put_connection(changed, NOON)
    else:
        shop.backend.setup_store.remove_connection(connection.id)

    view = see()
    assert "without a reply" in view["no_reply_why"]
    assert view["no_reply_code"] in {"no_credentials", "connection_removed"}
    assert set(view["actions"]) == {
        "resolve_without_reply",
        "promise",
        "walk_away",
        "report_fake",
    }
    assert lint_draft(shop, follow_up, TEXT).findings == ()
    with pytest.raises(ConflictError) as conflict:
        shop.resolve(follow_up, shop.claim(follow_up))
    assert (conflict.value.reason, conflict.value.detail) == (
        "no_reply_here",
        view["no_reply_why"],
    )


def test_an_erased_author_gets_no_reply_and_the_follow_up_can_be_closed(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.backend.cases.vault.erase(shop.backend.case(follow_up.reviews[0]).review.author, NOON)
    with pytest.raises(ConflictError, match="erased") as conflict:
        shop.resolve(follow_up, shop.claim(follow_up))
    shop.resolve(follow_up, shop.claim(follow_up), Action.RESOLVE_WITHOUT_REPLY)
    shop.backend.run_workflows()

    assert conflict.value.reason == "no_reply_here"
    assert (
        shop.backend.case(follow_up.reviews[0]).review.closing_kind is Kind.RESOLVED_WITHOUT_REPLY
    )


# Who may


def all_desk_steps(shop: DeskScenario, caller: Caller, follow_up: FollowUp) -> list[Step]:
    backend = shop.backend
    return [
        lambda: desk.describe_follow_up(caller, follow_up.id, backend.desk, backend.clock()),
        lambda: shop.claim(follow_up, caller),
        lambda: desk.release(caller, follow_up.id, 1, backend.desk, backend.clock()),
        lambda: shop.resolve(follow_up, 1, by=caller),
        lambda: shop.approve(follow_up, caller),
        lambda: backend.listed(caller, business=BUSINESS, limit=10),
    ]


def test_another_businesss_follow_ups_do_not_exist(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.claim(follow_up)
    before = shop.backend.case_items()
    eve = shop.backend.add_person("Eve", "agent", "lead", business=OTHER_BUSINESS)
    unknown_follow_up = replace(follow_up, id="fup_neverwas")
    for step, step_on_unknown in zip(
        all_desk_steps(shop, eve, follow_up),
        all_desk_steps(shop, eve, unknown_follow_up),
        strict=True,
    ):
        with pytest.raises(NotFound) as forbidden_error:
            step()
        with pytest.raises(NotFound) as unknown_error:
            step_on_unknown()
        assert forbidden_error.value.detail == unknown_error.value.detail

    page = shop.backend.listed(eve, limit=10)
    assert (page.follow_ups, page.next) == ([], None)
    assert shop.backend.case_items() == before


def test_the_desk_is_for_agents_and_leads(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    before = shop.backend.case_items()
    for step in all_desk_steps(shop, shop.ida, follow_up):
        with pytest.raises(Forbidden):
            step()
    with pytest.raises(Forbidden):
        shop.approve(follow_up, shop.ana)

    assert shop.backend.case_items() == before


def test_open_follow_ups_are_listed_by_due_time_in_pages_without_closed_ones(
    shop: DeskScenario,
) -> None:
    follow_ups: list[FollowUp] = []
    for _ in range(5):
        follow_ups.append(shop.new_follow_up())
        shop.backend.clock.advance(minutes=5)
    shop.resolve(follow_ups[1], shop.claim(follow_ups[1]), Action.RESOLVE_WITHOUT_REPLY)
    shop.backend.run_workflows()
    shop.resolve(follow_ups[3], shop.claim(follow_ups[3]), Action.RESOLVE_WITHOUT_REPLY)
    listed_ids: list[str] = []
    after: str | None = None
    for _ in range(4):
        page = shop.backend.listed(shop.ana, business=BUSINESS, limit=2, after=after)
        after = page.next
        listed_ids += [follow_up.id for follow_up in page.follow_ups]
        if after is None:
            break

    assert listed_ids == [
        follow_up.id for follow_up in follow_ups if follow_up is not follow_ups[1]
    ]


def test_a_list_with_words_shows_who_waits_and_why_in_three_reads_a_row(
    shop: DeskScenario,
) -> None:
    backend = shop.backend
    first, erased = shop.new_follow_up(), shop.new_follow_up(author="cus-2")
    backend.deliver(
        review_event(
            backend.case(first.reviews[0]).review.native_id,
            "The heater is broken and it is cold. " * 20,
            1,
            kind=EventKind.EDITED,
            revision=2,
        )
    )
    backend.cases.vault.erase(backend.case(erased.reviews[0]).review.author, NOON)
    reads: list[str] = []
    client: Any = InterceptedClient(backend.dynamodb, reads.append)
    store = CaseStore(
        client,
        backend.tables["CasesTable"],
        backend.tables["OutcomesTable"],
    )
    page = [backend.cases.follow_up(follow_up.id) for follow_up in (first, erased)]
    rows = follow_up_rows(page, store, backend.clock(), words=True)

    assert reads == ["batch_get_item"] * 3
    shown = rows[0]["newest_review"]
    assert shown["id"] == first.reviews[0]
    assert (shown["author"]["name"], shown["rating"], shown["language"]) == ("Zelda Quint", 1, "en")
    assert shown["first_words"].startswith("The heater is broken and it is cold. The heater")
    assert len(shown["first_words"]) <= 100
    assert rows[1]["newest_review"] | {"id": ""} == {
        "id": "",
        "author": None,
        "rating": 1,
        "language": None,
        "first_words": None,
        "erased": True,
        "damaged": False,
    }
    assert [row["id"] for row in rows] == [follow_up.id for follow_up in page]
    assert "newest_review" not in follow_up_rows(page, store, backend.clock(), words=False)[0]
    assert len(reads) == 3


class OldIndex:
    """A client for which the index of open follow-ups holds only keys, as it once did."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **request: Any) -> Any:
        response = self._client.query(**request)
        for item in response["Items"]:
            item.pop("follow_up")
        return response


def test_a_list_is_read_from_its_index_alone(shop: DeskScenario) -> None:
    claimed, open_follow_up = shop.new_follow_up(), shop.new_follow_up()
    shop.claim(claimed)
    operations: list[str] = []
    client = InterceptedClient(shop.backend.plain_dynamodb, operations.append)
    store = CaseStore(client, shop.backend.tables["CasesTable"])

    listed, _ = store.open_follow_ups(BUSINESS, limit=25)

    assert operations == ["query"]
    stored = [shop.backend.cases.follow_up(each.id) for each in (claimed, open_follow_up)]
    assert sorted(listed, key=repr) == sorted(stored, key=repr)


def test_a_list_is_the_same_from_an_index_of_an_earlier_release(shop: DeskScenario) -> None:
    for _ in range(3):
        shop.new_follow_up()
    old_store = CaseStore(
        cast("Any", OldIndex(shop.backend.plain_dynamodb)), shop.backend.tables["CasesTable"]
    )

    page = old_store.open_follow_ups(BUSINESS, limit=2)

    assert page == shop.backend.cases.open_follow_ups(BUSINESS, limit=2)
    assert len(page[0]) == 2
    assert page[1]


def test_a_claim_shows_what_it_covers(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up("r-joined-1", thread="t-joined")
    shop.backend.deliver(complaint("r-joined-2", thread="t-joined", author="cus-2"))

    claimed = desk.claim_and_describe(shop.ana, follow_up.id, shop.backend.desk, NOON, 1)

    stored = shop.backend.cases.follow_up(follow_up.id)
    assert stored.covered_reviews == stored.reviews
    assert (claimed["fence"], claimed["claimed_by"]) == (stored.fence, "sub-ana")
    assert (claimed["reviews_count"], len(claimed["reviews"])) == (2, 1)
    assert claimed["reviews_next"] == claimed["reviews"][0]["id"]


def test_a_claim_that_is_refused_shows_nothing(shop: DeskScenario) -> None:
    follow_up = shop.new_follow_up()
    shop.claim(follow_up, shop.ben)

    with pytest.raises(ConflictError, match="Another agent"):
        desk.claim_and_describe(shop.ana, follow_up.id, shop.backend.desk, NOON)
    with pytest.raises(NotFound):
        desk.claim_and_describe(shop.ida, "fup_neverwas", shop.backend.desk, NOON)


def test_of_two_claims_that_read_the_same_one_is_refused(shop: DeskScenario) -> None:
    """A claim goes on with the follow-up that was read to see whose it is."""
    follow_up = shop.new_follow_up()
    reads = count(1)

    def claim_first(operation: str) -> None:
        if operation == "put_item" and next(reads) == 1:
            shop.backend.dynamodb = shop.backend.plain_dynamodb
            shop.claim(follow_up, shop.ben)

    shop.backend.dynamodb = InterceptedClient(shop.backend.plain_dynamodb, claim_first)
    with pytest.raises(ConflictError) as refused:
        shop.claim(follow_up)

    assert refused.value.reason == ConflictCode.CLAIMED_BY_OTHER
    assert shop.backend.cases.follow_up(follow_up.id).claimed_by == shop.ben.person.subject
