"""Booking.com's Guest Review API, simulated, with the token exchange of machine accounts.

Sources: developers.booking.com/connectivity/docs/review-api (retrieve-reviews, reply-to-review),
…/token-based-authentication.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

from heard_simulator.contract import Json, Operation, PlatformRequest, PlatformResponse
from heard_simulator.platform import SimulatedPlatform


class SimulatedBookingCom(SimulatedPlatform):
    """The reviews of one property, with one reply each.

    A resource is a review as the API shows it, with times in ISO 8601. Pages lead from the review
    that changed first to the one that changed last, and end with an empty page. Assumptions, which
    the documents do not settle: a single review stands alone in `data`, an unknown review is 404, a
    second reply and a reply to a review without words are 400, and a reply is shown once it is
    published. How long moderation takes is not documented; here it takes `moderation_delay`.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "b00c1d00-0000-4000-8000-00000000d340",
        "client_secret": "booking-demo-secret",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "property_id": "1000042",
        "api_base": "{url}/review-api",
        "token_url": "{url}/token-based-authentication/exchange",
    }
    TOKEN_LIFE: Final = timedelta(hours=1)
    rate_limit_body: ClassVar[object] = {"errors": [{"message": "Too many requests."}]}
    moderation_delay = timedelta()

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path_parts]:
            case ["POST", "token-based-authentication", "exchange"]:
                return self.sign_in(lambda: self._exchange(request.json()))
            case ["GET", "review-api", "properties", _, "reviews"]:
                return self.read(request, lambda: self._list(request), *self.resources)
            case ["GET", "review-api", "properties", _, "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "review-api", "properties", _, "reviews", review]:
                return self.reply(request, lambda: self._reply(review, request.json()), review)
            case _:
                return None

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        times = {
            name: _timestamp(datetime.fromisoformat(resource[name]))
            for name in ("created_timestamp", "last_change_timestamp")
            if name in resource
        }
        return {"reply": None} | previous | resource | times | {"review_id": native_id}

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if not self.has_token(request.bearer()):
            return self._error(401, "The access token is invalid or has expired.")
        if self.settings["property_id"] not in request.path_parts:
            return self._error(403, "The machine account has no access to this property.")
        return None

    def rejection(self) -> PlatformResponse:
        return self._error(400, "The reply cannot be taken.")

    def _exchange(self, payload: Json) -> PlatformResponse:
        if payload != self.accepted_credentials:
            return self._error(401, "The client id or the client secret is wrong.")
        return PlatformResponse(200, {"jwt": self.issue_token(self.TOKEN_LIFE), "ruid": "demo"})

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        since = request.query_value("from_date") or ""
        start, limit = request.query_number("cursor", 0), request.query_number("limit", 10)
        reviews = sorted((self._render(review) for review in self.resources), key=_changed_at)
        page = [review for review in reviews if _changed_at(review) >= since][start:][:limit]
        # The documented link lacks the first part of the path; only its cursor can be used.
        path = f"/reviews/properties/{self.settings['property_id']}/reviews"
        link = f"https://supply-xml.booking.com{path}?from_date={since}&cursor={start + len(page)}"
        return self._response({"reviews": page}, {"next_page": link})

    def _show(self, review: str) -> PlatformResponse:
        return self._response(self._render(review)) if review in self.resources else self._unknown()

    def _reply(self, review: str, payload: Json) -> PlatformResponse:
        record, text = self.resources.get(review), payload.get("reply")
        if record is None:
            return self._unknown()
        content: Json = record.get("content") or {}
        if not any(content.get(name) for name in ("headline", "positive", "negative")):
            return self._error(400, "A review without comments takes no reply.")
        if record["reply"]:
            return self._error(400, "The review already has a reply.")
        if not isinstance(text, str) or not text.strip():
            return self.rejection()
        record["reply"] = {"text": text, "last_change_timestamp": _timestamp(self.clock())}
        record["published_at"] = self.clock() + self.moderation_delay
        self.record_reply(review, review, review, text, public=True)
        return self._response()

    def _render(self, review: str) -> Json:
        record = dict(self.resources[review])
        published_at = record.pop("published_at", self.clock())
        return record if self.clock() >= published_at else record | {"reply": None}

    def _response(self, data: Json | None = None, meta: Json | None = None) -> PlatformResponse:
        body: Json = {"errors": [], "warnings": [], "meta": {"ruid": "demo"} | (meta or {})}
        return PlatformResponse(200, body | ({"data": data} if data is not None else {}))

    def _unknown(self) -> PlatformResponse:
        return self._error(404, "There is no such review.")

    def _error(self, status: int, message: str) -> PlatformResponse:
        body = {"errors": [{"message": message}], "warnings": [], "meta": {"ruid": "demo"}}
        return PlatformResponse(status, body)


def _changed_at(review: Json) -> str:
    return str(review.get("last_change_timestamp") or review["created_timestamp"])


def _timestamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


PLATFORM = SimulatedBookingCom
