"""The other side of the wire: review platforms, played on this machine as their documentation describes them.

Owns what the platforms know (reviews, topics, messages), the replies they have received and the faults
they are told to have. It is written from the platforms' documents and imports nothing of Heard's, so
that a connector's misreading of a document shows up here instead of being shared.

    with Platforms() as platforms:
        platforms.knows("discourse", "4711", {"title": "Slow refunds", "posts": [...]})
        platforms.fault("discourse", Mode.DROP)
        ...                                  # point a connection's API base at platforms.url("discourse")
        platforms.public_replies_by_thread()

Each platform is mounted under a path of one server (`MOUNTS`); `/_simulator/*` controls it over HTTP for
programs that are not Python (`events/README.md` lists the calls).

Sources:
    Trustpilot  developers.trustpilot.com/grant-type-client-credentials, …/service-reviews-api
    Discourse   github.com/discourse/discourse_api_docs (openapi.json); for refusals the sources
                lib/post_creator.rb, lib/validators/post_validator.rb and app/models/post.rb of discourse/discourse
    Twilio      twilio.com/docs/messaging/api/message-resource, …/docs/api/errors/{20003,20404,21602,21603,21604,21610,21617}
    standard    standardwebhooks.com for the signature; the payload is the contract that `docs/connectors.md` asks of a receiver

What the documents leave open is marked "not documented" where it is decided.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from socketserver import TCPServer
from typing import Any, Final, Protocol, Self, TextIO, cast
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from standardwebhooks import Webhook

type Json = dict[str, Any]

MOUNTS: Final[Mapping[str, str]] = {
    "trustpilot": "/trustpilot",
    "discourse": "/discourse",
    "twilio_sms": "/twilio",
    "standard": "/standard",
}
"""Where each platform's API begins. A feedback form is Heard's own page and has no other side."""

DEMO_CREDENTIALS: Final[Mapping[str, Mapping[str, str]]] = {
    "trustpilot": {"api_key": "demo-key", "api_secret": "demo-secret", "business_user_id": "5f0c1e5d8f1b2a0001c0ffee"},
    "discourse": {"api_key": "d15c0" * 12 + "demo", "api_username": "heard"},
    "twilio_sms": {"account_sid": "ACsimulated", "auth_token": "7e57" * 8},
    "standard": {"secret": "whsec_" + base64.b64encode(b"heard demo secret, 32 bytes long").decode()},
}
"""What the simulated platforms accept unless told otherwise: fixed, so that a demo can be set up in advance."""

_BODY_LIMIT: Final = 2_000_000


class Mode(StrEnum):
    """How a platform can fail, seen from the wire."""

    FAIL_BEFORE = "fail_before"
    """500, and nothing was done."""
    FAIL_AFTER = "fail_after"
    """Done, and yet 500."""
    DROP = "drop"
    """Done, and the connection closed without an answer."""
    SLOW = "slow"
    """Waits `seconds` (2), then answers as usual."""
    RATE_LIMITED = "rate_limited"
    """429 with `Retry-After: seconds` (30), and nothing was done."""
    REJECT = "reject"
    """Refused for good, with the platform's own status and words."""
    DOWN = "down"
    """503 for whatever is asked, sign-in and look-ups included."""


class Calls(StrEnum):
    """Which of a platform's calls a fault concerns."""

    REPLY = "reply"
    LOOK = "look"
    SIGN_IN = "sign_in"
    ALL = "all"


