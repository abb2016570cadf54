"""Instagram's part of the Graph API for comments and mentions, played.

Sources: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference (ig-comment,
ig-comment/replies, ig-user/media, ig-user/mentions, ig-user/mentioned_comment,
ig-user/mentioned_media), …/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
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


class SimulatedInstagram(SimulatedPlatform):
    """Comments on the account's media, in two levels, and what others wrote that mentions it.

    A resource is what the API shows: `{"text", "timestamp", "username", "from", "media": {"id"},
    "parent_id"}` for a comment; one of somebody else has the key `mention:{comment id}` or
    `caption:{media id}` and cannot be read or answered but through the account.
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
        self._comments: dict[str, Json] = {}
        self._ids = count(17_900_000_000_000_001)

    @property
    def signing_secret(self) -> str:
        return "1ee7ca5cade1ee7ca5cade1ee7ca5cad"

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The comments that a delivery brings whole.

        What it mentions by id only, a sample's `knows` must say.
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
        match request.path.strip("/").split("/"):
            case [self.ACCOUNT_ID] if request.method == "GET":
                mention_match = re.match(
                    r"mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)\{", fields_query
                )
                mention_key = (
                    f"{'mention' if mention_match[1] == 'comment' else 'caption'}:{mention_match[2]}"
                    if mention_match
                    else ""
                )
                return Operation(
                    CallKind.READ,
                    frozenset({mention_key}),
                    lambda: self._require_auth(request, lambda: self._show_mention(mention_key)),
                )
            case [self.ACCOUNT_ID, "media"] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset(),
                    lambda: self._require_auth(request, lambda: self._list_media(request)),
                )
            case [self.ACCOUNT_ID, "mentions"] if request.method == "POST":
                form = request.form()
                mention_key = (
                    f"mention:{form['comment_id']}"
                    if "comment_id" in form
                    else f"caption:{form.get('media_id')}"
                )
                return Operation(
                    CallKind.REPLY,
                    frozenset({mention_key}),
                    lambda: self._require_auth(
                        request, lambda: self._reply_to_mention(mention_key, form)
                    ),
                )
            case [comment] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({comment}),
                    lambda: self._require_auth(request, lambda: self._show(comment)),
                )
            case [comment, "replies"] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({comment}),
                    lambda: self._require_auth(request, lambda: self._replies(comment, request)),
                )
            case [comment, "replies"] if request.method == "POST":
                message = request.form().get("message", "")
                return Operation(
                    CallKind.REPLY,
                    frozenset({comment}),
                    lambda: self._require_auth(request, lambda: self._reply(comment, message)),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, 10, "(#10) Application does not have permission for this action")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return self._error(403, 4, "(#4) Application request limit reached")

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._comments.pop(native_id, None)
        else:
            self._comments[native_id] = {**resource, "id": native_id.rpartition(":")[2]}

    def reset(self) -> None:
        self._comments.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if (
            self.bearer_token(request) or request.query_value("access_token")
        ) != self.accepted_credentials["access_token"]:
            return self._error(401, 190, "Invalid OAuth access token.")
        return run()

    def _show(self, comment: str) -> PlatformResponse:
        record = self._comments.get(comment)
        return PlatformResponse(200, record) if record else self._not_found(comment)

    def _show_mention(self, mention_key: str) -> PlatformResponse:
        record = self._comments.get(mention_key)
        if record is None:
            return self._not_found(mention_key)
        name = "mentioned_comment" if mention_key.startswith("mention:") else "mentioned_media"
        return PlatformResponse(200, {name: record, "id": self.ACCOUNT_ID})

    def _list_media(self, request: PlatformRequest) -> PlatformResponse:
        own_comments = {
            name: comment for name, comment in self._comments.items() if ":" not in name
        }
        media_ids = sorted(
            {comment["media"]["id"] for comment in own_comments.values()}, reverse=True
        )
        start, limit = (
            int(request.query_value("after") or 0),
            int(request.query_value("limit") or 25),
        )
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(media_ids):
            paging["next"] = f"{self.url()}/{self.ACCOUNT_ID}/media?after={end}"
        return PlatformResponse(
            200,
            {"data": [self._render_media(each) for each in media_ids[start:end]], "paging": paging},
        )

    def _render_media(self, media_id: str) -> Json:
        comments = [
            comment
            for name, comment in self._comments.items()
            if ":" not in name and comment["media"]["id"] == media_id
        ]
        # A field without anything in it is left out.
        top_comments = [
            {**each, **self._with_replies(each["id"], comments)}
            for each in comments
            if "parent_id" not in each
        ]
        return {
            "id": media_id,
            "permalink": f"https://www.instagram.com/p/{media_id}/",
            **({"comments": {"data": top_comments}} if top_comments else {}),
        }

    @staticmethod
    def _with_replies(comment: str, comments: list[Json]) -> Json:
        replies = [each for each in comments if each.get("parent_id") == comment]
        return {"replies": {"data": replies}} if replies else {}

    def _replies(self, comment: str, request: PlatformRequest) -> PlatformResponse:
        if comment not in self._comments:
            return self._not_found(comment)
        replies = [each for each in self._comments.values() if each.get("parent_id") == comment]
        start, limit = (
            int(request.query_value("after") or 0),
            int(request.query_value("limit") or 25),
        )
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(replies):
            paging["next"] = f"{self.url()}/{comment}/replies?after={end}"
        return PlatformResponse(
            200, {"data": replies[start:end], "paging": paging} if replies else {"data": []}
        )

    def _reply(self, comment: str, message: str) -> PlatformResponse:
        record = self._comments.get(comment)
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
        self._comments[native_id] = {
            **comment_fields,
            "media": record["media"],
            "parent_id": root_id,
        }
        self.record_reply(native_id, root_id, comment, message, public=True)
        return PlatformResponse(200, {"id": native_id})

    def _reply_to_mention(self, mention_key: str, form: Json) -> PlatformResponse:
        record = self._comments.get(mention_key)
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
        message = f"Unsupported get request. Object with ID '{comment}' does not exist, cannot be loaded due to missing permissions"
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
