"""Mastodon's API, simulated.

Sources: docs.joinmastodon.org/methods/statuses, …/methods/notifications, …/api/rate-limits; for
refusals github.com/mastodon/mastodon, app/validators/status_length_validator.rb,
app/services/post_status_service.rb and config/initializers/rack_attack.rb.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedMastodon(SimulatedPlatform):
    """Statuses of an instance, and the notifications of one account on it.

    The account is notified of each status by somebody else that mentions it. A resource is a
    Status. Notifications are numbered in the order in which resources are set.
    """

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "demo-mastodon-token"}
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "account": "larkfieldbakery"}
    ACCOUNT_ID: Final = "110088120077001234"
    MAX_CHARS: Final = 500

    def start(self) -> None:
        self._notifications: dict[str, int] = {}
        self._idempotency_keys: dict[str, str] = {}
        self._numbers = count(34_975_001)
        self._ids = count(113_900_000_000_000_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The status of a delivery: a webhook shows the same as the API."""
        if str(fields.get("event", "")).startswith("status."):
            yield KnownResource(fields["object"]["id"], fields["object"])

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path_parts:
            case "GET", ["api", "v1", "notifications"]:
                return self.read(request, lambda: self._list(request))
            case "GET", ["api", "v1", "statuses", status]:
                return self.read(request, lambda: self._show(status), status)
            case "GET", ["api", "v1", "statuses", status, "context"]:
                return self.read(request, lambda: self._context(status), status)
            case "POST", ["api", "v1", "statuses"]:
                parent_id = str(request.json().get("in_reply_to_id"))
                return self.reply(request, lambda: self._post(request), parent_id)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(
            422, {"error": "Validation failed: Text contains a word that is not allowed here"}
        )

    def rate_limit(self, seconds: int) -> PlatformResponse:
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0"}
        return PlatformResponse(
            429,
            {"error": "Throttled"},
            {**headers, "X-RateLimit-Reset": iso_millis(self.clock() + timedelta(seconds=seconds))},
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            super().set_resource(native_id, None)
            self._notifications.pop(native_id, None)
            return
        mentioned_ids = [mention["id"] for mention in resource["mentions"]]
        self.resources[native_id] = {
            "visibility": "public",
            "in_reply_to_id": None,
            "edited_at": None,
            **resource,
            "id": native_id,
        }
        if (
            self.ACCOUNT_ID in mentioned_ids
            and resource["account"]["id"] != self.ACCOUNT_ID
            and native_id not in self._notifications
        ):
            self._notifications[native_id] = next(self._numbers)

    def reset(self) -> None:
        super().reset()
        self._notifications.clear()
        self._idempotency_keys.clear()

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if request.bearer() != self.accepted_credentials["access_token"]:
            return PlatformResponse(401, {"error": "The access token is invalid"})
        return None

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        limit = min(request.query_number("limit", 40), 80)
        before = request.query_number("max_id", 10**18)
        if request.query.get("types[]") not in (None, ["mention"]):
            return PlatformResponse(200, [])
        matches = sorted(
            ((number, id) for id, number in self._notifications.items() if number < before),
            reverse=True,
        )[:limit]
        page = [
            {
                "id": str(number),
                "type": "mention",
                "created_at": self.resources[id]["created_at"],
                "account": self.resources[id]["account"],
                "status": self.resources[id],
            }
            for number, id in matches
        ]
        link = (
            {"Link": f'<{self.url()}/api/v1/notifications?max_id={matches[-1][0]}>; rel="next"'}
            if matches
            else {}
        )
        return PlatformResponse(200, page, link)

    def _show(self, status: str) -> PlatformResponse:
        return (
            PlatformResponse(200, self.resources[status])
            if status in self.resources
            else self._not_found()
        )

    def _context(self, status: str) -> PlatformResponse:
        if status not in self.resources:
            return self._not_found()
        ancestors = list(self._ancestors(self.resources[status]))
        descendants = [
            entry
            for entry in self.resources.values()
            if status in {up["id"] for up in self._ancestors(entry)}
        ]
        return PlatformResponse(200, {"ancestors": ancestors[::-1], "descendants": descendants})

    def _ancestors(self, status: Json) -> Iterator[Json]:
        parent = self.resources.get(str(status["in_reply_to_id"]))
        while parent is not None:
            yield parent
            parent = self.resources.get(str(parent["in_reply_to_id"]))

    def _post(self, request: PlatformRequest) -> PlatformResponse:
        payload, key = request.json(), request.headers.get("idempotency-key", "")
        if key and key in self._idempotency_keys:
            return self._show(self._idempotency_keys[key])
        text, parent = str(payload.get("status") or ""), str(payload.get("in_reply_to_id") or "")
        if not text.strip():
            return PlatformResponse(422, {"error": "Validation failed: Text can't be blank"})
        if self._length(text) > self.MAX_CHARS:
            return PlatformResponse(
                422,
                {"error": f"Validation failed: Text character limit of {self.MAX_CHARS} exceeded"},
            )
        if parent not in self.resources:
            return PlatformResponse(
                404, {"error": "The post you are trying to reply to does not appear to exist."}
            )
        native_id, visibility = str(next(self._ids)), str(payload.get("visibility") or "public")
        if visibility not in {"public", "unlisted", "private", "direct"}:
            return PlatformResponse(
                422, {"error": "Validation failed: Visibility is not included in the list"}
            )
        self.resources[native_id] = {
            "id": native_id,
            "created_at": iso_millis(self.clock()),
            "edited_at": None,
            "in_reply_to_id": parent,
            "in_reply_to_account_id": self.resources[parent]["account"]["id"],
            "spoiler_text": "",
            "visibility": visibility,
            "language": "en",
            "url": f"{self.url()}/@larkfieldbakery/{native_id}",
            "content": self._to_html(text),
            "account": {
                "id": self.ACCOUNT_ID,
                "username": "larkfieldbakery",
                "acct": "larkfieldbakery",
                "display_name": "Larkfield Bakery",
            },
            "mentions": [],
        }
        self._idempotency_keys |= {key: native_id} if key else {}
        thread = self._thread_root(self.resources[parent])
        self.record_reply(
            native_id, thread, parent, text, public=visibility in {"public", "unlisted"}
        )
        return PlatformResponse(200, self.resources[native_id])

    def _thread_root(self, status: Json) -> str:
        """The conversation as onlookers see it: below the topmost status by somebody else."""
        others = [
            entry
            for entry in [status, *self._ancestors(status)]
            if entry["account"]["id"] != self.ACCOUNT_ID
        ]
        return str(others[-1]["id"])

    def _length(self, text: str) -> int:
        counted_text = re.sub(r"https?://[^\s<>]+", "x" * 23, text)
        return len(re.sub(r"(@\w+)@[\w.-]+\w", r"\1", counted_text))

    def _to_html(self, text: str) -> str:
        link = (
            r'<span class="h-card"><a href="https://other.example/\1" class="u-url mention">'
            r"@<span>\1</span></a></span>"
        )
        paragraphs = [
            html.escape(entry, quote=False).replace("\n", "<br />") for entry in text.split("\n\n")
        ]
        return "".join(
            f"<p>{re.sub(r'@(\w+)(?:@[\w.-]+\w)?', link, entry)}</p>" for entry in paragraphs
        )

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(404, {"error": "Record not found"})


PLATFORM = SimulatedMastodon
