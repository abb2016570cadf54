"""Feefo's Reviews API, simulated.

Sources: support.feefo.com, articles 8000112939 (request parameters) and 8000097326 (response).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedFeefo(SimulatedPlatform):
    """Feedback on sales: a service part, and a part for each product.

    A resource is one entry of `reviews`: `{"url", "customer", "service": {"id", …}, "products":
    […], "last_updated_date"}`. Its id is that of one of its parts. An assumption, which the
    documents do not settle: the response to a wrong token.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "feefo-demo-client",
        "client_secret": "feefo-demo-secret",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "api_base": "{url}",
        "merchant_identifier": "demo-merchant",
    }
    TOKEN_LIFE: Final = timedelta(hours=1)
    rate_limit_body: ClassVar[object] = {"error": "too_many_requests"}

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path.strip("/"):
            case "POST", "api/oauth/v2/token":
                return self.sign_in(lambda: self._sign_in(request.form()))
            case "GET", "api/20/reviews/all":
                return self.read(request, lambda: self._list(request), *self.resources)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return PlatformResponse(403, {"error": "access_denied"})

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if self.has_token(request.bearer()):
            return None
        return PlatformResponse(401, {"error": "invalid_token"})

    def _sign_in(self, form: Mapping[str, str]) -> PlatformResponse:
        if form != {"grant_type": "client_credentials", **self.accepted_credentials}:
            return PlatformResponse(401, {"error": "invalid_client"})
        token, seconds = self.issue_token(self.TOKEN_LIFE), int(self.TOKEN_LIFE.total_seconds())
        return PlatformResponse(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        )

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        if request.query_value("merchant_identifier") != self.settings["merchant_identifier"]:
            return PlatformResponse(404, {"error": "merchant_not_found"})
        part_id = request.query_value("id")
        newest = [
            entry
            for entry in reversed(self.resources.values())
            if part_id is None or part_id in self._ids(entry)
        ]
        size, page = request.query_number("page_size", 20), request.query_number("page", 1)
        meta = {
            "count": len(newest),
            "pages": -(-len(newest) // size),
            "page_size": size,
            "current_page": page,
        }
        merchant = {"identifier": self.settings["merchant_identifier"]}
        entries = [{"merchant": merchant, **entry} for entry in newest]
        return PlatformResponse(
            200, {"summary": {"meta": meta}, "reviews": entries[size * (page - 1) : size * page]}
        )

    @staticmethod
    def _ids(entry: Json) -> set[str]:
        """The ids that find an entry: of its parts, and of the whole (it stands in the URL)."""
        parts: list[Json] = [entry.get("service") or {}, *entry.get("products", [])]
        return {str(part.get("id")) for part in parts} | set(str(entry.get("url", "")).split("/"))


PLATFORM = SimulatedFeefo
