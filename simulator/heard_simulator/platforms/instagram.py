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

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Instagram(Platform):
    """Comments on the account's media, in two levels, and what others wrote that mentions it.

    A resource is what the API shows: `{"text", "timestamp", "username", "from", "media": {"id"},
    "parent_id"}` for a comment; one of somebody else has the key `mention:{comment id}` or
    `caption:{media id}` and cannot be read or answered but through the account.
    """

    ACCOUNT: Final = "17841400000000777"
    NAME: Final = "harbour.kitchen"
    LIMIT: Final = 2_200

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "EAAdemoInstagramTokenThatIsNone"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "ig_user_id": ACCOUNT,
        "username": NAME,
        "verify_token": "the-harbour-lights-are-on",
    }

    def start(self) -> None:
        self._comments: dict[str, Json] = {}
        self._ids = count(17_900_000_000_000_001)

    @property
    def signing_secret(self) -> str:
        return "1ee7ca5cade1ee7ca5cade1ee7ca5cad"

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
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
                    yield Known(
                        value["id"],
                        {**value, "timestamp": at, "username": value["from"]["username"]},
                    )

    def operation(self, ask: Ask) -> Operation | None:
        asked = ask.asked("fields") or ""
        match ask.path.strip("/").split("/"):
            case [self.ACCOUNT] if ask.method == "GET":
                found = re.match(
                    r"mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)\{", asked
                )
                about = (
                    f"{'mention' if found[1] == 'comment' else 'caption'}:{found[2]}"
                    if found
                    else ""
                )
                return Operation(
                    Calls.LOOK,
                    frozenset({about}),
                    lambda: self._signed_in(ask, lambda: self._mentioned(about)),
                )
            case [self.ACCOUNT, "media"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK, frozenset(), lambda: self._signed_in(ask, lambda: self._media(ask))
                )
            case [self.ACCOUNT, "mentions"] if ask.method == "POST":
                form = ask.form()
                about = (
                    f"mention:{form['comment_id']}"
                    if "comment_id" in form
                    else f"caption:{form.get('media_id')}"
                )
                return Operation(
                    Calls.REPLY,
                    frozenset({about}),
                    lambda: self._signed_in(ask, lambda: self._answer_mention(about, form)),
                )
            case [comment] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._show(comment)),
                )
            case [comment, "replies"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._replies(comment, ask)),
                )
            case [comment, "replies"] if ask.method == "POST":
                message = ask.form().get("message", "")
                return Operation(
                    Calls.REPLY,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._reply(comment, message)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(403, 10, "(#10) Application does not have permission for this action")

    def rate_limit(self, seconds: int) -> Answer:
        return self._error(403, 4, "(#4) Application request limit reached")

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._comments.pop(native_id, None)
        else:
            self._comments[native_id] = {**resource, "id": native_id.rpartition(":")[2]}

    def reset(self) -> None:
        self._comments.clear()

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if (self.bearer(ask) or ask.asked("access_token")) != self.accepts["access_token"]:
            return self._error(401, 190, "Invalid OAuth access token.")
        return run()

    def _show(self, comment: str) -> Answer:
        known = self._comments.get(comment)
        return Answer(200, known) if known else self._missing(comment)

    def _mentioned(self, about: str) -> Answer:
        known = self._comments.get(about)
        if known is None:
            return self._missing(about)
        name = "mentioned_comment" if about.startswith("mention:") else "mentioned_media"
        return Answer(200, {name: known, "id": self.ACCOUNT})

    def _media(self, ask: Ask) -> Answer:
        own = {name: comment for name, comment in self._comments.items() if ":" not in name}
        media = sorted({comment["media"]["id"] for comment in own.values()}, reverse=True)
        start, limit = int(ask.asked("after") or 0), int(ask.asked("limit") or 25)
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(media):
            paging["next"] = f"{self.url()}/{self.ACCOUNT}/media?after={end}"
        return Answer(
            200, {"data": [self._shown_media(each) for each in media[start:end]], "paging": paging}
        )

    def _shown_media(self, media: str) -> Json:
        comments = [
            comment
            for name, comment in self._comments.items()
            if ":" not in name and comment["media"]["id"] == media
        ]
        # A field without anything in it is left out.
        top = [
            {**each, **self._with_replies(each["id"], comments)}
            for each in comments
            if "parent_id" not in each
        ]
        return {
            "id": media,
            "permalink": f"https://www.instagram.com/p/{media}/",
            **({"comments": {"data": top}} if top else {}),
        }

    @staticmethod
    def _with_replies(comment: str, comments: list[Json]) -> Json:
        below = [each for each in comments if each.get("parent_id") == comment]
        return {"replies": {"data": below}} if below else {}

    def _replies(self, comment: str, ask: Ask) -> Answer:
        if comment not in self._comments:
            return self._missing(comment)
        below = [each for each in self._comments.values() if each.get("parent_id") == comment]
        start, limit = int(ask.asked("after") or 0), int(ask.asked("limit") or 25)
        end = start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(below):
            paging["next"] = f"{self.url()}/{comment}/replies?after={end}"
        return Answer(200, {"data": below[start:end], "paging": paging} if below else {"data": []})

    def _reply(self, comment: str, message: str) -> Answer:
        known = self._comments.get(comment)
        if known is None:
            return self._missing(comment)
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        top, native_id = known.get("parent_id", comment), str(next(self._ids))
        at = self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        us = {"id": self.ACCOUNT, "username": self.NAME}
        written: Json = {
            "id": native_id,
            "text": message,
            "timestamp": at,
            "username": self.NAME,
            "from": us,
        }
        self._comments[native_id] = {**written, "media": known["media"], "parent_id": top}
        self.took(native_id, top, comment, message, public=True)
        return Answer(200, {"id": native_id})

    def _answer_mention(self, about: str, form: Json) -> Answer:
        known = self._comments.get(about)
        if known is None or (
            about.startswith("mention:") and known["media"]["id"] != form.get("media_id")
        ):
            return self._missing(about)
        message = form.get("message", "")
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        native_id = str(next(self._ids))
        self.took(native_id, about, about, message, public=True)
        return Answer(200, {"id": native_id})

    def _missing(self, comment: str) -> Answer:
        told = f"Unsupported get request. Object with ID '{comment}' does not exist, cannot be loaded due to missing permissions"
        return self._error(400, 100, told, kind="IGApiException", error_subcode=33)

    def _error(
        self, status: int, code: int, message: str, *, kind: str = "OAuthException", **more: int
    ) -> Answer:
        return Answer(
            status,
            {
                "error": {
                    "message": message,
                    "type": kind,
                    "code": code,
                    **more,
                    "fbtrace_id": "AdemoTrace0000000000000",
                }
            },
        )


PLATFORM = Instagram
