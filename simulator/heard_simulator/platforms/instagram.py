"""Instagram's part of the Graph API for comments and mentions, simulated.

Sources: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference (ig-comment,
ig-comment/replies, ig-user/media, ig-user/mentions, ig-user/mentioned_comment,
ig-user/mentioned_media), …/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


class SimulatedInstagram(SimulatedPlatform):
    """Comments on the account's media, in two levels, and what others wrote that mentions it.

    A resource is what the API shows: `{"text", "timestamp", "username", "from", "media": {"id"},
    "parent_id"}` for a comment. What stands elsewhere has the key `mention:{comment id}` or
    `caption:{media id}`, and can only be read and answered through the account.
    """

    ACCOUNT_ID: Final = "17841400000000777"
    USERNAME: Final = "harbour.kitchen"
    LIMIT: Final = 2_200

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "EAAdemoInstagramTokenThatIsNone"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "ig_user_id": ACCOUNT_ID,
        "username": USERNAME,
        "verify_token": "the-harbour-lights-are-on",
    }

    def start(self) -> None:
        self._ids = count(17_900_000_000_000_001)

    @property
    def signing_secret(self) -> str:
        return "1ee7ca5cade1ee7ca5cade1ee7ca5cad"

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The whole comments in a delivery.

        A mention is delivered as an id only, so a sample's `resources` must say what it is.
        """
        for entry in fields.get("entry", []):
            for change in entry.get("changes", []):
                if change["field"] == "comments" and entry.get("id") != "0":
                    value: Json = change["value"]
                    at = datetime.fromtimestamp(entry["time"], UTC).strftime(
                        "%Y-%m-%dT%H:%M:%S+0000"
                    )
                    yield KnownResource(
                        value["id"],
                        {**value, "timestamp": at, "username": value["from"]["username"]},
                    )

    def operation(self, request: PlatformRequest) -> Operation | None:
        fields_query = request.query_value("fields") or ""
        match request.path_parts:
            case [self.ACCOUNT_ID] if request.method == "GET":
                mention_match = re.match(
                    r"mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)\{", fields_query
                )
                kind, media_id = mention_match.groups() if mention_match else ("", "")
                prefix = "mention" if kind == "comment" else "caption"
                mention_key = f"{prefix}:{media_id}" if mention_match else ""
                return self.read(request, lambda: self._show_mention(mention_key), mention_key)
            case [self.ACCOUNT_ID, "media"] if request.method == "GET":
                return self.read(request, lambda: self._list_media(request))
            case [self.ACCOUNT_ID, "mentions"] if request.method == "POST":
                form = request.form()
                mention_key = (
                    f"mention:{form['comment_id']}"
                    if "comment_id" in form
                    else f"caption:{form.get('media_id')}"
                )
                return self.reply(
                    request, lambda: self._reply_to_mention(mention_key, form), mention_key
                )
            case [comment] if request.method == "GET":
                return self.read(request, lambda: self._show(comment), comment)
            case [comment, "replies"] if request.method == "GET":
                return self.read(request, lambda: self._replies(comment, request), comment)
            case [comment, "replies"] if request.method == "POST":
                message = request.form().get("message", "")
                return self.reply(request, lambda: self._reply(comment, message), comment)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, 10, "(#10) Application does not have permission for this action")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return self._error(403, 4, "(#4) Application request limit reached")

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return {**resource, "id": native_id.rpartition(":")[2]}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.bearer() or request.query_value("access_token")
        if token != self.accepted_credentials["access_token"]:
            return self._error(401, 190, "Invalid OAuth access token.")
        return None

    def _show(self, comment: str) -> PlatformResponse:
        record = self.resources.get(comment)
        return PlatformResponse(200, record) if record else self._not_found(comment)

    def _show_mention(self, mention_key: str) -> PlatformResponse:
        record = self.resources.get(mention_key)
        if record is None:
            return self._not_found(mention_key)
        name = "mentioned_comment" if mention_key.startswith("mention:") else "mentioned_media"
        return PlatformResponse(200, {name: record, "id": self.ACCOUNT_ID})

    def _list_media(self, request: PlatformRequest) -> PlatformResponse:
        own_comments = {
            name: comment for name, comment in self.resources.items() if ":" not in name
        }
        media_ids = sorted(
            {comment["media"]["id"] for comment in own_comments.values()}, reverse=True
        )
        start, limit = request.query_number("after", 0), request.query_number("limit", 25)
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(media_ids):
            paging["next"] = f"{self.url()}/{self.ACCOUNT_ID}/media?after={end}"
        return PlatformResponse(
            200,
            {
                "data": [self._render_media(entry) for entry in media_ids[start:end]],
                "paging": paging,
            },
        )

    def _render_media(self, media_id: str) -> Json:
        comments = [
            comment
            for name, comment in self.resources.items()
            if ":" not in name and comment["media"]["id"] == media_id
        ]
        # The API leaves empty fields out.
        top_comments = [
            {**entry, **self._with_replies(entry["id"], comments)}
            for entry in comments
            if "parent_id" not in entry
        ]
        return {
            "id": media_id,
            "permalink": f"https://www.instagram.com/p/{media_id}/",
            **({"comments": {"data": top_comments}} if top_comments else {}),
        }

    @staticmethod
    def _with_replies(comment: str, comments: list[Json]) -> Json:
        replies = [entry for entry in comments if entry.get("parent_id") == comment]
        return {"replies": {"data": replies}} if replies else {}

    def _replies(self, comment: str, request: PlatformRequest) -> PlatformResponse:
        if comment not in self.resources:
            return self._not_found(comment)
        replies = [entry for entry in self.resources.values() if entry.get("parent_id") == comment]
        start, limit = request.query_number("after", 0), request.query_number("limit", 25)
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(replies):
            paging["next"] = f"{self.url()}/{comment}/replies?after={end}"
        return PlatformResponse(
            200, {"data": replies[start:end], "paging": paging} if replies else {"data": []}
        )

    def _reply(self, comment: str, message: str) -> PlatformResponse:
        record = self.resources.get(comment)
        if record is None:
            return self._not_found(comment)
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        root_id, native_id = record.get("parent_id", comment), str(next(self._ids))
        at = self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        own_user = {"id": self.ACCOUNT_ID, "username": self.USERNAME}
        comment_fields: Json = {
            "id": native_id,
            "text": message,
            "timestamp": at,
            "username": self.USERNAME,
            "from": own_user,
        }
        self.resources[native_id] = {
            **comment_fields,
            "media": record["media"],
            "parent_id": root_id,
        }
        self.record_reply(native_id, root_id, comment, message, public=True)
        return PlatformResponse(200, {"id": native_id})

    def _reply_to_mention(self, mention_key: str, form: Json) -> PlatformResponse:
        record = self.resources.get(mention_key)
        if record is None or (
            mention_key.startswith("mention:") and record["media"]["id"] != form.get("media_id")
        ):
            return self._not_found(mention_key)
        message = form.get("message", "")
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        native_id = str(next(self._ids))
        self.record_reply(native_id, mention_key, mention_key, message, public=True)
        return PlatformResponse(200, {"id": native_id})

    def _not_found(self, comment: str) -> PlatformResponse:
        message = (
            f"Unsupported get request. Object with ID '{comment}' does not exist, cannot be loaded "
            "due to missing permissions"
        )
        return self._error(400, 100, message, kind="IGApiException", error_subcode=33)

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


PLATFORM = SimulatedInstagram
