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

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, Reply, zulu


class Discourse(Platform):
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
    UNIQUE_FOR: Final = timedelta(minutes=5)
    min_length = 20

    def start(self) -> None:
        self._topics: dict[int, Json] = {}
        self._recent: dict[str, datetime] = {}
        self._ids = count(900_001)

    @staticmethod
    def known(fields: Json, now: datetime) -> Iterator[Known]:
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
            shown = {name: post[name] for name in (*names, "version", "deleted_at") if name in post}
            yield Known(
                str(post["topic_id"]), {"title": post.get("topic_title", ""), "posts": [shown]}
            )

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.removesuffix(".json").strip("/").split("/"):
            case ["posts"] if ask.method == "POST":
                wanted = ask.json() or ask.form()
                return Operation(
                    Calls.REPLY,
                    self._about(wanted),
                    lambda: self._signed_in(ask, lambda: self._create(wanted)),
                )
            case ["posts", post] if ask.method == "GET":
                return Operation(
                    Calls.LOOK,
                    frozenset({post}),
                    lambda: self._signed_in(ask, lambda: self._show_post(post)),
                )
            case ["t", topic] if ask.method == "GET":
                raw = ask.asked("include_raw") in {"1", "true"}
                return Operation(
                    Calls.LOOK,
                    frozenset({topic}),
                    lambda: self._signed_in(ask, lambda: self._show_topic(topic, 1, raw=raw)),
                )
            case ["t", topic, "posts"] if ask.method == "GET":
                raw = ask.asked("include_raw") in {"1", "true"}
                wanted_ids = ask.query.get("post_ids[]", [])
                return Operation(
                    Calls.LOOK,
                    frozenset({topic}),
                    lambda: self._signed_in(
                        ask, lambda: self._show_posts(topic, wanted_ids, raw=raw)
                    ),
                )
            case ["t", topic, near] if (
                ask.method == "GET" and topic.isdecimal() and near.isdecimal()
            ):
                raw = ask.asked("include_raw") in {"1", "true"}
                number = int(near)
                return Operation(
                    Calls.LOOK,
                    frozenset({topic}),
                    lambda: self._signed_in(ask, lambda: self._show_topic(topic, number, raw=raw)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._unprocessable("The body contains a word that is not allowed here.")

    def rate_limit(self, seconds: int) -> Answer:
        body = {
            "errors": [
                f"You’ve performed this action too many times. Please wait {seconds} seconds "
                "before trying again."
            ],
            "error_type": "rate_limit",
            "extras": {"wait_seconds": seconds},
        }
        return Answer(429, body, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        topic = int(native_id)
        if resource is None:
            self._topics.pop(topic, None)
            return
        known = self._topics.setdefault(topic, {"title": "", "posts": {}})
        known["title"] = resource.get("title") or known["title"]
        for post in cast("Iterable[Json]", resource.get("posts", [])):
            earlier: Json = known["posts"].get(int(post["id"]), {})
            known["posts"][int(post["id"])] = {**earlier, **post}

    def reset(self) -> None:
        self._topics.clear()
        self._recent.clear()

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        given = (ask.headers.get("api-key"), ask.headers.get("api-username"))
        if given != (self.accepts["api_key"], self.accepts["api_username"]):
            return Answer(
                403,
                {
                    "errors": ["You are not permitted to view the requested resource."],
                    "error_type": "invalid_access",
                },
            )
        return run()

    def _about(self, wanted: Json) -> frozenset[str]:
        topic = str(wanted.get("topic_id"))
        return frozenset({topic, self._answered(topic, wanted.get("reply_to_post_number"))})

    def _answered(self, topic: str, number: object) -> str:
        """The id of the post that a reply answers.

        The one with that number, else the topic's first.
        """
        posts = self._posts(topic) or []
        numbered = {str(post["post_number"]): str(post["id"]) for post in posts}
        return numbered.get(str(number)) or next(iter(numbered.values()), "")

    def _posts(self, topic: str) -> list[Json] | None:
        known = self._topics.get(int(topic)) if topic.isdecimal() else None
        return (
            sorted(known["posts"].values(), key=lambda post: int(post["post_number"]))
            if known
            else None
        )

    def _create(self, wanted: Json) -> Answer:
        topic = str(wanted.get("topic_id"))
        posts = self._posts(topic)
        if posts is None:
            # PostCreator reports an unknown topic as a validation error, not as 404.
            return self._unprocessable(
                "Something has gone wrong. Perhaps this topic was closed or deleted while you were "
                "looking at it?"
            )
        raw = str(wanted.get("raw") or "").rstrip()
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
        key = hashlib.sha256("".join(raw.split()).lower().encode()).hexdigest()
        now = self.clock()
        if key in self._recent and now - self._recent[key] < self.UNIQUE_FOR:
            return self._unprocessable("Body is too similar to what you recently posted")
        self._recent[key] = now
        post: Json = {
            "id": next(self._ids),
            "username": self.accepts["api_username"],
            "raw": raw,
            "created_at": zulu(now),
            "post_number": max((int(post["post_number"]) for post in posts), default=0) + 1,
            "reply_to_post_number": wanted.get("reply_to_post_number"),
        }
        answered = self._answered(topic, wanted.get("reply_to_post_number"))
        self._topics[int(topic)]["posts"][post["id"]] = post
        self.ledger.take(
            Reply(self.name, str(post["id"]), topic, answered, raw, public=True, at=now)
        )
        return Answer(200, self._shown(int(topic), post, raw=True))

    def _show_post(self, post_id: str) -> Answer:
        for topic, known in self._topics.items():
            post = known["posts"].get(int(post_id)) if post_id.isdecimal() else None
            if post is not None and not post.get("deleted_at"):
                return Answer(200, self._shown(topic, post, raw=True))
        return self._missing()

    def _show_topic(self, topic: str, near: int, *, raw: bool) -> Answer:
        posts = [post for post in self._posts(topic) or [] if not post.get("deleted_at")]
        if not posts:
            return self._missing()
        # TopicView shows a chunk around the post asked for; without one, the topic's beginning.
        at = next(
            (index for index, post in enumerate(posts) if int(post["post_number"]) >= near),
            len(posts) - 1,
        )
        start = max(0, min(at - self.CHUNK // 4, len(posts) - self.CHUNK))
        shown = posts[start : start + self.CHUNK]
        number = int(topic)
        return Answer(
            200,
            {
                "id": number,
                "title": self._topics[number]["title"],
                "posts_count": len(posts),
                "highest_post_number": int(posts[-1]["post_number"]),
                "chunk_size": self.CHUNK,
                "post_stream": {
                    "posts": [self._shown(number, post, raw=raw) for post in shown],
                    "stream": [post["id"] for post in posts],
                },
            },
        )

    def _show_posts(self, topic: str, wanted: list[str], *, raw: bool) -> Answer:
        posts = self._posts(topic)
        if posts is None:
            return self._missing()
        shown = [post for post in posts if str(post["id"]) in wanted and not post.get("deleted_at")]
        return Answer(
            200,
            {
                "id": int(topic),
                "post_stream": {
                    "posts": [self._shown(int(topic), post, raw=raw) for post in shown]
                },
            },
        )

    def _shown(self, topic: int, post: Json, *, raw: bool) -> Json:
        paragraphs = str(post.get("raw", "")).split("\n\n")
        full: Json = {
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
            full.pop("raw", None)
        return full

    def _missing(self) -> Answer:
        return Answer(
            404,
            {
                "errors": ["The requested URL or resource could not be found."],
                "error_type": "not_found",
            },
        )

    def _unprocessable(self, message: str) -> Answer:
        return Answer(422, {"action": "create_post", "errors": [message]})


PLATFORM = Discourse
