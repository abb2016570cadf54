"""X's API, played: posts, an account's timeline and mentions, behind OAuth 1.0a.

Sources: github.com/xdevplatform/docs (openapi.json; x-api/posts/manage-tweets/integrate.mdx for who
may be answered; x-api/fundamentals/rate-limits.mdx, response-codes-and-errors.mdx, edit-posts.mdx),
RFC 5849, sections 3.4 and 3.5.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final, cast
from urllib.parse import quote, unquote

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, zulu


class X(Platform):
    """Posts by id, with their edits. A post's resource is what the API shows, and `user`.

    `{"name", "username"}`.

    Played for a self-serve customer: only who mentioned the account, or quoted it, can be answered.
    X shows a reply with the name of whom it answers in front, addresses as t.co, and &, < and >
    escaped. Not documented, and decided so: too long a text is 400; the same text within a day is a
    duplicate.
    """

    USER: Final = "1111111111111111111"  # as in the examples of X's documentation
    NAME: Final = "harbourkitchen"
    LIMIT: Final = 280
    LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    SIGNED_WITHIN: Final = timedelta(minutes=5)

    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "demoConsumerKey",
        "api_secret": "demoConsumerSecretThatIsNone",
        "access_token": f"{USER}-demoAccessToken",
        "access_token_secret": "demoAccessTokenSecret",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "user_id": USER}

    def start(self) -> None:
        self._posts: dict[str, Json] = {}
        self._ids = count(2_199_000_000_000_000_001)

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
        """The post of an event."""
        data: Json = fields.get("data", {})
        if str(data.get("event_type", "")).endswith(".create"):
            post: Json = data["payload"]
            users: list[Json] = data["includes"].get("users", [])
            named = [
                {"name": each["name"], "username": each["username"]}
                for each in users
                if each["id"] == post["author_id"]
            ]
            yield Known(
                post["edit_history_tweet_ids"][0], {**post, "user": named[0] if named else {}}
            )

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.strip("/").split("/"):
            case ["2", "tweets"] if ask.method == "POST":
                wanted = ask.json()
                answered = str(wanted.get("reply", {}).get("in_reply_to_tweet_id", ""))
                return Operation(
                    Calls.REPLY,
                    frozenset({answered}),
                    lambda: self._signed_in(ask, lambda: self._post(wanted, answered)),
                )
            case ["2", "tweets", post] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({post}),
                    lambda: self._signed_in(ask, lambda: self._show(post)),
                )
            case ["2", "users", self.USER, "tweets"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset(),
                    lambda: self._signed_in(ask, lambda: self._list(ask, self._ours)),
                )
            case ["2", "users", self.USER, "mentions"] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset(),
                    lambda: self._signed_in(ask, lambda: self._list(ask, self._mentions)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        told = "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post."
        return self._problem(403, "Forbidden", told)

    def rate_limit(self, seconds: int) -> Answer:
        answer = self._problem(429, "Too Many Requests", "Too Many Requests")
        reset = int(self.clock().timestamp()) + seconds
        return Answer(
            429,
            answer.body,
            {
                "x-rate-limit-limit": "100",
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": str(reset),
            },
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._posts.pop(native_id, None)
        else:
            self._posts[native_id] = dict(resource)

    def reset(self) -> None:
        self._posts.clear()

    # OAuth 1.0a (RFC 5849)

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        scheme, _, parameters = ask.headers.get("authorization", "").partition(" ")
        given = {
            unquote(name): unquote(value)
            for name, value in re.findall(r'([^\s,=]+)="([^"]*)"', parameters)
        }
        signature, stamp = given.pop("oauth_signature", ""), given.get("oauth_timestamp", "0")
        known = (self.accepts["api_key"], self.accepts["access_token"], "HMAC-SHA1", True)
        told = (
            given.get("oauth_consumer_key"),
            given.get("oauth_token"),
            given.get("oauth_signature_method"),
            bool(given.get("oauth_nonce")),
        )
        late = abs(self.clock().timestamp() - int(stamp)) > self.SIGNED_WITHIN.total_seconds()
        if (
            scheme != "OAuth"
            or told != known
            or late
            or not hmac.compare_digest(signature, self._signature(ask, given))
        ):
            return self._problem(401, "Unauthorized", "Unauthorized")
        return run()

    def _signature(self, ask: Ask, given: Mapping[str, str]) -> str:
        pairs = [
            *given.items(),
            *((name, value) for name, values in ask.query.items() for value in values),
        ]
        normal = "&".join(
            sorted(f"{self._escaped(name)}={self._escaped(value)}" for name, value in pairs)
        )
        base = "&".join(self._escaped(part) for part in (ask.method, self.url() + ask.path, normal))
        key = f"{self._escaped(self.accepts['api_secret'])}&{self._escaped(self.accepts['access_token_secret'])}"
        return base64.b64encode(
            hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        ).decode()

    @staticmethod
    def _escaped(text: str) -> str:
        return quote(text, safe="-._~")

    # Posts

    def _show(self, post: str) -> Answer:
        for known in self._posts.values():
            if post in known["edit_history_tweet_ids"]:
                return Answer(
                    200, {"data": self._shown(known), "includes": {"users": [self._author(known)]}}
                )
        missing = {
            "value": post,
            "detail": f"Could not find tweet with id: [{post}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "id",
            "resource_id": post,
            "type": "https://api.x.com/2/problems/resource-not-found",
        }
        return Answer(200, {"errors": [missing]})

    def _ours(self, post: Json) -> bool:
        return post["author_id"] == self.USER

    def _mentions(self, post: Json) -> bool:
        mentioned = {
            each.get("id")
            for each in cast("list[Json]", post.get("entities", {}).get("mentions", []))
        }
        return not self._ours(post) and self.USER in mentioned

    def _list(self, ask: Ask, wanted: Callable[[Json], bool]) -> Answer:
        found = sorted(
            (post for post in self._posts.values() if wanted(post)),
            key=lambda post: int(post["id"]),
            reverse=True,
        )
        start, size = int(ask.asked("pagination_token") or 0), int(ask.asked("max_results") or 10)
        shown, end = found[start : start + size], start + size
        meta: Json = {
            "result_count": len(shown),
            **({"next_token": str(end)} if end < len(found) else {}),
        }
        if not shown:
            return Answer(200, {"meta": meta})
        users = {post["author_id"]: self._author(post) for post in shown}
        return Answer(
            200,
            {
                "data": [self._shown(post) for post in shown],
                "includes": {"users": list(users.values())},
                "meta": meta,
            },
        )

    def _post(self, wanted: Json, answered: str) -> Answer:
        text = wanted.get("text")
        if not isinstance(text, str) or not text.strip() or self._weight(text) > self.LIMIT:
            return self._problem(400, "Bad Request", "The text of your post is empty or too long.")
        original = next(
            (post for post in self._posts.values() if answered in post["edit_history_tweet_ids"]),
            None,
        )
        if original is None:
            return self._problem(
                403,
                "Forbidden",
                "You attempted to reply to a Tweet that is deleted or not visible to you.",
            )
        if not (self._mentions(original) or self._quotes(original)):
            return self.rejection()
        if any(post.get("raw") == text for post in self._posts.values()):
            return self._problem(
                403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."
            )
        native_id, customer, first = (
            str(next(self._ids)),
            original["author_id"],
            original["edit_history_tweet_ids"][0],
        )
        name = original.get("user", {}).get("username", "customer")
        self._posts[native_id] = {
            "id": native_id,
            "text": f"@{name} "
            + re.sub(r"https?://\S+", "https://t.co/demo000000", html.escape(text, quote=False)),
            "raw": text,
            "author_id": self.USER,
            "conversation_id": original["conversation_id"],
            "created_at": zulu(self.clock()),
            "edit_history_tweet_ids": [native_id],
            "in_reply_to_user_id": customer,
            "referenced_tweets": [{"type": "replied_to", "id": answered}],
            "user": {"name": "Harbour Kitchen", "username": self.NAME},
        }
        self.took(native_id, f"{original['conversation_id']}:{customer}", first, text, public=True)
        return Answer(
            201, {"data": {"id": native_id, "text": text, "edit_history_tweet_ids": [native_id]}}
        )

    @staticmethod
    def _quotes(post: Json) -> bool:
        return any(
            each["type"] == "quoted"
            for each in cast("list[Json]", post.get("referenced_tweets", []))
        )

    def _weight(self, text: str) -> int:
        words, addresses = re.subn(r"https?://\S+", "", text)
        return 23 * addresses + sum(
            1 if any(first <= ord(each) <= last for first, last in self.LIGHT) else 2
            for each in words
        )

    @staticmethod
    def _shown(post: Json) -> Json:
        # `in_reply_to_tweet_id` is in events only; the API has it among `referenced_tweets`.
        return {
            name: value
            for name, value in post.items()
            if name not in {"user", "raw", "in_reply_to_tweet_id"}
        }

    @staticmethod
    def _author(post: Json) -> Json:
        return {"id": post["author_id"], **post.get("user", {})}

    @staticmethod
    def _problem(status: int, title: str, detail: str) -> Answer:
        return Answer(
            status, {"title": title, "detail": detail, "type": "about:blank", "status": status}
        )


PLATFORM = X
