"""A policy that would lose a review, or that says nothing we understand, is refused with the place and the fix."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.errors import BadRequest
from heard.policy import load_policy


def document(**changes: Any) -> dict[str, Any]:
    return json.loads(resources.files("heard.policy").joinpath("default.json").read_text("utf-8")) | changes


LAST = {"id": "R01-rest", "when": {}, "then": {"route": "follow_up"}}


def rule(when: Any, then: Any, name: str = "R01-x") -> dict[str, Any]:
    return {"rules": [{"id": name, "when": when, "then": then}, LAST]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rules": []}, "rules: give 1 to 200"),
        ({"rules": "all"}, "rules: give a list"),
        ({"colour": "red"}, "colour: unknown; use name, rules"),
        ({"name": ""}, "name: give a text"),
        (rule({"severity": ["hihg"]}, {"route": "follow_up"}), 'rules[0].when.severity[0]: "hihg" is not one of critical, high'),
        (rule({"severity": "high"}, {"route": "follow_up"}), "rules[0].when.severity: give a list"),
        (rule({"mood": ["bad"]}, {"route": "follow_up"}), "rules[0].when.mood: unknown"),
        (rule({"rating_max": 6}, {"route": "follow_up"}), "rules[0].when.rating_max: give a whole number from 1 to 5"),
        (rule({"rating_max": None}, {"route": "follow_up"}), "rules[0].when.rating_max: give a whole number"),
        (rule({"has_text": 1}, {"route": "follow_up"}), "rules[0].when.has_text: give true or false"),
        (rule({"confirmed": "yes"}, {"route": "follow_up"}), "rules[0].when.confirmed: give true or false"),
        (rule({"has_text": True}, {"route": "delete"}), 'rules[0].then.route: "delete" is not one of acknowledge'),
        (rule({"has_text": True}, {"route": "nothing"}), "rules[0].then.reason: say why"),
        (rule({"has_text": True}, {"route": "both"}, "thanks"), "rules[0].id: give the playbook rule it serves"),
        (rule({"has_text": True}, {"route": "both"}, "R01-rest"), 'rules[1].id: "R01-rest" is used twice'),
        (rule({}, {"route": "follow_up"}), "rules[0].when: without conditions nothing after it is reached"),
        ({"rules": [LAST | {"when": {"has_text": True}}]}, "rules: the last entry must have no conditions"),
        ({"rules": [LAST | {"then": {"route": "nothing", "reason": "busy"}}]}, 'rules: the last rule must have the route "follow_up"'),
        ({"sla": [{"id": "R07-x", "when": {}, "seconds": 0, "clock": "always"}]}, "sla[0].seconds: give a whole number from 1"),
        ({"sla": [{"id": "R07-x", "when": {}, "seconds": 60, "clock": "lunar"}]}, 'sla[0].clock: "lunar" is not one of working, always'),
        ({"escalation": [{"id": "R08-x", "when": {}, "after": []}]}, "escalation[0].after: give 1 to 200"),
        ({"give_up_after": True}, "give_up_after: give a whole number"),
        ({"calendar": None}, "calendar: give an object"),
        ({"calendar": {"hours": {}}}, "calendar.hours: nobody ever works"),
        ({"calendar": {"hours": {"mon": [["09:00", "17:00"]]}, "timezone": "Mars/Base"}}, "calendar.timezone: not a known IANA zone"),
        ({"voice": {"fallback_language": "English"}}, "voice.fallback_language: give an ISO 639 code"),
        ({"give_up_after": float("nan")}, "policy: holds something that is not JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_its_fix(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        load_policy(document(**changes))
    assert said in refused.value.detail


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
parts = ["name", "rules", "sla", "escalation", "calendar", "voice", "give_up_after"]


@given(st.dictionaries(st.sampled_from(parts), json_values, min_size=1, max_size=3))
def test_whatever_stands_in_a_part_the_only_refusal_is_bad_request(changes: dict[str, Any]) -> None:
    with suppress(BadRequest):
        assert load_policy(document(**changes)).rules