@dataclass(slots=True)
class Fault:
    """One order to fail: the next `times` matching calls (None: until reset) behave as `mode` says.

    `native_id` is a review's or a thread's id as the platform names it, or `*` for any.
    """

    platform: str
    mode: Mode
    native_id: str = "*"
    times: int | None = 1
    seconds: float | None = None
    calls: Calls = Calls.REPLY

    def concerns(self, platform: str, operation: Operation) -> bool:
        """Whether this fault is meant for that call, and not used up."""
        return (
            self.platform == platform
            and self.times != 0
            and self.calls in {Calls.ALL, operation.calls}
            and (self.native_id == "*" or self.native_id in operation.about)
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply that a platform took, whether it is still shown (`removed_at` is None) or not."""

    platform: str
    native_id: str
    thread: str
    review: str
    text: str
    public: bool
    at: datetime
    removed_at: datetime | None = None

    def to_json(self) -> Json:
        """As `GET /_simulator/replies` lists it."""
        return {
            "platform": self.platform,
            "native_id": self.native_id,
            "thread": self.thread,
            "review": self.review,
            "text": self.text,
            "public": self.public,
            "at": self.at.isoformat(),
            "removed_at": self.removed_at.isoformat() if self.removed_at else None,
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to one platform; `path` begins after its mount, `headers` are lower-cased."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The fields of a form body; the last one wins where a name repeats."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> Json:
        """The body as a JSON object, `{}` if it is none."""
        try:
            document: object = json.loads(self.body)
        except ValueError:
            return {}
        return cast("Json", document) if isinstance(document, dict) else {}

    def basic(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic authentication."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None

    def asked(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query[name][-1] if self.query.get(name) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answers; no body at all when `body` is None."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request would do: `about` holds the native ids that a fault may name, `run` does it."""

    calls: Calls
    about: frozenset[str]
    run: Callable[[], Answer]


class Ledger:
    """Every reply that any platform took, in order of arrival."""

    def __init__(self) -> None:
        self._replies: list[Reply] = []

    def __iter__(self) -> Iterator[Reply]:
        return iter(tuple(self._replies))

    def take(self, reply: Reply) -> None:
        """Note a reply."""
        self._replies.append(reply)

    def remove(self, platform: str, native_id: str, at: datetime) -> None:
        """Note that the platform shows a reply no longer."""
        self._replies = [
            replace(reply, removed_at=at) if (reply.platform, reply.native_id, reply.removed_at) == (platform, native_id, None) else reply
            for reply in self._replies
        ]

    def clear(self) -> None:
        """Forget all."""
        self._replies.clear()


class Platform(Protocol):
    """One simulated platform. Called under the server's lock."""

    def operation(self, ask: Ask) -> Operation | None:
        """What the request would do; None for a path that the platform does not have."""
        ...

    def rejection(self) -> Answer:
        """A refusal for good, as this platform words one."""
        ...

    def rate_limit(self, seconds: int) -> Answer:
        """Its way to say that it is asked too often."""
        ...

    def knows(self, native_id: str, resource: Json | None) -> None:
        """Learn a resource, or forget it (None)."""
        ...

    def reset(self) -> None:
        """Forget everything learnt."""
        ...


class Trustpilot:
    """Service reviews with one company reply each, behind OAuth client credentials.

    Not documented, and decided so: a second reply without deleting the first is 409, an unknown review
    404, deleting answers 204, and posting answers 201 without a body.
    """

    PLATFORM: Final = "trustpilot"
    SIGN_IN_PATH: Final = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
    TOKEN_LIFE: Final = timedelta(seconds=359_999)

    def __init__(self, credentials: Mapping[str, str], ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._ledger = ledger
        self._clock = clock
        self._tokens: dict[str, datetime] = {}
        self._reviews: dict[str, Json] = {}
        self._numbers = count(1)

    def operation(self, ask: Ask) -> Operation | None:
        if (ask.method, ask.path) == ("POST", self.SIGN_IN_PATH):
            return Operation(Calls.SIGN_IN, frozenset(), lambda: self._sign_in(ask))
        match ask.path.strip("/").split("/"):
            case ["v1", "private", "reviews", review] if ask.method == "GET":
                return Operation(Calls.LOOK, frozenset({review}), lambda: self._signed_in(ask, lambda: self._show(review)))
            case ["v1", "private", "reviews", review, "reply"] if ask.method == "POST":
                return Operation(Calls.REPLY, frozenset({review}), lambda: self._signed_in(ask, lambda: self._reply(review, ask.json())))
            case ["v1", "private", "reviews", review, "reply"] if ask.method == "DELETE":
                return Operation(Calls.REPLY, frozenset({review}), lambda: self._signed_in(ask, lambda: self._delete_reply(review)))
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(403, "The business user is not allowed to reply to this review.")

    def rate_limit(self, seconds: int) -> Answer:
        return replace(self._error(429, "Rate limit exceeded."), headers={"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            return
        known = self._reviews.get(native_id, {"companyReply": None})
        self._reviews[native_id] = {**known, **resource, "id": native_id}

    def reset(self) -> None:
        # Tokens stay good: a real platform's would, and a caller may have cached one.
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        """From now on every token issued so far is answered 401."""
        self._tokens.clear()

    def _sign_in(self, ask: Ask) -> Answer:
        known = (self._credentials["api_key"], self._credentials["api_secret"])
        if ask.basic() != known:
            return self._error(401, "Invalid API key or secret.")
        if ask.form().get("grant_type") != "client_credentials":
            return Answer(400, {"error": "unsupported_grant_type"})
        token = f"tp-{next(self._numbers)}-{secrets.token_urlsafe(24)}"
        self._tokens[token] = self._clock() + self.TOKEN_LIFE
        # The documentation shows the seconds as a string.
        return Answer(200, {"access_token": token, "expires_in": str(int(self.TOKEN_LIFE.total_seconds()))})

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        scheme, _, token = ask.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.get(token, self._clock()) <= self._clock():
            return self._error(401, "Invalid access token.")
        return run()

    def _show(self, review: str) -> Answer:
        known = self._reviews.get(review)
        return Answer(200, known) if known is not None else self._error(404, "Review not found.")

    def _reply(self, review: str, body: Json) -> Answer:
        known = self._reviews.get(review)
        if known is None:
            return self._error(404, "Review not found.")
        message, author = body.get("message"), body.get("authorBusinessUserId")
        if not isinstance(message, str) or not message.strip() or not isinstance(author, str) or not author:
            return self._error(400, "authorBusinessUserId and message are required.")
        if known["companyReply"] is not None:
            return self._error(409, "The review already has a reply.")
        now = self._clock()
        known["companyReply"] = {"text": message, "authorBusinessUserId": author, "createdAt": _zulu(now), "updatedAt": None}
        # The reply has no id of its own: it is the one reply of its review.
        self._ledger.take(Reply(self.PLATFORM, review, review, review, message, public=True, at=now))
        return Answer(201)

    def _delete_reply(self, review: str) -> Answer:
        known = self._reviews.get(review)
        if known is None or known["companyReply"] is None:
            return self._error(404, "Reply not found.")
        known["companyReply"] = None
        self._ledger.remove(self.PLATFORM, review, self._clock())
        return Answer(204)

    def _error(self, status: int, message: str) -> Answer:
        return Answer(status, {"message": message, "errorCode": status, "details": ""})


class Discourse:
    """Topics of posts. A reply is a post; the site refuses short posts and, from non-staff, what was just posted.

    Site settings are Discourse's defaults: `min_post_length` 20, `unique_posts_mins` 5. A topic's resource is
    `{"title": …, "posts": [{"id", "post_number", "username", "raw", "created_at", …}]}`; posts merge by id.
    """

    PLATFORM: Final = "discourse"
    CHUNK: Final = 20
    MAX_LENGTH: Final = 32_000
    UNIQUE_FOR: Final = timedelta(minutes=5)

    def __init__(self, credentials: Mapping[str, str], ledger: Ledger, clock: Callable[[], datetime], min_length: int = 20) -> None:
        self._credentials = credentials
        self._ledger = ledger
        self._clock = clock
        self._min_length = min_length
        self._topics: dict[int, Json] = {}
        self._recent: dict[str, datetime] = {}
        self._ids = count(900_001)

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.removesuffix(".json").strip("/").split("/"):
            case ["posts"] if ask.method == "POST":
                wanted = ask.json() or ask.form()
                return Operation(Calls.REPLY, self._about(wanted), lambda: self._signed_in(ask, lambda: self._create(wanted)))
            case ["posts", post] if ask.method == "GET":
                return Operation(Calls.LOOK, frozenset({post}), lambda: self._signed_in(ask, lambda: self._show_post(post)))
            case ["t", topic] if ask.method == "GET":
                raw = ask.asked("include_raw") in {"1", "true"}
                return Operation(Calls.LOOK, frozenset({topic}), lambda: self._signed_in(ask, lambda: self._show_topic(topic, 1, raw=raw)))
            case ["t", topic, "posts"] if ask.method == "GET":
                raw = ask.asked("include_raw") in {"1", "true"}
                wanted_ids = ask.query.get("post_ids[]", [])
                return Operation(
                    Calls.LOOK, frozenset({topic}), lambda: self._signed_in(ask, lambda: self._show_posts(topic, wanted_ids, raw=raw))
                )
            case ["t", topic, near] if ask.method == "GET" and topic.isdecimal() and near.isdecimal():
                raw = ask.asked("include_raw") in {"1", "true"}
                number = int(near)
                return Operation(
                    Calls.LOOK, frozenset({topic}), lambda: self._signed_in(ask, lambda: self._show_topic(topic, number, raw=raw))
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._unprocessable("The body contains a word that is not allowed here.")

    def rate_limit(self, seconds: int) -> Answer:
        body = {
            "errors": [f"You’ve performed this action too many times. Please wait {seconds} seconds before trying again."],
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
        if given != (self._credentials["api_key"], self._credentials["api_username"]):
            return Answer(403, {"errors": ["You are not permitted to view the requested resource."], "error_type": "invalid_access"})
        return run()

    def _about(self, wanted: Json) -> frozenset[str]:
        topic = str(wanted.get("topic_id"))
        return frozenset({topic, self._answered(topic, wanted.get("reply_to_post_number"))})

    def _answered(self, topic: str, number: object) -> str:
        """The id of the post that a reply answers: the one with that number, else the topic's first."""
        posts = self._posts(topic) or []
        numbered = {str(post["post_number"]): str(post["id"]) for post in posts}
        return numbered.get(str(number)) or next(iter(numbered.values()), "")

    def _posts(self, topic: str) -> list[Json] | None:
        known = self._topics.get(int(topic)) if topic.isdecimal() else None
        return sorted(known["posts"].values(), key=lambda post: int(post["post_number"])) if known else None

    def _create(self, wanted: Json) -> Answer:
        topic = str(wanted.get("topic_id"))
        posts = self._posts(topic)
        if posts is None:
            # PostCreator reports an unknown topic as a validation error, not as 404.
            return self._unprocessable("Something has gone wrong. Perhaps this topic was closed or deleted while you were looking at it?")
        raw = str(wanted.get("raw") or "").rstrip()
        if not raw:
            return self._unprocessable("Body can't be blank")
        if len(raw.strip()) < self._min_length:
            return self._unprocessable(f"Body is too short (minimum is {self._min_length} characters)")
        if len(raw) > self.MAX_LENGTH:
            return self._unprocessable(f"Body is limited to {self.MAX_LENGTH} characters; you entered {len(raw)}.")
        # Post#raw_hash: whitespace and case do not make another text, and the topic does not matter.
        key = hashlib.sha256("".join(raw.split()).lower().encode()).hexdigest()
        now = self._clock()
        if key in self._recent and now - self._recent[key] < self.UNIQUE_FOR:
            return self._unprocessable("Body is too similar to what you recently posted")
        self._recent[key] = now
        post: Json = {
            "id": next(self._ids),
            "username": self._credentials["api_username"],
            "raw": raw,
            "created_at": _zulu(now),
            "post_number": max((int(post["post_number"]) for post in posts), default=0) + 1,
            "reply_to_post_number": wanted.get("reply_to_post_number"),
        }
        answered = self._answered(topic, wanted.get("reply_to_post_number"))
        self._topics[int(topic)]["posts"][post["id"]] = post
        self._ledger.take(Reply(self.PLATFORM, str(post["id"]), topic, answered, raw, public=True, at=now))
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
        at = next((index for index, post in enumerate(posts) if int(post["post_number"]) >= near), len(posts) - 1)
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
        return Answer(200, {"id": int(topic), "post_stream": {"posts": [self._shown(int(topic), post, raw=raw) for post in shown]}})

    def _shown(self, topic: int, post: Json, *, raw: bool) -> Json:
        paragraphs = str(post.get("raw", "")).split("\n\n")
        full: Json = {
            "name": None,
            "created_at": None,
            "updated_at": post.get("created_at"),
            "cooked": "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs),
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
        return Answer(404, {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"})

    def _unprocessable(self, message: str) -> Answer:
        return Answer(422, {"action": "create_post", "errors": [message]})


class TwilioSms:
    """An account's messages, sent and received. Twilio has no threads: ours is named `{customer's number} {the account's number}`.

    Resources: a received message by its sid (`{"from", "to", "body", "date_sent"}`), or a number that has
    opted out (`{"opted_out": true}`), to which sending fails with 21610. How Twilio counts characters beyond
    GSM-7 against the 1,600 is not documented exactly; UTF-16 units are counted here.
    """

    PLATFORM: Final = "twilio_sms"
    LIMIT: Final = 1600
    PAGE_SIZE: Final = 50
    ERRORS: Final[Mapping[int, tuple[int, str]]] = {
        20003: (401, "Authenticate"),
        20404: (404, "The requested resource was not found"),
        20429: (429, "Too Many Requests"),
        21602: (400, "Message body is required."),
        21603: (400, "A 'From' phone number is required."),
        21604: (400, "A 'To' phone number is required."),
        21610: (400, "Attempt to send to unsubscribed recipient"),
        21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    }

    def __init__(self, credentials: Mapping[str, str], ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._ledger = ledger
        self._clock = clock
        self._messages: dict[str, Json] = {}
        self._opted_out: set[str] = set()

    def operation(self, ask: Ask) -> Operation | None:
        match ask.path.removesuffix(".json").strip("/").split("/"):
            case ["2010-04-01", "Accounts", sid, "Messages"] if ask.method == "POST":
                form = ask.form()
                about = frozenset({form.get("To", ""), f"{form.get('To', '')} {form.get('From', '')}"})
                return Operation(Calls.REPLY, about, lambda: self._signed_in(ask, sid, lambda: self._send(form)))
            case ["2010-04-01", "Accounts", sid, "Messages"] if ask.method == "GET":
                about = frozenset(ask.query.get("To", []) + ask.query.get("From", []))
                return Operation(Calls.LOOK, about, lambda: self._signed_in(ask, sid, lambda: self._list(ask)))
            case ["2010-04-01", "Accounts", sid, "Messages", message] if ask.method == "GET":
                return Operation(Calls.LOOK, frozenset({message}), lambda: self._signed_in(ask, sid, lambda: self._show(message)))
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(21610)

    def rate_limit(self, seconds: int) -> Answer:
        return replace(self._error(20429), headers={"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._messages.pop(native_id, None)
            self._opted_out.discard(native_id)
        elif resource.get("opted_out"):
            self._opted_out.add(native_id)
        else:
            received = datetime.fromisoformat(resource["date_sent"]) if resource.get("date_sent") else self._clock()
            self._messages[native_id] = self._message(
                native_id, resource["from"], resource["to"], resource.get("body", ""), received, direction="inbound", status="received"
            )

    def reset(self) -> None:
        self._messages.clear()
        self._opted_out.clear()

    def _signed_in(self, ask: Ask, sid: str, run: Callable[[], Answer]) -> Answer:
        known = (self._credentials["account_sid"], self._credentials["auth_token"])
        return run() if ask.basic() == known and sid == known[0] else self._error(20003)

    def _send(self, form: Mapping[str, str]) -> Answer:
        sender, recipient, body = form.get("From") or form.get("MessagingServiceSid"), form.get("To"), form.get("Body")
        if not recipient:
            return self._error(21604)
        if not sender:
            return self._error(21603)
        if not body:
            return self._error(21602)
        if len(body.encode("utf-16-le")) // 2 > self.LIMIT:
            return self._error(21617)
        if recipient in self._opted_out:
            return self._error(21610)
        now, sid = self._clock(), "SM" + secrets.token_hex(16)
        message = self._message(sid, sender, recipient, body, now, direction="outbound-api", status="sent")
        self._messages[sid] = message
        self._ledger.take(Reply(self.PLATFORM, sid, f"{recipient} {sender}", recipient, body, public=False, at=now))
        # The answer to a POST says that the message is queued; when it was sent shows later.
        return Answer(201, self._public(message) | {"status": "queued", "date_sent": None})

    def _show(self, sid: str) -> Answer:
        message = self._messages.get(sid)
        return Answer(200, self._public(message)) if message else self._error(20404)

    def _list(self, ask: Ask) -> Answer:
        found = [message for message in self._messages.values() if self._listed(message, ask)]
        found.sort(key=lambda message: message["_at"], reverse=True)
        size = min(int(ask.asked("PageSize") or self.PAGE_SIZE), 1000)
        page = int(ask.asked("Page") or 0)
        shown = found[page * size : (page + 1) * size]

        def uri(number: int) -> str:
            kept = {name: values[-1] for name, values in ask.query.items() if name not in {"Page", "PageSize"}}
            asked = urlencode({**kept, "PageSize": str(size), "Page": str(number)})
            return f"/2010-04-01/Accounts/{self._credentials['account_sid']}/Messages.json?{asked}"

        return Answer(
            200,
            {
                "messages": [self._public(message) for message in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "previous_page_uri": uri(page - 1) if page else None,
                "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
            },
        )

    def _listed(self, message: Json, ask: Ask) -> bool:
        to, sender = ask.asked("To"), ask.asked("From")
        if (to and message["to"] != to) or (sender and message["from"] != sender):
            return False
        at: datetime = message["_at"].replace(microsecond=0)
        on, since, until = ask.asked("DateSent"), ask.asked("DateSent>"), ask.asked("DateSent<")
        if on and at.date() != _instant(on).date():
            return False
        # Both bounds are inclusive; a bare date means its midnight in UTC as a lower bound and its whole day as an upper.
        if since and at < _instant(since):
            return False
        return not until or at <= (_instant(until) if "T" in until else _instant(until) + timedelta(days=1))

    def _message(self, sid: str, sender: str, recipient: str, body: str, at: datetime, *, direction: str, status: str) -> Json:
        account = self._credentials["account_sid"]
        uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        return {
            "_at": at,
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": format_datetime(at),
            "date_sent": format_datetime(at),
            "date_updated": format_datetime(at),
            "direction": direction,
            "error_code": None,
            "error_message": None,
            "from": sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(1 + len(body) // 153),
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": recipient,
            "uri": f"{uri}.json",
        }

    def _public(self, message: Json) -> Json:
        return {name: value for name, value in message.items() if not name.startswith("_")}

    def _error(self, code: int) -> Answer:
        status, message = self.ERRORS[code]
        body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
        return Answer(status, body, {"WWW-Authenticate": 'Basic realm="Twilio API"'} if status == 401 else {})


class StandardReceiver:
    """A receiver of Heard's own contract: replies signed by Standard Webhooks, taken once per `webhook-id`.

    `POST /` takes `{"type": "reply.created", "timestamp", "data": {"reply_id", "review_id", "thread_id", "text"}}`;
    `GET /{reply_id}`, signed in the same way over an empty body, shows it. A review's resource is free-form;
    `{"public": false}` makes the replies to it private.
    """

    PLATFORM: Final = "standard"

    def __init__(self, credentials: Mapping[str, str], ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._ledger = ledger
        self._clock = clock
        self._reviews: dict[str, Json] = {}
        self._replies: dict[str, Json] = {}
        self._answers: dict[str, Answer] = {}

    def operation(self, ask: Ask) -> Operation | None:
        match [part for part in ask.path.split("/") if part]:
            case [] if ask.method == "POST":
                data = self._data(ask)
                about = frozenset({str(data.get("review_id")), str(data.get("thread_id"))})
                return Operation(Calls.REPLY, about, lambda: self._signed(ask, lambda: self._reply(ask.headers["webhook-id"], data)))
            case [reply] if ask.method == "GET":
                return Operation(Calls.LOOK, frozenset({reply}), lambda: self._signed(ask, lambda: self._show(reply)))
            case _:
                return None

    def rejection(self) -> Answer:
        return Answer(422, {"error": "refused", "detail": "This review does not take replies."})

    def rate_limit(self, seconds: int) -> Answer:
        return Answer(429, {"error": "too_many_requests"}, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
        else:
            self._reviews[native_id] = resource

    def reset(self) -> None:
        self._reviews.clear()
        self._replies.clear()
        self._answers.clear()

    def _data(self, ask: Ask) -> Json:
        data: object = ask.json().get("data")
        return cast("Json", data) if isinstance(data, dict) else {}

    def _signed(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        try:
            Webhook(self._credentials["secret"]).verify(ask.body, dict(ask.headers), json_parse=False)
        except Exception:  # noqa: BLE001 - the package leaks ValueError and others on malformed input; all of them mean no
            return Answer(401, {"error": "signature"})
        return run()

    def _reply(self, webhook_id: str, data: Json) -> Answer:
        if webhook_id in self._answers:
            return self._answers[webhook_id]
        texts = [data.get(name) for name in ("reply_id", "review_id", "text")]
        if not all(isinstance(text, str) and text for text in texts):
            return Answer(400, {"error": "malformed", "detail": "reply_id, review_id and text are required."})
        reply, review, text = (str(text) for text in texts)
        now = self._clock()
        known = self._reviews.get(review, {})
        self._replies[reply] = {**data, "id": reply, "created_at": _zulu(now)}
        public = bool(known.get("public", True))
        self._ledger.take(Reply(self.PLATFORM, reply, str(data.get("thread_id") or review), review, text, public=public, at=now))
        self._answers[webhook_id] = Answer(201, self._replies[reply])
        return self._answers[webhook_id]

    def _show(self, reply: str) -> Answer:
        known = self._replies.get(reply)
        return Answer(200, known) if known else Answer(404, {"error": "not_found"})


class Platforms:
    """All simulated platforms behind one server on the loopback interface. Thread-safe.

    `port` 0 takes a free one. `credentials` override `DEMO_CREDENTIALS` platform by platform and stay
    changeable in `credentials`. `log` receives one JSON line a request, without bodies. `clock` dates what
    the platforms do; a test may turn it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        discourse_min_length: int = 20,
        log: TextIO | None = None,
    ) -> None:
        self.credentials: dict[str, dict[str, str]] = {
            platform: {**demo, **(credentials or {}).get(platform, {})} for platform, demo in DEMO_CREDENTIALS.items()
        }
        self._port = port
        self._log = log
        self._lock = threading.RLock()
        self._ledger = Ledger()
        self._faults: list[Fault] = []
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._trustpilot = Trustpilot(self.credentials["trustpilot"], self._ledger, clock)
        self._platforms: dict[str, Platform] = {
            "trustpilot": self._trustpilot,
            "discourse": Discourse(self.credentials["discourse"], self._ledger, clock, discourse_min_length),
            "twilio_sms": TwilioSms(self.credentials["twilio_sms"], self._ledger, clock),
            "standard": StandardReceiver(self.credentials["standard"], self._ledger, clock),
        }

    def start(self) -> Self:
        """Serve in the background until `stop`."""
        self._stopping.clear()
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_port
        # A short poll, since `shutdown` waits for the next one.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="platforms", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection; what was learnt and received stays readable."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:{port}`."""
        return f"http://127.0.0.1:{self._port}"

    def url(self, platform: str) -> str:
        """Where a platform's API begins: what a connection's `api_base` setting is set to."""
        return self.base_url + MOUNTS[platform]

    def knows(self, platform: str, native_id: str, resource: Json | None) -> None:
        """Let a platform know a resource (see each platform's class for its shape), or forget it (None).

        Raises LookupError for a platform that is not simulated, ValueError for a resource that does not fit it.
        """
        known = self._platform(platform)
        with self._lock:
            try:
                known.knows(native_id, resource)
            except (KeyError, TypeError, AttributeError) as misfit:
                raise ValueError(f"{platform} cannot know {native_id!r} as described: {misfit!r}") from misfit

    def fault(
        self,
        platform: str,
        mode: Mode | str,
        native_id: str = "*",
        *,
        times: int | None = 1,
        seconds: float | None = None,
        calls: Calls | str | None = None,
    ) -> None:
        """Make the next `times` calls (None: until `reset`) fail as `mode` says.

        `calls` is `reply` unless the platform is to be down, which concerns all calls.
        """
        self._platform(platform)
        mode = Mode(mode)
        concerned = Calls(calls) if calls is not None else Calls.ALL if mode is Mode.DOWN else Calls.REPLY
        with self._lock:
            self._faults.append(Fault(platform, mode, native_id, times, seconds, concerned))

    def replies(self) -> list[Reply]:
        """Every reply taken since the start or the last `reset`, in order of arrival."""
        with self._lock:
            return list(self._ledger)

    def public_replies_by_thread(self) -> dict[tuple[str, str], list[Reply]]:
        """The public replies ever taken, by (platform, thread): none may hold more than two (R04).

        A reply that was deleted to make room for another counts: onlookers have read it.
        """
        threads: dict[tuple[str, str], list[Reply]] = {}
        for reply in self.replies():
            if reply.public:
                threads.setdefault((reply.platform, reply.thread), []).append(reply)
        return threads

    def revoke_tokens(self) -> None:
        """Expire every access token that Trustpilot has issued: the next call with one is answered 401."""
        with self._lock:
            self._trustpilot.revoke_tokens()

    def reset(self) -> None:
        """Forget resources, replies and faults."""
        with self._lock:
            self._ledger.clear()
            self._faults.clear()
            for platform in self._platforms.values():
                platform.reset()

    def _platform(self, name: str) -> Platform:
        try:
            return self._platforms[name]
        except KeyError:
            raise LookupError(f"There is no simulated platform called {name!r}. Known: {', '.join(self._platforms)}.") from None

    def answer(self, ask: Ask) -> Answer | None:
        """The answer to one request as it came over the wire; None to close the connection without one."""
        answer = self._dispatch(ask)
        if self._log is not None:
            line = {"at": _zulu(datetime.now(UTC)), "method": ask.method, "path": ask.path, "status": answer.status if answer else None}
            with self._lock:
                print(json.dumps(line), file=self._log, flush=True)
        return answer

    def _dispatch(self, ask: Ask) -> Answer | None:
        if ask.path.startswith("/_simulator/"):
            return self._control(ask)
        for name, mount in MOUNTS.items():
            if ask.path == mount or ask.path.startswith(mount + "/"):
                return self._play(name, replace(ask, path=ask.path.removeprefix(mount)))
        return Answer(404, {"error": "No platform is mounted here."})

    def _play(self, name: str, ask: Ask) -> Answer | None:
        platform = self._platforms[name]
        with self._lock:
            operation = platform.operation(ask)
            if operation is None:
                return Answer(404, {"error": f"{name} has no {ask.method} {ask.path}."})
            fault = self._take_fault(name, operation)
        match fault.mode if fault else None:
            case Mode.DOWN:
                return Answer(503, {"error": "The service is unavailable."})
            case Mode.FAIL_BEFORE:
                return Answer(500, {"error": "Something went wrong."})
            case Mode.RATE_LIMITED:
                return platform.rate_limit(int((fault and fault.seconds) or 30))
            case Mode.REJECT:
                return platform.rejection()
            case Mode.SLOW:
                # Outside the lock, so that one slow call does not hold the others up.
                self._stopping.wait((fault and fault.seconds) or 2.0)
            case _:
                pass
        with self._lock:
            answer = operation.run()
        match fault.mode if fault else None:
            case Mode.FAIL_AFTER:
                return Answer(500, {"error": "Something went wrong."})
            case Mode.DROP:
                return None
            case _:
                return answer

    def _take_fault(self, platform: str, operation: Operation) -> Fault | None:
        fault = next((fault for fault in self._faults if fault.concerns(platform, operation)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

    def _control(self, ask: Ask) -> Answer:
        order = ask.json()
        try:
            match ask.method, ask.path.removeprefix("/_simulator/"):
                case "POST", "reviews":
                    self.knows(str(order["platform"]), str(order["native_id"]), order["resource"])
                case "POST", "faults":
                    self.fault(
                        str(order["platform"]),
                        str(order["mode"]),
                        str(order.get("native_id", "*")),
                        times=order.get("times", 1),
                        seconds=order.get("seconds"),
                        calls=order.get("calls"),
                    )
                case "POST", "reset":
                    self.reset()
                case "GET", "replies":
                    return Answer(200, {"replies": [reply.to_json() for reply in self.replies()]})
                case _:
                    return Answer(404, {"error": "GET replies; POST reviews, faults, reset."})
        except KeyError as missing:
            return Answer(400, {"error": f"{missing.args[0]!r} is missing."})
        except (LookupError, ValueError) as unfit:
            return Answer(400, {"error": str(unfit)})
        return Answer(204)


class _Server(ThreadingHTTPServer):
    """The listening socket; keeps track of open connections so that `hang_up` can end those that idle."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], platforms: Platforms) -> None:
        self.platforms = platforms
        self._open: set[socket.socket] = set()
        self._opening = threading.Lock()
        super().__init__(address, _Door)

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._opening:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._opening:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close what clients keep open, so that closing the server need not wait for them."""
        with self._opening:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that went away, which is what faults are for; a mistake in here is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Door(BaseHTTPRequestHandler):
    """HTTP in, `Ask`; `Answer`, HTTP out."""

    protocol_version = "HTTP/1.1"
    server_version = "platforms"
    sys_version = ""
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        platforms = cast("_Server", self.server).platforms
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _BODY_LIMIT or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return self._send(Answer(413, {"error": f"Send at most {_BODY_LIMIT} bytes and say how many."}))
        asked = urlsplit(self.path)
        ask = Ask(
            method=self.command,
            path=unquote(asked.path),
            query=parse_qs(asked.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        answer = platforms.answer(ask)
        if answer is None:
            self.close_connection = True
            return None
        return self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

    def _send(self, answer: Answer) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        if answer.body is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent; `Platforms(log=…)` writes its own lines."""


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _instant(text: str) -> datetime:
    """The instant that an ISO 8601 date or time names; without a zone, UTC."""
    parsed = datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), datetime.min.time())
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed
