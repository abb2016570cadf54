"""A scripted agent and lead.

They sign in, work through the open follow-ups over the HTTP API, and never write the same thing
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

from heard import clock
from heard_cli.local.demo_environment import Api

_OPENINGS: Final = (
    "Thank you for telling us about this.",
    "I have read every word you wrote, and then I went to look for myself.",
    "This is not how an order with us should go.",
    "I spoke to the colleague who was on duty that day.",
    "You took the time to write, so here is a real answer.",
)
_MIDDLES: Final = (
    "The parcel left our shop two days late because the label was wrong; a new one goes out this "
    "afternoon.",
    "We have paid the amount back to the card you used; your bank shows it within three working "
    "days.",
    "The oven that caused it has been repaired, and the whole batch was thrown away.",
    "From Monday on, a second person is at the counter until we close.",
    "Our recipe changed in spring, and the sign on the shelf did not; it does now.",
    "We found the booking under another spelling and have put it right.",
    "The app lost orders for an hour on Tuesday; yours was among them, and it is back.",
)
_ENDINGS: Final = (
    "Write back here if anything is still wrong.",
    "If the next visit is not better, tell me, please.",
    "I will look again on Friday whether it arrived.",
)


@dataclass
class ScriptedAgent:
    """Answers follow-ups as a person would: mostly with a reply, sometimes in another way.

    `told` hears of each step.
    """

    agent: Api
    lead: Api
    told: Callable[[str], None] = lambda _: None
    answered: dict[str, int] = field(default_factory=dict[str, int])
    refused: dict[str, int] = field(default_factory=dict[str, int])
    _numbers: Iterator[int] = field(default_factory=count)

    def work(self) -> None:
        """Work through everything that is open and untouched, page by page."""
        for task in list(self.open()):
            if task["status"] == "open":
                self._answer(task)

    def open(self) -> Iterator[dict[str, Any]]:
        """The open follow-ups by due time, however many pages they fill."""
        after = ""
        while True:
            status, page = self.agent.call("GET", f"/api/desk/follow-ups?limit=20{after}")
            if status != 200:
                raise RuntimeError(f"The desk answered {status}: {page.get('detail')}")
            yield from page["follow_ups"]
            if not page["next"]:
                return
            after = f"&after={page['next'].replace('#', '%23').replace(':', '%3A')}"

    def _answer(self, listed: Mapping[str, Any]) -> None:
        path = f"/api/desk/follow-ups/{listed['id']}"
        status, claimed = self.agent.call("POST", f"{path}/claim")
        if status != 200:
            self._refusal(claimed)
            return
        _, seen = self.agent.call("GET", path)
        number = next(self._numbers)
        answer = _choose(seen, number) | {
            "id": f"demo-answer-{number:04d}",
            "fence": claimed["fence"],
        }
        status, result = self.agent.call("POST", f"{path}/answer", answer)
        if status != 200:
            self._refusal(result)
            return
        self.answered[answer["action"]] = self.answered.get(answer["action"], 0) + 1
        self.told(
            f"{listed['severity']} on {listed['platform']}: {answer['action'].replace('_', ' ')}"
        )
        if answer["action"] == "walk_away":
            self.lead.call("POST", f"{path}/approval", {"approved": True})

    def _refusal(self, problem: Mapping[str, Any]) -> None:
        reason = str(problem.get("reason") or problem.get("title"))
        self.refused[reason] = self.refused.get(reason, 0) + 1


def _choose(seen: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What a careful person might do with this follow-up; every way of answering comes up."""
    assessment: dict[str, Any] = (
        (seen["reviews"][0].get("assessment") or {}) if seen["reviews"] else {}
    )
    settled = {
        "resolution": "explained",
        "root_cause": "late-delivery" if "delivery" in assessment.get("topics", []) else "process",
    }
    if assessment.get("agenda") == "abuse":
        return {
            "action": "walk_away",
            "reason": "abuse",
            "note": "Insults only; one calm line would feed it.",
        }
    if number % 11 == 5:
        return {
            "action": "report_fake",
            "evidence": "No order, booking or visit matches the name and the day.",
        }
    if seen["platform_takes"]["replies"] == "none" or (
        seen["stage"] == "onstage" and seen["public_replies_left"] == 0
    ):
        return {"action": "resolve_without_reply", **settled}
    if seen["stage"] == "onstage" and number % 7 == 2:
        return {
            "action": "invite_private",
            "text": _text(number)
            + " May I ask you to write to us directly, so that we can look up your order?",
        }
    if number % 9 == 4:
        return {
            "action": "promise",
            "promised_for": clock.stamp(clock.now() + timedelta(days=2)),
            "text": _text(number),
        }
    if number % 13 == 8:
        return {"action": "resolve_without_reply", **settled}
    return {"action": "reply", "text": _text(number), "note": "Checked with the shop.", **settled}


def _text(number: int) -> str:
    return " ".join(
        (
            _OPENINGS[number % len(_OPENINGS)],
            _MIDDLES[number % len(_MIDDLES)],
            _ENDINGS[number % len(_ENDINGS)],
        )
    )
