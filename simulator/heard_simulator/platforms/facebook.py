"""Facebook's Graph API for a Page's comments, simulated.

Sources: developers.facebook.com/docs/graph-api/reference/comment, …/reference/object/comments,
…/guides/error-handling, …/overview/rate-limiting, …/results (paging).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
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


class SimulatedFacebook(SimulatedPlatform):
    """Comments with their replies, seen with a Page's token.

    A comment's resource is what the API shows: `{"message", "created_time", "from": {"id", "name"},
    "parent": {"id"}}`. Assumptions, which the documents do not settle: a comment may have 8,000
    characters; a reply to a reply stands below the comment of the first level.
    """

    PAGE_ID: Final = "104420555000111"
    LIMIT: Final = 8_000

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "EAAdemoPageTokenThatIsNone"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "page_id": PAGE_ID,
        "verify_token": "the-kitchen-window-is-open",
    }

    def start(self) -> None:
        self._ids = count(900_000_001)

    @property
    def signing_secret(self) -> str:
        return "0b5e55edfacade0b5e55edfacade0b5e"

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The comments and the visitors' posts in a delivery."""
        for entry in fields.get("entry", []):
            for change in entry.get("changes", []):
                value: Json = change["value"]
                if value.get("item") not in {"comment", "post"} or entry.get("id") == "0":
                    continue
                native_id = value.get("comment_id") or value["post_id"]
                if value["verb"] == "remove":
                    yield KnownResource(native_id, None)
                    continue
                resource: Json = {
                    "message": value.get("message", ""),
                    "created_time": datetime.fromtimestamp(value["created_time"], UTC).strftime(
                        "%Y-%m-%dT%H:%M:%S+0000"
                    ),
                    "from": value["from"],
                }
                if value.get("parent_id") not in {None, value["post_id"]}:
                    resource["parent"] = {"id": value["parent_id"]}
                yield KnownResource(native_id, resource)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path_parts:
            case [comment] if request.method == "GET":
                return self.read(request, lambda: self._show(comment), comment)
            case [comment, "comments"] if request.method == "GET":
                return self.read(request, lambda: self._replies(comment, request), comment)
            case [comment, "comments"] if request.method == "POST":
                message = request.form().get("message", "")
                return self.reply(request, lambda: self._reply(comment, message), comment)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, 200, "Permissions error")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        response = self._error(400, 32, "Page request limit reached")
        return replace(response, headers={"X-Business-Use-Case-Usage": self._usage_header(seconds)})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        link = f"https://www.facebook.com/{native_id}"
        return {"permalink_url": link, **resource, "id": native_id}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.bearer() or request.query_value("access_token")
        if token != self.accepted_credentials["access_token"]:
            return self._error(400, 190, "Invalid OAuth access token - Cannot parse access token")
        return None

    def _show(self, comment: str) -> PlatformResponse:
        record = self.resources.get(comment)
        return PlatformResponse(200, record) if record else self._not_found(comment)

    def _replies(self, comment: str, request: PlatformRequest) -> PlatformResponse:
        if comment not in self.resources:
            return self._not_found(comment)
        replies = [
            entry
            for entry in self.resources.values()
            if entry.get("parent", {}).get("id") == comment
        ]
        start, limit = request.query_number("after", 0), request.query_number("limit", 25)
        page, end = replies[start : start + limit], start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(replies):
            paging["next"] = f"{self.url()}/{comment}/comments?after={end}"
        return PlatformResponse(200, {"data": page, "paging": paging} if page else {"data": []})

    def _reply(self, comment: str, message: str) -> PlatformResponse:
        record = self.resources.get(comment)
        if record is None:
            return self._not_found(comment)
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        root_id = record.get("parent", {}).get("id", comment)
        native_id = f"{root_id.partition('_')[0]}_{next(self._ids)}"
        at = self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        page = {"id": self.PAGE_ID, "name": "Harbour Kitchen"}
        self.resources[native_id] = {
            "id": native_id,
            "message": message,
            "created_time": at,
            "from": page,
            "parent": {"id": root_id},
        }
        self.record_reply(native_id, root_id, comment, message, public=True)
        return PlatformResponse(200, {"id": native_id})

    def _not_found(self, comment: str) -> PlatformResponse:
        message = (
            f"Unsupported get request. Object with ID '{comment}' does not exist, cannot be loaded "
            "due to missing permissions"
        )
        return self._error(400, 100, message, kind="GraphMethodException", error_subcode=33)

    def _error(
        self,
        status: int,
        code: int,
        message: str,
        *,
        kind: str = "OAuthException",
        **extra_fields: int,
    ) -> PlatformResponse:
        return PlatformResponse(
            status,
            {
                "error": {
                    "message": message,
                    "type": kind,
                    "code": code,
                    **extra_fields,
                    "fbtrace_id": "AdemoTrace0000000000000",
                }
            },
        )

    def _usage_header(self, seconds: int) -> str:
        usage = {
            "type": "pages",
            "call_count": 100,
            "estimated_time_to_regain_access": -(-seconds // 60),
        }
        return json.dumps({self.PAGE_ID: [usage]})


PLATFORM = SimulatedFacebook
