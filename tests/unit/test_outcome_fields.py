"""docs/audit.md lists the fields of each kind of outcome: all that the steps of a case write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from heard import cases, follow_ups
from heard.cases import Case, Change, Revision
from heard.follow_ups import Action, FollowUp, Resolution, TakeoverReason
from heard.outcomes import Fact, Kind
from heard.policy import Policy, default_policy
from heard.policy.document import Remedy
from heard.remedies import Grant
from heard.reviews import Channel, EventKind, ReviewEvent
from heard.threads import Slot
from tests.static.repository import ROOT
from tests.unit.backend import NOON, complaint, incoming_event, review_event
from tests.unit.test_cases import (
    ORIGIN,
    acknowledged_case,
    assess_and_decide,
    calendar,
    case_with_follow_up,
    hand_over_decision,
    make_resolution,
    remove_reply,
)

type Fields = frozenset[str]

HOW_TO_MEND = (
    'docs/audit.md, "What an outcome holds", and the code disagree about the fields of this kind. '
    "Correct the table. A field that no step here writes needs a step in `facts_of_all_steps`."
)


def table_rows() -> list[tuple[list[Kind], Fields, Fields]]:
    """(kinds, fields that they always have, fields that some of them have) of each row."""
    section = (ROOT / "docs" / "audit.md").read_text().partition("## What an outcome holds")[2]
    rows = re.findall(r"^\| (`[^|]+) \| (`[^|]+) \|([^|]*)\|$", section, re.MULTILINE)
    return [
        (
            [Kind(kind) for kind in re.findall(r"`(\w+)`", kinds)],
            frozenset(re.findall(r"`(\w+)`", always)),
            frozenset(re.findall(r"`(\w+)`", sometimes)),
        )
        for kinds, always, sometimes in rows
    ]


def route(case: Case, event: ReviewEvent, *, proven: bool = True) -> Change:
    assessment, decision = assess_and_decide(case, event)
    return cases.route(
        case,
        incoming_event(event, "dlv", proven=proven),
        assessment,
        decision,
        NOON,
        inputs=f"2:{'5' * 64}",
    )


def apply_event(case: Case, event: ReviewEvent) -> Change:
    """The change of an event of a review that was seen before."""
    change = cases.apply_event(
        case,
        incoming_event(event, f"dlv-{event.revision}"),
        NOON,
        stored=True,
        on_demand=cases.OnDemand(
            earlier_revision=lambda: Revision(event),
            is_stored_revision=lambda: False,
            route_late=lambda: pytest.fail("its author is known"),
            route=partial(route, case, event),
        ),
    )
    assert change is not None
    return change


def slot_of(case: Case, reply: str) -> Slot:
    slot = case.thread.slot(reply)
    assert slot is not None
    return slot


def waiting_case() -> Case:
    """An open review that no person has: its acknowledgement is not sent yet."""
    _, case = acknowledged_case()
    return replace(case, review=replace(case.review, closing_kind=None))


def facts_of_events() -> Iterator[Fact]:
    first = replace(complaint("r-1"), original_bytes=200_000)
    unseen_case = cases.new_case(first, channel=Channel.REVIEW_SITE, **ORIGIN)
    yield from route(unseen_case, first, proven=False).facts
    yield from route(unseen_case, replace(first, text=None)).facts
    denied = cases.record_unverified(unseen_case, first.revision, "dlv", NOON)
    assert denied is not None
    yield from denied.facts
    automatic_reply = replace(first, no_review="automatic_reply")
    yield from cases.record_no_review(
        unseen_case, incoming_event(automatic_reply, "dlv"), NOON
    ).facts
    _, case = case_with_follow_up()
    denied = cases.record_unverified(case, first.revision, "dlv", NOON)
    assert denied is not None
    yield from denied.facts
    yield from cases.record_no_review(case, incoming_event(automatic_reply, "dlv"), NOON).facts
    _, acknowledged = acknowledged_case()
    withdrawal = review_event("r-1", kind=EventKind.WITHDRAWN, revision=9)
    own_reply = review_event("r-1", "Thank you.", kind=EventKind.REPLY_SEEN, revision=9)
    edit = replace(complaint("r-1", revision=9), text="It was cold. We never come again.")
    for known_case in (case, acknowledged):
        for event in (withdrawal, own_reply, replace(edit, original_bytes=200_000)):
            yield from apply_event(known_case, event).facts
    yield from route(case, edit, proven=False).facts
    late = incoming_event(complaint("r-1", revision=0), "dlv", proven=False)
    yield from cases.route_late(case, late, *assess_and_decide(case, late.event), NOON).facts
    yield from apply_event(waiting_case(), withdrawal).facts
    yield from apply_event(case, complaint("r-1")).facts
    yield from apply_event(case, complaint("r-1", revision=0)).facts
    yield from apply_event(case, complaint("r-1", revision=9)).facts
    for stored in (True, False):
        erased = cases.record_erased(case, first, "dlv-9", NOON, NOON, stored=stored, proven=True)
        assert erased is not None
        yield from erased.facts
    erasure = cases.erase_author(case, "requested", NOON)
    assert erasure is not None
    yield from erasure.facts
    deletion = cases.delete_texts(acknowledged)
    assert deletion is not None
    yield from deletion.facts
    store, _ = case_with_follow_up("r-1", "r-2")
    yield from (link for chain in store.chains.values() for link in chain)  # type: ignore[misc]


def facts_of_resolutions() -> Iterator[Fact]:
    _, case = case_with_follow_up()
    policy = replace(default_policy(), remedies=(Remedy("refund", 50, "EUR"),))
    grant, codes = Grant("refund", Decimal(20)), {"fix": "refunded", "root_cause": "late-delivery"}
    promised_for = "2026-03-20T12:00:00.000Z"
    resolutions = [
        make_resolution(remedy=grant, **codes),
        make_resolution(Action.INVITE_PRIVATE),
        make_resolution(
            Action.INVITE_PRIVATE,
            reason="no-agreement",
            remedy=replace(grant, amount=Decimal(90)),
            **codes,
        ),
        make_resolution(Action.PROMISE, promised_for=promised_for),
        make_resolution(
            Action.PROMISE,
            promised_for=promised_for,
            reason="waiting",
            remedy=replace(grant, amount=Decimal(90)),
            **codes,
        ),
        make_resolution(Action.RESOLVE_WITHOUT_REPLY, reply=None, **codes),
        make_resolution(Action.REPORT_FAKE, reply=None, reason="competitor"),
        make_resolution(Action.WALK_AWAY, reason="abuse"),
    ]
    assert case.follow_up is not None
    for follow_up in (case.follow_up, replace(case.follow_up, invited=True)):
        for resolution in resolutions:
            yield from resolve(replace(case, follow_up=follow_up), resolution, policy)
    claimed = follow_ups.claim(case.follow_up, "ana", NOON)
    assert isinstance(claimed, FollowUp)
    takeover = cases.Takeover("lead", claimed.fence, TakeoverReason.OVERDUE)
    change = cases.take_over(replace(case, follow_up=claimed), takeover, NOON)
    assert isinstance(change, Change)
    yield from change.facts
    promise = make_resolution(Action.PROMISE, reply=None, promised_for=promised_for)
    change = cases.resolve(case, promise, policy, NOON)
    assert isinstance(change, Change)
    yield from (*change.facts, *check_follow_up(change.case, days=4).facts)


def resolve(case: Case, resolution: Resolution, policy: Policy) -> Iterator[Fact]:
    """The facts from a resolution to its end, with the approval that it may need."""
    change = cases.resolve(case, resolution, policy, NOON)
    assert isinstance(change, Change)
    yield from change.facts
    if change.facts[0].kind is Kind.APPROVAL_REQUESTED:
        yield from cases.deny(change.case, "lead").facts
        change = cases.approve(change.case, "lead", policy, NOON)
        assert isinstance(change, Change)
        yield from change.facts
    if resolution.reply:
        slot = slot_of(change.case, resolution.reply)
        change = cases.record_sent_reply(change.case, slot, "native-1", NOON, calendar)
        yield from change.facts
    elif change.case.follow_up and change.case.follow_up.resolution:
        closing = cases.close_next_review(
            change.case, change.case.follow_up.resolution, NOON, calendar
        )
        assert closing is not None
        yield from closing.facts


def check_follow_up(case: Case, days: int) -> Change:
    return cases.check_follow_up(
        case,
        partial(hand_over_decision, case),
        NOON + timedelta(days=days),
        give_up_after=30 * 86_400,
        carry_out_failed=False,
    )


def facts_of_replies() -> Iterator[Fact]:
    store, case = acknowledged_case()
    yield from (link for chain in store.chains.values() for link in chain)  # type: ignore[misc]
    slot = case.thread.slots[0]
    for case_before in (case, waiting_case()):
        for variant in ("en-1", None):
            sent_slot = replace(slot, variant=variant)
            yield from cases.record_sent_reply(
                case_before, sent_slot, "native-1", NOON, calendar
            ).facts
    decide = partial(hand_over_decision, case)
    for kind in (Kind.REPLY_REJECTED, Kind.REPLY_UNKNOWN):
        yield from cases.record_failed_reply(case, slot, kind, "why", decide, NOON).facts
        yield from remove_reply(case, kind).facts
    yield from remove_reply(case).facts
    yield from cases.record_published_reply(case, slot.reply, "native-1").facts
    yield from cases.record_unknown_reply(case, slot.reply, "cannot_tell").facts
    _, case = case_with_follow_up()
    change = cases.resolve(case, make_resolution(), default_policy(), NOON)
    assert isinstance(change, Change)
    for kind in (Kind.REPLY_REJECTED, Kind.REPLY_UNKNOWN):
        slot = slot_of(change.case, "rep_resolution")
        yield from cases.record_failed_reply(change.case, slot, kind, "why", decide, NOON).facts
    yield from remove_reply(case).facts
    yield from check_follow_up(case, days=5).facts
    yield from check_follow_up(case, days=40).facts


def facts_of_all_steps() -> Iterator[Fact]:
    """Facts of every kind, with every field that it may have."""
    yield from facts_of_events()
    yield from facts_of_resolutions()
    yield from facts_of_replies()


def fields_by_kind() -> dict[Kind, set[Fields]]:
    fields: dict[Kind, set[Fields]] = {}
    for fact in facts_of_all_steps():
        fields.setdefault(fact.kind, set()).add(frozenset(fact.detail))
    return fields


READS = re.compile(
    r"""outcome\.detail(?:\[|\.get\()"(\w+)"|"(\w+)" (?:not )?in (?:\w+\.)*outcome\.detail"""
)


@pytest.mark.parametrize(
    "folder", ["cli", "functions", "layers", "tests/stack", "tests/benchmarks"]
)
def test_code_reads_only_fields_of_outcomes_that_exist(folder: str) -> None:
    """A reader of an old name finds nothing, and says so nowhere."""
    known = frozenset[str]().union(*(always | some for _, always, some in table_rows()))
    fields_read = {
        (path.name, *filter(None, match))
        for path in (ROOT / folder).rglob("*.py")
        for match in READS.findall(path.read_text(encoding="utf-8"))
    }

    assert {(file, name) for file, name in fields_read if name not in known} == set()


def test_the_guide_for_auditors_has_the_fields_of_every_kind_once() -> None:
    kinds = [kind for row_kinds, _, _ in table_rows() for kind in row_kinds]

    assert sorted(kinds) == sorted(Kind)


@pytest.mark.parametrize(("kinds", "always", "sometimes"), table_rows())
def test_outcomes_have_the_fields_that_the_guide_for_auditors_lists(
    kinds: list[Kind], always: Fields, sometimes: Fields
) -> None:
    by_kind = fields_by_kind()
    assert {kind for kind in kinds if kind not in by_kind} == set(), "no step here writes them"
    combinations = {kind: by_kind[kind] for kind in kinds}

    for kind, fields in combinations.items():
        assert frozenset.intersection(*fields) >= always, f"{kind}: {HOW_TO_MEND}"
        assert frozenset.union(*fields) <= always | sometimes, f"{kind}: {HOW_TO_MEND}"
    written = frozenset[str]().union(*(frozenset.union(*each) for each in combinations.values()))
    common = [frozenset.intersection(*fields) for fields in combinations.values()]
    assert written == always | sometimes, f"{', '.join(kinds)}: {HOW_TO_MEND}"
    assert frozenset.intersection(*common) == always, f"{', '.join(kinds)}: {HOW_TO_MEND}"
