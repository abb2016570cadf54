"""The times in R07 and R08 of docs/playbook.md are those of the default policy."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from heard.reviews import Channel
from tests.static.repository import LIBRARY, ROOT

PLAYBOOK = (ROOT / "docs" / "playbook.md").read_text()
DEFAULT_POLICY: dict[str, Any] = json.loads((LIBRARY / "policy" / "default.json").read_text())
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
WORDS = {
    Channel.REVIEW_SITE: "review sites",
    Channel.SOCIAL: "social",
    Channel.FORUM: "forums",
    Channel.APP_STORE: "app stores",
    Channel.MESSAGING: "messaging",
    Channel.EMAIL: "e-mail",
    Channel.PHONE: "phone",
    Channel.SURVEY: "surveys",
}
LADDERS = {
    "R08-critical": "critical",
    "R08-fast": "social, messaging",
    "R08-advocates": "praise by an author who complained before",
    "R08-day": "all others",
}
HOW_TO_MEND = "the default policy has another time: correct the table in docs/playbook.md"


def section_of(rule: str) -> str:
    return re.split(r"^##", PLAYBOOK.partition(f"\n### {rule} ")[2], flags=re.MULTILINE)[0]


def table_of(rule: str) -> dict[str, str]:
    """The second column of a rule's table by the first one."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section_of(rule), re.MULTILINE)
    return dict(rows[2:])


def times(text: str) -> list[int]:
    """Each `4 hours` or `1 working hour` of a text, in seconds."""
    matches = re.findall(r"(\d+) (?:working )?(minute|hour|day)s?\b", text)
    return [int(number) * SECONDS[unit] for number, unit in matches]


def sla_of(when: dict[str, list[str]]) -> dict[str, Any]:
    return next(sla for sla in DEFAULT_POLICY["sla"] if sla["when"] == when)


def check_sla(text: str, sla: dict[str, Any]) -> None:
    assert times(text)[0] == sla["seconds"], HOW_TO_MEND
    assert ("working" in text) is (sla["clock"] == "working"), HOW_TO_MEND
    assert ("around the clock" in text) is (sla["clock"] == "always"), HOW_TO_MEND


@pytest.mark.parametrize("channel", Channel)
def test_the_playbook_has_the_sla_of_each_channel(channel: Channel) -> None:
    (text,) = [
        text for names, text in table_of("R07").items() if WORDS[channel] in names.split(", ")
    ]
    has_own_sla = {"channel": [channel]} in [sla["when"] for sla in DEFAULT_POLICY["sla"]]

    check_sla(text, sla_of({"channel": [channel]} if has_own_sla else {}))


def test_the_playbook_has_the_sla_of_critical_reviews_and_of_praise_after_a_complaint() -> None:
    check_sla(table_of("R07")["critical, in any channel"], sla_of({"severity": ["critical"]}))
    (advocates,) = [
        rule["then"]["sla"] for rule in DEFAULT_POLICY["rules"] if "sla" in rule["then"]
    ]
    check_sla(section_of("R07").rpartition("praises now waits longer")[2], advocates)


@pytest.mark.parametrize("ladder", DEFAULT_POLICY["escalation"], ids=lambda ladder: ladder["id"])
def test_the_playbook_has_the_waits_of_each_escalation(ladder: dict[str, Any]) -> None:
    assert ladder["id"] in LADDERS, "give it a row in docs/playbook.md, R08, and its words here"
    assert times(table_of("R08")[LADDERS[ladder["id"]]]) == ladder["after"], HOW_TO_MEND


def test_the_playbook_has_no_escalation_that_the_default_policy_lacks() -> None:
    assert set(table_of("R08")) == set(LADDERS.values())
    assert set(LADDERS) == {ladder["id"] for ladder in DEFAULT_POLICY["escalation"]}
