"""App Store Connect's customer reviews, played.

Sources: developer.apple.com/documentation/appstoreconnectapi (customer-reviews,
post-v1-customerreviewresponses, generating-tokens-for-api-requests,
parsing-the-error-response-code); EvanBacon/App-Store-Connect-OpenAPI-Spec specs/3.7.0.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from heard_simulator.server import Answer, Ask, Calls, Json, Known, Operation, Platform, zulu


def demo_key() -> ec.EllipticCurvePrivateKey:
    """A key that guards nothing.

    The demo's must be the same in every process, so that it can be entered in advance.
    """
    return ec.derive_private_key(
        int.from_bytes(b"a demo's key, known to everybody"), ec.SECP256R1()
    )


def p8(key: ec.EllipticCurvePrivateKey) -> str:
    """The text of a .p8 file."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class AppStore(Platform):
    """One app's reviews. A resource is a review's attributes.

    `rating`, `title`, `body`, `reviewerNickname`, `createdDate`, `territory`;
    `response` beside them is one that the business wrote in App Store Connect.

    A response is PENDING_PUBLISH for `PUBLISHED_AFTER`, then PUBLISHED. Longer ones than `LIMIT`
    are refused, as public code found.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "issuer_id": "00000000-demo-4000-8000-000000000000",
        "key_id": "DEMOKEY001",
        "private_key": p8(demo_key()),
    }
    settings: ClassVar[Mapping[str, str]] = {"app_id": "1000000001", "api_base": "{url}"}
    LIMIT: Final = 5_970
    MOST_A_PAGE: Final = 200
    PUBLISHED_AFTER: Final = timedelta(seconds=3)
    LONGEST_LIFE: Final = 1_200

    def start(self) -> None:
        self._reviews: dict[str, Json] = {}
        self._responses: dict[str, Json] = {}
        self._numbers = count(1)

    @staticmethod
    def known(fields: Json, now: datetime) -> tuple[Known, ...]:
        """Nothing: nothing is sent, so that samples say themselves what appears."""
        return ()

    def operation(self, ask: Ask) -> Operation | None:
        match ask.method, ask.path.strip("/").split("/"):
            case "GET", ["v1", "apps", app, "customerReviews"]:
                return Operation(
                    Calls.LOOK,
                    frozenset(),
                    lambda: self._signed_in(ask, lambda: self._list(app, ask)),
                )
            case "GET", ["v1", "customerReviews", review]:
                return Operation(
                    Calls.LOOK,
                    frozenset({review}),
                    lambda: self._signed_in(ask, lambda: self._show(review, ask)),
                )
            case "POST", ["v1", "customerReviewResponses"]:
                data: Json = ask.json().get("data", {})
                about = str(
                    data.get("relationships", {}).get("review", {}).get("data", {}).get("id")
                )
                return Operation(
                    Calls.REPLY,
                    frozenset({about}),
                    lambda: self._signed_in(ask, lambda: self._respond(about, data)),
                )
            case _:
                return None

    def rejection(self) -> Answer:
        return error(
            409,
            "ENTITY_ERROR.ATTRIBUTE.INVALID",
            "An attribute value is invalid.",
            "The response cannot be published.",
        )

    def rate_limit(self, seconds: int) -> Answer:
        refused = error(
            429,
            "RATE_LIMIT_EXCEEDED",
            "The request rate limit has been reached.",
            "Wait before you ask again.",
        )
        return Answer(429, refused.body, {"Retry-After": str(seconds)})

    def knows(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            self._responses.pop(native_id, None)
            return
        self._reviews[native_id] = {
            name: value for name, value in resource.items() if name != "response"
        }
        if "response" in resource:
            self._keep(native_id, resource["response"])

    def reset(self) -> None:
        self._reviews.clear()
        self._responses.clear()

    def _signed_in(self, ask: Ask, run: Callable[[], Answer]) -> Answer:
        token = self.bearer(ask)
        try:
            key = serialization.load_pem_private_key(
                self.accepts["private_key"].encode(), None
            ).public_key()
            if (
                not isinstance(key, ec.EllipticCurvePublicKey)
                or jwt.get_unverified_header(token).get("kid") != self.accepts["key_id"]
            ):
                raise jwt.InvalidKeyError("another key")
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                issuer=self.accepts["issuer_id"],
                options={"require": ["iss", "iat", "exp", "aud"]},
            )
        except jwt.PyJWTError:
            return self._unauthorized()
        return run() if claims["exp"] - claims["iat"] <= self.LONGEST_LIFE else self._unauthorized()

    def _unauthorized(self) -> Answer:
        told = "Provide a properly configured and signed bearer token, and make sure that it has not expired."
        return error(
            401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.", told
        )

    def _list(self, app: str, ask: Ask) -> Answer:
        if app != self.settings["app_id"]:
            return self._missing("apps", app)
        size, at = ask.asked("limit") or "50", ask.asked("cursor") or "0"
        if (
            not size.isdecimal()
            or not 1 <= int(size) <= self.MOST_A_PAGE
            or not at.isdecimal()
            or ask.asked("sort") != "-createdDate"
        ):
            return error(
                400,
                "PARAMETER_ERROR.INVALID",
                "A parameter has an invalid value",
                "A given parameter is not valid.",
            )
        newest = sorted(
            self._reviews,
            key=lambda review: str(self._reviews[review]["createdDate"]),
            reverse=True,
        )
        shown = newest[int(at) : int(at) + int(size)]
        address = f"{self.url()}/v1/apps/{app}/customerReviews"
        body: Json = {"data": [self._shown(review) for review in shown], "links": {"self": address}}
        if ask.asked("include") == "response":
            body["included"] = [
                self._response(review) for review in shown if review in self._responses
            ]
        if int(at) + int(size) < len(newest):
            asked = {"cursor": int(at) + int(size), "limit": size, "sort": "-createdDate"}
            body["links"]["next"] = f"{address}?{urlencode(asked)}"
        body["meta"] = {"paging": {"total": len(newest), "limit": int(size)}}
        return Answer(200, body)

    def _show(self, review: str, ask: Ask) -> Answer:
        if review not in self._reviews:
            return self._missing("customerReviews", review)
        body: Json = {
            "data": self._shown(review),
            "links": {"self": f"{self.url()}/v1/customerReviews/{review}"},
        }
        if ask.asked("include") == "response" and review in self._responses:
            body["included"] = [self._response(review)]
        return Answer(200, body)

    def _shown(self, review: str) -> Json:
        linked = (
            {"type": "customerReviewResponses", "id": self._responses[review]["id"]}
            if review in self._responses
            else None
        )
        attributes = self._reviews[review]
        return {
            "type": "customerReviews",
            "id": review,
            "attributes": attributes,
            "relationships": {"response": {"data": linked}},
        }

    def _response(self, review: str) -> Json:
        kept = self._responses[review]
        published = self.clock() - kept["at"] >= self.PUBLISHED_AFTER
        attributes = {
            "responseBody": kept["text"],
            "lastModifiedDate": zulu(kept["at"]),
            "state": "PUBLISHED" if published else "PENDING_PUBLISH",
        }
        return {"type": "customerReviewResponses", "id": kept["id"], "attributes": attributes}

    def _keep(self, review: str, text: str) -> Json:
        # A response that is replaced keeps its id: there is one a review.
        number = (
            self._responses[review]["id"]
            if review in self._responses
            else f"response-{next(self._numbers)}"
        )
        self._responses[review] = {"id": number, "text": text, "at": self.clock()}
        return self._responses[review]

    def _respond(self, review: str, data: Json) -> Answer:
        if review not in self._reviews:
            return self._missing("customerReviews", review)
        text = data.get("attributes", {}).get("responseBody")
        if (
            data.get("type") != "customerReviewResponses"
            or not isinstance(text, str)
            or not text.strip()
            or len(text) > self.LIMIT
        ):
            return self.rejection()
        kept = self._keep(review, text)
        self.ledger.remove(self.name, kept["id"], kept["at"])
        self.took(kept["id"], review, review, text, public=True)
        return Answer(201, {"data": self._response(review)})

    def _missing(self, kind: str, resource: str) -> Answer:
        told = f"There is no resource of type '{kind}' with id '{resource}'"
        return error(404, "NOT_FOUND", "The specified resource does not exist", told)


def error(status: int, code: str, title: str, detail: str) -> Answer:
    """An error as Apple words one."""
    return Answer(
        status,
        {"errors": [{"status": str(status), "code": code, "title": title, "detail": detail}]},
    )


PLATFORM = AppStore
