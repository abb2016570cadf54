"""No field of an outcome takes free text: the log is for ever, and a word in it could be a name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard import cases
from heard.acknowledgements.wordings import KINDS
from heard.assessment import RULES_VERSION, Agenda, Flag, Severity, language_model
from heard.assessment.engines.weights import find_weights
from heard.assessment.language_codes import language_code
from heard.assessment.vocabulary import LANGUAGES, TOPICS
from heard.cases import Case, Change
from heard.clock import format_time, parse_time
from heard.follow_ups import Action, Conflict, ConflictCode, TakeoverReason
from heard.outcomes import CLOSING_KINDS, Fact, Kind
from heard.places import UNKNOWN_PLACE, Place, place_of
from heard.policy import Route, default_policy
from heard.policy.document import RESERVED
from heard.reviews import Author, Channel, ReviewEvent
from heard.threads import Purpose
from tests.unit.backend import NOON, complaint, incoming_event
from tests.unit.test_cases import (
    ORIGIN,
    assess_and_decide,
    calendar,
    case_with_follow_up,
    make_resolution,
)
from tests.unit.test_outcome_fields import facts_of_all_steps

type Form = Callable[[Any], bool]

POLICY = default_policy()
PLACES = (
    Place("mitte", "Acme Mitte", subjects=("Acme Mitte*",)),
    Place("online", "The web shop", connections=("con_1",)),
)
SYSTEM_REASONS: Final = {
    "own_reply",
    "not_on_platform",
    "automatic_reply",
    "damaged",
    "erased",
    "requested",
    "retention",
    "why",
    "cannot_tell",
    "platform_unavailable",
    "PERSONAL_INFO",
}
"""Reasons that no policy lists. The tests of the steps give `why` and `PERSONAL_INFO`."""


def matches(pattern: str) -> Form:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value))


def one_of(values: Any) -> Form:
    return lambda value: isinstance(value, str) and value in {str(known) for known in values}


def number(least: int = 0) -> Form:
    return lambda value: type(value) is int and value >= least


def is_time(value: Any) -> bool:
    try:
        return format_time(parse_time(value)) == value
    except ValueError:
        return False


def is_language(value: Any) -> bool:
    return isinstance(value, str) and language_code(value) == value


def are_topics(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 5
        and value == sorted({*value})
        and {*value} <= {*TOPICS}
    )


def all_are(form: Form) -> Form:
    return lambda values: isinstance(values, list) and all(map(form, values))


is_flag: Form = lambda value: value is True or value is False  # noqa: E731
is_hash = matches("(2:)?[0-9a-f]{64}")
is_person = one_of({"ana", "lead"})
is_rule = one_of(
    {
        *(
            entry.id
            for entries in (POLICY.rules, POLICY.sla, POLICY.escalation)
            for entry in entries
        ),
        *RESERVED,
    }
)

FORMS: Final[Mapping[str, Form]] = {
    "revision": matches(r"[0-9TZ:.~-]+"),
    "commitment": is_hash,
    "inputs": is_hash,
    "policy": is_hash,
    "rating": lambda value: value is None or value in range(1, 6),
    "severity": one_of(Severity),
    "follow_up_severity": one_of(Severity),
    "severity_before": one_of(Severity),
    "reviews_left": number(),
    "agenda": one_of(Agenda),
    "flags": all_are(one_of(Flag)),
    "topics": are_topics,
    "language": is_language,
    "needs_person": is_flag,
    "place": one_of({UNKNOWN_PLACE, *(place.code for place in PLACES)}),
    "model": one_of({RULES_VERSION}),
    "route": one_of(Route),
    "rules": all_are(is_rule),
    "original_bytes": number(1),
    "unverified": is_flag,
    "unchanged": is_flag,
    "own_reply": is_flag,
    "withdrawn": is_flag,
    "after": one_of(CLOSING_KINDS),
    "follow_up": matches("fup_[a-z2-7]{24}"),
    "due_at": is_time,
    "was_due": is_time,
    "promised_for": is_time,
    "queue": one_of({rule.queue for rule in POLICY.rules}),
    "why": one_of({"policy", "edited_after_acknowledgement", "moderation", *Kind}),
    "level": number(),
    "waited_s": number(),
    "action": one_of(Action),
    "reply": matches("rep_[a-z0-9_]+"),
    "native_id": matches("native-[0-9]+"),
    "public": is_flag,
    "purpose": one_of(Purpose),
    "variant": matches(f"[a-z]{{2}}-[0-9]+|({'|'.join(KINDS)})[a-z0-9-]*"),
    "by": is_person,
    "claimed_by": is_person,
    "approved_by": is_person,
    "root_cause": one_of(POLICY.codes.causes),
    "fix": one_of(POLICY.codes.fixes),
    "reason": one_of({"", *POLICY.codes.reasons, *SYSTEM_REASONS, *TakeoverReason}),
    "remedy": one_of({"refund"}),
    "amount": matches(r"[0-9]+(\.[0-9]+)?"),
    "currency": matches("[A-Z]{3}"),
}
"""What each field of `detail` may be: an id, a time, a code of a closed list, a number, a hash."""


def misfits(facts: Iterator[Fact] | tuple[Fact, ...]) -> list[tuple[str, str, Any]]:
    return [
        (fact.kind.value, name, value)
        for fact in facts
        for name, value in fact.detail.items()
        if name not in FORMS or not FORMS[name](value)
    ]


def test_every_field_of_every_step_is_an_id_a_time_a_code_a_number_or_a_hash() -> None:
    assert misfits(facts_of_all_steps()) == []


@pytest.mark.parametrize("text", ["rude-john-smith", "John Smith", "late", ""])
def test_the_forms_refuse_free_text(text: str) -> None:
    takes_text = {name for name, form in FORMS.items() if form(text)}

    # An approval can be asked without a reason.
    assert takes_text == (set() if text else {"reason"})


def test_every_language_that_can_be_detected_is_a_code_of_the_list() -> None:
    model = language_model.read_model(find_weights(language_model.WEIGHTS_FILE))

    assert model is not None
    assert all(map(is_language, {*LANGUAGES, *model.codes}))
    assert not is_language("rude-john-smith")


CANARY: Final = "zq-canary"
free_texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Acme Mitte, ", "en", "de-DE", "terrible delivery, cold food", "unknown"]),
).map(lambda text: f"{text}{CANARY}")


@settings(deadline=None)
@given(
    title=free_texts,
    text=free_texts,
    quoted=free_texts,
    name=free_texts,
    subject=free_texts,
    language=st.one_of(free_texts, st.sampled_from(["en", "deu", "pt_BR", "und", ""])),
    link=free_texts,
    rating=st.none() | st.integers(1, 5),
)
def test_whatever_a_platform_sends_no_text_of_it_is_in_the_outcomes(
    *, name: str, rating: int | None, subject: str, **texts: str
) -> None:
    event = replace(
        complaint("r-1"),
        author=Author("cus-1", name),
        rating=rating,
        subject=subject,
        reply_to={"topic": subject},
        **texts,
    ).normalize()
    change = route(cases.new_case(event, channel=Channel.REVIEW_SITE, **ORIGIN), event)

    assert misfits(change.facts) == []
    assert CANARY not in json.dumps([dict(fact.detail) for fact in change.facts])


def route(case: Case, event: ReviewEvent) -> Change:
    assessment, decision = assess_and_decide(case, event)
    place = place_of(PLACES, case.review.connection, event.subject)
    return cases.route(case, incoming_event(event), assessment, decision, NOON, place=place)


codes = st.one_of(
    st.from_regex("[a-z0-9][a-z0-9-]{1,39}", fullmatch=True),
    st.text(max_size=40),
    st.sampled_from(
        [*POLICY.codes.causes, *POLICY.codes.fixes, *POLICY.codes.reasons, "rude-john-smith"]
    ),
)


@settings(deadline=None)
@given(st.sampled_from(Action), codes, codes, codes)
def test_whatever_codes_an_agent_sends_only_the_policys_are_in_the_outcomes(
    action: Action, root_cause: str, fix: str, reason: str
) -> None:
    _, case = case_with_follow_up()
    resolution = make_resolution(
        action,
        root_cause=root_cause,
        fix=fix,
        reason=reason,
        promised_for="2026-03-20T12:00:00.000Z" if action is Action.PROMISE else None,
    )
    change = cases.resolve(case, resolution, POLICY, NOON)
    known = POLICY.codes
    are_known = (
        (not root_cause or root_cause in known.causes)
        and (not fix or fix in known.fixes)
        and (not reason or reason in known.reasons)
    )

    if isinstance(change, Conflict):
        assert not are_known
        assert change.code is ConflictCode.CODE_UNKNOWN
        assert "other" in change.detail
        return
    assert are_known
    facts = list(change.facts)
    if facts[0].kind is Kind.APPROVAL_REQUESTED:
        change = cases.approve(change.case, "lead", POLICY, NOON)
        assert isinstance(change, Change)
        facts += change.facts
    slot = change.case.thread.slot("rep_resolution")
    if slot is not None:
        facts += cases.record_sent_reply(change.case, slot, "native-1", NOON, calendar).facts
    assert misfits(tuple(facts)) == []


def test_a_lead_cannot_approve_a_code_that_the_policy_has_no_more() -> None:
    _, case = case_with_follow_up()
    change = cases.resolve(
        case, make_resolution(Action.WALK_AWAY, reply=None, reason="abuse"), POLICY, NOON
    )
    assert isinstance(change, Change)
    later_policy = replace(POLICY, codes=replace(POLICY.codes, reasons=("other",)))
    conflict = cases.approve(change.case, "lead", later_policy, NOON)

    assert isinstance(conflict, Conflict)
    assert conflict.code is ConflictCode.CODE_UNKNOWN
    assert isinstance(cases.approve(change.case, "lead", POLICY, NOON), Change)
