"""The agents and leads of a round: they claim, answer, promise, walk away and approve.

One asks for what is another business's.

A person repeats a request that got no answer, with the same id, as the page does. A request that
was answered with 200 is in the record, and may not be lost.
"""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random
from typing import Any, Final

import urllib3

from heard import clock
from heard.clock import format_time
from heard_cli.local.demo_environment import ApiClient
from tests.faults.round_record import AcceptedAnswer, RoundRecord
from tests.faults.round_setup import RoundSetup, Shop

TRIES: Final = 10
_SENTENCES: Final = (
    "I read your message twice, and then I asked my colleagues about that day.",
    "Thank you for telling us plainly what happened; I looked into it this morning.",
    "I found both payments and paid one of them back; the bank needs two days.",
    "Your order number was in our list of lost parcels, and a new one left today.",
    "I spoke to the person who served you, and we agreed what changes here.",
    "The oven was set wrong that day, and we threw the whole batch away.",
)


class DeskPeople:
    """Works through the open follow-ups of one shop. Everything random comes from the seed.

    Each shop has people of its own: they work at the same time.
    """

    def __init__(self, setup: RoundSetup, record: RoundRecord, shop: Shop, seed: int) -> None:
        self.setup = setup
        self.record = record
        self.shop = shop
        self.random = Random(f"people/{seed}/{setup.shops.index(shop)}")
        self._number = 0

    def work(self, *, limit: int | None = None, finish: bool = False) -> int:
        """Resolve open follow-ups. Returns how many there were. `finish`: with the final word."""
        shop = self.shop
        status, page = self._call(shop.agents[0], "GET", "/api/desk/follow-ups?limit=20")
        if status != 200:
            return 0
        entries = [entry for entry in page["follow_ups"] if entry["status"] != "awaiting_approval"][
            :limit
        ]
        for entry in entries:
            if entry["business"] != shop.business:
                with self.record.writing():
                    self.record.foreign_calls[f"list shows {entry['id']}"] = 200
            self._resolve(shop, entry, finish=finish)
        for entry in page["follow_ups"]:
            if entry["status"] == "awaiting_approval":
                self._approve(shop, entry["id"])
        return len(page["follow_ups"])

    def try_foreign_calls(self, other: Shop) -> None:
        """An agent of this shop asks for what belongs to another one."""
        shop, stranger = self.shop, self.shop.agents[0]
        status, page = self._call(other.agents[0], "GET", "/api/desk/follow-ups?limit=1")
        paths = [("GET", f"/api/desk/follow-ups?business={other.business}")]
        if status == 200 and page["follow_ups"]:
            path = f"/api/desk/follow-ups/{page['follow_ups'][0]['id']}"
            paths += [("GET", path), ("POST", f"{path}/claim")]
        for method, path in paths:
            status, _ = self._call(stranger, method, path)
            with self.record.writing():
                self.record.foreign_calls[f"{method} {path} by {shop.business}"] = status

    def _resolve(self, shop: Shop, entry: dict[str, Any], *, finish: bool) -> None:
        agent = self.random.choice(shop.agents)
        path = f"/api/desk/follow-ups/{entry['id']}"
        status, claim = self._call(agent, "POST", f"{path}/claim")
        if status != 200:
            self.record.note_refusal(str(claim.get("reason", status)))
            return
        status, details = self._call(agent, "GET", path)
        if status != 200:
            self.record.note_refusal(f"details {status}")
            return
        self._number += 1
        answer = self._choose(details, finish=finish) | {
            "id": f"answer-{shop.business}-{self._number:05d}",
            "fence": claim["fence"],
        }
        status, result = self._call(agent, "POST", f"{path}/resolution", answer)
        if status != 200:
            self.record.note_refusal(str(result.get("reason", status)))
            return
        answer_record = AcceptedAnswer(
            entry["id"], shop.business, answer["id"], agent.token[-8:], answer["action"]
        )
        with self.record.writing():
            self.record.answers.append(answer_record)
        if answer["action"] == "walk_away":
            self._approve(shop, entry["id"])

    def _approve(self, shop: Shop, follow_up: str) -> None:
        path = f"/api/desk/follow-ups/{follow_up}"
        status, details = self._call(shop.lead, "GET", path)
        if status != 200 or not details["pending_resolution"]:
            return
        body = {"approved": True, "digest": details["pending_resolution"]["digest"]}
        status, result = self._call(shop.lead, "POST", f"{path}/approval", body)
        if status != 200:
            self.record.note_refusal(f"approval {result.get('reason', status)}")

    def _choose(self, details: dict[str, Any], *, finish: bool) -> dict[str, Any]:
        self._number += 1
        closing = {"fix": "explained", "root_cause": "process"}
        public = details["stage"] == "onstage"
        if details["no_reply_why"] or (public and details["public_replies_left"] == 0):
            return {"action": "resolve_without_reply", **closing}
        dice = self.random.random()
        if not finish and dice < 0.12:
            return {
                "action": "walk_away",
                "reason": "abuse",
                "note": "One calm line would feed it.",
            }
        if not finish and public and dice < 0.24:
            return {
                "action": "invite_private",
                "text": self._text() + " Please write to us directly.",
            }
        if not finish and dice < 0.34:
            date = format_time(clock.now() + timedelta(seconds=self.random.randint(3, 20)))
            return {"action": "promise", "promised_for": date, "text": self._text()}
        if dice < 0.42:
            return {"action": "resolve_without_reply", **closing}
        return {"action": "reply", "text": self._text(), **closing}

    def _text(self) -> str:
        """A reply that no other one repeats."""
        first, second = self.random.sample(_SENTENCES, 2)
        return f"{first} {second} Our note about it is number {self._number}."

    def _call(
        self, client: ApiClient, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The answer, after repeating the request while there is none or it is a 5xx."""
        status, answer = 0, dict[str, Any]()
        for attempt in range(TRIES):
            try:
                status, answer = client.call(method, path, body)
            except (urllib3.exceptions.HTTPError, ValueError):
                status, answer = 0, {}
            if status and status < 500:
                break
            time.sleep(min(2.0, 0.1 * 2**attempt))
        return status, answer
