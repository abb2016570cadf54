"""Discourse's API, simulated.

Sources: github.com/discourse/discourse_api_docs (openapi.json); for refusals lib/post_creator.rb,
lib/validators/post_validator.rb and app/models/post.rb of discourse/discourse.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final, cast

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform

_API_FIELDS: Final = [
    "id",
    "post_number",
    "reply_to_post_number",
    "username",
    "name",
    "user_id",
    "raw",
    "created_at",
    "updated_at",
    "version",
    "deleted_at",
]


class SimulatedDiscourse(SimulatedPlatform):
    """Topics with posts. A reply is a post.

    The site refuses short posts, and repeated posts by people who are not staff. Its settings are
    Discourse's defaults: `min_post_length` 20, `unique_posts_mins` 5. A topic's resource is
    `{"title": …, "posts": [{"id", "post_number", "username", "raw", "created_at", …}]}`; posts are
    merged by id.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "d15c0" * 12 + "demo",
        "api_username": "heard",
    }
    settings: ClassVar[Mapping[str, str]] = {"base_url": "{url}", "api_username": "heard"}
    CHUNK: Final = 20
    MAX_LENGTH: Final = 32_000
    DUPLICATE_WINDOW: Final = timedelta(minutes=5)
    min_length = 20

    def start(self) -> None:
        self._recent_hashes: dict[str, datetime] = {}
        self._ids = count(900_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The topic of a post, with the post."""
        if "post" in fields:
            post: Json = fields["post"]
            api_post = {name: post[name] for name in _API_FIELDS if name in post}
            yield KnownResource(
                str(post["topic_id"]), {"title": post.get("topic_title", ""), "posts": [api_post]}
            )

    def operation(self, request: PlatformRequest) -> Operation | None:
        raw = request.query_value("include_raw") in {"1", "true"}
        match [request.method, *request.path.removesuffix(".json").strip("/").split("/")]:
            case ["POST", "posts"]:
                payload = request.json() or request.form()
                topic = str(payload.get("topic_id"))
                parent_id = self._parent_post_id(topic, payload.get("reply_to_post_number"))
                return self.reply(request, lambda: self._create(payload), topic, parent_id)
            case ["GET", "posts", post]:
                return self.read(request, lambda: self._show_post(post), post)
            case ["GET", "t", topic]:
                return self.read(request, lambda: self._show_topic(topic, 1, raw=raw), topic)
            case ["GET", "t", topic, "posts"]:
                post_ids = request.query.get("post_ids[]", [])
                return self.read(request, lambda: self._show_posts(topic, post_ids, raw=raw), topic)
            case ["GET", "t", topic, near] if topic.isdecimal() and near.isdecimal():
                number = int(near)
                return self.read(request, lambda: self._show_topic(topic, number, raw=raw), topic)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._unprocessable("The body contains a word that is not allowed here.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        body = {
            "errors": [
                f"You’ve performed this action too many times. Please wait {seconds} seconds "
                "before trying again."
            ],
            "error_type": "rate_limit",
            "extras": {"wait_seconds": seconds},
        }
        return PlatformResponse(429, body, {"Retry-After": str(seconds)})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        posts: dict[int, Json] = dict(previous.get("posts", {}))
        for post in cast("Iterable[Json]", resource.get("posts", [])):
            number = int(post["id"])
            posts[number] = posts.get(number, {}) | post
        title = resource.get("title") or previous.get("title", "")
        return {"title": title, "posts": posts}

    def reset(self) -> None:
        super().reset()
        self._recent_hashes.clear()

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        for name in ("api_key", "api_username"):
            if request.headers.get(name.replace("_", "-")) != self.accepted_credentials[name]:
                message = "You are not permitted to view the requested resource."
                return PlatformResponse(403, {"errors": [message], "error_type": "invalid_access"})
        return None

    def _parent_post_id(self, topic: str, number: object) -> str:
        """The id of the post that a reply answers: with that number, else the topic's first."""
        posts = self._posts(topic) or []
        ids_by_number = {str(post["post_number"]): str(post["id"]) for post in posts}
        return ids_by_number.get(str(number)) or next(iter(ids_by_number.values()), "")

    def _posts(self, topic: str) -> list[Json] | None:
        record = self.resources.get(topic)
        if record is None:
            return None
        return sorted(record["posts"].values(), key=lambda post: int(post["post_number"]))

    def _create(self, payload: Json) -> PlatformResponse:
        topic = str(payload.get("topic_id"))
        posts = self._posts(topic)
        if posts is None:
            # PostCreator reports an unknown topic as a validation error, not as 404.
            return self._unprocessable(
                "Something has gone wrong. Perhaps this topic was closed or deleted while you were "
                "looking at it?"
            )
        raw = str(payload.get("raw") or "").rstrip()
        if not raw:
            return self._unprocessable("Body can't be blank")
        if len(raw.strip()) < self.min_length:
            return self._unprocessable(
                f"Body is too short (minimum is {self.min_length} characters)"
            )
        if len(raw) > self.MAX_LENGTH:
            return self._unprocessable(
                f"Body is limited to {self.MAX_LENGTH} characters; you entered {len(raw)}."
            )
        # Post#raw_hash ignores whitespace, case and the topic.
        text_hash = hashlib.sha256("".join(raw.split()).lower().encode()).hexdigest()
        now = self.clock()
        if (
            text_hash in self._recent_hashes
            and now - self._recent_hashes[text_hash] < self.DUPLICATE_WINDOW
        ):
            return self._unprocessable("Body is too similar to what you recently posted")
        self._recent_hashes[text_hash] = now
        post: Json = {
            "id": next(self._ids),
            "username": self.accepted_credentials["api_username"],
            "raw": raw,
            "created_at": iso_millis(now),
            "post_number": max((int(post["post_number"]) for post in posts), default=0) + 1,
            "reply_to_post_number": payload.get("reply_to_post_number"),
        }
        parent_id = self._parent_post_id(topic, payload.get("reply_to_post_number"))
        self.resources[topic]["posts"][post["id"]] = post
        self.record_reply(str(post["id"]), topic, parent_id, raw, public=True)
        return PlatformResponse(200, self._render(topic, post, raw=True))

    def _show_post(self, post_id: str) -> PlatformResponse:
        for topic, record in self.resources.items():
            post = record["posts"].get(int(post_id)) if post_id.isdecimal() else None
            if post is not None and not post.get("deleted_at"):
                return PlatformResponse(200, self._render(topic, post, raw=True))
        return self._not_found()

    def _show_topic(self, topic: str, near: int, *, raw: bool) -> PlatformResponse:
        posts = [post for post in self._posts(topic) or [] if not post.get("deleted_at")]
        if not posts:
            return self._not_found()
        # TopicView shows a chunk around the requested post, or else the topic's beginning.
        position = next(
            (index for index, post in enumerate(posts) if int(post["post_number"]) >= near),
            len(posts) - 1,
        )
        start = max(0, min(position - self.CHUNK // 4, len(posts) - self.CHUNK))
        chunk = posts[start : start + self.CHUNK]
        return PlatformResponse(
            200,
            {
                "id": int(topic),
                "title": self.resources[topic]["title"],
                "posts_count": len(posts),
                "highest_post_number": int(posts[-1]["post_number"]),
                "chunk_size": self.CHUNK,
                "post_stream": {
                    "posts": [self._render(topic, post, raw=raw) for post in chunk],
                    "stream": [post["id"] for post in posts],
                },
            },
        )

    def _show_posts(self, topic: str, post_ids: list[str], *, raw: bool) -> PlatformResponse:
        posts = self._posts(topic)
        if posts is None:
            return self._not_found()
        selected_posts = [
            post for post in posts if str(post["id"]) in post_ids and not post.get("deleted_at")
        ]
        return PlatformResponse(
            200,
            {
                "id": int(topic),
                "post_stream": {
                    "posts": [self._render(topic, post, raw=raw) for post in selected_posts]
                },
            },
        )

    def _render(self, topic: str, post: Json, *, raw: bool) -> Json:
        paragraphs = str(post.get("raw", "")).split("\n\n")
        fields: Json = {
            "name": None,
            "created_at": None,
            "updated_at": post.get("created_at"),
            "cooked": "\n".join(
                f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs
            ),
            "post_type": 1,
            "reply_to_post_number": None,
            "topic_id": int(topic),
            "topic_slug": f"topic-{topic}",
            "version": 1,
            "deleted_at": None,
            **post,
        }
        if not raw:
            fields.pop("raw", None)
        return fields

    def _not_found(self) -> PlatformResponse:
        return PlatformResponse(
            404,
            {
                "errors": ["The requested URL or resource could not be found."],
                "error_type": "not_found",
            },
        )

    def _unprocessable(self, message: str) -> PlatformResponse:
        return PlatformResponse(422, {"action": "create_post", "errors": [message]})


PLATFORM = SimulatedDiscourse
