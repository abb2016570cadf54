"""Zendesk's Ticketing API, played.

Developer.zendesk.com/api-reference/ticketing/tickets (tickets, ticket_comments).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)


class SimulatedZendesk(SimulatedPlatform):
    """Tickets with their comments, behind an agent's API token.

    It knows a ticket by its number as `{"ticket": {…}, "comments": [{"id", "body", "public",
    "author_id", "staff"}]}`; what is said of one several times adds up. The first comment of a
    ticket is its description.
    """

    credentials: ClassVar[Mapping[str, str]] = {"api_token": "demo-zendesk-token"}
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "email": "agent@example.com"}
    SIGNING_SECRET: Final = "demo-zendesk-signing-secret"
    AGENT_ID: Final = 8447388090000
    COMMENT_BYTES: Final = 65_536
    PAGE_SIZE: Final = 100

    def start(self) -> None:
        self._tickets: dict[str, Json] = {}
        self._numbers = count(31_000_001)

    @property
    def signing_secret(self) -> str:
        """The signing secret of the demo webhook."""
        return self.SIGNING_SECRET

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """Of an event, the ticket as the API has it, and the comment it brings."""
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
                return Operation(
                    CallKind.READ,
                    frozenset({ticket}),
                    lambda: self._require_auth(request, lambda: self._show(ticket)),
                )
            case ["GET", "api", "v2", "tickets", ticket, "comments"]:
                return Operation(
                    CallKind.READ,
                    frozenset({ticket}),
                    lambda: self._require_auth(
                        request, lambda: self._list_comments(ticket, request)
                    ),
                )
            case ["PUT", "api", "v2", "tickets", ticket]:
                return Operation(
                    CallKind.REPLY,
                    frozenset({ticket}),
                    lambda: self._require_auth(
                        request, lambda: self._update_ticket(ticket, request.json())
                    ),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        details = {"status": [{"description": "Status: closed prevents ticket update"}]}
        return PlatformResponse(
            422,
            {
                "error": "RecordInvalid",
                "description": "Record validation errors",
                "details": details,
            },
        )

    def rate_limit(self, seconds: int) -> PlatformResponse:
        error_body = {
            "error": "APIRateLimitExceeded",
            "description": "Number of allowed API requests per minute exceeded",
        }
        return PlatformResponse(429, error_body, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._tickets.pop(native_id, None)
            return
        record = self._tickets.setdefault(
            native_id, {"ticket": {"id": int(native_id)}, "comments": {}}
        )
        record["ticket"] |= resource["ticket"]
        for comment in resource["comments"]:
            record["comments"][comment["id"]] = comment

    def reset(self) -> None:
        self._tickets.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if request.basic() != (
            f"{self.settings['email']}/token",
            self.accepted_credentials["api_token"],
        ):
            return PlatformResponse(401, {"error": "Couldn't authenticate you"})
        return run()

    def _show(self, ticket: str) -> PlatformResponse:
        record = self._tickets.get(ticket)
        return PlatformResponse(200, {"ticket": record["ticket"]}) if record else self._not_found()

    def _list_comments(self, ticket: str, request: PlatformRequest) -> PlatformResponse:
        record = self._tickets.get(ticket)
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
        record = self._tickets.get(ticket)
        if record is None:
            return self._not_found()
        update: Json = payload.get("ticket") or {}
        comment: Json = update.get("comment") or {}
        body = comment.get("body")
        if not isinstance(body, str) or not body.strip() or len(body.encode()) > self.COMMENT_BYTES:
            return PlatformResponse(
                422,
                {
                    "error": "RecordInvalid",
                    "description": "Record validation errors",
                    "details": {},
                },
            )
        if record["ticket"].get("status") in {"closed", "CLOSED"}:
            return self.rejection()
        number, public = next(self._numbers), comment.get("public", True) is True
        customer_comment_ids = [
            said["id"]
            for said in record["comments"].values()
            if said["public"] and not said["staff"]
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

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(404, {"error": "RecordNotFound", "description": "Not found"})


PLATFORM = SimulatedZendesk
