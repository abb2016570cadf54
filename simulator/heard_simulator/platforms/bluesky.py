"""A Bluesky server's XRPC, played.

The lexicons of github.com/bluesky-social/atproto, docs.bsky.app/docs/advanced-guides/rate-limits.

For refusals: packages/pds/src/api/com/atproto of the same repository.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import ClassVar, Final

from wcwidth import iter_graphemes

from heard_simulator.server import Answer, Ask, Calls, Json, Operation, Platform, zulu


class Bluesky(Platform):
    """Posts, and what of them one account is notified of.

    Those by others that mention, answer or quote it.

    A resource is a notification: `{"reason", "author", "record", "indexedAt"}`, its id the post's
    at:// address; without a `reason` it is a post that nobody is notified of.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "identifier": "larkfieldbakery.example",
        "app_password": "demo-demo-demo-demo",
    }
    settings: ClassVar[Mapping[str, str]] = {"pds_url": "{url}"}
    DID: Final = "did:plc:larkfieldbakerydemo2345a"
    POST: Final = "app.bsky.feed.post"
    TID: Final = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")

    def start(self) -> None:
        self._access: set[str] = set()
        self._refresh: set[str] = set()
        self._posts: dict[str, Json] = {}
        self._order = count(1)

    def operation(self, ask: Ask) -> Operation | None:
        _, xrpc, name = ask.path.partition("/xrpc/")
        if not xrpc:
            return None
        uri = ask.asked("uri") or ask.asked("uris") or ""
        match ask.method, name:
            case "POST", "com.atproto.server.createSession":
                return Operation(Calls.SIGN_IN, frozenset(), lambda: self._sign_in(ask.json()))
            case "POST", "com.atproto.server.refreshSession":
                return Operation(Calls.SIGN_IN, frozenset(), lambda: self._renew(ask))
            case "GET", "app.bsky.notification.listNotifications":
                return Operation(
                    Calls.LOOK, frozenset(), lambda: self._signed_in(ask, lambda: self._list(ask))
                )
            case "GET", "app.bsky.feed.getPosts":
                return Operation(
                    Calls.LOOK,
                    frozenset({uri}),
                    lambda: self._signed_in(ask, lambda: self._views(ask.query["uris"])),
                )
            case "GET", "app.bsky.feed.getPostThread":
                return Operation(
                    Calls.LOOK,
                    frozenset({uri}),
                    lambda: self._signed_in(ask, lambda: self._chain(uri)),
                )
            case "GET", "com.atproto.repo.getRecord":
                uri = f"at://{ask.asked('repo')}/{ask.asked('collection')}/{ask.asked('rkey')}"
                return Operation(
                    Calls.LOOK,
                    frozenset({uri}),
                    lambda: self._signed_in(ask, lambda: self._record(uri)),
                )
            case "POST", "com.atproto.repo.createRecord":
                reply: Json = ask.json().get("record", {}).get("reply", {})
                about = frozenset(
                    str(reply.get(part, {}).get("uri")) for part in ("root", "parent")
                )
                return Operation(
                    Calls.REPLY,
                    about,
                    lambda: self._signed_in(ask, lambda: self._create(ask.json())),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return self._error(400, "InvalidRequest", "This record is not allowed.")

    def rate_limit(self, seconds: int) -> Answer:
        reset = int((self.clock() + timedelta(seconds=seconds)).timestamp())
        headers = {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(reset),
            "RateLimit-Policy": "3000;w=300",
        }
        return Answer(
            429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, headers
        )

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._posts.pop(native_id, None)
            return
        earlier = self._posts.get(native_id, {"order": next(self._order)})
        self._posts[native_id] = {
            "reason": None,
            **resource,
            "record": {
                "$type": self.POST,
                "createdAt": resource["indexedAt"],
                **resource["record"],
            },
            "uri": native_id,
            "cid": self._cid(str(resource["record"])),
            "order": earlier["order"],
        }

    def reset(self) -> None:
        self._posts.clear()

    def revoke_tokens(self) -> None:
        self._access.clear()

    def _sign_in(self, wanted: Json) -> Answer:
        if (wanted.get("identifier"), wanted.get("password")) != (
            self.accepts["identifier"],
            self.accepts["app_password"],
        ):
            return self._error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def _renew(self, ask: Ask) -> Answer:
        if self.bearer(ask) not in self._refresh:
            return self._error(400, "ExpiredToken", "Token has been revoked")
        self._refresh.discard(self.bearer(ask))
        return self._session()

    def _session(self) -> Answer:
        access, refresh = (
            f"bsky-access-{secrets.token_urlsafe(24)}",
            f"bsky-refresh-{secrets.token_urlsafe(24)}",
        )
        self._access.add(access)
        self._refresh.add(refresh)
        return Answer(
            200,
            {
                "did": self.DID,
                "handle": self.accepts["identifier"],
                "accessJwt": access,
                "refreshJwt": refresh,
            },
        )

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        if not self.bearer(ask):
            return self._error(401, "AuthMissing", "Authentication Required")
        if self.bearer(ask) not in self._access:
            return self._error(400, "ExpiredToken", "Token has expired")
        return run()

    def _list(self, ask: Ask) -> Answer:
        limit, before = int(ask.asked("limit") or 50), int(ask.asked("cursor") or 10**9)
        reasons = ask.query.get("reasons")
        if not 1 <= limit <= 100:
            return self._error(400, "InvalidRequest", "Error: limit can not be greater than 100")
        notified = [
            post for post in self._posts.values() if post["reason"] and post["order"] < before
        ]
        page = sorted(notified, key=lambda post: int(post["order"]), reverse=True)[:limit]
        shown = [
            self._view(post) | {"reason": post["reason"], "isRead": False}
            for post in page
            if not reasons or post["reason"] in reasons
        ]
        return Answer(
            200,
            {
                "notifications": shown,
                "priority": False,
                **({"cursor": str(page[-1]["order"])} if page else {}),
            },
        )

    def _views(self, uris: list[str]) -> Answer:
        if len(uris) > 25:
            return self._error(
                400, "InvalidRequest", "Error: uris must not have more than 25 elements"
            )
        found = [self._posts[uri] for uri in uris if uri in self._posts]
        # A post of somebody who blocks the account is left out, though its record is there.
        return Answer(
            200, {"posts": [self._view(post) for post in found if not post.get("blocked")]}
        )

    def _chain(self, uri: str) -> Answer:
        if uri not in self._posts:
            return self._error(400, "NotFound", f"Post not found: {uri}")
        return Answer(200, {"thread": self._node(uri)})

    def _node(self, uri: str) -> Json:
        if uri not in self._posts:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        post = self._posts[uri]
        above = post["record"].get("reply", {}).get("parent", {}).get("uri")
        node: Json = {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self._view(post),
            "replies": [],
        }
        return {**node, "parent": self._node(above)} if above else node

    def _record(self, uri: str) -> Answer:
        if uri not in self._posts:
            return self._error(400, "RecordNotFound", f"Could not locate record: {uri}")
        post = self._posts[uri]
        return Answer(200, {"uri": uri, "cid": post["cid"], "value": post["record"]})

    def _create(self, wanted: Json) -> Answer:
        record: Json = wanted.get("record", {})
        key, text, reply = str(wanted.get("rkey", "")), record.get("text"), record.get("reply", {})
        if (wanted.get("repo"), wanted.get("collection"), record.get("$type")) != (
            self.DID,
            self.POST,
            self.POST,
        ):
            return self._error(400, "InvalidRequest", "Could not find repo")
        if not self.TID.fullmatch(key) or not isinstance(text, str) or not record.get("createdAt"):
            return self._error(400, "InvalidRequest", "Invalid app.bsky.feed.post record")
        if len(list(iter_graphemes(text))) > 300:
            return self._error(
                400, "InvalidRequest", "Record/text must not be longer than 300 graphemes"
            )
        if len(text.encode()) > 3000:
            return self._error(
                400, "InvalidRequest", "Record/text must not be longer than 3000 characters"
            )
        if not all(
            reply.get(part, {}).get(name) for part in ("root", "parent") for name in ("uri", "cid")
        ):
            return self._error(400, "InvalidRequest", "Record/reply must have the property root")
        for facet in record.get("facets", []):
            if (
                not 0
                <= facet["index"]["byteStart"]
                < facet["index"]["byteEnd"]
                <= len(text.encode())
            ):
                return self._error(
                    400, "InvalidRequest", "Record/facets/0/index is out of the text"
                )
        uri = f"at://{self.DID}/{self.POST}/{key}"
        if uri in self._posts:
            # "There is already a value at key": github.com/bluesky-social/indigo/issues/873.
            return self._error(500, "InternalServerError", "Internal Server Error")
        author = {
            "did": self.DID,
            "handle": self.accepts["identifier"],
            "displayName": "Larkfield Bakery",
        }
        self.knows(uri, {"author": author, "record": record, "indexedAt": zulu(self.clock())})
        parent = str(reply["parent"]["uri"])
        self.took(uri, self._thread(parent), parent, text, public=True)
        return Answer(
            200, {"uri": uri, "cid": self._posts[uri]["cid"], "validationStatus": "valid"}
        )

    def _thread(self, uri: str) -> str:
        """The conversation as onlookers see it.

        From the topmost post that is not the account's own.
        """
        top = uri
        while uri:
            top = top if uri.startswith(f"at://{self.DID}/") else uri
            uri = (
                self._posts.get(uri, {"record": {}})["record"]
                .get("reply", {})
                .get("parent", {})
                .get("uri", "")
            )
        return top

    def _view(self, post: Json) -> Json:
        return {name: post[name] for name in ("uri", "cid", "author", "record", "indexedAt")}

    @staticmethod
    def _cid(content: str) -> str:
        return "bafyrei" + hashlib.sha256(content.encode()).hexdigest()[:52]

    def _error(self, status: int, error: str, message: str) -> Answer:
        return Answer(status, {"error": error, "message": message})


PLATFORM = Bluesky
