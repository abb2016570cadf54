"""Zendesk's Ticketing API, simulated.

Source: developer.zendesk.com/api-reference/ticketing/tickets (tickets, ticket_comments).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedZendesk(SimulatedPlatform):
    """Tickets with their comments. A call needs an agent's API token.

    A resource is a ticket, by its number: `{"ticket": {…}, "comments": [{"id", "body", "public",
    "author_id", "staff"}]}`. What several resources say of one ticket is added up. The first
    comment of a ticket is its description.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-zendesk-token"}
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "email": "agent@example.com"}
    SIGNING_SECRET: Final = "demo-zendesk-signing-secret"
    AGENT_ID: Final = 8447388090000
    COMMENT_BYTES: Final = 65_536
    PAGE_SIZE: Final = 100
    rate_limit_body: ClassVar[object] = {
        "error": "APIRateLimitExceeded",
        "description": "Number of allowed API requests per minute exceeded",
    }

    def start(self) -> None:
        self._numbers = count(31_000_001)

    @property
    def signing_secret(self) -> str:
        """The signing secret of the demo webhook."""
        return self.SIGNING_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The ticket of an event, as the API has it, and the comment in the event."""
        kind, detail = str(fields["type"]).rpartition(".")[2], fields["detail"]
        if kind in {"soft_deleted", "permanently_deleted"}:
            yield KnownResource(detail["id"], None)
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
        resource: Json = {
            "ticket": {name: detail[name] for name in names if name in detail},
            "comments": [],
        }
        if comment := fields.get("event", {}).get("comment"):
            author = comment["author"]
            comment_fields = {
                "id": comment["id"],
                "body": comment["body"],
                "public": comment["is_public"],
            }
            resource["comments"] = [
                {
                    **comment_fields,
                    "author_id": author["id"],
                    "staff": author["is_staff"],
                    "created_at": fields["time"],
                }
            ]
        yield KnownResource(detail["id"], resource)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path.removesuffix(".json").strip("/").split("/")]:
            case ["GET", "api", "v2", "tickets", ticket]:
                return self.read(request, lambda: self._show(ticket), ticket)
            case ["GET", "api", "v2", "tickets", ticket, "comments"]:
                return self.read(request, lambda: self._list_comments(ticket, request), ticket)
            case ["PUT", "api", "v2", "tickets", ticket]:
                return self.reply(
                    request, lambda: self._update_ticket(ticket, request.json()), ticket
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._invalid({"status": [{"description": "Status: closed prevents ticket update"}]})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        comments = {comment["id"]: comment for comment in resource["comments"]}
        return {
            "ticket": {"id": int(native_id)} | previous.get("ticket", {}) | resource["ticket"],
            "comments": previous.get("comments", {}) | comments,
        }

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        user = f"{self.settings['email']}/token"
        if request.basic() == (user, self.accepted_credentials["api_token"]):
            return None
        return PlatformResponse(401, {"error": "Couldn't authenticate you"})

    def _show(self, ticket: str) -> PlatformResponse:
        record = self.resources.get(ticket)
        return PlatformResponse(200, {"ticket": record["ticket"]}) if record else self._not_found()

    def _list_comments(self, ticket: str, request: PlatformRequest) -> PlatformResponse:
        record = self.resources.get(ticket)
        if record is None:
            return self._not_found()
        opening = {
            "id": 1,
            "body": record["ticket"].get("description", ""),
            "public": True,
            "author_id": record["ticket"].get("requester_id"),
        }
        comments = [self._render(comment) for comment in (opening, *record["comments"].values())]
        if request.query_value("sort_order") == "desc":
            comments.reverse()
        next_page = (
            f"{self.url()}/api/v2/tickets/{ticket}/comments.json?page=2"
            if len(comments) > self.PAGE_SIZE
            else None
        )
        return PlatformResponse(
            200,
            {
                "comments": comments[: self.PAGE_SIZE],
                "next_page": next_page,
                "previous_page": None,
                "count": len(comments),
            },
        )

    def _render(self, comment: Json) -> Json:
        body = str(comment["body"])
        return {
            **{name: value for name, value in comment.items() if name != "staff"},
            "type": "Comment",
            "html_body": f'<div class="zd-comment">{html.escape(body)}</div>',
            "plain_body": body,
        }

    def _update_ticket(self, ticket: str, payload: Json) -> PlatformResponse:
        record = self.resources.get(ticket)
        if record is None:
            return self._not_found()
        update: Json = payload.get("ticket") or {}
        comment: Json = update.get("comment") or {}
        body = comment.get("body")
        if not isinstance(body, str) or not body.strip() or len(body.encode()) > self.COMMENT_BYTES:
            return self._invalid({})
        if record["ticket"].get("status") in {"closed", "CLOSED"}:
            return self.rejection()
        number, public = next(self._numbers), comment.get("public", True) is True
        customer_comment_ids = [
            entry["id"]
            for entry in record["comments"].values()
            if entry["public"] and not entry["staff"]
        ]
        at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        new_comment = {
            "id": number,
            "body": body,
            "public": public,
            "author_id": self.AGENT_ID,
            "staff": True,
            "created_at": at,
        }
        record["comments"][number] = new_comment
        self.record_reply(
            str(number),
            ticket,
            f"{ticket}.{customer_comment_ids[-1]}" if customer_comment_ids else ticket,
            body,
            public=public,
        )
        events = [
            {"id": number, "type": "Comment", "body": body, "public": public},
            {"id": number + 500, "type": "Notification"},
        ]
        return PlatformResponse(
            200,
            {
                "ticket": record["ticket"],
                "audit": {"id": number + 900, "ticket_id": int(ticket), "events": events},
            },
        )

    def _invalid(self, details: Json) -> PlatformResponse:
        error = {"error": "RecordInvalid", "description": "Record validation errors"}
        return PlatformResponse(422, error | {"details": details})

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(404, {"error": "RecordNotFound", "description": "Not found"})


PLATFORM = SimulatedZendesk
