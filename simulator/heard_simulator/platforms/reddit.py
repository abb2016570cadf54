"""Reddit's API, simulated.

Sources: reddit.com/dev/api; the wiki (OAuth2) and r2/r2/lib of github.com/reddit-archive/reddit,
for refusals its r2/r2/lib/errors.py and r2/r2/controllers/validator/validator.py.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import ClassVar, Final, cast

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedReddit(SimulatedPlatform):
    """One subreddit, and comments elsewhere that name the account.

    A resource is the `data` of a thing, its id the fullname. `"mention": true` puts it among the
    account's mentions, `"locked": true` forbids replies to it, and `"more": true` collapses the
    replies to it.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "demo-client-id",
        "client_secret": "demo-client-secret",
        "username": "larkfield_bakery",
        "password": "demo-password",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "token_url": "{url}/api/v1/access_token",
        "subreddit": "larkfieldbakery",
    }
    SUBREDDIT: Final = "larkfieldbakery"
    MAX_LENGTH: Final = 10_000
    TOKEN_LIFE: Final = timedelta(hours=1)

    def start(self) -> None:
        self._numbers = count(36**6)
        self._wait_seconds: float | None = None

    def operation(self, request: PlatformRequest) -> Operation | None:
        operation = self._operation(request)
        if operation is None or "1" in (
            request.query_value("raw_json"),
            request.form().get("raw_json"),
        ):
            return operation
        # Without raw_json=1 every text comes with &, < and > escaped, as in 2008.
        return replace(operation, run=lambda: _escaped(operation.run()))

    def _operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path_parts:
            case "POST", ["api", "v1", "access_token"]:
                return self.sign_in(lambda: self._sign_in(request))
            case "GET", ["r", subreddit, "new" | "comments" as kind]:
                prefix = "t3_" if kind == "new" else "t1_"
                return self.read(request, lambda: self._list_subreddit(request, subreddit, prefix))
            case "GET", ["message", "mentions"]:
                return self.read(request, lambda: self._list_mentions(request))
            case "GET", ["api", "info"]:
                names = (request.query_value("id") or "").split(",")
                return self.read(request, lambda: self._show_things(names), *names)
            case "GET", ["comments", link]:
                native_ids = frozenset({f"t3_{link}", f"t1_{request.query_value('comment')}"})
                return self.read(
                    request, lambda: self._show_comments(request, f"t3_{link}"), *native_ids
                )
            case "POST", ["api", "comment"]:
                parent_id = request.form().get("thing_id", "")
                return self.reply(request, lambda: self._post_comment(request.form()), parent_id)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error("THREAD_LOCKED", "Comments are locked.", "parent")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        headers = {
            "X-Ratelimit-Used": "1000",
            "X-Ratelimit-Remaining": "0.0",
            "X-Ratelimit-Reset": str(seconds),
        }
        return PlatformResponse(429, {"message": "Too Many Requests", "error": 429}, headers)

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        if not native_id.startswith(("t1_", "t3_")):
            raise KeyError(native_id)
        return {
            "subreddit": self.SUBREDDIT,
            "edited": False,
            "author_fullname": f"t2_{resource['author'].lower().replace('_', '')}",
            "permalink": f"/r/{self.SUBREDDIT}/comments/{native_id[3:]}/",
            **resource,
            "id": native_id[3:],
            "name": native_id,
        }

    def reset(self) -> None:
        super().reset()
        self._wait_seconds = None

    def limit_next_comment(self, seconds: float) -> None:
        """Refuse the next comment because the account must wait: Reddit says so in a 200."""
        self._wait_seconds = seconds

    def _sign_in(self, request: PlatformRequest) -> PlatformResponse:
        if "/u/" not in request.headers.get("user-agent", ""):
            return self.rate_limit(600)
        if request.basic() != (
            self.accepted_credentials["client_id"],
            self.accepted_credentials["client_secret"],
        ):
            return PlatformResponse(401, {"message": "Unauthorized", "error": 401})
        form = request.form()
        password_form = {
            "grant_type": "password",
            "username": self.accepted_credentials["username"],
            "password": self.accepted_credentials["password"],
        }
        refresh_form = {
            "grant_type": "refresh_token",
            "refresh_token": self.accepted_credentials.get("refresh_token", ""),
        }
        if form not in (password_form, refresh_form):
            return PlatformResponse(200, {"error": "invalid_grant"})
        token = self.issue_token(self.TOKEN_LIFE, "reddit-")
        seconds = int(self.TOKEN_LIFE.total_seconds())
        return PlatformResponse(
            200,
            {"access_token": token, "token_type": "bearer", "expires_in": seconds, "scope": "*"},
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if "/u/" not in request.headers.get("user-agent", ""):
            return self.rate_limit(600)
        if not self.has_token(request.bearer()):
            return PlatformResponse(401, {"message": "Unauthorized", "error": 401})
        return None

    def _list_subreddit(
        self, request: PlatformRequest, subreddit: str, prefix: str
    ) -> PlatformResponse:
        if subreddit != self.SUBREDDIT:
            return PlatformResponse(404, {"reason": "banned", "message": "Not Found", "error": 404})
        return self._list_things(
            request,
            [
                name
                for name, thing in self.resources.items()
                if name.startswith(prefix) and not thing.get("mention")
            ],
        )

    def _list_mentions(self, request: PlatformRequest) -> PlatformResponse:
        # As messages are shown: without the submission's id and the time of an edit.
        hidden_fields = {"edited", "link_id", "mention", "permalink"}
        names = [name for name, thing in self.resources.items() if thing.get("mention")]
        return self._list_things(
            request,
            names,
            hidden_fields,
            {"was_comment": True, "subject": "username mention", "new": True},
        )

    def _list_things(
        self,
        request: PlatformRequest,
        names: list[str],
        hidden_fields: Iterable[str] = ("mention",),
        extra_fields: Mapping[str, object] | None = None,
    ) -> PlatformResponse:
        newest = sorted(
            names, key=lambda name: float(self.resources[name]["created_utc"]), reverse=True
        )
        after, limit = (
            request.query_value("after"),
            min(request.query_number("limit", 25), 100),
        )
        start = newest.index(after) + 1 if after in newest else 0
        page = newest[start : start + limit]
        children = [self._render(name, hidden_fields, extra_fields) for name in page]
        return PlatformResponse(
            200, self._listing_json(children, page[-1] if len(newest) > start + limit else None)
        )

    def _show_things(self, names: list[str]) -> PlatformResponse:
        return PlatformResponse(
            200,
            self._listing_json([self._render(name) for name in names if name in self.resources]),
        )

    def _show_comments(self, request: PlatformRequest, link: str) -> PlatformResponse:
        if link not in self.resources:
            return PlatformResponse(404, {"message": "Not Found", "error": 404})
        parent_id = (
            f"t1_{request.query_value('comment')}" if request.query_value("comment") else link
        )
        replies = self._replies(
            parent_id, request.query_number("depth", 10) - (1 if parent_id != link else 0)
        )
        if parent_id != link:
            comment = self._render(parent_id) if parent_id in self.resources else None
            replies = (
                [{**comment, "data": {**comment["data"], "replies": self._listing_json(replies)}}]
                if comment
                else []
            )
        return PlatformResponse(
            200, [self._listing_json([self._render(link)]), self._listing_json(replies)]
        )

    def _replies(self, parent: str, depth: int) -> list[Json]:
        if self.resources.get(parent, {}).get("more"):
            return [
                {
                    "kind": "more",
                    "data": {
                        "count": 3,
                        "name": "t1__",
                        "id": "_",
                        "parent_id": parent,
                        "children": [],
                    },
                }
            ]
        comments: list[Json] = []
        for name in [
            name for name, thing in self.resources.items() if thing.get("parent_id") == parent
        ]:
            comment = self._render(name)
            replies = self._replies(name, depth - 1) if depth > 1 else []
            comments.append(
                {
                    **comment,
                    "data": {
                        **comment["data"],
                        "replies": self._listing_json(replies) if replies else "",
                    },
                }
            )
        return comments

    def _post_comment(self, form: Mapping[str, str]) -> PlatformResponse:
        parent, text = self.resources.get(form.get("thing_id", "")), form.get("text", "")
        if form.get("api_type") != "json":
            return PlatformResponse(200, {"jquery": [], "success": False})
        if self._wait_seconds is not None:
            seconds, self._wait_seconds = self._wait_seconds, None
            message = (
                "Looks like you've been doing that a lot. Take a break for 9 minutes before trying "
                "again."
            )
            return PlatformResponse(
                200,
                {"json": {"ratelimit": seconds, "errors": [["RATELIMIT", message, "ratelimit"]]}},
            )
        if not text.strip():
            return self._error("NO_TEXT", "we need something here", "text")
        if len(text) > self.MAX_LENGTH:
            return self._error("TOO_LONG", f"this is too long (max: {self.MAX_LENGTH})", "text")
        if parent is None:
            return self._error("DELETED_COMMENT", "that comment has been deleted", "parent")
        if parent.get("locked"):
            return self._error("THREAD_LOCKED", "Comments are locked.", "parent")
        name = f"t1_{self._base36(next(self._numbers))}"
        link = str(parent.get("link_id", parent["name"]))
        created_at = float(int(self.clock().timestamp()))
        comment = {
            "author": self.accepted_credentials["username"],
            "body": text.strip(),
            "created_utc": created_at,
            "link_id": link,
        }
        self.set_resource(name, {**comment, "parent_id": parent["name"]})
        self.record_reply(
            name, self._thread(str(parent["name"])), str(parent["name"]), text, public=True
        )
        return PlatformResponse(
            200, {"json": {"errors": [], "data": {"things": [self._render(name)]}}}
        )

    def _thread(self, name: str) -> str:
        """The conversation as onlookers see it.

        That is a top-level comment with everything below it, or the submission with our replies.
        """
        thing = self.resources[name]
        while str(thing.get("parent_id", "")).startswith("t1_"):
            thing = self.resources[thing["parent_id"]]
        is_own_reply = (
            thing["author"] == self.accepted_credentials["username"] and "parent_id" in thing
        )
        return str(thing["parent_id"] if is_own_reply else thing["name"])

    def _render(
        self,
        name: str,
        hidden_fields: Iterable[str] = ("mention",),
        extra_fields: Mapping[str, object] | None = None,
    ) -> Json:
        thing = {
            field: value
            for field, value in self.resources[name].items()
            if field not in hidden_fields
        }
        return {"kind": name[:2], "data": {**thing, **(extra_fields or {})}}

    @staticmethod
    def _listing_json(children: list[Json], after: str | None = None) -> Json:
        return {
            "kind": "Listing",
            "data": {
                "after": after,
                "before": None,
                "dist": len(children),
                "modhash": None,
                "children": children,
            },
        }

    @staticmethod
    def _error(code: str, message: str, field: str) -> PlatformResponse:
        return PlatformResponse(200, {"json": {"errors": [[code, message, field]]}})

    @staticmethod
    def _base36(number: int) -> str:
        digits = ""
        while number:
            number, digit = divmod(number, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        return digits


def _escaped(response: PlatformResponse) -> PlatformResponse:
    return replace(response, body=_escape(response.body))


def _escape(value: object) -> object:
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, list):
        return [_escape(entry) for entry in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _escape(entry) for name, entry in cast("dict[str, object]", value).items()}
    return value


PLATFORM = SimulatedReddit
