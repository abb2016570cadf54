"""Mastodon's API, played.

Docs.joinmastodon.org/methods/statuses, …/methods/notifications, …/api/rate-limits.

For refusals: github.com/mastodon/mastodon, app/validators/status_length_validator.rb,
app/services/post_status_service.rb and config/initializers/rack_attack.rb.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, zulu


class Mastodon(Platform):
    """Statuses of an instance, and the notifications of one account on it.

    Each status of somebody else that mentions it makes one.

    A resource is a Status. Ids are given out in the order of learning, which is that of time.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "demo-mastodon-token"}
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "account": "larkfieldbakery"}
    ACCOUNT: Final = "110088120077001234"
    MAX_CHARS: Final = 500

    def start(self) -> None:
        self._statuses: dict[str, Json] = {}
        self._notifications: dict[str, int] = {}
        self._keys: dict[str, str] = {}
        self._numbers = count(34_975_001)
        self._ids = count(113_900_000_000_000_001)

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The status of a delivery: a webhook shows what the API does."""
        if str(fields.get("event", "")).startswith("status."):
            yield Known(fields["object"]["id"], fields["object"])

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path.strip("/").split("/"):
            case "GET", ["api", "v1", "notifications"]:
                return Operation(
                    Calls.LOOK, frozenset(), lambda: self._signed_in(ask, lambda: self._list(ask))
                )
            case "GET", ["api", "v1", "statuses", status]:
                return Operation(
                    Calls.LOOK,
                    frozenset({status}),
                    lambda: self._signed_in(ask, lambda: self._show(status)),
                )
            case "GET", ["api", "v1", "statuses", status, "context"]:
                return Operation(
                    Calls.LOOK,
                    frozenset({status}),
                    lambda: self._signed_in(ask, lambda: self._context(status)),
                )
            case "POST", ["api", "v1", "statuses"]:
                about = frozenset({str(ask.json().get("in_reply_to_id"))})
                return Operation(
                    Calls.REPLY, about, lambda: self._signed_in(ask, lambda: self._post(ask))
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(
            422, {"error": "Validation failed: Text contains a word that is not allowed here"}
        )

    def rate_limit(self, seconds: int) -> Answer:
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0"}
        return Answer(
            429,
            {"error": "Throttled"},
            {**headers, "X-RateLimit-Reset": zulu(self.clock() + timedelta(seconds=seconds))},
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._statuses.pop(native_id, None)
            self._notifications.pop(native_id, None)
            return
        mentioned = [mention["id"] for mention in resource["mentions"]]
        self._statuses[native_id] = {
            "visibility": "public",
            "in_reply_to_id": None,
            "edited_at": None,
            **resource,
            "id": native_id,
        }
        if (
            self.ACCOUNT in mentioned
            and resource["account"]["id"] != self.ACCOUNT
            and native_id not in self._notifications
        ):
            self._notifications[native_id] = next(self._numbers)

    def reset(self) -> None:
        self._statuses.clear()
        self._notifications.clear()
        self._keys.clear()

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if self.bearer(ask) != self.accepts["access_token"]:
            return Answer(401, {"error": "The access token is invalid"})
        return run()

    def _list(self, ask: Ask) -> Answer:
        limit, before = min(int(ask.asked("limit") or 40), 80), int(ask.asked("max_id") or 10**18)
        if ask.query.get("types[]") not in (None, ["mention"]):
            return Answer(200, [])
        found = sorted(
            ((number, id) for id, number in self._notifications.items() if number < before),
            reverse=True,
        )[:limit]
        page = [
            {
                "id": str(number),
                "type": "mention",
                "created_at": self._statuses[id]["created_at"],
                "account": self._statuses[id]["account"],
                "status": self._statuses[id],
            }
            for number, id in found
        ]
        link = (
            {"Link": f'<{self.url()}/api/v1/notifications?max_id={found[-1][0]}>; rel="next"'}
            if found
            else {}
        )
        return Answer(200, page, link)

    def _show(self, status: str) -> Answer:
        return Answer(200, self._statuses[status]) if status in self._statuses else self._missing()

    def _context(self, status: str) -> Answer:
        if status not in self._statuses:
            return self._missing()
        above = list(self._above(self._statuses[status]))
        below = [
            each
            for each in self._statuses.values()
            if status in {up["id"] for up in self._above(each)}
        ]
        return Answer(200, {"ancestors": above[::-1], "descendants": below})

    def _above(self, status: Json) -> Iterator[Json]:
        parent = self._statuses.get(str(status["in_reply_to_id"]))
        while parent is not None:
            yield parent
            parent = self._statuses.get(str(parent["in_reply_to_id"]))

    def _post(self, ask: Ask) -> Answer:
        wanted, key = ask.json(), ask.headers.get("idempotency-key", "")
        if key and key in self._keys:
            return self._show(self._keys[key])
        text, parent = str(wanted.get("status") or ""), str(wanted.get("in_reply_to_id") or "")
        if not text.strip():
            return Answer(422, {"error": "Validation failed: Text can't be blank"})
        if self._length(text) > self.MAX_CHARS:
            return Answer(
                422,
                {"error": f"Validation failed: Text character limit of {self.MAX_CHARS} exceeded"},
            )
        if parent not in self._statuses:
            return Answer(
                404, {"error": "The post you are trying to reply to does not appear to exist."}
            )
        native_id, visibility = str(next(self._ids)), str(wanted.get("visibility") or "public")
        if visibility not in {"public", "unlisted", "private", "direct"}:
            return Answer(
                422, {"error": "Validation failed: Visibility is not included in the list"}
            )
        self._statuses[native_id] = {
            "id": native_id,
            "created_at": zulu(self.clock()),
            "edited_at": None,
            "in_reply_to_id": parent,
            "in_reply_to_account_id": self._statuses[parent]["account"]["id"],
            "spoiler_text": "",
            "visibility": visibility,
            "language": "en",
            "url": f"{self.url()}/@larkfieldbakery/{native_id}",
            "content": self._shown(text),
            "account": {
                "id": self.ACCOUNT,
                "username": "larkfieldbakery",
                "acct": "larkfieldbakery",
                "display_name": "Larkfield Bakery",
            },
            "mentions": [],
        }
        self._keys |= {key: native_id} if key else {}
        thread = self._thread(self._statuses[parent])
        self.took(native_id, thread, parent, text, public=visibility in {"public", "unlisted"})
        return Answer(200, self._statuses[native_id])

    def _thread(self, status: Json) -> str:
        """The conversation as onlookers see it.

        From the topmost status that is not the account's own.
        """
        others = [
            each for each in [status, *self._above(status)] if each["account"]["id"] != self.ACCOUNT
        ]
        return str(others[-1]["id"])

    def _length(self, text: str) -> int:
        counted = re.sub(r"https?://[^\s<>]+", "x" * 23, text)
        return len(re.sub(r"(@\w+)@[\w.-]+\w", r"\1", counted))

    def _shown(self, text: str) -> str:
        link = r'<span class="h-card"><a href="https://other.example/\1" class="u-url mention">@<span>\1</span></a></span>'
        paragraphs = [
            html.escape(each, quote=False).replace("\n", "<br />") for each in text.split("\n\n")
        ]
        return "".join(
            f"<p>{re.sub(r'@(\w+)(?:@[\w.-]+\w)?', link, each)}</p>" for each in paragraphs
        )

    def _missing(self) -> Answer:
        return Answer(404, {"error": "Record not found"})


PLATFORM = Mastodon
