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

from heard_simulator.server import (
    CallKind,
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
    iso_millis,
)


class SimulatedBluesky(SimulatedPlatform):
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
        self._access_tokens: set[str] = set()
        self._refresh_tokens: set[str] = set()
        self._posts: dict[str, Json] = {}
        self._sequence = count(1)

    def operation(self, request: PlatformRequest) -> Operation | None:
        _, xrpc, name = request.path.partition("/xrpc/")
        if not xrpc:
            return None
        uri = request.query_value("uri") or request.query_value("uris") or ""
        match request.method, name:
            case "POST", "com.atproto.server.createSession":
                return Operation(
                    CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request.json())
                )
            case "POST", "com.atproto.server.refreshSession":
                return Operation(
                    CallKind.SIGN_IN, frozenset(), lambda: self._refresh_session(request)
                )
            case "GET", "app.bsky.notification.listNotifications":
                return Operation(
                    CallKind.READ,
                    frozenset(),
                    lambda: self._require_auth(request, lambda: self._list(request)),
                )
            case "GET", "app.bsky.feed.getPosts":
                return Operation(
                    CallKind.READ,
                    frozenset({uri}),
                    lambda: self._require_auth(
                        request, lambda: self._get_posts(request.query["uris"])
                    ),
                )
            case "GET", "app.bsky.feed.getPostThread":
                return Operation(
                    CallKind.READ,
                    frozenset({uri}),
                    lambda: self._require_auth(request, lambda: self._get_thread(uri)),
                )
            case "GET", "com.atproto.repo.getRecord":
                uri = f"at://{request.query_value('repo')}/{request.query_value('collection')}/{request.query_value('rkey')}"
                return Operation(
                    CallKind.READ,
                    frozenset({uri}),
                    lambda: self._require_auth(request, lambda: self._get_record(uri)),
                )
            case "POST", "com.atproto.repo.createRecord":
                reply: Json = request.json().get("record", {}).get("reply", {})
                native_ids = frozenset(
                    str(reply.get(part, {}).get("uri")) for part in ("root", "parent")
                )
                return Operation(
                    CallKind.REPLY,
                    native_ids,
                    lambda: self._require_auth(request, lambda: self._create(request.json())),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(400, "InvalidRequest", "This record is not allowed.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        reset = int((self.clock() + timedelta(seconds=seconds)).timestamp())
        headers = {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(reset),
            "RateLimit-Policy": "3000;w=300",
        }
        return PlatformResponse(
            429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, headers
        )

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._posts.pop(native_id, None)
            return
        previous = self._posts.get(native_id, {"order": next(self._sequence)})
        self._posts[native_id] = {
            "reason": None,
            **resource,
            "record": {
                "$type": self.POST,
                "createdAt": resource["indexedAt"],
                **resource["record"],
            },
            "uri": native_id,
            "cid": self._content_id(str(resource["record"])),
            "order": previous["order"],
        }

    def reset(self) -> None:
        self._posts.clear()

    def revoke_tokens(self) -> None:
        self._access_tokens.clear()

    def _sign_in(self, payload: Json) -> PlatformResponse:
        if (payload.get("identifier"), payload.get("password")) != (
            self.accepted_credentials["identifier"],
            self.accepted_credentials["app_password"],
        ):
            return self._error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._new_session()

    def _refresh_session(self, request: PlatformRequest) -> PlatformResponse:
        if self.bearer_token(request) not in self._refresh_tokens:
            return self._error(400, "ExpiredToken", "Token has been revoked")
        self._refresh_tokens.discard(self.bearer_token(request))
        return self._new_session()

    def _new_session(self) -> PlatformResponse:
        access_token, refresh_token = (
            f"bsky-access-{secrets.token_urlsafe(24)}",
            f"bsky-refresh-{secrets.token_urlsafe(24)}",
        )
        self._access_tokens.add(access_token)
        self._refresh_tokens.add(refresh_token)
        return PlatformResponse(
            200,
            {
                "did": self.DID,
                "handle": self.accepted_credentials["identifier"],
                "accessJwt": access_token,
                "refreshJwt": refresh_token,
            },
        )

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if not self.bearer_token(request):
            return self._error(401, "AuthMissing", "Authentication Required")
        if self.bearer_token(request) not in self._access_tokens:
            return self._error(400, "ExpiredToken", "Token has expired")
        return run()

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        limit, before = (
            int(request.query_value("limit") or 50),
            int(request.query_value("cursor") or 10**9),
        )
        reasons = request.query.get("reasons")
        if not 1 <= limit <= 100:
            return self._error(400, "InvalidRequest", "Error: limit can not be greater than 100")
        matches = [
            post for post in self._posts.values() if post["reason"] and post["order"] < before
        ]
        page = sorted(matches, key=lambda post: int(post["order"]), reverse=True)[:limit]
        entries = [
            self._post_view(post) | {"reason": post["reason"], "isRead": False}
            for post in page
            if not reasons or post["reason"] in reasons
        ]
        return PlatformResponse(
            200,
            {
                "notifications": entries,
                "priority": False,
                **({"cursor": str(page[-1]["order"])} if page else {}),
            },
        )

    def _get_posts(self, uris: list[str]) -> PlatformResponse:
        if len(uris) > 25:
            return self._error(
                400, "InvalidRequest", "Error: uris must not have more than 25 elements"
            )
        posts = [self._posts[uri] for uri in uris if uri in self._posts]
        # A post of somebody who blocks the account is left out, though its record is there.
        return PlatformResponse(
            200, {"posts": [self._post_view(post) for post in posts if not post.get("blocked")]}
        )

    def _get_thread(self, uri: str) -> PlatformResponse:
        if uri not in self._posts:
            return self._error(400, "NotFound", f"Post not found: {uri}")
        return PlatformResponse(200, {"thread": self._thread_node(uri)})

    def _thread_node(self, uri: str) -> Json:
        if uri not in self._posts:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        post = self._posts[uri]
        parent_uri = post["record"].get("reply", {}).get("parent", {}).get("uri")
        node: Json = {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self._post_view(post),
            "replies": [],
        }
        return {**node, "parent": self._thread_node(parent_uri)} if parent_uri else node

    def _get_record(self, uri: str) -> PlatformResponse:
        if uri not in self._posts:
            return self._error(400, "RecordNotFound", f"Could not locate record: {uri}")
        post = self._posts[uri]
        return PlatformResponse(200, {"uri": uri, "cid": post["cid"], "value": post["record"]})

    def _create(self, payload: Json) -> PlatformResponse:
        record: Json = payload.get("record", {})
        record_key, text, reply = (
            str(payload.get("rkey", "")),
            record.get("text"),
            record.get("reply", {}),
        )
        if (payload.get("repo"), payload.get("collection"), record.get("$type")) != (
            self.DID,
            self.POST,
            self.POST,
        ):
            return self._error(400, "InvalidRequest", "Could not find repo")
        if (
            not self.TID.fullmatch(record_key)
            or not isinstance(text, str)
            or not record.get("createdAt")
        ):
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
        uri = f"at://{self.DID}/{self.POST}/{record_key}"
        if uri in self._posts:
            # "There is already a value at key": github.com/bluesky-social/indigo/issues/873.
            return self._error(500, "InternalServerError", "Internal Server Error")
        author = {
            "did": self.DID,
            "handle": self.accepted_credentials["identifier"],
            "displayName": "Larkfield Bakery",
        }
        self.set_resource(
            uri, {"author": author, "record": record, "indexedAt": iso_millis(self.clock())}
        )
        parent = str(reply["parent"]["uri"])
        self.record_reply(uri, self._thread_root(parent), parent, text, public=True)
        return PlatformResponse(
            200, {"uri": uri, "cid": self._posts[uri]["cid"], "validationStatus": "valid"}
        )

    def _thread_root(self, uri: str) -> str:
        """The conversation as onlookers see it.

        From the topmost post that is not the account's own.
        """
        root = uri
        while uri:
            root = root if uri.startswith(f"at://{self.DID}/") else uri
            uri = (
                self._posts.get(uri, {"record": {}})["record"]
                .get("reply", {})
                .get("parent", {})
                .get("uri", "")
            )
        return root

    def _post_view(self, post: Json) -> Json:
        return {name: post[name] for name in ("uri", "cid", "author", "record", "indexedAt")}

    @staticmethod
    def _content_id(content: str) -> str:
        return "bafyrei" + hashlib.sha256(content.encode()).hexdigest()[:52]

    def _error(self, status: int, code: str, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"error": code, "message": message})


PLATFORM = SimulatedBluesky
