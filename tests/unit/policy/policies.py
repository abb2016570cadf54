"""Policies, assessments and contexts of every kind, for the tests of this folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.automatic_replies import MachineSign
from heard.policy import Context, ThreadState
from heard.reviews import Channel

FRIDAY_AFTERNOON = datetime(2026, 1, 30, 16, 30, tzinfo=UTC)
CATCH_ALL_RULE = {"id": "R01-rest", "when": {}, "then": {"route": "follow_up"}}


def policy_document(**changes: Any) -> dict[str, Any]:
    """The playbook's policy with some parts changed."""
    return (
        json.loads(resources.files("heard.policy").joinpath("default.json").read_text("utf-8"))
        | changes
    )


def make_assessment(
    severity: Severity = Severity.LOW,
    agenda: Agenda = Agenda.PRAISE,
    flags: tuple[Flag, ...] = (),
    **changes: Any,
) -> Assessment:
    defaults: dict[str, Any] = {"needs_person": False, "confidence": 0.95, "topics": ()}
    return Assessment(
        severity, agenda, None, "en", flags=flags, reasons=(), model="test", **(defaults | changes)
    )


def make_context(
    channel: Channel = Channel.REVIEW_SITE,
    rating: int | None = None,
    *,
    replies_left: int = 2,
    follow_up_open: bool = False,
    **fields: Any,
) -> Context:
    return Context(
        channel,
        "google",
        rating,
        has_text=True,
        public_replies_left=replies_left,
        follow_up_open=follow_up_open,
        **fields,
    )


TOPICS = ("delivery", "staff")
LANGUAGES = ("en", "de", "pcm")
PLATFORMS = ("google", "x")


def list_of(values: Any, max_size: int = 3) -> st.SearchStrategy[list[Any]]:
    """Lists of one to `max_size` different values."""
    return st.lists(
        st.sampled_from([getattr(value, "value", value) for value in values]),
        min_size=1,
        max_size=max_size,
        unique=True,
    )


CONDITION_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "severity": list_of(Severity),
    "agenda": list_of(Agenda),
    "flags": list_of(Flag),
    "topics": list_of(TOPICS),
    "language": list_of(LANGUAGES),
    "channel": list_of(Channel),
    "stage": list_of(("onstage", "offstage"), 2),
    "platform": list_of(PLATFORMS),
    "rating_min": st.integers(1, 5),
    "rating_max": st.integers(1, 5),
    "has_text": st.booleans(),
    "needs_person": st.booleans(),
    "confidence_max": st.sampled_from([0, 0.25, 0.5, 1]),
    "sentiment_max": st.sampled_from([-1, -0.5, 0, 1]),
    "author_value_min": st.sampled_from([0, 1, 50, 100]),
    "earlier_complaints_min": st.integers(1, 3),
    "thread": list_of(ThreadState),
    "public_replies_left_max": st.integers(0, 2),
    "follow_up_open": st.booleans(),
    "verified": st.booleans(),
    "can_reply": st.booleans(),
    "working_hours": st.booleans(),
}


@st.composite
def conditions(
    draw: st.DrawFn, max_size: int = 4, names: tuple[str, ...] = tuple(CONDITION_VALUES)
) -> dict[str, Any]:
    chosen_names = draw(
        st.lists(st.sampled_from(names), min_size=1, max_size=max_size, unique=True)
    )
    return {name: draw(CONDITION_VALUES[name]) for name in chosen_names}


@st.composite
def actions(draw: st.DrawFn) -> dict[str, Any]:
    route = draw(st.sampled_from(["acknowledge", "follow_up", "both", "nothing"]))
    action: dict[str, Any] = {"route": route} | (
        {"reason": "why_not"} if route == "nothing" else {}
    )
    optional: dict[str, st.SearchStrategy[Any]] = {
        "priority": st.integers(0, 1000),
        "queue": st.sampled_from(["default", "urgent", "vip"]),
        "sla": st.sampled_from(
            [
                60,
                "30 working minutes",
                "2 hours around the clock",
                {"seconds": 90, "clock": "always"},
            ]
        ),
        "delay": st.sampled_from([0, 30, "2m", "1 hour"]),
        "checklist": st.just("calm"),
        "variants": st.just(["warm"]),
    }
    return action | {name: draw(value) for name, value in optional.items() if draw(st.booleans())}


@st.composite
def documents(
    draw: st.DrawFn, max_rules: int = 6, names: tuple[str, ...] = tuple(CONDITION_VALUES)
) -> dict[str, Any]:
    """Policies that load.

    Own rules before the playbook's, with hours, quiet hours and caps of every kind.
    """
    rule_conditions = draw(st.lists(conditions(names=names), max_size=max_rules))
    policy: dict[str, Any] = {
        "rules": [
            {"id": f"own-{place}", "when": when, "then": draw(actions())}
            for place, when in enumerate(rule_conditions)
        ]
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "caps": st.fixed_dictionaries(
            {"public_replies": st.integers(0, 2)},
            optional={"automatic_replies": st.integers(1, 10)},
        ),
        "calendar": st.sampled_from(
            [
                {"timezone": "Europe/Berlin"},
                {"hours": {"sat-mon": "00:00-24:00"}},
                {"holidays": ["2026-02-02"]},
            ]
        ),
        "quiet_hours": st.sampled_from(
            [
                {"from": "22:00", "to": "07:00"},
                [{"from": "12:00", "to": "13:00", "channel": ["email"]}],
            ]
        ),
        "acknowledgements": st.just({"delay": "5m"}),
        "causes": st.just(["late-delivery", "cold-food"]),
        "sla": st.just(
            [{"id": "soon", "when": {"severity": ["high"]}, "within": "2 working hours"}]
        ),
    }
    policy |= {name: draw(value) for name, value in optional.items() if draw(st.booleans())}
    return (
        policy
        if policy["rules"]
        else {name: value for name, value in policy.items() if name != "rules"}
    )


assessments = st.builds(
    Assessment,
    severity=st.sampled_from(Severity),
    agenda=st.sampled_from(Agenda),
    sentiment=st.none() | st.floats(-1, 1),
    language=st.none() | st.sampled_from(LANGUAGES),
    topics=st.lists(st.sampled_from([*TOPICS, "food"]), unique=True, max_size=2).map(tuple),
    flags=st.lists(st.sampled_from(Flag), unique=True, max_size=4).map(tuple),
    reasons=st.just(()),
    model=st.just("test"),
    needs_person=st.booleans(),
    confidence=st.floats(0, 1),
)
contexts = st.builds(
    Context,
    channel=st.sampled_from(Channel),
    platform=st.sampled_from([*PLATFORMS, ""]),
    rating=st.none() | st.integers(1, 5),
    has_text=st.booleans(),
    public_replies_left=st.integers(0, 2),
    follow_up_open=st.booleans(),
    verified=st.booleans(),
    can_reply=st.booleans(),
    thread=st.sampled_from(ThreadState),
    earlier_complaints=st.integers(0, 5),
    author_value=st.none() | st.integers(0, 100),
    automatic_replies=st.integers(0, 3),
    thread_automatic_replies=st.integers(0, 1),
    machine=st.none() | st.sampled_from(MachineSign),
)
times = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive bounds
