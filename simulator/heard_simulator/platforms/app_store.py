"""App Store Connect's customer reviews, simulated.

Sources: developer.apple.com/documentation/appstoreconnectapi (customer-reviews,
post-v1-customerreviewresponses, generating-tokens-for-api-requests,
parsing-the-error-response-code); EvanBacon/App-Store-Connect-OpenAPI-Spec specs/3.7.0.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import ClassVar, Final
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform


def demo_key() -> ec.EllipticCurvePrivateKey:
    """A key that guards nothing.

    It is the same in every process, so that a demo can be set up in advance.
    """
    return ec.derive_private_key(
        int.from_bytes(b"a demo's key, known to everybody"), ec.SECP256R1()
    )


def key_file(key: ec.EllipticCurvePrivateKey) -> str:
    """The text of a .p8 file."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class SimulatedAppStore(SimulatedPlatform):
    """The reviews of one app.

    A resource holds a review's attributes: `rating`, `title`, `body`, `reviewerNickname`,
    `createdDate`, `territory`. A `response` beside them is one that the business wrote in App Store
    Connect.

    A response is PENDING_PUBLISH for `PUBLICATION_DELAY`, then PUBLISHED. A response longer than
    `LIMIT` is refused; public code has found this limit.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "issuer_id": "00000000-demo-4000-8000-000000000000",
        "key_id": "DEMOKEY001",
        "private_key": key_file(demo_key()),
    }
    settings: ClassVar[Mapping[str, str]] = {"app_id": "1000000001", "api_base": "{url}"}
    LIMIT: Final = 5_970
    MAX_PAGE_SIZE: Final = 200
    PUBLICATION_DELAY: Final = timedelta(seconds=3)
    MAX_TOKEN_SECONDS: Final = 1_200

    def start(self) -> None:
        self._responses: dict[str, Json] = {}
        self._numbers = count(1)

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.method, request.path_parts:
            case "GET", ["v1", "apps", app, "customerReviews"]:
                return self.read(request, lambda: self._list(app, request))
            case "GET", ["v1", "customerReviews", review]:
                return self.read(request, lambda: self._show(review, request), review)
            case "POST", ["v1", "customerReviewResponses"]:
                data: Json = request.json().get("data", {})
                review_id = str(
                    data.get("relationships", {}).get("review", {}).get("data", {}).get("id")
                )
                return self.reply(request, lambda: self._respond(review_id, data), review_id)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        title, detail = "An attribute value is invalid.", "The response cannot be published."
        return error_response(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", title, detail)

    def rate_limit(self, seconds: int) -> PlatformResponse:
        title, detail = "The request rate limit has been reached.", "Wait before you ask again."
        response = error_response(429, "RATE_LIMIT_EXCEEDED", title, detail)
        return replace(response, headers={"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            super().set_resource(native_id, None)
            self._responses.pop(native_id, None)
            return
        super().set_resource(
            native_id, {name: value for name, value in resource.items() if name != "response"}
        )
        if "response" in resource:
            self._store_response(native_id, resource["response"])

    def reset(self) -> None:
        super().reset()
        self._responses.clear()

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        token = request.bearer()
        try:
            key = serialization.load_pem_private_key(
                self.accepted_credentials["private_key"].encode(), None
            ).public_key()
            if (
                not isinstance(key, ec.EllipticCurvePublicKey)
                or jwt.get_unverified_header(token).get("kid")
                != self.accepted_credentials["key_id"]
            ):
                raise jwt.InvalidKeyError("another key")
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                issuer=self.accepted_credentials["issuer_id"],
                options={"require": ["iss", "iat", "exp", "aud"]},
            )
        except jwt.PyJWTError:
            return self._unauthorized()
        lifetime = claims["exp"] - claims["iat"]
        return self._unauthorized() if lifetime > self.MAX_TOKEN_SECONDS else None

    def _unauthorized(self) -> PlatformResponse:
        title = "Authentication credentials are missing or invalid."
        detail = (
            "Provide a properly configured and signed bearer token, and make sure that it has not "
            "expired."
        )
        return error_response(401, "NOT_AUTHORIZED", title, detail)

    def _list(self, app: str, request: PlatformRequest) -> PlatformResponse:
        if app != self.settings["app_id"]:
            return self._not_found("apps", app)
        size, offset = request.query_value("limit") or "50", request.query_value("cursor") or "0"
        if (
            not size.isdecimal()
            or not 1 <= int(size) <= self.MAX_PAGE_SIZE
            or not offset.isdecimal()
            or request.query_value("sort") != "-createdDate"
        ):
            title, detail = "A parameter has an invalid value", "A given parameter is not valid."
            return error_response(400, "PARAMETER_ERROR.INVALID", title, detail)
        newest = sorted(
            self.resources,
            key=lambda review: str(self.resources[review]["createdDate"]),
            reverse=True,
        )
        page = newest[int(offset) : int(offset) + int(size)]
        list_url = f"{self.url()}/v1/apps/{app}/customerReviews"
        body: Json = {
            "data": [self._render(review) for review in page],
            "links": {"self": list_url},
        }
        if request.query_value("include") == "response":
            body["included"] = [
                self._render_response(review) for review in page if review in self._responses
            ]
        if int(offset) + int(size) < len(newest):
            next_query = {"cursor": int(offset) + int(size), "limit": size, "sort": "-createdDate"}
            body["links"]["next"] = f"{list_url}?{urlencode(next_query)}"
        body["meta"] = {"paging": {"total": len(newest), "limit": int(size)}}
        return PlatformResponse(200, body)

    def _show(self, review: str, request: PlatformRequest) -> PlatformResponse:
        if review not in self.resources:
            return self._not_found("customerReviews", review)
        body: Json = {
            "data": self._render(review),
            "links": {"self": f"{self.url()}/v1/customerReviews/{review}"},
        }
        if request.query_value("include") == "response" and review in self._responses:
            body["included"] = [self._render_response(review)]
        return PlatformResponse(200, body)

    def _render(self, review: str) -> Json:
        response_link = (
            {"type": "customerReviewResponses", "id": self._responses[review]["id"]}
            if review in self._responses
            else None
        )
        attributes = self.resources[review]
        return {
            "type": "customerReviews",
            "id": review,
            "attributes": attributes,
            "relationships": {"response": {"data": response_link}},
        }

    def _render_response(self, review: str) -> Json:
        entry = self._responses[review]
        is_published = self.clock() - entry["at"] >= self.PUBLICATION_DELAY
        attributes = {
            "responseBody": entry["text"],
            "lastModifiedDate": iso_millis(entry["at"]),
            "state": "PUBLISHED" if is_published else "PENDING_PUBLISH",
        }
        return {"type": "customerReviewResponses", "id": entry["id"], "attributes": attributes}

    def _store_response(self, review: str, text: str) -> Json:
        # A new response keeps the id of the one before it: a review has one response.
        previous = self._responses.get(review)
        native_id = previous["id"] if previous else f"response-{next(self._numbers)}"
        self._responses[review] = {"id": native_id, "text": text, "at": self.clock()}
        return self._responses[review]

    def _respond(self, review: str, data: Json) -> PlatformResponse:
        if review not in self.resources:
            return self._not_found("customerReviews", review)
        text = data.get("attributes", {}).get("responseBody")
        if (
            data.get("type") != "customerReviewResponses"
            or not isinstance(text, str)
            or not text.strip()
            or len(text) > self.LIMIT
        ):
            return self.rejection()
        entry = self._store_response(review, text)
        self.remove_reply(entry["id"])
        self.record_reply(entry["id"], review, review, text, public=True)
        return PlatformResponse(201, {"data": self._render_response(review)})

    def _not_found(self, kind: str, resource: str) -> PlatformResponse:
        detail = f"There is no resource of type '{kind}' with id '{resource}'"
        return error_response(404, "NOT_FOUND", "The specified resource does not exist", detail)


def error_response(status: int, code: str, title: str, detail: str) -> PlatformResponse:
    """An error in Apple's form."""
    error = {"status": str(status), "code": code, "title": title, "detail": detail}
    return PlatformResponse(status, {"errors": [error]})


PLATFORM = SimulatedAppStore
