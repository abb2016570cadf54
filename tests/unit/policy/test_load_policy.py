"""How a document becomes a policy.

One that could lose a review, or that we cannot read, is refused with the place and the fix.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.errors import BadRequest
from heard.policy import complete_document, default_policy, load_policy
from heard.policy.document import playbook, read_document
from heard.policy.schema import DOCUMENT, json_schema
from heard.policy.schema_types import Problem
from tests.unit.policy.policies import CATCH_ALL_RULE, documents, policy_document


def rule(when: Any, then: Any, name: str = "R01-x") -> dict[str, Any]:
    return {"rules": [{"id": name, "when": when, "then": then}]}


FOLLOW_UP = {"route": "follow_up"}
SLA = {"id": "R07-x", "when": {}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"rules": []}, "rules: has 0 entries. Give 1 to 200 entries."),
        ({"rules": "all"}, 'rules: "all" is not a list'),
        ({"rules": None}, "rules: nothing is given. Give a list."),
        ({"colour": "red"}, "colour: unknown. Use name, rules"),
        ({"rule": []}, 'rule: unknown. Did you mean "rules"?'),
        ({"name": ""}, "name: has 0 characters. Give a text of 1 to 100"),
        ({"name": 2026}, 'name: 2026 is not a text. Put it in quotes: "2026".'),
        ({"name": "a\x00"}, "name: has a control character"),
        (
            rule({"severity": ["hihg"]}, FOLLOW_UP),
            'rules[0].when.severity[0]: "hihg" is not one of critical, high',
        ),
        (rule({"severity": ["hihg"]}, FOLLOW_UP), 'Did you mean "high"?'),
        (
            rule({"severity": "high"}, FOLLOW_UP),
            'rules[0].when.severity: "high" is not a list. Give a list: ["high"].',
        ),
        (
            rule({"servity": ["high"]}, FOLLOW_UP),
            'rules[0].when.servity: unknown. Did you mean "severity"?',
        ),
        (
            rule({"rating_max": 6}, FOLLOW_UP),
            "rules[0].when.rating_max: 6 does not fit. Give a whole number from 1 to 5.",
        ),
        (rule({"rating_max": None}, FOLLOW_UP), "rules[0].when.rating_max: null does not fit"),
        (
            rule({"confidence_max": 1.5}, FOLLOW_UP),
            "rules[0].when.confidence_max: 1.5 does not fit. Give a number from 0 to 1.",
        ),
        (rule({"language": ["English"]}, FOLLOW_UP), "rules[0].when.language[0]: has 7 characters"),
        (
            rule({"has_text": 1}, FOLLOW_UP),
            "rules[0].when.has_text: 1 is not true or false. Give true or false.",
        ),
        (rule({"verified": "yes"}, FOLLOW_UP), "Give true or false: here true, without quotes."),
        (
            rule({"has_text": True}, {"route": "delete"}),
            'rules[0].then.route: "delete" is not one of acknowledge',
        ),
        (
            rule({"has_text": True}, {"route": "nothing"}),
            "rules[0].then.reason: is missing. Say why in a code",
        ),
        (
            rule({"has_text": True}, {"route": "both", "reason": "x"}),
            'rules[0].then.reason: is only for the route "nothing"',
        ),
        (
            rule({"has_text": True}, {"route": "both", "sla": "1 working day"}),
            "rules[0].then.sla: working days differ in length",
        ),
        (
            rule({"has_text": True}, {"route": "both", "delay": "8d"}),
            "rules[0].then.delay: 691200 seconds do not fit",
        ),
        (
            rule({"has_text": True}, {}),
            "rules[0].then.route: is missing. Add it: acknowledge, follow_up",
        ),
        (
            rule({"has_text": True}, {"route": "both"}, "R01 thanks"),
            'rules[0].id: "R01 thanks" cannot be used here. Use small letters',
        ),
        (
            rule({"has_text": True}, {"route": "both"}, "R04-cap"),
            'rules[0].id: "R04-cap" is the name of a guard',
        ),
        (
            {"rules": [CATCH_ALL_RULE | {"when": {"has_text": True}}, CATCH_ALL_RULE]},
            'rules[1].id: "R01-rest" is used twice',
        ),
        (
            {"rules": [CATCH_ALL_RULE, CATCH_ALL_RULE | {"id": "x"}]},
            "rules[0].when: has no conditions, so nothing after it is reached",
        ),
        (
            rule({}, FOLLOW_UP) | {"playbook_rules": True},
            "rules[0].when: has no conditions, so nothing after it is reached",
        ),
        (
            rule({"has_text": True}, FOLLOW_UP) | {"playbook_rules": False},
            "rules[0].when: the last entry has conditions. End the list",
        ),
        (
            {"rules": [CATCH_ALL_RULE | {"then": {"route": "nothing", "reason": "busy"}}]},
            'Give it "follow_up", so that no review is forgotten (R01).',
        ),
        (
            {"causes": ["late delivery"]},
            'causes[0]: "late delivery" cannot be used here. Use 2 to 40 small letters',
        ),
        ({"fixes": []}, "fixes: has 0 entries"),
        ({"reasons": "abuse"}, 'reasons: "abuse" is not a list. Give a list: ["abuse"].'),
        (
            {"sla": [SLA | {"seconds": 0, "clock": "always"}]},
            "sla[0].seconds: 0 seconds do not fit",
        ),
        (
            {"sla": [SLA | {"seconds": 60, "clock": "lunar"}]},
            'sla[0].clock: "lunar" is not one of working, always',
        ),
        ({"sla": [SLA | {"seconds": 60}]}, "sla[0].clock: is missing. Say instead: within"),
        ({"sla": [SLA]}, 'sla[0].within: is missing. Add it, for example "8 working hours"'),
        (
            {"sla": [SLA | {"within": "1h", "seconds": 60, "clock": "always"}]},
            "sla[0].within: sets the time limit a second time",
        ),
        ({"sla": [SLA | {"within": "soon"}]}, 'sla[0].within: "soon" is not a duration'),
        (
            {"escalation": [{"id": "R08-x", "when": {}, "after": []}]},
            "escalation[0].after: has 0 entries",
        ),
        ({"give_up_after": True}, "give_up_after: true is not a duration"),
        ({"calendar": None}, "calendar: nothing is given. Give timezone, hours"),
        ({"calendar": {"hours": {}}}, "calendar.hours: nobody ever works"),
        (
            {"calendar": {"hours": {"monday": []}}},
            "calendar.hours.monday: is not a weekday. Use mon, tue",
        ),
        (
            {"calendar": {"hours": {"mon-wed": "9:00-17:00", "tue": "closed"}}},
            "calendar.hours.tue: gives tue hours twice",
        ),
        ({"calendar": {"hours": {"mon": [["9", "17"]]}}}, "calendar.hours.mon: "),
        ({"calendar": {"hours": {"mon": [["09:00", "24:01"]]}}}, "calendar.hours.mon: "),
        (
            {"calendar": {"hours": {"mon": "17:00-09:00"}}},
            'calendar.hours.mon: "17:00-09:00" is out of order or overlaps',
        ),
        (
            {"calendar": {"hours": {"mon": [["09:00", "12:00"], ["11:00", "17:00"]]}}},
            "is out of order or overlaps",
        ),
        (
            {"calendar": {"timezone": "Mars/Base"}},
            'calendar.timezone: "Mars/Base" is not a known IANA zone',
        ),
        ({"calendar": {"timezone": "Berlin"}}, 'Did you mean "Europe/Berlin"?'),
        ({"calendar": {"timezone": "../etc"}}, "calendar.timezone: "),
        (
            {"calendar": {"holidays": ["Christmas"]}},
            'calendar.holidays[0]: "Christmas" is not a day from 1970 to 2199',
        ),
        (
            {"calendar": {"holidays": {"country": "DE"}}},
            "calendar.holidays.country: is a country whose days are not looked up yet",
        ),
        ({"calendar": {"lunch": 1}}, "calendar.lunch: unknown"),
        (
            {"calendar": {"hours": {"sun": "09:00-09:01"}}},
            "calendar.hours: 16 hours of working time last more than a year",
        ),
        ({"quiet_hours": {"from": "22:00", "to": "22:00"}}, "quiet_hours.to: ends when it begins"),
        ({"quiet_hours": [{"from": "22:00"}]}, "quiet_hours[0].to: is missing"),
        ({"voice": {"fallback_language": "English"}}, "voice.fallback_language: has 7 characters"),
        (
            {"voice": {"formality": {"de": "polite"}}},
            'voice.formality.de: "polite" is not one of formal, informal',
        ),
        (
            {"caps": {"public_replies": 3}},
            "caps.public_replies: 3 does not fit. Give a whole number from 0 to 2.",
        ),
        (
            {"remedies": [{"name": "refund", "limit": 10, "currency": "euro"}]},
            "remedies[0].currency: has 4 characters",
        ),
        ({"give_up_after": float("nan")}, "policy: holds something that is not JSON"),
        (
            {"calendar": {"holidays": [date(2026, 12, 24)]}},
            "policy: holds something that is not JSON",
        ),
    ],
)
def test_each_problem_is_reported_with_its_place_and_its_fix(
    document: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadRequest) as error:
        load_policy(document)
    assert message in error.value.detail


def test_all_problems_of_a_document_are_reported_at_once() -> None:
    problems: list[Problem] = []
    read_document(
        {
            "nmae": "x",
            "rules": [{"id": "a", "when": {"severity": ["hi"], "mood": 1}, "then": {}}],
            "give_up_after": 0,
        },
        problems,
    )
    assert [problem.path for problem in problems] == [
        ("nmae",),
        ("rules", 0, "when", "severity", 0),
        ("rules", 0, "when", "mood"),
        ("rules", 0, "then", "route"),
        ("give_up_after",),
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(list(DOCUMENT.fields)), json_values, min_size=1, max_size=3),
    st.booleans(),
)
def test_any_json_value_in_any_part_either_loads_or_raises_bad_request(
    changes: dict[str, Any], whole_document: bool
) -> None:
    with suppress(BadRequest):
        assert load_policy(policy_document(**changes) if whole_document else changes).rules


def test_an_empty_document_is_the_playbook() -> None:
    assert complete_document({}) == playbook()
    assert load_policy({}) == default_policy()


@settings(deadline=None, max_examples=40)
@given(documents())
def test_completing_a_complete_document_changes_nothing(document: dict[str, Any]) -> None:
    complete = complete_document(document)
    assert complete_document(complete) == complete
    assert complete_document(json.loads(json.dumps(complete))) == complete
    assert load_policy(complete).hash == load_policy(document).hash


def test_own_entries_come_before_the_playbooks_and_replace_those_with_the_same_id() -> None:
    own = {"id": "R02-praise", "when": {"severity": ["praise"]}, "then": {"route": "both"}}
    names = [rule.id for rule in load_policy({"rules": [own]}).rules]
    assert names[0] == "R02-praise"
    assert sorted(names) == sorted(rule.id for rule in default_policy().rules)
    assert [rule.id for rule in load_policy({"rules": [own, CATCH_ALL_RULE]}).rules] == [
        "R02-praise",
        "R01-rest",
    ]
    sla = load_policy(
        {"sla": [{"id": "slow", "when": {"channel": ["email"]}, "within": "2 hours"}]}
    ).sla
    assert (sla[0].id, sla[0].limit.seconds, sla[0].limit.clock, len(sla)) == (
        "slow",
        7200,
        "working",
        len(default_policy().sla) + 1,
    )


def test_durations_and_hours_can_be_written_in_several_ways() -> None:
    durations = ["1 hour", "1h", "60 minutes", "60m", "3600 seconds", 3600, "1 working hour"]
    assert (
        len({load_policy({"sla": [SLA | {"within": duration}]}).hash for duration in durations})
        == 1
    )
    assert (
        load_policy({"sla": [SLA | {"within": "1 hour around the clock"}]}).sla[0].limit.clock
        == "always"
    )
    week = {
        "mon-wed": "09:00-12:30, 13:30-17:00",
        "thu": [["09:00", "17:00"]],
        "fri": "closed",
        "sun-mon": "closed",
    }
    with pytest.raises(BadRequest, match=r"calendar\.hours\.sun-mon: gives mon hours twice"):
        load_policy({"calendar": {"hours": week}})
    hours = load_policy(
        {"calendar": {"hours": {"fri-sun": "9:00-24:00", "mon": "closed"}}}
    ).calendar.hours
    assert hours == ((), (), (), (), *(((540, 1440),),) * 3)


def test_own_codes_replace_the_playbooks_and_there_is_always_another_one() -> None:
    defaults = default_policy().codes
    codes = load_policy({"causes": ["cold-food"], "reasons": ["other", "abuse"]}).codes

    assert codes.causes == ("cold-food", "other")
    assert codes.fixes == defaults.fixes
    assert codes.reasons == ("other", "abuse")
    for listed in (defaults.causes, defaults.fixes, defaults.reasons):
        assert 14 <= len(listed) == len({*listed}) <= 24
        assert listed[-1] == "other"


def test_the_published_schema_is_generated_from_the_definitions_that_read_documents() -> None:
    published = json.loads(
        resources.files("heard.policy").joinpath("schema.json").read_text("utf-8")
    )
    assert published == json.loads(json.dumps(json_schema())), (
        "run: heard policy schema > layers/heard/heard/policy/schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(published)
    assert all(part["description"] for part in published["properties"].values())


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@settings(deadline=None, max_examples=50)
@given(documents())
def test_the_published_schema_accepts_every_document_that_loads(document: dict[str, Any]) -> None:
    VALIDATOR.validate(document)
    VALIDATOR.validate(complete_document(document))


@pytest.mark.parametrize(
    "document",
    [
        {"colour": 1},
        rule({"severity": ["hihg"]}, FOLLOW_UP),
        rule({}, {}),
        {"sla": [SLA]},
        {"caps": {"public_replies": 3}},
        {"name": 1},
    ],
)
def test_the_published_schema_refuses_misspelt_and_invalid_documents(
    document: dict[str, Any],
) -> None:
    assert not VALIDATOR.is_valid(document)
