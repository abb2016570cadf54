"""Feefo's Reviews API, played.

Support.feefo.com articles 8000112939 (request parameters) and 8000097326 (response).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import ClassVar, Final

from heard_simulator.server import (
    CallKind,
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)


class SimulatedFeefo(SimulatedPlatform):
    """Feedback on sales: a service part, and a part for each product.

    A resource is one entry of `reviews`: `{"url", "customer", "service": {"id", …}, "products":
    […], "last_updated_date"}`; it goes by the id of one of its parts. Not documented, and decided
    so: what a wrong token is answered.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "feefo-demo-client",
        "client_secret": "feefo-demo-secret",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "merchant_identifier": "demo-merchant",
    }
    TOKEN_LIFE: Final = 3_600

    def start(self) -> None:
        self._tokens: set[str] = set()
        self._feedback: dict[str, Json] = {}

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path.strip("/"):
            case "POST", "api/oauth/v2/token":
                return Operation(
                    CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request.form())
                )
            case "GET", "api/20/reviews/all":
                return Operation(
                    CallKind.READ, frozenset(self._feedback), lambda: self._list(request)
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(403, {"error": "access_denied"})

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(429, {"error": "too_many_requests"}, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        self._feedback.pop(native_id, None)
        if resource is not None:
            self._feedback[native_id] = resource

    def reset(self) -> None:
        self._feedback.clear()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def _sign_in(self, form: Mapping[str, str]) -> PlatformResponse:
        if form != {"grant_type": "client_credentials", **self.accepted_credentials}:
            return PlatformResponse(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return PlatformResponse(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": self.TOKEN_LIFE}
        )

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        if self.bearer_token(request) not in self._tokens:
            return PlatformResponse(401, {"error": "invalid_token"})
        if request.query_value("merchant_identifier") != self.settings["merchant_identifier"]:
            return PlatformResponse(404, {"error": "merchant_not_found"})
        wanted_id = request.query_value("id")
        newest = [
            entry
            for entry in reversed(self._feedback.values())
            if wanted_id is None or wanted_id in self._ids(entry)
        ]
        size, page = (
            int(request.query_value("page_size") or 20),
            int(request.query_value("page") or 1),
        )
        meta = {
            "count": len(newest),
            "pages": -(-len(newest) // size),
            "page_size": size,
            "current_page": page,
        }
        entries = [
            {"merchant": {"identifier": self.settings["merchant_identifier"]}, **entry}
            for entry in newest
        ]
        return PlatformResponse(
            200, {"summary": {"meta": meta}, "reviews": entries[size * (page - 1) : size * page]}
        )

    @staticmethod
    def _ids(entry: Json) -> set[str]:
        """The ids that find an entry.

        Of its parts, and of the whole, which only its address tells.
        """
        parts: list[Json] = [entry.get("service") or {}, *entry.get("products", [])]
        return {str(part.get("id")) for part in parts} | set(str(entry.get("url", "")).split("/"))


PLATFORM = SimulatedFeefo
