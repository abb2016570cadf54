"""A Bluesky server's XRPC, simulated.

Sources: the lexicons of github.com/bluesky-social/atproto, and for refusals its
packages/pds/src/api/com/atproto; docs.bsky.app/docs/advanced-guides/rate-limits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import ClassVar, Final

from wcwidth import iter_graphemes

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedBluesky(SimulatedPlatform):
    """Posts, and the notifications of one account.

    The account is notified of posts by others that mention, answer or quote it. A resource is a
    notification: `{"reason", "author", "record", "indexedAt"}`. Its id is the post's at:// address.
    Without a `reason` it is a post without a notification.
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
        self.revoke_tokens()
        self._refresh_tokens: set[str] = set()
        self._sequence = count(1)

    def operation(self, request: PlatformRequest) -> Operation | None:
        _, xrpc, name = request.path.partition("/xrpc/")
        if not xrpc:
            return None
        uri = request.query_value("uri") or request.query_value("uris") or ""
        match request.method, name:
            case "POST", "com.atproto.server.createSession":
                return self.sign_in(lambda: self._sign_in(request.json()))
            case "POST", "com.atproto.server.refreshSession":
                return self.sign_in(lambda: self._refresh_session(request))
            case "GET", "app.bsky.notification.listNotifications":
                return self.read(request, lambda: self._list(request))
            case "GET", "app.bsky.feed.getPosts":
                return self.read(request, lambda: self._get_posts(request.query["uris"]), uri)
            case "GET", "app.bsky.feed.getPostThread":
                return self.read(request, lambda: self._get_thread(uri), uri)
            case "GET", "com.atproto.repo.getRecord":
                parts = [request.query_value(name) for name in ("repo", "collection", "rkey")]
                uri = "at://" + "/".join(str(part) for part in parts)
                return self.read(request, lambda: self._get_record(uri), uri)
            case "POST", "com.atproto.repo.createRecord":
                reply: Json = request.json().get("record", {}).get("reply", {})
                native_ids = [str(reply.get(part, {}).get("uri")) for part in ("root", "parent")]
                return self.reply(request, lambda: self._create(request.json()), *native_ids)
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

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        record = {"$type": self.POST, "createdAt": resource["indexedAt"], **resource["record"]}
        return {
            "reason": None,
            **resource,
            "record": record,
            "uri": native_id,
            "cid": self._content_id(str(resource["record"])),
            "order": previous.get("order") or next(self._sequence),
        }

    def _sign_in(self, payload: Json) -> PlatformResponse:
        if (payload.get("identifier"), payload.get("password")) != (
            self.accepted_credentials["identifier"],
            self.accepted_credentials["app_password"],
        ):
            return self._error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._new_session()

    def _refresh_session(self, request: PlatformRequest) -> PlatformResponse:
        if request.bearer() not in self._refresh_tokens:
            return self._error(400, "ExpiredToken", "Token has been revoked")
        self._refresh_tokens.discard(request.bearer())
        return self._new_session()

    def _new_session(self) -> PlatformResponse:
        access_token = self.issue_token(prefix="bsky-access-")
        refresh_token = f"bsky-refresh-{secrets.token_urlsafe(24)}"
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

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if not request.bearer():
            return self._error(401, "AuthMissing", "Authentication Required")
        if not self.has_token(request.bearer()):
            return self._error(400, "ExpiredToken", "Token has expired")
        return None

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        limit, before = request.query_number("limit", 50), request.query_number("cursor", 10**9)
        reasons = request.query.get("reasons")
        if not 1 <= limit <= 100:
            return self._error(400, "InvalidRequest", "Error: limit can not be greater than 100")
        matches = [
            post for post in self.resources.values() if post["reason"] and post["order"] < before
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
        posts = [self.resources[uri] for uri in uris if uri in self.resources]
        # A post of somebody who blocks the account is left out, although its record exists.
        return PlatformResponse(
            200, {"posts": [self._post_view(post) for post in posts if not post.get("blocked")]}
        )

    def _get_thread(self, uri: str) -> PlatformResponse:
        if uri not in self.resources:
            return self._error(400, "NotFound", f"Post not found: {uri}")
        return PlatformResponse(200, {"thread": self._thread_node(uri)})

    def _thread_node(self, uri: str) -> Json:
        if uri not in self.resources:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        post = self.resources[uri]
        parent_uri = post["record"].get("reply", {}).get("parent", {}).get("uri")
        node: Json = {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self._post_view(post),
            "replies": [],
        }
        return {**node, "parent": self._thread_node(parent_uri)} if parent_uri else node

    def _get_record(self, uri: str) -> PlatformResponse:
        if uri not in self.resources:
            return self._error(400, "RecordNotFound", f"Could not locate record: {uri}")
        post = self.resources[uri]
        return PlatformResponse(200, {"uri": uri, "cid": post["cid"], "value": post["record"]})

    def _create(self, payload: Json) -> PlatformResponse:
        record: Json = payload.get("record", {})
        record_key, text = str(payload.get("rkey", "")), record.get("text")
        reply: Json = record.get("reply", {})
        target = (payload.get("repo"), payload.get("collection"), record.get("$type"))
        if target != (self.DID, self.POST, self.POST):
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
            start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            if not 0 <= start < end <= len(text.encode()):
                message = "Record/facets/0/index is out of the text"
                return self._error(400, "InvalidRequest", message)
        uri = f"at://{self.DID}/{self.POST}/{record_key}"
        if uri in self.resources:
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
            200, {"uri": uri, "cid": self.resources[uri]["cid"], "validationStatus": "valid"}
        )

    def _thread_root(self, uri: str) -> str:
        """The conversation as onlookers see it: below the topmost post by somebody else."""
        root = uri
        while uri:
            root = root if uri.startswith(f"at://{self.DID}/") else uri
            record: Json = self.resources.get(uri, {}).get("record", {})
            uri = record.get("reply", {}).get("parent", {}).get("uri", "")
        return root

    def _post_view(self, post: Json) -> Json:
        return {name: post[name] for name in ("uri", "cid", "author", "record", "indexedAt")}

    @staticmethod
    def _content_id(content: str) -> str:
        return "bafyrei" + hashlib.sha256(content.encode()).hexdigest()[:52]

    def _error(self, status: int, code: str, message: str) -> PlatformResponse:
        return PlatformResponse(status, {"error": code, "message": message})


PLATFORM = SimulatedBluesky
