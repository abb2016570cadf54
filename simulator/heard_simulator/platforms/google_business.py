"""Google Business Profile's reviews, played, with the keys that Google publishes and the tokens
that Pub/Sub sends.

Sources: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (get, list,
updateReply, deleteReply); developers.google.com/identity/protocols/oauth2/web-server#offline;
www.googleapis.com/oauth2/v1/certs (its answer and its Cache-Control);
cloud.google.com/apis/design/errors (the shape of errors).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
    iso_millis,
)

PUSH_ACCOUNT: Final = "pusher@heard-demo.iam.gserviceaccount.example"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that Google signs with, and the certificate that it publishes."""

    kid: str
    private_key: str
    certificate: str


@cache
def demo_signer() -> Signer:
    """Made when it is first needed.

    Making one takes a tenth of a second, and hardly any test wants it.
    """
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.example")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=16),
    ).sign(key, hashes.SHA256())
    pem, no_encryption = serialization.Encoding.PEM, serialization.NoEncryption()
    private_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_encryption).decode()
    return Signer(
        certificate.fingerprint(hashes.SHA1()).hex(),
        private_key,
        certificate.public_bytes(pem).decode(),
    )  # noqa: S303 - only a name


class SimulatedGoogleBusiness(SimulatedPlatform):
    """One account's locations. A resource is a review as the API shows it, under its whole name.

    A reply is taken at once and moderated afterwards: it is PENDING for `MODERATED_AFTER`, then
    APPROVED, or REJECTED if it holds what the policy on personal information forbids (played by the
    word "passport").
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "110000000000-demo.apps.googleusercontent.example",
        "client_secret": "demo-client-secret",
        "refresh_token": "1//demo-refresh-token",
    }
    settings: ClassVar[Mapping[str, str]] = {
        "push_service_account": PUSH_ACCOUNT,
        "location": "accounts/100000000000000000001/locations/20000000000000000001",
        "api_base": "{url}",
        "certs_url": "{url}/oauth2/v1/certs",
        "token_url": "{url}/token",
    }
    LIMIT_BYTES: Final = 4_096
    MAX_PAGE_SIZE: Final = 50
    MODERATION_DELAY: Final = timedelta(seconds=3)
    TOKEN_LIFE: Final = timedelta(seconds=3_599)

    def start(self) -> None:
        self._tokens: dict[str, datetime] = {}
        self._reviews: dict[str, Json] = {}
        self._numbers = count(1)

    @property
    def signing_secret(self) -> str:
        key = demo_signer()
        return json.dumps({"kid": key.kid, "private_key": key.private_key, "email": PUSH_ACCOUNT})

    @property
    def visible_secret(self) -> None:
        """Nothing is shown: the keys are published."""
        return None

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> tuple[KnownResource, ...]:
        """Nothing.

        A notification holds only a name, so that samples say themselves what the API shows.
        """
        return ()

    def operation(self, request: PlatformRequest) -> Operation | None:
        path = request.path.strip("/")
        match request.method, path.split("/"):
            case "GET", ["oauth2", "v1", "certs"]:
                return Operation(CallKind.SIGN_IN, frozenset(), self._certificates)
            case "POST", ["token"]:
                return Operation(
                    CallKind.SIGN_IN, frozenset(), lambda: self._sign_in(request.form())
                )
            case "GET", ["v4", "accounts", _, "locations", _, "reviews"]:
                location = path.removeprefix("v4/").removesuffix("/reviews")
                return Operation(
                    CallKind.READ,
                    frozenset({location}),
                    lambda: self._require_auth(request, lambda: self._list(location, request)),
                )
            case "GET", ["v4", "accounts", _, "locations", _, "reviews", _]:
                name = path.removeprefix("v4/")
                return Operation(
                    CallKind.READ,
                    frozenset({name}),
                    lambda: self._require_auth(request, lambda: self._show(name)),
                )
            case ("PUT" | "DELETE") as method, [
                "v4",
                "accounts",
                _,
                "locations",
                _,
                "reviews",
                _,
                "reply",
            ]:
                name = path.removeprefix("v4/").removesuffix("/reply")
                run = (
                    (lambda: self._reply(name, request.json()))
                    if method == "PUT"
                    else (lambda: self._delete_reply(name))
                )
                return Operation(
                    CallKind.REPLY, frozenset({name}), lambda: self._require_auth(request, run)
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return error_response(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        response = error_response(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.",
        )
        return PlatformResponse(429, response.body, {"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._reviews.pop(native_id, None)
            return
        self._reviews[native_id] = {
            **self._reviews.get(native_id, {}),
            **resource,
            "name": native_id,
            "reviewId": native_id.split("/")[5],
        }

    def reset(self) -> None:
        self._reviews.clear()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def _certificates(self) -> PlatformResponse:
        key = demo_signer()
        return PlatformResponse(
            200,
            {key.kid: key.certificate},
            {"Cache-Control": "public, max-age=21600, must-revalidate, no-transform"},
        )

    def _sign_in(self, form: Mapping[str, str]) -> PlatformResponse:
        if form.get("grant_type") != "refresh_token":
            return PlatformResponse(
                400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type."}
            )
        if (form.get("client_id"), form.get("client_secret")) != (
            self.accepted_credentials["client_id"],
            self.accepted_credentials["client_secret"],
        ):
            return PlatformResponse(
                401,
                {"error": "invalid_client", "error_description": "The OAuth client was not found."},
            )
        if form.get("refresh_token") != self.accepted_credentials["refresh_token"]:
            return PlatformResponse(
                400,
                {
                    "error": "invalid_grant",
                    "error_description": "Token has been expired or revoked.",
                },
            )
        token = f"ya29.{next(self._numbers)}-{secrets.token_urlsafe(24)}"
        self._tokens[token] = self.clock() + self.TOKEN_LIFE
        life = int(self.TOKEN_LIFE.total_seconds())
        scope = "https://www.googleapis.com/auth/business.manage"
        return PlatformResponse(
            200, {"access_token": token, "expires_in": life, "scope": scope, "token_type": "Bearer"}
        )

    def _require_auth(
        self, request: PlatformRequest, run: Callable[[], PlatformResponse]
    ) -> PlatformResponse:
        if self._tokens.get(self.bearer_token(request), self.clock()) <= self.clock():
            return error_response(
                401, "UNAUTHENTICATED", "Request had invalid authentication credentials."
            )
        return run()

    def _list(self, location: str, request: PlatformRequest) -> PlatformResponse:
        if request.query_value("orderBy") not in {None, "updateTime desc"}:
            return error_response(400, "INVALID_ARGUMENT", "Only updateTime desc is played here.")
        size, offset = (
            request.query_value("pageSize") or "50",
            request.query_value("pageToken") or "0",
        )
        if (
            not size.isdecimal()
            or not 1 <= int(size) <= self.MAX_PAGE_SIZE
            or not offset.isdecimal()
        ):
            return error_response(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        names = [name for name in self._reviews if name.startswith(f"{location}/reviews/")]
        names.sort(key=lambda name: str(self._reviews[name].get("updateTime", "")), reverse=True)
        page = names[int(offset) : int(offset) + int(size)]
        body: Json = {"totalReviewCount": len(names)}
        if page:
            body |= {"reviews": [self._render(name) for name in page], "averageRating": 3.5}
        if int(offset) + int(size) < len(names):
            body["nextPageToken"] = str(int(offset) + int(size))
        return PlatformResponse(200, body)

    def _show(self, name: str) -> PlatformResponse:
        return (
            PlatformResponse(200, self._render(name))
            if name in self._reviews
            else self._not_found()
        )

    def _render(self, name: str) -> Json:
        review = self._reviews[name]
        reply: Json | None = review.get("reviewReply")
        if reply and "at" in reply and self.clock() - reply["at"] >= self.MODERATION_DELAY:
            reply["reviewReplyState"] = "APPROVED"
            if "passport" in reply["comment"].lower():
                reply |= {"reviewReplyState": "REJECTED", "policyViolation": "PERSONAL_INFO"}
        return review | (
            {"reviewReply": {name: value for name, value in reply.items() if name != "at"}}
            if reply
            else {}
        )

    def _reply(self, name: str, body: Json) -> PlatformResponse:
        if name not in self._reviews:
            return self._not_found()
        comment = body.get("comment")
        if (
            not isinstance(comment, str)
            or not comment.strip()
            or len(comment.encode()) > self.LIMIT_BYTES
        ):
            return self.rejection()
        now = self.clock()
        reply: Json = {
            "comment": comment,
            "updateTime": iso_millis(now),
            "reviewReplyState": "PENDING",
            "at": now,
        }
        self.ledger.remove(self.name, f"{name}/reply", now)
        self._reviews[name]["reviewReply"] = reply
        self.record_reply(f"{name}/reply", name, name, comment, public=True)
        return PlatformResponse(200, {name: value for name, value in reply.items() if name != "at"})

    def _delete_reply(self, name: str) -> PlatformResponse:
        if name not in self._reviews or "reviewReply" not in self._reviews[name]:
            return self._not_found()
        del self._reviews[name]["reviewReply"]
        self.ledger.remove(self.name, f"{name}/reply", self.clock())
        return PlatformResponse(200, {})

    def _not_found(self) -> PlatformResponse:
        return error_response(404, "NOT_FOUND", "Requested entity was not found.")


def error_response(code: int, status: str, message: str) -> PlatformResponse:
    """An error as Google's APIs word one."""
    return PlatformResponse(code, {"error": {"code": code, "message": message, "status": status}})


PLATFORM = SimulatedGoogleBusiness
