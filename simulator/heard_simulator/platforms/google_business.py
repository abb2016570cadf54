"""Google Business Profile's reviews, simulated.

Also the keys that Google publishes and the tokens that Pub/Sub sends.

Sources: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (get, list,
updateReply, deleteReply); developers.google.com/identity/protocols/oauth2/web-server#offline;
www.googleapis.com/oauth2/v1/certs (its response and its Cache-Control);
cloud.google.com/apis/design/errors (the shape of errors).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform

PUSH_ACCOUNT: Final = "pusher@heard-demo.iam.gserviceaccount.example"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that Google signs with, and the certificate that it publishes."""

    kid: str
    private_key: str
    certificate: str


@cache
def demo_signer() -> Signer:
    """One key for each process. It takes a tenth of a second, and few tests need it."""
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
        certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - only a name
        private_key,
        certificate.public_bytes(pem).decode(),
    )


class SimulatedGoogleBusiness(SimulatedPlatform):
    """The locations of one account.

    A resource is a review as the API shows it, under its whole name. A reply is accepted at once
    and moderated afterwards: it is PENDING for `MODERATION_DELAY`, then APPROVED, or REJECTED if it
    breaks the policy on personal information. Here only the word "passport" breaks it.
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

    @property
    def signing_secret(self) -> str:
        key = demo_signer()
        return json.dumps({"kid": key.kid, "private_key": key.private_key, "email": PUSH_ACCOUNT})

    @property
    def visible_secret(self) -> None:
        """Nothing to copy: the keys are published."""
        return None

    def operation(self, request: PlatformRequest) -> Operation | None:
        path = request.path.strip("/")
        match request.method, path.split("/"):
            case "GET", ["oauth2", "v1", "certs"]:
                return self.sign_in(self._certificates)
            case "POST", ["token"]:
                return self.sign_in(lambda: self._sign_in(request.form()))
            case "GET", ["v4", "accounts", _, "locations", _, "reviews"]:
                location = path.removeprefix("v4/").removesuffix("/reviews")
                return self.read(request, lambda: self._list(location, request), location)
            case "GET", ["v4", "accounts", _, "locations", _, "reviews", _]:
                name = path.removeprefix("v4/")
                return self.read(request, lambda: self._show(name), name)
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
                return self.reply(request, run, name)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return error_response(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        message = "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'."
        response = error_response(429, "RESOURCE_EXHAUSTED", message)
        return replace(response, headers={"Retry-After": str(seconds)})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return previous | resource | {"name": native_id, "reviewId": native_id.split("/")[5]}

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
        token = self.issue_token(self.TOKEN_LIFE, "ya29.")
        life = int(self.TOKEN_LIFE.total_seconds())
        scope = "https://www.googleapis.com/auth/business.manage"
        return PlatformResponse(
            200, {"access_token": token, "expires_in": life, "scope": scope, "token_type": "Bearer"}
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if self.has_token(request.bearer()):
            return None
        return error_response(
            401, "UNAUTHENTICATED", "Request had invalid authentication credentials."
        )

    def _list(self, location: str, request: PlatformRequest) -> PlatformResponse:
        if request.query_value("orderBy") not in {None, "updateTime desc"}:
            return error_response(400, "INVALID_ARGUMENT", "Only updateTime desc is simulated.")
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
        names = [name for name in self.resources if name.startswith(f"{location}/reviews/")]
        names.sort(key=lambda name: str(self.resources[name].get("updateTime", "")), reverse=True)
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
            if name in self.resources
            else self._not_found()
        )

    def _render(self, name: str) -> Json:
        review = self.resources[name]
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
        if name not in self.resources:
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
        self.remove_reply(f"{name}/reply")
        self.resources[name]["reviewReply"] = reply
        self.record_reply(f"{name}/reply", name, name, comment, public=True)
        return PlatformResponse(200, {name: value for name, value in reply.items() if name != "at"})

    def _delete_reply(self, name: str) -> PlatformResponse:
        if name not in self.resources or "reviewReply" not in self.resources[name]:
            return self._not_found()
        del self.resources[name]["reviewReply"]
        self.remove_reply(f"{name}/reply")
        return PlatformResponse(200, {})

    def _not_found(self) -> PlatformResponse:
        return error_response(404, "NOT_FOUND", "Requested entity was not found.")


def error_response(code: int, status: str, message: str) -> PlatformResponse:
    """An error in the form of Google's APIs."""
    return PlatformResponse(code, {"error": {"code": code, "message": message, "status": status}})


PLATFORM = SimulatedGoogleBusiness
