"""A scripted agent and a scripted lead.

They resolve the open follow-ups over the HTTP API. No two of their replies are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

from heard import clock
from heard_cli.local.demo_environment import ApiClient

_OPENINGS: Final = (
    "Thank you for telling us about this.",
    "I have read every word you wrote, and then I went to see for myself.",
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
    "On Friday I will check again that it has arrived.",
)


@dataclass
class ScriptedAgent:
    """Resolves follow-ups as a person would: mostly with a reply, sometimes in another way.

    `on_step` receives a line for each resolution.
    """

    agent: ApiClient
    lead: ApiClient
    on_step: Callable[[str], None] = lambda _: None
    action_counts: dict[str, int] = field(default_factory=dict[str, int])
    resolved_follow_ups: list[str] = field(default_factory=list[str])
    error_counts: dict[str, int] = field(default_factory=dict[str, int])
    _numbers: Iterator[int] = field(default_factory=count)

    def run(self) -> None:
        """Resolve every follow-up that is open, page by page."""
        for follow_up in list(self.open_follow_ups()):
            if follow_up["status"] == "open":
                self._resolve(follow_up)

    def open_follow_ups(self) -> Iterator[dict[str, Any]]:
        """All open follow-ups, by due time."""
        after = ""
        while True:
            status, page = self.agent.call("GET", f"/api/desk/follow-ups?limit=20{after}")
            if status != 200:
                raise RuntimeError(f"The desk returned {status}: {page.get('detail')}")
            yield from page["follow_ups"]
            if not page["next"]:
                return
            after = f"&after={page['next']}"

    def _resolve(self, follow_up: Mapping[str, Any]) -> None:
        path = f"/api/desk/follow-ups/{follow_up['id']}"
        status, details = self.agent.call("POST", f"{path}/claim")
        if status != 200:
            self._count_error(details)
            return
        number = next(self._numbers)
        resolution = choose_resolution(details, number) | {
            "id": f"demo-resolution-{number:04d}",
            "fence": details["fence"],
        }
        status, result = self.agent.call("POST", f"{path}/resolution", resolution)
        if status != 200:
            self._count_error(result)
            return
        self.resolved_follow_ups.append(follow_up["id"])
        self.action_counts[resolution["action"]] = (
            self.action_counts.get(resolution["action"], 0) + 1
        )
        action = resolution["action"].replace("_", " ")
        self.on_step(f"{follow_up['severity']} on {follow_up['platform']}: {action}")
        if resolution["action"] == "walk_away":
            _, details = self.lead.call("GET", path)
            digest = details["pending_resolution"]["digest"]
            self.lead.call("POST", f"{path}/approval", {"approved": True, "digest": digest})

    def _count_error(self, problem: Mapping[str, Any]) -> None:
        reason = str(problem.get("reason") or problem.get("title"))
        self.error_counts[reason] = self.error_counts.get(reason, 0) + 1


def choose_resolution(details: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A resolution that a careful person might choose. Each action is chosen now and then."""
    assessment: dict[str, Any] = (
        (details["reviews"][0].get("assessment") or {}) if details["reviews"] else {}
    )
    closing_fields = {
        "fix": "explained",
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
    if details["no_reply_why"] or (
        details["stage"] == "onstage" and details["public_replies_left"] == 0
    ):
        return {"action": "resolve_without_reply", **closing_fields}
    if details["stage"] == "onstage" and number % 7 == 2:
        return {
            "action": "invite_private",
            "text": reply_text(number)
            + " May I ask you to write to us directly, so that we can look up your order?",
        }
    if number % 9 == 4:
        return {
            "action": "promise",
            "promised_for": clock.format_time(clock.now() + timedelta(days=2)),
            "text": reply_text(number),
        }
    if number % 13 == 8:
        return {"action": "resolve_without_reply", **closing_fields}
    return {
        "action": "reply",
        "text": reply_text(number),
        "note": "Checked with the shop.",
        **closing_fields,
    }


def reply_text(number: int) -> str:
    return " ".join(
        (
            _OPENINGS[number % len(_OPENINGS)],
            _MIDDLES[number % len(_MIDDLES)],
            _ENDINGS[number % len(_ENDINGS)],
        )
    )
