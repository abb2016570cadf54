"""Reddit's API, played.

Reddit.com/dev/api, and the wiki (OAuth2) and r2/r2/lib of github.com/reddit-archive/reddit.

For refusals: r2/r2/lib/errors.py and r2/r2/controllers/validator/validator.py of the same
repository.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import ClassVar, Final, cast

from heard_simulator.server import Answer, Ask, Calls, Json, Operation, Platform


class Reddit(Platform):
    """One subreddit, and comments elsewhere that name the account.

    A resource is the `data` of a thing, its id the fullname. `"mention": true` puts it among the
    account's mentions, `"locked": true` lets nobody answer it, and `"more": true` folds away the
    answers to it.
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
    TOKEN_LIFE: Final = 3_600

    def start(self) -> None:
        self._tokens: set[str] = set()
        self._things: dict[str, Json] = {}
        self._numbers = count(36**6)
        self._waiting: float | None = None

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path.strip("/").split("/"):
            case "POST", ["api", "v1", "access_token"]:
                return Operation(Calls.SIGN_IN, frozenset(), lambda: self._sign_in(ask))
            case "GET", ["r", subreddit, "new" | "comments" as kind]:
                wanted = "t3_" if kind == "new" else "t1_"
                return Operation(
                    Calls.LOOK,
                    frozenset(),
                    lambda: self._signed_in(ask, lambda: self._subreddit(ask, subreddit, wanted)),
                )
            case "GET", ["message", "mentions"]:
                return Operation(
                    Calls.LOOK,
                    frozenset(),
                    lambda: self._signed_in(ask, lambda: self._mentions(ask)),
                )
            case "GET", ["api", "info"]:
                names = (ask.asked("id") or "").split(",")
                return Operation(
                    Calls.LOOK,
                    frozenset(names),
                    lambda: self._signed_in(ask, lambda: self._info(names)),
                )
            case "GET", ["comments", link]:
                about = frozenset({f"t3_{link}", f"t1_{ask.asked('comment')}"})
                return Operation(
                    Calls.LOOK,
                    about,
                    lambda: self._signed_in(ask, lambda: self._page(ask, f"t3_{link}")),
                )
            case "POST", ["api", "comment"]:
                about = frozenset({ask.form().get("thing_id", "")})
                return Operation(
                    Calls.REPLY,
                    about,
                    lambda: self._signed_in(ask, lambda: self._comment(ask.form())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._errors("THREAD_LOCKED", "Comments are locked.", "parent")

    def rate_limit(self, seconds: int) -> Answer:
        headers = {
            "X-Ratelimit-Used": "1000",
            "X-Ratelimit-Remaining": "0.0",
            "X-Ratelimit-Reset": str(seconds),
        }
        return Answer(429, {"message": "Too Many Requests", "error": 429}, headers)

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._things.pop(native_id, None)
            return
        if not native_id.startswith(("t1_", "t3_")):
            raise KeyError(native_id)
        self._things[native_id] = {
            "subreddit": self.SUBREDDIT,
            "edited": False,
            "author_fullname": f"t2_{resource['author'].lower().replace('_', '')}",
            "permalink": f"/r/{self.SUBREDDIT}/comments/{native_id[3:]}/",
            **resource,
            "id": native_id[3:],
            "name": native_id,
        }

    def reset(self) -> None:
        self._things.clear()
        self._waiting = None

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def wait(self, seconds: float) -> None:
        """Answer the next comment that the account has to wait.

        A limit of its own, told in a 200.
        """
        self._waiting = seconds

    def _sign_in(self, ask: Ask) -> Answer:
        if "/u/" not in ask.headers.get("user-agent", ""):
            return self.rate_limit(600)
        if ask.basic() != (self.accepts["client_id"], self.accepts["client_secret"]):
            return Answer(401, {"message": "Unauthorized", "error": 401})
        wanted = ask.form()
        by_password = {
            "grant_type": "password",
            "username": self.accepts["username"],
            "password": self.accepts["password"],
        }
        by_refresh = {
            "grant_type": "refresh_token",
            "refresh_token": self.accepts.get("refresh_token", ""),
        }
        if wanted not in (by_password, by_refresh):
            return Answer(200, {"error": "invalid_grant"})
        token = f"reddit-{secrets.token_urlsafe(24)}"
        self._tokens.add(token)
        return Answer(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": self.TOKEN_LIFE,
                "scope": "*",
            },
        )

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if "/u/" not in ask.headers.get("user-agent", ""):
            return self.rate_limit(600)
        if self.bearer(ask) not in self._tokens:
            return Answer(401, {"message": "Unauthorized", "error": 401})
        answer = run()
        # Without raw_json=1 every text comes with &, < and > escaped, as in 2008.
        return (
            answer
            if "1" in (ask.asked("raw_json"), ask.form().get("raw_json"))
            else replace(answer, body=_escaped(answer.body))
        )

    def _subreddit(self, ask: Ask, subreddit: str, kind: str) -> Answer:
        if subreddit != self.SUBREDDIT:
            return Answer(404, {"reason": "banned", "message": "Not Found", "error": 404})
        return self._listing(
            ask,
            [
                name
                for name, thing in self._things.items()
                if name.startswith(kind) and not thing.get("mention")
            ],
        )

    def _mentions(self, ask: Ask) -> Answer:
        # As messages are shown: without the submission's id and the time of an edit.
        hidden = {"edited", "link_id", "mention", "permalink"}
        names = [name for name, thing in self._things.items() if thing.get("mention")]
        return self._listing(
            ask, names, hidden, {"was_comment": True, "subject": "username mention", "new": True}
        )

    def _listing(
        self,
        ask: Ask,
        names: list[str],
        hidden: Iterable[str] = ("mention",),
        more: Mapping[str, object] | None = None,
    ) -> Answer:
        ordered = sorted(
            names, key=lambda name: float(self._things[name]["created_utc"]), reverse=True
        )
        after, limit = ask.asked("after"), min(int(ask.asked("limit") or 25), 100)
        start = ordered.index(after) + 1 if after in ordered else 0
        page = ordered[start : start + limit]
        children = [self._shown(name, hidden, more) for name in page]
        return Answer(
            200, self._listed(children, page[-1] if len(ordered) > start + limit else None)
        )

    def _info(self, names: list[str]) -> Answer:
        return Answer(
            200, self._listed([self._shown(name) for name in names if name in self._things])
        )

    def _page(self, ask: Ask, link: str) -> Answer:
        if link not in self._things:
            return Answer(404, {"message": "Not Found", "error": 404})
        focus = f"t1_{ask.asked('comment')}" if ask.asked("comment") else link
        below = self._answers(focus, int(ask.asked("depth") or 10) - (1 if focus != link else 0))
        if focus != link:
            shown = self._shown(focus) if focus in self._things else None
            below = (
                [{**shown, "data": {**shown["data"], "replies": self._listed(below)}}]
                if shown
                else []
            )
        return Answer(200, [self._listed([self._shown(link)]), self._listed(below)])

    def _answers(self, parent: str, depth: int) -> list[Json]:
        if self._things.get(parent, {}).get("more"):
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
        found: list[Json] = []
        for name in [
            name for name, thing in self._things.items() if thing.get("parent_id") == parent
        ]:
            shown = self._shown(name)
            deeper = self._answers(name, depth - 1) if depth > 1 else []
            found.append(
                {
                    **shown,
                    "data": {**shown["data"], "replies": self._listed(deeper) if deeper else ""},
                }
            )
        return found

    def _comment(self, form: Mapping[str, str]) -> Answer:
        parent, text = self._things.get(form.get("thing_id", "")), form.get("text", "")
        if form.get("api_type") != "json":
            return Answer(200, {"jquery": [], "success": False})
        if self._waiting is not None:
            seconds, self._waiting = self._waiting, None
            told = "Looks like you've been doing that a lot. Take a break for 9 minutes before trying again."
            return Answer(
                200, {"json": {"ratelimit": seconds, "errors": [["RATELIMIT", told, "ratelimit"]]}}
            )
        if not text.strip():
            return self._errors("NO_TEXT", "we need something here", "text")
        if len(text) > self.MAX_LENGTH:
            return self._errors("TOO_LONG", f"this is too long (max: {self.MAX_LENGTH})", "text")
        if parent is None:
            return self._errors("DELETED_COMMENT", "that comment has been deleted", "parent")
        if parent.get("locked"):
            return self._errors("THREAD_LOCKED", "Comments are locked.", "parent")
        name = f"t1_{self._base36(next(self._numbers))}"
        link = str(parent.get("link_id", parent["name"]))
        created = float(int(self.clock().timestamp()))
        comment = {
            "author": self.accepts["username"],
            "body": text.strip(),
            "created_utc": created,
            "link_id": link,
        }
        self.knows(name, {**comment, "parent_id": parent["name"]})
        self.took(name, self._thread(str(parent["name"])), str(parent["name"]), text, public=True)
        return Answer(200, {"json": {"errors": [], "data": {"things": [self._shown(name)]}}})

    def _thread(self, name: str) -> str:
        """The conversation as onlookers see it.

        A top-level comment with what is beneath, or the submission with our answers to it.
        """
        thing = self._things[name]
        while str(thing.get("parent_id", "")).startswith("t1_"):
            thing = self._things[thing["parent_id"]]
        ours = thing["author"] == self.accepts["username"] and "parent_id" in thing
        return str(thing["parent_id"] if ours else thing["name"])

    def _shown(
        self,
        name: str,
        hidden: Iterable[str] = ("mention",),
        more: Mapping[str, object] | None = None,
    ) -> Json:
        thing = {field: value for field, value in self._things[name].items() if field not in hidden}
        return {"kind": name[:2], "data": {**thing, **(more or {})}}

    @staticmethod
    def _listed(children: list[Json], after: str | None = None) -> Json:
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
    def _errors(code: str, words: str, field: str) -> Answer:
        return Answer(200, {"json": {"errors": [[code, words, field]]}})

    @staticmethod
    def _base36(number: int) -> str:
        digits = ""
        while number:
            number, digit = divmod(number, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        return digits


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, list):
        return [_escaped(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _escaped(each) for name, each in cast("dict[str, object]", value).items()}
    return value


PLATFORM = Reddit
