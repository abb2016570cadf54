"""Zendesk's Ticketing API, played.

Developer.zendesk.com/api-reference/ticketing/tickets (tickets, ticket_comments).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Zendesk(Platform):
    """Tickets with their comments, behind an agent's API token.

    It knows a ticket by its number as `{"ticket": {…}, "comments": [{"id", "body", "public",
    "author_id", "staff"}]}`; what is said of one several times adds up. The first comment of a
    ticket is its description.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-zendesk-token"}
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "email": "agent@example.com"}
    SIGNING_SECRET: Final = "demo-zendesk-signing-secret"
    AGENT: Final = 8447388090000
    COMMENT_BYTES: Final = 65_536
    PAGE: Final = 100

    def start(self) -> None:
        self._tickets: dict[str, Json] = {}
        self._numbers = count(31_000_001)

    @property
    def signing_secret(self) -> str:
        """The signing secret of the demo webhook."""
        return self.SIGNING_SECRET

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """Of an event, the ticket as the API has it, and the comment it brings."""
        kind, detail = str(fields["type"]).rpartition(".")[2], fields["detail"]
        if kind in {"soft_deleted", "permanently_deleted"}:
            yield Known(detail["id"], None)
            return
        names = (
            "subject",
            "description",
            "requester_id",
            "submitter_id",
            "is_public",
            "created_at",
            "updated_at",
            "via",
            "status",
        )
        known: Json = {
            "ticket": {name: detail[name] for name in names if name in detail},
            "comments": [],
        }
        if comment := fields.get("event", {}).get("comment"):
            author = comment["author"]
            shown = {"id": comment["id"], "body": comment["body"], "public": comment["is_public"]}
            known["comments"] = [
                {
                    **shown,
                    "author_id": author["id"],
                    "staff": author["is_staff"],
                    "created_at": fields["time"],
                }
            ]
        yield Known(detail["id"], known)

    def operation(self, ask: Ask) -> Operation | None:
        match [ask.method, *ask.path.removesuffix(".json").strip("/").split("/")]:
            case ["GET", "api", "v2", "tickets", ticket]:
                return Operation(
                    Calls.LOOK,
                    frozenset({ticket}),
                    lambda: self._admitted(ask, lambda: self._show(ticket)),
                )
            case ["GET", "api", "v2", "tickets", ticket, "comments"]:
                return Operation(
                    Calls.LOOK,
                    frozenset({ticket}),
                    lambda: self._admitted(ask, lambda: self._comments(ticket, ask)),
                )
            case ["PUT", "api", "v2", "tickets", ticket]:
                return Operation(
                    Calls.REPLY,
                    frozenset({ticket}),
                    lambda: self._admitted(ask, lambda: self._update(ticket, ask.json())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        closed = {"status": [{"description": "Status: closed prevents ticket update"}]}
        return Answer(
            422,
            {
                "error": "RecordInvalid",
                "description": "Record validation errors",
                "details": closed,
            },
        )

    def rate_limit(self, seconds: int) -> Answer:
        limited = {
            "error": "APIRateLimitExceeded",
            "description": "Number of allowed API requests per minute exceeded",
        }
        return Answer(429, limited, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._tickets.pop(native_id, None)
            return
        known = self._tickets.setdefault(
            native_id, {"ticket": {"id": int(native_id)}, "comments": {}}
        )
        known["ticket"] |= resource["ticket"]
        for comment in resource["comments"]:
            known["comments"][comment["id"]] = comment

    def reset(self) -> None:
        self._tickets.clear()

    def _admitted(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if ask.basic() != (f"{self.settings['email']}/token", self.accepts["api_token"]):
            return Answer(401, {"error": "Couldn't authenticate you"})
        return run()

    def _show(self, ticket: str) -> Answer:
        known = self._tickets.get(ticket)
        return Answer(200, {"ticket": known["ticket"]}) if known else self._missing()

    def _comments(self, ticket: str, ask: Ask) -> Answer:
        known = self._tickets.get(ticket)
        if known is None:
            return self._missing()
        opening = {
            "id": 1,
            "body": known["ticket"].get("description", ""),
            "public": True,
            "author_id": known["ticket"].get("requester_id"),
        }
        comments = [self._shown(comment) for comment in (opening, *known["comments"].values())]
        if ask.asked("sort_order") == "desc":
            comments.reverse()
        more = (
            f"{self.url()}/api/v2/tickets/{ticket}/comments.json?page=2"
            if len(comments) > self.PAGE
            else None
        )
        return Answer(
            200,
            {
                "comments": comments[: self.PAGE],
                "next_page": more,
                "previous_page": None,
                "count": len(comments),
            },
        )

    def _shown(self, comment: Json) -> Json:
        body = str(comment["body"])
        return {
            **{name: value for name, value in comment.items() if name != "staff"},
            "type": "Comment",
            "html_body": f'<div class="zd-comment">{html.escape(body)}</div>',
            "plain_body": body,
        }

    def _update(self, ticket: str, wanted: Json) -> Answer:
        known = self._tickets.get(ticket)
        if known is None:
            return self._missing()
        update: Json = wanted.get("ticket") or {}
        comment: Json = update.get("comment") or {}
        body = comment.get("body")
        if not isinstance(body, str) or not body.strip() or len(body.encode()) > self.COMMENT_BYTES:
            return Answer(
                422,
                {
                    "error": "RecordInvalid",
                    "description": "Record validation errors",
                    "details": {},
                },
            )
        if known["ticket"].get("status") in {"closed", "CLOSED"}:
            return self.rejection()
        number, public = next(self._numbers), comment.get("public", True) is True
        asked = [
            said["id"]
            for said in known["comments"].values()
            if said["public"] and not said["staff"]
        ]
        at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        added = {
            "id": number,
            "body": body,
            "public": public,
            "author_id": self.AGENT,
            "staff": True,
            "created_at": at,
        }
        known["comments"][number] = added
        self.took(
            str(number), ticket, f"{ticket}.{asked[-1]}" if asked else ticket, body, public=public
        )
        events = [
            {"id": number, "type": "Comment", "body": body, "public": public},
            {"id": number + 500, "type": "Notification"},
        ]
        return Answer(
            200,
            {
                "ticket": known["ticket"],
                "audit": {"id": number + 900, "ticket_id": int(ticket), "events": events},
            },
        )

    def _missing(self) -> Answer:
        return Answer(404, {"error": "RecordNotFound", "description": "Not found"})


PLATFORM = Zendesk
