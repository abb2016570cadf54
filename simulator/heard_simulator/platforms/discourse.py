"""Discourse's API, played.

Sources: github.com/discourse/discourse_api_docs (openapi.json); for refusals lib/post_creator.rb,
lib/validators/post_validator.rb and app/models/post.rb of discourse/discourse.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final, cast

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    ReceivedReply,
    SimulatedPlatform,
    iso_millis,
)


class SimulatedDiscourse(SimulatedPlatform):
    """Topics of posts. A reply is a post.

    The site refuses short posts and, from non-staff, what was just posted.

    Site settings are Discourse's defaults: `min_post_length` 20, `unique_posts_mins` 5. A topic's
    resource is `{"title": …, "posts": [{"id", "post_number", "username", "raw", "created_at",
    …}]}`; posts merge by id.
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
        self._topics: dict[int, Json] = {}
        self._recent_hashes: dict[str, datetime] = {}
        self._ids = count(900_001)

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The topic that a post is in, with the post."""
        if "post" in fields:
            post: Json = fields["post"]
            names = (
                "id",
                "post_number",
                "reply_to_post_number",
                "username",
                "name",
                "user_id",
                "raw",
                "created_at",
                "updated_at",
            )
            api_post = {
                name: post[name] for name in (*names, "version", "deleted_at") if name in post
            }
            yield KnownResource(
                str(post["topic_id"]), {"title": post.get("topic_title", ""), "posts": [api_post]}
            )

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.removesuffix(".json").strip("/").split("/"):
            case ["posts"] if request.method == "POST":
                payload = request.json() or request.form()
                return Operation(
                    CallKind.REPLY,
                    self._native_ids(payload),
                    lambda: self._require_auth(request, lambda: self._create(payload)),
                )
            case ["posts", post] if request.method == "GET":
                return Operation(
                    CallKind.READ,
                    frozenset({post}),
                    lambda: self._require_auth(request, lambda: self._show_post(post)),
                )
            case ["t", topic] if request.method == "GET":
                raw = request.query_value("include_raw") in {"1", "true"}
                return Operation(
                    CallKind.READ,
                    frozenset({topic}),
                    lambda: self._require_auth(
                        request, lambda: self._show_topic(topic, 1, raw=raw)
                    ),
                )
            case ["t", topic, "posts"] if request.method == "GET":
                raw = request.query_value("include_raw") in {"1", "true"}
                post_ids = request.query.get("post_ids[]", [])
                return Operation(
                    CallKind.READ,
                    frozenset({topic}),
                    lambda: self._require_auth(
                        request, lambda: self._show_posts(topic, post_ids, raw=raw)
                    ),
                )
            case ["t", topic, near] if (
                request.method == "GET" and topic.isdecimal() and near.isdecimal()
            ):
                raw = request.query_value("include_raw") in {"1", "true"}
                number = int(near)
                return Operation(
                    CallKind.READ,
                    frozenset({topic}),
                    lambda: self._require_auth(
                        request, lambda: self._show_topic(topic, number, raw=raw)
                    ),
                )
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

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        topic = int(native_id)
        if resource is None:
            self._topics.pop(topic, None)
            return
        record = self._topics.setdefault(topic, {"title": "", "posts": {}})
        record["title"] = resource.get("title") or record["title"]
        for post in cast("Iterable[Json]", resource.get("posts", [])):
            previous: Json = record["posts"].get(int(post["id"]), {})
            record["posts"][int(post["id"])] = {**previous, **post}

    def reset(self) -> None:
        self._topics.clear()
        self._recent_hashes.clear()

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        api_credentials = (request.headers.get("api-key"), request.headers.get("api-username"))
        if api_credentials != (
            self.accepted_credentials["api_key"],
            self.accepted_credentials["api_username"],
        ):
            return PlatformResponse(
                403,
                {
                    "errors": ["You are not permitted to view the requested resource."],
                    "error_type": "invalid_access",
                },
            )
        return run()

    def _native_ids(self, payload: Json) -> frozenset[str]:
        topic = str(payload.get("topic_id"))
        return frozenset({topic, self._parent_post_id(topic, payload.get("reply_to_post_number"))})

    def _parent_post_id(self, topic: str, number: object) -> str:
        """The id of the post that a reply answers.

        The one with that number, else the topic's first.
        """
        posts = self._posts(topic) or []
        ids_by_number = {str(post["post_number"]): str(post["id"]) for post in posts}
        return ids_by_number.get(str(number)) or next(iter(ids_by_number.values()), "")

    def _posts(self, topic: str) -> list[Json] | None:
        record = self._topics.get(int(topic)) if topic.isdecimal() else None
        return (
            sorted(record["posts"].values(), key=lambda post: int(post["post_number"]))
            if record
            else None
        )

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
        # Post#raw_hash: whitespace and case do not make another text, and the topic does not
        # matter.
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
        self._topics[int(topic)]["posts"][post["id"]] = post
        self.ledger.add(
            ReceivedReply(self.name, str(post["id"]), topic, parent_id, raw, public=True, at=now)
        )
        return PlatformResponse(200, self._render(int(topic), post, raw=True))

    def _show_post(self, post_id: str) -> PlatformResponse:
        for topic, record in self._topics.items():
            post = record["posts"].get(int(post_id)) if post_id.isdecimal() else None
            if post is not None and not post.get("deleted_at"):
                return PlatformResponse(200, self._render(topic, post, raw=True))
        return self._not_found()

    def _show_topic(self, topic: str, near: int, *, raw: bool) -> PlatformResponse:
        posts = [post for post in self._posts(topic) or [] if not post.get("deleted_at")]
        if not posts:
            return self._not_found()
        # TopicView shows a chunk around the post asked for; without one, the topic's beginning.
        position = next(
            (index for index, post in enumerate(posts) if int(post["post_number"]) >= near),
            len(posts) - 1,
        )
        start = max(0, min(position - self.CHUNK // 4, len(posts) - self.CHUNK))
        chunk = posts[start : start + self.CHUNK]
        number = int(topic)
        return PlatformResponse(
            200,
            {
                "id": number,
                "title": self._topics[number]["title"],
                "posts_count": len(posts),
                "highest_post_number": int(posts[-1]["post_number"]),
                "chunk_size": self.CHUNK,
                "post_stream": {
                    "posts": [self._render(number, post, raw=raw) for post in chunk],
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
                    "posts": [self._render(int(topic), post, raw=raw) for post in selected_posts]
                },
            },
        )

    def _render(self, topic: int, post: Json, *, raw: bool) -> Json:
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
            "topic_id": topic,
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
