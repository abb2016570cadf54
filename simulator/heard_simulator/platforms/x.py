"""X's API, simulated: posts, an account's timeline and mentions, with OAuth 1.0a.

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
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final, cast
from urllib.parse import quote, unquote

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedX(SimulatedPlatform):
    """Posts by id, with their edits.

    A post's resource is what the API shows, and `user`: `{"name", "username"}`. The account is a
    self-serve customer: it can only answer posts that mention or quote it. X shows a reply with the
    author's name in front, web addresses as t.co, and &, < and > escaped. Assumptions, which the
    documents do not settle: a text that is too long is 400; the same text again is a duplicate.
    """

    USER_ID: Final = "1111111111111111111"  # as in the examples of X's documentation
    USERNAME: Final = "harbourkitchen"
    LIMIT: Final = 280
    SINGLE_WEIGHT_RANGES: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    MAX_CLOCK_SKEW: Final = timedelta(minutes=5)

    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "demoConsumerKey",
        "api_secret": "demoConsumerSecretThatIsNone",
        "access_token": f"{USER_ID}-demoAccessToken",
        "access_token_secret": "demoAccessTokenSecret",
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}", "user_id": USER_ID}

    def start(self) -> None:
        self._ids = count(2_199_000_000_000_000_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The post of an event."""
        data: Json = fields.get("data", {})
        if str(data.get("event_type", "")).endswith(".create"):
            post: Json = data["payload"]
            users: list[Json] = data["includes"].get("users", [])
            author_users = [
                {"name": user["name"], "username": user["username"]}
                for user in users
                if user["id"] == post["author_id"]
            ]
            yield KnownResource(
                post["edit_history_tweet_ids"][0],
                {**post, "user": author_users[0] if author_users else {}},
            )

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path_parts:
            case ["2", "tweets"] if request.method == "POST":
                payload = request.json()
                parent_id = str(payload.get("reply", {}).get("in_reply_to_tweet_id", ""))
                return self.reply(request, lambda: self._post(payload, parent_id), parent_id)
            case ["2", "tweets", post] if request.method == "GET":
                return self.read(request, lambda: self._show(post), post)
            case ["2", "users", self.USER_ID, "tweets"] if request.method == "GET":
                return self.read(request, lambda: self._list(request, self._is_own))
            case ["2", "users", self.USER_ID, "mentions"] if request.method == "GET":
                return self.read(request, lambda: self._list(request, self._mentions_account))
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        message = (
            "Reply to this conversation is not allowed because you have not been mentioned or "
            "otherwise engaged by the author of the post."
        )
        return self._problem(403, "Forbidden", message)

    def rate_limit(self, seconds: int) -> PlatformResponse:
        response = self._problem(429, "Too Many Requests", "Too Many Requests")
        reset = int(self.clock().timestamp()) + seconds
        headers = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(reset),
        }
        return replace(response, headers=headers)

    # OAuth 1.0a (RFC 5849)

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        scheme, _, parameters = request.headers.get("authorization", "").partition(" ")
        oauth_parameters = {
            unquote(name): unquote(value)
            for name, value in re.findall(r'([^\s,=]+)="([^"]*)"', parameters)
        }
        signature = oauth_parameters.pop("oauth_signature", "")
        timestamp = oauth_parameters.get("oauth_timestamp", "0")
        expected = (
            self.accepted_credentials["api_key"],
            self.accepted_credentials["access_token"],
            "HMAC-SHA1",
            True,
        )
        actual = (
            oauth_parameters.get("oauth_consumer_key"),
            oauth_parameters.get("oauth_token"),
            oauth_parameters.get("oauth_signature_method"),
            bool(oauth_parameters.get("oauth_nonce")),
        )
        is_stale = (
            abs(self.clock().timestamp() - int(timestamp)) > self.MAX_CLOCK_SKEW.total_seconds()
        )
        if (
            scheme != "OAuth"
            or actual != expected
            or is_stale
            or not hmac.compare_digest(signature, self._signature(request, oauth_parameters))
        ):
            return self._problem(401, "Unauthorized", "Unauthorized")
        return None

    def _signature(self, request: PlatformRequest, oauth_parameters: Mapping[str, str]) -> str:
        pairs = [
            *oauth_parameters.items(),
            *((name, value) for name, values in request.query.items() for value in values),
        ]
        normalized = "&".join(
            sorted(f"{self._escape(name)}={self._escape(value)}" for name, value in pairs)
        )
        base = "&".join(
            self._escape(part) for part in (request.method, self.url() + request.path, normalized)
        )
        names = ("api_secret", "access_token_secret")
        key = "&".join(self._escape(self.accepted_credentials[name]) for name in names)
        return base64.b64encode(
            hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        ).decode()

    @staticmethod
    def _escape(text: str) -> str:
        return quote(text, safe="-._~")

    # Posts

    def _show(self, post: str) -> PlatformResponse:
        for record in self.resources.values():
            if post in record["edit_history_tweet_ids"]:
                return PlatformResponse(
                    200,
                    {"data": self._render(record), "includes": {"users": [self._author(record)]}},
                )
        error = {
            "value": post,
            "detail": f"Could not find tweet with id: [{post}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "id",
            "resource_id": post,
            "type": "https://api.x.com/2/problems/resource-not-found",
        }
        return PlatformResponse(200, {"errors": [error]})

    def _is_own(self, post: Json) -> bool:
        return post["author_id"] == self.USER_ID

    def _mentions_account(self, post: Json) -> bool:
        mentioned_ids = {
            mention.get("id")
            for mention in cast("list[Json]", post.get("entities", {}).get("mentions", []))
        }
        return not self._is_own(post) and self.USER_ID in mentioned_ids

    def _list(self, request: PlatformRequest, matches: Callable[[Json], bool]) -> PlatformResponse:
        matching_posts = sorted(
            (post for post in self.resources.values() if matches(post)),
            key=lambda post: int(post["id"]),
            reverse=True,
        )
        start, size = (
            request.query_number("pagination_token", 0),
            request.query_number("max_results", 10),
        )
        posts, end = matching_posts[start : start + size], start + size
        meta: Json = {
            "result_count": len(posts),
            **({"next_token": str(end)} if end < len(matching_posts) else {}),
        }
        if not posts:
            return PlatformResponse(200, {"meta": meta})
        users = {post["author_id"]: self._author(post) for post in posts}
        return PlatformResponse(
            200,
            {
                "data": [self._render(post) for post in posts],
                "includes": {"users": list(users.values())},
                "meta": meta,
            },
        )

    def _post(self, payload: Json, parent_id: str) -> PlatformResponse:
        text = payload.get("text")
        if not isinstance(text, str) or not text.strip() or self._weight(text) > self.LIMIT:
            return self._problem(400, "Bad Request", "The text of your post is empty or too long.")
        original = next(
            (
                post
                for post in self.resources.values()
                if parent_id in post["edit_history_tweet_ids"]
            ),
            None,
        )
        if original is None:
            return self._problem(
                403,
                "Forbidden",
                "You attempted to reply to a Tweet that is deleted or not visible to you.",
            )
        if not (self._mentions_account(original) or self._is_quote(original)):
            return self.rejection()
        if any(post.get("raw") == text for post in self.resources.values()):
            return self._problem(
                403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."
            )
        native_id, customer, first_id = (
            str(next(self._ids)),
            original["author_id"],
            original["edit_history_tweet_ids"][0],
        )
        name = original.get("user", {}).get("username", "customer")
        self.resources[native_id] = {
            "id": native_id,
            "text": f"@{name} "
            + re.sub(r"https?://\S+", "https://t.co/demo000000", html.escape(text, quote=False)),
            "raw": text,
            "author_id": self.USER_ID,
            "conversation_id": original["conversation_id"],
            "created_at": iso_millis(self.clock()),
            "edit_history_tweet_ids": [native_id],
            "in_reply_to_user_id": customer,
            "referenced_tweets": [{"type": "replied_to", "id": parent_id}],
            "user": {"name": "Harbour Kitchen", "username": self.USERNAME},
        }
        self.record_reply(
            native_id, f"{original['conversation_id']}:{customer}", first_id, text, public=True
        )
        return PlatformResponse(
            201, {"data": {"id": native_id, "text": text, "edit_history_tweet_ids": [native_id]}}
        )

    @staticmethod
    def _is_quote(post: Json) -> bool:
        return any(
            reference["type"] == "quoted"
            for reference in cast("list[Json]", post.get("referenced_tweets", []))
        )

    def _weight(self, text: str) -> int:
        rest, addresses = re.subn(r"https?://\S+", "", text)
        return 23 * addresses + sum(
            1
            if any(first <= ord(character) <= last for first, last in self.SINGLE_WEIGHT_RANGES)
            else 2
            for character in rest
        )

    @staticmethod
    def _render(post: Json) -> Json:
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
    def _problem(status: int, title: str, detail: str) -> PlatformResponse:
        return PlatformResponse(
            status, {"title": title, "detail": detail, "type": "about:blank", "status": status}
        )


PLATFORM = SimulatedX
