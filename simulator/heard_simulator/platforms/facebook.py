"""Facebook's Graph API for a Page's comments, played.

Sources: developers.facebook.com/docs/graph-api/reference/comment, …/reference/object/comments,
…/guides/error-handling, …/overview/rate-limiting, …/results (paging).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import ClassVar, Final

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform


class Facebook(Platform):
    """Comments with their replies, seen with a Page's token.

    A reply to a reply is put beside it, below the first level's comment.

    A comment's resource is what the API shows: `{"message", "created_time", "from": {"id", "name"},
    "parent": {"id"}}`. Not documented, and decided so: a comment may have 8,000 characters; a reply
    to a reply hangs from the first level.
    """

    PAGE: Final = "104420555000111"
    LIMIT: Final = 8_000

    credentials: ClassVar[Mapping[str, str]] = {"access_token": "EAAdemoPageTokenThatIsNone"}
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "page_id": PAGE,
        "verify_token": "the-kitchen-window-is-open",
    }

    def start(self) -> None:
        self._comments: dict[str, Json] = {}
        self._ids = count(900_000_001)

    @property
    def signing_secret(self) -> str:
        return "0b5e55edfacade0b5e55edfacade0b5e"

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The comments that a delivery tells of."""
        for entry in fields.get("entry", []):
            for change in entry.get("changes", []):
                value: Json = change["value"]
                if value.get("item") != "comment" or entry.get("id") == "0":
                    continue
                if value["verb"] == "remove":
                    yield Known(value["comment_id"], None)
                    continue
                resource: Json = {
                    "message": value.get("message", ""),
                    "created_time": datetime.fromtimestamp(value["created_time"], UTC).strftime(
                        "%Y-%m-%dT%H:%M:%S+0000"
                    ),
                    "from": value["from"],
                }
                if value["parent_id"] != value["post_id"]:
                    resource["parent"] = {"id": value["parent_id"]}
                yield Known(value["comment_id"], resource)

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.strip("/").split("/"):
            case [comment] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._show(comment)),
                )
            case [comment, "comments"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._replies(comment, ask)),
                )
            case [comment, "comments"] if ask.method == "POST":
                message = ask.form().get("message", "")
                return Operation(
                    Calls.REPLY,
                    frozenset({comment}),
                    lambda: self._signed_in(ask, lambda: self._reply(comment, message)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(403, 200, "Permissions error")

    def rate_limit(self, seconds: int) -> Answer:
        answer = self._error(400, 32, "Page request limit reached")
        return Answer(
            answer.status, answer.body, {"X-Business-Use-Case-Usage": self._usage(seconds)}
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._comments.pop(native_id, None)
        else:
            self._comments[native_id] = {
                "permalink_url": f"https://www.facebook.com/{native_id}",
                **resource,
                "id": native_id,
            }

    def reset(self) -> None:
        self._comments.clear()

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if (self.bearer(ask) or ask.asked("access_token")) != self.accepts["access_token"]:
            return self._error(400, 190, "Invalid OAuth access token - Cannot parse access token")
        return run()

    def _show(self, comment: str) -> Answer:
        known = self._comments.get(comment)
        return Answer(200, known) if known else self._missing(comment)

    def _replies(self, comment: str, ask: Ask) -> Answer:
        if comment not in self._comments:
            return self._missing(comment)
        below = [
            each for each in self._comments.values() if each.get("parent", {}).get("id") == comment
        ]
        start, limit = int(ask.asked("after") or 0), int(ask.asked("limit") or 25)
        shown, end = below[start : start + limit], start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(below):
            paging["next"] = f"{self.url()}/{comment}/comments?after={end}"
        return Answer(200, {"data": shown, "paging": paging} if shown else {"data": []})

    def _reply(self, comment: str, message: str) -> Answer:
        known = self._comments.get(comment)
        if known is None:
            return self._missing(comment)
        if not message.strip() or len(message) > self.LIMIT:
            return self._error(400, 100, "(#100) Invalid parameter: message")
        top = known.get("parent", {}).get("id", comment)
        native_id = f"{top.partition('_')[0]}_{next(self._ids)}"
        at = self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        page = {"id": self.PAGE, "name": "Harbour Kitchen"}
        self._comments[native_id] = {
            "id": native_id,
            "message": message,
            "created_time": at,
            "from": page,
            "parent": {"id": top},
        }
        self.took(native_id, top, comment, message, public=True)
        return Answer(200, {"id": native_id})

    def _missing(self, comment: str) -> Answer:
        told = f"Unsupported get request. Object with ID '{comment}' does not exist, cannot be loaded due to missing permissions"
        return self._error(400, 100, told, kind="GraphMethodException", error_subcode=33)

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

    def _usage(self, seconds: int) -> str:
        minutes = -(-seconds // 60)
        return f'{{"{self.PAGE}":[{{"type":"pages","call_count":100,"estimated_time_to_regain_access":{minutes}}}]}}'


PLATFORM = Facebook
